"""A signed-in person on the desk."""

import pytest
from django.test import Client
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
