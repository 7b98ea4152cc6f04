"""The answer of a request to know: which kinds of data are held, in which systems, and no value of them.

Source: GDPR Art. 15(1)(b), (c); Cal. Civ. Code 1798.110(a); 11 CCR 7024(k); PIPL Art. 44, 48.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from discreet.engines.subjects.found import Reach, TableReach
from discreet.engines.subjects.reach import Purpose
from discreet.foundation.datamap.queries import built
from discreet.foundation.datamap.sharing import ManualSourceFacts
from discreet.foundation.ledger.api import Json
from discreet.mechanisms.rights import contacts, gaps, planning, queries
from discreet.mechanisms.rights.actions import telling
from discreet.mechanisms.rights.copying.delivery import changed_contact
from discreet.mechanisms.rights.outside import queries as recipient_queries
from discreet.mechanisms.rights.outside.manual import kinds_held
from discreet.mechanisms.rights.summaries import table_name
from discreet.vocabulary.categories import CATEGORIES


def tell_categories(batch_id: int, run: int, number: str, now: datetime) -> None:
    """Look what is held of one person now, and answer with its categories."""
    if queries.is_completed(number):
        return
    with planning.readers_of(built().graph) as opened:
        reached = planning.reach_one(number, purpose=Purpose.ACCESS, opened=opened)
        seen = changed_contact(number, reached, opened.readers)
    contacts.keep(batch_id, reached, now)
    telling.finish_telling(
        now=datetime.now(UTC),
        batch_id=batch_id,
        run=run,
        number=number,
        told=told_of(reached, kinds_held(number)),
        not_covered=gaps.of_access(reached, asked=recipient_queries.manual_gaps([number])),
        is_reachable=number in contacts.held(batch_id),
        seen=seen,
    )


def told_of(
    reached: Reach, manual: Sequence[tuple[ManualSourceFacts, Sequence[str]]] = ()
) -> list[dict[str, Json]]:
    """Return each category of which something is held, with its places: names and counts alone.

    `manual`: what manual sources said they hold. Nobody counts it there: `rows` is 0, and the place has its names.
    """
    places: dict[str, list[dict[str, Json]]] = defaultdict(list)
    for ref in sorted(reached.tables):
        for category, rows in _held(reached.tables[ref]).items():
            places[category].append({"source": ref.source, "table": table_name(ref), "rows": rows})
    for facts, kinds in manual:
        names: dict[str, Json] = {"name_en": facts.name_en, "name_zh": facts.name_zh}
        for category in kinds:
            places[category].append({"source": facts.key, "table": "", "rows": 0, **names})
    order = {category: place for place, category in enumerate(CATEGORIES)}
    known = sorted(places, key=lambda category: order.get(category, len(order)))
    return [{"category": category, "places": list[Any](places[category])} for category in known]


def _held(table: TableReach) -> dict[str, int]:
    """Return by category how many rows of the person hold a value of it."""
    rows = [row for key, row in table.rows.items() if key not in table.beyond_shared]
    found: dict[str, int] = {}
    for column in table.table.personal_columns:
        if column.name not in table.columns:
            continue
        place = table.columns.index(column.name)
        count = sum(row[place] not in (None, "") for row in rows)
        if count:
            found[column.category] = max(found.get(column.category, 0), count)
    return found
