"""Measure a package: seconds and memory of one person's copy of many rows, made and handed over.

    .venv/bin/python -m bench.rights_package [--rows 100000] [--url postgresql://…]

Uses a new home in a temporary folder and removes it. Without --url the rows lie in a SQLite file beside it.
The memory is the highest resident size of a process that does nothing else than a worker does: it starts,
connects, finds the rows, writes the package and, in a second process, hands it over.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

MAP = """
version: 1
sources:
  bench:
    tables:
      customer:
        people: true
        columns: {id: none, email: email, phone: phone, name: name, passport: passport}
      orders:
        columns: {id: none, customer_id: none, placed_on: none, ship_name: name, ship_email: email, note: free_text,
          total: purchase, card: payment_card, item: none, status: none}
        links:
        - {columns: [customer_id], to: customer, to_columns: [id], role: owner}
"""
PEOPLE = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--url", default="")
    parser.add_argument("--step", choices=["make", "hand-over"], help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="discreet-bench-")) if options.home is None else None
    home = options.home or (folder or Path()) / "home"
    home.mkdir(exist_ok=True)
    os.environ["DISCREET_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "discreet.project.settings"
    import django

    django.setup()
    if options.step:
        _step(options.step)
        return
    try:
        _prepare(options.url or f"sqlite:///{home.parent / 'bench.sqlite'}", rows=options.rows)
        for step in ("make", "hand-over"):
            _in_a_process_of_its_own(step, home)
    finally:
        shutil.rmtree(home.parent)


def _in_a_process_of_its_own(step: str, home: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "bench.rights_package", "--step", step, "--home", str(home)], check=True
    )


def _prepare(url: str, *, rows: int) -> None:
    import sqlalchemy as sa
    from django.core.management import call_command

    from discreet.engines.subjects.identity import Identity
    from discreet.foundation.datamap.actions import apply_map
    from discreet.foundation.keys.api import ensure_keyring
    from discreet.foundation.sources.actions import connect_source
    from discreet.mechanisms.rights.actions import proving, receiving

    call_command("migrate", verbosity=0)
    ensure_keyring()
    drivers = {
        "mysql://": "mysql+pymysql://",
        "mariadb://": "mysql+pymysql://",
        "postgresql://": "postgresql+psycopg://",
    }
    filled = next((url.replace(one, own, 1) for one, own in drivers.items() if url.startswith(one)), url)
    engine = sa.create_engine(filled)
    _fill(engine, rows=rows)
    now = datetime.now(UTC)
    operator = _operator()
    connect_source(actor=operator, now=now, name="bench", url=url, write_url=None)
    apply_map(actor=operator, now=now, text=MAP)
    received = receiving.receive_request(
        actor=operator,
        now=now,
        kind="access",
        claim=Identity(email="person1@example.com"),
        residence="DE",
        channel="shell",
    )
    proving.verify_identity(actor=operator, now=now, number=received.number, reason="bench")


def _fill(engine: "sa.Engine", *, rows: int) -> None:  # type: ignore[name-defined]  # noqa: F821
    import sqlalchemy as sa

    customers = [
        (n, f"person{n}@example.com", f"+4144668{n:05}", f"Person Number{n}") for n in range(1, PEOPLE)
    ]
    with engine.begin() as connection:
        for table in ("orders", "customer"):
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {table}"))
        connection.execute(
            sa.text(
                "CREATE TABLE customer (id integer PRIMARY KEY, email varchar(80), phone varchar(20),"
                " name varchar(80), passport varchar(20))"
            )
        )
        connection.execute(
            sa.text(
                "CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, placed_on date,"
                " ship_name varchar(80), ship_email varchar(80), note varchar(200), total numeric(10, 2),"
                " card varchar(20), item varchar(80), status varchar(10))"
            )
        )
        connection.execute(sa.text("CREATE INDEX bench_owner ON orders (customer_id)"))
        connection.execute(sa.text("CREATE INDEX bench_email ON customer (email)"))
        connection.execute(
            sa.text("INSERT INTO customer VALUES (:id, :email, :phone, :name, :passport)"),
            [
                {"id": n, "email": email, "phone": phone, "name": name, "passport": f"C{n:08}"}
                for n, email, phone, name in customers
            ],
        )
        total = rows * 5 // 2  # a link that led to more than half of a table would be doubted
        for start in range(0, total, 10_000):
            connection.execute(
                sa.text(
                    "INSERT INTO orders VALUES (:id, :owner, '2026-01-02', :name, :email, :note, 12.50, :card,"
                    " :item, 'paid')"
                ),
                [
                    {
                        "id": n,
                        "owner": 1 if n <= rows else 2 + n % (PEOPLE - 2),
                        "name": "Person Number1" if n % 3 else f"Person Number{n % 500}",
                        "email": "person1@example.com" if n % 3 else f"person{n % 500}@example.com",
                        "note": f"Left with the neighbour, please ring {n}; ask +41 44 668 {n % 90 + 10} 02",
                        "card": "4111111111111111",
                        "item": f"Article number {n} in blue, size {n % 50}",
                    }
                    for n in range(start + 1, min(total, start + 10_000) + 1)
                ],
            )
    engine.dispose()


def _step(step: str) -> None:
    from discreet.mechanisms.rights.copying import delivery
    from discreet.mechanisms.rights.models import RightsRequest

    number = RightsRequest.objects.get().number
    idle_mb, started, busy = _resident_mb(), time.perf_counter(), time.process_time()
    made = _make(number) if step == "make" else sum(map(len, delivery.read_package(number)))
    took, busy = time.perf_counter() - started, time.process_time() - busy
    size_mb = delivery.package_path(number).stat().st_size / 1e6
    what = f"{made:,} rows" if step == "make" else f"{made / 1e6:.1f} MB"
    print(
        f"{step}: {what} in {took:.1f} s ({busy:.1f} s of this process), {idle_mb:.0f} MB resident before, {_resident_mb():.0f} MB at most; "
        f"the file has {size_mb:.1f} MB",
        flush=True,
    )


def _make(number: str) -> int:
    """Find the person, plan and accept, and write the package: all that a worker does for it."""
    from dataclasses import replace

    from discreet.mechanisms.rights import preparing, queries
    from discreet.mechanisms.rights.actions import deciding
    from discreet.mechanisms.rights.copying import delivery
    from discreet.mechanisms.rights.models import Batch

    now, batch_id = datetime.now(UTC), queries.batch_of(number)
    preparing.prepare_batch(batch_id, _operator(), now)
    for name in ("first", "second"):  # whoever decides second, where sensitive data leaves, is another person
        deciding.accept_access(actor=replace(_operator(), name=name), now=now, batch_id=batch_id)
    return delivery.deliver_package(batch_id, Batch.objects.get(pk=batch_id).run, number, now)


def _operator() -> "Actor":  # type: ignore[name-defined]  # noqa: F821
    from discreet.vocabulary.actors import Actor, ActorKind, Role

    roles = frozenset({Role.AGENT, Role.APPROVER, Role.ADMINISTRATOR})
    return Actor(kind=ActorKind.SHELL, name="bench", roles=roles)


def _resident_mb() -> float:
    """Return the highest resident size so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
