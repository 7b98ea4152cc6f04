"""Build the sample company's databases and files. The same seed gives the same rows."""

import random
import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from discreet.project.sample.cast import CAST
from discreet.project.sample.exports import write_files
from discreet.project.sample.loyalty import LoyaltyBuilder
from discreet.project.sample.marketing import MarketingBuilder
from discreet.project.sample.shop import ShopBuilder
from discreet.project.sample.shop_office import Office, Row
from discreet.project.sample.support import SupportBuilder

SEED = 20_260_302
DATABASES = ("shop", "support", "marketing", "loyalty")
_SAMPLE = files("discreet.project.sample")


@dataclass(frozen=True, slots=True)
class SampleCompany:
    """Where the company's data stand. `databases`: source name → path; `files`: a folder, only read."""

    databases: Mapping[str, Path]
    files: Path

    @property
    def is_complete(self) -> bool:
        return self.files.exists() and all(path.exists() for path in self.databases.values())


def sample_company(folder: Path) -> SampleCompany:
    """Return where the databases and files stand in `folder`, built or not."""
    return SampleCompany(
        databases={name: folder / f"{name}.sqlite" for name in DATABASES}, files=folder / "files"
    )


def map_text() -> str:
    """Return the committed data map of the sample company's databases."""
    return _SAMPLE.joinpath("map.yaml").read_text(encoding="utf-8")


def truth_text() -> str:
    """Return where the named persons stand."""
    return _SAMPLE.joinpath("truth.yaml").read_text(encoding="utf-8")


def ground_truth_text(source: str) -> str:
    """Return what every table and column of a source is, links and people included."""
    return _SAMPLE.joinpath("ground-truth", f"{source}.yaml").read_text(encoding="utf-8")


def build(folder: Path) -> SampleCompany:
    """Build databases and files in `folder`, replacing them. An interrupted build leaves none half made."""
    folder.mkdir(parents=True, exist_ok=True)
    company = sample_company(folder)
    shop = ShopBuilder(_generator(0), Office(_generator(2)))
    ids = shop.add_cast()
    shop.add_crowd()
    customers, crowd = shop.rows.customer, shop.rows.customer[len(CAST) :]
    support = SupportBuilder(_generator(1), _generator(3))
    support.add_cast(ids)
    support.add_crowd(crowd)
    marketing = MarketingBuilder(_generator(4))
    marketing.add_cast(ids)
    marketing.add_crowd(crowd)
    loyalty = LoyaltyBuilder(_generator(5), shop.rows.address)
    loyalty.add_cast(customers)
    loyalty.add_crowd(crowd)
    for name, tables in (
        ("shop", shop.rows.tables()),
        ("support", support.rows.tables()),
        ("marketing", marketing.rows.tables()),
        ("loyalty", loyalty.rows.tables()),
    ):
        _write(company.databases[name], name, list(tables))
    unfinished = company.files.with_suffix(".unfinished")
    for old in (unfinished, company.files):
        shutil.rmtree(old, ignore_errors=True)
    write_files(unfinished, _generator(6), shop.rows)
    unfinished.rename(company.files)
    return company


def _generator(number: int) -> random.Random:
    """Return a generator of a part's own: a part that changes leaves the rows of the others as they were."""
    return random.Random(SEED + number)  # noqa: S311 - invented rows, not secrets


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
