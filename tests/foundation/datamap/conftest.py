"""Sources of these tests are rolled back: what processes keep of them goes too."""

from collections.abc import Iterator

import pytest

from discreet.foundation.sources import pools


@pytest.fixture(autouse=True)
def fresh_pools() -> Iterator[None]:
    yield
    pools.dispose_all()
