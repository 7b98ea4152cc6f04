"""One table of 100,000 customers with 12 columns on PostgreSQL: how long its sample takes, and the verdicts."""

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import psycopg
from faker import Faker

from bench.discover.product import postgresql_database

ROWS = 100_000
RUNS = 7
COLUMNS = (
    "id int PRIMARY KEY, full_name text, email text, mobile text, birthday date, gender text, street text,"
    " postcode text, city text, id_number text, order_code text, remark text"
)


def _rows(rng: Random) -> Iterator[tuple[object, ...]]:
    fakes = [Faker(locale) for locale in ("zh_CN", "de_DE", "en_GB")]
    for number, fake in enumerate(fakes):
        fake.seed_instance(number)
    people = [
        (
            fake.name(),
            fake.email(),
            fake.phone_number(),
            fake.street_address(),
            fake.postcode(),
            fake.city(),
            fake.ssn(),
        )
        for fake in fakes
        for _ in range(2_000)
    ]
    for number in range(ROWS):
        name, email, phone, street, postcode, city, ssn = people[number % len(people)]
        born = f"{rng.randrange(1940, 2006)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
        remark = rng.choice(
            ("Call in the evening", "Wants the catalogue", "搬家后请更新地址", "Prefers e-mail")
        )
        yield (
            number, name, f"{number}{email}", phone, born, rng.choice("MF"), street, postcode, city, ssn,
            f"1{rng.randrange(10**9, 10**10)}", remark,
        )  # fmt: skip


@contextmanager
def _database() -> Iterator[str]:
    with postgresql_database() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE TABLE customer ({COLUMNS})")
            with connection.cursor() as cursor, cursor.copy("COPY customer FROM STDIN") as copy:
                for row in _rows(Random(7)):
                    copy.write_row(row)
            connection.execute("ANALYZE customer")
        yield url


def print_customer() -> None:
    """Print median, least and most of reading the sample and of judging it, over some runs."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "discreet.project.settings")
    import django

    django.setup()
    from discreet.engines.classify.judging import judge_table
    from discreet.foundation.datamap.proposing import sample_of, values_of
    from discreet.foundation.datamap.scan_reading import MAX_CHARS, SAMPLE_ROWS
    from discreet.foundation.sources import pools
    from discreet.foundation.sources.addresses import parse_address
    from discreet.foundation.sources.describing import describe
    from discreet.foundation.sources.dialects import dialect_of
    from discreet.foundation.sources.transactions import ReadSession

    with _database() as url:
        address = parse_address(url)
        dialect = dialect_of(address.engine)
        engine = dialect.open(address, home=Path("."), is_writer=False)
        read, judged, verdicts = [], [], {}
        for _ in range(RUNS):
            with engine.connect() as connection:
                catalogue = describe(connection, dialect, source="bench", address=address)
                connection.rollback()
                session = ReadSession(pools.Known("bench", 0, catalogue), connection)
                (table,) = catalogue.tables
                names = [column.name for column in table.columns]
                begun = time.perf_counter()
                rows = session.sample_spread(table.ref, names, limit=SAMPLE_ROWS, max_chars=MAX_CHARS)
                read.append(time.perf_counter() - begun)
                sample = sample_of(table, values_of(table, rows, names))
                begun = time.perf_counter()
                verdicts = judge_table(sample)
                judged.append(time.perf_counter() - begun)
        engine.dispose()
    print(f"{ROWS} rows, 12 columns, sample of {len(rows)}; {RUNS} runs, the first one cold\n")
    for what, times in (("reading the sample", read), ("verdict per column, all 12", judged)):
        shown = f"{statistics.median(times):.3f} s (min {min(times):.3f}, max {max(times):.3f})"
        print(f"| {what} | {shown} |")
    print()
    for name, verdict in verdicts.items():
        print(f"| {name} | {verdict.category} | {verdict.confidence_percent} % |")
