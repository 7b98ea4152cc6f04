"""Invent databases whose truth is known: `python -m bench.discover.generate FOLDER --seed 7 --count 50`.

Each is a folder with `database.sqlite` and `truth.yaml`. The same seed gives the same databases. What is varied:
field of work, language and style of the headers, place of the values, kinds of keys, declared and undeclared
references, copies, polymorphic pairs, keys of two columns, creator and updater columns, soft deletes, columns that
are empty or nearly, empty tables, tables of one row, JSON, XML, free text with people in it, and what only looks
like personal data.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import yaml

from bench.discover.labels import truth_document
from bench.discover.rows import fill_rows
from bench.discover.schema import Schema, build_schema, plan
from bench.discover.write import write_sqlite


def invent(seed: int, count: int) -> Iterator[tuple[Schema, dict[str, list[dict[str, Any]]]]]:
    """Yield `count` schemas with their rows."""
    for number, (field_of_work, style) in enumerate(plan(seed, count)):
        rng = Random(f"{seed}/{number}")
        schema = build_schema(rng, f"g{number:02d}_{field_of_work}", field_of_work, style)
        yield schema, fill_rows(schema, rng)


def write_truth(schema: Schema, rows: dict[str, list[dict[str, Any]]], folder: Path, engine: str) -> None:
    text = yaml.safe_dump(truth_document(schema, rows, engine), allow_unicode=True, sort_keys=False)
    (folder / "truth.yaml").write_text(text, encoding="utf-8")


def generate(seed: int, folder: Path, count: int = 50) -> list[Path]:
    """Write `count` SQLite databases and their truths; return their folders."""
    folders = []
    for schema, rows in invent(seed, count):
        place = folder / schema.name
        place.mkdir(parents=True)
        write_sqlite(schema, rows, place / "database.sqlite")
        write_truth(schema, rows, place, "sqlite")
        folders.append(place)
    return folders


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, default=50)
    given = parser.parse_args()
    print(*generate(given.seed, given.folder, given.count), sep="\n")
