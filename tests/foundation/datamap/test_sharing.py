"""Recipients and manual sources: stated, never written over, carried by the map file without loss."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap import actions, sharing_actions, sharing_queries, yaml_file
from discreet.foundation.datamap import sharing_refusals as refusals
from discreet.foundation.datamap.mapfile_refusals import SharingRefused
from discreet.foundation.datamap.refusals import UnknownCategory
from discreet.foundation.datamap.sharing import (
    Contact,
    ManualSourceFacts,
    RecipientFacts,
    RecipientKind,
    Reference,
)
from discreet.foundation.ledger.models import LedgerEntry
from discreet.vocabulary.actors import Actor, ActorKind, Role
from discreet.vocabulary.errors import Refused
from tests.foundation.sources.conftest import Company, sqlite_company
from tests.foundation.staff.people import add

__all__ = ["sqlite_company"]
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
STEWARD = Actor(kind=ActorKind.STAFF, name="wei", roles=frozenset({Role.AGENT}))
MAILER = RecipientFacts(
    key="mailer",
    name_en="Mailing house",
    name_zh="邮件服务商",
    kind=RecipientKind.PROCESSOR,
    contact=Contact.MAIL,
    reference=Reference.EMAIL,
    address="privacy@mailing.example",
    country="DE",
    categories=("email", "name"),
    since_date=date(2024, 1, 1),
)
ARCHIVE = ManualSourceFacts(
    key="archive", name_en="Paper archive", name_zh="纸质档案", assignee="wei", categories=("signature",)
)


@pytest.fixture
def people(db: None) -> None:
    add("wei", Role.AGENT)
    add("tao", Role.VIEWER)


def state(facts: RecipientFacts = MAILER) -> int:
    return sharing_actions.state_recipient(actor=STEWARD, now=NOW, facts=facts)


@pytest.mark.usefixtures("people")
def test_a_change_is_a_new_version_and_the_old_one_stays_as_it_was_stated() -> None:
    assert (state(), state(), state(replace(MAILER, remind_days=5))) == (1, 1, 2)
    newest, first = sharing_queries.recipient_versions("mailer")
    assert (newest.facts.remind_days, first.facts) == (5, MAILER)
    sharing_actions.end_recipient(actor=STEWARD, now=NOW, key="mailer")
    assert sharing_queries.recipients() == []
    assert [one.version.is_ended for one in sharing_queries.recipient_versions("mailer")] == [
        True,
        False,
        False,
    ]
    evidence = LedgerEntry.objects.filter(subject="recipient:mailer")
    assert evidence.count() == 4
    assert not any("mailing.example" in str(entry.body) for entry in evidence)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        (replace(MAILER, key="Mailer!"), refusals.BadKey),
        (replace(MAILER, name_zh=" "), refusals.NameMissing),
        (replace(MAILER, address="two@a.example, b@c.example"), refusals.CannotBeTold),
        (replace(MAILER, contact=Contact.CALL), refusals.CannotBeTold),
        (replace(MAILER, contact=Contact.TASK, assignee="tao"), refusals.NobodyAnswers),
        (replace(MAILER, country="XX"), refusals.UnknownCountry),
        (replace(MAILER, categories=("shoe_size",)), UnknownCategory),
        (replace(MAILER, tables=(TableRef("shop", "nowhere"),)), refusals.UnknownPlace),
        (replace(MAILER, until_date=date(2023, 1, 1)), refusals.BadDays),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_what_is_unknown_or_cannot_be_told_is_refused(facts: RecipientFacts, refusal: type[Refused]) -> None:
    with pytest.raises(refusal):
        state(facts)
    assert sharing_queries.recipients() == []


@pytest.mark.usefixtures("people")
def test_the_map_file_carries_them_and_ends_what_it_leaves_out(sqlite_company: Company) -> None:
    sqlite_company.fill(("CREATE TABLE customer (id integer PRIMARY KEY, email varchar(200))",))
    sqlite_company.connect("shop")
    actions.confirm_all(actor=STEWARD, now=NOW, source="shop")
    partner = replace(
        MAILER,
        key="partner",
        kind=RecipientKind.THIRD_PARTY,
        contact=Contact.CALL,
        address="",
        subscription="partner-hook",
        tables=(TableRef("shop", "customer"),),
        until_date=date(2025, 12, 31),
    )
    state()
    state(partner)
    sharing_actions.state_manual_source(actor=STEWARD, now=NOW, facts=ARCHIVE)
    text = yaml_file.export_whole(["shop"])
    for key in ("mailer", "partner"):
        sharing_actions.end_recipient(actor=STEWARD, now=NOW, key=key)
    sharing_actions.end_manual_source(actor=STEWARD, now=NOW, key="archive")
    actions.apply_map(actor=STEWARD, now=NOW, text=text)
    assert [one.facts for one in sharing_queries.recipients()] == [MAILER, partner]
    assert [one.facts for one in sharing_queries.manual_sources()] == [ARCHIVE]
    assert yaml_file.export_whole(["shop"]) == text
    actions.apply_map(actor=STEWARD, now=NOW, text=yaml_file.export(["shop"]))
    assert len(sharing_queries.recipients()) == 2, "a file that does not speak of them leaves them"
    actions.apply_map(actor=STEWARD, now=NOW, text="version: 1\nsources: {}\nrecipients: {}\n")
    assert sharing_queries.recipients() == []
    with pytest.raises(SharingRefused) as refused:
        actions.apply_map(actor=STEWARD, now=NOW, text=text.replace("person: wei", "person: nobody"))
    assert "nobody" in str(refused.value)
    assert sharing_queries.recipients() == [], "nothing of a refused file is applied"


@pytest.fixture
def desk(settings: Settings, people: None) -> Client:
    settings.DISCREET_DEMO = True
    cache.clear()
    client = Client()
    client.force_login(add("anna", *Role), backend="django.contrib.auth.backends.ModelBackend")
    return client


FORM = {
    "key": "mailer",
    "name_en": "Mailing house",
    "name_zh": "邮件服务商",
    "kind": "processor",
    "contact": "mail",
    "address": "privacy@mailing.example",
    "language": "en",
    "reference": "email",
    "remind_days": "14",
    "categories": ["email"],
}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_recipients_are_added_changed_searched_and_ended_on_their_pages(desk: Client, language: str) -> None:
    desk.cookies["django_language"] = language
    assert desk.get("/desk/map/recipients/").status_code == 200
    bad = desk.post("/desk/map/recipients/add/", {**FORM, "address": "nowhere"})
    assert bad.status_code == 422
    assert 'role="alert"' in bad.content.decode()
    assert desk.post("/desk/map/recipients/add/", FORM).status_code == 302
    assert desk.post("/desk/map/recipients/add/", FORM).status_code == 422, "the key is taken"
    page = desk.get("/desk/map/recipients/mailer/").content.decode()
    assert "privacy@mailing.example" in page
    changed = desk.post("/desk/map/recipients/mailer/change/", {**FORM, "key": "other", "remind_days": "3"})
    assert changed.status_code == 302
    assert [one.facts.remind_days for one in sharing_queries.recipients()] == [3]
    assert "/recipients/mailer/" in desk.get("/desk/map/recipients/?q=mailing").content.decode()
    assert "/recipients/mailer/" not in desk.get("/desk/map/recipients/?q=nobody").content.decode()
    assert desk.post("/desk/map/recipients/mailer/end/").status_code == 302
    assert "/recipients/mailer/" not in desk.get("/desk/map/recipients/").content.decode()
    assert "/recipients/mailer/" in desk.get("/desk/map/recipients/?show=all").content.decode()
    assert desk.post("/desk/map/recipients/mailer/change/", FORM).status_code == 422


def test_a_manual_source_is_stated_on_its_page_by_somebody_who_answers_for_it(desk: Client) -> None:
    assert desk.get("/desk/map/manual-sources/").status_code == 200
    form = {"key": "archive", "name_en": "Archive", "name_zh": "档案", "assignee": "tao", "answer_days": "7"}
    assert desk.post("/desk/map/manual-sources/add/", {**form, "assignee": ""}).status_code == 422
    assert desk.post("/desk/map/manual-sources/add/", form).status_code == 302
    (one,) = sharing_queries.manual_sources()
    assert (one.facts.assignee, one.facts.answer_days) == ("tao", 7)
    assert desk.get("/desk/map/manual-sources/archive/").status_code == 200
    assert desk.post("/desk/map/manual-sources/archive/end/").status_code == 302
    assert sharing_queries.manual_sources() == []
