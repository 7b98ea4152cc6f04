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
    for table in APPEND_ONLY:
        if connection.vendor == "postgresql":
            statements += [
                f"CREATE TRIGGER {table}_rows BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION ledger_append_only()",
                f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()",
            ]
        else:
            statements += [
                f"CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
                for verb in ("update", "delete")
            ]
    _execute(connection, statements)


def unsafe_lift_guards(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers. For tests that empty or tamper with a database, and for undoing the migration."""
    statements = []
    for table in APPEND_ONLY:
        for suffix in ("rows", "truncate", "update", "delete"):
            on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
            statements.append(f"DROP TRIGGER IF EXISTS {table}_{suffix}{on_table}")
    _execute(connection, statements)


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
