"""One class per kind of database, behind one interface."""

from discreet.foundation.sources.catalogue import Engine
from discreet.foundation.sources.dialects.base import Dialect
from discreet.foundation.sources.dialects.files import FilesDialect
from discreet.foundation.sources.dialects.mysql import MySqlDialect
from discreet.foundation.sources.dialects.postgresql import PostgreSqlDialect
from discreet.foundation.sources.dialects.sqlite import SqliteDialect

_DIALECTS: dict[Engine, Dialect] = {
    Engine.SQLITE: SqliteDialect(),
    Engine.POSTGRESQL: PostgreSqlDialect(),
    Engine.MYSQL: MySqlDialect(),
    Engine.FILES: FilesDialect(),
}


def dialect_of(engine: Engine) -> Dialect:
    """Return what is particular to `engine`."""
    return _DIALECTS[engine]
