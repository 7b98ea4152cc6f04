"""A case with a contact point, and a mail server that takes what it gets."""

import dataclasses
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pytest_django import Settings

from discreet.foundation.mail.api import ContactKind, HeldContact, hold, register_template
from discreet.foundation.mail.models import OutgoingMessage
from tests.foundation.cases.conftest import opened

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
register_template("test.code", subject="Code for %(number)s", body="%(company)s: %(code)s", must_arrive=False)
register_template("test.letter", subject="Answer to %(number)s", body="See %(link)s", must_arrive=True)
register_template("test.link", subject="Link of %(number)s", body="See %(link)s", must_arrive=False, share=1)


def contact(address: str = "li.lei@example.com", case_number: str = "") -> HeldContact:
    return hold(case_number=case_number or opened().number, kind=ContactKind.EMAIL, address=address)


def message(message_id: str) -> OutgoingMessage:
    return OutgoingMessage.objects.get(message_id=message_id)


class Sink:
    """Takes mails; `answer` is what it says to each."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.recipients: list[str] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.answer.startswith("2"):
            self.mails.append(envelope.content)
            self.recipients.extend(envelope.rcpt_tos)
        return self.answer


@pytest.fixture
def home(settings: Settings, tmp_path: Path) -> Path:
    """Mail of this test goes to its own folder; keys stay where they are."""
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"
    return tmp_path / "mail"


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    handler = Sink()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, enable_SMTPUTF8=True)
    controller.start()
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, smtp_url=f"smtp://127.0.0.1:{port}")
    yield handler
    controller.stop()
