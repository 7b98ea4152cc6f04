"""A signed-in person on the desk."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from discreet.vocabulary.actors import Role
from tests.foundation.staff.people import add


@pytest.fixture
def desk_client(db: None, settings: Settings) -> Client:
    """Return a client signed in with every role, in the demo (no second factor)."""
    settings.DISCREET_DEMO = True
    client = Client(raise_request_exception=False)
    client.force_login(add("anna", *Role), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Begin in English, whatever language the last request of this thread left behind."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def witness(tmp_path: Path, settings: Settings) -> None:
    """Keep the second place of signed checkpoints apart, since tests roll their evidence back."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, checkpoint_dir=tmp_path / "witness")
