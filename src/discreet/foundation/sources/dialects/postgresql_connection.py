"""A psycopg connection that gives up on a server which does not answer."""

from collections.abc import Generator
from typing import Any, TypeVar

import psycopg
from psycopg.errors import _WaitTimeout

from discreet.foundation.sources.dialects.base import REPLY_TIMEOUT_S

_R = TypeVar("_R")


class ReplyTimedOut(psycopg.OperationalError):
    """The server did not answer in time; the connection was closed."""


class LimitedConnection(psycopg.Connection[Any]):
    """Waits for an answer at most `reply_timeout_s`: a server or network that hangs holds no worker for ever."""

    reply_timeout_s: float = REPLY_TIMEOUT_S

    def wait(self, gen: Generator[Any, Any, _R], interval: float = 0.1, timeout: float | None = None) -> _R:
        try:
            return super().wait(gen, interval, timeout or self.reply_timeout_s)
        except _WaitTimeout:
            self.pgconn.finish()
            raise ReplyTimedOut from None
