"""What people chose, asked afresh each time: no process remembers an answer, so a change counts from its commit."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from discreet.foundation.keys import api as keys
from discreet.foundation.permission.models import Choice, ChoiceKey, OptInAsk
from discreet.foundation.permission.people import Digests, IdentifierKind, Person
from discreet.foundation.permission.refusals import AskedTooLongAgo, UnknownPurpose
from discreet.foundation.permission.rules import (
    AskAgain,
    Decision,
    Fact,
    Kind,
    Standing,
    Use,
    may_ask_again,
    standing,
)
from discreet.vocabulary.purposes import PURPOSES


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """A choice as pages show it. `known_by`: what its identifiers are, never which."""

    fact: Fact
    known_by: tuple[IdentifierKind, ...]
    ended_how: str = ""
    told_at: datetime | None = None


_AT_ONCE = 10_000  # SQLite takes 32,766 parameters in one statement


def standing_of(*, person: Person, use: Use, at: datetime) -> Standing:
    """Return whether the person's choices leave a use allowed. Any of the identifiers finds a choice.

    Raises:
        UnknownPurpose, NotAnAddress, NotReadable, NobodyNamed
    """
    return standing_of_many(people=[person], use=use, at=at)[0]


def standing_of_many(*, people: Sequence[Person], use: Use, at: datetime) -> list[Standing]:
    """Return as `standing_of` for each person, in their order, by one statement for thousands.

    Raises:
        As `standing_of`; one that cannot be read refuses all.
    """
    if use.purpose not in PURPOSES:
        raise UnknownPurpose
    return [standing(facts=facts, use=use, at=at) for facts in facts_of_many(people=people, at=at)]


def facts_of_many(*, people: Sequence[Person], at: datetime) -> list[tuple[Fact, ...]]:
    """Return the choices of each person that stood at a moment, the first one first."""
    digests_of = Digests().searched_for
    wanted = [digests_of(person) for person in people]
    found = _by_digest({digest for digests in wanted for digest in digests}, at)
    answers = []
    for digests in wanted:
        own = {fact.ref: fact for digest in digests for fact in found.get(digest, ())}
        answers.append(tuple(sorted(own.values(), key=lambda fact: (fact.since, fact.ref))))
    return answers


def may_ask_again_of(*, person: Person, at: datetime) -> AskAgain:
    """Return whether a person who opted out or limited may be asked to agree again, and from when."""
    return may_ask_again(facts=facts_of_many(people=[person], at=at)[0], at=at)


def kind_of_step(ref: str, *, at: datetime) -> Kind:
    """Return what a first step of opting in would take back.

    Raises:
        AskedTooLongAgo: it is over, or was never taken.
    """
    still = Q(confirmed_at__isnull=False) | Q(expires_at__gt=at)
    kind = OptInAsk.objects.filter(still, ref=ref).values_list("kind", flat=True).first()
    if kind is None:
        raise AskedTooLongAgo
    return Kind(kind)


def choices_of(*, person: Person, at: datetime) -> list[ChoiceView]:
    """Return the choices that stand for a person, the first one first, with what each is known by."""
    facts = facts_of_many(people=[person], at=at)[0]
    return choices_by_ref([fact.ref for fact in facts])


def choices_by_ref(refs: Sequence[str]) -> list[ChoiceView]:
    """Return choices by reference, ended ones too, in the order of the references; unknown ones are left out."""
    known_by: dict[str, set[str]] = defaultdict(set)
    keys = ChoiceKey.objects.filter(choice__ref__in=refs)
    for ref, kind in keys.values_list("choice__ref", "kind"):
        known_by[ref].add(kind)
    found = {
        one.ref: ChoiceView(
            fact=_fact(one),
            known_by=tuple(kind for kind in IdentifierKind if kind in known_by[one.ref]),
            ended_how=one.ended_how,
            told_at=one.told_at,
        )
        for one in Choice.objects.filter(ref__in=refs)
    }
    return [found[ref] for ref in refs if ref in found]


@dataclass(frozen=True, slots=True)
class Course:
    """What became of a choice that came with a request. `grounds`: of an objection that was overridden."""

    kind: Kind
    article: str
    decision: Decision
    decided_at: datetime | None
    grounds: str
    told_at: datetime | None
    ended_at: datetime | None
    ended_how: str


def course_of(origin: str, *, ref: str = "") -> Course | None:
    """Return what became of the choice that a request made; None where it made none.

    `ref`: the choice itself, where the same was said by an earlier request.
    """
    found = Choice.objects.filter(ref=ref) if ref else Choice.objects.filter(origin=origin)
    one = found.order_by("pk").first()
    if one is None or not (origin or ref):
        return None
    sealed = bytes(one.grounds_sealed)
    grounds = keys.open_secret(sealed, f"permission/grounds/{one.ref}").decode() if sealed else ""
    return Course(
        kind=Kind(one.kind),
        article=one.article,
        decision=Decision(one.decision),
        decided_at=one.decided_at,
        grounds=grounds,
        told_at=one.told_at,
        ended_at=one.ended_at,
        ended_how=one.ended_how,
    )


def not_before(found: Sequence[ChoiceView], *, at: datetime) -> datetime | None:
    """Return before when nobody may ask whether these choices are taken back; None where nothing forbids it."""
    return may_ask_again(facts=[one.fact for one in found], at=at).not_before


def _by_digest(digests: set[str], at: datetime) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = defaultdict(list)
    wanted = sorted(digests)
    for start in range(0, len(wanted), _AT_ONCE):
        keys = ChoiceKey.objects.filter(
            Q(choice__ended_at__isnull=True) | Q(choice__ended_at__gt=at),
            Q(choice__until__isnull=True) | Q(choice__until__gt=at),
            digest__in=wanted[start : start + _AT_ONCE],
            since__lte=at,
            choice__since__lte=at,
        )
        for key in keys.select_related("choice"):
            found[key.digest].append(_fact(key.choice))
    return found


def _fact(choice: Choice) -> Fact:
    return Fact(
        ref=choice.ref,
        kind=Kind(choice.kind),
        law=choice.law,
        article=choice.article,
        since=choice.since,
        last_said_at=choice.last_said_at,
        purpose=choice.purpose,
        data_set=choice.data_set,
        only_profiling=choice.only_profiling,
        decision=Decision(choice.decision),
        decided_at=choice.decided_at,
        until=choice.until,
        ended_at=choice.ended_at,
        channel=choice.channel,
        origin=choice.origin,
    )


def undecided(refs: Iterable[str]) -> set[str]:
    """Return those of these choices on which the company still has to decide."""
    found = Choice.objects.filter(ref__in=list(refs), decision=Decision.PENDING.value, ended_at__isnull=True)
    return set(found.values_list("ref", flat=True))
