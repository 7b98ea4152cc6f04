"""Measure the pages of requests with many of them in the database: board, list, figures, status page.

    .venv/bin/python -m bench.rights_pages [--requests 100000] [--rate 20] [--seconds 15]

Fills a new home in a temporary folder (or the database that DISCREET_DATABASE_URL names), serves it with the
product's own server on loopback, and asks each page at a steady rate. Prints percentiles of the time to the last
byte. Times of a request are spread over a year; nine in ten are answered.
"""

import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

OUTCOMES = ("erased", "erased_except_kept", "delivered", "told", "corrected", "applied", "refused")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="discreet-bench-"))
    os.environ |= {
        "DISCREET_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "discreet.project.settings",
        "DISCREET_DEMO": "1",
    }
    import django

    django.setup()
    try:
        cookie, token = fill(options.requests)
        measure(cookie, token, rate=options.rate, seconds=options.seconds)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def fill(requests: int) -> tuple[str, str]:
    """Make the requests; return the session cookie of an agent and the token of a status page."""
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.test import Client

    from discreet.engines.subjects.identity import Identity
    from discreet.foundation.cases.actions import add_public_token
    from discreet.foundation.keys.api import ensure_keyring
    from discreet.foundation.staff.actions import create_member
    from discreet.mechanisms.rights.actions import importing
    from discreet.mechanisms.rights.kinds import Kind
    from discreet.vocabulary.actors import Actor, ActorKind, Role

    call_command("migrate", verbosity=0)
    ensure_keyring()
    operator = Actor(kind=ActorKind.SHELL, name="bench", roles=frozenset({Role.AGENT, Role.ADMINISTRATOR}))
    started, now = time.perf_counter(), datetime.now(UTC)
    kinds = (Kind.ERASURE, Kind.ACCESS, Kind.KNOW, Kind.PORTABILITY, Kind.ACCOUNT_CLOSURE)
    last = ""
    for number in range(0, requests, 10_000):
        claims = [
            (Identity(email=f"p{number + place}@example.com"), ("DE", "CN", "US-CA")[place % 3], "en")
            for place in range(min(10_000, requests - number))
        ]
        _, numbers = importing.receive_batch(
            actor=operator, now=now, kind=kinds[number // 10_000 % len(kinds)], claims=claims
        )
        last = numbers[-1]
    spread(now)
    print(f"{requests:,} requests made in {time.perf_counter() - started:.0f} s", flush=True)
    token = add_public_token(actor=operator, now=now, number=last)
    create_member(
        actor=operator, now=now, username="bench", email="", roles=[Role.AGENT], password="quiet bamboo lamp"
    )
    client = Client()
    client.force_login(
        get_user_model().objects.get(username="bench"), backend="django.contrib.auth.backends.ModelBackend"
    )
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}", token


def spread(now: datetime) -> None:
    """Spread receipt over a year and answer nine in ten, with plain updates: this is a database at rest."""
    from django.db import connection

    from discreet.foundation.cases.models import Case
    from discreet.mechanisms.rights.models import RightsRequest

    chance = random.Random(7)
    rows, cases = [], []
    for pk, number in RightsRequest.objects.values_list("pk", "number"):
        received = now - timedelta(days=chance.uniform(0, 365))
        is_open = chance.random() < 0.1
        ended = None if is_open else received + timedelta(days=chance.uniform(0, 40))
        outcome = "" if is_open else chance.choice(OUTCOMES)
        due = received + timedelta(days=chance.choice((15, 30, 45)))
        rows.append((received, due, ended, outcome, "page" if outcome else "", pk))
        cases.append(("received" if is_open else "done", ended, due if is_open else None, number))
    vendor = connection.vendor
    mark = "%s" if vendor == "postgresql" else "?"
    with connection.cursor() as cursor:
        raw = cursor.cursor if hasattr(cursor, "cursor") else cursor

        def stored(value: object) -> object:
            return value.isoformat(sep=" ") if vendor == "sqlite" and isinstance(value, datetime) else value

        raw.executemany(
            f"UPDATE {RightsRequest._meta.db_table} SET received_at={mark}, due_at={mark}, completed_at={mark}, "
            f"outcome={mark}, answer={mark} WHERE id={mark}",
            [tuple(stored(value) for value in row) for row in rows],
        )
        raw.executemany(
            f"UPDATE {Case._meta.db_table} SET state={mark}, closed_at={mark}, due_at={mark} WHERE number={mark}",
            [tuple(stored(value) for value in row) for row in cases],
        )
    connection.commit()


def measure(cookie: str, token: str, *, rate: float, seconds: float) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("discreet")), "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(f"{base}/privacy/")
            pages = {
                "list": "/desk/requests/",
                "list, all, page 900": "/desk/requests/?state=all&page=900",
                "board": "/desk/requests/board/",
                "figures": "/desk/requests/figures/",
                "home": "/desk/",
                "status page": f"/privacy/request/{token}/",
            }
            found = {
                name: percentiles(base + path, cookie, rate=rate, seconds=seconds)
                for name, path in pages.items()
            }
            print(json.dumps(found, indent=1))
        finally:
            server.terminate()


def wait_for(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def percentiles(address: str, cookie: str, *, rate: float, seconds: float) -> dict[str, float]:
    """Ask a page at a steady rate, however slow it answers; return milliseconds."""
    spent: list[float] = []
    failed = 0

    def ask() -> None:
        nonlocal failed
        started = time.perf_counter()
        request = urllib.request.Request(address, headers={"Cookie": cookie})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()
                if answer.status != 200 or answer.url != address:  # led elsewhere, such as to sign in
                    failed += 1
        except OSError:
            failed += 1
        spent.append((time.perf_counter() - started) * 1000)

    ask()  # the first one compiles templates
    spent.clear()
    threads = []
    start = time.perf_counter()
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, start + number / rate - time.perf_counter()))
        thread = threading.Thread(target=ask)
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()
    cuts = quantiles(spent, n=100)
    return {
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "p99_ms": round(cuts[98], 1),
        "failed": failed,
    }


if __name__ == "__main__":
    main()
