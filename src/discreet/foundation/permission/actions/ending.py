"""How a choice ends: lifted, decided, or taken back by the person in two steps.

Source: GDPR Art. 18(3), 21(1); Cal. Civ. Code 1798.135(c)(4); 11 CCR 7028(a).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, Q

from discreet.events.permission import ObjectionDecided
from discreet.foundation.jobs.api import publish
from discreet.foundation.keys import api as keys
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import Evidence, Json, record, record_many
from discreet.foundation.permission.actions import informing
from discreet.foundation.permission.actions.writing import refuse_unless, refuse_unless_theirs
from discreet.foundation.permission.models import Choice, ChoiceKey, OptInAsk
from discreet.foundation.permission.people import Digests, Person, facts_of
from discreet.foundation.permission.queries import may_ask_again_of
from discreet.foundation.permission.refusals import (
    AnotherKind,
    AskedTooLongAgo,
    AskedTooSoon,
    ChoiceEnded,
    DecidedAlready,
    GroundsMissing,
    MarketingIsFinal,
    NoAddressHeld,
    NotToldYet,
    UnknownChoice,
)
from discreet.foundation.permission.rules import OPT_IN_WAITS, Decision, Kind, is_marketing
from discreet.foundation.permission.said import OptedIn, ToTell
from discreet.vocabulary.actors import Actor, Role
from discreet.vocabulary.ids import new_id

MAX_GROUNDS = 2000
BEFORE_LIFTING = ToTell(
    article="GDPR Art. 18(3)",
    en="The restriction you obtained will be lifted. From then on we may use your data again, as before.",
    zh="您先前取得的限制处理即将解除。解除后，我们可以照旧使用您的信息。",
)


@act("permission.tell_lifting")
def tell_lifting(*, actor: Actor, now: datetime, ref: str) -> ToTell:
    """Return what the person must be told before a restriction is lifted, and note that it was told now.

    Call it in the act that sends the message: both commit or none. Repeating it keeps the first time.

    Raises:
        UnknownChoice, AnotherKind, ChoiceEnded, NotYours
    """
    refuse_unless(actor, Role.AGENT)
    choice = _load(ref, Kind.RESTRICTION)
    if choice.ended_at is not None:
        raise ChoiceEnded
    if choice.told_at is None:
        choice.told_at = now
        choice.save(update_fields=["told_at"])
    record(actor=actor, now=now, subject=f"choice:{ref}", facts={"told": BEFORE_LIFTING.article})
    return BEFORE_LIFTING


@act("permission.mail_lifting")
def mail_lifting(*, actor: Actor, now: datetime, ref: str) -> None:
    """Mail the person that a restriction will be lifted, to the address held, and note that they were told.

    Raises:
        NoAddressHeld: tell them in another way, and note it by `tell_lifting`.
        UnknownChoice, AnotherKind, ChoiceEnded, NotYours
    """
    tell_lifting(actor=actor, now=now, ref=ref)
    choice = _load(ref, Kind.RESTRICTION)
    if not informing.mail(number=choice.origin, template=informing.LIFTING, now=now):
        raise NoAddressHeld
    record(actor=actor, now=now, subject=f"choice:{ref}", facts={"mailed": True})


@act("permission.lift_restriction")
def lift_restriction(*, actor: Actor, now: datetime, ref: str) -> None:
    """Lift a restriction of whose end the person was told. Repeating it changes nothing.

    Raises:
        NotToldYet: see `tell_lifting`.
        UnknownChoice, AnotherKind, NotYours
    """
    refuse_unless(actor, Role.AGENT)
    choice = _load(ref, Kind.RESTRICTION)
    if choice.ended_at is None:
        if choice.told_at is None:
            raise NotToldYet
        _end([choice], actor=actor, now=now, how="lifted")
    record(actor=actor, now=now, subject=f"choice:{ref}", facts={"ended": choice.ended_how})


@act("permission.uphold_objection")
def uphold_objection(*, actor: Actor, now: datetime, ref: str) -> None:
    """Take an objection as justified: what it is about stops for good. Repeating it changes nothing.

    Raises:
        UnknownChoice, AnotherKind, ChoiceEnded, DecidedAlready, NotYours
    """
    refuse_unless(actor, Role.AGENT, Role.APPROVER)
    choice = _objection(ref, other=Decision.OVERRIDDEN)
    if choice.decision == Decision.PENDING:
        _decide(choice, actor=actor, now=now, decision=Decision.UPHELD)
        informing.note_decided(number=choice.origin, ref=ref, now=now)
        publish(ObjectionDecided(choice_ref=ref, is_upheld=True, mailed=""))
    record(actor=actor, now=now, subject=f"choice:{ref}", facts={"decision": choice.decision})


@act("permission.override_objection")
def override_objection(*, actor: Actor, now: datetime, ref: str, grounds: str) -> None:
    """Override an objection on compelling grounds, which are kept sealed. What is marketing in it still stops.

    Source: GDPR Art. 21(1), (3). Repeating it changes nothing; the first grounds stay.

    Raises:
        MarketingIsFinal, GroundsMissing
        UnknownChoice, AnotherKind, ChoiceEnded, DecidedAlready, NotYours
    """
    refuse_unless(actor, Role.APPROVER)
    choice = _load(ref, Kind.OBJECTION)
    if is_marketing(choice.purpose):
        raise MarketingIsFinal
    if not grounds.strip():
        raise GroundsMissing
    choice = _objection(ref, other=Decision.UPHELD)
    if choice.decision == Decision.PENDING:
        clean = grounds.strip()[:MAX_GROUNDS].encode(errors="replace")
        choice.grounds_sealed = keys.seal_secret(clean, f"permission/grounds/{ref}")
        _decide(choice, actor=actor, now=now, decision=Decision.OVERRIDDEN)
        informing.note_decided(number=choice.origin, ref=ref, now=now)
        is_mailed = informing.tell_overridden(number=choice.origin, ref=ref, now=now)
        mailed = choice.origin if is_mailed else ""
        publish(ObjectionDecided(choice_ref=ref, is_upheld=False, mailed=mailed))
    facts: dict[str, Json] = {"decision": choice.decision, "grounds_recorded": True}
    record(actor=actor, now=now, subject=f"choice:{ref}", facts=facts)


@act("permission.withdraw_objection")
def withdraw_objection(*, actor: Actor, now: datetime, ref: str) -> None:
    """End an objection that the person takes back before it is decided. Repeating it changes nothing.

    Raises:
        UnknownChoice, AnotherKind, DecidedAlready, NotYours
    """
    refuse_unless_theirs(actor)
    choice = _load(ref, Kind.OBJECTION)
    if choice.ended_at is None:
        if choice.decision != Decision.PENDING:
            raise DecidedAlready
        _end([choice], actor=actor, now=now, how="withdrawn")
    record(actor=actor, now=now, subject=f"choice:{ref}", facts={"ended": choice.ended_how})


@act("permission.ask_opt_in")
def ask_opt_in(
    *, actor: Actor, now: datetime, person: Person, kind: Kind = Kind.OPT_OUT, is_browser: bool = False
) -> str:
    """Take the first step of opting in again; return the reference that the second step confirms.

    `is_browser`: nobody vouches for the person but their browser, so only what was said by it ends: who types
    somebody else's address takes nothing back.

    Raises:
        AnotherKind: neither an opt-out nor a limit.
        NotAnAddress, NotReadable, NobodyNamed, NotYours
    """
    refuse_unless_theirs(actor)
    if kind not in (Kind.OPT_OUT, Kind.LIMIT):
        raise AnotherKind
    of = Digests()
    ask = OptInAsk.objects.create(
        ref=new_id(prefix="o", length=26),
        kind=kind.value,
        digests=sorted(of.searched_for(person)),
        browser_digest=_browser(person.device, of) if is_browser else "",
        asked_at=now,
        expires_at=now + OPT_IN_WAITS,
    )
    facts = {"kind": kind.value, "identifiers": facts_of(of.keys_of(person))}
    record(actor=actor, now=now, subject=f"opt_in:{ask.ref}", facts=facts)
    return ask.ref


@act("permission.confirm_opt_in")
def confirm_opt_in(*, actor: Actor, now: datetime, ref: str, browser: str = "") -> OptedIn:
    """Take the second step: end the opt-outs that stood when the first was taken. Repeating it changes nothing.

    Only a choice whose every identifier was handed over ends: a shared number takes back nobody else's word. What
    was said again since the first step stands, too. `browser`: the one that confirms; it must be the one that asked.

    Raises:
        AskedTooLongAgo, NotYours
    """
    refuse_unless_theirs(actor)
    ask = OptInAsk.objects.select_for_update().filter(ref=ref).first()
    if ask is not None and ask.browser_digest != (_browser(browser, Digests()) if browser else ""):
        ask = None
    if ask is None or (ask.confirmed_at is None and ask.expires_at <= now):
        raise AskedTooLongAgo
    if ask.confirmed_at is not None:
        record(actor=actor, now=now, subject=f"opt_in:{ref}", facts={"repeated": True})
        return OptedIn(ended=(), standing=(), is_repeated=True)
    found = _found(ask)
    ending = [one for one in found if _is_whole(one, ask) and one.last_said_at <= ask.asked_at]
    _end(ending, actor=actor, now=now, how="opted_in")
    ask.confirmed_at = now
    ask.save(update_fields=["confirmed_at"])
    refs = {one.ref for one in ending}
    evidence = [Evidence(subject=f"choice:{one}", facts={"ended": "opted_in"}) for one in sorted(refs)]
    facts: dict[str, Json] = {"kind": ask.kind, "ended": len(refs), "standing": len(found) - len(refs)}
    record_many(actor=actor, now=now, evidence=[*evidence, Evidence(subject=f"opt_in:{ref}", facts=facts)])
    return OptedIn(
        ended=tuple(sorted(refs)), standing=tuple(sorted(one.ref for one in found if one.ref not in refs))
    )


@act("permission.note_asking")
def note_asking(*, actor: Actor, now: datetime, person: Person) -> None:
    """Let a program of the company ask a person to agree to sale or sharing, or note nothing and refuse.

    Source: Cal. Civ. Code 1798.135(c)(4); 11 CCR 7026(k), 7027(l).

    Raises:
        AskedTooSoon: they opted out or limited less than twelve months ago.
        NotAnAddress, NotReadable, NobodyNamed, NotYours
    """
    refuse_unless_theirs(actor)
    found = may_ask_again_of(person=person, at=now)
    if not found.is_allowed and found.not_before is not None:
        raise AskedTooSoon(date=found.not_before.date().isoformat())
    facts: dict[str, Json] = {"identifiers": facts_of(Digests().keys_of(person))}
    record(actor=actor, now=now, subject="choices:asked", facts=facts)


@act("permission.tie")
def tie(*, actor: Actor, now: datetime, person: Person) -> int:
    """Let what stands under any identifier of a person stand under all of them; return how many choices grew.

    For whoever has a source's row that holds several. It only ever makes more of a person's choices be found.
    """
    refuse_unless(actor, Role.AGENT)
    of = Digests()
    own = of.keys_of(person)
    digests = of.searched_for(person)
    found = Choice.objects.filter(keys__digest__in=digests, ended_at__isnull=True).distinct()
    known = {(key.choice_id, key.digest) for key in ChoiceKey.objects.filter(choice__in=found)}
    missing = [
        ChoiceKey(choice=one, digest=digest, kind=kind.value, since=now)
        for one in found
        for digest, kind in own.items()
        if (one.pk, digest) not in known
    ]
    ChoiceKey.objects.bulk_create(missing, ignore_conflicts=True)
    grown = len({key.choice_id for key in missing})
    record(actor=actor, now=now, subject="choices:tied", facts={"choices": grown, "keys": len(missing)})
    return grown


def _found(ask: OptInAsk) -> list[Choice]:
    found = Choice.objects.select_for_update().filter(
        pk__in=ChoiceKey.objects.filter(digest__in=ask.digests).values("choice_id"),
        kind=ask.kind,
        ended_at__isnull=True,
    )
    return list(found)


def _is_whole(choice: Choice, ask: OptInAsk) -> bool:
    """Say whether whoever asked gave every identifier that the choice stands under."""
    counts = choice.keys.aggregate(
        own=Count("pk"),
        given=Count("pk", filter=Q(digest__in=ask.digests)),
        by_browser=Count("pk", filter=Q(digest=ask.browser_digest)),
    )
    is_theirs = not ask.browser_digest or counts["by_browser"] == 1
    return bool(is_theirs and counts["own"] == counts["given"])


def _browser(name: str, of: Digests) -> str:
    (digest,) = of.keys_of(Person(device=name))
    return digest


def _load(ref: str, kind: Kind) -> Choice:
    choice = Choice.objects.select_for_update().filter(ref=ref).first()
    if choice is None:
        raise UnknownChoice
    if choice.kind != kind:
        raise AnotherKind
    return choice


def _objection(ref: str, *, other: Decision) -> Choice:
    choice = _load(ref, Kind.OBJECTION)
    if choice.ended_at is not None:
        raise ChoiceEnded
    if choice.decision == other:
        raise DecidedAlready
    return choice


def _decide(choice: Choice, *, actor: Actor, now: datetime, decision: Decision) -> None:
    choice.decision, choice.decided_at, choice.decided_by = decision.value, now, actor.label[:250]
    choice.save(update_fields=["decision", "decided_at", "decided_by", "grounds_sealed"])


def _end(choices: Sequence[Choice], *, actor: Actor, now: datetime, how: str) -> None:
    for one in choices:
        one.ended_at, one.ended_by, one.ended_how = now, actor.label[:250], how
        one.save(update_fields=["ended_at", "ended_by", "ended_how"])
