"""A database of a thousand tables: how long a scan takes and how much memory; and the data map's page over HTTP.

Every tenth table is of people, the others hang on one of them. Eight columns a table (sixteen for the page: 500
tables of them are its 8,000 fields), a few dozen rows each.
"""

import contextlib
import secrets
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import requests

from bench.discover.people import pool_of
from bench.discover.product import Installation, installation, postgresql_database
from bench.discover.values import VALUES, World

ROWS = 40
REQUESTS = 50
PEOPLE = ("full_name", "email", "mobile", "street", "city", "birth_date", "created_at")
THINGS = ("order_no", "amount", "status", "free_text", "sku", "created_at", "ip")
MORE = ("thing_name", "quantity", "uuid", "version", "kind", "hash", "percent", "currency")
Rows = list[tuple[Any, ...]]


def tables_of(count: int, columns: int) -> Iterator[tuple[str, list[str], Rows]]:
    """Yield name, columns and rows of each table."""
    rng = Random(f"wide/{count}")
    world = World(rng, pool_of("en_GB", rng), 0, 0, 0, 1, 0)
    for number in range(count):
        holder = f"person_{number // 10:03d}"
        if number % 10 == 0:
            name, concepts, first = holder, PEOPLE, ["id"]
        else:
            name, concepts, first = f"record_{number:04d}", THINGS[:-1], ["id", f"{holder}_id"]
        concepts = (*concepts, *MORE)[: columns - len(first)]
        rows = []
        for at in range(1, ROWS + 1):
            person = world.person()
            keys = [at] if len(first) == 1 else [at, rng.randrange(1, ROWS + 1)]
            rows.append((*keys, *(VALUES[concept](world, person) for concept in concepts)))
        yield name, [*first, *concepts], rows


def _create(name: str, columns: Sequence[str]) -> str:
    kinds = [
        "integer PRIMARY KEY" if one == "id" else "integer" if one.endswith("_id") else "text"
        for one in columns
    ]
    listed = ", ".join(f'"{one}" {kind}' for one, kind in zip(columns, kinds, strict=True))
    return f'CREATE TABLE "{name}" ({listed})'


def write_wide_sqlite(file: Path, count: int, columns: int) -> None:
    with contextlib.closing(sqlite3.connect(file)) as database:
        for name, headers, rows in tables_of(count, columns):
            database.execute(_create(name, headers))
            database.executemany(f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(headers))})', rows)
        database.commit()


def write_wide_postgresql(url: str, count: int, columns: int) -> None:
    import psycopg

    with psycopg.connect(url) as database:
        for name, headers, rows in tables_of(count, columns):
            database.execute(_create(name, headers))  # type: ignore[call-overload]
            with database.cursor().copy(f'COPY "{name}" FROM STDIN') as loading:  # type: ignore[call-overload]
                for row in rows:
                    loading.write_row(row)


@contextlib.contextmanager
def wide_database(count: int, columns: int, *, on_postgresql: bool) -> Iterator[str]:
    if on_postgresql:
        with postgresql_database() as url:
            write_wide_postgresql(url, count, columns)
            yield url
        return
    with tempfile.TemporaryDirectory(prefix="discreet-wide-") as folder:
        file = Path(folder) / "wide.sqlite"
        write_wide_sqlite(file, count, columns)
        yield f"sqlite:///{file}"


def print_wide(*, tables: int, on_postgresql: bool, with_page: bool) -> None:
    print("| work | measured |\n|---|---|")
    with wide_database(tables, 8, on_postgresql=on_postgresql) as url, installation() as product:
        connected = product.run("connect", "wide", url, "--read-only")
        kind = "PostgreSQL" if on_postgresql else "SQLite"
        told = f"{kind}, {tables:,} tables of 8 columns"
        print(f"| {told}: connect | {connected.seconds:.1f} s, peak {connected.peak_mb:.0f} MB |", flush=True)
        _, run = product.draw("wide", url)
        print(
            f"| {told}: scan, with the map as JSON | {run.seconds:.1f} s, peak {run.peak_mb:.0f} MB |",
            flush=True,
        )
    if with_page:
        with wide_database(500, 16, on_postgresql=False) as url, installation() as product:
            product.draw("wide", url)
            for path, times, size in page_times(product):
                print(
                    f"| {path} of 500 tables, 8,000 columns, {REQUESTS} requests | p50 {times[0]:.0f} ms,"
                    f" p95 {times[1]:.0f} ms, {size / 1024:.0f} KB |",
                    flush=True,
                )


def page_times(product: Installation) -> Iterator[tuple[str, tuple[float, float], int]]:
    """Yield path, (p50, p95) in milliseconds and size of the data map's pages, signed in as an administrator."""
    with serving(product) as base, requests.Session() as browser:
        browser.trust_env = False
        sign_in(product, browser, base)
        for path in ("/desk/map/", "/desk/map/source/wide/"):
            times = []
            for _ in range(REQUESTS):
                begun = time.monotonic()
                answer = browser.get(base + path, timeout=120, allow_redirects=False)
                times.append((time.monotonic() - begun) * 1000)
                if answer.status_code != 200:
                    raise SystemExit(f"bench: {path} answered {answer.status_code}")
            yield path, (statistics.median(times), p95(times)), len(answer.content)


def p95(times: Sequence[float]) -> float:
    return sorted(times)[max(0, -(-len(times) * 95 // 100) - 1)]


def sign_in(product: Installation, browser: requests.Session, base: str) -> None:
    password = secrets.token_urlsafe(16)
    command = ["staff", "add", "bench", "--role", "administrator", "--password-stdin"]
    subprocess.run(
        [sys.executable, "-m", "discreet", *command],
        input=password + "\n", text=True, check=True, capture_output=True, env=product.environment(),
    )  # fmt: skip
    page = f"{base}/account/login/"
    browser.get(page, timeout=60)
    form = {"login": "bench", "password": password, "csrfmiddlewaretoken": browser.cookies["csrftoken"]}
    answer = browser.post(page, data=form, headers={"Referer": page}, timeout=60, allow_redirects=False)
    if answer.status_code != 302:
        raise SystemExit(f"bench: signing in answered {answer.status_code}")


@contextlib.contextmanager
def serving(product: Installation) -> Iterator[str]:
    """Yield the address of a `discreet serve`; the demo mode asks for no second factor."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    serve = subprocess.Popen(
        [sys.executable, "-m", "discreet", "serve", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=product.environment(DISCREET_DEMO="1"),
    )  # fmt: skip
    base = f"http://localhost:{port}"
    try:
        _wait(base, serve)
        yield base
    finally:
        serve.terminate()
        serve.wait(30)


def _wait(base: str, serve: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and serve.poll() is None:
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"{base}/healthz", timeout=5, proxies={"http": ""}).ok:
                return
        time.sleep(0.1)
    raise SystemExit("bench: the server did not come up")
