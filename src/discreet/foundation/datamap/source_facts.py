"""What the map needs of `sources`: which are connected, which may be written to, and their schemas."""

from discreet.foundation.datamap.described import DescribedSource
from discreet.foundation.datamap.models import DataTable


def connected() -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of all connected sources, and of those with write credentials."""
    names = frozenset(DataTable.objects.values_list("source", flat=True).distinct())
    return names, names


def describe(source: str) -> DescribedSource:
    """Read the schema of `source`. Must not be called inside a transaction."""
    raise LookupError(source)
