"""A program for tests: one step of a ledger's life in a process of its own, on the database that is set.

python -m tests.foundation.ledger.on_postgresql STEP
"""

import json
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "discreet.project.settings"
import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.utils import DatabaseError  # noqa: E402

from discreet.foundation.keys.api import ensure_keyring  # noqa: E402
from discreet.foundation.ledger import scan  # noqa: E402
from discreet.foundation.ledger.guards import APPEND_ONLY, guard, unsafe_lift_guards  # noqa: E402
from discreet.foundation.ledger.prove import bundle  # noqa: E402
from discreet.foundation.ledger.sequencer import sequence_once  # noqa: E402
from discreet.foundation.ledger.verifier.discreet_verify import verify as verify_proof  # noqa: E402
from discreet.foundation.ledger.verify import verify_ledger  # noqa: E402
from tests.foundation.ledger.conftest import NOW, receive  # noqa: E402


def prepare() -> None:
    call_command("migrate", verbosity=0)
    ensure_keyring()
    receive(0, 300)
    sequence_once(NOW)


def write() -> None:
    for number in range(15):
        receive(1000 + number * 10, 10)


def sequence() -> None:
    for _ in range(15):
        sequence_once(NOW)


def guarded() -> None:
    """Print the statements that the triggers let through."""
    for table in APPEND_ONLY:
        column = {"ledger_ledgerentry": "id", "ledger_ledgerleaf": "leaf_index"}.get(table, "root")
        for statement in (
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
        ):
            try:
                with connection.cursor() as cursor:
                    cursor.execute(statement)
            except DatabaseError as error:
                if "append-only" in str(error):
                    continue
            print(statement)


def tamper() -> None:
    unsafe_lift_guards(connection)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_ledgerentry SET subject = 'request:R-9' WHERE subject = 'request:R-1'")
        cursor.execute("UPDATE ledger_ledgerentry SET body = body || ' ' WHERE subject = 'request:R-2'")
        cursor.execute("DELETE FROM ledger_ledgertile")
    guard(connection)


def prove() -> None:
    assert verify_proof(dict(bundle("request:R-7")))


def verify() -> None:
    sequence_once(NOW)
    verdict = verify_ledger()
    scan.CHUNK_TILES, scan.CHUNK, scan.WORTH_PROCESSES = 1, 256, 0
    assert verify_ledger() == verdict  # with several processes
    faults = sorted({finding.fault.value for finding in verdict.findings})
    print(json.dumps({"entries": verdict.entries, "faults": faults}))


if __name__ == "__main__":
    {f.__name__: f for f in (prepare, write, sequence, guarded, prove, tamper, verify)}[sys.argv[1]]()
