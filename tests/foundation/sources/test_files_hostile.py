"""Files made or grown to do harm, or merely too long: named, and the rest goes on."""

import csv
import gzip
from pathlib import Path

import pytest

from discreet.foundation.sources import queries
from tests.foundation.sources.test_files import connect, folder, names

__all__ = ["folder"]
pytestmark = [pytest.mark.duty("sources"), pytest.mark.django_db]


def test_a_packed_file_that_grows_without_end_is_named_and_the_rest_goes_on(folder: Path) -> None:
    with gzip.open(folder / "bomb.csv.gz", "wb") as file:
        file.write(b"id,email\n")
        for _ in range(800):
            file.write(b"a," * 60_000 + b"\n")
    (folder / "people.csv").write_text("id,email\n1,a@example.org\n", encoding="utf-8")
    assert set(connect(folder)) == {"people"}
    assert "bomb.csv.gz" in queries.describe("files").unreadable


def test_a_field_of_a_megabyte_is_read_and_leaves_other_readers_of_csv_alone(folder: Path) -> None:
    before = csv.field_size_limit()
    (folder / "long.csv").write_text("id,note\n1," + "x" * (1 << 20) + "\n2,short\n", encoding="utf-8")
    (folder / "head.csv").write_text("h" * 200_000 + "\nv\n", encoding="utf-8")
    tables = connect(folder)
    assert names(tables["long"]) == ("id", "note")
    assert csv.field_size_limit() == before
