"""Single columns that others labelled (TRL Lab, MIT): macro-F1 per class, cross-validated.

Input: a CSV with `column_name`, `records` (a Python list of five values) and `output` (a label), or a JSON document
file → columns → records of columns that are about no person. Each is given alone, as a table of one column.

Core classes are the labels whose meaning is that of one of our categories and that name a fact about a person:
`CORE`. Left out of the mean, but never of the precision of the others: labels that are no personal data by
themselves here (`GENERIC_ID`: the number of a row; `URL`; `ORGANIZATION_NAME`; `SWIFT_CODE`, a bank's; `None`).
A core class of fewer than `LEAST` columns in the files is shown and not averaged: its F1 is chance.

The labels disagree with our categories in one thing: a `city`, `country` or `region` standing alone is `None` there
and an address in a table of people here. It stays counted against us.
"""

import ast
import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.discover.adapter import verdict_of
from bench.discover.scorer import NOT_PERSONAL, Count

CATEGORY_OF = {
    "PERSON_NAME": "name",
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "STREET_ADDRESS": "address",
    "ZIPCODE": "postal_code",
    "DATE_OF_BIRTH": "birth_date",
    "AGE": "age",
    "GENDER": "gender",
    "MARITAL_STATUS": "marital_status",
    "OCCUPATION": "employment",
    "EDUCATION_LEVEL": "education",
    "ETHNIC_GROUP": "ethnicity",
    "RELIGIOUS_GROUPS": "religion",
    "DISABILITY_GROUP": "disability",
    "SEXUALITY": "sexual_life",
    "PROTECTION_GROUP": "specific_identity",
    "SPOKEN_LANGUAGE": "language",
    "GEO_COORDINATES": "geo_location",
    "IP_ADDRESS": "ip_address",
    "IMEI_HARDWARE_ID": "device_id",
    "CREDIT_CARD_NUMBER": "payment_card",
    "IBAN_CODE": "bank_account",
    "PASSPORT": "passport",
    "ICD9_CODE": "health",
    "ICD10_CODE": "health",
    "MEDICAL_TERM": "health",
    "GENERIC_ID": NOT_PERSONAL,
    "URL": NOT_PERSONAL,
    "ORGANIZATION_NAME": NOT_PERSONAL,
    "SWIFT_CODE": NOT_PERSONAL,
    "None": NOT_PERSONAL,
}
CORE = tuple(sorted({category for category in CATEGORY_OF.values() if category != NOT_PERSONAL}))
LEAST = 5
WORST = 5

Verdict = Callable[[str, Sequence[str]], str]


class UnknownLabel(Exception):
    """A file holds a label that has no category yet."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A column with its label as we call it."""

    name: str
    values: tuple[str, ...]
    label: str

    @property
    def category(self) -> str:
        return CATEGORY_OF[self.label]


def read_labelled(file: Path) -> list[Labelled]:
    """Read the labelled columns of a CSV or JSON file.

    Raises:
        UnknownLabel: one of them has a label without a category.
    """
    if file.suffix == ".json":
        return [
            Labelled(name, tuple("" if value is None else str(value) for value in facts["records"]), "None")
            for table in json.loads(file.read_text(encoding="utf-8")).values()
            for name, facts in table["columns"].items()
        ]
    with file.open(encoding="utf-8", newline="") as text:
        columns = [
            Labelled(row["column_name"], tuple(map(str, ast.literal_eval(row["records"]))), row["output"])
            for row in csv.DictReader(text)
        ]
    if unknown := {one.label for one in columns} - CATEGORY_OF.keys():
        raise UnknownLabel(", ".join(sorted(unknown)))
    return columns


def folds_of(columns: Sequence[Labelled], folds: int, seed: int) -> list[list[Labelled]]:
    """Split by name, so that no name of a test part is in its training part; classes spread evenly."""
    rng = Random(f"folds/{seed}")
    names = sorted({(one.category, one.name) for one in columns})
    rng.shuffle(names)
    names.sort(key=lambda one: one[0])
    # A name with two labels goes where its first one goes.
    place: dict[str, int] = {}
    for at, (_, name) in enumerate(names):
        place.setdefault(name, at % folds)
    return [[one for one in columns if place[one.name] == fold] for fold in range(folds)]


