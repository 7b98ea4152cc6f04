"""The public side starts each test without memory of who was over a limit."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from discreet.foundation.centre import limits
from discreet.foundation.mail.delivery import deliver_once
from discreet.foundation.mail.folder import newest_in_folder
from discreet.foundation.mail.models import OutgoingMessage
from tests.foundation.cases.conftest import NOW


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    limits.forget_remembered()
    yield
    limits.forget_remembered()


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"
    return tmp_path / "mail"


def delivered_texts() -> list[tuple[str, str]]:
    """Deliver what waits and return (recipient, body) of all mails, in the order they were made."""
    for message_id in OutgoingMessage.objects.filter(next_at__isnull=False).values_list(
        "message_id", flat=True
    ):
        deliver_once(message_id=message_id, now=NOW + timedelta(hours=1))
    order = list(OutgoingMessage.objects.order_by("id").values_list("message_id", flat=True))
    mails = sorted(newest_in_folder(), key=lambda mail: order.index(mail.message_id))
    return [(mail.to, mail.body) for mail in mails]


def codes() -> list[str]:
    """Return the codes that were mailed, the oldest first."""
    return [code for _, body in delivered_texts() for code in re.findall(r"\b\d{8}\b", body)]
