"""What may be kept and shown of a correction plan: fields, counts, reasons. No old and no new value."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from discreet.engines.subjects.correction_order import waits_for_database
from discreet.engines.subjects.corrections import CorrectionPlan, Place, Question, Standing
from discreet.engines.subjects.found import Reach
from discreet.foundation.ledger.api import Json
from discreet.mechanisms.rights.summaries import steps_of, table_name


def of_plan(plan: CorrectionPlan, reached: Reach, *, not_covered: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the summary of a correction plan, in the shape of an erasure's where both have it."""
    by_source: dict[str, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
    for place in plan.places:
        by_source[place.table.source][table_name(place.table)].append(place)
    waiting = waits_for_database(reached.graph, plan.places)
    return {
        "people": 1,
        "sources": [
            {"name": source, "tables": [row for name in sorted(tables) for row in _rows(name, tables[name])]}
            for source, tables in sorted(by_source.items())
        ],
        "steps": steps_of(reached),
        "operations": [
            {
                "source": source,
                "table": table_name(write.table),
                "kind": "update",
                "key_columns": list(write.key_columns),
                "columns": [write.column],
                "rows": len(write.keys),
            }
            for source, writes in sorted(plan.writes.items())
            for write in writes
        ],
        "not_covered": [
            *not_covered,
            *(_waiting(place) for place in waiting),
        ],
        "open_questions": [],
        "categories": sorted({change.category for change in plan.changes}),
        "written": sum(len(place.keys) for place in plan.written),
        "places_asked": [place.id for place in plan.places if place.question and not place.obstacle],
        "places_open": [place.id for place in plan.open_questions],
    }


def _rows(name: str, places: list[Place]) -> Iterator[dict[str, Any]]:
    for place in places:
        yield {
            "table": name,
            "rows": len(place.keys),
            "action": action_of(place),
            "shared": len(place.keys) if place.others else 0,
            "reason": reason_of(place),
            "params": {"article": place.article},
            "fields": [{"column": place.column, "action": action_of(place)}],
            "kept_fields": [],
            "until": None,
        }


def reason_of(place: Place) -> str:
    """Return why a place is treated so, as a code of `WHY`."""
    if place.obstacle:
        return f"obstacle_{place.obstacle.value}"
    if place.question:
        return f"asks_{place.question.value}"
    return f"place_{place.standing.value}"


def action_of(place: Place) -> str:
    """Return what happens to a place, in one word."""
    if place.is_written:
        return "correct"
    if place.is_open:
        return "ask"
    return "right" if place.standing is Standing.NEW else "leave"


def _waiting(place: Place) -> dict[str, Any]:
    return {
        "source": place.table.source,
        "table": table_name(place.table),
        "columns": [place.column],
        "reason": "key_follows_by_database",
        "rows": len(place.keys),
        "rows_estimated": False,
    }


def left_of(plan: CorrectionPlan, *, refused: Collection[str]) -> list[dict[str, Json]]:
    """Return the places that keep the wrong value, each with its reason."""
    left = list(plan.left) + [place for place in plan.written if place.table.source in refused]
    return [
        {
            "source": place.table.source,
            "table": table_name(place.table),
            "rows": len(place.keys),
            "fields": [place.column],
            "reason": _why_left(place, refused),
            "article": place.article,
            "reason_en": "",
            "reason_zh": "",
            "until": None,
        }
        for place in left
    ]


def _why_left(place: Place, refused: Collection[str]) -> str:
    if place.is_written and place.table.source in refused:
        return "left_refused"
    if place.obstacle:
        return f"obstacle_{place.obstacle.value}"
    return {Question.SHARED: "left_shared", Question.KEPT: "left_kept"}.get(place.question, "left_by_choice")
