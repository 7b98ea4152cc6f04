"""What the map needs of `sources`: which are connected, which may be written to, and their schemas."""

from datetime import datetime

from discreet.foundation.sources import actions, queries
from discreet.foundation.sources.catalogue import Catalogue
from discreet.foundation.sources.models import Endpoint
from discreet.vocabulary.actors import Actor


def connected() -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of all connected sources, and of those with write credentials."""
    uses = list(Endpoint.objects.values_list("source__name", "use"))
    return frozenset(name for name, _ in uses), frozenset(name for name, use in uses if use == "write")


def describe(*, actor: Actor, now: datetime, source: str) -> Catalogue:
    """Read the schema of `source` from the database itself. Must not be called inside a transaction."""
    return actions.describe_source(actor=actor, now=now, name=source)


def described(source: str) -> Catalogue:
    """Return the schema of `source` as it was last read."""
    return queries.describe(source)
