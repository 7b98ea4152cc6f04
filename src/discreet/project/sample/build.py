"""Build the sample company's two SQLite databases. The same seed gives the same rows."""

import random
import sqlite3
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from discreet.project.sample.cast import CAST
from discreet.project.sample.shop import Row, ShopBuilder
from discreet.project.sample.support import SupportBuilder

SEED = 20_260_302
_SAMPLE = files("discreet.project.sample")


@dataclass(frozen=True, slots=True)
class SampleCompany:
    shop: Path
    support: Path

    @property
    def is_complete(self) -> bool:
        return self.shop.exists() and self.support.exists()


def sample_company(folder: Path) -> SampleCompany:
    """Return where the databases stand in `folder`, built or not."""
    return SampleCompany(shop=folder / "shop.sqlite", support=folder / "support.sqlite")


def map_text() -> str:
    """Return the committed data map of the sample company."""
    return _SAMPLE.joinpath("map.yaml").read_text(encoding="utf-8")


def truth_text() -> str:
    """Return where the named persons stand."""
    return _SAMPLE.joinpath("truth.yaml").read_text(encoding="utf-8")


def build(folder: Path) -> SampleCompany:
    """Build both databases in `folder`, replacing them. An interrupted build leaves no database behind."""
    folder.mkdir(parents=True, exist_ok=True)
    company = sample_company(folder)
    shop = ShopBuilder(random.Random(SEED))  # noqa: S311 - invented rows, not secrets
    ids = shop.add_cast()
    shop.add_crowd()
    support = SupportBuilder(random.Random(SEED + 1))  # noqa: S311
    support.add_cast(ids)
    support.add_crowd(shop.rows.customer[len(CAST) :])
    _write(company.shop, "shop", list(shop.rows.tables()))
    _write(company.support, "support", list(support.rows.tables()))
    return company


def _write(path: Path, name: str, tables: list[tuple[str, list[Row]]]) -> None:
    unfinished = path.with_suffix(".unfinished")
    for old in (unfinished, path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        old.unlink(missing_ok=True)
    connection = sqlite3.connect(unfinished)
    connection.executescript(_SAMPLE.joinpath(f"{name}.sql").read_text(encoding="utf-8"))
    with connection:
        for table, rows in tables:
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our own names
    connection.executescript(_SAMPLE.joinpath(f"{name}-indexes.sql").read_text(encoding="utf-8"))
    connection.close()
    unfinished.rename(path)
