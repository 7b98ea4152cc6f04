"""What tells several candidates apart: masked, few, and enough for staff to choose the right person.

Source: GDPR Art. 12(6) (identity in proportion); design language, "Masked first".
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from discreet.engines.classify.spans import secrets_in
from discreet.engines.subjects.found import Reach, TableReach, as_set
from discreet.engines.subjects.graph import Key
from discreet.engines.subjects.limits import Limits
from discreet.engines.subjects.locate import Candidate, roots_of
from discreet.engines.subjects.reach import Purpose, reach
from discreet.foundation.datamap.queries import built
from discreet.foundation.desk import masks
from discreet.foundation.sources.lanes import Opened
from discreet.mechanisms.rights.matching.roots import Fact, FactKind
from discreet.mechanisms.rights.summaries import table_name
from discreet.vocabulary.errors import Refused

AT_MOST = 10  # candidates that are compared; more is no choice but a look at the identity again
_CITY = re.compile(r"city|town|ort\b|stadt|城市|市", re.IGNORECASE)
_SINCE = re.compile(r"creat|regist|sign_?up|join|since|注册|创建", re.IGNORECASE)
_DELETED = re.compile(r"delet|closed_|deactivat|删除|注销", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MASKS = {"name": masks.mask_name, "email": masks.mask_email, "phone": masks.mask_phone}
_KINDS = {
    "name": FactKind.NAME,
    "email": FactKind.EMAIL,
    "phone": FactKind.PHONE,
    "customer_id": FactKind.CUSTOMER_NUMBER,
}


def facts_of(
    found: Sequence[Candidate], *, opened: Opened, limits: Limits, today: date
) -> list[tuple[Fact, ...]]:
    """Return for each candidate what its rows say, in the order of `found`; days after `today` are plans.

    A source that refuses leaves the candidates without facts: they can still be chosen by their keys.
    """
    try:
        reached = reach(
            graph=built().graph,
            readers=opened.readers,
            roots_by_person=[roots_of([one]) for one in found],
            limits=limits,
            purpose=Purpose.ACCESS,
            lanes=opened.lanes,
        )
    except Refused:
        return [() for _ in found]
    return [tuple(_facts(reached, person, today.isoformat())) for person in range(len(found))]


def _facts(reached: Reach, person: int, today: str) -> list[Fact]:
    """Return the facts of the starting rows, then where how many rows are, and the newest day in them."""
    facts: list[Fact] = []
    rows: Counter[str] = Counter()
    latest = ""
    for ref in sorted(reached.tables):
        table = reached.tables[ref]
        own = [key for key in table.rows if person in as_set(table.persons[key])]
        for key in own:
            if table.paths[key] & 1:
                facts += _of_root(table, key)
            else:
                facts += _city(table, key)
                latest = max([latest, *(day for day in _days(table, key) if day <= today)])
        if own and not table.table.is_people:
            rows[table_name(ref)] += len(own)
    if rows:
        facts.append(
            Fact(FactKind.ROWS, ", ".join(f"{name} {count}" for name, count in sorted(rows.items())))
        )
    if latest:
        facts.append(Fact(FactKind.LATEST, latest))
    return list(dict.fromkeys(facts))


def _of_root(table: TableReach, key: Key) -> list[Fact]:
    facts = []
    for name, value in zip(table.columns, table.rows[key], strict=True):
        column = table.table.column(name)
        if value is None or value == "":
            continue
        if column.category in _MASKS:
            facts.append(Fact(_KINDS[column.category], _MASKS[column.category](str(value))))
        elif column.category == "customer_id":
            facts.append(Fact(FactKind.CUSTOMER_NUMBER, _end(str(value))))
        elif not column.is_personal and _DELETED.search(name) and (day := _day(value)):
            facts.append(Fact(FactKind.DELETED, day))
        elif not column.is_personal and _SINCE.search(name) and (day := _day(value)):
            facts.append(Fact(FactKind.SINCE, day))
    return facts + _city(table, key)


def _city(table: TableReach, key: Key) -> list[Fact]:
    return [
        Fact(FactKind.CITY, str(value)[:40])
        for name, value in zip(table.columns, table.rows[key], strict=True)
        if value
        and table.table.column(name).category in ("address", "geo_location")
        and _CITY.search(name)
        and not secrets_in(str(value))
    ]


def _days(table: TableReach, key: Key) -> list[str]:
    return [
        day
        for name, value in zip(table.columns, table.rows[key], strict=True)
        if not table.table.column(name).is_personal and (day := _day(value))
    ]


def _day(value: object) -> str:
    """Return the day of a date, of a moment, or of a text that begins with one; "" without."""
    text = value.isoformat() if isinstance(value, date) else value
    return text[:10] if isinstance(text, str) and _DAY.match(text) else ""


def _end(text: str) -> str:
    """Return the last characters of a customer number: enough to compare, too few to use."""
    return masks.DOT * 3 + text[-3:] if len(text) > 4 else masks.DOT * 3 + text[-1:]
