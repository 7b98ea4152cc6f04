"""A database that is older than what was signed: nothing that cannot be undone is done."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from discreet.foundation.jobs.models import Job
from discreet.foundation.ledger.rollback import accept_rollback
from discreet.foundation.ledger.sequencer import sequence_once
from discreet.mechanisms.rights.rules import State
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import CLEO, NOW, OPERATOR
from tests.mechanisms.rights.driving import accepted, failures, opened, state, work

pytestmark = pytest.mark.promise(11)


class _Restored(Exception):
    """Undoes what was done since the backup."""


@pytest.fixture
def approved_in_a_backup(free_shop: Company, settings: Settings, tmp_path: Path) -> str:
    """An approved erasure in a database that is then rolled back, while the second place goes on."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, checkpoint_dir=tmp_path / "witness")
    number = accepted(CLEO)
    sequence_once(NOW)
    with pytest.raises(_Restored), transaction.atomic():
        opened("access", CLEO)
        sequence_once(NOW)
        raise _Restored
    return number


def test_what_cannot_be_undone_waits_until_the_loss_is_accepted(
    approved_in_a_backup: str, free_shop: Company
) -> None:
    work()
    assert state(approved_in_a_backup) is State.ACCEPTED
    assert len(free_shop.run("SELECT id FROM customer WHERE id = 3")) == 1
    assert failures() == [], "it waits, and is not lost"
    accept_rollback(actor=OPERATOR, now=datetime.now(UTC))
    Job.objects.filter(state="waiting").update(next_try_at=NOW)
    work()
    assert state(approved_in_a_backup) is State.DONE
    assert free_shop.run("SELECT id FROM customer WHERE id = 3") == []
