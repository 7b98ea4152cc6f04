"""Choices in words: for the person, and for staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from discreet.foundation.permission.listed import Telling, told_of
from discreet.foundation.permission.people import IdentifierKind
from discreet.foundation.permission.queries import ChoiceView
from discreet.foundation.permission.rules import Channel, Kind, holds
from discreet.vocabulary.purposes import PURPOSES
from discreet.vocabulary.text import gettext_noop

KINDS = {
    Kind.RESTRICTION: gettext_noop("Processing restricted"),
    Kind.OBJECTION: gettext_noop("Objection"),
    Kind.CONSENT_WITHDRAWAL: gettext_noop("Consent withdrawn"),
    Kind.OPT_OUT: gettext_noop("Opt-out of sale and sharing"),
    Kind.LIMIT: gettext_noop("Sensitive use limited"),
}
CHANNELS = {
    Channel.CENTRE: gettext_noop("Privacy centre"),
    Channel.GPC: gettext_noop("Browser signal (GPC)"),
    Channel.API: gettext_noop("Company's sites (API)"),
    Channel.IMPORT: gettext_noop("Import"),
    Channel.DESK: gettext_noop("Staff"),
    Channel.REQUEST: gettext_noop("Request"),
}
DECISIONS = {
    "pending": gettext_noop("to be decided"),
    "upheld": gettext_noop("upheld"),
    "overridden": gettext_noop("overridden"),
}
ENDED = {
    "lifted": gettext_noop("lifted"),
    "opted_in": gettext_noop("opted in again"),
    "withdrawn": gettext_noop("taken back"),
    "said_again": gettext_noop("objected again"),
    "until": gettext_noop("its time was over"),
}
KNOWN_BY = {
    IdentifierKind.EMAIL: gettext_noop("e-mail address"),
    IdentifierKind.PHONE: gettext_noop("phone number"),
    IdentifierKind.CUSTOMER_NUMBER: gettext_noop("customer number"),
    IdentifierKind.DEVICE: gettext_noop("browser"),
    IdentifierKind.ROW: gettext_noop("row of a source"),
}
#: What a public page says that a choice does.
DOES = {
    Kind.RESTRICTION: gettext_noop("We only store your personal information."),
    Kind.OBJECTION: gettext_noop("We do not use your personal information for what you objected to."),
    Kind.CONSENT_WITHDRAWAL: gettext_noop("We no longer do what rested on your consent."),
    Kind.OPT_OUT: gettext_noop("We do not sell your personal information or share it for advertising."),
    Kind.LIMIT: gettext_noop(
        "We use sensitive personal information only for what you ask us to do, and for security."
    ),
}
#: How far recipients are told of a choice, for staff and for the person.
TOLD = {
    Telling.BY_REQUEST: gettext_noop("With its request: see there."),
    Telling.NOBODY_KNOWS: gettext_noop(
        "Nobody can be told: it is known by a browser, an app or a row alone, and recipients know nobody by these."
    ),
    Telling.WAITS: gettext_noop("They are told together, of all choices of the day, once the day is over."),
    Telling.NOBODY_RECEIVES: gettext_noop(
        "Nobody had to be told: the data map named no recipient that this choice concerns."
    ),
    Telling.EARLIER: gettext_noop(
        "It was made before recipients were told of choices like this: tell them yourselves."
    ),
}
PUBLIC_TOLD = {
    Telling.NOBODY_KNOWS: gettext_noop(
        "It is known by this browser alone. We can tell nobody outside of it, for they do not know your browser from us: give your e-mail address or phone number, and we tell them, too."
    ),
    Telling.WAITS: gettext_noop(
        "Once this day is over we tell everybody to whom we have sold your data, or with whom we share them, and ask them to do the same."
    ),
    Telling.TOLD: gettext_noop(
        "We have told everybody to whom we have sold your data, or with whom we share them, and asked them to do the same."
    ),
}
_FOR = {
    IdentifierKind.EMAIL: gettext_noop("the e-mail address you gave"),
    IdentifierKind.PHONE: gettext_noop("the phone number you gave"),
    IdentifierKind.CUSTOMER_NUMBER: gettext_noop("your customer number"),
    IdentifierKind.DEVICE: gettext_noop("this browser"),
    IdentifierKind.ROW: gettext_noop("your records"),
}


@dataclass(frozen=True, slots=True)
class PublicLine:
    """One choice on a public page. Texts are English templates."""

    title: str
    does: str
    since: datetime
    counts_for: tuple[str, ...]
    is_signal: bool
    stands: bool
    told: str = ""


def public_lines(found: Sequence[ChoiceView], *, now: datetime) -> list[PublicLine]:
    """Return what a person sees of their own choices."""
    return [
        PublicLine(
            title=KINDS[one.fact.kind],
            does=DOES[one.fact.kind],
            since=one.fact.since,
            counts_for=tuple(_FOR[kind] for kind in reversed(one.known_by)),
            is_signal=one.fact.channel == Channel.GPC,
            stands=holds(one.fact, at=now),
            told=PUBLIC_TOLD.get(told_of(one.fact).state, ""),
        )
        for one in found
    ]


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One choice on the desk's page. Texts are English templates; `purpose` is in the reader's language."""

    ref: str
    kind: str
    purpose: str
    data_set: str
    channel: str
    origin: str
    known_by: tuple[str, ...]
    since: datetime
    article: str
    state: str
    tone: str
    ended_at: datetime | None


def staff_rows(found: Sequence[ChoiceView], *, now: datetime, language: str) -> list[StaffRow]:
    """Return what staff see of choices: never of whom."""
    return [_staff_row(one, now=now, language=language) for one in found]


def _staff_row(one: ChoiceView, *, now: datetime, language: str) -> StaffRow:
    fact = one.fact
    state, tone = gettext_noop("standing"), "run"
    if not holds(fact, at=now):
        state, tone = ENDED.get(one.ended_how or "until", ENDED["until"]), "line"
    elif fact.decision in ("pending", "overridden"):
        state, tone = DECISIONS[fact.decision], "warn" if fact.decision == "pending" else "line"
    return StaffRow(
        ref=fact.ref,
        kind=KINDS[fact.kind],
        purpose=PURPOSES[fact.purpose].label(language) if fact.purpose else "",
        data_set=fact.data_set,
        channel=CHANNELS[Channel(fact.channel)],
        origin=fact.origin,
        known_by=tuple(KNOWN_BY[kind] for kind in one.known_by),
        since=fact.since,
        article=fact.article,
        state=state,
        tone=tone,
        ended_at=fact.ended_at,
    )
