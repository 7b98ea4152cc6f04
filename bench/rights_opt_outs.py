"""Measure opt-outs: a file of ten thousand imported and applied, asked back, and how soon a change counts elsewhere.

    .venv/bin/python bench/rights_opt_outs.py [--people 10000]

Uses a new home in a temporary folder, SQLite as shipped (WAL, synchronous=FULL), and removes it. Another database:
DISCREET_DATABASE_URL.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

ASKED_AT_ONCE = 5000
CHANGES = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--watch", action="store_true", help="the second process of the measurement")
    options = parser.parse_args()
    home = (
        Path(os.environ["DISCREET_HOME"])
        if options.watch
        else Path(tempfile.mkdtemp(prefix="discreet-bench-"))
    )
    os.environ |= {"DISCREET_HOME": str(home), "DJANGO_SETTINGS_MODULE": "discreet.project.settings"}
    import django

    django.setup()
    if options.watch:
        watch()
        return
    try:
        run(people=options.people, home=home)
    finally:
        shutil.rmtree(home)


def run(*, people: int, home: Path) -> None:
    from django.core.management import call_command

    from discreet.foundation.keys.api import ensure_keyring
    from discreet.foundation.permission.models import Choice
    from discreet.foundation.permission.people import Person
    from discreet.foundation.permission.queries import standing_of, standing_of_many
    from discreet.foundation.permission.rules import Use
    from discreet.mechanisms.rights.lists.imports import import_csv
    from discreet.vocabulary.actors import Actor, ActorKind, Role

    call_command("migrate", verbosity=0)
    ensure_keyring()
    agent = Actor(kind=ActorKind.SHELL, name="bench", roles=frozenset(Role))
    file = home / "opt-outs.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        lines = csv.writer(out)
        lines.writerow(["kind", "email", "phone", "residence"])
        lines.writerows(["opt_out", f"person{n}@example.com", f"+1415{n:07}", "US-CA"] for n in range(people))
    for what in ("imported and applied", "imported again, nothing new"):
        started, busy = time.perf_counter(), time.process_time()
        found = import_csv(actor=agent, now=datetime.now(UTC), path=file, default_kind=None)
        took, busy = time.perf_counter() - started, time.process_time() - busy
        assert found["count"] == people and Choice.objects.count() == people
        print(f"{people:,} opt-outs {what}: {took:.1f} s ({busy:.1f} s of a processor)")
    use = Use("SellDataToThirdParties")
    asked = [Person(email=f"person{n}@example.com") for n in range(min(people, ASKED_AT_ONCE))]
    started = time.perf_counter()
    answers = standing_of_many(people=asked, use=use, at=datetime.now(UTC))
    took = time.perf_counter() - started
    assert not any(answer.is_allowed for answer in answers)
    print(f"{len(asked):,} people asked about at once: {took * 1000:.0f} ms")
    times = []
    for person in asked[:500]:
        started = time.perf_counter()
        standing_of(person=person, use=use, at=datetime.now(UTC))
        times.append(time.perf_counter() - started)
    print(f"one person asked about: p95 {quantiles(times, n=20)[-1] * 1000:.1f} ms")
    measure_change(agent)


def measure_change(agent: object) -> None:
    """Say how long after its act's return a change is seen by another process that asks all the time."""
    from discreet.foundation.permission.actions.choosing import opt_out
    from discreet.foundation.permission.people import Person
    from discreet.foundation.permission.rules import Channel
    from discreet.foundation.permission.said import Source
    from discreet.vocabulary.actors import Actor

    assert isinstance(agent, Actor)
    other = subprocess.Popen(
        [sys.executable, __file__, "--watch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdin and other.stdout
    delays = []
    for number in range(CHANGES):
        name = f"new{number}@example.com"
        other.stdin.write(f"{name}\n")
        other.stdin.flush()
        assert other.stdout.readline() == "allowed\n"
        opt_out(actor=agent, now=datetime.now(UTC), person=Person(email=name), source=Source(Channel.API))
        done = time.time()
        delays.append(float(other.stdout.readline()) - done)
    other.stdin.close()
    other.wait()
    print(f"a change counts in another process: at most {max(delays) * 1000:.1f} ms after the act")


def watch() -> None:
    from discreet.foundation.permission.people import Person
    from discreet.foundation.permission.queries import standing_of
    from discreet.foundation.permission.rules import Use

    use = Use("SellDataToThirdParties")
    for line in sys.stdin:
        person, is_told = Person(email=line.strip()), False
        while standing_of(person=person, use=use, at=datetime.now(UTC)).is_allowed:
            if not is_told:
                print("allowed", flush=True)
                is_told = True
        print(time.time(), flush=True)


if __name__ == "__main__":
    main()
