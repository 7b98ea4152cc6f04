"""The data map as a YAML file: export what is stored, check a file against the map, store a checked file."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from discreet.engines.classify.link_model import LinkKind
from discreet.engines.subjects.graph import EraseAction, LinkRole, Match
from discreet.foundation.datamap import mapfile_refusals as wrong
from discreet.foundation.datamap import reasons
from discreet.foundation.datamap.mapfile import (
    FieldPart,
    KeepPart,
    LinkPart,
    ManualSourcePart,
    MapFile,
    RecipientPart,
    SourcePart,
    TableName,
    TablePart,
)
from discreet.foundation.datamap.mapfile_read import parse as read
from discreet.foundation.datamap.mapfile_write import dump
from discreet.foundation.datamap.models import DataField, DataKeepDuty, DataLink, DataTable
from discreet.foundation.datamap.sharing_queries import manual_sources, recipients

__all__ = ["document_of", "export", "read", "refuse_unknown_sources", "store"]
_Key = tuple[str, TableName]


def _action(value: str) -> EraseAction | None:
    return EraseAction(value) if value else None


def _field_part(row: DataField) -> FieldPart:
    return FieldPart(
        name=row.name,
        category=row.category,
        erase=_action(row.erase),
        replacement=row.replacement,
        is_confirmed=row.confirmed_at is not None,
    )


def _link_part(row: DataLink) -> LinkPart:
    is_local = row.from_table.source == row.to_table.source
    return LinkPart(
        columns=tuple(row.from_columns),
        to=TableName(table=row.to_table.name, schema=row.to_table.schema),
        to_columns=tuple(row.to_columns),
        role=LinkRole(row.role),
        to_source=None if is_local else row.to_table.source,
        match=Match(row.match),
        discriminator=(row.discriminator_column, row.discriminator_value)
        if row.discriminator_column
        else None,
        is_confirmed=row.confirmed_at is not None,
    )


def _keep_part(row: DataKeepDuty | None) -> KeepPart | None:
    if row is None:
        return None
    return KeepPart(
        article=row.article,
        reason_en=row.reason_en,
        reason_zh=row.reason_zh,
        years=row.years,
        start_column=row.start_column or None,
        fields=tuple(row.fields),
    )


def _link_order(part: LinkPart) -> tuple[str, ...]:
    return (
        *part.columns,
        "\x00",
        part.to_source or "",
        part.to.schema,
        part.to.table,
        *(part.discriminator or ()),
    )


def document_of(names: Sequence[str]) -> MapFile:
    """Return the stored map of the sources `names`, in that order. What is gone from a source is left out."""
    rows = DataTable.objects.filter(source__in=names, is_gone=False).order_by("schema", "name")
    keeps = {keep.table_id: keep for keep in DataKeepDuty.objects.filter(table__source__in=names)}
    fields: dict[int, list[FieldPart]] = defaultdict(list)
    for field in DataField.objects.filter(table__source__in=names, is_gone=False).order_by("position"):
        fields[field.table_id].append(_field_part(field))
    links: dict[int, list[LinkPart]] = defaultdict(list)
    stored = DataLink.objects.filter(from_table__source__in=names, to_table__is_gone=False)
    for link in stored.select_related("from_table", "to_table"):
        links[link.from_table_id].append(_link_part(link))
    tables: dict[str, list[TablePart]] = defaultdict(list)
    for row in rows:
        tables[row.source].append(
            TablePart(
                name=TableName(table=row.name, schema=row.schema),
                is_people=row.is_people,
                erase=_action(row.erase),
                keep=_keep_part(keeps.get(row.id)),
                is_confirmed=row.confirmed_at is not None,
                fields=tuple(fields[row.id]),
                links=tuple(sorted(links[row.id], key=_link_order)),
            )
        )
    return MapFile(sources=tuple(SourcePart(name=name, tables=tuple(tables[name])) for name in names))


def export(names: Sequence[str]) -> str:
    """Return the map of the sources `names` as a YAML file that `actions.apply_map` takes back."""
    return dump(document_of(names))


def export_whole(names: Sequence[str]) -> str:
    """Return the map of all sources, with who receives personal data and which places no program reads.

    The files of companies that have stated neither stay as they were.
    """
    told = sorted((one.facts for one in recipients()), key=lambda one: one.key)
    asked = sorted((one.facts for one in manual_sources()), key=lambda one: one.key)
    document = document_of(names)
    return dump(
        MapFile(
            sources=document.sources,
            recipients=tuple(RecipientPart(facts=facts) for facts in told) or None,
            manual_sources=tuple(ManualSourcePart(facts=facts) for facts in asked) or None,
        )
    )


def refuse_unknown_sources(document: MapFile, known: Collection[str]) -> None:
    """Refuse a file that names a source, or links to one, that is not connected."""
    for source in document.sources:
        if source.name not in known:
            raise wrong.UnknownSourceInFile(source.mark, source=source.name)
        for table in source.tables:
            for link in table.links:
                if link.to_source is not None and link.to_source not in known:
                    raise wrong.UnknownSourceInFile(link.mark, source=link.to_source)


class _Stored:
    """The map rows that a file speaks about."""

    def __init__(self) -> None:
        self.tables: dict[_Key, DataTable] = {}
        self.fields: dict[int, dict[str, DataField]] = defaultdict(dict)
        for table in DataTable.objects.filter(is_gone=False):
            self.tables[(table.source, TableName(table=table.name, schema=table.schema))] = table
        for field in DataField.objects.filter(is_gone=False, table__is_gone=False):
            self.fields[field.table_id][field.name] = field


def store(document: MapFile, *, confirmed_by: str, now: datetime) -> None:
    """Make the stored map of the document's sources equal to it. Called inside an act, after `take_in`.

    Raises:
        MapFileRefused: a table or column does not exist.
    """
    stored = _Stored()
    for source in document.sources:
        for part in source.tables:
            _refuse_unknown(stored, source.name, part)
    names = [source.name for source in document.sources]
    _open_again(names)
    undeclared = DataLink.objects.filter(from_table__source__in=names, is_declared=False)
    proposed = {_link_key(link): link for link in undeclared}
    undeclared.filter(is_rejected=False).delete()
    declared = {
        _link_key(link): link
        for link in DataLink.objects.filter(from_table__source__in=names).select_related(
            "from_table", "to_table"
        )
    }
    rows = _FileRows(stored, confirmed_by=confirmed_by, now=now)
    for source in document.sources:
        for part in source.tables:
            rows.take(source.name, part)
    DataTable.objects.bulk_update(
        rows.tables, ["is_people", "erase", "confirmed_by", "confirmed_at"], batch_size=100
    )
    DataKeepDuty.objects.bulk_create(rows.keeps)
    DataField.objects.bulk_update(rows.fields, _FIELD_COLUMNS, batch_size=80)
    for key in rows.links.keys() & proposed.keys():
        _keep_proposal(rows.links[key], proposed[key])
    undeclared.filter(id__in=[link.id for key, link in proposed.items() if key in rows.links]).delete()
    _store_links(rows.links, declared)


def _keep_proposal(link: DataLink, proposed: DataLink) -> None:
    """Let a link of the file go on saying what its proposal rested on."""
    link.kind, link.is_actor = proposed.kind, proposed.is_actor
    link.confidence_percent, link.reasons = proposed.confidence_percent, proposed.reasons


_FIELD_COLUMNS = (
    "category",
    "erase",
    "replacement",
    "confirmed_by",
    "confirmed_at",
    "confidence_percent",
    "reasons",
)


class _FileRows:
    """The rows that a file's parts become."""

    def __init__(self, stored: _Stored, *, confirmed_by: str, now: datetime) -> None:
        self._stored, self._by, self._now = stored, confirmed_by, now
        self.tables: list[DataTable] = []
        self.fields: list[DataField] = []
        self.keeps: list[DataKeepDuty] = []
        self.links: dict[tuple[object, ...], DataLink] = {}

    def take(self, source: str, part: TablePart) -> None:
        row = self._stored.tables[(source, part.name)]
        _set_table(row, part, self._by, self._now)
        self.tables.append(row)
        if part.keep is not None:
            self.keeps.append(_keep_row(row, part.keep))
        present = self._stored.fields[row.id]
        for field in part.fields:
            self.fields.append(_set_field(present[field.name], field, self._by, self._now))
        for link_part in part.links:
            to = self._stored.tables[(link_part.to_source or source, link_part.to)]
            link = _link_row(row, to, link_part, self._by, self._now)
            if _link_key(link) in self.links:
                raise wrong.TwiceInFile(link_part.mark, key="links")
            self.links[_link_key(link)] = link


