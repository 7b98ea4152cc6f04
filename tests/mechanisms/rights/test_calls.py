"""A recipient with a program is told by a signed call, and confirms by its answer or later; else staff tell it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from discreet.foundation.cases.queries import open_tasks
from discreet.foundation.datamap import sharing_actions
from discreet.foundation.datamap.sharing import Contact
from discreet.foundation.jobs.delivery import deliver_once
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.permission.actions import choosing
from discreet.foundation.permission.people import Person
from discreet.foundation.permission.rules import Channel
from discreet.foundation.permission.said import Source
from discreet.foundation.permission.schedules import hand_over_lists
from discreet.foundation.webhooks import actions as webhooks
from discreet.foundation.webhooks import workflows
from discreet.foundation.webhooks.catalogue import CALL
from discreet.foundation.webhooks.delivery import send_due
from discreet.foundation.webhooks.models import Subscription, WebhookDelivery
from discreet.foundation.webhooks.rules import MAX_ATTEMPTS
from discreet.foundation.webhooks.sending import Wire
from discreet.mechanisms.rights import handlers
from discreet.mechanisms.rights.actions import notifying
from discreet.mechanisms.rights.models import RecipientNotice
from discreet.mechanisms.rights.outside.rules import NoticeState
from tests.fakes.recipient_program import RecipientProgram
from tests.fakes.webhook_receiver import Receiver, serve
from tests.mechanisms.rights.company import CUSTOMER, NOW, OPERATOR
from tests.mechanisms.rights.driving import work
from tests.mechanisms.rights.test_told_choices import BUYER

pytestmark = [pytest.mark.duty("M8.4"), pytest.mark.django_db]
assert handlers and workflows  # registers who listens and who sends
ANN = Person(email="ann@example.com")
NEXT_DAY = NOW + timedelta(days=1, hours=1)


@pytest.fixture
def program(tmp_path: Path, settings: Settings) -> Iterator[RecipientProgram]:
    """The buyer's program, and the webhook that its page in the data map names."""
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"
    receiver = Receiver()
    stop = serve(receiver)
    webhooks.permit_network(actor=OPERATOR, now=NOW, network="127.0.0.1/32", reason="A program of the test.")
    name, secret = "buyer-calls", ""
    _, secret = webhooks.subscribe(
        actor=OPERATOR, now=NOW, name=name, address=receiver.address, events=[CALL]
    )
    receiver.secret = secret
    Subscription.objects.update(resting_until=datetime.now(UTC) + timedelta(hours=1))  # the test says when
    facts = replace(BUYER, contact=Contact.CALL, address="", subscription=name)
    sharing_actions.state_recipient(actor=OPERATOR, now=NOW, facts=facts)
    yield RecipientProgram(receiver)
    stop()


def opted_out() -> RecipientNotice:
    """Opt out, let the day end, and let what waits be queued; nothing is sent before `send`."""
    choosing.opt_out(actor=CUSTOMER, now=NOW, person=ANN, source=Source(Channel.API))
    hand_over_lists(NEXT_DAY)
    heard()
    return RecipientNotice.objects.get()


def heard() -> None:
    for _ in range(3):
        deliver_once(now=datetime.now(UTC))
        work()


def task_of(notice: RecipientNotice) -> str:
    """Return what staff are asked for a notice; "" for nothing."""
    tasks = open_tasks(key=notifying.task_key(notice.pk))
    return tasks.get(notifying.case_of(notice), ("", {}))[0]


def send(program: RecipientProgram, at: datetime | None = None) -> None:
    program.receiver.clock = lambda: at or datetime.now(UTC)
    Subscription.objects.update(resting_until=None)
    subscription_id = WebhookDelivery.objects.get().subscription.subscription_id
    send_due(subscription_id=subscription_id, clock=lambda: at or datetime.now(UTC), wire=Wire(limit_s=5.0))
    heard()


