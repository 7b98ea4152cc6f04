"""Labelled columns are read, split without a leak of names, and averaged over the core classes alone."""

from pathlib import Path

import pytest
from bench.discover.columns import (
    CATEGORY_OF,
    Labelled,
    UnknownLabel,
    counts_of,
    cross_validated,
    folds_of,
    leakage,
    macro_f1,
    read_labelled,
)

from discreet.vocabulary.categories import ASSIGNABLE

HEAD = "column_name,records,output\n"


def columns(label: str, count: int, name: str = "") -> list[Labelled]:
    return [Labelled(name or f"{label}{at}", (f"{label}-{at}", "x"), label) for at in range(count)]


def test_both_forms_of_files_are_read(tmp_path: Path) -> None:
    table = tmp_path / "labelled.csv"
    table.write_text(HEAD + "mail,\"['a@b.c', '']\",EMAIL_ADDRESS\n", encoding="utf-8")
    assert read_labelled(table) == [Labelled("mail", ("a@b.c", ""), "EMAIL_ADDRESS")]
    tree = tmp_path / "labelled.json"
    tree.write_text('{"f": {"columns": {"level": {"records": [3, null]}}}}', encoding="utf-8")
    assert read_labelled(tree) == [Labelled("level", ("3", ""), "None")]


def test_a_label_without_a_category_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "labelled.csv"
    table.write_text(HEAD + "x,\"['1']\",SHOE_SIZE\n", encoding="utf-8")
    with pytest.raises(UnknownLabel, match="SHOE_SIZE"):
        read_labelled(table)


def test_every_label_has_a_category_of_the_vocabulary() -> None:
    assert set(CATEGORY_OF.values()) <= set(ASSIGNABLE)


def test_no_name_of_a_test_part_is_trained_on() -> None:
    given = [*columns("AGE", 6, "age"), *columns("AGE", 6), *columns("GENDER", 6)]
    parts = folds_of(given, 3, seed=1)
    assert sorted(one.name for part in parts for one in part) == sorted(one.name for one in given)
    names, values = leakage(given, parts)
    assert names == 0
    assert 0.5 <= values < 1
    remembered = cross_validated(
        given,
        parts,
        lambda training: lambda name, _: "age" if name in {one.name for one in training} else "none",
    )
    assert {said for _, said in remembered} == {"none"}


def test_the_mean_leaves_out_what_is_not_core_or_too_rare() -> None:
    told = [(one, "age") for one in columns("AGE", 5)]
    told += [(one, "none") for one in columns("GENDER", 5)]
    told += [(one, "email") for one in columns("EMAIL_ADDRESS", 4)]
    told += [(one, "none") for one in columns("None", 9)]
    counts = counts_of(told)
    assert (counts["age"].f1, counts["gender"].f1) == (1, 0)
    assert macro_f1(counts) == 0.5


def test_a_number_taken_for_a_phone_costs_precision_of_phones() -> None:
    told = [(one, "phone") for one in [*columns("PHONE_NUMBER", 5), *columns("GENERIC_ID", 5)]]
    assert counts_of(told)["phone"].precision == 0.5