def _store_links(
    links: dict[tuple[object, ...], DataLink], declared: dict[tuple[object, ...], DataLink]
) -> None:
    DataLink.objects.bulk_create([link for key, link in links.items() if key not in declared])
    kept = []
    for key, link in links.items():
        if key in declared:
            row = declared[key]
            row.role, row.match = link.role, link.match
            row.confirmed_by, row.confirmed_at = link.confirmed_by, link.confirmed_at
            kept.append(row)
    DataLink.objects.bulk_update(kept, ["role", "match", "confirmed_by", "confirmed_at"], batch_size=100)


def _open_again(names: Sequence[str]) -> None:
    """Take confirmations and choices of whole sources back; the file sets what it states."""
    is_open = {"confirmed_by": "", "confirmed_at": None}
    DataKeepDuty.objects.filter(table__source__in=names).delete()
    DataTable.objects.filter(source__in=names).update(erase="", **is_open)
    DataField.objects.filter(table__source__in=names).update(erase="", replacement=None, **is_open)
    DataLink.objects.filter(from_table__source__in=names).update(**is_open)


def _refuse_unknown(stored: _Stored, source: str, part: TablePart) -> None:
    row = stored.tables.get((source, part.name))
    if row is None:
        raise wrong.UnknownTableInFile(part.mark, source=source, table=part.name.table)
    present = stored.fields[row.id]
    for field in part.fields:
        if field.name not in present:
            raise wrong.UnknownColumnInFile(field.mark, table=part.name.table, name=field.name)
    if part.keep is not None:
        for name in [*part.keep.fields, *([part.keep.start_column] if part.keep.start_column else [])]:
            if name not in present:
                raise wrong.UnknownColumnInFile(part.keep.mark, table=part.name.table, name=name)
    for link in part.links:
        _refuse_unknown_link(stored, source, part.name, link)


