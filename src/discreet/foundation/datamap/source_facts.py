"""What the map needs of `sources`: which are connected, which may be written to, and their schemas."""

from discreet.foundation.sources.catalogue import Catalogue
from discreet.foundation.sources.models import Endpoint


def connected() -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of all connected sources, and of those with write credentials."""
    uses = list(Endpoint.objects.values_list("source__name", "use"))
    return frozenset(name for name, _ in uses), frozenset(name for name, use in uses if use == "write")


def describe(source: str) -> Catalogue:
    """Read the schema of `source`. Must not be called inside a transaction."""
    from discreet.foundation.sources import actions

    return actions.describe(source)
