"""Recipients are told of what was done, each one of what it received and no more, and tracked to an end."""

import csv
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils.translation import override
from pytest_django import Settings

from discreet.engines.subjects.corrections import Change
from discreet.foundation.cases.queries import open_tasks
from discreet.foundation.datamap import sharing_actions
from discreet.foundation.datamap.sharing import Contact, RecipientFacts, RecipientKind, Reference
from discreet.foundation.jobs.delivery import deliver_once
from discreet.foundation.jobs.models import Job
from discreet.foundation.keys import api as keys
from discreet.foundation.keys.api import KeyDestroyed
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.mail.folder import newest_in_folder
from discreet.mechanisms.rights import handlers, schedules
from discreet.mechanisms.rights.actions import notifying
from discreet.mechanisms.rights.models import RecipientNotice
from discreet.mechanisms.rights.outside import queries as recipient_queries
from discreet.mechanisms.rights.outside.pages import as_text
from discreet.mechanisms.rights.outside.refusals import EvidenceMissing
from discreet.mechanisms.rights.outside.rules import Hindrance, NoticeState
from discreet.mechanisms.rights.refusals import NotYours
from discreet.vocabulary.actors import Role
from tests.foundation.sources.conftest import Company, _sqlite
from tests.foundation.staff.people import add
from tests.mechanisms.rights import correcting
from tests.mechanisms.rights.company import AGENT, ANN, ANN_PHONE, BOB, CLEO, NOW, OPERATOR, VIEWER
from tests.mechanisms.rights.driving import approve, erased, failures, opened, work
from tests.mechanisms.rights.test_batch import imported

assert handlers  # registers who is told of what happened
MAILER = RecipientFacts(
    key="mailer",
    name_en="Mailing house",
    name_zh="邮件服务商",
    kind=RecipientKind.PROCESSOR,
    contact=Contact.MAIL,
    reference=Reference.EMAIL,
    address="privacy@mailing.example",
    categories=("email",),
)
COURIER = replace(
    MAILER,
    key="courier",
    name_en="Courier",
    name_zh="快递公司",
    kind=RecipientKind.CONTROLLER,
    contact=Contact.TASK,
    reference=Reference.CUSTOMER_NUMBER,
    address="",
    assignee="wei",
    categories=("address",),
)
LINK = re.compile(r"(/privacy/told/[^/\s]+/)")
SECRETS = (ANN, ANN_PHONE, "Annabel")


@pytest.fixture
def told(free_shop: Company, db: None, tmp_path: Path, settings: Settings) -> Company:
    """The company, with two recipients; mail goes to a folder of the test."""
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"
    add("wei", Role.AGENT)
    for facts in (MAILER, COURIER):
        sharing_actions.state_recipient(actor=OPERATOR, now=NOW, facts=facts)
    return free_shop


def run() -> None:
    """Let events reach their handlers, and the jobs that they start run."""
    for _ in range(3):
        deliver_once(now=datetime.now(UTC))
        work()


def links() -> list[str]:
    bodies = [one.body for one in newest_in_folder() if one.to == MAILER.address]
    assert not [secret for secret in SECRETS for body in bodies if secret in body]
    return [found.group(1) for body in bodies for found in [LINK.search(body)] if found]


def states(number: str) -> dict[str, NoticeState]:
    return {one.facts.key: one.state for one in recipient_queries.recipients_told(number)}


@pytest.mark.duty("M8.4")
def test_each_recipient_of_an_erasure_is_told_by_its_own_way_and_its_own_reference(told: Company) -> None:
    number = erased(ANN).number
    assert states(number) == {"mailer": NoticeState.HELD}, "the shared address stays: the courier is not told"
    assert links() == []
    run()
    assert states(number) == {"mailer": NoticeState.SENT}
    (link,) = links()
    client = Client()
    page = client.get(link).content.decode()
    assert ANN not in page
    assert "GDPR Art. 19" in page
    shown = client.post(f"{link}show/").content.decode()
    assert ANN in shown
    assert not [secret for secret in SECRETS[1:] if secret in shown], "the reference and nothing else"
    assert client.post(f"{link}confirm/").status_code == 200
    assert states(number) == {"mailer": NoticeState.CONFIRMED}
    assert client.get(link).status_code == 404
    assert client.post(f"{link}show/").status_code == 404
    row = RecipientNotice.objects.get()
    assert (row.list_sealed, row.token_hash) == (None, "")
    with pytest.raises(KeyDestroyed):
        keys.seal(row.key_id, b"", "list")
    everything = [str(entry.body) for entry in LedgerEntry.objects.all()] + [
        str(job.args) for job in Job.objects.all()
    ]
    assert not [secret for secret in (*SECRETS, MAILER.address) for text in everything if secret in text]


@pytest.mark.duty("M8.4")
def test_a_person_of_ours_tells_who_has_no_address_and_notes_what_shows_the_confirmation(
    told: Company, desk: Client
) -> None:
    number = erased(CLEO).number
    run()
    assert states(number)["courier"] is NoticeState.DUE
    (notice,) = [one for one in recipient_queries.recipients_told(number) if one.facts.key == "courier"]
    assert open_tasks(notifying.task_key(notice.notice_id)).keys() == {number}
    base = f"/desk/requests/{number}/recipients/"
    assert "Courier" in desk.get(base).content.decode()
    shown = desk.post(f"{base}{notice.notice_id}/show/").content.decode()
    assert ">3<" in shown.replace(" ", "")
    assert CLEO not in shown
    assert desk.post(f"{base}{notice.notice_id}/note/", {"what": "told"}).status_code == 302
    assert states(number)["courier"] is NoticeState.SENT
    empty = desk.post(f"{base}{notice.notice_id}/note/", {"what": "confirmed", "note": " "})
    assert empty.status_code == 422
    assert 'role="alert"' in empty.content.decode()
    noted = {"what": "confirmed", "note": "Ticket 77, called Jane"}
    assert desk.post(f"{base}{notice.notice_id}/note/", noted).status_code == 302
    assert states(number)["courier"] is NoticeState.CONFIRMED
    assert "Ticket 77, called Jane" in desk.get(base).content.decode()
    assert open_tasks(notifying.task_key(notice.notice_id)) == {}
    assert not [e for e in LedgerEntry.objects.all() if "Jane" in str(e.body)]
    assert desk.post(f"{base}{notice.notice_id}/note/", noted).status_code == 410, (
        "an end is not written over"
    )


