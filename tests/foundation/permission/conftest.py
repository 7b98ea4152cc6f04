"""The public side starts each test without memory of who was over a limit."""

from collections.abc import Iterator

import pytest

from discreet.foundation.centre import limits


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    limits.forget_remembered()
    yield
    limits.forget_remembered()
