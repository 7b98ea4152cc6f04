"""Rows whose e-mail or phone column holds a value, in whatever spelling: the index first, then a named scan.

One statement serves all values of a batch.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from discreet.engines.subjects.found import NotCovered, Step
from discreet.engines.subjects.graph import Column, Key, Match, Table
from discreet.engines.subjects.keys import MAX_INTEGER, loose
from discreet.engines.subjects.reader import Reader, Row, Select
from discreet.vocabulary.normalise import normalise_email, normalise_phone, phone_digits, phone_spellings

_TAIL = 6  # digits that two spellings of one phone number always share
_MOST_PATTERNS = 40  # more digit runs than this are cheaper compared here than by the server
_ENDINGS = (" ", "\t", "\r", "\n", "\r\n")
_LEAST_DIGITS = 5  # fewer digits are an extension or a typing error, and would match strangers


@dataclass(frozen=True, slots=True)
class Wanted:
    """One value to look for: `spellings` for the index, `normalised` to compare with what comes back."""

    kind: Match
    text: str
    normalised: str | None
    spellings: tuple[str, ...]
    region: str | None = None

    def accepts(self, stored: object) -> bool:
        text = str(stored)
        if text == self.text:
            return True
        if self.kind is Match.EMAIL:
            return self.normalised is not None and normalise_email(text) == self.normalised
        if self.kind is Match.PHONE:
            return self._is_same_phone(text)
        return loose(text) == loose(self.text)

    def _is_same_phone(self, text: str) -> bool:
        other = normalise_phone(text, region=self.region)
        if other is not None and self.normalised is not None:
            return other == self.normalised
        digits = phone_digits(text)
        return len(digits) >= _LEAST_DIGITS and any(digits == phone_digits(one) for one in self.spellings)


def wanted_email(text: str) -> Wanted:
    normalised = normalise_email(text)
    spellings = dict.fromkeys(one for one in (text, text.strip(), normalised) if one)
    return Wanted(Match.EMAIL, text, normalised, tuple(spellings))


def wanted_phone(text: str, *, region: str | None = None) -> Wanted:
    normalised = normalise_phone(text, region=region)
    usual = phone_spellings(normalised) if normalised else ()
    spellings = dict.fromkeys((text, text.strip(), *usual))
    return Wanted(Match.PHONE, text, normalised, tuple(spellings), region)


def wanted_exact(text: str) -> Wanted:
    return Wanted(Match.EXACT, text, text, (text,))


def wanted(kind: Match, text: str, *, region: str | None = None) -> Wanted:
    if kind is Match.EMAIL:
        return wanted_email(text)
    return wanted_phone(text, region=region) if kind is Match.PHONE else wanted_exact(text)


def _ends_with(tails: Sequence[str]) -> Callable[[str], object] | None:
    """Return what tells whether the last digits of an ASCII text may be one of `tails`; None without any."""
    if not tails:
        return None
    return re.compile("|".join(r"[^0-9]*".join(tail) for tail in tails).join(("(?:", r")[^0-9]*\Z"))).search


@dataclass(frozen=True, slots=True)
class Bounds:
    """Rows of a table that a search without index may look through, and that it may fetch."""

    scan_rows: int
    read_rows: int


@dataclass(slots=True)
class Lookup:
    """`hits`: (index into the wanted values, row with the columns asked for). A row may come twice."""

    hits: list[tuple[int, Row]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    not_searched: list[NotCovered] = field(default_factory=list)
    depth: str = "indexed"


def is_indexed(table: Table, column: Column) -> bool:
    return column.indexed or column.unique or table.primary_key[:1] == (column.name,)


def _with_blanks(text: str) -> Iterator[str]:
    """Yield a text as careless imports leave it: an index finds no other than what is named."""
    yield text
    yield " " + text
    yield from (text + end for end in _ENDINGS)


class Finder:
    """Looks for values in one column. `columns` are returned for each row found."""

    def __init__(
        self,
        *,
        reader: Reader,
        table: Table,
        column: Column,
        columns: tuple[str, ...],
        values: Sequence[Wanted],
        bounds: Bounds,
        limit: int | None = None,
        equals: Mapping[str, str] | None = None,
    ) -> None:
        self.reader = reader
        self.table = table
        self.column = column
        self.values = values
        self.bounds = bounds
        self.limit = limit
        self.equals = equals
        self.width = len(columns)
        self.columns = (*columns, column.name)
        self.result = Lookup()

    @property
    def scans(self) -> bool:
        """Whether `find` will look through the column without an index. It depends on no row."""
        if not self.values:
            return False
        kind, has_index = self.values[0].kind, is_indexed(self.table, self.column)
        is_within = bool(self.bounds.scan_rows) and self.table.estimated_rows <= self.bounds.scan_rows
        if kind is Match.EMAIL and not self.column.numeric:
            return is_within and not self._folds(has_index=has_index)
        if kind is Match.PHONE and not self.column.numeric:
            return self._compares(self._narrow()) or (is_within and not has_index)
        return is_within and not has_index

    def find(self) -> Lookup:
        """Search by index where there is one, then by the scans that the bounds allow."""
        if not self.values:
            return self.result
        kind = self.values[0].kind
        has_index = is_indexed(self.table, self.column)
        if kind is Match.EMAIL and not self.column.numeric:
            self._find_email(has_index=has_index)
        elif kind is Match.PHONE and not self.column.numeric:
            self._find_phone(has_index=has_index)
        elif has_index or self._may_scan():
            self._exact(is_scan=not has_index)
        return self.result

    def _find_email(self, *, has_index: bool) -> None:
        keys = {text.strip().lower() for one in self.values for text in one.spellings}
        if self._folds(has_index=has_index):
            padded = {form for key in keys for form in _with_blanks(key)}
            self._run(self._select(sorted((key,) for key in padded), fold=True), is_scan=False)
            return
        if has_index:
            self._exact(is_scan=False)
        if self._may_scan():
            self._run(self._select(sorted((key,) for key in keys), fold=True, trims=True), is_scan=True)

    def _find_phone(self, *, has_index: bool) -> None:
        if has_index:
            self._exact(is_scan=False)
        narrow = self._narrow()
        if self._compares(narrow):
            self._compare_all(self._tails, narrow)
        elif has_index:
            self._skip("formatted_phones_not_compared")
        elif self._may_scan():
            self._exact(is_scan=True)
            self._skip("formatted_phones_not_compared")

    def _folds(self, *, has_index: bool) -> bool:
        return self.column.fold_indexed or (has_index and self.column.ignores_case)

    @cached_property
    def _tails(self) -> set[str]:
        return {phone_digits(text)[-_TAIL:] for one in self.values for text in one.spellings}

    def _narrow(self) -> tuple[str, ...]:
        """Return the digit runs that the server compares with; () where there are too many or none."""
        tails = self._tails
        return tuple(sorted(tails)) if len(tails) <= _MOST_PATTERNS and "" not in tails else ()

    def _compares(self, narrow: tuple[str, ...]) -> bool:
        """Return whether the column's numbers are compared one by one."""
        bound = self.bounds.scan_rows if narrow else min(self.bounds.read_rows, self.bounds.scan_rows)
        return self.table.estimated_rows <= bound and bool(self.bounds.read_rows)

    def _may_scan(self) -> bool:
        if self.bounds.scan_rows and self.table.estimated_rows <= self.bounds.scan_rows:
            return True
        self._skip("scan_over_budget")
        return False

    def _skip(self, reason: str) -> None:
        self.result.not_searched.append(
            NotCovered(
                self.table.ref, reason, (self.column.name,), self.table.estimated_rows, is_estimate=True
            )
        )

    def _keys(self) -> list[Key]:
        if not self.column.numeric:
            return sorted({(text,) for one in self.values for text in one.spellings})
        digits = {text for one in self.values for text in one.spellings if text.isascii() and text.isdigit()}
        return sorted({(int(text),) for text in digits if int(text) < MAX_INTEGER})

    def _select(self, keys: Sequence[Key], *, fold: bool = False, trims: bool = False) -> Select:
        return Select(
            table=self.table.ref,
            columns=self.columns,
            key_columns=(self.column.name,),
            keys=keys,
            equals=self.equals,
            fold=fold,
            trims=trims,
            limit=self.limit,
        )

    def _exact(self, *, is_scan: bool) -> None:
        self._run(self._select(self._keys()), is_scan=is_scan)

    def _run(self, query: Select, *, is_scan: bool) -> None:
        rows = list(self.reader.select(query)) if query.keys else []
        self.result.hits.extend(self._matches(rows))
        self._note(query, is_scan=is_scan, rows=len(rows))

    def _compare_all(self, tails: set[str], narrow: tuple[str, ...]) -> None:
        """Compare the column's normalised values: finds numbers stored with formatting.

        `narrow`: digit runs by which the server leaves out most rows; () = the column is fetched whole.
        """
        bound = self.bounds.read_rows
        query = Select(
            self.table.ref,
            self.columns,
            (),
            (),
            equals=self.equals,
            limit=bound + 1,
            digits=narrow,
            digits_end=True,
        )
        seen = 0
        likely: list[Row] = []
        may_end_so = _ends_with(narrow)
        for row in self.reader.select(query):
            seen += 1
            text = "" if row[-1] is None else str(row[-1])
            if may_end_so is not None and text.isascii() and not may_end_so(text):
                continue  # most rows: one search, and no new text of its digits
            if text and phone_digits(text)[-_TAIL:] in tails:
                likely.append(row)
        if seen > bound:
            self._skip("scan_over_budget")
        self.result.hits.extend(self._matches(likely))
        self._note(query, is_scan=True, rows=self.table.estimated_rows if narrow else seen)

    def _note(self, query: Select, *, is_scan: bool, rows: int) -> None:
        if is_scan:
            self.result.depth = "scan"
        self.result.steps.append(
            Step(
                table=self.table.ref,
                purpose="scan" if is_scan else "identity",
                statement=self.reader.statement(query),
                rows=rows,
                missing_index=(self.column.name,) if is_scan and not self.table.is_view else (),
            )
        )

    def _matches(self, rows: Iterable[Row]) -> Iterator[tuple[int, Row]]:
        by_form: dict[object, list[int]] = defaultdict(list)
        for number, one in enumerate(self.values):
            for form in self._forms(one):
                by_form[form].append(number)
        for row in rows:
            value = row[-1]
            if value is None:
                continue
            for number in self._likely(value, by_form):
                if self.values[number].accepts(value):
                    yield number, row[: self.width]

    def _forms(self, one: Wanted) -> set[object]:
        if one.kind is Match.PHONE:
            return {phone_digits(text)[-_TAIL:] for text in one.spellings}
        return {one.normalised, loose(one.text)} - {None}

    def _likely(self, value: object, by_form: Mapping[object, list[int]]) -> list[int]:
        text = str(value)
        kind = self.values[0].kind
        if kind is Match.PHONE:
            return by_form.get(phone_digits(text)[-_TAIL:], [])
        if kind is Match.EMAIL:
            return by_form.get(normalise_email(text) or loose(text), [])
        return by_form.get(text) or by_form.get(loose(text), [])
