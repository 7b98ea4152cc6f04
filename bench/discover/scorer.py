"""Compare a map that Discreet drew (`discreet scan NAME --json`) with the truth of the database.

Columns. A verdict is personal unless it is `none` or missing; `unknown` is personal and never right, so that
asking back is no way to a better figure. A column of the truth that the map lacks has the verdict `none`.
Figures are micro-averaged over (column, category); ambiguous columns count on neither side.

Links. A link is found when its columns match, direction as in the truth; its kind is reported, not required. A
polymorphic link may name its type column or leave it out. Recall is over the truth's `links`, which are those
that somebody's data hangs on. Precision is over the links that the map proposes: right is what the truth lists
under `links` or `more_links` or what our list in `more-links/` adds. Where there is such a list it is meant to be
complete, and a proposed link that it lacks is wrong. Where there is none, a proposed link is judged only if both
its tables occur in the truth's links or subject tables; the others are counted as `unjudged`. A link all of whose
columns are ambiguous counts on neither side.

People. Precision and recall of the tables proposed as tables of people; tables in `ambiguous_tables` are not scored.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.discover.truth import Column, Link, Truth, fold, link_of

NOT_PERSONAL = "none"


@dataclass(frozen=True, slots=True)
class Count:
    """Right, wrongly given and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        given = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / given if given else 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one database, and what was wrong with it, in words."""

    name: str
    columns: Count = Count()
    none_columns: int = 0
    false_personal: int = 0
    # links: what was found and missed; and, apart from it, what was proposed
    links: Count = Count()
    proposed: Count = Count()
    unjudged: int = 0
    other_kind: int = 0
    people: Count = Count()
    misses: tuple[str, ...] = field(default=())

    @property
    def false_personal_share(self) -> float:
        return self.false_personal / self.none_columns if self.none_columns else 0.0


def total_of(scores: Iterable[Score]) -> Score:
    """Add up scores: micro-averaged."""
    rows = list(scores)
    return Score(
        name="all",
        columns=sum((one.columns for one in rows), Count()),
        none_columns=sum(one.none_columns for one in rows),
        false_personal=sum(one.false_personal for one in rows),
        links=sum((one.links for one in rows), Count()),
        proposed=sum((one.proposed for one in rows), Count()),
        unjudged=sum(one.unjudged for one in rows),
        other_kind=sum(one.other_kind for one in rows),
        people=sum((one.people for one in rows), Count()),
    )


def verdicts_of(drawn: Mapping[str, Any], truth: Truth) -> dict[Column, str]:
    """Return the map's verdict for each of its columns."""
    return {
        (fold(table, truth.tables), column.casefold()): str(facts.get("category") or NOT_PERSONAL)
        for table, content in drawn.get("tables", {}).items()
        for column, facts in content.get("columns", {}).items()
    }


def score(drawn: Mapping[str, Any], truth: Truth) -> Score:
    """Compare the map with the truth."""
    verdicts = verdicts_of(drawn, truth)
    columns, none_columns, false_personal, misses = _columns(verdicts, truth)
    proposed_links = [
        link_of(one["from"], one["to"], str(one.get("kind", "")), truth.tables)
        for one in drawn.get("links", [])
    ]
    links, proposed, unjudged, other_kind, link_misses = _links(proposed_links, truth)
    given = {fold(one, truth.tables) for one in drawn.get("people", [])} - truth.ambiguous_tables
    people = truth.people - truth.ambiguous_tables
    people_misses = [f"people missed: {one}" for one in sorted(people - given)]
    people_misses += [f"people extra: {one}" for one in sorted(given - people)]
    return Score(
        name=truth.name,
        columns=columns,
        none_columns=none_columns,
        false_personal=false_personal,
        links=links,
        proposed=proposed,
        unjudged=unjudged,
        other_kind=other_kind,
        people=Count(len(given & people), len(given - people), len(people - given)),
        misses=(*misses, *link_misses, *people_misses),
    )


def _columns(verdicts: Mapping[Column, str], truth: Truth) -> tuple[Count, int, int, list[str]]:
    right = wrong = missed = none_columns = false_personal = 0
    misses = []
    for column, expected in truth.columns.items():
        if column in truth.ambiguous:
            continue
        given = verdicts.get(column, NOT_PERSONAL)
        is_right = given == expected or given in truth.also.get(column, ())
        if expected == NOT_PERSONAL:
            none_columns += 1
            false_personal += not is_right
        elif is_right:
            right += 1
        else:
            missed += 1
        if not is_right:
            wrong += given != NOT_PERSONAL
            misses.append(f"column {'.'.join(column)}: {given}, not {expected}")
    return Count(right, wrong, missed), none_columns, false_personal, misses


def matches(given: Link, expected: Link) -> bool:
    """Say whether a proposed link is the expected one."""
    if expected.kind == "polymorphic":
        # The id stands last; the type column before it may be left out.
        has_id = expected.start[-1] in given.start
        return has_id and set(given.start) <= set(expected.start) and set(given.end) == set(expected.end)
    if len(given.start) != len(given.end):
        return False
    return set(zip(given.start, given.end, strict=True)) == set(
        zip(expected.start, expected.end, strict=True)
    )


def _links(proposed: list[Link], truth: Truth) -> tuple[Count, Count, int, int, list[str]]:
    def is_scored(link: Link) -> bool:
        return not link.columns <= truth.ambiguous

    required = [link for link in truth.links if is_scored(link)]
    known = frozenset[str]().union(truth.people, *(link.tables for link in truth.links))
    right = wrong = unjudged = other_kind = 0
    misses = [
        f"link missed: {link.told()}" for link in required if not any(matches(one, link) for one in proposed)
    ]
    for link in dict.fromkeys(proposed):
        expected = next((one for one in truth.links + truth.more_links if matches(link, one)), None)
        if expected is not None:
            right += 1
            other_kind += link.kind != expected.kind
        elif not is_scored(link):
            continue
        elif truth.has_all_links or link.tables <= known:
            wrong += 1
            misses.append(f"link extra: {link.told()}")
        else:
            unjudged += 1
    missed = sum(one.startswith("link missed") for one in misses)
    found = Count(right=len(required) - missed, missed=missed)
    return found, Count(right=right, wrong=wrong), unjudged, other_kind, misses
