"""Measure the pages of requests with many of them in the database, one by one and all together.

    .venv/bin/python -m bench.rights_pages [--requests 100000] [--rate 20] [--seconds 15] [--home DIR --keep]

Fills a new home in a temporary folder (or the database that DISCREET_DATABASE_URL names), serves it with the
product's own server and worker on loopback, signs in through the form, and asks each page at a steady rate; then
all pages mixed, at the same rate in sum. Prints percentiles of the time to the last byte. `--keep` leaves the home,
and a kept one is measured again without filling it.

Receipt is spread over a year. Of the last 40 days three in four requests are open, of older ones one in 200. A tenth
came alone, the others in batches of ten thousand.
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
import urllib.parse
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import quantiles
from typing import Any

OUTCOMES = ("erased", "erased_except_kept", "delivered", "told", "corrected", "applied", "refused")
USER, PASSWORD = "bench", "quiet bamboo lamp"
BATCH = 10_000
FILLED = "filled.json"


@dataclass(frozen=True, slots=True)
class Filled:
    """What to ask for: an open request that came alone, one of a batch, the batch, a status page, a contact."""

    requests: int
    single: str
    member: str
    batch: str
    token: str
    contact: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--rate", type=float, default=20.0)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--home", type=Path, help="a folder of its own, by default a temporary one")
    parser.add_argument("--keep", action="store_true", help="leave the filled home, to measure it again")
    parser.add_argument("--only", default="", help="measure pages whose name holds this")
    options = parser.parse_args()
    home = options.home or Path(tempfile.mkdtemp(prefix="discreet-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "DISCREET_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "discreet.project.settings",
        "DISCREET_DEMO": "1",  # no second factor
    }
    import django

    django.setup()
    try:
        if not (home / FILLED).exists():
            (home / FILLED).write_text(json.dumps(asdict(fill(options.requests))), encoding="utf-8")
        filled = Filled(**json.loads((home / FILLED).read_text(encoding="utf-8")))
        measure(filled, rate=options.rate, seconds=options.seconds, only=options.only)
    finally:
        if not options.keep:
            shutil.rmtree(home, ignore_errors=True)


def fill(requests: int) -> Filled:
    """Make the requests and the account of an agent."""
    from django.core.management import call_command

    from discreet.engines.subjects.identity import Identity
    from discreet.foundation.cases.actions import add_public_token
    from discreet.foundation.keys.api import ensure_keyring
    from discreet.foundation.staff.actions import create_member
    from discreet.mechanisms.rights import queries
    from discreet.mechanisms.rights.actions import importing, receiving
    from discreet.mechanisms.rights.kinds import Kind
    from discreet.vocabulary.actors import Actor, ActorKind, Role

    call_command("migrate", verbosity=0)
    ensure_keyring()
    operator = Actor(kind=ActorKind.SHELL, name="bench", roles=frozenset({Role.AGENT, Role.ADMINISTRATOR}))
    started, now = time.perf_counter(), datetime.now(UTC)
    kinds = (Kind.ERASURE, Kind.ACCESS, Kind.KNOW, Kind.PORTABILITY, Kind.ACCOUNT_CLOSURE)
    alone = requests // 10
    batch_id, numbers = 0, [""]
    for number in range(0, requests - alone, BATCH):
        people = min(BATCH, requests - alone - number)
        claims = [
            (Identity(email=f"p{number + place}@example.com"), ("DE", "CN", "US-CA")[place % 3], "en")
            for place in range(people)
        ]
        batch_id, numbers = importing.receive_batch(
            actor=operator, now=now, kind=kinds[number // BATCH % len(kinds)], claims=claims
        )
    single = ""
    for number in range(requests - alone, requests):
        single = receiving.receive_request(
            actor=operator,
            now=now,
            kind=kinds[number % len(kinds)],
            claim=Identity(email=f"p{number}@example.com"),
            residence=("DE", "CN", "US-CA")[number % 3],
            channel="shell",
        ).number
    spread(now, remain_open={single, numbers[-1]})
    print(f"{requests:,} requests made in {time.perf_counter() - started:.0f} s", flush=True)
    create_member(actor=operator, now=now, username=USER, email="", roles=[Role.AGENT], password=PASSWORD)
    return Filled(
        requests=requests,
        single=single,
        member=numbers[-1],
        batch=f"B-{queries.batch_of(numbers[-1])}" if batch_id else "",
        token=add_public_token(actor=operator, now=now, number=single),
        contact=f"p{requests - 1}@example.com",
    )


def spread(now: datetime, *, remain_open: set[str]) -> None:
    """Spread receipt over a year and answer most, with plain updates: this is a database at rest."""
    from django.db import connection, transaction

    from discreet.foundation.cases.models import Case, CaseClock, CaseTask
    from discreet.foundation.jobs.models import OutboxEvent
    from discreet.mechanisms.rights.models import RightsRequest

    chance = random.Random(7)
    moved: dict[str, tuple[timedelta, datetime | None]] = {}
    rows, cases, clocks = [], [], []
    for pk, number, due in RightsRequest.objects.values_list("pk", "number", "due_at"):
        age = chance.uniform(0, 365) if number not in remain_open else 3.0
        is_open = number in remain_open or chance.random() < (0.75 if age < 40 else 0.005)
        back = timedelta(days=age)
        ended = None if is_open else now - back + timedelta(days=chance.uniform(0, min(age, 40)))
        outcome = "" if is_open else chance.choice(OUTCOMES)
        why = chance.choice(("identityNotVerified", "")) if outcome == "refused" else ""
        days = timedelta(days=int(age))  # a law's deadline stays at the end of a day
        moved[number] = days, ended
        rows.append((now - back, due and due - days, ended, outcome, "page" if outcome else "", why, pk))
    earliest: dict[int, datetime] = {}
    for pk, case, number, due, warn in CaseClock.objects.values_list(
        "pk", "case_id", "case__number", "due_at", "warn_at"
    ):
        back, ended = moved[number]
        clocks.append((due - back, warn - back, ended, pk))
        earliest[case] = min(earliest.get(case, due - back), due - back)
    for pk, number in Case.objects.values_list("pk", "number"):
        ended = moved[number][1]
        state = "done" if ended else "received"
        cases.append((state, ended, None if ended else earliest.get(pk), pk))
    with transaction.atomic():
        update(
            RightsRequest,
            ("received_at", "due_at", "completed_at", "outcome", "answer", "justification"),
            rows,
        )
        update(CaseClock, ("due_at", "warn_at", "met_at"), clocks)
        update(Case, ("state", "closed_at", "due_at"), cases)
        CaseTask.objects.filter(case__closed_at__isnull=False, done_at__isnull=True).delete()
        OutboxEvent.objects.update(is_delivered=True)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # what the server itself does within a minute


def update(model: type, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
    """Update rows by their primary key, which stands last."""
    from django.db import connection

    def stored(value: Any) -> Any:
        return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value

    setting = ", ".join(f"{column} = %s" for column in columns)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {model._meta.db_table} SET {setting} WHERE id = %s",  # type: ignore[attr-defined]
            [tuple(map(stored, row)) for row in rows],
        )


def measure(filled: Filled, *, rate: float, seconds: float, only: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("discreet")), "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            wait_for(f"{base}/privacy/")
            cookie = sign_in(base)
            settle()
            pages = {name: base + path for name, path in paths(filled).items() if only in name}
            for name, address in pages.items():
                print(
                    name, json.dumps(percentiles([address], cookie, rate=rate, seconds=seconds)), flush=True
                )
            if len(pages) > 1:
                found = percentiles(list(pages.values()), cookie, rate=rate, seconds=4 * seconds)
                print("all pages mixed", json.dumps(found), flush=True)
            print("load", os.getloadavg()[0])
        finally:
            server.terminate()


def paths(filled: Filled) -> dict[str, str]:
    requests = "/desk/requests/"
    return {
        "list": requests,
        "list, open, page 100": f"{requests}?page=100",
        "list, ended": f"{requests}?state=ended",
        "list, incomplete": f"{requests}?state=incomplete",
        "list, all": f"{requests}?state=all",
        "list, all, page 900": f"{requests}?state=all&page=900",
        "list, number": f"{requests}?state=all&q={filled.single}",
        "list, start of a number": f"{requests}?state=all&q=R-5",
        "board": f"{requests}board/",
        "figures": f"{requests}figures/",
        "figures, California": f"{requests}figures/?of=US-CA",
        "home": "/desk/",
        "case": f"{requests}{filled.single}/",
        "case of a batch": f"{requests}{filled.member}/",
        "batch": f"/desk/batches/{filled.batch}/",
        "status page": f"/privacy/request/{filled.token}/",
    }


def settle() -> None:
    """Wait until the worker has nothing left: evidence in order, events handed over."""
    from discreet.foundation.jobs.models import OutboxEvent
    from discreet.foundation.ledger.models import WaitingEntry

    for _ in range(600):
        if not OutboxEvent.objects.filter(is_delivered=False).exists() and not WaitingEntry.objects.exists():
            return
        time.sleep(0.5)
    raise SystemExit("the worker did not come to rest")


def sign_in(base: str) -> str:
    """Sign in through the form, as a person does; return the cookies."""
    jar = CookieJar()
    visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    visitor.open(f"{base}/account/login/").read()
    token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
    form = {"login": USER, "password": PASSWORD, "csrfmiddlewaretoken": token}
    with visitor.open(f"{base}/account/login/", urllib.parse.urlencode(form).encode()) as answer:
        if urllib.parse.urlsplit(answer.url).path != "/desk/":
            raise SystemExit(f"signing in led to {answer.url}")
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def wait_for(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def percentiles(addresses: Sequence[str], cookie: str, *, rate: float, seconds: float) -> dict[str, float]:
    """Ask pages in turn at a steady rate, however slow they answer; return milliseconds."""
    spent: list[float] = []
    failed = 0

    def ask(address: str) -> None:
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

    for address in [*addresses] * 4:  # the first ones compile templates, in each process
        ask(address)
    spent.clear()
    failed, threads = 0, []
    start = time.perf_counter()
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, start + number / rate - time.perf_counter()))
        thread = threading.Thread(target=ask, args=(addresses[number % len(addresses)],))
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
