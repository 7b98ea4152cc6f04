"""The miniature company of the rights tests, and a tombstone file of each test's own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.mechanisms.rights.conftest import (
    _fresh_pools,
    any_free_shop,
    company,
    free_shop,
    mariadb_company,
    postgresql_company,
    shop,
    sqlite_company,
)

__all__ = [
    "_fresh_pools",
    "any_free_shop",
    "company",
    "free_shop",
    "mariadb_company",
    "postgresql_company",
    "shop",
    "sqlite_company",
]


@pytest.fixture(autouse=True)
def tombstones() -> Iterator[Path]:
    folder: Path = settings.DISCREET_HOME / "tombstones"
    shutil.rmtree(folder, ignore_errors=True)
    yield folder / "tombstones.jsonl"
    shutil.rmtree(folder, ignore_errors=True)
