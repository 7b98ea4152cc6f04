"""Any order of acts, against a model that knows nothing of tables: what stands is what was said and not taken back."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discreet.foundation.permission.actions import choosing, ending
from discreet.foundation.permission.people import Person
from discreet.foundation.permission.queries import standing_of_many
from discreet.foundation.permission.refusals import (
    AskedTooLongAgo,
    DecidedAlready,
    MarketingIsFinal,
    NotToldYet,
)
from discreet.foundation.permission.rules import Use
from tests.foundation.permission.said import AGENT, APPROVER, CUSTOMER, NOW, REQUEST

pytestmark = [pytest.mark.duty("M8.1"), pytest.mark.django_db]

EMAILS, PHONES, DEVICES = ("a@example.com", "b@example.com"), ("+4930111111", "+4930222222"), ("d1", "d2")
PEOPLE = st.builds(
    Person,
    email=st.sampled_from(("", *EMAILS)),
    phone=st.sampled_from(("", *PHONES)),
    device=st.sampled_from(("", *DEVICES)),
).filter(lambda person: bool(person.email or person.phone or person.device))
PURPOSES = st.sampled_from(("", "Marketing", "CustomerCare"))
STEPS = st.one_of(
    st.tuples(st.just("restrict"), PEOPLE, PURPOSES),
    st.tuples(st.just("object"), PEOPLE, PURPOSES),
    st.tuples(st.just("withdraw"), PEOPLE, PURPOSES),
    st.tuples(st.just("opt_out"), PEOPLE, st.just("")),
    st.tuples(st.just("limit"), PEOPLE, st.just("")),
    st.tuples(st.sampled_from(("tell", "lift", "uphold", "override")), st.integers(0, 7), st.just("")),
    st.tuples(st.just("ask"), PEOPLE, st.just("")),
    st.tuples(st.just("confirm"), st.integers(0, 3), st.just("")),
    st.tuples(st.just("tie"), PEOPLE, st.just("")),
)
USES = (
    Use("DirectMarketing"),
    Use("CustomerCare"),
    Use("ServiceOptimisation"),
    Use("SellDataToThirdParties", is_sensitive=False),
    Use("Personalisation", is_sensitive=True, is_sold_or_shared=False),
)


@dataclass
class Word:
    """A choice of the model."""

    kind: str
    names: set[str]
    first_names: frozenset[str]
    purpose: str
    ref: str
    said: int
    is_told: bool = False
    decision: str = ""
    has_ended: bool = False


@dataclass
class Model:
    words: list[Word] = field(default_factory=list)
    asks: list[tuple[str, set[str], int, bool]] = field(default_factory=list)

    def says(self, kind: str, names: set[str], purpose: str, ref: str, step: int) -> None:
        for word in self.words:
            if (word.kind, word.first_names, word.purpose, word.has_ended) == (kind, names, purpose, False):
                assert word.ref == ref
                word.said = step
                return
        self.words.append(Word(kind, set(names), frozenset(names), purpose, ref, step))

    def blocks(self, names: set[str], use: Use) -> bool:
        return any(self._stops(word, use) for word in self.words if word.names & names and not word.has_ended)

    def _stops(self, word: Word, use: Use) -> bool:
        marketing = use.purpose == "DirectMarketing"
        about = {
            "": True,
            "Marketing": marketing,
            "CustomerCare": use.purpose == "CustomerCare",
        }[word.purpose]
        sells = use.purpose == "SellDataToThirdParties"
        shares = use.is_sold_or_shared is None and use.purpose in ("DirectMarketing", "Personalisation")
        return {
            "restrict": about,
            "withdraw": about,
            "object": about and (marketing or word.decision != "override"),
            # Direct marketing is a sister of advertising: it shares nothing by itself.
            "opt_out": sells or (shares and not marketing),
            "limit": use.is_sensitive is not False,
        }[word.kind]


def names_of(person: Person) -> set[str]:
    return {name for name in (person.email, person.phone, person.device) if name}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=1, max_size=14), st.lists(PEOPLE, min_size=3, max_size=3))
def test_what_stands_is_what_was_said_and_not_taken_back(
    steps: list[tuple[str, Person | int, str]], asked: list[Person]
) -> None:
    with transaction.atomic():
        model = Model()
        for number, (name, about, purpose) in enumerate(steps):
            take(model, name, about, purpose, number, NOW + timedelta(minutes=number))
        at = NOW + timedelta(days=1)
        for use in USES:
            answers = standing_of_many(people=asked, use=use, at=at)
            for person, answer in zip(asked, answers, strict=True):
                assert answer.is_allowed != model.blocks(names_of(person), use), (use, person, model.words)
        transaction.set_rollback(True)


def take(model: Model, name: str, about: Person | int, purpose: str, step: int, now: datetime) -> None:
    if isinstance(about, Person):
        say(model, name, about, purpose, step, now)
    elif name == "confirm" and model.asks:
        confirm(model, about % len(model.asks), now)
    elif name != "confirm" and model.words:
        decide(model.words[about % len(model.words)], name, now)


def say(model: Model, name: str, person: Person, purpose: str, step: int, now: datetime) -> None:
    names = names_of(person)
    if name == "ask":
        ref = ending.ask_opt_in(actor=CUSTOMER, now=now, person=person)
        model.asks.append((ref, names, step, False))
    elif name == "tie":
        ending.tie(actor=AGENT, now=now, person=person)
        for word in model.words:
            if word.names & names and not word.has_ended:
                word.names |= names
    else:
        act = {
            "restrict": choosing.restrict,
            "object": choosing.object_to,
            "withdraw": choosing.withdraw_consent,
        }.get(name)
        if act is not None:
            kept = act(actor=CUSTOMER, now=now, person=person, source=REQUEST, purpose=purpose)
        else:
            plain = {"opt_out": choosing.opt_out, "limit": choosing.limit_sensitive}[name]
            kept = plain(actor=CUSTOMER, now=now, person=person, source=REQUEST)
        model.says(name, names, purpose, kept.ref, step)


def confirm(model: Model, which: int, now: datetime) -> None:
    ref, names, asked, is_done = model.asks[which]
    try:
        done = ending.confirm_opt_in(actor=CUSTOMER, now=now, ref=ref)
    except AskedTooLongAgo:
        raise AssertionError("a week has not passed") from None
    assert done.is_repeated == is_done
    model.asks[which] = (ref, names, asked, True)
    for word in model.words:
        if not is_done and word.kind == "opt_out" and word.names <= names and word.said < asked:
            word.has_ended = True


def decide(word: Word, name: str, now: datetime) -> None:
    is_restriction, is_objection = word.kind == "restrict", word.kind == "object"
    if name == "tell" and is_restriction and not word.has_ended:
        ending.tell_lifting(actor=AGENT, now=now, ref=word.ref)
        word.is_told = True
    elif name == "lift" and is_restriction:
        if word.is_told or word.has_ended:
            ending.lift_restriction(actor=AGENT, now=now, ref=word.ref)
            word.has_ended = True
        else:
            with pytest.raises(NotToldYet):
                ending.lift_restriction(actor=AGENT, now=now, ref=word.ref)
    elif name == "override" and is_objection and word.purpose == "Marketing":
        with pytest.raises(MarketingIsFinal):
            ending.override_objection(actor=APPROVER, now=now, ref=word.ref, grounds="x")
    elif name in ("uphold", "override") and is_objection:
        _settle(word, name, now)


def _settle(word: Word, name: str, now: datetime) -> None:
    def run() -> None:
        if name == "uphold":
            ending.uphold_objection(actor=AGENT, now=now, ref=word.ref)
        else:
            ending.override_objection(actor=APPROVER, now=now, ref=word.ref, grounds="Compelling")

    if word.decision in ("", name):
        run()
        word.decision = name
    else:
        with pytest.raises(DecidedAlready):
            run()
