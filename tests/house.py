"""Fixtures every Django test stands on: a keyring, and a ledger that can be emptied between tests."""

from collections.abc import Iterator

import pytest
from django.conf import settings


@pytest.fixture(scope="session", autouse=True)
def keyring() -> None:
    """Give the tests' home a keyring, as the first start does."""
    from discreet.engines.envelope.keyring import new_keyring
    from discreet.foundation.keys import store

    store.write_keyring(settings.DISCREET_HOME, new_keyring(), replace_existing=False)


@pytest.fixture(scope="session", autouse=True)
def ledger_can_be_emptied() -> Iterator[None]:
    """Let the emptying of the database after a transactional test lift the ledger's triggers, and only it."""
    from django.db.backends.base.operations import BaseDatabaseOperations

    from discreet.foundation.ledger.guards import guard, unsafe_lift_guards

    original = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        unsafe_lift_guards(self.connection)
        original(self, sql_list)
        guard(self.connection)

    patch = pytest.MonkeyPatch()
    patch.setattr(BaseDatabaseOperations, "execute_sql_flush", execute_sql_flush)
    yield
    patch.undo()
