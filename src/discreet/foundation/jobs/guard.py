"""Let a thread write to Discreet's database only while it holds what it works under.

The check runs inside the transaction that writes: on SQLite every transaction holds the write lock from its
start, on PostgreSQL the checked row stays locked until the end. So what was checked is still true at COMMIT.
Source: failure promise 6 (lease and fencing number in the same transaction as the write).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLAC")


class _Guard:
    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        # Stands in the transaction's commit hooks while its check is valid: gone after commit or rollback.
        self._marker = lambda: None

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:  # Django's signature of an execute wrapper
        if sql.lstrip()[:6].upper() in _WRITES and not self._is_checked():
            self._check()
            if connection.in_atomic_block:
                transaction.on_commit(self._marker)
        return execute(sql, params, many, context)

    def _is_checked(self) -> bool:
        return connection.in_atomic_block and any(
            hook[1] is self._marker for hook in connection.run_on_commit
        )


@contextmanager
def writes_only_while(check: Callable[[], None]) -> Iterator[None]:
    """Run `check` before the first write of each transaction of this thread; if it raises, none happens."""
    with connection.execute_wrapper(_Guard(check)):
        yield
