"""How well, and how fast, does Discreet find what is personal? `python -m bench.discover WHAT`.

    samples   --samples FOLDER    three known databases and their hand-made truth
    generated --seed N --count 50 invented databases; --postgresql: with comments, on a server
    columns   --trl FILE…         single columns that others labelled
    customer                      100,000 customers × 12 columns on PostgreSQL: sample and verdicts, timed apart
    wide      [--tables 1000]     a database of many tables: time, memory, and the data map's page

Servers are those of the tests (`tests/servers.py`). `--out FOLDER` keeps the maps that were drawn. Prints Markdown.
"""

import argparse
import os
from pathlib import Path


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.discover",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="what", required=True)
    samples = commands.add_parser("samples")
    samples.add_argument("--samples", type=Path, default=os.environ.get("DISCREET_SAMPLES"))
    generated = commands.add_parser("generated")
    generated.add_argument("--seed", type=int, required=True)
    generated.add_argument("--count", type=int, default=50)
    generated.add_argument("--postgresql", action="store_true")
    generated.add_argument("--jobs", type=int, default=1, help="installations side by side")
    for command in (samples, generated):
        command.add_argument("--out", type=Path, help="folder to keep the drawn maps in")
        command.add_argument("--misses", type=int, default=12, help="lines shown of each of the worst ten")
    columns = commands.add_parser("columns")
    columns.add_argument("--trl", type=Path, nargs="+", required=True)
    columns.add_argument("--folds", type=int, default=5)
    columns.add_argument("--seed", type=int, default=1)
    commands.add_parser("customer")
    wide = commands.add_parser("wide")
    wide.add_argument("--tables", type=int, default=1000)
    wide.add_argument("--postgresql", action="store_true")
    wide.add_argument("--page", action="store_true", help="time the data map's page too")
    given = parser.parse_args()
    if given.what == "samples" and given.samples is None:
        parser.error("samples: --samples FOLDER, or set DISCREET_SAMPLES")
    return given


def main() -> None:
    given = parsed()
    match given.what:
        case "samples":
            from bench.discover.databases import measure_known
            from bench.discover.report import print_scores

            print_scores(measure_known(given.samples, given.out), worst=10, most=given.misses)
        case "generated":
            from bench.discover.databases import measure_invented, measure_invented_postgresql
            from bench.discover.report import print_scores

            print(f"seed {given.seed}, {given.count} databases\n")
            if given.postgresql:
                scores = measure_invented_postgresql(given.seed, given.count, given.out)
            else:
                scores = measure_invented(given.seed, given.count, given.out, given.jobs)
            print_scores(scores, worst=10, most=given.misses)
        case "columns":
            from bench.discover.columns import print_columns

            print_columns(given.trl, folds=given.folds, seed=given.seed)
        case "customer":
            from bench.discover.customer import print_customer

            print_customer()
        case "wide":
            from bench.discover.wide import print_wide

            print_wide(tables=given.tables, on_postgresql=given.postgresql, with_page=given.page)


if __name__ == "__main__":
    main()
