"""What people's own choices leave of a use: facts and a use in, allowed or not with reasons out.

Unknown means refuse: what a use does not say about itself counts as what the choice is about, and the answer
names what was not said. Source: GDPR Art. 7(3), 18, 21; PIPL Art. 15, 24, 44; Cal. Civ. Code 1798.120, 1798.121,
1798.135(c)(4); 11 CCR 7025 to 7028.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from discreet.foundation.rulepacks.law import Law
from discreet.vocabulary.purposes import is_within

MARKETING = "Marketing"
#: Whoever opts out, or limits, is not asked to agree again for so many years. 1798.135(c)(4).
ASK_AGAIN_AFTER_YEARS = 1
#: How long the first step of opting in waits for the second. 11 CCR 7028(a) names no time.
OPT_IN_WAITS = timedelta(days=7)
#: What ended stays as long as records of requests must be kept: 11 CCR 7101(a).
KEPT_AFTER_END = timedelta(days=731)


class Kind(StrEnum):
    """What a person chose."""

    RESTRICTION = "restriction"
    OBJECTION = "objection"
    CONSENT_WITHDRAWAL = "consent_withdrawal"
    OPT_OUT = "opt_out"
    LIMIT = "limit"


class Decision(StrEnum):
    """How far an objection is. Every other choice counts as it was said."""

    NONE = ""
    PENDING = "pending"
    UPHELD = "upheld"
    OVERRIDDEN = "overridden"


class Channel(StrEnum):
    """How a choice reached the company."""

    CENTRE = "centre"
    GPC = "gpc"
    API = "api"
    IMPORT = "import"
    DESK = "desk"
    REQUEST = "request"


#: Choices that come by no request: nobody else tells recipients of them, or counts them.
DIRECT = frozenset({Channel.CENTRE, Channel.GPC, Channel.API, Channel.DESK})
#: Of these, who received data by sale or sharing is told. Source: 11 CCR 7026(f)(2), (3), 7027(g).
TOLD_OF = frozenset({Kind.OPT_OUT, Kind.LIMIT})


class Basis(StrEnum):
    """What a use rests on. Source: GDPR Art. 6(1); PIPL Art. 13 in the same words where it knows them."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    VITAL_INTERESTS = "vital_interests"
    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"


class DespiteRestriction(StrEnum):
    """What may be done with restricted data all the same. Source: GDPR Art. 18(2)."""

    CONSENT = "consent"
    LEGAL_CLAIMS = "legal_claims"
    RIGHTS_OF_OTHERS = "rights_of_others"
    PUBLIC_INTEREST = "public_interest"


