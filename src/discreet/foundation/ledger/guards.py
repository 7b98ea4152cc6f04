"""Triggers that forbid UPDATE, DELETE and TRUNCATE on what is append-only, for SQLite and PostgreSQL."""

from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY = ("ledger_ledgerentry", "ledger_ledgerleaf", "ledger_ledgertile", "ledger_ledgercheckpoint")
_MESSAGE = "the ledger is append-only"


def guard(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers. Idempotent."""
    unsafe_lift_guards(connection)
    statements: list[str] = []
    if connection.vendor == "postgresql":
        statements.append(
            "CREATE OR REPLACE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    _execute(connection, [*statements, *_triggers(connection.vendor).values()])


def unsafe_lift_guards(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers. For tests that empty or tamper with a database, and for undoing the migration."""
    statements = []
    for table in APPEND_ONLY:
        for suffix in ("rows", "truncate", "update", "delete"):
            on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
            statements.append(f"DROP TRIGGER IF EXISTS {table}_{suffix}{on_table}")
    _execute(connection, statements)


def missing_guards(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of triggers that are absent, disabled or (SQLite) not as they were made."""
    postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, '' FROM pg_trigger WHERE tgenabled <> 'D'"
            if postgresql
            else "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        )
        found = dict(cursor.fetchall())
    return [
        name
        for name, statement in _triggers(connection.vendor).items()
        if name not in found or not (postgresql or found[name] == statement)
    ]


def _triggers(vendor: str) -> dict[str, str]:
    """Return the statement that makes each trigger, by the trigger's name."""
    if vendor == "postgresql":
        call = "EXECUTE FUNCTION ledger_append_only()"
        return {
            f"{table}_{suffix}": (
                f"CREATE TRIGGER {table}_{suffix} BEFORE {verbs} ON {table} FOR EACH {each} {call}"
            )
            for table in APPEND_ONLY
            for suffix, verbs, each in (
                ("rows", "UPDATE OR DELETE", "ROW"),
                ("truncate", "TRUNCATE", "STATEMENT"),
            )
        }
    body = f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
    return {
        f"{table}_{verb}": f"CREATE TRIGGER {table}_{verb} BEFORE {verb.upper()} ON {table} {body}"
        for table in APPEND_ONLY
        for verb in ("update", "delete")
    }


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
