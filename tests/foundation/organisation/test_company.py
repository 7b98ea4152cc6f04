"""The company's profile: what it must hold, who may change it, what evidence says of it."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.organisation.actions import NotAnAdministrator, set_profile
from discreet.foundation.organisation.cli import company
from discreet.foundation.organisation.company import (
    BadAddress,
    BadRegion,
    BadText,
    CalendarOfAnotherLaw,
    CompanyProfile,
    NameMissing,
    NoLawChosen,
    UnknownLanguage,
    UnknownZone,
    complete,
)
from discreet.foundation.organisation.models import CompanyRecord
from discreet.foundation.organisation.queries import profile
from discreet.foundation.organisation.rules import applicable_laws, clocks_of, law_of_residence
from discreet.foundation.rulepacks.calendars import UnknownCalendar
from discreet.foundation.rulepacks.law import Law
from discreet.vocabulary.actors import Actor, ActorKind, Role
from discreet.vocabulary.errors import Refused

pytestmark = pytest.mark.duty("M9.1")

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADMINISTRATOR = Actor(kind=ActorKind.STAFF, name="ada", roles=frozenset({Role.ADMINISTRATOR}))
AGENT = Actor(kind=ActorKind.STAFF, name="ben", roles=frozenset({Role.AGENT, Role.APPROVER}))
SHOP = CompanyProfile(
    name_en="Morning Shop",
    name_zh="晨光商店",
    brands=("Morning", "晨光"),
    legal_entities=("Morning Shop GmbH",),
    laws=(Law.PIPL, Law.GDPR),
    zones={Law.GDPR: "Europe/Berlin"},
    calendars={Law.GDPR: "de"},
    officer="Dana Weber",
    officer_email="officer@shop.example",
    contact_email="privacy@shop.example",
    phone_region="DE",
)

WRONG = [
    (CompanyProfile(name_en="", name_zh=""), NameMissing),
    (CompanyProfile(laws=()), NoLawChosen),
    (CompanyProfile(zones={Law.GDPR: "Europe/Atlantis"}), UnknownZone),
    (CompanyProfile(calendars={Law.GDPR: "XX"}), UnknownCalendar),
    (CompanyProfile(calendars={Law.GDPR: "US-CA"}), CalendarOfAnotherLaw),
    (CompanyProfile(calendars={Law.PIPL: "DE"}), CalendarOfAnotherLaw),
    (CompanyProfile(languages=("fr",)), UnknownLanguage),
    (CompanyProfile(name_en="x" * 201), BadText),
    (CompanyProfile(officer="Dana\nBcc: all@shop.example"), BadText),
    (CompanyProfile(brands=("",)), BadText),
    (CompanyProfile(contact_email="privacy at shop"), BadAddress),
    (CompanyProfile(officer_email="a@b.example, c@d.example"), BadAddress),
    (CompanyProfile(phone_region="GER"), BadRegion),
]


@pytest.mark.parametrize(("wrong", "refusal"), WRONG, ids=[refusal.code for _, refusal in WRONG])
def test_a_profile_that_cannot_be_used_is_refused(wrong: CompanyProfile, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        complete(wrong)


def test_a_profile_is_kept_with_a_zone_and_a_calendar_for_every_law() -> None:
    kept = complete(SHOP)
    assert kept.laws == (Law.GDPR, Law.PIPL)
    assert kept.zones == {
        Law.GDPR: "Europe/Berlin",
        Law.CCPA: "America/Los_Angeles",
        Law.PIPL: "Asia/Shanghai",
    }
    assert kept.calendars == {Law.GDPR: "DE", Law.CCPA: "US-CA", Law.PIPL: "CN"}


def test_one_name_serves_both_languages() -> None:
    assert complete(CompanyProfile(name_en="Shop")).name_zh == "Shop"
    assert complete(CompanyProfile(name_en="", name_zh="晨光")).name_en == "晨光"


def test_the_company_is_named_in_the_other_language_where_it_has_no_name_in_this() -> None:
    assert CompanyProfile(name_en="Shop", name_zh="").name("zh-hans") == "Shop"
    assert SHOP.name("zh-hans") == "晨光商店"


@given(residence=st.one_of(st.none(), st.text(max_size=8)))
def test_any_residence_leaves_at_least_one_of_the_company_s_laws(residence: str | None) -> None:
    laws = applicable_laws(SHOP, residence)
    assert laws and set(laws) <= set(SHOP.laws)


@given(
    residence=st.sampled_from(["", " ", "Germany", "D", "US-", "EU", "ZZ", "GB", "UK", "TW", "MO", "CN-TW"])
)
def test_a_residence_that_names_no_pack_is_treated_as_unknown(residence: str) -> None:
    assert law_of_residence(residence) is None


def test_a_residence_is_read_in_any_case_and_with_its_region() -> None:
    assert law_of_residence(" us-ca ") is Law.CCPA
    assert law_of_residence("de-by") is Law.GDPR
    assert law_of_residence("CN-31") is Law.PIPL


def test_a_request_s_clocks_use_the_company_s_holidays() -> None:
    received = datetime(2026, 3, 5, 9, tzinfo=UTC)
    (clock,) = clocks_of(profile=complete(SHOP), residence="FR", kind="erasure", received_at=received)
    assert clock.due_at.isoformat() == "2026-04-07T23:59:59+02:00"


@pytest.mark.django_db
class TestSettingTheProfile:
    def test_before_it_is_set_every_law_applies_and_access_is_not_reviewed(self) -> None:
        assert profile().laws == tuple(Law)
        assert profile().access_is_reviewed is False

    def test_what_was_set_is_what_is_read(self) -> None:
        kept = set_profile(actor=ADMINISTRATOR, now=NOW, profile=SHOP)
        assert profile() == kept == complete(SHOP)

    def test_a_second_setting_replaces_the_one_row(self) -> None:
        set_profile(actor=ADMINISTRATOR, now=NOW, profile=SHOP)
        set_profile(actor=ADMINISTRATOR, now=NOW, profile=CompanyProfile(name_en="Evening Shop"))
        assert profile().name_en == "Evening Shop"
        assert CompanyRecord.objects.count() == 1

    def test_only_an_administrator_sets_it(self) -> None:
        with pytest.raises(NotAnAdministrator):
            set_profile(actor=AGENT, now=NOW, profile=SHOP)
        assert profile() == CompanyProfile()
        assert entries_for("organisation:company") == []

    def test_a_setting_that_is_rolled_back_is_not_remembered(self) -> None:
        before = set_profile(actor=ADMINISTRATOR, now=NOW, profile=SHOP)
        with pytest.raises(RuntimeError), transaction.atomic():
            set_profile(actor=ADMINISTRATOR, now=NOW, profile=CompanyProfile(name_en="Never"))
            assert profile().name_en == "Never"
            raise RuntimeError
        assert profile() == before

    def test_evidence_tells_what_changed_and_no_person(self) -> None:
        set_profile(actor=ADMINISTRATOR, now=NOW, profile=SHOP)
        set_profile(
            actor=ADMINISTRATOR,
            now=NOW,
            profile=CompanyProfile(
                **{name: getattr(SHOP, name) for name in SHOP.__slots__}
                | {"officer": "Kim Roth", "access_is_reviewed": True}
            ),
        )
        first, second = sorted(entries_for("organisation:company"), key=lambda entry: entry.entry_id)
        assert second.facts == {"access_is_reviewed": True, "changed": ["access_is_reviewed", "officer"]}
        assert first.facts["laws"] == ["eu-gdpr", "cn-pipl"]
        for entry in (first, second):
            assert not any(word in json.dumps(entry.facts) for word in ("Dana", "Kim", "@"))

    def test_an_unchanged_profile_costs_one_query(self, django_assert_num_queries: object) -> None:
        set_profile(actor=ADMINISTRATOR, now=NOW, profile=SHOP)
        profile()
        with django_assert_num_queries(1):  # type: ignore[operator]
            profile()

    def test_the_database_keeps_a_second_company_out(self) -> None:
        set_profile(actor=ADMINISTRATOR, now=NOW, profile=SHOP)
        row = CompanyRecord.objects.get()
        row.pk = 2
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


@pytest.mark.django_db
class TestTheCommandLine:
    def test_a_field_that_is_given_changes_and_the_others_stay(self) -> None:
        set_profile(actor=ADMINISTRATOR, now=NOW, profile=SHOP)
        arguments = ["--law", "GDPR", "--law", "ccpa", "--calendar", "GDPR=FR", "--access-is-reviewed"]
        result = CliRunner().invoke(company, ["set", *arguments])
        assert result.exit_code == 0, result.output
        assert profile().laws == (Law.GDPR, Law.CCPA)
        assert profile().calendars[Law.GDPR] == "FR"
        assert profile().access_is_reviewed
        assert profile().name_en == "Morning Shop"

    def test_the_profile_is_shown_as_json(self) -> None:
        set_profile(actor=ADMINISTRATOR, now=NOW, profile=SHOP)
        shown = json.loads(CliRunner().invoke(company, ["show", "--json"]).output)
        assert shown["laws"] == ["eu-gdpr", "cn-pipl"]
        assert shown["name_zh"] == "晨光商店"

    def test_the_profile_is_shown_to_people(self) -> None:
        output = CliRunner().invoke(company, ["show"]).output
        assert "access is reviewed: no" in output

    @pytest.mark.parametrize(
        ("arguments", "problem"),
        [
            (["--law", "LGPD"], "none of GDPR, CCPA, PIPL"),
            (["--zone", "Europe/Berlin"], "write it like GDPR=DE"),
        ],
    )
    def test_a_wrong_value_is_explained(self, arguments: list[str], problem: str) -> None:
        result = CliRunner().invoke(company, ["set", *arguments])
        assert result.exit_code != 0
        assert problem in result.output

    def test_what_the_act_refuses_the_command_refuses(self) -> None:
        with pytest.raises(UnknownZone):
            CliRunner().invoke(company, ["set", "--zone", "GDPR=Mars"], catch_exceptions=False)
