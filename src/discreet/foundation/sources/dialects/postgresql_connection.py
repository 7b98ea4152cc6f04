"""A psycopg connection that gives up on a server which does not answer."""

from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg.errors import _WaitTimeout

from discreet.foundation.sources.dialects import base

_R = TypeVar("_R")


class ReplyTimedOut(psycopg.OperationalError):
    """The server did not answer in time; the connection was closed."""


class LimitedConnection(psycopg.Connection[Any]):
    """Waits a limited time for an answer: a server or network that hangs holds no worker for ever."""

    def wait(self, gen: Generator[Any, Any, _R], interval: float = 0.1, timeout: float | None = None) -> _R:
        try:
            return super().wait(gen, interval, timeout or base.REPLY_TIMEOUT_S)
        except _WaitTimeout:
            self.pgconn.finish()
            raise ReplyTimedOut from None
