"""Queueing mails: limits, sealing, what may stand in them."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.foundation.jobs.models import Job
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.mail import api
from discreet.foundation.mail.actions import SendOutcome, expire_once, forget_case
from discreet.foundation.mail.api import HeldContact
from discreet.foundation.mail.delivery import deliver_once
from discreet.foundation.mail.models import MessageState, OutgoingMessage
from discreet.foundation.mail.refusals import UnsafeText, UnusableAddress
from discreet.foundation.mail.rules import gap_after, is_deliverable, mailbox_of, unsafe_params
from discreet.vocabulary.actors import SYSTEM
from tests.foundation.cases.conftest import opened
from tests.foundation.mail.conftest import NOW, contact, message


def send(to: HeldContact, template: str = "test.code", at: timedelta = timedelta()) -> SendOutcome:
    params: dict[str, str | int] = {"number": to.case_number, "code": "12345678"}
    if template in ("test.letter", "test.link"):
        params = {"number": to.case_number, "link": "http://localhost:8000/privacy/x/"}
    return api.send(actor=SYSTEM, now=NOW + at, to=to, template_id=template, params=params, language="en")


@pytest.mark.django_db
def test_a_mail_is_queued_with_evidence_and_job_and_without_an_address_in_clear() -> None:
    to = contact()
    outcome = send(to)
    stored = message(outcome.message_id)
    assert b"li.lei" not in bytes(stored.sealed) and b"12345678" not in bytes(stored.sealed)
    assert Job.objects.filter(workflow="mail.deliver", args={"message_id": outcome.message_id}).exists()
    (entry,) = [one for one in entries_for(f"request:{to.case_number}") if one.act == "mail.send"]
    assert "12345678" not in str(entry.facts) and "@" not in str(entry.facts)


@pytest.mark.django_db
@pytest.mark.promise(14)
def test_a_mailbox_gets_at_most_three_mails_a_day_whatever_the_spelling_and_case() -> None:
    spellings = ["li.lei@example.com", "LI.LEI@Example.COM", "li.lei+shop@example.com", "ｌi.lei@example.com"]
    states = [
        send(contact(spelling), at=timedelta(hours=hour)).state for hour, spelling in enumerate(spellings)
    ]
    assert states == [MessageState.WAITING] * 3 + [MessageState.DROPPED]


@pytest.mark.django_db
def test_a_day_is_any_24_hours_not_a_date() -> None:
    to = contact()
    for _ in range(3):
        send(to)
    assert send(to, at=timedelta(hours=23, minutes=59)).state is MessageState.DROPPED
    assert send(to, at=timedelta(hours=24)).state is MessageState.WAITING


@pytest.mark.django_db
@pytest.mark.promise(14)
def test_an_answer_is_neither_stopped_by_what_anybody_caused_nor_counted_with_it() -> None:
    to = contact()
    letters = [send(to, template="test.letter").state for _ in range(4)]
    codes = [send(to).state for _ in range(4)]
    assert letters == [MessageState.WAITING] * 4
    assert codes == [MessageState.WAITING] * 3 + [MessageState.DROPPED]
    assert send(to, template="test.letter").state is MessageState.WAITING


@pytest.mark.django_db
@pytest.mark.promise(14)
@pytest.mark.parametrize("is_link_first", [True, False])
def test_a_link_takes_one_place_of_three_and_leaves_the_others_to_codes(is_link_first: bool) -> None:
    to = contact()
    order = ["test.link", "test.link", *["test.code"] * 4]
    states = [send(to, template=one).state for one in (order if is_link_first else reversed(order))]
    assert states.count(MessageState.WAITING) == 3
    assert states[:2].count(MessageState.WAITING) == (1 if is_link_first else 2)
    assert api.has_room(to=to, template_id="test.letter", now=NOW)
    assert not api.has_room(to=to, template_id="test.link", now=NOW)
    assert api.has_room(to=to, template_id="test.link", now=NOW + timedelta(hours=24))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "li.lei@example.com\r\nBcc: eve@example.com",
        "li.lei@example.com, eve@example.com",
        "<li.lei@example.com>",
        "Li Lei <li.lei@example.com>",
        '"a b"@example.com',
        "li.lei",
        "li.lei@",
        "@example.com",
        "a@b@c",
        "li.lei@example.com\x00",
        "li.lei@-bad.example",
        "",
    ],
)
def test_only_one_plain_address_receives_mail(address: str) -> None:
    with pytest.raises(UnusableAddress):
        send(contact(address))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value",
    [
        "Dear customer\nbuy this",
        "<b>",
        "http://evil.example/",
        "//evil.example",
        "www.evil.example",
        "你好",
        "a b",
        "javascript:alert(1)",
        "http://localhost:8000.evil.example/",
        "mailto:eve@example.com",
    ],
)
def test_no_submitted_text_reaches_a_mail(value: str) -> None:
    to = contact()
    with pytest.raises(UnsafeText):
        api.send(
            actor=SYSTEM,
            now=NOW,
            to=to,
            template_id="test.code",
            params={"number": value, "code": "1"},
            language="en",
        )
    assert not OutgoingMessage.objects.exists()


@given(st.text())
def test_an_address_that_passes_has_one_at_and_nothing_that_headers_act_on(text: str) -> None:
    if is_deliverable(text):
        assert text.count("@") == 1
        assert not set(text) & set(' \t\r\n\0<>,;:"()[]\\')


@given(
    st.from_regex(r"[a-z]{1,8}(\+[a-z]{0,8})?", fullmatch=True), st.sampled_from(["x.example", "y.example"])
)
def test_a_tag_makes_no_other_mailbox(local: str, domain: str) -> None:
    address = f"{local}@{domain}"
    assert mailbox_of(address, normalised=address) == f"{local.partition('+')[0]}@{domain}"


def test_dates_and_own_links_are_safe() -> None:
    params = {"due_date": "2026-04-02", "link": "https://shop.example/privacy/r/aZ-_9/", "count": 3}
    assert unsafe_params(params, base_url="https://shop.example") == []


def test_gaps_between_attempts_grow_to_six_hours() -> None:
    gaps = [gap_after(attempts) for attempts in range(1, 14)]
    assert gaps == sorted(gaps) and gaps[0] == timedelta(seconds=30) and gaps[-1] == timedelta(hours=6)


@pytest.mark.django_db
def test_messages_end_after_thirty_days(home: Path) -> None:
    outcome = send(contact())
    assert expire_once(NOW + timedelta(days=29)) == 0
    assert expire_once(NOW + timedelta(days=30)) == 1
    assert not OutgoingMessage.objects.filter(message_id=outcome.message_id).exists()


@pytest.mark.django_db(transaction=True)
def test_an_expired_case_takes_its_mails_with_it_from_the_folder_too(home: Path) -> None:
    case = opened()
    outcome = send(contact(case_number=case.number))
    deliver_once(message_id=outcome.message_id, now=NOW)
    assert len(list(home.glob("*.eml"))) == 1
    forget_case(now=NOW, case_number=case.number)
    assert list(home.glob("*")) == []
    assert not OutgoingMessage.objects.filter(case_number=case.number).exists()
