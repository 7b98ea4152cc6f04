"""The fields of one table in pages: which are shown, which page holds the chosen one, where the next open one is."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.http import urlencode

from discreet.foundation.datamap import map_pages
from discreet.foundation.datamap.map_pages import FieldRow
from discreet.foundation.datamap.views import FieldView, TableView
from discreet.vocabulary.categories import NONE

FIELDS_A_PAGE = 100
SHOWN = ("all", "open", "personal")
FEW = 30  # up to so many, nobody needs to jump
MAX_WORDS = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for: which fields, those that hold `words`, and which page of them."""

    show: str = "all"
    words: str = ""
    page: str = ""

    @property
    def query(self) -> str:
        """What an address carries on, but for the page: the chosen field decides it. `?…` or empty."""
        kept = {"show": self.show if self.show != "all" else "", "q": self.words}
        written = urlencode({name: value for name, value in kept.items() if value})
        return f"?{written}" if written else ""


def wanted_of(request: HttpRequest) -> Wanted:
    sent = request.GET
    show = sent.get("show", "")
    return Wanted(
        show=show if show in SHOWN else "all",
        words=sent.get("q", "")[:MAX_WORDS].strip(),
        page=sent.get("page", "")[:9],
    )


@dataclass(frozen=True, slots=True)
class FieldsPage:
    """`before`, `after`: the fields to go on with where this page ends."""

    rows: tuple[FieldRow, ...]
    page: Page[FieldView]
    chosen: FieldView | None
    wanted: Wanted
    total: int
    open_count: int
    personal: int
    before: int | None
    after: int | None
    place: int  # of the chosen one among those that are open and shown, from 1; 0: it is not open
    waiting: int  # so many are open and shown
    skip: int | None  # the open one after it, round about

    @property
    def has_jump(self) -> bool:
        return self.total > FEW or bool(self.wanted.words)


def fields_page(table: TableView, wanted: Wanted, *, field: str) -> FieldsPage:
    """Return the page that `wanted` names, else the one that holds the field (an id), else the first open one."""
    fitting = _fitting(table.fields, wanted)
    paginator: Paginator[FieldView] = Paginator(fitting, FIELDS_A_PAGE)
    chosen = _chosen(fitting, field)
    if wanted.page:
        page = paginator.get_page(wanted.page)
        chosen = chosen if chosen in list(page) else _chosen(list(page), "")
    else:
        page = paginator.get_page(fitting.index(chosen) // FIELDS_A_PAGE + 1 if chosen else 1)
    start = (page.number - 1) * FIELDS_A_PAGE
    before, after = _around(fitting, start, start + FIELDS_A_PAGE)
    waiting = [one.id for one in fitting if not one.is_confirmed]
    place = waiting.index(chosen.id) + 1 if chosen and chosen.id in waiting else 0
    if chosen is None:  # nothing fits; the side shows the table's own choice
        chosen = _chosen(table.fields, field)
    return FieldsPage(
        rows=tuple(map_pages.field_row(one, chosen=chosen.id if chosen else None) for one in page),
        page=page,
        chosen=chosen,
        wanted=wanted,
        total=len(table.fields),
        open_count=sum(not one.is_confirmed for one in table.fields),
        personal=sum(one.category.id != NONE for one in table.fields),
        before=before,
        after=after,
        place=place,
        waiting=len(waiting),
        skip=waiting[place % len(waiting)] if place and len(waiting) > 1 else None,
    )


def _fitting(fields: Sequence[FieldView], wanted: Wanted) -> list[FieldView]:
    words = wanted.words.casefold()
    return [
        one
        for one in fields
        if (wanted.show != "open" or not one.is_confirmed)
        and (wanted.show != "personal" or one.category.id != NONE)
        and (not words or words in one.name.casefold() or words in one.comment.casefold())
    ]


def _chosen(fields: Sequence[FieldView], wanted: str) -> FieldView | None:
    named = next((one for one in fields if str(one.id) == wanted), None)
    return named or next((one for one in fields if not one.is_confirmed), fields[0] if fields else None)


def _around(fields: Sequence[FieldView], start: int, end: int) -> tuple[int | None, int | None]:
    """Return the last field before the span and the first after it: open ones, as long as any is open."""
    is_open = any(not one.is_confirmed for one in fields)
    before = [one.id for one in fields[:start] if not (is_open and one.is_confirmed)]
    after = [one.id for one in fields[end:] if not (is_open and one.is_confirmed)]
    return (before[-1] if before else None), (after[0] if after else None)
