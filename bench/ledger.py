"""Measure the ledger: acts a second, and how long a ledger of a million entries takes to verify.

    .venv/bin/python bench/ledger.py [--entries 1000000]

Uses a new home in a temporary folder, SQLite as shipped (WAL, synchronous=FULL), and removes it.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, help="keep the ledger here, and only verify it if it exists")
    options = parser.parse_args()
    home = options.home or Path(tempfile.mkdtemp(prefix="discreet-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    os.environ["DISCREET_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "discreet.project.settings"
    import django

    django.setup()
    try:
        run(entries=options.entries)
    finally:
        if not options.home:
            shutil.rmtree(home)


def run(*, entries: int) -> None:
    from django.core.management import call_command
    from django.db import transaction

    from discreet.foundation.keys.api import ensure_keyring
    from discreet.foundation.ledger.acts import act
    from discreet.foundation.ledger.api import Evidence, record, record_many
    from discreet.foundation.ledger.queries import status
    from discreet.foundation.ledger.sequencer import sequence_once
    from discreet.foundation.ledger.verify import verify_ledger
    from discreet.vocabulary.actors import SYSTEM

    now = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
    call_command("migrate", verbosity=0)
    ensure_keyring()

    def evidence(number: int) -> Evidence:
        facts = {"kind": "erasure", "source": "shop", "rows": number % 50, "article": "GDPR Art. 17(1)"}
        return Evidence(subject=f"request:R-{number}", facts=facts, person_refs=(f"person_{number}",))

    @act("bench.one")
    def one(number: int) -> None:
        item = evidence(number)
        record(actor=SYSTEM, now=now, subject=item.subject, facts=item.facts, person_refs=item.person_refs)

    @act("bench.many")
    def many(first: int, count: int) -> None:
        items = [evidence(number) for number in range(first, first + count)]
        record_many(actor=SYSTEM, now=now, evidence=items)

    def batched(first: int, count: int) -> None:
        with transaction.atomic():
            for number in range(first, first + count):
                one(number)

    if not status().sealed:
        measure("acts, one transaction each", 500, lambda: [one(number) for number in range(500)])
        measure("acts, 500 to a transaction", 2000, lambda: [batched(at, 500) for at in range(0, 2000, 500)])
        measure("entries of one act (record_many)", 10_000, lambda: many(0, 10_000))
        measure("entries sequenced, sealed, copied", 12_500, lambda: sequence_once(now))
    while (missing := entries - status().sealed) > 0:
        many(0, min(missing, 20_000))
        sequence_once(now)
        print(f"\r{status().sealed:,} entries", end="", file=sys.stderr)
    print(file=sys.stderr)
    for _ in range(3):
        started, busy = time.perf_counter(), sum(os.times()[:4])
        verdict = verify_ledger()
        took, busy = time.perf_counter() - started, sum(os.times()[:4]) - busy
        assert verdict.is_intact, verdict.findings
        what = f"verify {verdict.entries:,} entries, {verdict.checkpoints:,} checkpoints"
        print(f"{what}: {took:.2f} s ({busy:.2f} s of all processors)")


def measure(what: str, count: int, work: object) -> None:
    assert callable(work)
    started = time.perf_counter()
    work()
    took = time.perf_counter() - started
    print(f"{what}: {count / took:,.0f} a second")


if __name__ == "__main__":
    main()
