"""What happens beside an answer reaches the person: by mail to the address held, on the page, or by staff."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.cases.queries import my_work
from discreet.foundation.centre import verification
from discreet.foundation.centre.models import Verification
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.mail.api import ContactKind, hold
from discreet.foundation.mail.delivery import deliver_due
from discreet.foundation.mail.folder import newest_in_folder
from discreet.foundation.permission.actions import ending
from discreet.foundation.permission.models import Choice
from discreet.foundation.permission.refusals import NoAddressHeld, NotToldYet
from discreet.mechanisms.rights import preparing, queries
from discreet.mechanisms.rights.actions import appealing, deciding, proving, receiving
from discreet.mechanisms.rights.letters import answers as letter_answers
from discreet.mechanisms.rights.opening.asker import Asking
from discreet.vocabulary.actors import SYSTEM
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, APPROVER, CUSTOMER, NOW, SECOND_APPROVER, who

pytestmark = [pytest.mark.duty("M8.3"), pytest.mark.django_db]
WHY = "Forty times this month"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"


def hold_address(number: str, *, is_held: bool) -> None:
    """Hold an address for later mails, or none, whatever the plan found."""
    if not is_held:
        Verification.objects.filter(case_number=number).delete()
        return
    contact = hold(case_number=number, kind=ContactKind.EMAIL, address=ANN)
    verification.keep_contacts(actor=SYSTEM, now=NOW, subject=f"request:{number}", contacts={number: contact})


def mailed() -> list[tuple[str, str]]:
    deliver_due(datetime.now(UTC) + timedelta(minutes=1))
    return [(one.to, one.body) for one in newest_in_folder()]


def tasks_of(number: str) -> list[str]:
    return [item.task.what for item in my_work(actor=AGENT, now=NOW) if item.number == number]


def page_of(number: str, language: str = "en") -> str:
    token = add_public_token(actor=CUSTOMER, now=NOW, number=number)
    path = f"/privacy/request/{token}/"
    return Client().get(path, headers={"accept-language": language}).content.decode()


def appealed(*, is_held: bool) -> str:
    number = driving.planned("erasure", ANN)
    hold_address(number, is_held=is_held)
    deciding.refuse_request(
        actor=APPROVER, now=datetime.now(UTC), number=number, reason="Abusive", article=""
    )
    driving.work()
    mailed()
    appealing.appeal(actor=CUSTOMER, now=datetime.now(UTC), number=number, words="I asked once")
    return number


@pytest.mark.parametrize("is_held", [True, False])
def test_a_dismissed_appeal_is_told_with_the_reason_and_where_to_complain(
    shop: Company, is_held: bool
) -> None:
    number = appealed(is_held=is_held)
    before = len(mailed())
    appealing.dismiss_appeal(actor=SECOND_APPROVER, now=datetime.now(UTC), number=number, reason=WHY)
    sent = mailed()[: len(mailed()) - before]
    assert [to for to, _ in sent] == ([ANN] if is_held else [])
    assert all("where you can complain" in body and WHY not in body for _, body in sent)
    assert queries.request_view(number).answer == ("mail" if is_held else "letter_due")
    assert any("Send the letter" in one for one in tasks_of(number)) is not is_held
    assert WHY in page_of(number) and "supervisory authority" in page_of(number)


@pytest.mark.parametrize("is_held", [True, False])
def test_a_reopened_request_is_told_and_has_no_letter_of_dismissal(shop: Company, is_held: bool) -> None:
    number = appealed(is_held=is_held)
    before = len(mailed())
    appealing.reopen_request(actor=SECOND_APPROVER, now=datetime.now(UTC), number=number, reason=WHY)
    assert len(mailed()) - before == is_held
    assert any("opened again" in one for one in tasks_of(number)) is not is_held
    page = page_of(number)
    assert "We looked at it again, and begin anew" in page and WHY in page
    assert letter_answers.links_of(queries.request_view(number)) == []


@pytest.mark.parametrize("is_held", [True, False])
def test_a_duplicate_is_told(shop: Company, is_held: bool) -> None:
    first, second = driving.planned("erasure", ANN), driving.planned("erasure", ANN)
    hold_address(second, is_held=is_held)
    appealing.mark_duplicate(actor=AGENT, now=NOW, number=second, of=first)
    assert [to for to, _ in mailed()] == ([ANN] if is_held else [])
    assert queries.request_view(second).answer == ("mail" if is_held else "letter_due")
    assert first in page_of(second) and "supervisory authority" in page_of(second)


def chosen(kind: str, *, is_held: bool) -> tuple[str, str]:
    number = receiving.receive_request(
        actor=AGENT,
        now=NOW,
        kind=kind,
        claim=who(ANN),
        residence="DE",
        channel="letter",
        asking=Asking(scope="all" if kind == "objection" else ""),
    ).number
    proving.verify_identity(actor=AGENT, now=NOW, number=number, reason="Known by voice")
    preparing.prepare_batch(queries.batch_of(number), SYSTEM, NOW)
    hold_address(number, is_held=is_held)
    return number, Choice.objects.get(origin=number).ref


@pytest.mark.parametrize("is_held", [True, False])
def test_an_overridden_objection_is_told_with_its_grounds_on_the_page_alone(is_held: bool) -> None:
    number, ref = chosen("objection", is_held=is_held)
    assert "Until we have decided" in page_of(number)
    grounds = "Fraud that we must clear up"
    for _ in range(2):
        ending.override_objection(actor=APPROVER, now=NOW, ref=ref, grounds=grounds)
    assert [(to, grounds in body) for to, body in mailed()] == ([(ANN, False)] if is_held else [])
    assert any("not upheld" in one for one in tasks_of(number)) is not is_held
    page = page_of(number)
    assert grounds in page and "supervisory authority" in page and "Applied from now on" not in page
    assert "我们审查了您的反对" in page_of(number, "zh-hans")
    assert not any(grounds in entry.body for entry in LedgerEntry.objects.all())


def test_a_restriction_is_lifted_only_after_the_mail_that_says_so() -> None:
    """GDPR Art. 18(3)."""
    number, ref = chosen("restriction", is_held=True)
    with pytest.raises(NotToldYet):
        ending.lift_restriction(actor=AGENT, now=NOW, ref=ref)
    ending.mail_lifting(actor=AGENT, now=NOW, ref=ref)
    assert [to for to, _ in mailed()] == [ANN]
    assert "will be lifted soon" in page_of(number)
    ending.lift_restriction(actor=AGENT, now=NOW, ref=ref)
    page = page_of(number)
    assert "The restriction was lifted" in page and "Applied from now on" not in page


def test_where_no_address_is_held_a_restriction_stays_until_staff_say_that_they_told(desk: Client) -> None:
    _, ref = chosen("restriction", is_held=False)
    with pytest.raises(NoAddressHeld):
        ending.mail_lifting(actor=AGENT, now=NOW, ref=ref)
    assert Choice.objects.get(ref=ref).told_at is None
    with pytest.raises(NotToldYet):
        ending.lift_restriction(actor=AGENT, now=NOW, ref=ref)
    page = desk.get(f"/desk/choices/{ref}/").content.decode()
    assert "The person was told" in page and 'name="mail"' not in page
