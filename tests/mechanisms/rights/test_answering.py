"""An answer reaches the person: by mail to an address held, or by a letter that staff are asked to send."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from discreet.engines.subjects.identity import Identity
from discreet.foundation.cases.queries import my_work
from discreet.foundation.centre import verification
from discreet.foundation.centre.actions import send_progress_link
from discreet.foundation.centre.models import Verification
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.mail.api import open_contact
from discreet.foundation.mail.delivery import deliver_due
from discreet.foundation.mail.folder import FolderMail, newest_in_folder
from discreet.foundation.mail.models import OutgoingMessage
from discreet.mechanisms.rights import case_page, indicators, listing, queries, workflows
from discreet.mechanisms.rights.actions import answering, deciding, importing, proving, receiving
from discreet.mechanisms.rights.course import history
from discreet.mechanisms.rights.erasing import workflows as erasure_workflow
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.letters import answers as letter_answers
from discreet.mechanisms.rights.opening.identity import How
from discreet.mechanisms.rights.refusals import NoLetterDue, NotYours
from discreet.mechanisms.rights.rules import Answer, way_of_answer
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, ANN_PHONE, APPROVER, CLEO, CUSTOMER, NOW, VIEWER, who

pytestmark = pytest.mark.django_db
BOB_PHONE = "+41446681801"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"


def mails() -> list[FolderMail]:
    return [one for one in newest_in_folder() if "code" not in one.subject]


def letters_of(number: str) -> list[str]:
    return [item.task.what for item in my_work(actor=AGENT, now=NOW) if item.number == number]


def no_address(company: Company) -> None:
    company.fill(("UPDATE customer SET email = NULL WHERE id = 1",))


def erased_by_phone() -> queries.RequestView:
    number = driving.planned("erasure", None, phone=ANN_PHONE)
    driving.approve(number)
    carried_out()
    return queries.request_view(number)


def carried_out() -> None:
    """Work, and send what a batch has queued, as the next round does."""
    driving.work()
    assert driving.failures() == []
    deliver_due(datetime.now(UTC) + timedelta(minutes=1))


def queued() -> int:
    return OutgoingMessage.objects.filter(template__startswith="rights.").count()


def batch(*people: Identity) -> list[str]:
    batch_id, numbers = importing.receive_batch(
        actor=AGENT, now=NOW, kind=Kind.ERASURE, claims=[(one, "DE", "en") for one in people]
    )
    proving.verify_batch(actor=AGENT, now=NOW, batch_id=batch_id, reason="Signed list")
    driving.work()
    driving.approve(numbers[0])
    return numbers


@pytest.mark.parametrize(
    ("is_reachable", "has_page", "way"),
    [
        (True, False, Answer.MAIL_DUE),
        (True, True, Answer.MAIL_DUE),
        (False, True, Answer.PAGE),
        (False, False, Answer.LETTER_DUE),
    ],
)
def test_an_answer_goes_by_mail_else_stands_on_the_page_else_is_a_letter(
    is_reachable: bool, has_page: bool, way: Answer
) -> None:
    """Source: GDPR Art. 12(3)."""
    assert way_of_answer(is_reachable=is_reachable, has_page=has_page) is way


def test_an_erasure_that_staff_recorded_is_answered_at_the_address_that_was_held(
    any_shop: Company, client: Client
) -> None:
    """The request named a phone number: the address was read from the source before it was erased there."""
    view = erased_by_phone()
    (mail,) = mails()
    assert mail.to == ANN and "is answered" in mail.subject
    (link,) = [word for word in mail.body.split() if word.startswith("http")]
    page = client.get(link.removeprefix("http://localhost:8000"))
    assert page.status_code == 200 and view.number in page.content.decode()
    assert view.answer == Answer.MAIL and letters_of(view.number) == []


def test_an_address_that_was_only_typed_gets_no_answer(shop: Company) -> None:
    """The account is found by its number; the mailbox that the request names is nobody's here."""
    number = driving.planned("erasure", "evil@example.org", phone=ANN_PHONE)
    driving.approve(number)
    driving.work()
    assert all("evil" not in mail.to for mail in newest_in_folder())


def test_without_an_address_staff_send_the_letter_and_nothing_says_that_it_was_answered(
    shop: Company,
) -> None:
    no_address(shop)
    view = erased_by_phone()
    assert mails() == [] and view.answer == Answer.LETTER_DUE
    assert letters_of(view.number) == [answering.TASK_LETTER]
    finished = [one for one in entries_for(f"request:{view.number}") if one.act == "rights.finish_erasure"]
    assert finished[-1].facts["answer"] == "letter_due"
    titles = [step.title for step in history.steps(view.number) if not step.is_work]
    assert "Searched again; no answer sent yet: a letter is due" in titles
    assert "Searched again and answered" not in titles


def test_the_legal_clock_runs_until_the_letter_is_sent(shop: Company) -> None:
    """Source: GDPR Art. 12(3): the information is provided to the person, not only made."""
    no_address(shop)
    view = erased_by_phone()
    assert view.completed_at is not None and view.answered_at is None and view.due_at is not None
    after = view.due_at + timedelta(days=1)
    late = indicators.open_and_overdue(after)
    assert late is not None and late.value == "1"
    in_time = indicators.answered_in_time(after)
    assert in_time is not None and in_time.value == "0"
    assert not [one for one in case_page.clocks(view) if one.ended_at]
    row = case_page.list_row(listing.rows([view.number])[0], clock=None, now=NOW)
    assert row["next"] == view.due_at and row["left"] is not None
    assert "Answered" not in [label for label, _ in letter_answers.head(view).rows]
    sent_at = view.due_at - timedelta(days=1)
    answering.answer_by_letter(actor=AGENT, now=sent_at, number=view.number)
    view = queries.request_view(view.number)
    assert {one.ended_at for one in case_page.clocks(view)} == {sent_at}
    in_time = indicators.answered_in_time(after)
    assert in_time is not None and in_time.value == "100"
    assert "Answered" in [label for label, _ in letter_answers.head(view).rows]


