"""Bad input does not break a verdict, and does not make one."""

import pytest

from discreet.engines.classify.judging import judge_table
from discreet.engines.classify.model import ColumnSample, Ground, Kind, TableSample
from discreet.engines.classify.single import verdict_of
from tests.engines.classify.pools import values_of


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(
    "values",
    [
        (),
        ("",),
        ("x",),
        ("\x00\ufffd",),
        ("a" * 1_000_000,),
        ('{"a": ' * 5_000,),
        ("<a>" * 50_000,),
        ("1" * 5_000,),
    ],
)
def test_any_value_of_any_kind_is_judged(kind: Kind, values: tuple[str, ...]) -> None:
    columns = [
        ColumnSample(name, kind=kind, values=values, was_read=True) for name in ("", "x", "note", "📞", "ID")
    ]
    verdicts = judge_table(TableSample("select", columns))
    assert verdicts.keys() == {"", "x", "note", "📞", "ID"}
    assert verdicts["x"].category == "none"


def test_a_table_without_columns_has_no_verdicts() -> None:
    assert judge_table(TableSample("", [])) == {}


def test_mixed_junk_is_nobodys() -> None:
    junk = [*values_of("skus", 20), *values_of("amounts", 20), *values_of("urls", 20), *values_of("md5", 20)]
    assert verdict_of("x", junk).category == "none"


def test_a_verdict_says_what_it_rests_on_and_holds_no_value() -> None:
    values = values_of("emails")
    verdict = verdict_of("email", values)
    assert {reason.ground for reason in verdict.reasons} >= {Ground.COLUMN_NAME, Ground.VALUES}
    assert not any(value in repr(verdict) for value in values)


def test_values_contradict_a_header() -> None:
    verdict = verdict_of("email", values_of("amounts"))
    assert verdict.category == "none"
    assert [reason.ground for reason in verdict.reasons] == [Ground.CONTRADICTED]


def test_what_a_person_owns_is_theirs_only_with_a_link() -> None:
    table = TableSample("meters", [ColumnSample("address", values=values_of("streets_en"), was_read=True)])
    assert judge_table(table)["address"].category == "none"
    assert judge_table(table, is_owned=True)["address"].category == "address"
