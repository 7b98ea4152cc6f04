"""Who matches a request: the people rows it starts from. Sealed wherever it is stored.

Keys are kept as JSON with their types, so that a UUID or a date finds its row again.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from discreet.engines.subjects.graph import Key, TableRef
from discreet.engines.subjects.storage import from_json, to_json

_LABEL_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Root:
    """One row of a people table. `matched_by`: what of the row matched, e.g. ("email",)."""

    table: TableRef
    key: Key
    matched_by: tuple[str, ...]


class FactKind(StrEnum):
    """What a fact about a candidate says; pages hold the words."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    CUSTOMER_NUMBER = "customer_number"
    CITY = "city"
    SINCE = "since"
    LATEST = "latest"
    DELETED = "deleted"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that tells a candidate from another, masked: initials, a day (ISO 8601), row counts."""

    kind: FactKind
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """One candidate: all rows that are known to be the same person, and what tells them from others."""

    roots: tuple[Root, ...]
    facts: tuple[Fact, ...] = ()

    @property
    def matched_by(self) -> frozenset[str]:
        """The kinds of what was written by which any of the rows was found."""
        return frozenset(kind for root in self.roots for kind in root.matched_by)

    def goes_on(self, before: "Person") -> bool:
        """Say whether the rows found before are all among these: it is the same person, perhaps in more places."""
        rows = {(root.table, root.key) for root in self.roots}
        return {(root.table, root.key) for root in before.roots} <= rows

    def within(self, before: "Person") -> "Person | None":
        """Return the person with the rows found before and no other; None unless all of those are among these."""
        rows = {(root.table, root.key) for root in before.roots}
        if not self.goes_on(before):
            return None
        return Person(
            roots=tuple(one for one in self.roots if (one.table, one.key) in rows), facts=self.facts
        )


@dataclass(frozen=True, slots=True)
class Candidates:
    people: tuple[Person, ...]

    @property
    def only(self) -> Person | None:
        """The person, where exactly one was found."""
        return self.people[0] if len(self.people) == 1 else None

    def found_by(self, kinds: Collection[str]) -> "Candidates":
        """Return those who were found by all of these kinds of what was written."""
        return Candidates(people=tuple(one for one in self.people if one.matched_by >= set(kinds)))

    def sources(self) -> set[str]:
        return {root.table.source for person in self.people for root in person.roots}

    def labels(self) -> tuple[str, ...]:
        """Return what each candidate is chosen by. Other candidates, or others in all, have other labels.

        So a choice holds only for what was shown, whatever was found since and in whatever order.
        """
        shown = to_json([[[str(root.table), root.key] for root in person.roots] for person in self.people])
        return tuple(
            hashlib.sha256(f"{index}\0{shown}".encode()).hexdigest()[:_LABEL_LENGTH]
            for index in range(len(self.people))
        )

    def merged(self, chosen: Sequence[int]) -> "Candidates":
        """Return the chosen people as one person."""
        roots = [root for index in sorted(set(chosen)) for root in self.people[index].roots]
        return Candidates(people=(Person(roots=tuple(dict.fromkeys(roots))),))

    def to_json(self) -> str:
        people = [
            [
                [
                    [root.table.source, root.table.schema, root.table.table, root.key, root.matched_by]
                    for root in person.roots
                ],
                [[fact.kind.value, fact.text] for fact in person.facts],
            ]
            for person in self.people
        ]
        return to_json(people)

    @classmethod
    def from_json(cls, text: str) -> "Candidates":
        people: Any = from_json(text)
        return cls(
            people=tuple(
                Person(
                    roots=tuple(
                        Root(
                            table=TableRef(source=source, table=table, schema=schema),
                            key=tuple(key),
                            matched_by=tuple(matched_by),
                        )
                        for source, schema, table, key, matched_by in roots
                    ),
                    facts=tuple(Fact(FactKind(kind), text) for kind, text in facts),
                )
                for roots, facts in people
            )
        )
