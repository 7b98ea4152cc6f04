"""What was approved, opened: the plan and the captured values of a batch.

Each step of an erasure reads them from the records, as it may run alone after a crash. Within one run they are
decoded once: `kept_open` holds them for as long as the run lasts, and no longer, for they are personal data.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from discreet.engines.subjects.captures import Captured
from discreet.engines.subjects.plans import ErasurePlan
from discreet.engines.subjects.storage import captured_from_json, plan_from_json
from discreet.foundation.keys import api as keys
from discreet.mechanisms.rights import queries

T = TypeVar("T")
_held: ContextVar[dict[bytes, Any] | None] = ContextVar("held", default=None)


@contextmanager
def kept_open() -> Iterator[None]:
    """Keep what is opened until the end of the block, in this thread."""
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def plan_of(batch_id: int) -> ErasurePlan:
    """Return the plan as it was approved, or as the last look before the writes renewed it."""
    key_id, sealed = queries.sealed_plan(batch_id)
    return _opened(key_id, sealed, "plan", plan_from_json)


def captured_of(batch_id: int) -> Captured:
    """Return what the fresh search looks for."""
    sealed = queries.sealed_capture(batch_id)
    return _opened(queries.batch_key(batch_id), sealed, "capture", captured_from_json)


def _opened(key_id: str, sealed: bytes, label: str, decode: Callable[[str], T]) -> T:
    """Open what is sealed. Sealing is never the same twice, so the sealed bytes tell one content from another."""
    held = _held.get()
    if held is not None and sealed in held:
        found: T = held[sealed]
        return found
    value = decode(keys.open_sealed(key_id, sealed, label).decode())
    if held is not None:
        held[sealed] = value
    return value
