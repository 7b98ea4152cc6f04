"""Checkpoints by mail: the second place that nobody of the company can change."""

import dataclasses
import email
import email.policy
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from discreet.engines.merkle.checkpoint import read_checkpoint
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.ledger.sequencer import sequence_once
from discreet.foundation.mail.witness import mail_checkpoint
from discreet.vocabulary.actors import SYSTEM
from tests.foundation.mail.conftest import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@act("tests.note")
def _note() -> None:
    record(actor=SYSTEM, now=NOW, subject="test:1", facts={"n": 1})


def test_a_changed_ledger_is_mailed_once_as_its_signed_checkpoint(
    home: Path, tmp_path: Path, settings: Settings
) -> None:
    settings.ENVIRONMENT = dataclasses.replace(
        settings.ENVIRONMENT, checkpoint_mail="witness@example.org", checkpoint_dir=tmp_path / "witness"
    )
    _note()
    sequence_once(NOW)
    assert mail_checkpoint(NOW) == 1
    assert mail_checkpoint(NOW + timedelta(hours=1)) == 0
    (path,) = home.glob("checkpoint-*.eml")
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["To"] == "witness@example.org"
    assert read_checkpoint(message.get_content().replace("\r\n", "\n")).size == 1


def test_no_mailbox_means_no_mail(home: Path, settings: Settings) -> None:
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, checkpoint_mail="")
    _note()
    sequence_once(NOW)
    assert mail_checkpoint(NOW) == 0
    assert not list(home.glob("*"))
