"""What becomes of the columns of a row that stays: emptied, replaced by a neutral value, or left."""

from collections.abc import Callable, Collection
from datetime import date, datetime, time

from discreet.engines.subjects.graph import Column, EraseAction, Graph, KeepDuty, Key, Link, LinkRole, Table
from discreet.engines.subjects.plans import FieldPlan

NewToken = Callable[[], str]
NEUTRAL = "erased"
_NEUTRAL_BY_TYPE: tuple[tuple[str, object], ...] = (  # the first whose name stands in the SQL type
    ("timestamp", datetime(1970, 1, 2)),  # noqa: DTZ001 - MariaDB's TIMESTAMP begins on 1970-01-01 in UTC
    ("datetime", datetime(1970, 1, 2)),  # noqa: DTZ001
    ("date", date(1970, 1, 2)),
    ("time", time(0, 0)),
    ("bool", False),
    ("json", "{}"),
    ("uuid", "00000000-0000-0000-0000-000000000000"),
    ("inet", "0.0.0.0"),  # noqa: S104 - a value, not an address to bind
    ("cidr", "0.0.0.0/32"),
    ("year", 1970),
)


def link_columns_to_empty(*, graph: Graph, link: Link) -> tuple[str, ...]:
    """Return the columns whose emptying removes the reference; () where it cannot be removed.

    One NULL of a composite reference is enough; columns that other links need too are spared if possible.
    """
    table = graph.tables[link.from_table]
    free = [
        name for name in link.from_columns if table.column(name).nullable and name not in table.primary_key
    ]
    busy = {
        name
        for other in graph.outgoing(link.from_table)
        if other is not link and other.from_columns != link.from_columns
        for name in other.from_columns
    }
    return tuple(name for name in free if name not in busy) or tuple(free)


def protected_columns(*, graph: Graph, table: Table) -> frozenset[str]:
    """Return the columns that cannot change on a row that stays: keys, and what enforced links stand on."""
    names = set(table.primary_key)
    for link in graph.outgoing(table.ref):
        if link.is_declared:
            names.update(name for name in link.from_columns if not table.column(name).nullable)
    for link in graph.incoming(table.ref):
        if link.is_declared:
            names.update(link.to_columns)
    return frozenset(names)


def blanked(
    *, graph: Graph, table: Table, keep: Collection[str] = (), also: Collection[str] = ()
) -> tuple[tuple[FieldPlan, ...], tuple[str, ...]]:
    """Return what happens to the personal columns, and the names of those that keep their value.

    `keep`: columns a law needs. `also`: reference columns to empty although they are not personal.
    """
    protected = protected_columns(graph=graph, table=table)
    plans: list[FieldPlan] = []
    kept: list[str] = []
    for column in table.columns:
        if column.name in also:
            plans.append(FieldPlan(column.name, EraseAction.NULL))
        elif not column.is_personal or column.is_generated:
            continue
        elif column.name in keep or column.erase is EraseAction.KEEP or column.name in protected:
            kept.append(column.name)
        else:
            plan = _field(column, prefers_replace=table.erase is EraseAction.REPLACE)
            if plan is None:
                kept.append(column.name)
            else:
                plans.append(plan)
    return tuple(plans), tuple(kept)


def _field(column: Column, *, prefers_replace: bool) -> FieldPlan | None:
    replaces = column.erase is EraseAction.REPLACE or (column.erase is None and prefers_replace)
    if column.nullable and not replaces:
        return FieldPlan(column.name, EraseAction.NULL)
    if column.unique and column.replacement is None:
        is_random = not column.binary and not any(name in column.type.lower() for name in ("date", "time"))
        return FieldPlan(column.name, EraseAction.REPLACE, None, is_unique_value=True) if is_random else None
    value = neutral_value(column)
    return None if value is None else FieldPlan(column.name, EraseAction.REPLACE, value)


def neutral_value(column: Column) -> object:
    """Return a value that says nothing and that the column's type takes; None where there is none."""
    sql_type = column.type.lower()
    if "enum" in sql_type and column.replacement is None:
        return None
    if column.replacement is not None:
        return int(column.replacement) if column.numeric else column.replacement
    for name, value in _NEUTRAL_BY_TYPE:
        if name in sql_type:
            return value
    if column.numeric:
        return 0
    if column.binary:
        return b""
    return NEUTRAL[: column.max_length] if column.max_length else NEUTRAL


def unique_value(*, column: Column, new_token: NewToken) -> object:
    """Return a neutral value that no other row holds: `new_token` gives 16 random hexadecimal digits."""
    token = new_token()
    if column.numeric:
        return -int(token[:7], 16) - 1
    if "uuid" in column.type.lower():
        full = token + new_token()
        return f"{full[:8]}-{full[8:12]}-4{full[13:16]}-8{full[17:20]}-{full[20:32]}"
    value = f"{NEUTRAL}-{token}"
    if column.category == "email":
        value = f"{NEUTRAL}-{token}@invalid"
    if column.max_length is None or len(value) <= column.max_length:
        return value
    return token[: column.max_length]


def until_date(*, duty: KeepDuty, start: object) -> date | None:
    """Return the day the duty ends; None where no end is known. 29 February ends on 1 March."""
    begun = _as_date(start)
    if begun is None or duty.years is None:
        return None
    try:
        return begun.replace(year=begun.year + duty.years)
    except ValueError:
        return date(begun.year + duty.years, 3, 1)


def _as_date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value.strip()).date()
        except ValueError:
            return None
    return None


def is_link_kept(*, duty: KeepDuty, link: Link) -> bool:
    """Return whether the duty names the reference itself, so that what it refers to is kept with the row."""
    return link.role is LinkRole.DETAIL and bool(duty.fields) and set(link.from_columns) <= set(duty.fields)


def values_for(
    *, table: Table, fields: tuple[FieldPlan, ...], keys: tuple[Key, ...], new_token: NewToken
) -> tuple[dict[str, object], dict[str, tuple[object, ...]]]:
    """Return the values for all rows, and the columns with a value of their own for each row."""
    common = {field.column: field.value for field in fields if not field.is_unique_value}
    per_row = {
        field.column: tuple(
            unique_value(column=table.column(field.column), new_token=new_token) for _ in keys
        )
        for field in fields
        if field.is_unique_value
    }
    return common, per_row
