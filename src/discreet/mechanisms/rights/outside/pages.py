"""What pages say of a notice to a recipient: to the recipient, and to staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from discreet.foundation.datamap.labels import REFERENCES
from discreet.foundation.datamap.sharing import Contact, Reference
from discreet.foundation.desk.csv_cells import as_cell
from discreet.foundation.desk.people import actors_in_words
from discreet.foundation.desk.phrases import listed
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import listing, notifying
from discreet.mechanisms.rights.actions.notifying import Concerned
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.outside.queries import (
    ToldRecipient,
    kind_of_choices,
    recipients_told,
    recipients_told_of_choices,
)
from discreet.mechanisms.rights.outside.rules import Hindrance, NoticeState, article_of
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.categories import CATEGORIES
from discreet.vocabulary.text import gettext_noop

#: What a recipient is asked to do, by how the right is carried out.
TO_DO = {
    Way.ERASE: gettext_noop(
        "Erase what you received from us about the people concerned, and have those erase it to whom you passed it on."
    ),
    Way.CORRECT: gettext_noop(
        "Correct what you received from us about the people concerned, as the list says."
    ),
    Way.STAND: gettext_noop(
        "Do not use what you received from us about the people concerned in the way they have stopped, until we tell you otherwise."
    ),
}
STATES = {
    NoticeState.HELD: gettext_noop("Will be told when it is done"),
    NoticeState.DUE: gettext_noop("To be told by a person"),
    NoticeState.SENT: gettext_noop("Told, not confirmed yet"),
    NoticeState.CONFIRMED: gettext_noop("Confirmed"),
    NoticeState.IMPOSSIBLE: gettext_noop("Could not be told"),
}
TONES = {
    NoticeState.HELD: "none",
    NoticeState.DUE: "warn",
    NoticeState.SENT: "run",
    NoticeState.CONFIRMED: "good",
    NoticeState.IMPOSSIBLE: "bad",
}
HINDRANCES = {
    Hindrance.IMPOSSIBLE: gettext_noop("It is impossible"),
    Hindrance.DISPROPORTIONATE: gettext_noop("It would take a disproportionate effort"),
}
WAYS = {
    Contact.MAIL: gettext_noop("by mail"),
    Contact.CALL: gettext_noop("by a signed call to its program"),
    Contact.TASK: gettext_noop("by a person of ours"),
}


@dataclass(frozen=True, slots=True)
class PublicView:
    """What a recipient's page says before it is asked whom it concerns."""

    number: str
    name: str
    to_do: str
    article: str
    people: int
    told_at: datetime | None


@dataclass(frozen=True, slots=True)
class Carrier:
    """`is_listed`: the case of a day's choices, and no request."""

    number: str
    kind: str
    is_listed: bool


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice as staff and the customer read it."""

    notice_id: int
    name: str
    kind: str
    country: str
    state: str
    tone: str
    way: str
    people: int
    told_at: datetime | None
    reminders: int
    ended_at: datetime | None
    ended_by: str
    why: str
    note: str
    is_open: bool
    is_due: bool
    is_mailed: bool
    is_theirs: bool


def public_view(token: str, *, now: datetime, language: str) -> PublicView:
    """Return what the page of a link says.

    Raises:
        UnknownNotice: the link is wrong, spent or too old.
    """
    notice = notifying.by_token(token, now=now)
    number, is_listed = notifying.case_of(notice), notifying.is_listed(notice)
    (told,) = [one for one in _told(number) if one.notice_id == notice.pk]
    kind = queries.kind_of_batch(notice.batch_id)
    return PublicView(
        number=number if is_listed or len(notice.numbers) == 1 else f"B-{notice.batch_id}",
        name=told.facts.name(language),
        to_do=gettext(TO_DO[way_of(kind)]),
        article=article_of(kind),
        people=len(notice.numbers),
        told_at=notice.told_at,
    )


def shown(*, actor: Actor, now: datetime, token: str) -> list[Concerned]:
    """Return whom the notice of a link concerns; the evidence is committed first.

    Raises:
        UnknownNotice
    """
    notice = notifying.by_token(token, now=now)
    notifying.record_showing(actor=actor, now=now, notice_id=notice.pk)
    return notifying.people_of(notice)


def shown_to_staff(*, actor: Actor, now: datetime, number: str, notice_id: int) -> list[Concerned]:
    """Return whom a notice concerns to who must tell it; the evidence is committed first.

    Raises:
        NotYours, UnknownNotice, NoticeEnded
    """
    notifying.record_showing(actor=actor, now=now, notice_id=notice_id)
    return notifying.people_of(notifying.of_case(number, notice_id))


def heads() -> list[str]:
    return [gettext("Request"), gettext("Known by"), gettext("Reference"), gettext("New values")]


def lines(people: Sequence[Concerned], language: str) -> list[dict[str, object]]:
    """Return the people as lines of a page or a file."""
    return [
        {
            "number": one.number,
            "reference": gettext(REFERENCES[Reference(one.reference)]),
            "value": one.value,
            "changes": listed(
                [f"{_category(category, language)}: {value}" for category, value in one.changes]
            ),
        }
        for one in people
    ]


def as_text(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; a phone number in its international form stays."""
    is_phone = cell.startswith("+") and cell[1:].isdecimal()
    return cell if is_phone else as_cell(cell)


def _category(category: str, language: str) -> str:
    return CATEGORIES[category].label(language) if category in CATEGORIES else category


def carrier(number: str) -> Carrier:
    """Return what the notices of a number are about: a request, or the choices of a day.

    Raises:
        UnknownRequest, UnknownChoices
    """
    is_listed = number.startswith(f"{listing.PREFIX}-")
    kind = kind_of_choices(number) if is_listed else queries.request_view(number).kind
    return Carrier(number=number, kind=kind, is_listed=is_listed)


def _told(number: str) -> list[ToldRecipient]:
    is_listed = number.startswith(f"{listing.PREFIX}-")
    return recipients_told_of_choices(number) if is_listed else recipients_told(number)


def notice_lines(number: str, *, language: str, actor: Actor | None = None) -> list[NoticeLine]:
    """Return who was told of what was done for a request. `actor`: staff, who also read the notes."""
    found = _told(number)
    people = actors_in_words({one.ended_by for one in found if ":" in one.ended_by})
    return [_line(one, number, people, language, actor) for one in found]


def _line(
    one: ToldRecipient, number: str, people: dict[str, str], language: str, actor: Actor | None
) -> NoticeLine:
    ended_by = (
        gettext("the recipient") if one.ended_by == "recipient" else people.get(one.ended_by, one.ended_by)
    )
    return NoticeLine(
        notice_id=one.notice_id,
        name=one.facts.name(language),
        kind=one.facts.kind.value,
        country=one.facts.country,
        state=gettext(STATES[one.state]),
        tone=TONES[one.state],
        way=gettext(WAYS[Contact(one.way)]),
        people=one.people,
        told_at=one.told_at,
        reminders=one.reminders,
        ended_at=one.ended_at,
        ended_by=ended_by,
        why=gettext(HINDRANCES[Hindrance(one.hindrance)]) if one.hindrance else "",
        note=notifying.note_of(notifying.of_case(number, one.notice_id)) if actor else "",
        is_open=one.state in (NoticeState.DUE, NoticeState.SENT),
        is_due=one.state is NoticeState.DUE,
        is_mailed=one.way == Contact.MAIL,
        is_theirs=actor is not None and actor.name == one.facts.assignee,
    )
