"""How far running work is, in words, and what tells a page that it has changed."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.outside.queries import places_awaited
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import State
from discreet.mechanisms.rights.words import (
    NEXT_FOR_CHOICE,
    NEXT_FOR_COPY,
    NEXT_FOR_CORRECTION,
    NEXT_FOR_TOLD,
)

_WORK = {
    Way.COPY: NEXT_FOR_COPY[State.EXECUTING],
    Way.TELL: NEXT_FOR_TOLD[State.EXECUTING],
    Way.CORRECT: NEXT_FOR_CORRECTION[State.EXECUTING],
    Way.STAND: NEXT_FOR_CHOICE[State.EXECUTING],
}


@dataclass(frozen=True, slots=True)
class Working:
    """`state` is another one as soon as there is something new to see."""

    state: str
    progress: str


def working(view: RequestView) -> Working | None:
    """Return how far Discreet is with a request; None where a person is awaited or it has ended."""
    is_being_planned = view.state is State.VERIFIED and view.candidates in (None, 1)
    if not is_being_planned and view.state not in (State.ACCEPTED, State.EXECUTING):
        return None
    if places_awaited(view.number, kind=view.kind, state=view.state):
        return None
    state = f"{view.state}/{view.outcome}/{view.candidates}/{view.plan.digest[:12]}"
    return Working(state=state, progress=_words(view))


def _words(view: RequestView) -> str:
    if view.state is State.VERIFIED:
        return gettext("Every connected system is being looked through.")
    if way_of(view.kind) in _WORK:
        return gettext(_WORK[way_of(view.kind)])
    summary: Any = view.plan.summary.get("sources", [])
    done, total = len(view.sources), len(summary)
    if view.state is State.ACCEPTED or not total:
        return gettext("The erasure starts in a moment.")
    if done < total:
        return gettext("Erasing: %(done)s of %(total)s sources done.") % {"done": done, "total": total}
    return gettext("Written; every system is being searched again.")