@dataclass(frozen=True, slots=True)
class Fact:
    """One choice of one person. `purpose` and `data_set` are "" where it covers all; times have a zone.

    `data_set` is a source, or `source/table`. `until`: when it ends by itself.
    """

    ref: str
    kind: Kind
    law: str
    article: str
    since: datetime
    last_said_at: datetime
    purpose: str = ""
    data_set: str = ""
    only_profiling: bool = False
    decision: Decision = Decision.NONE
    decided_at: datetime | None = None
    until: datetime | None = None
    ended_at: datetime | None = None
    channel: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """What somebody wants to do. None: it does not say."""

    purpose: str
    data_set: str = ""
    basis: Basis | None = None
    is_sold_or_shared: bool | None = None
    is_sensitive: bool | None = None
    is_profiling: bool | None = None
    only_stores: bool = False
    despite_restriction: DespiteRestriction | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a use is not allowed. `unsaid` names what the use would have to say for another answer."""

    code: str
    kind: Kind
    ref: str
    law: str
    article: str
    since: datetime
    en: str
    zh: str
    unsaid: tuple[str, ...] = ()

    def text(self, language: str) -> str:
        return self.zh if language.lower().startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Standing:
    """`is_allowed` says that no choice of the person is in the way; a basis, notice and duties are other rules."""

    is_allowed: bool
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class AskAgain:
    """`not_before` is None where nothing keeps the company from asking."""

    is_allowed: bool
    not_before: datetime | None


ARTICLES: Mapping[tuple[Kind, Law], str] = {
    (Kind.RESTRICTION, Law.GDPR): "GDPR Art. 18",
    (Kind.RESTRICTION, Law.PIPL): "PIPL Art. 44",
    (Kind.OBJECTION, Law.GDPR): "GDPR Art. 21(1)",
    (Kind.OBJECTION, Law.PIPL): "PIPL Art. 44",
    (Kind.CONSENT_WITHDRAWAL, Law.GDPR): "GDPR Art. 7(3)",
    (Kind.CONSENT_WITHDRAWAL, Law.PIPL): "PIPL Art. 15",
    (Kind.OPT_OUT, Law.CCPA): "Cal. Civ. Code 1798.120",
    (Kind.LIMIT, Law.CCPA): "Cal. Civ. Code 1798.121",
}
#: The law under which a choice is honoured where the one that applies does not know it.
HOME_LAW: Mapping[Kind, Law] = {
    Kind.RESTRICTION: Law.GDPR,
    Kind.OBJECTION: Law.GDPR,
    Kind.CONSENT_WITHDRAWAL: Law.GDPR,
    Kind.OPT_OUT: Law.CCPA,
    Kind.LIMIT: Law.CCPA,
}
GPC_ARTICLE = "11 CCR 7025"

_TEXTS: Mapping[str, tuple[str, str]] = {
    "restricted": (
        "Processing of this person's data is restricted: it may only be stored.",
        "此人信息的处理已受限制：只可存储。",
    ),
    "marketing_objection": (
        "The person objected to marketing. That is final.",
        "本人反对营销。该反对无需裁量，一经提出即生效。",
    ),
    "objection_pending": (
        "The person objected, and nobody has decided yet.",
        "本人已提出反对，尚未作出决定。",
    ),
    "objected": ("The person objected, and the objection was upheld.", "本人已提出反对，反对成立。"),
    "consent_withdrawn": (
        "The person withdrew consent.",
        "本人已撤回同意。",
    ),
    "opted_out": (
        "The person opted out of the sale and sharing of personal information.",
        "本人已选择退出个人信息的出售和共享。",
    ),
    "limited": (
        "The person limited the use of sensitive personal information.",
        "本人已限制使用其敏感个人信息。",
    ),
}
#: Using sensitive information for these is permitted in spite of a limit. Source: 11 CCR 7027(m).
_PERMITTED_IN_SPITE = (
    "RequestedServiceProvision",
    "CustomerOrderManagement",
    "DeliveryOfGoods",
    "PaymentManagement",
    "EnforceSecurity",
    "RepairImpairments",
    "FulfilmentOfObligation",
)
_SALES = ("SellDataToThirdParties", "SellInsightsFromData")
_SHARING = "PersonalisedAdvertising"
_OPEN_TO_OBJECTION = (None, Basis.PUBLIC_TASK, Basis.LEGITIMATE_INTERESTS)

#: (code, what was not said): None where the choice is not in the way.
_Hit = tuple[str, tuple[str, ...]]


def is_marketing(purpose: str) -> bool:
    """Say whether an objection to this purpose is absolute. Source: GDPR Art. 21(2), (3)."""
    return bool(purpose) and is_within(purpose, MARKETING)


def article_of(*, kind: Kind, law: Law, purpose: str = "") -> tuple[Law, str]:
    """Return the law and article that a choice is honoured under; its home law's where `law` does not know it."""
    found = law if (kind, law) in ARTICLES else HOME_LAW[kind]
    if kind is Kind.OBJECTION and is_marketing(purpose):
        return found, "GDPR Art. 21(2)" if found is Law.GDPR else "PIPL Art. 24"
    return found, ARTICLES[kind, found]


def first_decision(*, kind: Kind, purpose: str) -> Decision:
    """Return how far a choice is when it is made: only an objection to something else than marketing waits."""
    if kind is not Kind.OBJECTION:
        return Decision.NONE
    return Decision.UPHELD if is_marketing(purpose) else Decision.PENDING


def holds(fact: Fact, *, at: datetime) -> bool:
    """Say whether a choice stands at a moment."""
    ends = [end for end in (fact.until, fact.ended_at) if end is not None]
    return fact.since <= at and all(at < end for end in ends)


