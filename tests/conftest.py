"""What every test stands on."""

import pytest
from django.conf import settings


@pytest.fixture(scope="session", autouse=True)
def keyring() -> None:
    """Give the tests' home a keyring, as the first start does."""
    from discreet.engines.envelope.keyring import new_keyring
    from discreet.foundation.keys import store

    store.write_keyring(settings.DISCREET_HOME, new_keyring(), replace_existing=False)
