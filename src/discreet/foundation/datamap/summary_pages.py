"""What is about to be confirmed at once, in words: for the page that asks and for the command line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext

from discreet.foundation.datamap import labels, map_pages
from discreet.foundation.datamap.summary_queries import DOUBT_PERCENT, Doubt, LinkLine, Summary, Uncovered
from discreet.foundation.desk.phrases import listed, sentences
from discreet.vocabulary.text import on_screen

MOST_LINES = 50
NAMES_TOLD = 6


@dataclass(frozen=True, slots=True)
class WarningLine:
    """A part that one should look at first. `add_url`: where a link is added, or empty."""

    name: str
    url: str
    text: str
    is_sensitive: bool = False
    add_url: str = ""
    columns: str = ""
    percent: int = 0
    label: str = ""
    kind: str = ""  # of its chip


@dataclass(frozen=True, slots=True)
class Warnings:
    """Warnings of one sort: the first ones, and how many more there are."""

    title: str
    detail: str
    lines: tuple[WarningLine, ...]
    more: int


@dataclass(frozen=True, slots=True)
class PeopleRow:
    kind: str
    count: int
    names: str


@dataclass(frozen=True, slots=True)
class CategoryRow:
    label: str
    kind: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    kind: str
    role: str
    count: int


@dataclass(frozen=True, slots=True)
class SummaryPage:
    shown: Summary
    warnings: tuple[Warnings, ...]
    people: tuple[PeopleRow, ...]
    categories: tuple[CategoryRow, ...]
    links: tuple[LinkRow, ...]
    personal: int
    sensitive: int
    unfounded: str
    free_text: str


def summary_page(source: str, shown: Summary) -> SummaryPage:
    """Return the page's values; warnings come in the order in which they matter."""
    language = get_language() or "en"
    return SummaryPage(
        shown=shown,
        warnings=tuple(one for one in _warnings(source, shown) if one.lines),
        people=tuple(PeopleRow(_people(one.kind), len(one.names), _names(one.names)) for one in shown.people),
        categories=tuple(
            CategoryRow(
                category.label(language),
                map_pages.chip_kind(category),
                count,
                f"{reverse('datamap:fields')}?source={source}&category={category.id}&state=open",
            )
            for category, count in shown.categories
        ),
        links=tuple(
            LinkRow(gettext(labels.LINK_KINDS[one.kind]), gettext(labels.ROLES[one.role]), one.count)
            for one in shown.link_counts
        ),
        personal=sum(count for _category, count in shown.categories),
        sensitive=sum(count for category, count in shown.categories if category.is_sensitive),
        unfounded=_unfounded(shown.unfounded),
        free_text=_names([one.table for one in shown.uncovered if not one.is_without_link]),
    )


def _people(kind: str) -> str:
    return gettext(labels.PEOPLE_KINDS.get(kind, labels.PEOPLE_KINDS["person"]))


def _names(names: Sequence[str]) -> str:
    told = listed(names[:NAMES_TOLD])
    if len(names) <= NAMES_TOLD:
        return told
    return gettext("%(names)s and %(n)s more") % {"names": told, "n": len(names) - NAMES_TOLD}


def _unfounded(count: int) -> str:
    if not count:
        return ""
    return ngettext(
        "%(n)s field counts as not personal only because nothing in its name, comment or values points to a person.",
        "%(n)s fields count as not personal only because nothing in their names, comments or values points to a person.",
        count,
    ) % {"n": count}


def _warnings(source: str, shown: Summary) -> Iterator[Warnings]:
    yield _sort(
        gettext("Tables with personal data that lead to no person"),
        gettext("Rows of these are neither found nor erased for anybody. Add a link if they should be."),
        [_without_link(source, one) for one in shown.without_link],
    )
    yield _sort(
        gettext("Links that are said to say nothing about people, from tables with personal data"),
        gettext("Nobody is found along them. Give one another meaning if its rows are somebody's."),
        [_link(source, one) for one in shown.silent_links],
    )
    yield _sort(
        gettext("Proposals under %(percent)s%%") % {"percent": DOUBT_PERCENT},
        gettext("Each may be wrong. Look at them one by one."),
        [
            *(_doubt(source, one) for one in shown.doubts),
            *(_link(source, one, percent=one.percent) for one in shown.doubtful_links),
        ],
    )


def _sort(title: str, detail: str, lines: Sequence[WarningLine]) -> Warnings:
    return Warnings(title, detail, tuple(lines[:MOST_LINES]), max(0, len(lines) - MOST_LINES))


def _without_link(source: str, one: Uncovered) -> WarningLine:
    return WarningLine(
        name=one.table,
        url=map_pages.table_url(source, one.table_id),
        text=gettext(labels.UNCOVERED[one.reason]),
        is_sensitive=one.is_sensitive,
        add_url=reverse("datamap:add_link", kwargs={"source": source, "table_id": one.table_id}),
        columns=_names(one.columns),
    )


def _link(source: str, one: LinkLine, *, percent: int = 0) -> WarningLine:
    return WarningLine(
        name=f"{one.here} → {one.there}",
        url=map_pages.table_url(source, one.table_id),
        text=gettext("nothing else leads to a person from this table") if one.is_loose else "",
        is_sensitive=one.is_sensitive,
        percent=percent,
    )


def _doubt(source: str, one: Doubt) -> WarningLine:
    category = one.category
    return WarningLine(
        name=one.name,
        url=map_pages.table_url(source, one.table_id, one.field_id),
        text="" if category else gettext("Each row is a person."),
        percent=one.percent,
        label=category.label(get_language() or "en") if category else "",
        kind=map_pages.chip_kind(category) if category else "",
    )


def told_lines(shown: Summary) -> Iterator[str]:
    """Return the same in a few lines for the command line."""
    language = get_language() or "en"
    if shown.people:
        told = listed(f"{_people(one.kind)} ({_names(one.names)})" for one in shown.people)
        yield on_screen(gettext("Tables of people: %(told)s.") % {"told": told})
    if shown.categories:
        told = listed(f"{category.label(language)} {count}" for category, count in shown.categories)
        yield gettext("Personal fields: %(told)s.") % {"told": told}
    if shown.unfounded:
        yield _unfounded(shown.unfounded)
    if loose := shown.without_link:
        told = _names([one.table for one in loose])
        yield on_screen(
            sentences(
                [
                    gettext("Personal data that lead to no person, neither found nor erased: %(told)s")
                    % {"told": told},
                    gettext("Add links on the desk."),
                ]
            )
        )
    if shown.silent_links:
        text = ngettext(
            "%(n)s link from a table with personal data says nothing about people.",
            "%(n)s links from tables with personal data say nothing about people.",
            len(shown.silent_links),
        )
        yield text % {"n": len(shown.silent_links)}
    if doubts := len(shown.doubts) + len(shown.doubtful_links):
        text = ngettext(
            "%(n)s proposal is under %(percent)s%%.", "%(n)s proposals are under %(percent)s%%.", doubts
        )
        yield text % {"n": doubts, "percent": DOUBT_PERCENT}