def standing(*, facts: Sequence[Fact], use: Use, at: datetime) -> Standing:
    """Decide whether what a person chose leaves a use allowed at a moment. Every fact counts by itself."""
    reasons = []
    for fact in facts:
        hit = _HITS[fact.kind](fact, use, at) if holds(fact, at=at) else None
        if hit is not None:
            reasons.append(_reason(fact, *hit))
    reasons.sort(key=lambda reason: (reason.since, reason.ref))
    return Standing(is_allowed=not reasons, reasons=tuple(reasons))


def may_ask_again(*, facts: Sequence[Fact], at: datetime) -> AskAgain:
    """Decide whether a person who opted out or limited may be asked to agree again. 11 CCR 7026(k), 7027(l)."""
    said = [
        fact.last_said_at for fact in facts if fact.kind in (Kind.OPT_OUT, Kind.LIMIT) and holds(fact, at=at)
    ]
    if not said:
        return AskAgain(is_allowed=True, not_before=None)
    not_before = _a_year_after(max(said))
    return AskAgain(is_allowed=at >= not_before, not_before=not_before)


def _a_year_after(moment: datetime) -> datetime:
    year = moment.year + ASK_AGAIN_AFTER_YEARS
    try:
        return moment.replace(year=year)
    except ValueError:  # 29 February: at least twelve months
        return moment.replace(year=year, month=3, day=1)


def _reason(fact: Fact, code: str, unsaid: tuple[str, ...]) -> Reason:
    en, zh = _TEXTS[code]
    return Reason(
        code=code,
        kind=fact.kind,
        ref=fact.ref,
        law=fact.law,
        article=fact.article,
        since=fact.since,
        en=en,
        zh=zh,
        unsaid=unsaid,
    )


def _restricts(fact: Fact, use: Use, at: datetime) -> _Hit | None:
    if use.only_stores or use.despite_restriction is not None or not _covers(fact, use):
        return None
    return "restricted", ()


def _objects(fact: Fact, use: Use, at: datetime) -> _Hit | None:
    if not _covers(fact, use) or (fact.only_profiling and use.is_profiling is False):
        return None
    unsaid = ("profiling",) if fact.only_profiling and use.is_profiling is None else ()
    if is_marketing(use.purpose):
        return "marketing_objection", unsaid
    if use.basis not in _OPEN_TO_OBJECTION:
        return None
    unsaid = (*unsaid, "basis") if use.basis is None else unsaid
    decided = fact.decided_at is not None and fact.decided_at <= at
    if fact.decision is Decision.OVERRIDDEN and decided:
        return None
    is_upheld = fact.decision is Decision.UPHELD and (decided or fact.decided_at is None)
    return "objected" if is_upheld else "objection_pending", unsaid


def _withdraws(fact: Fact, use: Use, at: datetime) -> _Hit | None:
    if not _covers(fact, use) or use.basis not in (None, Basis.CONSENT):
        return None
    return "consent_withdrawn", ("basis",) if use.basis is None else ()


def _opts_out(fact: Fact, use: Use, at: datetime) -> _Hit | None:
    if use.is_sold_or_shared or any(is_within(use.purpose, sale) for sale in _SALES):
        return "opted_out", ()
    if use.is_sold_or_shared is None and _overlap(use.purpose, _SHARING):
        return "opted_out", ("sold_or_shared",)
    return None


def _limits(fact: Fact, use: Use, at: datetime) -> _Hit | None:
    if use.is_sensitive is False or any(is_within(use.purpose, one) for one in _PERMITTED_IN_SPITE):
        return None
    return "limited", ("sensitive",) if use.is_sensitive is None else ()


_HITS: Mapping[Kind, Callable[[Fact, Use, datetime], _Hit | None]] = {
    Kind.RESTRICTION: _restricts,
    Kind.OBJECTION: _objects,
    Kind.CONSENT_WITHDRAWAL: _withdraws,
    Kind.OPT_OUT: _opts_out,
    Kind.LIMIT: _limits,
}


def _covers(fact: Fact, use: Use) -> bool:
    """Say whether a choice reaches a use; one that names a wider purpose or more data than the choice, too."""
    about = not fact.purpose or _overlap(fact.purpose, use.purpose)
    return about and (not fact.data_set or not use.data_set or _is_part(fact.data_set, use.data_set))


def _overlap(one: str, other: str) -> bool:
    return is_within(one, other) or is_within(other, one)


def _is_part(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")
