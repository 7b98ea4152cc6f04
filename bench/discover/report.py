"""Figures as Markdown."""

from collections.abc import Iterable, Sequence

from bench.discover.scorer import Score, total_of

HEAD = (
    "| database | columns F1 | precision | recall | false personal | links recall | links precision | unjudged"
    " | people P / R |"
)


def row(score: Score) -> str:
    columns = score.columns
    return (
        f"| {score.name} | {columns.f1:.3f} | {columns.precision:.3f} | {columns.recall:.3f}"
        f" | {score.false_personal}/{score.none_columns} = {score.false_personal_share:.1%}"
        f" | {score.links.recall:.3f} | {score.proposed.precision:.3f} | {score.unjudged}"
        f" | {score.people.precision:.2f} / {score.people.recall:.2f} |"
    )


def print_scores(scores: Iterable[Score], *, worst: int, most: int = 12) -> None:
    """Print all scores and their total, then what was wrong with the `worst` of them, `most` lines of each."""
    rows = list(scores)
    print(HEAD)
    print("|" + "---|" * (HEAD.count("|") - 1))
    for one in [*rows, total_of(rows)]:
        print(row(one))
    print_misses(rows, worst=worst, most=most)


def print_misses(scores: Sequence[Score], *, worst: int, most: int) -> None:
    order = sorted(
        scores, key=lambda one: (one.columns.f1 + one.links.recall + one.proposed.precision, one.name)
    )
    for one in order[:worst]:
        if not one.misses:
            continue
        print(f"\n{one.name}: {len(one.misses)} wrong")
        for miss in one.misses[:most]:
            print(f"- {miss}")
        if len(one.misses) > most:
            print(f"- … and {len(one.misses) - most} more")
