"""What the person's own page says of a request: what comes next, what is missing, what we told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext

from discreet.foundation.desk import times
from discreet.foundation.desk.phrases import listed
from discreet.foundation.organisation.queries import profile
from discreet.foundation.papers import queries as papers
from discreet.foundation.permission.queries import course_of
from discreet.foundation.permission.rules import Decision
from discreet.mechanisms.rights import names
from discreet.mechanisms.rights.copying import delivered as copies
from discreet.mechanisms.rights.kinds import OFFERED, Kind, Requester, Way, way_of
from discreet.mechanisms.rights.letters import said as letters
from discreet.mechanisms.rights.opening.identity import How, Missing, may_prove_by_code
from discreet.mechanisms.rights.outside.queries import places_awaited
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import APPEAL_DAYS, TRANSITIONS, Outcome, State, may_appeal
from discreet.mechanisms.rights.words import (
    BY_APPEAL,
    BY_APPEAL_OF_PERSON,
    BY_DATE,
    BY_LATE,
    BY_NO_LAW,
    BY_NOTHING,
    BY_OF_APPEAL,
    BY_OF_EARLIER,
    BY_PAUSED,
    CHOICE_DECIDED,
    CHOICE_LIFTED,
    CHOICE_TO_BE_LIFTED,
    COPY_WAITS,
    MISSING_FOR_AGENT,
    MISSING_FOR_PERSON,
    NEXT_AFTER_CODE,
    NEXT_COPY_WAITS,
    NEXT_FOR_AGENT,
    NEXT_FOR_AGENT_CODE,
    NEXT_FOR_CHECK,
    NEXT_FOR_CHOICE,
    NEXT_FOR_COPY,
    NEXT_FOR_CORRECTION,
    NEXT_FOR_IDENTITY,
    NEXT_FOR_PAPERS,
    NEXT_FOR_PERSON,
    NEXT_FOR_PLACE,
    NEXT_FOR_TOLD,
    NEXT_HELD,
    NEXT_INCOMPLETE,
    NEXT_NOBODY,
    NEXT_NOBODY_ANY_MORE,
    NEXT_UNSEEN_DONE,
    NEXT_UNSEEN_PLACE,
    NEXT_UNSEEN_REFUSED,
    NEXT_UNSEEN_UNPROVEN,
)
from discreet.vocabulary.categories import CATEGORIES

_NEXT = {
    Way.ERASE: NEXT_FOR_PERSON,
    Way.COPY: NEXT_FOR_COPY,
    Way.TELL: NEXT_FOR_TOLD,
    Way.CORRECT: NEXT_FOR_CORRECTION,
    Way.STAND: NEXT_FOR_CHOICE,
}


@dataclass(frozen=True, slots=True)
class Proof:
    """`missing`: sentences, beside the code. Which forms the page offers."""

    missing: tuple[str, ...]
    by_code: bool
    declaration: bool
    detail: bool
    papers: bool


@dataclass(frozen=True, slots=True)
class Help:
    """What a page says in every state: when, whom to ask, and whether it may be withdrawn. In the reader's language.

    `is_plain`: the date by which the answer comes says it all.
    """

    by: str
    is_plain: bool
    who: str
    address: str
    may_cancel: bool
    is_too_late_to_cancel: bool


def help_of(view: RequestView, *, now: datetime, sees: bool = True) -> Help:
    """Return by when something is due, or honestly that no date is set, and whom to ask: never nobody.

    `sees`: as `may_see`; whoever does not is not told of another look that only the person can ask for.
    """
    company = profile()
    by, is_plain = _by_when(view, now, may_appeal_here=sees or view.verified_at is None)
    return Help(
        by=by,
        is_plain=is_plain,
        who=company.officer or gettext("Our privacy team"),
        address=company.officer_email or company.contact_email,
        may_cancel=State.CANCELLED in TRANSITIONS[view.state],
        is_too_late_to_cancel=view.state is State.EXECUTING,
    )


def _by_when(view: RequestView, now: datetime, *, may_appeal_here: bool) -> tuple[str, bool]:
    if view.state is State.DUPLICATE:
        return gettext(BY_OF_EARLIER), False
    if view.state is State.APPEALED:
        return gettext(BY_OF_APPEAL), False
    if view.state is State.CANCELLED:
        return gettext(BY_NOTHING), False
    if view.answered_at is not None:
        is_open = may_appeal(
            state=view.state, completed_at=view.completed_at, appealed_at=view.course.appealed_at, now=now
        )
        if not is_open or view.completed_at is None:
            return gettext(BY_NOTHING), False
        last = view.completed_at + timedelta(days=APPEAL_DAYS)
        return gettext(BY_APPEAL if may_appeal_here else BY_APPEAL_OF_PERSON) % {
            "day": times.day(last)
        }, False
    if view.due_at is None:
        return gettext(BY_NO_LAW), False
    if view.course.paused_at is not None:
        return gettext(BY_PAUSED), False
    is_late = view.due_at < now
    return gettext(BY_LATE if is_late else BY_DATE) % {"day": times.due_day(view.due_at)}, not is_late


def heading_of(view: RequestView) -> str:
    """Return the template of what became of it; a copy that nobody was handed is not called delivered."""
    return COPY_WAITS if copies.is_waiting(view) else letters.outcome_words(view)


def next_of(view: RequestView) -> str:
    """Return the template of what comes next."""
    if view.state is State.DONE and view.outcome == Outcome.INCOMPLETE:
        return NEXT_INCOMPLETE
    if view.state is State.DONE and copies.is_waiting(view):
        return NEXT_COPY_WAITS
    if view.state is State.RECEIVED:
        if How.CODE in view.course.proofs:
            return NEXT_AFTER_CODE
        is_authorised = view.course.authorised_at is not None
        if is_authorised and view.course.requester != Requester.SELF:
            return NEXT_FOR_AGENT_CODE if may_prove_by_code(view.course.requester) else NEXT_FOR_IDENTITY
        if not may_prove_by_code(view.course.requester):
            return NEXT_FOR_PAPERS if papers.asked_for(view.number) else NEXT_FOR_CHECK
        if view.course.requester == Requester.AGENT:
            return NEXT_FOR_AGENT
    if view.state is State.VERIFIED and view.candidates == 0:
        return NEXT_NOBODY_ANY_MORE if view.course.reopened_at else NEXT_NOBODY
    if places_awaited(view.number, kind=view.kind, state=view.state):
        return NEXT_FOR_PLACE[way_of(view.kind)]
    return _NEXT[way_of(view.kind)][view.state]


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of the choice of a request. `next`: an English template; `is_over`: it no longer holds."""

    next: str
    grounds: str
    is_over: bool


