"""Companies with a confirmed map, on each kind of server."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from discreet.foundation.keys.api import forget_unwrapped_keys
from discreet.vocabulary.actors import Role
from tests.foundation.sources.conftest import (
    Company,
    _fresh_pools,
    company,
    mariadb_company,
    other_database,
    postgresql_company,
    sqlite_company,
)
from tests.foundation.staff.people import add
from tests.mechanisms.rights import company as ours
from tests.mechanisms.rights.histories import Requests

__all__ = [
    "_fresh_pools",
    "company",
    "mariadb_company",
    "other_database",
    "postgresql_company",
    "sqlite_company",
]


def _mapped(company: Company, *, is_kept: bool) -> Company:
    ours.fill(company)
    company.connect("shop")
    ours.map_company("shop", is_kept=is_kept)
    return company


@pytest.fixture
def shop(sqlite_company: Company, db: None) -> Company:
    """The company on SQLite; tax law keeps its orders."""
    return _mapped(sqlite_company, is_kept=True)


@pytest.fixture
def free_shop(sqlite_company: Company, db: None) -> Company:
    """The company on SQLite; no law keeps anything."""
    return _mapped(sqlite_company, is_kept=False)


@pytest.fixture
def any_shop(company: Company, db: None) -> Company:
    """The company on each kind of server; tax law keeps its orders."""
    return _mapped(company, is_kept=True)


@pytest.fixture
def any_free_shop(company: Company, db: None) -> Company:
    return _mapped(company, is_kept=False)


@pytest.fixture
def desk(settings: Settings) -> Client:
    """A browser at the desk, signed in with every role."""
    settings.DISCREET_DEMO = True
    cache.clear()
    client = Client()
    client.force_login(add("anna", *Role), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def waiting_requests(
    db: None, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> Iterator[None]:
    """Requests that random histories take up, and the company's keys, opened once for all of them."""
    with django_capture_on_commit_callbacks(execute=True):
        add("olga", Role.VIEWER)
        Requests.receive_what_waits()
    yield
    Requests.waiting.clear()
    forget_unwrapped_keys()


@pytest.fixture
def broken_ledger(db: None) -> Iterator[None]:
    """A ledger that refuses every entry."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER ledger_is_broken BEFORE INSERT ON ledger_ledgerentry "
            "BEGIN SELECT RAISE(ABORT, 'the ledger is broken'); END"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER ledger_is_broken")
