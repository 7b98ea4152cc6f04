"""Several sources written side by side: each outcome recorded as soon as it stands, whatever becomes of the others.

Source: docs/decisions/sources-side-by-side.md; failure promises 1, 2, 6.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeGuard

from discreet.foundation.jobs.api import Fence, FenceLost
from discreet.foundation.sources.write_lanes import Work, try_each, write_each
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import executing
from discreet.vocabulary.errors import Refused

Counts = Mapping[str, Mapping[str, int]]  # table → kind of write → rows


def unwritten(batch_id: int, run: int, sources: Sequence[str]) -> list[str]:
    """Return the sources of which no outcome is recorded, in their order."""
    return [source for source in sources if not queries.is_written(batch_id, run, source)]


def refused_by_one(batch_id: int, run: int, works: Mapping[str, Work[object]]) -> dict[str, Refused]:
    """Try all without a COMMIT, where nothing was written yet, and return who refuses for good, in order.

    One source alone need not be tried: its own refusal writes nothing.
    """
    if len(works) < 2 or queries.is_anything_written(batch_id, run):
        return {}
    tried = try_each(works)
    found = {source: tried[source].exception() for source in works}
    return {source: error for source, error in found.items() if is_for_good(error)}


def write_all(batch_id: int, run: int, works: Mapping[str, Work[Counts]], fence: Fence) -> dict[str, Refused]:
    """Write and commit each source, record what was committed, and return who refused for good, in order.

    Raises:
        FenceLost: another worker has taken over.
        Whatever else a source failed with: it may pass. The others are written and recorded by then.
    """
    errors: dict[str, Exception] = {}
    for source, outcome in write_each(works, before_commit=fence.check):
        try:
            counts = {table: dict(done) for table, done in outcome.result().items()}
            executing.record_source_outcome(
                now=datetime.now(UTC), batch_id=batch_id, run=run, source=source, counts=counts
            )
        except Exception as error:  # noqa: BLE001 - raised below, once the others are recorded
            errors[source] = error
    refused, passing = {}, []
    for source in works:
        failure = errors.get(source)
        if is_for_good(failure):
            refused[source] = failure
        elif failure is not None:
            passing.append(failure)
    if passing:
        raise next((one for one in passing if isinstance(one, FenceLost)), passing[0])
    return refused


def is_for_good(error: BaseException | None) -> TypeGuard[Refused]:
    """Return whether trying again would be answered alike."""
    return isinstance(error, Refused) and not getattr(error, "is_transient", False)