def standing_of(view: RequestView) -> Standing | None:
    """Return what was decided or done with the choice since the request ended; None where it just stands."""
    is_decided_on = bool(view.course.choice_ref) and view.state in (State.PLANNED, State.REFUSED)
    is_choice = way_of(view.kind) is Way.STAND and (view.state is State.DONE or is_decided_on)
    course = course_of(view.number, ref=view.course.choice_ref) if is_choice else None
    if course is None:
        return None
    if course.ended_how == "lifted":
        return Standing(next=CHOICE_LIFTED, grounds="", is_over=True)
    if course.told_at is not None:
        return Standing(next=CHOICE_TO_BE_LIFTED, grounds="", is_over=False)
    if course.decision is Decision.NONE:
        return None
    is_over = course.decision is Decision.OVERRIDDEN
    return Standing(next=CHOICE_DECIDED[course.decision], grounds=course.grounds, is_over=is_over)


def may_see(view: RequestView, *, is_for_person: bool) -> bool:
    """Say whether whoever reads this page may read of the person's data and of what was decided about them.

    An agent never: the answer goes to the person, at the address held, with a page of their own. A guardian or a
    relative once staff took their authority as proven. Source: 11 CCR 7063; GDPR Art. 12(6); PIPL Art. 31, 49.
    """
    if view.course.is_held:
        return False  # nobody knows whether whoever proved it is still whom the record names
    if view.course.requester == Requester.SELF or is_for_person:
        return True
    return view.course.requester != Requester.AGENT and view.course.authorised_at is not None


def shows_answer(view: RequestView) -> bool:
    """Say whether the page shows what was done: also while somebody looks at that answer again."""
    is_over = view.state in (State.DONE, State.APPEALED) and view.completed_at is not None
    return is_over and view.outcome != Outcome.REFUSED


def next_unseen(view: RequestView) -> str:
    """Return what comes next for whoever may not read of the person's data."""
    if view.course.is_held and view.completed_at is not None:
        return NEXT_HELD
    if view.state is State.DONE:
        return NEXT_UNSEEN_DONE
    if view.state is State.REFUSED:
        return NEXT_UNSEEN_UNPROVEN if view.verified_at is None else NEXT_UNSEEN_REFUSED
    if places_awaited(view.number, kind=view.kind, state=view.state):
        return NEXT_UNSEEN_PLACE
    return NEXT_FOR_PERSON[view.state] if view.state is State.VERIFIED else next_of(view)


def ask_again_url(view: RequestView) -> str:
    """Return where the person may ask for the same anew."""
    kind = Kind(view.kind)
    return reverse(f"rights:ask_{kind.value}") if kind in OFFERED else reverse("centre:front")


def proof_of(view: RequestView) -> Proof:
    """Return what the proof of identity still lacks, and what the page offers to give it."""
    missing, has_code = view.course.missing, "code" in view.course.proofs
    words = MISSING_FOR_AGENT if view.course.requester == Requester.AGENT else MISSING_FOR_PERSON
    return Proof(
        missing=tuple(words[one] for one in missing if one is not Missing.PROOF) if has_code else (),
        by_code=view.state is State.RECEIVED and not has_code and may_prove_by_code(view.course.requester),
        declaration=Missing.DECLARATION in missing,
        detail=has_code and Missing.POINTS in missing,
        papers=Missing.AUTHORITY in missing,
    )


def told_lines(view: RequestView, language: str) -> list[dict[str, str]]:
    """Return one line for each kind of data that we told the person of: what, where, how much."""
    with translation.override(language):
        return [_told_line(one, language) for one in view.course.told]


def _told_line(one: dict[str, Any], language: str) -> dict[str, str]:
    category = CATEGORIES.get(str(one["category"]))
    name = "name_zh" if language.startswith("zh") else "name_en"
    places = [
        str(place.get(name) or names.place_name(str(place["source"]), str(place["table"])))
        for place in one["places"]
    ]
    rows = sum(int(place["rows"]) for place in one["places"])
    return {
        "category": category.label(language) if category else str(one["category"]),
        "places": listed(list(dict.fromkeys(places))),
        "rows": ngettext("%(n)s entry", "%(n)s entries", rows) % {"n": f"{rows:,}"} if rows else "–",
        "sensitive": gettext("sensitive") if category and category.is_sensitive_by_law else "",
    }
