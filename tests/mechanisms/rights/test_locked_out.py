"""Somebody else's forms use up the mails of a mailbox: the person still proves theirs, and nobody gains."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from discreet.foundation.centre import mailbox_links, verification
from discreet.foundation.centre.models import VerificationCode
from discreet.foundation.centre.refusals import MailboxLinkOver, NoCodeToShow
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.mail.delivery import deliver_due
from discreet.foundation.mail.folder import newest_in_folder
from discreet.mechanisms.rights import queries, workflows
from discreet.mechanisms.rights.actions import mailboxes, proving, receiving
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import SYSTEM
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import ANN, ANN_PHONE, BOB, CUSTOMER, who

pytestmark = [pytest.mark.duty("M8.2"), pytest.mark.promise(14), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> None:
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"


def asked(email: str = ANN, *, kind: str = "erasure") -> tuple[str, str]:
    """Ask in the privacy centre; return number and what came of the code."""
    now = datetime.now(UTC)
    number = receiving.receive_request(
        actor=CUSTOMER, now=now, kind=kind, claim=who(email), residence="DE", channel="centre"
    ).number
    workflows.locate_request(number, SYSTEM, now)
    return number, workflows.send_code(number, now)


def mails(to: str = ANN) -> list[str]:
    deliver_due(datetime.now(UTC) + timedelta(minutes=1))
    return [one.body for one in newest_in_folder() if one.to == to]


def link_of(body: str) -> str:
    found = re.search(r"/privacy/codes/\S+", body)
    assert found is not None
    return found.group()


def shown(page: str) -> str:
    found = re.search(r'<b class="mono">(\d{8})</b>', page)
    return found.group(1) if found else ""


def take(number: str, code: str) -> bool:
    return proving.take_code(actor=CUSTOMER, now=datetime.now(UTC), number=number, code=code, declares=False)


def test_three_forms_of_somebody_else_keep_the_owner_of_the_mailbox_from_nothing(shop: Company) -> None:
    others = [asked()[0] for _ in range(3)]
    mine, outcome = asked(kind="objection")
    assert outcome == "mailbox_full" and len(mails()) == 3
    link, owner = link_of(mails()[0]), Client()
    listed = owner.get(link).content.decode()
    assert all(number in listed for number in (*others, mine)) and "Objection" in listed
    assert (
        shown(listed) == "" and VerificationCode.objects.filter(verification__case_number=mine).count() == 0
    )
    assert "等待验证码的请求" in owner.get(link, headers={"accept-language": "zh-hans"}).content.decode()
    code = shown(owner.post(link, {"number": f" {mine.lower()} "}).content.decode())
    assert len(code) == 8 and len(mails()) == 3
    assert not any(take(number, code) for number in others), (
        "a code proves the request it was shown for alone"
    )
    assert take(mine, code)
    assert [queries.state_of_request(number) for number in (*others, mine)] == [State.RECEIVED] * 3 + [
        State.VERIFIED
    ]
    assert mine not in owner.get(link).content.decode()
    assert not any(code in entry.body or ANN in entry.body for entry in LedgerEntry.objects.all())


def test_a_link_shows_nothing_of_another_mailbox_whatever_number_is_tried(shop: Company) -> None:
    asked(BOB)
    theirs, _ = asked()
    link, attacker = link_of(mails(BOB)[0]), Client()
    assert theirs not in attacker.get(link).content.decode()
    answers = [attacker.post(link, {"number": number}) for number in (theirs, "R-9999")]
    pages = {re.sub(r"R-\d+|value=\"[^\"]*\"", "", one.content.decode()) for one in answers}
    assert {one.status_code for one in answers} == {422} and len(pages) == 1, "the same words whatever is so"
    assert not any(map(shown, pages)) and attacker.post(link, {"number": "x\0"}).status_code == 422
    forged = link.replace(mailbox_links.digest_of(BOB), mailbox_links.digest_of(ANN))
    assert forged != link and attacker.get(forged).status_code == 404


def test_codes_and_tries_of_a_request_stay_bounded_and_a_link_ends(shop: Company) -> None:
    number, outcome = asked()
    assert outcome == "sent"
    mine = mailbox_links.digest_of(ANN)

    def show() -> str:
        return mailboxes.show_code(actor=CUSTOMER, now=datetime.now(UTC), number=number, mailbox=mine)

    codes = [show() for _ in range(2)]
    with pytest.raises(NoCodeToShow):
        show()
    wrong = next(str(one) for one in range(10**7, 10**8) if str(one) not in codes)
    assert not any(take(number, wrong) for _ in range(5)) and verification.status(number).tries_left == 0
    assert not take(number, codes[-1])
    now = datetime.now(UTC)
    token = mailbox_links.link_token(ANN, now=now)
    assert mailbox_links.mailbox_of(token, now=now + timedelta(hours=24, minutes=59)) == mine
    with pytest.raises(MailboxLinkOver):
        mailbox_links.mailbox_of(token, now=now + timedelta(hours=25))
    link = link_of(mails()[0])
    with time_machine.travel(now + timedelta(hours=26), tick=True):
        assert Client().get(link).status_code == 404


def test_a_request_leaves_the_mailbox_once_somebody_else_is_found(shop: Company) -> None:
    now = datetime.now(UTC)
    number = receiving.receive_request(
        actor=CUSTOMER,
        now=now,
        kind="erasure",
        claim=who(None, phone=ANN_PHONE),
        residence="DE",
        channel="centre",
    ).number
    workflows.locate_request(number, SYSTEM, now)
    assert workflows.send_code(number, now) == "sent"
    shop.run("UPDATE customer SET phone=NULL WHERE id=1")
    shop.run(f"UPDATE customer SET phone='{ANN_PHONE}' WHERE id=2")
    workflows.locate_request(number, SYSTEM, now)
    assert RightsRequest.objects.get(number=number).mailbox_digest == ""
    with pytest.raises(NoCodeToShow):
        mailboxes.show_code(actor=CUSTOMER, now=now, number=number, mailbox=mailbox_links.digest_of(ANN))
    with pytest.raises(NoCodeToShow):
        mailboxes.show_code(actor=CUSTOMER, now=now, number=number, mailbox="")
