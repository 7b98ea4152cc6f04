"""The databases that discovery is measured on: three known ones, and as many invented ones as asked for."""

import contextlib
import gzip
import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.discover.generate import generate, invent, write_truth
from bench.discover.product import (
    Failed,
    Installation,
    installation,
    mariadb_database,
    postgresql_database,
)
from bench.discover.scorer import Score, score
from bench.discover.truth import read_truth
from bench.discover.write import write_postgresql


def _text(file: Path) -> str:
    return gzip.decompress(file.read_bytes()).decode("utf-8")


@contextlib.contextmanager
def loaded(folder: Path) -> Iterator[str]:
    """Yield the address of a known database, loaded from its folder."""
    if mysql := sorted(folder.glob("mall*.sql.gz")):
        with mariadb_database(_text(mysql[0])) as url:
            yield url
    elif postgresql := sorted(folder.glob("*_psql.sql.gz")):
        import psycopg

        with postgresql_database() as url:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(_text(postgresql[0]))  # type: ignore[call-overload]
            yield url
    else:
        yield f"sqlite:///{next(iter(sorted(folder.glob('*.sqlite')))).absolute()}"


def measured(product: Installation, name: str, url: str, truth_file: Path, out: Path | None) -> Score:
    """Draw the map of a source and score it; a scan that fails is a map of nothing."""
    truth = read_truth(truth_file)
    try:
        drawn, _ = product.draw(name, url)
    except Failed as error:
        failed = score({}, truth)
        return Score(
            name=f"{name} (failed)", columns=failed.columns, none_columns=failed.none_columns, links=failed.links,
            people=failed.people, misses=(str(error),),
        )  # fmt: skip
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / f"{name}.json").write_text(json.dumps(drawn, ensure_ascii=False, indent=1), encoding="utf-8")
    return score(drawn, truth)


def measure_known(samples: Path, out: Path | None) -> list[Score]:
    scores = []
    with installation() as product:
        for truth in sorted(samples.glob("*/truth.yaml")):
            with loaded(truth.parent) as url:
                scores.append(measured(product, truth.parent.name, url, truth, out))
    return scores


def measure_invented(seed: int, count: int, out: Path | None, jobs: int = 1) -> list[Score]:
    """Measure invented SQLite databases, in `jobs` installations side by side."""
    with tempfile.TemporaryDirectory(prefix="discreet-invented-") as folder, ThreadPoolExecutor(jobs) as pool:
        places = generate(seed, Path(folder), count)

        def share(part: list[Path]) -> list[Score]:
            with installation() as product:
                return [
                    measured(
                        product,
                        place.name,
                        f"sqlite:///{place / 'database.sqlite'}",
                        place / "truth.yaml",
                        out,
                    )
                    for place in part
                ]

        parts = pool.map(share, [places[at::jobs] for at in range(jobs)])
        return sorted((one for part in parts for one in part), key=lambda one: one.name)


def measure_invented_postgresql(seed: int, count: int, out: Path | None) -> list[Score]:
    """As `measure_invented`, on PostgreSQL, where columns may have comments."""
    scores = []
    with tempfile.TemporaryDirectory(prefix="discreet-invented-") as folder, installation() as product:
        for schema, rows in invent(seed, count):
            place = Path(folder) / schema.name
            place.mkdir()
            write_truth(schema, rows, place, "postgresql")
            with postgresql_database() as url:
                write_postgresql(schema, rows, url)
                scores.append(measured(product, schema.name, url, place / "truth.yaml", out))
    return scores
