"""A key and its answer: kept with the work or not at all, given again, refused for another content, over in time."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from discreet.foundation.idempotency import door
from discreet.foundation.idempotency.models import KeptAnswer
from discreet.foundation.idempotency.once import (
    KEPT_FOR,
    LEASE,
    Answer,
    Call,
    answer_once,
    canonical_json,
    forget_once,
)
from discreet.foundation.idempotency.refusals import KeyReused, StillRunning
from discreet.foundation.mail.models import MailboxSlot

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CALL = Call(scope="wei POST /requests", key="k-1", content=b'{"email": "ann@example.com"}')


class Work:
    """Does something in the database and counts how often it was asked."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self) -> Answer:
        self.done += 1
        return Answer(status=201, body=f'{{"id": "R-{self.done}"}}')


def test_the_same_key_is_answered_as_before_and_nothing_is_done_again() -> None:
    work = Work()
    first = answer_once(call=CALL, now=NOW, run=work)
    again = answer_once(call=CALL, now=NOW + timedelta(days=6), run=work)
    assert (again.status, again.body, again.is_repeated) == (first.status, first.body, True)
    assert (work.done, first.is_repeated) == (1, False)


def test_the_same_key_with_another_content_is_refused() -> None:
    answer_once(call=CALL, now=NOW, run=Work())
    other = Call(scope=CALL.scope, key=CALL.key, content=b'{"email": "bob@example.com"}')
    with pytest.raises(KeyReused):
        answer_once(call=other, now=NOW, run=Work())


def test_a_second_sender_learns_that_the_first_call_runs() -> None:
    def run() -> Answer:
        with pytest.raises(StillRunning), transaction.atomic():
            answer_once(call=CALL, now=NOW, run=Work())
        return Answer(status=200, body="{}")

    assert answer_once(call=CALL, now=NOW, run=run).status == 200


def test_what_was_refused_frees_its_key_also_for_another_content() -> None:
    def refuse() -> Answer:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        answer_once(call=CALL, now=NOW, run=refuse)
    other = Call(scope=CALL.scope, key=CALL.key, content=b"{}")
    assert answer_once(call=other, now=NOW, run=Work()).is_repeated is False


def test_a_call_whose_process_died_runs_again_after_its_lease_and_not_before() -> None:
    answer_once(call=CALL, now=NOW, run=Work())
    KeptAnswer.objects.update(status=None, running_until=NOW + LEASE, sealed=b"")
    with pytest.raises(StillRunning):
        answer_once(call=CALL, now=NOW + LEASE - timedelta(seconds=1), run=Work())
    work = Work()
    assert answer_once(call=CALL, now=NOW + LEASE, run=work).is_repeated is False
    assert work.done == 1


def test_a_clock_that_jumped_back_does_not_hold_a_key_for_long() -> None:
    answer_once(call=CALL, now=NOW, run=Work())
    KeptAnswer.objects.update(status=None, running_until=NOW + timedelta(days=1), sealed=b"")
    assert answer_once(call=CALL, now=NOW, run=Work()).is_repeated is False


def test_one_that_was_overtaken_keeps_neither_its_work_nor_its_answer() -> None:
    def slow() -> Answer:
        MailboxSlot.objects.create(mailbox="m", slot=0, taken_at=NOW)
        answer_once(call=CALL, now=NOW + LEASE, run=Work())  # another process, after the lease
        return Answer(status=200, body="{}")

    with pytest.raises(StillRunning):
        answer_once(call=CALL, now=NOW, run=slow)
    assert not MailboxSlot.objects.exists()


def test_a_key_is_over_after_seven_days() -> None:
    answer_once(call=CALL, now=NOW, run=Work())
    assert forget_once(NOW + KEPT_FOR - timedelta(seconds=1)) == 0
    other = Call(scope=CALL.scope, key=CALL.key, content=b"{}")
    assert answer_once(call=other, now=NOW + KEPT_FOR, run=Work()).is_repeated is False
    assert forget_once(NOW + 2 * KEPT_FOR) == 1
    assert not KeptAnswer.objects.exists()


def test_neither_key_nor_content_nor_answer_stands_in_clear() -> None:
    answer_once(call=CALL, now=NOW, run=lambda: Answer(status=200, body='{"name": "Ann"}'))
    row = KeptAnswer.objects.get()
    stored = f"{row.key_hash}{row.content_hash}{bytes(row.sealed)!r}"
    assert "k-1" not in stored
    assert "Ann" not in stored


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (b'{"a": 1, "b": 2}', b'{"b":2,"a":1}', True),
        (b'{"a": 1}', b'{"a": "1"}', False),
        (b"{", b"{", True),
        (b"[" * 100_000, b"", False),
    ],
)
def test_two_bodies_of_one_meaning_are_one_content(one: bytes, other: bytes, is_same: bool) -> None:
    assert (canonical_json(one) == canonical_json(other)) is is_same


def test_a_call_that_only_reads_is_answered_afresh_whatever_its_key() -> None:
    def check(request: object) -> str:
        return "now"

    assert door.once(door.reads(check)) is check
