"""What the map needs of `sources`: which are connected, which may be written to, and their schemas."""

from datetime import datetime

from discreet.foundation import plain_sql
from discreet.foundation.sources import actions, queries
from discreet.foundation.sources.catalogue import Catalogue
from discreet.foundation.sources.models import Endpoint, Source
from discreet.vocabulary.actors import Actor

_USES = (
    f"SELECT s.name, e.use FROM {Endpoint._meta.db_table} e "  # noqa: S608
    f"JOIN {Source._meta.db_table} s ON s.id = e.source_id"
)


def connected() -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of all connected sources, and of those with write credentials."""
    uses = plain_sql.rows(_USES)
    return frozenset(name for name, _ in uses), frozenset(name for name, use in uses if use == "write")


def describe(*, actor: Actor, now: datetime, source: str) -> Catalogue:
    """Read the schema of `source` from the database itself. Must not be called inside a transaction."""
    return actions.describe_source(actor=actor, now=now, name=source)


def described(source: str) -> Catalogue:
    """Return the schema of `source` as it was last read."""
    return queries.describe(source)
