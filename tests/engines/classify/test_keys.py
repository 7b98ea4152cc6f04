"""What makes a column a key by its values; nothing of a single value stays."""

import pytest

from discreet.engines.classify.keys import codes_of
from discreet.engines.classify.model import Kind

TEXT = Kind.TEXT


@pytest.mark.parametrize(
    ("values", "form", "head"),
    [
        (["A-001", "A-002", "A-003", "A-104", "A-205"], "A-9", "A-"),
        (["ALFKI", "ANATR", "ANTON", "AROUT", "BERGS"], "A", ""),
        (["D100", "D101", "E102", "E103", "F104"], "A9", ""),
        (["00123", "00124", "00125", "00200", "00201"], "9x5", ""),
        (["qs.0f3a91bc.17", "qs.77ab01cd9e.18", "qs.1a2b3c4d5e.19", "qs.9f8e7d6c.20"], "A.x.9", ""),
        (["0076eebd-f057-44bd-a6bd-f4603511811a", "01dfd382-120b-4f25-a7b3-559053aedecf"], "uuid", ""),
        (["HBK7Q2M9X", "HB2ZZ34AA", "HBAA11BB2", "HBQ2W3E4R", "HB9A8B7C6"], "x", ""),
    ],
)
def test_codes_share_a_form(values: list[str], form: str, head: str) -> None:
    found = codes_of(values, TEXT)
    assert found is not None
    assert (found.form, found.head, found.is_distinct) == (form, head, len(values) >= 5)


@pytest.mark.parametrize(
    "values",
    [
        ["2024-01-01", "2024-01-02", "2024-02-03"],
        ["10.0.0.1", "10.0.0.2", "172.16.1.9"],
        ["12:30", "13:45", "08:00"],
        ["Anna Berg", "Bo Lind", "Cem Oz"],
        ["客户", "工单", "订单"],
        ["x" * 65, "y" * 65],
        [],
    ],
)
def test_dates_addresses_names_and_long_texts_are_no_codes(values: list[str]) -> None:
    assert codes_of(values, TEXT) is None


def test_numbers_with_decimals_are_no_codes_and_other_kinds_are_not_looked_at() -> None:
    assert codes_of(["1.5", "2.5", "3.25"], TEXT) is None
    assert codes_of(["2024-01-01"] * 5, Kind.DATE) is None


def test_a_head_shorter_than_five_values_is_not_told() -> None:
    found = codes_of(["MUELLER1", "MUELLER2"], TEXT)
    assert found is not None
    assert found.head == ""


def test_few_codes_fit_a_key_with_a_head_and_codes_of_another_head_do_not() -> None:
    key = codes_of(["Y0001", "Y0002", "Y0003", "Y0004", "Y0005"], TEXT)
    few = codes_of(["Y0001", "Y0002"], TEXT)
    others = codes_of(["M0001", "M0002", "M0003", "M0004", "M0005"], TEXT)
    assert key
    assert few
    assert others
    assert few.fits(key)
    assert not others.fits(key)
