"""A case that waits for a paper, and a home of its own for its file."""

from pathlib import Path

import pytest
from pytest_django import Settings

from discreet.engines.envelope.keyring import new_keyring
from discreet.foundation.cases.actions import OpenedCase
from discreet.foundation.centre import limits
from discreet.foundation.keys import api as keys
from discreet.foundation.keys import store
from discreet.foundation.papers import actions, workflows
from discreet.foundation.papers.rules import Purpose
from tests.foundation.cases.conftest import AGENT, NOW, opened

assert workflows  # registers what scans and removes


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    settings.DISCREET_HOME = tmp_path / "home"
    store.write_keyring(settings.DISCREET_HOME, new_keyring(), replace_existing=False)
    keys.forget_unwrapped_keys()
    limits.forget_remembered()
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"
    return settings.DISCREET_HOME / "papers"


@pytest.fixture
def case(home: Path, db: None) -> OpenedCase:
    made = opened()
    actions.ask_paper(actor=AGENT, now=NOW, number=made.number, purpose=Purpose.IDENTITY)
    return made


def sent(number: str, content: bytes, *, has_scanner: bool = False) -> str:
    return actions.receive_paper(
        actor=AGENT, now=NOW, number=number, content=content, has_scanner=has_scanner
    )
