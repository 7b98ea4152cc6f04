"""What a scan found that the last one did not: parts new and gone, categories that changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from discreet.foundation.datamap.models import DataField, Scan, ScanTable
from discreet.vocabulary.categories import NONE

MAX_KEPT = 2_000


class What(StrEnum):
    NEW_TABLE = "new_table"
    GONE_TABLE = "gone_table"
    NEW_FIELD = "new_field"
    GONE_FIELD = "gone_field"
    CHANGED = "changed"  # an open proposal says something else now
    DISAGREES = "disagrees"  # the values say something else than a person confirmed


@dataclass(frozen=True, slots=True)
class Difference:
    what: What
    table: str
    field: str = ""
    before: str = ""
    after: str = ""

    def to_json(self) -> list[str]:
        return [self.what.value, self.table, self.field, self.before, self.after]

    @classmethod
    def from_json(cls, stored: list[str]) -> "Difference":
        what, table, field, before, after = stored
        return cls(What(what), table, field, before, after)

    @property
    def is_new_personal(self) -> bool:
        """Say whether something personal came that nobody has looked at."""
        return (
            self.what in (What.NEW_FIELD, What.CHANGED) and self.after != NONE and self.before in ("", NONE)
        )


def of(scan: Scan) -> list[Difference]:
    """Return how the map after this scan differs from the last one; nothing for the first scan of a source."""
    last = Scan.objects.filter(source=scan.source, state="done").exclude(id=scan.id).order_by("-id").first()
    if last is None:
        return list(_disagreements(scan))[:MAX_KEPT]
    then = {row.table_id: row for row in last.tables.select_related("table")}
    now = {row.table_id: row for row in scan.tables.select_related("table")}
    fields: dict[int, dict[str, DataField]] = {table_id: {} for table_id in now}
    for field in DataField.objects.filter(table_id__in=now, is_gone=False):
        fields[field.table_id][field.name] = field
    found = [Difference(What.NEW_TABLE, _name(row)) for key, row in now.items() if key not in then]
    found += [Difference(What.GONE_TABLE, _name(row)) for key, row in then.items() if key not in now]
    for table_id, row in now.items():
        old = then.get(table_id)
        known = old.before if old is not None else {}
        found += _of_table(row, known, fields[table_id])
    return [*found, *_disagreements(scan)][:MAX_KEPT]


def _name(row: ScanTable) -> str:
    return f"{row.table.schema}.{row.table.name}" if row.table.schema else row.table.name


def _of_table(row: ScanTable, known: dict[str, str], fields: dict[str, DataField]) -> Iterator[Difference]:
    for name, field in fields.items():
        if name not in known:
            yield Difference(What.NEW_FIELD, _name(row), name, "", field.category)
        elif field.confirmed_at is None and row.before.get(name, field.category) != field.category:
            yield Difference(What.CHANGED, _name(row), name, row.before[name], field.category)
    for name in known:
        if name not in fields:
            yield Difference(What.GONE_FIELD, _name(row), name, known[name], "")


def _disagreements(scan: Scan) -> Iterator[Difference]:
    """Yield where values are surely personal and a person confirmed something else."""
    for row in scan.tables.select_related("table").exclude(if_owned={}):
        named = {name[1:]: stored for name, stored in row.if_owned.items() if name.startswith("\0")}
        if not named:
            continue
        for field in DataField.objects.filter(table_id=row.table_id, name__in=named, is_gone=False):
            category, percent = named[field.name][0], named[field.name][1]
            if field.confirmed_at is not None and category not in (NONE, field.category) and percent >= 85:
                yield Difference(What.DISAGREES, _name(row), field.name, field.category, category)