def test_a_letter_that_was_sent_ends_the_task_with_evidence(shop: Company, desk: Client) -> None:
    no_address(shop)
    number = erased_by_phone().number
    page = desk.get(f"/desk/requests/{number}/answer/").content.decode()
    assert f"/desk/requests/{number}/letter.pdf" in page
    assert desk.post(f"/desk/requests/{number}/answer/").status_code == 302
    assert letters_of(number) == [] and queries.request_view(number).answer == Answer.LETTER_SENT
    (entry,) = [one for one in entries_for(f"request:{number}") if one.act == "rights.answer_by_letter"]
    assert entry.facts == {"answer": "letter_sent"}
    with pytest.raises(NoLetterDue):
        answering.answer_by_letter(actor=AGENT, now=NOW, number=number)


def test_who_only_reads_notes_no_letter(shop: Company) -> None:
    no_address(shop)
    number = erased_by_phone().number
    for actor in (VIEWER, APPROVER):
        with pytest.raises(NotYours):
            answering.answer_by_letter(actor=actor, now=NOW, number=number)
    assert letters_of(number) == [answering.TASK_LETTER]


def test_in_a_batch_who_has_an_address_gets_mail_and_the_letters_are_one_task(shop: Company) -> None:
    shop.fill(("UPDATE customer SET email = NULL WHERE id IN (1, 2)",))
    numbers = batch(Identity(phone=ANN_PHONE), Identity(email=CLEO), Identity(phone=BOB_PHONE))
    carried_out()
    assert [mail.to for mail in mails()] == [CLEO]
    ways = [queries.request_view(number).answer for number in numbers]
    assert ways == [Answer.LETTER_DUE, Answer.MAIL, Answer.LETTER_DUE]
    assert [letters_of(number) for number in numbers] == [[answering.TASK_LETTERS], [], []]
    assert answering.answer_by_letter(actor=AGENT, now=NOW, number=numbers[2]) == 2
    assert [letters_of(number) for number in numbers] == [[], [], []]


def test_a_batch_mails_some_at_a_time_and_none_twice(shop: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflows, "MAILS_AT_ONCE", 1)
    numbers = batch(Identity(email=ANN), Identity(email=CLEO))
    carried_out()
    batch_id = queries.batch_of(numbers[0])
    contacts = verification.held_contacts(numbers)
    answering.mail_answers(now=datetime.now(UTC), batch_id=batch_id, contacts=contacts)
    carried_out()
    assert len(mails()) == 2 and queued() == 2


def test_a_copy_without_an_address_is_handed_over_by_staff(shop: Company) -> None:
    no_address(shop)
    number = driving.planned("access", None, phone=ANN_PHONE)
    if queries.request_view(number).completed_at is None:
        driving.hand_over(number)
        driving.work()
    assert letters_of(number) == [answering.TASK_COPY]
    titles = [step.title for step in history.steps(number)]
    assert "Package made; not handed over yet: no e-mail address is held" in titles


def test_a_copy_whose_link_is_mailed_counts_as_mailed(shop: Company) -> None:
    number = driving.planned("access", ANN)
    if queries.request_view(number).completed_at is None:
        driving.hand_over(number)
        driving.work()
    assert queries.request_view(number).answer == Answer.MAIL
    assert [mail.to for mail in mails()] == [ANN]


def test_a_refusal_that_staff_recorded_is_a_letter(shop: Company) -> None:
    number = driving.opened("erasure", ANN)
    deciding.refuse_request(actor=AGENT, now=NOW, number=number, reason="Not proven", article="Art. 12(6)")
    assert letters_of(number) == [answering.TASK_LETTER]


def test_what_is_kept_is_the_address_as_stored(shop: Company) -> None:
    shop.fill(("UPDATE customer SET email = 'Ann.Canary@Example.COM' WHERE id = 1",))
    number = driving.accepted(ANN)
    erasure_workflow.capture(queries.batch_of(number), 1)
    contact = verification.held_contact(number)
    assert contact is not None and open_contact(contact) == "Ann.Canary@Example.COM"


def asked(email: str) -> str:
    """Ask at the privacy centre, and have the code mailed, where the mailbox may get one."""
    received = receiving.receive_request(
        actor=CUSTOMER,
        now=datetime.now(UTC),
        kind="erasure",
        claim=who(email),
        residence="DE",
        channel="centre",
    )
    driving.work()
    return received.number


@pytest.mark.promise(14)
def test_what_anybody_causes_never_holds_an_answer_back(shop: Company) -> None:
    """Somebody types the number again and again, and asks in the person's name until the mailbox is full."""
    number = asked(CLEO)
    for _ in range(4):
        send_progress_link(now=datetime.now(UTC), number=number)
    last = [asked(CLEO) for _ in range(3)][-1]
    titles = [step.title for step in history.steps(last) if not step.is_work]
    assert "No code sent: this mailbox has had its mails of the day" in titles
    assert "Mail not sent: this mailbox has had its mails of the day" in titles
    Verification.objects.filter(case_number=number).update(verified_at=NOW)  # the code came back
    proving.verify_identity(actor=CUSTOMER, now=NOW, number=number, how=How.CODE)
    driving.work()
    driving.approve(number)
    carried_out()
    assert queries.request_view(number).answer == Answer.MAIL
    assert OutgoingMessage.objects.get(template="rights.erasure_done").state == "sent"
    by_anybody = OutgoingMessage.objects.filter(template__startswith="centre.", state="sent")
    assert by_anybody.count() == 3
