"""Handing mails over: to a folder, to a server that takes, refuses, is busy or away."""

import dataclasses
import email
import email.policy
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.mail.delivery import LEASE, deliver_due, deliver_once
from discreet.foundation.mail.folder import newest_in_folder
from discreet.foundation.mail.models import MessageState, OutgoingMessage
from tests.foundation.mail.conftest import NOW, Sink, contact, message
from tests.foundation.mail.test_send import send

pytestmark = pytest.mark.django_db


def test_a_mail_in_the_folder_is_readable_by_its_owner_only_and_stands_there_once(home: Path) -> None:
    outcome = send(contact("ünal@exämple.com"))
    assert deliver_once(message_id=outcome.message_id, now=NOW) == "sent"
    assert deliver_once(message_id=outcome.message_id, now=NOW + timedelta(days=1)) == "not_due"
    (path,) = home.glob("*")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    (mail,) = newest_in_folder()
    assert (mail.to, mail.subject.startswith("Code for R-")) == ("ünal@exämple.com", True)


def test_a_sent_message_holds_no_address_any_more_and_left_evidence(home: Path) -> None:
    to = contact()
    outcome = send(to)
    deliver_once(message_id=outcome.message_id, now=NOW)
    stored = message(outcome.message_id)
    assert (bytes(stored.sealed), stored.state, stored.next_at) == (b"", MessageState.SENT, None)
    assert "mail.note_delivery" in [entry.act for entry in entries_for(f"request:{to.case_number}")]


def test_a_worker_that_died_while_sending_is_followed_after_its_lease_with_the_same_id(sink: Sink) -> None:
    outcome = send(contact())
    OutgoingMessage.objects.filter(message_id=outcome.message_id).update(next_at=NOW + LEASE, attempts=1)
    assert deliver_due(NOW + LEASE - timedelta(seconds=1)) == 0
    assert deliver_due(NOW + LEASE) == 1
    mail = email.message_from_bytes(sink.mails[0], policy=email.policy.default)
    assert outcome.message_id in mail["Message-ID"]


@pytest.mark.promise(4)
def test_a_try_set_by_a_clock_that_was_a_day_ahead_does_not_wait_that_day(sink: Sink) -> None:
    sink.answer = "451 busy"
    outcome = send(contact())
    OutgoingMessage.objects.filter(message_id=outcome.message_id).update(next_at=NOW)
    deliver_once(message_id=outcome.message_id, now=NOW + timedelta(days=1))
    sink.answer = "250 OK"
    assert deliver_due(NOW) == 1


def test_headers_name_company_recipient_and_that_a_program_wrote(sink: Sink) -> None:
    outcome = send(contact("zhang.wei@例子.example"))
    assert deliver_once(message_id=outcome.message_id, now=NOW) == "sent"
    mail = email.message_from_bytes(sink.mails[0], policy=email.policy.default)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["To"] == "zhang.wei@例子.example"
    assert [name for name in mail if name.lower() in ("bcc", "cc")] == []


def test_a_busy_server_is_tried_again_after_growing_gaps_and_then_given_up(sink: Sink) -> None:
    sink.answer = "451 busy"
    outcome, now = send(contact()), NOW
    waits = []
    while message(outcome.message_id).state == MessageState.WAITING:
        deliver_once(message_id=outcome.message_id, now=now)
        next_at = message(outcome.message_id).next_at
        waits.append(next_at - now if next_at else timedelta())
        now = next_at or now
    assert waits[:3] == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    stored = message(outcome.message_id)
    assert (stored.state, stored.attempts, stored.problem) == (MessageState.FAILED, 12, "smtp_451")
    assert sink.mails == []


def test_a_server_that_refuses_for_good_is_asked_once(sink: Sink) -> None:
    sink.answer = "554 no"
    outcome = send(contact())
    assert deliver_once(message_id=outcome.message_id, now=NOW) == "failed"
    assert message(outcome.message_id).problem == "smtp_554"


def test_a_server_that_is_away_loses_nothing(settings: Settings) -> None:
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, smtp_url="smtp://127.0.0.1:9")
    outcome = send(contact())
    assert deliver_once(message_id=outcome.message_id, now=NOW) == "waiting"
    assert bytes(message(outcome.message_id).sealed) != b""


@pytest.mark.promise(14)
def test_a_thousand_submissions_lead_to_three_mails(sink: Sink) -> None:
    to = contact()
    for number in range(1000):
        send(to, at=timedelta(seconds=number))
    deliver_due(NOW + timedelta(hours=1))
    assert len(sink.mails) == 3
    assert set(sink.recipients) == {"li.lei@example.com"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise(14)
def test_the_limit_holds_when_many_send_at_once(home: Path) -> None:
    to = contact()
    states: list[str] = []
    barrier = threading.Barrier(8)

    def run() -> None:
        barrier.wait()
        states.append(send(to).state.value)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states) == ["dropped"] * 5 + ["waiting"] * 3


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_message_once(sink: Sink) -> None:
    outcome = send(contact())
    barrier = threading.Barrier(4)

    def run() -> None:
        barrier.wait()
        deliver_once(message_id=outcome.message_id, now=NOW)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sink.mails) == 1
