"""The only writer of the data map. Evidence stands under `source:NAME` and names tables, columns, categories.

A source is described before the act's transaction opens: no source I/O inside it.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from discreet.engines.classify.link_model import LinkKind
from discreet.engines.subjects.graph import EraseAction, KeepDuty, LinkRole, Match, TableRef
from discreet.events.datamap import MapChanged, SourceMapped
from discreet.foundation.datamap import (
    changes,
    reasons,
    refusals,
    settling,
    sharing_apply,
    source_facts,
    yaml_file,
)
from discreet.foundation.datamap.graph_build import ref_of
from discreet.foundation.datamap.mapfile import MapFile
from discreet.foundation.datamap.models import DataField, DataKeepDuty, DataLink, DataTable, MapVersion
from discreet.foundation.datamap.schema_sync import SchemaChange, take_in
from discreet.foundation.jobs.api import publish
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Json, record
from discreet.foundation.ledger.canonical import looks_like_contact
from discreet.foundation.sources.catalogue import Catalogue
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.categories import ASSIGNABLE
from discreet.vocabulary.ids import new_id


def propose_from_schema(*, actor: Actor, now: datetime, source: str) -> SchemaChange:
    """Describe `source` and take its schema into the map as proposals. Decisions made before stay."""
    return take_schema(
        actor=actor, now=now, catalogue=source_facts.describe(actor=actor, now=now, source=source)
    )


@act("datamap.take_schema")
def take_schema(*, actor: Actor, now: datetime, catalogue: Catalogue) -> SchemaChange:
    """Take a described schema into the map."""
    change = take_in(catalogue, now=now)
    facts: dict[str, Json] = {
        "tables": len(catalogue.tables),
        "new_tables": change.new_tables,
        "gone_tables": change.gone_tables,
        "new_fields": change.new_fields,
        "gone_fields": change.gone_fields,
        "new_links": change.new_links,
        "schema_fingerprint": catalogue.fingerprint,
    }
    _changed(actor=actor, now=now, source=catalogue.source, facts=facts)
    return change


def ensure_proposed(*, actor: Actor, now: datetime, source: str) -> None:
    """Take the schema of `source` in as it was last read, where that never happened."""
    if not DataTable.objects.filter(source=source).exists():
        take_schema(actor=actor, now=now, catalogue=source_facts.described(source))


def confirm_all(*, actor: Actor, now: datetime, source: str) -> int:
    """Confirm every open part of the map of `source`, taking its schema in first where that never happened.

    Returns how many parts were confirmed.
    """
    ensure_proposed(actor=actor, now=now, source=source)
    return _confirm_source(actor=actor, now=now, source=source)


@act("datamap.confirm_all")
def _confirm_source(*, actor: Actor, now: datetime, source: str) -> int:
    if not DataTable.objects.filter(source=source, is_gone=False).exists():
        raise refusals.NothingToConfirm(source=source)
    stamp = {"confirmed_by": actor.label, "confirmed_at": now}
    is_open = {"confirmed_at__isnull": True, "is_gone": False}
    tables = DataTable.objects.filter(source=source, **is_open).update(**stamp)
    fields = DataField.objects.filter(table__source=source, table__is_gone=False, **is_open).update(**stamp)
    links = DataLink.objects.filter(
        from_table__source=source, confirmed_at__isnull=True, is_rejected=False
    ).update(**stamp)
    facts: dict[str, Json] = {
        "tables": tables,
        "fields": fields,
        "links": links,
        "map_sha256": _digest([source]),
    }
    _changed(actor=actor, now=now, source=source, facts=facts)
    return tables + fields + links


@act("datamap.confirm_field")
def confirm_field(*, actor: Actor, now: datetime, field_id: int, seen: str | None = None) -> None:
    """Confirm the category that a field has.

    `seen`: the category the person saw; another one meanwhile is refused.
    """
    field = _field(field_id)
    if seen is not None and seen != field.category:
        raise refusals.ChangedMeanwhile
    _confirm(field, actor, now)
    field.save()
    _changed(actor=actor, now=now, source=field.table.source, facts=field_facts(field))


@act("datamap.confirm_fields")
def confirm_fields(*, actor: Actor, now: datetime, table_id: int, at_least_percent: int = 0) -> int:
    """Confirm the open fields of a table whose proposal is at least so sure; return how many."""
    table = _table(table_id)
    open_fields = table.fields.filter(
        confirmed_at__isnull=True, is_gone=False, confidence_percent__gte=at_least_percent
    )
    names = list(open_fields.values_list("name", "category"))
    open_fields.update(confirmed_by=actor.label, confirmed_at=now)
    fields: list[Json] = [{"field": plain_name(name), "category": category} for name, category in names]
    _changed(
        actor=actor,
        now=now,
        source=table.source,
        facts={"table": plain_name(table.name), "fields": fields, "at_least_percent": at_least_percent},
    )
    return len(names)


@act("datamap.confirm_table")
def confirm_table(*, actor: Actor, now: datetime, table_id: int) -> int:
    """Confirm a table with all its open fields and the links that start in it; return how many parts."""
    table = _table(table_id)
    stamp = {"confirmed_by": actor.label, "confirmed_at": now}
    fields = table.fields.filter(confirmed_at__isnull=True).update(**stamp)
    links = table.links_out.filter(confirmed_at__isnull=True, is_rejected=False).update(**stamp)
    is_new = DataTable.objects.filter(id=table.id, confirmed_at__isnull=True).update(**stamp)
    facts: dict[str, Json] = {
        "table": plain_name(table.name),
        "people": table.is_people,
        "fields": fields,
        "links": links,
    }
    _changed(actor=actor, now=now, source=table.source, facts=facts)
    return fields + links + is_new


@act("datamap.correct_field")
def correct_field(
    *,
    actor: Actor,
    now: datetime,
    field_id: int,
    category: str,
    erase: EraseAction | None = None,
    replacement: str | None = None,
    seen: str | None = None,
) -> None:
    """Say what a field holds and what erasure does to it; this confirms it.

    `seen`: the category the person saw; another one meanwhile is refused.
    """
    field = _field(field_id)
    if seen is not None and seen != field.category:
        raise refusals.ChangedMeanwhile
    if category not in ASSIGNABLE:
        raise refusals.UnknownCategory(category=category)
    if (erase is EraseAction.REPLACE) != (replacement is not None):
        raise refusals.ReplacementNeeded
    before = field.category
    if category != before:
        field.confidence_percent, field.reasons = 0, reasons.to_json(reasons.STATED)
    field.category, field.erase, field.replacement = category, erase.value if erase else "", replacement
    _confirm(field, actor, now)
    field.save()
    facts = {**field_facts(field), "category_before": before}
    _changed(actor=actor, now=now, source=field.table.source, facts=facts)


@act("datamap.set_table")
def set_table(
    *,
    actor: Actor,
    now: datetime,
    table_id: int,
    is_people: bool,
    erase: EraseAction | None = None,
    keep: KeepDuty | None = None,
) -> None:
    """Say whether a table holds people, what erasure does, which law keeps its rows; confirms it."""
    table = _table(table_id)
    if keep is not None:
        _refuse_incomplete(table, keep)
    table.is_people, table.erase = is_people, erase.value if erase else ""
    _confirm(table, actor, now)
    table.save()
    DataKeepDuty.objects.filter(table=table).delete()
    if keep is not None:
        DataKeepDuty.objects.create(
            table=table,
            article=keep.article,
            reason_en=keep.reason_en,
            reason_zh=keep.reason_zh,
            years=keep.years,
            start_column=keep.start_column or "",
            fields=list(keep.fields),
        )
    facts: dict[str, Json] = {
        "table": plain_name(table.name),
        "people": is_people,
        "erase": table.erase,
        "keep_article": keep.article if keep else "",
        "roles_proposed_again": _roles_again(table.source),
    }
    _changed(actor=actor, now=now, source=table.source, facts=facts)


@act("datamap.set_link_role")
def set_link_role(*, actor: Actor, now: datetime, link_id: int, role: LinkRole) -> None:
    """Say what a link means; this confirms it."""
    link = _link(link_id)
    before = link.role
    link.role, link.is_rejected = role.value, False
    _confirm(link, actor, now)
    link.save()
    facts = {**link_facts(link), "role_before": before}
    facts["roles_proposed_again"] = _roles_again(link.from_table.source)
    _changed(actor=actor, now=now, source=link.from_table.source, facts=facts)


@act("datamap.add_link")
def add_link(
    *,
    actor: Actor,
    now: datetime,
    from_table: TableRef,
    from_columns: tuple[str, ...],
    to_table: TableRef,
    to_columns: tuple[str, ...],
    role: LinkRole,
    match: Match = Match.EXACT,
    discriminator: tuple[str, str] | None = None,
) -> int:
    """Add a confirmed link that the schema does not declare; return its id."""
    is_single = len(from_columns) == 1 == len(to_columns)
    is_joined_by_value = match is not Match.EXACT or from_table.source != to_table.source
    if not from_columns or len(from_columns) != len(to_columns) or (is_joined_by_value and not is_single):
        raise refusals.LinkNotPossible
    if (from_table, from_columns) == (to_table, to_columns):
        raise refusals.LinkNotPossible
    start, end = _table_by_ref(from_table), _table_by_ref(to_table)
    column, value = discriminator or ("", "")
    _refuse_missing(start, [*from_columns, *([column] if column else [])])
    _refuse_missing(end, to_columns)
    key = {
        "from_table": start,
        "from_columns": list(from_columns),
        "to_table": end,
        "to_columns": list(to_columns),
        "discriminator_column": column,
        "discriminator_value": value,
    }
    if DataLink.objects.filter(**key, is_rejected=False).exists():
        raise refusals.LinkExists
    kind = LinkKind.POLYMORPHIC if column else LinkKind.IMPLICIT
    DataLink.objects.filter(**key, is_rejected=True).delete()
    link = DataLink(**key, kind=kind.value, role=role.value, match=match.value)
    _confirm(link, actor, now)
    link.save()
    facts = {**link_facts(link), "roles_proposed_again": _roles_again(start.source)}
    _changed(actor=actor, now=now, source=start.source, facts=facts)
    return link.id


def _roles_again(source: str) -> int:
    """Let open links follow what a person just said: whose rows are whose may be clear now."""
    is_known = source in source_facts.connected()[0]  # a map may be older than its source
    return settling.propose_roles_again(source_facts.described(source)) if is_known else 0


@act("datamap.remove_link")
def remove_link(*, actor: Actor, now: datetime, link_id: int) -> None:
    """Remove a link that a person added, or reject one that was proposed; it is not proposed again."""
    link = _link(link_id)
    if link.is_declared:
        raise refusals.DeclaredLink
    facts = link_facts(link)
    if link.confidence_percent:
        link.confirmed_by, link.confirmed_at, link.is_rejected = "", None, True
        link.save()
    else:
        link.delete()
    facts["roles_proposed_again"] = _roles_again(link.from_table.source)
    _changed(actor=actor, now=now, source=link.from_table.source, facts=facts)


def apply_map(*, actor: Actor, now: datetime, text: str) -> tuple[str, ...]:
    """Make the map of every source that the file names equal to the file; return their names.

    What the file leaves out becomes an open proposal again; links it leaves out are removed unless the schema
    declares them. Nothing is applied when any part is refused.

    Raises:
        MapFileRefused: with line and column.
    """
    document = yaml_file.read(text)
    known = source_facts.connected()[0]
    yaml_file.refuse_unknown_sources(document, known)
    described = tuple(
        source_facts.describe(actor=actor, now=now, source=source.name) for source in document.sources
    )
    return _apply_document(actor=actor, now=now, document=document, described=described)


@act("datamap.apply_map")
def _apply_document(
    *, actor: Actor, now: datetime, document: MapFile, described: tuple[Catalogue, ...]
) -> tuple[str, ...]:
    for schema in described:
        take_in(schema, now=now)
    yaml_file.store(document, confirmed_by=actor.label, now=now)
    sharing_apply.store(document, actor=actor, now=now)
    spoken: dict[str, Json] = {
        "sources": len(document.sources),
        "recipients": None if document.recipients is None else len(document.recipients),
        "manual_sources": None if document.manual_sources is None else len(document.manual_sources),
    }
    if not document.sources:
        record(actor=actor, now=now, subject="map:file", facts=spoken)
    names = tuple(source.name for source in document.sources)
    for source in document.sources:
        facts: dict[str, Json] = {
            "tables": len(source.tables),
            "fields": sum(len(table.fields) for table in source.tables),
            "links": sum(len(table.links) for table in source.tables),
            "map_sha256": _digest([source.name]),
        }
        _changed(actor=actor, now=now, source=source.name, facts=facts)
    return names


def _digest(sources: list[str]) -> str:
    return hashlib.sha256(yaml_file.export(sources).encode()).hexdigest()


def plain_name(name: str) -> str:
    """Return a table's or column's name as evidence may hold it: nothing in it reads as a contact point."""
    return name.replace("@", "＠").replace("+", "＋")


def _confirm(row: DataTable | DataField | DataLink, actor: Actor, now: datetime) -> None:
    row.confirmed_by, row.confirmed_at = actor.label, now


def _field(field_id: int) -> DataField:
    field = (
        DataField.objects.select_for_update(of=("self",)).select_related("table").filter(id=field_id).first()
    )
    if field is None or field.is_gone or field.table.is_gone:
        raise refusals.NotInMap
    return field


def _table(table_id: int) -> DataTable:
    table = DataTable.objects.select_for_update().filter(id=table_id, is_gone=False).first()
    if table is None:
        raise refusals.NotInMap
    return table


def _table_by_ref(ref: TableRef) -> DataTable:
    table = DataTable.objects.filter(
        source=ref.source, schema=ref.schema, name=ref.table, is_gone=False
    ).first()
    if table is None:
        raise refusals.NotInMap
    return table


def _link(link_id: int) -> DataLink:
    links = DataLink.objects.select_for_update(of=("self",)).select_related("from_table", "to_table")
    link = links.filter(id=link_id).first()
    if link is None:
        raise refusals.NotInMap
    return link


def _refuse_missing(table: DataTable, names: Iterable[str]) -> None:
    present = set(table.fields.filter(is_gone=False).values_list("name", flat=True))
    for name in names:
        if name not in present:
            raise refusals.ColumnMissing(table=table.name, name=name)


def _refuse_incomplete(table: DataTable, keep: KeepDuty) -> None:
    is_cited = keep.article.strip() and keep.reason_en.strip() and keep.reason_zh.strip()
    if not is_cited or (keep.years is None) != (keep.start_column is None):
        raise refusals.KeepDutyIncomplete
    if keep.years is not None and not 1 <= keep.years <= 200:
        raise refusals.KeepDutyIncomplete
    if looks_like_contact(keep.article):
        raise refusals.NotAnArticle
    _refuse_missing(table, [*keep.fields, *([keep.start_column] if keep.start_column else [])])


def field_facts(field: DataField) -> dict[str, Json]:
    return {
        "table": plain_name(field.table.name),
        "field": plain_name(field.name),
        "category": field.category,
        "erase": field.erase,
    }


def link_facts(link: DataLink) -> dict[str, Json]:
    return {
        "from": f"{plain_name(link.from_table.name)}({', '.join(plain_name(name) for name in link.from_columns)})",
        "to": f"{plain_name(str(ref_of(link.to_table)))}({', '.join(plain_name(name) for name in link.to_columns)})",
        "role": link.role,
        "match": link.match,
    }


def raise_version() -> int:
    """Give the map its next version and return the number. Called inside an act."""
    MapVersion.objects.get_or_create(id=1)
    MapVersion.objects.filter(id=1).update(number=F("number") + 1, stamp=new_id(prefix="map"))
    return MapVersion.objects.values_list("number", flat=True).get(id=1)


def _changed(*, actor: Actor, now: datetime, source: str, facts: dict[str, Json]) -> None:
    """Raise the version, record the act, and tell others; a map without open parts is told as mapped.

    Cases about what was new follow: the last decision closes them, a decision taken back opens them again.
    """
    number = raise_version()
    record(actor=actor, now=now, subject=f"source:{source}", facts={**facts, "map_version": number})
    publish(MapChanged(source=source, map_version=number))
    changes.follow(actor=actor, now=now, source=source)
    if not has_open_parts(source):
        publish(SourceMapped(source=source, map_version=number))


def has_open_parts(source: str) -> bool:
    """Return whether anything in the map of `source` waits for a person."""
    return (
        DataTable.objects.filter(source=source, confirmed_at__isnull=True, is_gone=False).exists()
        or DataField.objects.filter(
            table__source=source, table__is_gone=False, confirmed_at__isnull=True, is_gone=False
        ).exists()
        or DataLink.objects.filter(
            from_table__source=source, confirmed_at__isnull=True, is_rejected=False
        ).exists()
    )
