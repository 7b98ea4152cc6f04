"""Choices and a use in, an answer out. Each case names its law."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from discreet.foundation.permission.rules import (
    Basis,
    Decision,
    DespiteRestriction,
    Fact,
    Kind,
    Use,
    article_of,
    may_ask_again,
    standing,
)
from discreet.foundation.rulepacks.law import Law
from discreet.vocabulary.purposes import PURPOSES, is_within

pytestmark = pytest.mark.duty("M8.1")
THEN = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 18, tzinfo=UTC)
FACT = Fact(
    ref="c_1", kind=Kind.OBJECTION, law="eu-gdpr", article="GDPR Art. 21(1)", since=THEN, last_said_at=THEN
)
PENDING = replace(FACT, decision=Decision.PENDING)
UPHELD = replace(FACT, purpose="CustomerCare", decision=Decision.UPHELD, decided_at=THEN)
OVERRIDDEN = replace(FACT, decision=Decision.OVERRIDDEN, decided_at=NOW - timedelta(days=1))
RESTRICTED = replace(FACT, kind=Kind.RESTRICTION)
WITHDRAWN = replace(FACT, kind=Kind.CONSENT_WITHDRAWAL, purpose="Personalisation")
OUT = replace(FACT, kind=Kind.OPT_OUT)
LIMITED = replace(FACT, kind=Kind.LIMIT)

CASES: list[tuple[str, Fact, Use, str]] = [
    ("GDPR 18(2): only storing is left", RESTRICTED, Use("CustomerCare"), "restricted"),
    ("GDPR 18(2): storing", RESTRICTED, Use("CustomerCare", only_stores=True), ""),
    (
        "GDPR 18(2): legal claims",
        RESTRICTED,
        Use("DisputeManagement", despite_restriction=DespiteRestriction.LEGAL_CLAIMS),
        "",
    ),
    ("of one purpose", replace(RESTRICTED, purpose="Marketing"), Use("CustomerCare"), ""),
    ("a part of the purpose", replace(RESTRICTED, purpose="Marketing"), Use("DirectMarketing"), "restricted"),
    ("wider than it", replace(RESTRICTED, purpose="DirectMarketing"), Use("Marketing"), "restricted"),
    (
        "of a source",
        replace(RESTRICTED, data_set="shop"),
        Use("CustomerCare", data_set="shop/x"),
        "restricted",
    ),
    ("of another source", replace(RESTRICTED, data_set="shop"), Use("CustomerCare", data_set="shop2"), ""),
    ("a use that names no data", replace(RESTRICTED, data_set="shop/x"), Use("CustomerCare"), "restricted"),
    ("GDPR 21(3): marketing at once", PENDING, Use("DirectMarketing"), "marketing_objection"),
    ("GDPR 21(3): whatever the basis", PENDING, Use("Marketing", basis=Basis.CONSENT), "marketing_objection"),
    ("GDPR 21(1): until decided", PENDING, Use("ServiceOptimisation"), "objection_pending"),
    ("GDPR 21(1): not a contract", PENDING, Use("DeliveryOfGoods", basis=Basis.CONTRACT), ""),
    ("upheld", UPHELD, Use("CustomerCare"), "objected"),
    ("GDPR 21(1): compelling grounds", OVERRIDDEN, Use("ServiceOptimisation"), ""),
    ("GDPR 21(3): no grounds for marketing", OVERRIDDEN, Use("DirectMarketing"), "marketing_objection"),
    ("profiling alone", replace(PENDING, only_profiling=True), Use("CustomerCare", is_profiling=False), ""),
    ("profiling not said", replace(PENDING, only_profiling=True), Use("CustomerCare"), "objection_pending"),
    ("GDPR 7(3), PIPL 15", WITHDRAWN, Use("PersonalisedBenefits"), "consent_withdrawn"),
    ("another basis", WITHDRAWN, Use("Personalisation", basis=Basis.CONTRACT), ""),
    ("1798.120: sale", OUT, Use("SellDataToThirdParties", is_sold_or_shared=False), "opted_out"),
    ("1798.120: sharing", OUT, Use("CustomerCare", is_sold_or_shared=True), "opted_out"),
    ("advertising that does not say", OUT, Use("TargetedAdvertising"), "opted_out"),
    ("marketing that does not say", OUT, Use("Marketing"), "opted_out"),
    ("advertising of its own", OUT, Use("TargetedAdvertising", is_sold_or_shared=False), ""),
    ("nothing to do with sale", OUT, Use("DeliveryOfGoods"), ""),
    ("1798.121", LIMITED, Use("Marketing", is_sensitive=True), "limited"),
    ("sensitive or not: not said", LIMITED, Use("Marketing"), "limited"),
    ("11 CCR 7027(m): security", LIMITED, Use("FraudPreventionAndDetection", is_sensitive=True), ""),
    ("nothing sensitive", LIMITED, Use("Marketing", is_sensitive=False), ""),
    ("ended", replace(RESTRICTED, ended_at=NOW), Use("CustomerCare"), ""),
    (
        "ended later",
        replace(RESTRICTED, ended_at=NOW + timedelta(seconds=1)),
        Use("CustomerCare"),
        "restricted",
    ),
    ("over by itself", replace(RESTRICTED, until=NOW), Use("CustomerCare"), ""),
    ("not yet", replace(RESTRICTED, since=NOW + timedelta(seconds=1)), Use("CustomerCare"), ""),
]


@pytest.mark.parametrize(
    ("fact", "use", "code"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_choice_is_in_the_way_of_a_use(fact: Fact, use: Use, code: str) -> None:
    found = standing(facts=[fact], use=use, at=NOW)
    assert [reason.code for reason in found.reasons] == ([code] if code else [])
    assert found.is_allowed == (not code)
    assert all(reason.article and reason.text("zh-hans") != reason.text("en") for reason in found.reasons)


def test_an_answer_names_what_the_use_did_not_say() -> None:
    facts = [OUT, LIMITED, replace(PENDING, only_profiling=True), WITHDRAWN]
    found = standing(facts=facts, use=Use("Personalisation"), at=NOW)
    assert {reason.code: reason.unsaid for reason in found.reasons} == {
        "opted_out": ("sold_or_shared",),
        "limited": ("sensitive",),
        "objection_pending": ("profiling", "basis"),
        "consent_withdrawn": ("basis",),
    }


def test_grounds_count_from_the_moment_they_were_decided() -> None:
    before = standing(facts=[OVERRIDDEN], use=Use("ServiceOptimisation"), at=NOW - timedelta(days=2))
    assert [reason.code for reason in before.reasons] == ["objection_pending"]


@pytest.mark.parametrize(
    ("said", "not_before"),
    [
        (datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2027, 3, 1, 8, tzinfo=UTC)),
        (datetime(2028, 2, 29, 8, tzinfo=UTC), datetime(2029, 3, 1, 8, tzinfo=UTC)),
    ],
)
def test_nobody_who_opted_out_is_asked_again_for_twelve_months(said: datetime, not_before: datetime) -> None:
    """1798.135(c)(4); 11 CCR 7026(k), 7027(l)."""
    facts = [
        replace(OUT, since=said, last_said_at=said),
        replace(PENDING, last_said_at=said + timedelta(days=9)),
    ]
    just_before = may_ask_again(facts=facts, at=not_before - timedelta(seconds=1))
    assert (just_before.is_allowed, just_before.not_before) == (False, not_before)
    assert may_ask_again(facts=facts, at=not_before).is_allowed
    assert may_ask_again(facts=[PENDING], at=NOW).is_allowed


@pytest.mark.parametrize(
    ("kind", "law", "purpose", "expected"),
    [
        (Kind.OBJECTION, Law.GDPR, "DirectMarketing", (Law.GDPR, "GDPR Art. 21(2)")),
        (Kind.OBJECTION, Law.PIPL, "CustomerCare", (Law.PIPL, "PIPL Art. 44")),
        (Kind.OPT_OUT, Law.PIPL, "", (Law.CCPA, "Cal. Civ. Code 1798.120")),
        (Kind.RESTRICTION, Law.CCPA, "", (Law.GDPR, "GDPR Art. 18")),
    ],
)
def test_a_choice_is_honoured_under_the_law_that_knows_it(
    kind: Kind, law: Law, purpose: str, expected: tuple[Law, str]
) -> None:
    assert article_of(kind=kind, law=law, purpose=purpose) == expected


def test_every_purpose_lies_within_known_ones_and_has_a_name_in_both_languages() -> None:
    for purpose in PURPOSES.values():
        assert purpose.en and purpose.zh and set(purpose.broader) <= PURPOSES.keys()
        assert is_within(purpose.id, purpose.id)
    assert is_within("TargetedAdvertising", "Marketing") and is_within(
        "TargetedAdvertising", "Personalisation"
    )
    assert not is_within("Marketing", "TargetedAdvertising")
