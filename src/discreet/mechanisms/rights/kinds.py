"""The rights a customer has, and what each one needs: pure facts, no Django.

Source: GDPR Art. 7(3), 15 to 18, 20, 21; Cal. Civ. Code 1798.105, 106, 110, 120, 121, 130; 11 CCR 7060 to 7063;
PIPL Art. 15, 16, 44 to 50; GB/T 35273-2020 8.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType

from discreet.vocabulary.text import gettext_noop


class Kind(StrEnum):
    KNOW = "know"
    ACCESS = "access"
    PORTABILITY = "portability"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    ACCOUNT_CLOSURE = "account_closure"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    CONSENT_WITHDRAWAL = "consent_withdrawal"
    OPT_OUT = "opt_out"
    LIMIT = "limit"


class Way(StrEnum):
    """How a right is carried out."""

    TELL = "tell"  # which categories are held: no value leaves
    COPY = "copy"  # a package for the person
    CORRECT = "correct"  # new values in the sources
    ERASE = "erase"  # rows and fields go
    STAND = "stand"  # a fact that every use of the data must ask for


class Tier(IntEnum):
    """How sure the company must be of who asks, before it acts."""

    NONE = 0  # no identity check at all
    LIGHT = 1  # one sign: a code to a contact held, or signed in
    TWO_POINTS = 2  # two data points match: reasonable certainty
    STRONG = 3  # three points, and a declaration where the law asks for one


class Requester(StrEnum):
    """Who asks. The data are always those of the person whom the request is about."""

    SELF = "self"
    AGENT = "agent"  # with the person's signed permission. Source: 11 CCR 7063
    GUARDIAN = "guardian"  # of a child, or of an adult who is represented. Source: PIPL Art. 31; GDPR Art. 8
    RELATIVE = "relative"  # of somebody who died. Source: PIPL Art. 49


class Scope(StrEnum):
    """What an objection, a restriction or a withdrawal is about."""

    ALL = "all"
    MARKETING = "marketing"
    PROFILING = "profiling"


@dataclass(frozen=True, slots=True)
class Right:
    """One right. Texts are English templates. `clock`: the kind of request whose legal clocks run."""

    kind: Kind
    way: Way
    tier: Tier
    clock: str
    title: str  # of the case: "Access request"
    short: str  # in lists
    offer: str  # on the front page of the privacy centre
    offer_summary: str
    ask: str  # heading and button of the form
    promise: str  # below the heading
    yours: str  # heading of the status page
    icon: str
    order: int
    counts_as: str = ""  # whose clocks run under a law that has none of `clock`

    @property
    def needs_two_people(self) -> bool:
        """Say whether a second person approves whatever the data: nothing brings back what is written over."""
        return self.way in (Way.ERASE, Way.CORRECT)


_ALL = (
    Right(
        kind=Kind.KNOW,
        way=Way.TELL,
        tier=Tier.TWO_POINTS,
        clock="access",
        title=gettext_noop("Request to know"),
        short=gettext_noop("Know"),
        offer=gettext_noop("Know what we hold"),
        offer_summary=gettext_noop("Which kinds of data, and where"),
        ask=gettext_noop("Know what you hold about me"),
        promise=gettext_noop(
            "We tell you which kinds of data we hold about you, in which systems, and who receives them. No value "
            "is sent. It costs nothing."
        ),
        yours=gettext_noop("Your request to know"),
        icon="file-search",
        order=5,
    ),
    Right(
        kind=Kind.ACCESS,
        way=Way.COPY,
        tier=Tier.STRONG,
        clock="access",
        title=gettext_noop("Access request"),
        short=gettext_noop("Access"),
        offer=gettext_noop("Get a copy"),
        offer_summary=gettext_noop("Everything we hold about you"),
        ask=gettext_noop("Get a copy of my data"),
        promise=gettext_noop(
            "You get everything we hold about you, to read and to use elsewhere. It costs nothing."
        ),
        yours=gettext_noop("Your request for a copy"),
        icon="copy",
        order=10,
    ),
    Right(
        kind=Kind.PORTABILITY,
        way=Way.COPY,
        tier=Tier.STRONG,
        clock="portability",
        title=gettext_noop("Portability request"),
        short=gettext_noop("Portability"),
        offer=gettext_noop("Take it elsewhere"),
        offer_summary=gettext_noop("For another service, machine-readable"),
        ask=gettext_noop("Take my data elsewhere"),
        promise=gettext_noop(
            "You get your data in a form that another service can read, with a description of every field. It "
            "costs nothing."
        ),
        yours=gettext_noop("Your request to take your data elsewhere"),
        icon="transform",
        order=15,
    ),
    Right(
        kind=Kind.RECTIFICATION,
        way=Way.CORRECT,
        tier=Tier.TWO_POINTS,
        clock="rectification",
        title=gettext_noop("Correction request"),
        short=gettext_noop("Correction"),
        offer=gettext_noop("Correct"),
        offer_summary=gettext_noop("What is wrong or out of date"),
        ask=gettext_noop("Correct my data"),
        promise=gettext_noop(
            "Tell us what is wrong and what is right. We correct it wherever it is stored. It costs nothing."
        ),
        yours=gettext_noop("Your correction request"),
        icon="pencil",
        order=20,
    ),
    Right(
        kind=Kind.ERASURE,
        way=Way.ERASE,
        tier=Tier.TWO_POINTS,
        clock="erasure",
        title=gettext_noop("Erasure request"),
        short=gettext_noop("Erasure"),
        offer=gettext_noop("Erase"),
        offer_summary=gettext_noop("What no law makes us keep"),
        ask=gettext_noop("Erase my data"),
        promise=gettext_noop(
            "We erase what no law makes us keep, search again, and give you a proof. It costs nothing."
        ),
        yours=gettext_noop("Your erasure request"),
        icon="trash",
        order=30,
    ),
    Right(
        kind=Kind.ACCOUNT_CLOSURE,
        way=Way.ERASE,
        tier=Tier.TWO_POINTS,
        clock="account_closure",
        title=gettext_noop("Account closure request"),
        short=gettext_noop("Account closure"),
        offer=gettext_noop("Close my account"),
        offer_summary=gettext_noop("And erase what belongs to it"),
        ask=gettext_noop("Close my account"),
        promise=gettext_noop(
            "We close your account and erase what no law makes us keep, search again, and give you a proof. It "
            "costs nothing."
        ),
        yours=gettext_noop("Your request to close the account"),
        icon="user-x",
        order=35,
        counts_as="erasure",
    ),
    Right(
        kind=Kind.RESTRICTION,
        way=Way.STAND,
        tier=Tier.LIGHT,
        clock="restriction",
        title=gettext_noop("Restriction request"),
        short=gettext_noop("Restriction"),
        offer=gettext_noop("Restrict"),
        offer_summary=gettext_noop("Keep it, but do not use it"),
        ask=gettext_noop("Restrict the use of my data"),
        promise=gettext_noop(
            "We keep your data and do nothing else with it until the question is settled. Before that ends, we "
            "tell you. It costs nothing."
        ),
        yours=gettext_noop("Your restriction request"),
        icon="lock",
        order=40,
    ),
    Right(
        kind=Kind.OBJECTION,
        way=Way.STAND,
        tier=Tier.LIGHT,
        clock="objection",
        title=gettext_noop("Objection"),
        short=gettext_noop("Objection"),
        offer=gettext_noop("Object"),
        offer_summary=gettext_noop("To advertising, profiling or another use"),
        ask=gettext_noop("Object to a use of my data"),
        promise=gettext_noop(
            "Advertising stops at once. Any other use stops while we look at your reasons. It costs nothing."
        ),
        yours=gettext_noop("Your objection"),
        icon="hand-stop",
        order=45,
    ),
    Right(
        kind=Kind.CONSENT_WITHDRAWAL,
        way=Way.STAND,
        tier=Tier.LIGHT,
        clock="consent_withdrawal",
        title=gettext_noop("Withdrawal of consent"),
        short=gettext_noop("Withdrawal of consent"),
        offer=gettext_noop("Withdraw consent"),
        offer_summary=gettext_noop("As easily as it was given"),
        ask=gettext_noop("Withdraw my consent"),
        promise=gettext_noop(
            "What rests on your consent stops. What was done before stays lawful. It costs nothing."
        ),
        yours=gettext_noop("Your withdrawal of consent"),
        icon="arrow-left",
        order=50,
    ),
    Right(
        kind=Kind.OPT_OUT,
        way=Way.STAND,
        tier=Tier.NONE,
        clock="opt_out",
        title=gettext_noop("Opt-out of sale and sharing"),
        short=gettext_noop("Opt-out"),
        offer=gettext_noop("Do not sell or share"),
        offer_summary=gettext_noop("My personal information"),
        ask=gettext_noop("Do not sell or share my personal information"),
        promise=gettext_noop("It holds from now on. We need no proof of identity, and it costs nothing."),
        yours=gettext_noop("Your opt-out of sale and sharing"),
        icon="ban",
        order=55,
    ),
    Right(
        kind=Kind.LIMIT,
        way=Way.STAND,
        tier=Tier.NONE,
        clock="limit",
        title=gettext_noop("Limit on the use of sensitive data"),
        short=gettext_noop("Limit"),
        offer=gettext_noop("Limit sensitive data"),
        offer_summary=gettext_noop("To what the service needs"),
        ask=gettext_noop("Limit the use of my sensitive data"),
        promise=gettext_noop("It holds from now on. We need no proof of identity, and it costs nothing."),
        yours=gettext_noop("Your limit on the use of sensitive data"),
        icon="shield-lock",
        order=60,
    ),
)
RIGHTS: Mapping[Kind, Right] = MappingProxyType({right.kind: right for right in _ALL})
TITLES: Mapping[Kind, str] = MappingProxyType({right.kind: right.title for right in _ALL})


#: What the privacy centre offers as a request. An opt-out and a limit are no request there: `foundation/permission`
#: takes them with one click.
OFFERED = (
    Kind.KNOW,
    Kind.ACCESS,
    Kind.PORTABILITY,
    Kind.RECTIFICATION,
    Kind.ERASURE,
    Kind.ACCOUNT_CLOSURE,
    Kind.RESTRICTION,
    Kind.OBJECTION,
    Kind.CONSENT_WITHDRAWAL,
)


#: What a right may be about; the others are about everything.
SCOPES_OF: Mapping[Kind, tuple[Scope, ...]] = MappingProxyType(
    {
        Kind.OBJECTION: (Scope.MARKETING, Scope.PROFILING, Scope.ALL),
        Kind.CONSENT_WITHDRAWAL: (Scope.ALL, Scope.MARKETING),
    }
)


def slug_of(kind: Kind) -> str:
    """Return a kind as it stands in an address."""
    return kind.value.replace("_", "-")


def right_of(kind: str) -> Right:
    """Return the right of a stored kind."""
    return RIGHTS[Kind(kind)]


def way_of(kind: str) -> Way:
    return right_of(kind).way