def test_telling_that_is_impossible_says_why_and_only_who_may_notes_it(told: Company) -> None:
    number = erased(CLEO).number
    run()
    (notice,) = [one for one in recipient_queries.recipients_told(number) if one.facts.key == "courier"]
    act = {"now": NOW, "notice_id": notice.notice_id, "hindrance": Hindrance.IMPOSSIBLE}
    with pytest.raises(NotYours):
        notifying.give_up(actor=VIEWER, note="It is gone", **act)
    with pytest.raises(EvidenceMissing):
        notifying.give_up(actor=AGENT, note="", **act)
    notifying.give_up(actor=AGENT, note="The company was dissolved", **act)
    assert states(number)["courier"] is NoticeState.IMPOSSIBLE


def test_who_does_not_confirm_is_reminded_twice_then_staff_are_asked(told: Company) -> None:
    number = erased(ANN).number
    run()
    (notice,) = recipient_queries.recipients_told(number)
    now, seen = datetime.now(UTC), links()
    for _ in range(2):
        now += timedelta(days=MAILER.remind_days, minutes=1)
        assert schedules.remind_recipients(now) == 1
        assert schedules.remind_recipients(now) == 0
        work()
    fresh = [link for link in links() if link not in seen]
    assert len(fresh) == 2
    assert sorted(Client().get(link).status_code for link in (*seen, *fresh)) == [200, 404, 404]
    assert open_tasks(notifying.task_key(notice.notice_id)) == {}
    assert schedules.remind_recipients(now + timedelta(days=MAILER.remind_days, minutes=1)) == 1
    assert open_tasks(notifying.task_key(notice.notice_id)).keys() == {number}
    assert schedules.remind_recipients(now + timedelta(days=999)) == 0


@pytest.mark.duty("M8.5")
def test_a_batch_is_one_notice_to_each_recipient_with_all_of_its_people(
    told: Company, tmp_path: Path
) -> None:
    numbers = imported(tmp_path, "email", ANN, BOB, CLEO)
    approve(numbers[0])
    work()
    assert failures() == []
    run()
    assert RecipientNotice.objects.filter(recipient="mailer").count() == 1
    (link,) = links()
    shown = Client().post(f"{link}show/", {"file": "1"})
    lines = shown.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 4
    assert {row[2] for row in csv.reader(lines[1:])} == {ANN, BOB, CLEO}
    courier = RecipientNotice.objects.get(recipient="courier")
    assert set(courier.numbers) == set(numbers), "nobody lives at the shared address any more"


def test_the_customer_reads_whom_we_told_by_name_alone(told: Company) -> None:
    number = erased(ANN).number
    run()
    with override("zh-hans"):
        text = Template("{% load told %}{% recipients_told number %}").render(Context({"number": number}))
    assert "邮件服务商" in text
    assert "mailing.example" not in text


def test_a_choice_is_told_to_whom_the_law_names_by_what_the_person_gave(told: Company) -> None:
    broker = replace(MAILER, key="broker", kind=RecipientKind.THIRD_PARTY)
    sharing_actions.state_recipient(actor=OPERATOR, now=NOW, facts=broker)
    number = opened("opt_out", ANN)
    work()
    assert states(number) == {"broker": NoticeState.SENT, "courier": NoticeState.DUE}
    (held,) = RecipientNotice.objects.filter(recipient="broker")
    assert [one.value for one in notifying.people_of(held)] == [ANN]


@pytest.mark.parametrize(
    ("cell", "text"),
    [("=1+1", "'=1+1"), ("@x", "'@x"), ("+41446681800", "+41446681800"), ("+1 =x", "'+1 =x"), ("a", "a")],
)
def test_no_cell_of_a_list_becomes_a_formula(cell: str, text: str) -> None:
    assert as_text(cell) == text


@pytest.mark.duty("M8.4")
def test_a_correction_hands_the_new_value_to_whom_knows_the_old_one(
    sqlite_company: Company, db: None, tmp_path: Path, settings: Settings
) -> None:
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"
    for crm in _sqlite(correcting.second_database(tmp_path)):
        correcting.set_up(sqlite_company, crm)
        sharing_actions.state_recipient(actor=OPERATOR, now=NOW, facts=MAILER)
        papers = replace(MAILER, key="papers", categories=("birth_date",))
        sharing_actions.state_recipient(actor=OPERATOR, now=NOW, facts=papers)
        number = correcting.corrected(Change("email", correcting.NEW, correcting.MIA)).number
        assert failures() == []
        run()
        assert states(number) == {"mailer": NoticeState.SENT}, "who received no address is told nothing"
        (notice,) = RecipientNotice.objects.all()
        (person,) = notifying.people_of(notice)
        assert person.value.casefold() == correcting.MIA
        assert person.changes == (("email", correcting.NEW),)
        assert not [one for one in newest_in_folder() if one.to == MAILER.address and "canary" in one.body]
