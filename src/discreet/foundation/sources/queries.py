"""What is known about sources. Nothing here touches a source or shows a secret."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from discreet.foundation.sources import pools, refusals
from discreet.foundation.sources.catalogue import Catalogue, Engine, MissingRight, missing_rights_in
from discreet.foundation.sources.models import Source
from discreet.vocabulary.text import gettext_noop

_ENGINES = {
    Engine.SQLITE: "SQLite",
    Engine.POSTGRESQL: "PostgreSQL",
    Engine.MYSQL: "MySQL / MariaDB",
    Engine.FILES: gettext_noop("Folder of files"),
}


@dataclass(frozen=True, slots=True)
class SourceView:
    name: str
    engine: str
    version: str
    place: str  # host:port/database or path; "env:VARIABLE" where the environment says
    tls: str
    is_replica: bool
    is_writable: bool
    tables: int
    fingerprint: str
    connected_at: datetime
    described_at: datetime
    missing_rights: tuple[MissingRight, ...]  # of the account for erasing, as last described

    @property
    def kind(self) -> str:
        """Return the kind of database in the reader's language."""
        return gettext(_ENGINES[Engine(self.engine)])


def source_names() -> list[str]:
    """Return the names of all sources in order."""
    return list(Source.objects.order_by("name").values_list("name", flat=True))


def kinds() -> dict[str, str]:
    """Return the kind of each source by its name, in the reader's language; no catalogue is read."""
    engines = Source.objects.order_by("name").values_list("name", "engine")
    return {name: gettext(_ENGINES[Engine(engine)]) for name, engine in engines}


def without_indexes() -> frozenset[str]:
    """Return the names of the sources that can have no index: files."""
    return frozenset(Source.objects.filter(engine=Engine.FILES.value).values_list("name", flat=True))


def sources() -> list[SourceView]:
    """Return all sources in the order of their names."""
    return [_view(row) for row in Source.objects.order_by("name").prefetch_related("endpoints")]


def source(name: str) -> SourceView:
    """Return one source.

    Raises:
        UnknownSource: there is none of this name.
    """
    row = Source.objects.filter(name=name).prefetch_related("endpoints").first()
    if row is None:
        raise refusals.UnknownSource(source=pools.shown(name))
    return _view(row)


def require_source(name: str) -> None:
    """Refuse a name that no source has.

    Raises:
        UnknownSource: there is none of this name.
    """
    pools.known(name)


def describe(name: str) -> Catalogue:
    """Return the source's catalogue as it was last described.

    Raises:
        UnknownSource: there is none of this name.
    """
    return pools.known(name).catalogue


def is_writable(name: str) -> bool:
    """Return whether the source has a write address."""
    return "write" in pools.endpoints(name)


def database_of(name: str) -> str:
    """Return the name of the database that the source's read address leads to."""
    return pools.address_of(pools.endpoints(name)["read"], source=name).database


def _view(row: Source) -> SourceView:
    uses = {each.use: each for each in row.endpoints.all()}
    read = uses["read"]
    if read.url_variable:
        place = f"env:{read.url_variable}"
    else:
        place = f"{read.host}:{read.port}/{read.database}" if read.host else read.database
    return SourceView(
        name=row.name,
        engine=row.engine,
        version=row.version,
        place=place,
        tls=read.tls,
        is_replica=read.is_replica,
        is_writable="write" in uses,
        tables=len(row.catalogue["tables"]),
        fingerprint=row.fingerprint,
        connected_at=row.connected_at,
        described_at=row.described_at,
        missing_rights=missing_rights_in(row.catalogue),
    )
