"""When everything was read: which tables are people, whose rows the others are, what links mean."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from discreet.engines.classify.link_model import LinkKind
from discreet.engines.classify.model import Verdict
from discreet.engines.classify.people import NO_PEOPLE, PeopleVerdict
from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap import reasons
from discreet.foundation.datamap.graph_build import ref_of
from discreet.foundation.datamap.models import DataField, DataLink, DataTable, Scan, ScanTable
from discreet.foundation.datamap.proposing import (
    LOOKS_LIKE_A_KEY,
    MERE_REFERENCE,
    Pair,
    all_traits,
    judge_all_people,
    owned_of,
    roles_of,
)
from discreet.foundation.datamap.rules import TableTraits
from discreet.foundation.datamap.schema_sync import set_verdict
from discreet.foundation.sources.catalogue import Catalogue


@dataclass(slots=True)
class Settled:
    """Rows to be written: people of tables, fields whose context is clear now, links with their roles."""

    people: list[tuple[DataTable, PeopleVerdict]] = field(default_factory=list)
    fields: list[DataField] = field(default_factory=list)
    links: list[DataLink] = field(default_factory=list)
    outdated_links: list[int] = field(default_factory=list)


def categories_of(source: str) -> dict[TableRef, dict[str, str]]:
    """Return the category of every field there is, by table."""
    found: dict[TableRef, dict[str, str]] = defaultdict(dict)
    rows = DataField.objects.filter(table__source=source, table__is_gone=False, is_gone=False)
    for row in rows.select_related("table"):
        found[ref_of(row.table)][row.name] = row.category
    return found


def people_of(catalogue: Catalogue, pairs: list[Pair]) -> dict[TableRef, PeopleVerdict]:
    """Judge tables by the categories in the map; a table that a person stated is what they said."""
    categories = categories_of(catalogue.source)
    verdicts = {
        table.ref: {
            column.name: Verdict(categories.get(table.ref, {}).get(column.name, "none"), 0)
            for column in table.columns
        }
        for table in catalogue.tables
    }
    found = judge_all_people(catalogue, verdicts, pairs)
    for row in DataTable.objects.filter(source=catalogue.source, confirmed_at__isnull=False, is_gone=False):
        if ref_of(row) in found:
            found[ref_of(row)] = PeopleVerdict(row.is_people, row.people_kind, 100)
    return found


def _pair(link: DataLink) -> Pair:
    return Pair(
        ref_of(link.from_table),
        ref_of(link.to_table),
        is_actor=link.is_actor,
        is_copy=link.kind == LinkKind.COPY.value,
        is_polymorphic=bool(link.discriminator_column),
    )


def _links_within(catalogue: Catalogue) -> list[DataLink]:
    """Return the links between tables of the source that there are, except those that a person refused."""
    known = {table.ref for table in catalogue.tables}
    rows = DataLink.objects.filter(
        from_table__source=catalogue.source, to_table__source=catalogue.source, is_rejected=False
    )
    return [
        link
        for link in rows.select_related("from_table", "to_table")
        if ref_of(link.from_table) in known and ref_of(link.to_table) in known
    ]


def propose_roles_again(catalogue: Catalogue) -> int:
    """After a person said something of the map: give open links the role that follows now; return how many changed."""
    links = _links_within(catalogue)
    pairs = [_pair(link) for link in links]
    categories = categories_of(catalogue.source)
    traits = all_traits(
        catalogue,
        people_in(catalogue),
        {table.ref: categories.get(table.ref, {}).values() for table in catalogue.tables},
    )
    changed = _with_new_roles(links, pairs, traits)
    DataLink.objects.bulk_update(changed, ["role"], batch_size=100)
    return len(changed)


def people_in(catalogue: Catalogue) -> dict[TableRef, PeopleVerdict]:
    """Return what the map says now of each table's rows: proposed or stated."""
    found = {table.ref: NO_PEOPLE for table in catalogue.tables}
    for row in DataTable.objects.filter(source=catalogue.source, is_gone=False):
        found[ref_of(row)] = PeopleVerdict(row.is_people, row.people_kind, row.confidence_percent)
    return found


def settled(catalogue: Catalogue, scan: Scan) -> Settled:
    """Return what to write at the end of a scan."""
    result = Settled()
    known = {table.ref for table in catalogue.tables}
    links = _links_within(catalogue)
    pairs = [_pair(link) for link in links]
    people = people_of(catalogue, pairs)
    categories = categories_of(catalogue.source)
    traits = all_traits(catalogue, people, {ref: categories.get(ref, {}).values() for ref in known})
    owned = owned_of(pairs, traits)
    for scanned in scan.tables.select_related("table"):
        if scanned.table.confirmed_at is None and ref_of(scanned.table) in people:
            result.people.append((scanned.table, people[ref_of(scanned.table)]))
        if ref_of(scanned.table) in owned:
            result.fields += _owned_fields(scanned)
    result.fields = _with_mere_references(catalogue, links, {row.id: row for row in result.fields})
    result.links = _with_new_roles(links, pairs, traits)
    return result


def _with_new_roles(
    links: list[DataLink], pairs: list[Pair], traits: Mapping[TableRef, TableTraits]
) -> list[DataLink]:
    """Give open links the role that is proposed now, and return those that had another."""
    changed = []
    for link, role in zip(links, roles_of(pairs, traits), strict=True):
        if link.confirmed_at is None and link.role != role.value:
            link.role = role.value
            changed.append(link)
    return changed


def _with_mere_references(
    catalogue: Catalogue, links: list[DataLink], changed: dict[int, DataField]
) -> list[DataField]:
    """Add to the changed fields those called like somebody's number that turned out to refer to rows: `xh`."""
    ends = {
        (link.from_table_id, link.from_columns[0])
        for link in links
        if link.kind == LinkKind.IMPLICIT.value and _is_primary(catalogue, link)
    }
    rows = DataField.objects.filter(
        table__source=catalogue.source, confirmed_at__isnull=True, is_gone=False
    ).filter(Q(category__in=LOOKS_LIKE_A_KEY) | Q(id__in=changed))
    for row in rows:
        field = changed.get(row.id, row)
        if (field.table_id, field.name) in ends and field.category in LOOKS_LIKE_A_KEY:
            set_verdict(field, MERE_REFERENCE)
            changed[field.id] = field
    return list(changed.values())


def _is_primary(catalogue: Catalogue, link: DataLink) -> bool:
    far = catalogue.table(ref_of(link.to_table))
    return far is not None and tuple(link.to_columns) == far.primary_key


def _owned_fields(scanned: ScanTable) -> list[DataField]:
    """Return the fields that mean personal data now that the rows are known to be somebody's."""
    rows = DataField.objects.filter(table_id=scanned.table_id, confirmed_at__isnull=True, is_gone=False)
    found = []
    for row in rows:
        stored = scanned.if_owned.get(row.name)
        if stored is not None:
            category, percent, why, hidden = stored
            set_verdict(
                row, Verdict(category, percent, reasons.from_json(why), reasons.hidden_from_json(hidden))
            )
            found.append(row)
    return found
