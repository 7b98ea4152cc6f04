"""A package is written, kept and handed over as a stream: cut or changed it is not handed over at all."""

import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discreet.engines.subjects.standins import Another, Document, Edited, Held
from discreet.foundation.desk.csv_cells import FORMULA_STARTS
from discreet.foundation.keys import api as keys
from discreet.mechanisms.rights.copying import delivery
from discreet.mechanisms.rights.copying.package import PAGE_ROWS, About, TableData, build
from discreet.mechanisms.rights.copying.values import csv_cell, plain
from discreet.mechanisms.rights.refusals import NoPackage
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, ANN, NOW
from tests.mechanisms.rights.driving import failures, hand_over, planned, work
from tests.mechanisms.rights.packages import MADE_AT, zipped
from tests.mechanisms.rights.test_package import delivered, link_of


class Counted(io.RawIOBase):
    """A sink that keeps nothing and cannot go back."""

    size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        length = memoryview(data).nbytes  # type: ignore[arg-type]
        self.size += length
        return length


def many(rows: int) -> Iterator[tuple[object, ...]]:
    return ((number, f"row {number} " + "x" * 200, None) for number in range(rows))


def table_of(rows: Iterator[tuple[object, ...]]) -> TableData:
    return TableData(source="shop", table="big", columns=("id", "words", "none"), rows=rows, meanings={})


def peak_of(rows: int, folder: Path) -> int:
    about = About(number="R-1", company="Co", language="en", made_at=MADE_AT)
    tracemalloc.start()
    sink = Counted()
    written = build(stream=sink, folder=folder, about=about, tables=[table_of(many(rows))])  # type: ignore[arg-type]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert written.rows == {"shop.big": rows} and sink.size > rows
    return peak


def test_ten_times_the_rows_need_no_more_memory(tmp_path: Path) -> None:
    peak_of(100, tmp_path)  # what is loaded once
    small, large = peak_of(2_000, tmp_path), peak_of(16_000, tmp_path)
    assert large < small + 3 * 2**20
    assert list(tmp_path.iterdir()) == []


def test_the_page_shows_the_first_rows_of_a_large_table_and_names_its_file() -> None:
    archive = zipped([table_of(many(PAGE_ROWS + 5))])
    html = archive.read("index.html").decode()
    assert f"The first {PAGE_ROWS} of {PAGE_ROWS + 5} rows" in html and 'href="csv/shop.big.csv"' in html
    assert html.count("<tr>") == PAGE_ROWS + 1
    data = json.loads(archive.read("data.json"))["sources"]["shop"]["big"]
    assert len(data) == PAGE_ROWS + 5


def test_a_package_that_was_cut_or_changed_is_not_handed_over(shop: Company, client: Client) -> None:
    number = delivered(ANN)
    path = delivery.package_path(number)
    whole = path.read_bytes()
    for broken in (whole[:-1], whole[: len(whole) // 2], whole[:60] + b"x" + whole[61:], whole + b"x", b""):
        path.write_bytes(broken)
        with pytest.raises(keys.SealBroken):
            delivery.take_package(actor=AGENT, now=NOW, number=number)
    path.write_bytes(whole)
    answer = client.post(f"/privacy/package/{number}/{link_of(number)}/")
    assert answer.streaming
    assert zipfile.ZipFile(io.BytesIO(answer.getvalue())).testzip() is None


def test_a_package_made_before_is_still_handed_over(shop: Company) -> None:
    """One that lies sealed as a whole, from before the update, can be fetched until its link runs out."""
    number = delivered(ANN)
    delivery.package_path(number).write_bytes(keys.seal(number, b"zip", delivery.AAD))
    assert b"".join(delivery.read_package(number)) == b"zip"
    delivery.remove_package(number)
    with pytest.raises(NoPackage):
        delivery.read_package(number)


def test_a_package_that_failed_half_way_is_none(shop: Company) -> None:
    number = planned("access", ANN)
    delivery.remove_package(number)  # another test's, of the same number
    shop.fill(("DROP TABLE login",))
    hand_over(number)
    work()
    assert failures() != []
    assert not delivery.package_path(number).exists()
    with pytest.raises(NoPackage):
        delivery.read_package(number)


values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.text(), st.binary(max_size=20), st.dates(),
        st.just(Held("payment_card")), st.just(Another("B")),
        st.text(min_size=1).map(lambda text: Edited((text, Held("secret"), text))),
    ),
    lambda inner: st.lists(inner, max_size=3).map(Document),
    max_leaves=4,
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(values, values), max_size=4), st.text(min_size=1, max_size=20))
def test_whatever_stands_in_a_table_its_package_is_whole_and_safe(
    rows: list[tuple[object, ...]], name: str
) -> None:
    """Data fits its schema, no cell is a formula, no markup runs, no file leaves its folder."""
    table = TableData(source=name, table=name, columns=("=one", "two"), rows=rows, meanings={})
    archive = zipped([table])
    (entry,) = [one for one in archive.namelist() if one.startswith("csv/")]
    assert entry.count("/") == 1 and ".." not in entry and entry.isprintable()
    for row in rows:
        for value in row:
            cell = csv_cell(value)
            assert isinstance(value, int) or not cell.lstrip().startswith(FORMULA_STARTS)
            assert isinstance(plain(value), str | int | float | None)
    html = archive.read("index.html").decode()
    assert html.count("<script") == 0 and html.count("<style>") == 1
    assert "default-src 'none'; style-src 'sha256-" in html