def leakage(columns: Sequence[Labelled], parts: Sequence[Sequence[Labelled]]) -> tuple[float, float]:
    """Return how much of the test parts the training parts have seen: shares of names, and of all values.

    What is high in values says that remembering values would pass for understanding them.
    """
    seen_names = seen_values = total = total_values = 0
    for part in parts:
        test = set(map(id, part))
        training = [one for one in columns if id(one) not in test]
        names = {one.name for one in training}
        values = {value for one in training for value in one.values}
        for one in part:
            total += 1
            seen_names += one.name in names
            total_values += len(one.values)
            seen_values += sum(value in values for value in one.values)
    return seen_names / max(total, 1), seen_values / max(total_values, 1)


def cross_validated(
    columns: Sequence[Labelled],
    parts: Sequence[Sequence[Labelled]],
    train: Callable[[Sequence[Labelled]], Verdict],
) -> list[tuple[Labelled, str]]:
    """Return a verdict for each column by what was trained on the other parts; rules train on nothing."""
    told = []
    for part in parts:
        test = set(map(id, part))
        verdict = train([one for one in columns if id(one) not in test])
        told += [(one, verdict(one.name, one.values)) for one in part]
    return told


def counts_of(told: Iterable[tuple[Labelled, str]]) -> dict[str, Count]:
    """Return for each category what was right, wrongly given and missed."""
    counts: dict[str, Count] = {}
    for one, given in told:
        if given == one.category:
            counts[given] = counts.get(given, Count()) + Count(right=1)
            continue
        counts[given] = counts.get(given, Count()) + Count(wrong=1)
        counts[one.category] = counts.get(one.category, Count()) + Count(missed=1)
    return counts


def macro_f1(counts: dict[str, Count]) -> float:
    """Return the mean F1 of the core classes that the files hold enough of."""
    averaged = [
        count.f1 for name, count in counts.items() if name in CORE and count.right + count.missed >= LEAST
    ]
    return sum(averaged) / len(averaged) if averaged else 0.0


def print_columns(files: Sequence[Path], *, folds: int, seed: int) -> None:
    columns = [one for file in files for one in read_labelled(file)]
    parts = folds_of(columns, folds, seed)
    names, values = leakage(columns, parts)
    told = cross_validated(columns, parts, lambda training: verdict_of)
    counts = counts_of(told)
    print(
        f"{len(columns)} columns, {folds} folds by name (seed {seed}); of the test parts, training has seen"
    )
    print(f"{names:.0%} of the names and {values:.0%} of the values\n")
    print(f"macro-F1, core classes: {macro_f1(counts):.3f}\n")
    print("| class | columns | precision | recall | F1 |\n|---|---|---|---|---|")
    by_f1 = sorted(counts, key=lambda name: (counts[name].f1, name))
    for name in sorted(by_f1, key=lambda name: (name not in CORE, counts[name].f1)):
        count = counts[name]
        support = count.right + count.missed
        mark = "" if name in CORE and support >= LEAST else " (not averaged)"
        print(f"| {name}{mark} | {support} | {count.precision:.3f} | {count.recall:.3f} | {count.f1:.3f} |")
    print_confusion(
        told, [name for name in by_f1 if counts[name].right + counts[name].missed >= LEAST][:WORST]
    )


def print_confusion(told: Sequence[tuple[Labelled, str]], worst: Sequence[str]) -> None:
    for name in worst:
        missed = Counter((one.label, given) for one, given in told if one.category == name != given)
        wrong = Counter((one.label, given) for one, given in told if given == name != one.category)
        print(f"\n{name}")
        for (label, given), number in missed.most_common(4):
            heads = sorted({one.name for one, said in told if (one.label, said) == (label, given)})
            print(f"- {number} × {label} called {given}: {', '.join(heads[:6])}")
        for (label, _), number in wrong.most_common(4):
            heads = sorted({one.name for one, said in told if (one.label, said) == (label, name)})
            print(f"- {number} × {label} taken for it: {', '.join(heads[:6])}")
