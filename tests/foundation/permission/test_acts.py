"""What each act keeps, refuses and records, on a real database."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.permission.actions import choosing, ending
from discreet.foundation.permission.models import Choice, ChoiceKey
from discreet.foundation.permission.people import Person, RowKey
from discreet.foundation.permission.queries import (
    facts_of_many,
    may_ask_again_of,
    standing_of,
    standing_of_many,
)
from discreet.foundation.permission.refusals import (
    AnotherKind,
    AskedTooLongAgo,
    DecidedAlready,
    GroundsMissing,
    MarketingIsFinal,
    NobodyNamed,
    NotAnAddress,
    NotReadable,
    NotToldYet,
    NotYours,
    PurposeNeedless,
    UnknownChoice,
    UnknownPurpose,
)
from discreet.foundation.permission.rules import Channel, Kind, Standing, Use
from discreet.foundation.permission.said import Kept, Said, Source
from discreet.vocabulary.errors import Refused
from tests.foundation.permission.said import AGENT, ANN, APPROVER, BO, CUSTOMER, FORM, NOW, REQUEST, VIEWER

pytestmark = [pytest.mark.duty("M8.1"), pytest.mark.django_db]
SALE, CARE, ADS = Use("SellDataToThirdParties"), Use("CustomerCare"), Use("DirectMarketing")
LATER = NOW + timedelta(hours=1)


def allowed(person: Person, use: Use) -> bool:
    return standing_of(person=person, use=use, at=LATER).is_allowed


def test_any_identifier_of_a_person_finds_what_they_chose() -> None:
    choosing.opt_out(actor=CUSTOMER, now=NOW, person=ANN, source=FORM)
    for found in (Person(email="Ann.Miller@EXAMPLE.com"), Person(phone="0049 30 1234567")):
        assert not allowed(found, SALE)
    assert allowed(Person(email="bo@example.com"), SALE)
    assert not allowed(BO, SALE)  # the number that both have: never weaker by merging


@pytest.mark.parametrize(
    "alike",
    [
        "аnn.miller@example.com",  # a Cyrillic а
        "ann.miller@examрle.com",  # a Cyrillic р
        "annmiller@example.com",
        "ann.miller+x@example.com",
        "ann.miIler@example.com",  # a capital I for an l
        "ann.miller@example.com.example.net",
    ],
)
def test_an_address_that_only_looks_alike_is_somebody_else(alike: str) -> None:
    choosing.opt_out(actor=CUSTOMER, now=NOW, person=Person(email="ann.miller@example.com"), source=FORM)
    assert allowed(Person(email=alike), SALE)
    choosing.opt_out(actor=CUSTOMER, now=NOW, person=Person(email=alike), source=FORM)
    assert Choice.objects.count() == 2


def test_the_same_words_stand_once_and_leave_evidence_each_time() -> None:
    first = choosing.opt_out(actor=CUSTOMER, now=NOW, person=ANN, source=FORM)
    again = choosing.opt_out(actor=CUSTOMER, now=LATER, person=ANN, source=Source(channel=Channel.API))
    assert (again.ref, again.since, again.is_repeated) == (first.ref, NOW, True)
    assert Choice.objects.count() == 1
    assert may_ask_again_of(person=ANN, at=LATER).not_before == LATER.replace(year=2027)
    entries = LedgerEntry.objects.filter(subject=f"choice:{first.ref}")
    assert [entry.act for entry in entries] == ["permission.opt_out"] * 2
    assert "miller" not in "".join(entry.body for entry in LedgerEntry.objects.all()).lower()


def test_a_restriction_is_lifted_only_after_the_person_was_told() -> None:
    ref = choosing.restrict(actor=AGENT, now=NOW, person=ANN, source=REQUEST).ref
    assert not allowed(ANN, CARE)
    with pytest.raises(NotToldYet):
        ending.lift_restriction(actor=AGENT, now=LATER, ref=ref)
    assert ending.tell_lifting(actor=AGENT, now=NOW, ref=ref).article == "GDPR Art. 18(3)"
    for _ in range(2):
        ending.lift_restriction(actor=AGENT, now=LATER, ref=ref)
    assert allowed(ANN, CARE)
    (before,) = standing_of(person=ANN, use=CARE, at=NOW + timedelta(minutes=1)).reasons
    assert before.code == "restricted"


def test_an_objection_to_marketing_is_final_and_any_other_is_decided() -> None:
    marketing = choosing.object_to(
        actor=CUSTOMER, now=NOW, person=ANN, source=REQUEST, purpose="DirectMarketing"
    )
    other = choosing.object_to(
        actor=CUSTOMER, now=NOW, person=ANN, source=REQUEST, purpose="ServiceOptimisation"
    )
    with pytest.raises(MarketingIsFinal):
        ending.override_objection(actor=APPROVER, now=LATER, ref=marketing.ref, grounds="We want to")
    with pytest.raises(GroundsMissing):
        ending.override_objection(actor=APPROVER, now=LATER, ref=other.ref, grounds=" ")
    assert not allowed(ANN, Use("ServiceOptimisation"))
    for _ in range(2):
        ending.override_objection(
            actor=APPROVER, now=NOW, ref=other.ref, grounds="Fraud by ann.miller@example.com"
        )
    with pytest.raises(DecidedAlready):
        ending.uphold_objection(actor=AGENT, now=LATER, ref=other.ref)
    assert allowed(ANN, Use("ServiceOptimisation")) and not allowed(ANN, ADS)
    assert b"ann.miller" not in bytes(Choice.objects.get(ref=other.ref).grounds_sealed)


def test_opting_in_takes_two_steps_and_takes_back_only_ones_own_word() -> None:
    choosing.opt_out(actor=CUSTOMER, now=NOW, person=ANN, source=FORM)
    choosing.opt_out(actor=CUSTOMER, now=NOW, person=BO, source=FORM)
    ref = ending.ask_opt_in(actor=CUSTOMER, now=LATER, person=ANN)
    assert not allowed(ANN, SALE)
    done = ending.confirm_opt_in(actor=CUSTOMER, now=LATER, ref=ref)
    assert (len(done.ended), len(done.standing)) == (1, 1)
    assert allowed(Person(email=ANN.email), SALE)
    assert not allowed(BO, SALE) and not allowed(Person(phone=ANN.phone), SALE)
    assert ending.confirm_opt_in(actor=CUSTOMER, now=LATER, ref=ref).is_repeated


def test_what_is_said_between_the_two_steps_stands() -> None:
    choosing.opt_out(actor=CUSTOMER, now=NOW, person=ANN, source=FORM)
    ref = ending.ask_opt_in(actor=CUSTOMER, now=NOW + timedelta(minutes=1), person=ANN)
    choosing.opt_out(actor=CUSTOMER, now=NOW + timedelta(minutes=2), person=ANN, source=FORM)
    assert ending.confirm_opt_in(actor=CUSTOMER, now=LATER, ref=ref).ended == ()
    assert not allowed(ANN, SALE)


def test_a_first_step_that_nobody_confirmed_is_over_after_a_week() -> None:
    ref = ending.ask_opt_in(actor=CUSTOMER, now=NOW, person=ANN)
    with pytest.raises(AskedTooLongAgo):
        ending.confirm_opt_in(actor=CUSTOMER, now=NOW + timedelta(days=7), ref=ref)


def test_a_row_that_ties_a_number_to_an_address_lets_both_find_the_choice() -> None:
    choosing.limit_sensitive(actor=CUSTOMER, now=NOW, person=Person(email="bo@example.com"), source=FORM)
    row = RowKey(source="shop", table="customer", key="7")
    whole = Person(email="bo@example.com", phone="030 7654321", region="DE", rows=(row,))
    assert [ending.tie(actor=AGENT, now=NOW, person=whole) for _ in range(2)] == [1, 0]
    use = Use("Marketing", is_sensitive=True)
    for found in (Person(phone="+49 30 7654321"), Person(rows=(row,)), Person(email="bo@example.com")):
        assert not allowed(found, use)
    assert ChoiceKey.objects.count() == 3


def test_a_restriction_that_is_over_can_be_made_again() -> None:
    until = NOW + timedelta(minutes=5)
    for now in (NOW, LATER):
        choosing.restrict(
            actor=AGENT, now=now, person=ANN, source=REQUEST, until=until if now == NOW else None
        )
    assert not allowed(ANN, CARE)
    assert len(facts_of_many(people=[ANN], at=NOW)[0]) == 1


REFUSED: list[tuple[type[Refused], Callable[[], object]]] = [
    (NobodyNamed, lambda: choosing.opt_out(actor=CUSTOMER, now=NOW, person=Person(), source=FORM)),
    (NotAnAddress, lambda: choosing.opt_out(actor=CUSTOMER, now=NOW, person=Person(email="no"), source=FORM)),
    (NotAnAddress, lambda: choosing.opt_out(actor=CUSTOMER, now=NOW, person=Person(phone="x1"), source=FORM)),
    (
        NotReadable,
        lambda: choosing.opt_out(actor=CUSTOMER, now=NOW, person=Person(device="a\0b"), source=FORM),
    ),
    (
        UnknownPurpose,
        lambda: choosing.restrict(actor=AGENT, now=NOW, person=ANN, source=FORM, purpose="Everything"),
    ),
    (
        PurposeNeedless,
        lambda: choosing.choose_some(
            actor=AGENT, now=NOW, said=[Said(ANN, Kind.OPT_OUT, purpose="Marketing")], source=FORM
        ),
    ),
    (UnknownPurpose, lambda: standing_of(person=ANN, use=Use(""), at=NOW)),
    (NotYours, lambda: choosing.opt_out(actor=VIEWER, now=NOW, person=ANN, source=FORM)),
    (NotYours, lambda: ending.lift_restriction(actor=CUSTOMER, now=NOW, ref="c_1")),
    (NotYours, lambda: ending.override_objection(actor=AGENT, now=NOW, ref="c_1", grounds="x")),
    (UnknownChoice, lambda: ending.lift_restriction(actor=AGENT, now=NOW, ref="c_1")),
    (AnotherKind, lambda: ending.ask_opt_in(actor=CUSTOMER, now=NOW, person=ANN, kind=Kind.OBJECTION)),
]


@pytest.mark.parametrize(("refusal", "run"), REFUSED)
def test_what_cannot_be_kept_is_refused_and_nothing_is_written(
    refusal: type[Refused], run: Callable[[], object]
) -> None:
    with pytest.raises(refusal):
        run()
    assert not Choice.objects.exists() and not LedgerEntry.objects.exists()


def statements(run: Callable[[], object]) -> int:
    """Return how many statements ran; keys are remembered only from committed acts, and no test commits."""
    with CaptureQueriesContext(connection) as captured:
        run()
    return sum("keys_datakey" not in query["sql"] for query in captured.captured_queries)


def test_thousands_are_kept_and_asked_by_few_statements() -> None:
    people = [Person(email=f"p{number}@example.com", phone=f"+4930{number:07}") for number in range(1500)]
    said = [Said(person, Kind.OPT_OUT) for person in people]
    source = Source(channel=Channel.IMPORT, origin="B-1")

    def keep() -> list[Kept]:
        parts = choosing.choose_many(actor=AGENT, now=NOW, said=said, source=source)
        return [one for part in parts for one in part]

    assert statements(keep) < 80
    assert all(one.is_repeated for one in keep()) and Choice.objects.count() == 1500
    asked = [Person(phone=person.phone) for person in people] + [Person(email="new@example.com")]
    answers: list[Standing] = []
    assert statements(lambda: answers.extend(standing_of_many(people=asked, use=SALE, at=LATER))) <= 3
    assert [answer.is_allowed for answer in answers] == [False] * 1500 + [True]
    assert LedgerEntry.objects.filter(subject__startswith="choice:").count() == 3000