def test_a_program_that_answers_with_the_notices_id_has_confirmed(program: RecipientProgram) -> None:
    notice = opted_out()
    stored = WebhookDelivery.objects.filter(event=CALL).values_list("body", "body_sealed").get()
    send(program)
    assert (program.stopped, program.receiver.faults) == ([ANN.email], [])
    notice.refresh_from_db()
    assert (notice.state, notice.ended_by, notice.list_sealed) == ("confirmed", "recipient", None)
    assert stored[0] == "" and b"ann@" not in bytes(stored[1])
    assert "ann@" not in "".join(str(entry.body) for entry in LedgerEntry.objects.all())
    assert not task_of(notice)


def test_a_program_confirms_later_by_the_address_that_the_call_carried(program: RecipientProgram) -> None:
    program.is_prompt = False
    notice = opted_out()
    send(program)
    notice.refresh_from_db()
    assert (notice.state, notice.told_at is not None) == ("sent", True)
    path = urlsplit(program.confirm_urls[0]).path
    outside = Client(enforce_csrf_checks=True)
    assert outside.post(f"{path[:-8]}x/done/").status_code == 404
    assert outside.post(path).json() == {"confirmed": True}
    notice.refresh_from_db()
    assert notice.state == NoticeState.CONFIRMED
    assert outside.post(path).status_code == 404, "it is spent"


def test_a_call_that_comes_again_is_acted_on_once(program: RecipientProgram) -> None:
    program.is_prompt = False
    notice = opted_out()
    program.receiver.answer(503)
    send(program)
    notice.refresh_from_db()
    assert (notice.state, notice.told_at) == ("sent", None), "it did not arrive yet"
    send(program, datetime.now(UTC) + timedelta(hours=1))
    program.is_prompt = True  # its answer was lost, say: an administrator sends it again
    webhooks.send_again(actor=OPERATOR, now=datetime.now(UTC), delivery_id=notice.key_id)
    send(program, datetime.now(UTC) + timedelta(hours=2))
    notice.refresh_from_db()
    assert (notice.state, program.stopped) == ("confirmed", [ANN.email])
    assert [one.message_id for one in program.receiver.messages] == [notice.key_id] * 3
    webhooks.send_again(actor=OPERATOR, now=datetime.now(UTC), delivery_id=notice.key_id)
    send(program, datetime.now(UTC) + timedelta(hours=3))
    assert len(program.receiver.messages) == 3, "once it is confirmed its list is gone, and nothing is sent"
    assert WebhookDelivery.objects.get().state == "dropped"


def test_a_program_that_never_answers_becomes_a_task_for_staff(program: RecipientProgram) -> None:
    notice = opted_out()
    at = datetime.now(UTC)
    for _ in range(MAX_ATTEMPTS):
        program.receiver.answer(500)
        at += timedelta(days=2) / MAX_ATTEMPTS + timedelta(hours=1)
        WebhookDelivery.objects.filter(next_at__isnull=False).update(next_at=at)
        send(program, at)
    notice.refresh_from_db()
    assert WebhookDelivery.objects.get().state == "given_up"
    assert notice.state == NoticeState.DUE
    assert task_of(notice) == notifying.TASK_TELL


@pytest.mark.parametrize("lost", ["removed", "paused"])
def test_where_no_webhook_takes_the_call_staff_are_asked_at_once(
    program: RecipientProgram, lost: str
) -> None:
    (one,) = Subscription.objects.all()
    end = webhooks.remove if lost == "removed" else webhooks.pause
    end(actor=OPERATOR, now=NOW, subscription_id=one.subscription_id)
    notice = opted_out()
    assert notice.state == NoticeState.DUE and not program.stopped
    assert task_of(notice)


def test_a_webhook_removed_while_a_call_waits_leaves_a_task(program: RecipientProgram) -> None:
    notice = opted_out()
    subscription_id = WebhookDelivery.objects.get().subscription.subscription_id
    webhooks.remove(actor=OPERATOR, now=NOW, subscription_id=subscription_id)
    heard()
    notice.refresh_from_db()
    assert notice.state == NoticeState.DUE and task_of(notice)
