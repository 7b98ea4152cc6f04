"""What pages say of questions to manual sources."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext

from discreet.foundation.desk import times
from discreet.foundation.desk.people import actors_in_words
from discreet.foundation.desk.phrases import listed, sentences
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions.asking_places import person_of
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.outside.queries import (
    ManualView,
    kept_reasons,
    manual_asks,
    may_take_back,
    places_awaited,
    proposed_reasons,
)
from discreet.mechanisms.rights.outside.rules import ANSWERS, CHANGES, FILE_KINDS, ManualAnswer
from discreet.mechanisms.rights.outside.whom import Whom
from discreet.mechanisms.rights.request_views import RequestView
from discreet.mechanisms.rights.rules import Outcome, State
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.categories import CATEGORIES, UNKNOWN
from discreet.vocabulary.text import gettext_noop

AWAITED = gettext_noop(
    "Awaited where no program reads: %(places)s. The databases are done or ready; the request goes on by itself with "
    "the last answer, or three days before the customer’s answer is due."
)
CORRECT = gettext_noop("To be corrected: %(what)s")
NOT_YET = gettext_noop("Waits for the plan to be approved")
PROPOSED = gettext_noop("To be kept, as the person in charge proposes: an approver decides")
OVER = gettext_noop("Not needed any more: the request has ended")
WORDS = {
    ManualAnswer.NONE: gettext_noop("Asked, no answer yet"),
    ManualAnswer.NOTHING: gettext_noop("Nothing is held"),
    ManualAnswer.HANDED_OVER: gettext_noop("Handed over"),
    ManualAnswer.ERASED: gettext_noop("Erased"),
    ManualAnswer.KEPT: gettext_noop("Kept"),
    ManualAnswer.CORRECTED: gettext_noop("Corrected"),
}
#: What a page offers for a request to know, where no file is handed over.
KINDS_CHOICE = gettext_noop("These kinds of data of the person are held there")
KINDS_WORD = gettext_noop("Its kinds of data are named")
CHOICES = {
    ManualAnswer.NOTHING: gettext_noop("Nothing of this person is held there"),
    ManualAnswer.HANDED_OVER: gettext_noop("The file holds everything that is held there"),
    ManualAnswer.ERASED: gettext_noop("It was erased or destroyed"),
    ManualAnswer.KEPT: gettext_noop("It is kept, for this reason"),
    ManualAnswer.CORRECTED: gettext_noop("It was corrected"),
}
HEADS = (
    gettext_noop("Request"),
    gettext_noop("Name"),
    gettext_noop("Customer number"),
    gettext_noop("Address"),
    gettext_noop("E-mail address"),
    gettext_noop("Phone number"),
)


@dataclass(frozen=True, slots=True)
class ManualLine:
    ask_id: int
    name: str
    person: str
    holds: str
    due_at: datetime | None
    answer: str
    tone: str
    article: str
    reason: str
    file_kind: str
    answered_at: datetime | None
    answered_by: str
    proposed_by: str
    others: int
    choices: tuple[tuple[str, str], ...]
    takes_file: bool
    takes_reason: bool
    kinds: tuple[tuple[str, str, bool], ...]
    may_answer: bool
    may_decide: bool
    may_see_file: bool
    may_take_back: bool


class Standing(StrEnum):
    """Whether a place must still answer."""

    ANSWERED = "answered"
    PROPOSED = "proposed"  # to be kept; nobody confirmed it yet
    OPEN = "open"
    NOT_YET = "not_yet"
    OVER = "over"


def standing_of(one: ManualView, view: RequestView) -> Standing:
    """Return whether a place must still answer for a request that stands so."""
    if one.answer:
        return Standing.ANSWERED
    if view.completed_at is not None and view.outcome != Outcome.INCOMPLETE:
        return Standing.OVER
    if one.proposed_by:
        return Standing.PROPOSED
    if view.completed_at is not None:
        return Standing.OPEN
    is_change = way_of(view.kind).value in CHANGES
    return Standing.NOT_YET if is_change and view.state is not State.EXECUTING else Standing.OPEN


_TONES = {
    Standing.ANSWERED: "good",
    Standing.PROPOSED: "warn",
    Standing.OPEN: "warn",
    Standing.NOT_YET: "none",
    Standing.OVER: "none",
}
_UNANSWERED = {Standing.PROPOSED: PROPOSED, Standing.NOT_YET: NOT_YET, Standing.OVER: OVER}


def lines(view: RequestView, *, language: str, actor: Actor) -> list[ManualLine]:
    """Return what was asked about a request, open ones with what may be answered."""
    number = view.number
    views = manual_asks(number)
    people = actors_in_words(
        {f"staff:{one.assignee}" for one in views}
        | {who for one in views if (who := one.answered_by or one.proposed_by)}
    )
    reasons = kept_reasons(number) | proposed_reasons(number)
    return [_line(one, view, language, actor, people, reasons.get(one.facts.key, "")) for one in views]


@dataclass(frozen=True, slots=True)
class ShortLine:
    facts_name: str
    answer: str
    tone: str
    why: str


def short_lines(number: str, *, language: str) -> list[ShortLine]:
    """Return which places were asked about a request and what they said."""
    reasons = kept_reasons(number)
    view = queries.request_view(number)
    return [
        ShortLine(
            facts_name=one.facts.name(language),
            answer=_word(one, view),
            tone=_TONES[standing_of(one, view)],
            why=sentences([reasons.get(one.facts.key, ""), one.article]),
        )
        for one in manual_asks(number)
    ]


def awaited_words(view: RequestView, *, language: str) -> str:
    """Return whose answer alone holds a request back, and by when, for staff; "" where none does."""
    awaited = places_awaited(view.number, kind=view.kind, state=view.state)
    if not awaited:
        return ""
    people = actors_in_words({f"staff:{one.assignee}" for one in awaited})
    one_each = [
        gettext("%(who)s for %(place)s, by %(day)s")
        % {
            "who": people.get(f"staff:{one.assignee}", one.assignee),
            "place": one.facts.name(language),
            "day": times.due_day(one.due_at),
        }
        for one in awaited
    ]
    return gettext(AWAITED) % {"places": listed(one_each)}


def whom_cells(whom: Whom) -> tuple[str, ...]:
    """Return one person as a line of a file, in the order of `HEADS`; several texts of one kind are listed."""
    kinds = (whom.names, whom.customer_numbers, whom.addresses, whom.emails, whom.phones)
    return (whom.number, *(" / ".join(texts) for texts in kinds))


def whom_lines(whom: Whom, *, language: str) -> list[tuple[str, list[str]]]:
    """Return one person as a page shows them: what is known, with its label; then what is to be corrected."""
    number, *cells = whom_cells(whom)
    known = [(gettext(head), [cell]) for head, cell in zip(HEADS[1:], cells, strict=True) if cell]
    wanted = [
        (
            CATEGORIES[one.category].label(language) if one.category in CATEGORIES else one.category,
            [
                gettext("Now: %(old)s") % {"old": " / ".join(one.old) or "–"},
                gettext("Right: %(new)s") % {"new": one.new},
            ],
        )
        for one in whom.wanted
    ]
    return [(gettext(HEADS[0]), [number]), *known, *((gettext(CORRECT) % {"what": a}, b) for a, b in wanted)]


def file_kinds() -> str:
    return listed(list(FILE_KINDS))


def _word(one: ManualView, view: RequestView) -> str:
    standing = standing_of(one, view)
    if standing in _UNANSWERED:
        return gettext(_UNANSWERED[standing])
    is_kinds = way_of(view.kind) is Way.TELL and one.answer is ManualAnswer.HANDED_OVER
    return gettext(KINDS_WORD if is_kinds else WORDS[one.answer])


def _kinds(one: ManualView, language: str) -> list[tuple[str, str, bool]]:
    """Return every category that may be named, those first that the data map states of the place; they are marked."""
    stated = set(one.facts.categories)
    known = [each for each in CATEGORIES.values() if each.is_personal and each.id != UNKNOWN]
    ordered = sorted(known, key=lambda each: each.id not in stated)
    return [(each.id, each.label(language), each.id in stated) for each in ordered]


def _line(
    one: ManualView, view: RequestView, language: str, actor: Actor, people: dict[str, str], reason: str
) -> ManualLine:
    is_tell, standing = way_of(view.kind) is Way.TELL, standing_of(one, view)
    offered = ANSWERS.get(way_of(view.kind).value, ())
    is_theirs = actor.name == one.assignee or actor.may(Role.AGENT) or actor.may(Role.ADMINISTRATOR)
    holds = [CATEGORIES[each].label(language) for each in one.facts.categories if each in CATEGORIES]
    return ManualLine(
        ask_id=one.ask_id,
        name=one.facts.name(language),
        person=people.get(f"staff:{one.assignee}", one.assignee),
        holds=listed(holds),
        due_at=one.due_at if standing in (Standing.OPEN, Standing.PROPOSED) else None,
        answer=_word(one, view),
        tone=_TONES[standing],
        article=one.article,
        reason=reason,
        file_kind=one.file_kind,
        answered_at=one.answered_at,
        answered_by=people.get(one.answered_by, one.answered_by),
        proposed_by=people.get(one.proposed_by, one.proposed_by),
        others=one.others,
        choices=tuple(
            (
                each.value,
                gettext(KINDS_CHOICE if is_tell and each is ManualAnswer.HANDED_OVER else CHOICES[each]),
            )
            for each in offered
        ),
        takes_file=ManualAnswer.HANDED_OVER in offered and not is_tell,
        takes_reason=ManualAnswer.KEPT in offered,
        kinds=tuple(_kinds(one, language)) if is_tell else (),
        may_answer=is_theirs and standing is Standing.OPEN,
        may_decide=standing is Standing.PROPOSED
        and actor.may(Role.APPROVER)
        and actor.person != person_of(one.proposed_by),
        may_see_file=bool(one.file_kind) and (is_theirs or actor.may(Role.APPROVER)),
        may_take_back=is_theirs and may_take_back(one.ask_id),
    )
