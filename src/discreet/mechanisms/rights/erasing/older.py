"""Older versions of what an erasure wrote anew, in buckets that keep them: deleted, or said to be there.

Source: docs/decisions/older-versions-of-objects.md; GDPR Art. 17(1); failure promise 1.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from discreet.engines.subjects.found import NotCovered
from discreet.engines.subjects.graph import TableRef
from discreet.engines.subjects.plans import ErasurePlan
from discreet.foundation.sources import session
from discreet.foundation.sources.catalogue import OldVersions, Remains
from discreet.foundation.sources.queries import describe
from discreet.mechanisms.rights import gaps
from discreet.mechanisms.rights.summaries import gap


@dataclass(frozen=True, slots=True)
class Older:
    """What became of older versions. `left`: the tables in whose objects the person may still stand."""

    left: frozenset[TableRef] = frozenset()
    gaps: tuple[dict[str, Any], ...] = ()
    deleted: int = 0


def without_older(plan: ErasurePlan, *, approved: Mapping[str, object], written: Collection[str]) -> Older:
    """Delete the older versions of the objects that were written anew, and say what is left of them. Idempotent.

    What is deleted here never comes back. So it is only where the approved plan said so, and only in the sources
    in `written`: where the new object was refused, the old ones are left alone.

    Raises:
        SourceRefusal: a source failed.
    """
    left: set[TableRef] = set()
    found: list[NotCovered] = []
    deleted = 0
    for source, tables in sorted(_in_buckets(plan).items()):
        may_delete = source in written and gaps.is_told_of_older(approved, source)
        seen = session.older_left(source, tables, deletes=may_delete)
        deleted += seen.deleted
        for table in tables:
            if (why := seen.why.get(table.table)) is not None:
                left.add(table)
                found.append(NotCovered(table, gaps.OLDER_LEFT[why]))
        if seen.elsewhere:
            found.append(NotCovered(TableRef(source, ""), gaps.OLDER_ELSEWHERE))
    return Older(frozenset(left), tuple(map(gap, found)), deleted)


def older_not_looked_for(plan: ErasurePlan) -> tuple[dict[str, Any], ...]:
    """Name the older versions of an erasure that ends without a look at them."""
    sources = sorted(_in_buckets(plan))
    return tuple(gap(NotCovered(TableRef(source, ""), gaps.OLDER_LEFT[Remains.KEPT])) for source in sources)


def _in_buckets(plan: ErasurePlan) -> dict[str, Sequence[TableRef]]:
    """Return by source the tables that were written in a bucket which keeps older versions, or may keep some."""
    return {
        source: sorted({operation.table for operation in operations})
        for source, operations in plan.operations.items()
        if operations and describe(source).old_versions is not OldVersions.NONE
    }
