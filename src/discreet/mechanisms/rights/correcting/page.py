"""What the staff page of a correction shows: what is wanted, and place by place what stands there and what becomes of
it. Values are masked until somebody opens them, which is recorded."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext, ngettext

from discreet.engines.subjects.corrections import Choice, CorrectionPlan, Place, Question
from discreet.foundation.desk import masks
from discreet.mechanisms.rights import names
from discreet.mechanisms.rights.correcting import planning as correction_planning
from discreet.mechanisms.rights.correcting import queries as correction_queries
from discreet.mechanisms.rights.correcting.rules import notice_is_due
from discreet.mechanisms.rights.correcting.summary import action_of, reason_of
from discreet.mechanisms.rights.correcting.wish import Wish
from discreet.mechanisms.rights.correcting.words import DONE, WHY
from discreet.mechanisms.rights.refusals import NothingToCorrect, PlanMissing
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import State
from discreet.mechanisms.rights.summaries import table_name
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.categories import CATEGORIES
from discreet.vocabulary.dates import written_date

_BY_HAND = frozenset({Question.PARTS, Question.FORM, Question.STALE, Question.EMPTY})
_TONES = {"correct": "run", "ask": "warn", "leave": "", "right": "good"}


@dataclass(frozen=True, slots=True)
class Line:
    """One place of the plan, as the table shows it."""

    id: str
    where: str
    raw: str
    rows: str
    old: str
    new: str
    done: str
    tone: str
    why: str
    is_asked: bool
    may_write: bool
    choice: str
    others: str


def context(view: RequestView, *, actor: Actor, is_open: bool) -> dict[str, Any]:
    """Return everything the template shows. `is_open`: the values were opened for this page."""
    wish = _wish(view.number)
    plan = _plan(view)
    may_work = view.state in (State.VERIFIED, State.PLANNED) and (
        actor.may(Role.AGENT) or actor.may(Role.ADMINISTRATOR)
    )
    lines = _lines(plan, is_open=is_open) if plan is not None else []
    categories = [change.category for change in wish.changes] if wish is not None else []
    return {
        "view": view,
        "wanted": _wanted(view.number, is_open=is_open),
        "note": wish.note if wish is not None and is_open else "",
        "has_note": bool(wish is not None and wish.note),
        "lines": lines,
        "is_open": is_open,
        "has_values": wish is not None,
        "has_plan": plan is not None,
        "written": ngettext("%(n)s row would be corrected", "%(n)s rows would be corrected", _written(plan))
        % {"n": f"{_written(plan):,}"},
        "asked": sum(line.is_asked for line in lines),
        "may_choose": may_work and any(line.is_asked for line in lines),
        "may_write_wish": view.completed_at is None
        and view.state in (State.RECEIVED, State.VERIFIED, State.PLANNED)
        and (actor.may(Role.AGENT) or actor.may(Role.ADMINISTRATOR)),
        "tells_contact": notice_is_due(categories),
    }


def summary_words(summary: Mapping[str, Any]) -> str:
    """Return the consequence in numbers: what is corrected, what is left, what is still asked about."""
    counts: Counter[str] = Counter()
    for source in summary.get("sources", []):
        for table in source["tables"]:
            counts[table["action"]] += table["rows"]
    n = counts["correct"]
    parts = [ngettext("%(n)s row corrected", "%(n)s rows corrected", n) % {"n": f"{n:,}"}]
    if n := counts["leave"]:
        parts.append(ngettext("%(n)s row left as it is", "%(n)s rows left as they are", n) % {"n": f"{n:,}"})
    if n := counts["ask"]:
        parts.append(ngettext("%(n)s row asked about", "%(n)s rows asked about", n) % {"n": f"{n:,}"})
    return gettext(", ").join(parts)


def open_places(summary: Mapping[str, Any]) -> int:
    """Return how many places a person must still choose about."""
    return len(summary.get("places_open", []))


def approval(view: RequestView, actor: Actor) -> dict[str, Any]:
    """Return what the approve bar offers this person and why. Two people agree to every correction."""
    if view.state is not State.PLANNED or not view.plan.digest:
        return {"may": False}
    if open_places(view.plan.summary):
        return {"may": False, "why": gettext("Choose first what happens to the fields that are asked about.")}
    if not view.plan.summary.get("written"):
        return {"may": False, "why": gettext("Nothing would be written: no field is to be corrected.")}
    proposer = view.plan.prepared_by
    if not proposer or (not view.plan.is_proposed and not actor.may(Role.APPROVER)):
        may = actor.may(Role.AGENT) or actor.may(Role.APPROVER)
        why = gettext("A correction needs two people. You prepare it; another approver starts it.")
        return {"may": may, "button": gettext("Ask for second approval"), "why": why}
    if proposer == actor.person:
        if not view.plan.is_proposed:
            why = gettext("A correction needs two people. You prepare it; another approver starts it.")
            return {"may": True, "button": gettext("Ask for second approval"), "why": why}
        why = gettext("You prepared this plan; another approver must approve it.")
        return {"may": False, "why": why, "proposer": proposer}
    if not actor.may(Role.APPROVER):
        return {"may": False, "why": gettext("An approver must approve it."), "proposer": proposer}
    why = gettext("You did not prepare this plan, so you may approve it.")
    return {"may": True, "button": gettext("Approve and correct"), "why": why, "proposer": proposer}


def _written(plan: CorrectionPlan | None) -> int:
    return sum(len(place.keys) for place in plan.written) if plan is not None else 0


def _wish(number: str) -> Wish | None:
    try:
        return correction_queries.wish_of(number)
    except NothingToCorrect:
        return None


def _plan(view: RequestView) -> CorrectionPlan | None:
    if view.completed_at is not None or not view.plan.digest:
        return None
    try:
        return correction_planning.plan_of(view.plan.batch_id)
    except PlanMissing:
        return None


def _wanted(number: str, *, is_open: bool) -> list[dict[str, str]]:
    wish = _wish(number)
    if wish is None:
        return []
    return [
        {
            "kind": category_words(change.category),
            "old": shown(change.category, change.old, is_open=is_open)
            if change.old
            else gettext("what their own record holds"),
            "new": shown(change.category, change.new, is_open=is_open),
        }
        for change in wish.changes
    ]


def category_words(category: str) -> str:
    language = "zh" if (translation.get_language() or "").startswith("zh") else "en"
    return CATEGORIES[category].label(language) if category in CATEGORIES else category


def _lines(plan: CorrectionPlan, *, is_open: bool) -> list[Line]:
    order = {"ask": 0, "correct": 1, "leave": 2, "right": 3}
    places = sorted(plan.places, key=lambda one: (order[action_of(one)], one.table, one.column))
    return [_line(place, is_open=is_open) for place in places]


def _line(place: Place, *, is_open: bool) -> Line:
    table = table_name(place.table)
    rows = len(place.keys)
    done = action_of(place)
    is_asked = bool(place.question) and not place.obstacle
    return Line(
        id=place.id,
        where=f"{names.place_name(place.table.source, table)}",
        raw=f"{table}.{place.column}",
        rows=f"{rows:,}",
        old=shown(place.category, place.old, is_open=is_open),
        new=shown(place.category, place.new, is_open=is_open) if not place.obstacle else "",
        done=gettext(DONE[done]),
        tone=_TONES[done],
        why=gettext(WHY[reason_of(place)]) % {"article": place.article},
        is_asked=is_asked,
        may_write=is_asked and place.question in _BY_HAND,
        choice=(place.chosen or place.proposed).value,
        others=ngettext("%(n)s other person", "%(n)s other people", place.others) % {"n": place.others}
        if place.others
        else "",
    )


def shown(category: str, value: object, *, is_open: bool) -> str:
    """Return a value as it may be shown: in full where it was opened, else masked."""
    if value is None or not str(value).strip():
        return "–"
    if is_open:
        if isinstance(value, date) and not isinstance(value, datetime):
            return written_date(value, language=translation.get_language() or "en")
        return str(value)
    text = str(value)
    if category == "email":
        return masks.mask_email(text)
    if category == "phone":
        return masks.mask_phone(text)
    return masks.mask_name(text) if category == "name" else masks.DOT * 6


def choices_of(
    posted: dict[str, str], *, batch_id: int
) -> tuple[dict[str, Choice], dict[str, tuple[str, str]]]:
    """Return what a person chose on the page, and what they wrote by hand, with its category, by place."""
    asked = {place.id: place for place in correction_planning.plan_of(batch_id).places if place.question}
    choices: dict[str, Choice] = {}
    written: dict[str, tuple[str, str]] = {}
    for name, value in posted.items():
        kind, _, place_id = name.partition("-")
        if kind == "choice" and value in (Choice.CORRECT, Choice.LEAVE):
            choices[place_id] = Choice(value)
        elif kind == "value" and value.strip() and place_id in asked:
            written[place_id] = (asked[place_id].category, value)
    return choices, written
