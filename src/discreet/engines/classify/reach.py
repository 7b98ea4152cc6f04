"""Which tables a column could point at, without comparing every column with every table."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from discreet.engines.classify.headers import first_clause, read_header
from discreet.engines.classify.link_model import LinkColumn, LinkTable
from discreet.engines.classify.naming import (
    GENERIC_KEYS,
    Naming,
    alike,
    name_score,
    reference_words,
    split_letters,
    squeezed_score,
    stem,
    without_end,
)

MOST_BY_FORM = 6
_NAMES = re.compile(r"[A-Za-z_][A-Za-z0-9_]+|[\u4e00-\u9fff]{2,}")


@dataclass(frozen=True)
class Far:
    """A table that may be pointed at, with the words of its name and of its comment."""

    at: int
    table: LinkTable
    words: tuple[str, ...]
    comment_words: tuple[str, ...]
    is_in_initials: bool = False

    @cached_property
    def spellings(self) -> dict[str, float]:
        """How the table is called in one word, and how much that counts; initials of pinyin by the last word, too."""
        found = {self.words[-1]: 0.95} if self.is_in_initials and self.words else {}
        return {**found, "".join(self.words): 1.0}

    @cached_property
    def other_keys(self) -> tuple[LinkColumn, ...]:
        """Its other keys that somebody could point at: called after it, declared, or of people."""
        return tuple(
            key for key in self.table.other_keys if key.is_unique or self.table.people or self.owns(key)
        )

    def owns(self, key: LinkColumn) -> bool:
        """Return whether a key is called after its own table: `member_no` of members, and no reference elsewhere."""
        if key.name.lower() in GENERIC_KEYS:
            return True
        return name_score(reference_words(key.name), self.words, ()) >= 0.8 or self.squeezed(key.name) >= 0.95

    def squeezed(self, name: str) -> float:
        """Return how well a name written in one word fits the table."""
        return max(weight * squeezed_score(name, (spelled,)) for spelled, weight in self.spellings.items())


class Reach:
    """The tables of a schema, found by what a column is called, what its comment says, or what its values are like."""

    def __init__(self, tables: Sequence[LinkTable], naming: Naming) -> None:
        self.naming = naming
        self.all = [
            Far(
                at,
                table,
                naming.words(table.name),
                comment_words(table.comment, naming),
                naming.with_initials,
            )
            for at, table in enumerate(tables)
            if not table.is_view
        ]
        self.has_staff = any(table.people == "staff" for table in tables)
        self.by_table = {far.table.key: far for far in self.all}
        self._by_last: dict[str, list[Far]] = defaultdict(list)
        self._by_spelling: dict[str, list[Far]] = defaultdict(list)
        self._by_key: dict[str, list[Far]] = defaultdict(list)
        self._by_number: dict[str, list[Far]] = defaultdict(list)
        self._by_end: dict[str, list[Far]] = defaultdict(list)
        self._by_name: dict[str, list[Far]] = defaultdict(list)
        self._by_form: dict[str, list[tuple[Far, LinkColumn]]] = defaultdict(list)
        self._alike: dict[str, list[str]] = {}
        for far in self.all:
            self._add(far)

    def _add(self, far: Far) -> None:
        self._by_name[far.table.name.lower()].append(far)
        for words in {far.words, far.comment_words}:
            if words:
                self._by_last[words[-1]].append(far)
        for spelled in far.spellings:
            self._by_spelling[spelled].append(far)
        key = far.table.single_key
        for column in [*([key] if key else []), *far.other_keys]:
            self._by_key[column.name.lower()].append(far)
            if number := number_of(column.name):
                self._by_number[number].append(far)
            self._by_end["".join(split_letters(column.name))].append(far)
            if column.codes is not None and (column is key or column.is_unique or far.owns(column)):
                self._by_form[column.codes.form].append((far, column))

    def near(self, table: LinkTable, column: LinkColumn) -> list[Far]:
        """Return the tables that a column's name or comment may mean, in the order of the schema."""
        found: dict[int, Far] = {}
        own = self.by_table.get(table.key)
        lasts = {
            words[-1] for words in (reference_words(column.name), comment_words(column.comment)) if words
        }
        for far in (
            *([own] if own else []),
            *(far for last in lasts for word in self._alike_to(last) for far in self._by_last[word]),
            *self._spelled_in(column.name),
            *self._by_key.get(column.name.lower(), ()),
            *self._by_number.get(number_of(column.name), ()),
            *(far for name in mentioned(column.comment) for far in self._by_name.get(name, ())),
        ):
            found[far.at] = far
        return [found[at] for at in sorted(found)]

    def near_key(self, name: str) -> Sequence[Far]:
        """Return the tables that have a key of that name."""
        return self._by_key.get(name.lower(), [])

    def _spelled_in(self, name: str) -> Iterator[Far]:
        whole = stem(name)
        for start in range(len(whole) - 1):
            yield from self._by_spelling.get(whole[start:], ())
        letters = "".join(split_letters(name))
        for start in range(1, len(letters) - 1):
            yield from self._by_end.get(letters[start:], ())

    def _alike_to(self, word: str) -> list[str]:
        if word not in self._alike:
            self._alike[word] = [other for other in self._by_last if alike(word, other)]
        return self._alike[word]

    def by_form(self, table: LinkTable, column: LinkColumn) -> Iterator[tuple[Far, LinkColumn]]:
        """Yield keys of other tables whose values have the form of this column's: primary keys first, only a few."""
        codes = column.codes
        if codes is None:
            return
        fitting = [
            (far, key)
            for far, key in self._by_form.get(codes.form, ())
            if far.table is not table and key.codes is not None and codes.fits(key.codes)
        ]
        fitting.sort(
            key=lambda pair: (
                pair[1].codes is not None and pair[1].codes.head != codes.head,
                not pair[0].table.people,
                pair[0].table.primary_key != (pair[1].name,),
                pair[0].at,
            )
        )
        yield from fitting[: MOST_BY_FORM * (2 if codes.is_unguessable else 1)]


_NUMBERS_OF_PEOPLE = frozenset(["customer_no", "employee_no", "student_no"])


@lru_cache(maxsize=50_000)
def number_of(name: str) -> str:
    """Return which number of a person a header means (工号 and `employee_no` mean the same), or nothing."""
    meaning = read_header(name).meaning
    return meaning if meaning in _NUMBERS_OF_PEOPLE else ""


def comment_words(comment: str, naming: Naming | None = None) -> tuple[str, ...]:
    """Return what the first clause of a comment refers to, as of a header; nothing where it is a sentence."""
    clause = _clause(comment)
    if not clause:
        return ()
    return naming.words(clause) if naming else reference_words(without_end(clause))


@lru_cache(maxsize=20_000)
def _clause(comment: str) -> str:
    clause = first_clause(comment) if comment else ""
    return clause if len(clause) <= 40 and len(clause.split()) <= 4 else ""


@lru_cache(maxsize=20_000)
def mentioned(comment: str) -> tuple[str, ...]:
    """Return the names in a comment that may be a table's: `sys_user.id` → sys_user, id."""
    return tuple(dict.fromkeys(each.lower() for each in _NAMES.findall(comment[:300])))
