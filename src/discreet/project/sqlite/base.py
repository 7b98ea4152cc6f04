"""Threads of one process wait for SQLite's write lock in a queue instead of asking again and again.

SQLite has one writer at a time, and who finds the lock taken sleeps for up to 100 ms before the next look.
With the worker's threads that cost three quarters of their time. Between processes SQLite's way remains.
"""

import threading
from collections import defaultdict
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.utils import OperationalError

_queues: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


_Backend: Any = base.DatabaseWrapper  # its transaction methods are not among the typed ones


class DatabaseWrapper(_Backend):  # type: ignore[misc]
    """Holds the queue from BEGIN IMMEDIATE to the end of the transaction."""

    _is_first_in_queue = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._queue = _queues[str(self.settings_dict["NAME"])]

    def _start_transaction_under_autocommit(self) -> None:
        timeout_s = float(self.settings_dict["OPTIONS"].get("timeout", 5.0))
        if not self._queue.acquire(timeout=timeout_s):
            raise OperationalError("database is locked")
        self._is_first_in_queue = True
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._leave_queue()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            self._leave_queue()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._leave_queue()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            self._leave_queue()

    def _leave_queue(self) -> None:
        if self._is_first_in_queue:
            self._is_first_in_queue = False
            self._queue.release()