def _refuse_unknown_link(stored: _Stored, source: str, name: TableName, link: LinkPart) -> None:
    to_source = link.to_source or source
    row, to = stored.tables[(source, name)], stored.tables.get((to_source, link.to))
    if to is None:
        raise wrong.UnknownTableInFile(link.mark, source=to_source, table=link.to.table)
    own = [*link.columns, *([link.discriminator[0]] if link.discriminator else [])]
    for table, columns in ((row, own), (to, link.to_columns)):
        for column in columns:
            if column not in stored.fields[table.id]:
                raise wrong.UnknownColumnInFile(link.mark, table=table.name, name=column)
    if to_source != source and len(link.columns) != 1:
        raise wrong.MatchNeedsOneColumn(link.mark)
    if row.id == to.id and link.columns == link.to_columns:
        raise wrong.LinkToItself(link.mark)


def _confirmation(is_confirmed: bool, confirmed_by: str, now: datetime) -> tuple[str, datetime | None]:
    return (confirmed_by, now) if is_confirmed else ("", None)


def _set_table(row: DataTable, part: TablePart, confirmed_by: str, now: datetime) -> None:
    row.is_people, row.erase = part.is_people, part.erase.value if part.erase else ""
    row.confirmed_by, row.confirmed_at = _confirmation(part.is_confirmed, confirmed_by, now)


def _set_field(row: DataField, part: FieldPart, confirmed_by: str, now: datetime) -> DataField:
    if row.category != part.category:
        row.confidence_percent, row.reasons = 0, reasons.to_json(reasons.STATED)
    row.category, row.erase = part.category, part.erase.value if part.erase else ""
    row.replacement = part.replacement
    row.confirmed_by, row.confirmed_at = _confirmation(part.is_confirmed, confirmed_by, now)
    return row


def _keep_row(table: DataTable, part: KeepPart) -> DataKeepDuty:
    return DataKeepDuty(
        table=table,
        article=part.article,
        reason_en=part.reason_en,
        reason_zh=part.reason_zh,
        years=part.years,
        start_column=part.start_column or "",
        fields=list(part.fields),
    )


def _link_row(row: DataTable, to: DataTable, part: LinkPart, confirmed_by: str, now: datetime) -> DataLink:
    column, value = part.discriminator or ("", "")
    by, at = _confirmation(part.is_confirmed, confirmed_by, now)
    return DataLink(
        kind=(LinkKind.POLYMORPHIC if column else LinkKind.IMPLICIT).value,
        from_table=row,
        from_columns=list(part.columns),
        to_table=to,
        to_columns=list(part.to_columns),
        role=part.role.value,
        match=part.match.value,
        discriminator_column=column,
        discriminator_value=value,
        confirmed_by=by,
        confirmed_at=at,
    )


def _link_key(row: DataLink) -> tuple[object, ...]:
    return (
        row.from_table_id,
        tuple(row.from_columns),
        row.to_table_id,
        tuple(row.to_columns),
        row.discriminator_column,
        row.discriminator_value,
    )
