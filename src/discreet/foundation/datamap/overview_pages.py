"""What the overview of the map shows: where personal data stand, as areas and as a table of numbers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext

from discreet.foundation.datamap import map_pages
from discreet.foundation.datamap.letters import fitting
from discreet.foundation.datamap.page_queries import PersonalCount
from discreet.foundation.datamap.treemap import Rect, squarified
from discreet.foundation.datamap.views import category_of
from discreet.vocabulary.categories import Category

ROOM = Rect(0.0, 0.0, 1100.0, 420.0)
HEAD, SMALL_HEAD = 20.0, 15.0
TABLES_SHOWN = 400  # of each source; the others are one area
SMALLEST = 900.0  # area from which a table shows its categories
COLUMNS_SHOWN = 14
LEVELS = 5
LETTER, LARGE_LETTER = 11.0, 12.5  # sizes of the words in it, as the style sheet has them


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle with its words, as far as they fit. `kind`: source, table, sens or personal."""

    rect: Rect
    kind: str
    label: str
    said: str
    url: str


@dataclass(frozen=True, slots=True)
class HeatCell:
    count: int
    level: int  # 0 none … 5 most
    url: str


@dataclass(frozen=True, slots=True)
class HeatRow:
    label: str
    kind: str
    url: str
    cells: tuple[HeatCell, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Heat:
    """Categories × sources, or × the tables of the only source. `hidden` columns are not shown."""

    is_by_table: bool
    heads: tuple[tuple[str, str], ...]
    rows: tuple[HeatRow, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class TableRow:
    """The numbers behind the areas."""

    source: str
    table: str
    url: str
    fields: int
    sensitive: int


def fields_url(**query: str) -> str:
    return f"{reverse('datamap:fields')}?{urlencode({name: text for name, text in query.items() if text})}"


def _fitting(text: str, rect: Rect, *, height: float, size: float = LETTER) -> str:
    return fitting(text, width=rect.width - 8, size=size) if rect.height >= height else ""


def _by_size(groups: dict[str, list[PersonalCount]]) -> list[tuple[str, list[PersonalCount]]]:
    return sorted(groups.items(), key=lambda one: (-_total(one[1]), one[0]))


def _total(counts: Iterable[PersonalCount]) -> int:
    return sum(each.count for each in counts)


def _fields_in_words(count: int) -> str:
    return ngettext("%(n)s personal field", "%(n)s personal fields", count) % {"n": count}


def areas(counts: Sequence[PersonalCount]) -> list[Area]:
    """Return the areas of the treemap: sources, in them tables, in these categories; outer ones first."""
    by_source: dict[str, list[PersonalCount]] = defaultdict(list)
    for each in counts:
        by_source[each.source].append(each)
    ordered = _by_size(by_source)
    found: list[Area] = []
    rooms = squarified([float(_total(mine)) for _name, mine in ordered], ROOM)
    for (name, mine), room in zip(ordered, rooms, strict=True):
        said = f"{name}: {_fields_in_words(_total(mine))}"
        label = _fitting(said, room, height=HEAD, size=LARGE_LETTER)
        found.append(Area(room, "source", label, said, fields_url(source=name)))
        found += _tables(name, mine, room.inset(2.0, top=HEAD if label else 2.0))
    return found


def _tables(source: str, counts: list[PersonalCount], room: Rect) -> list[Area]:
    by_table: dict[str, list[PersonalCount]] = defaultdict(list)
    for each in counts:
        by_table[each.table].append(each)
    ordered = _by_size(by_table)
    rest = ordered[TABLES_SHOWN:]
    ordered = ordered[:TABLES_SHOWN]
    values = [float(_total(mine)) for _name, mine in ordered]
    if rest:
        values.append(float(sum(_total(mine) for _name, mine in rest)))
    rooms = squarified(values, room)  # the rest comes last, whatever its size
    found = []
    for (name, mine), rect in zip(ordered, rooms, strict=False):
        said = f"{source} / {name}: {_fields_in_words(_total(mine))}"
        label = _fitting(name, rect, height=SMALL_HEAD * 2)
        url = map_pages.table_url(source, mine[0].table_id)
        if rect.width * rect.height < SMALLEST:
            found.append(
                Area(rect, "sens" if any(each.is_sensitive for each in mine) else "personal", "", said, url)
            )
            continue
        found.append(Area(rect, "table", label, said, url))
        found += _categories(mine, rect.inset(1.0, top=SMALL_HEAD if label else 1.0))
    if rest:
        text = ngettext("%(n)s other table", "%(n)s other tables", len(rest)) % {"n": len(rest)}
        found.append(
            Area(
                rooms[-1],
                "table",
                _fitting(text, rooms[-1], height=SMALL_HEAD),
                text,
                fields_url(source=source),
            )
        )
    return found


def _categories(counts: list[PersonalCount], room: Rect) -> list[Area]:
    language = get_language() or "en"
    ordered = sorted(counts, key=lambda each: (-each.count, not each.is_sensitive, each.category))
    rooms = squarified([float(each.count) for each in ordered], room)
    return [
        Area(
            rect,
            "sens" if each.is_sensitive else "personal",
            _fitting(category_of(each.category).label(language), rect, height=SMALL_HEAD),
            f"{each.table}: {category_of(each.category).label(language)} × {each.count}",
            fields_url(source=each.source, category=each.category),
        )
        for each, rect in zip(ordered, rooms, strict=True)
    ]


def table_rows(counts: Sequence[PersonalCount], *, at_most: int = 50) -> list[TableRow]:
    """Return the tables with most personal fields, in numbers."""
    by_table: dict[tuple[str, str], list[PersonalCount]] = defaultdict(list)
    for each in counts:
        by_table[each.source, each.table].append(each)
    ordered = sorted(by_table.items(), key=lambda one: (-_total(one[1]), one[0]))
    return [
        TableRow(
            source,
            table,
            map_pages.table_url(source, mine[0].table_id),
            _total(mine),
            sum(each.count for each in mine if each.is_sensitive),
        )
        for (source, table), mine in ordered[:at_most]
    ]


def heat(counts: Sequence[PersonalCount]) -> Heat:
    """Return how many fields of each category stand in each source; in each table where there is one source."""
    sources = {each.source for each in counts}
    is_by_table = len(sources) == 1
    columns: dict[str, list[PersonalCount]] = defaultdict(list)
    for each in counts:
        columns[each.table if is_by_table else each.source].append(each)
    ordered = _by_size(columns)
    shown = ordered[:COLUMNS_SHOWN]
    numbers: dict[tuple[str, str], int] = defaultdict(int)
    totals: dict[str, int] = defaultdict(int)
    for name, mine in ordered:
        for each in mine:
            numbers[each.category, name] += each.count
            totals[each.category] += each.count
    most = max(numbers.values(), default=1)
    heads = tuple(
        (
            name,
            map_pages.table_url(mine[0].source, mine[0].table_id) if is_by_table else fields_url(source=name),
        )
        for name, mine in shown
    )
    only = next(iter(sources), "")
    rows = [
        _heat_row(
            category_of(category),
            [(numbers[category, name], only if is_by_table else name) for name, _mine in shown],
            most=most,
            total=total,
        )
        for category, total in sorted(totals.items(), key=lambda one: (-one[1], one[0]))
    ]
    return Heat(is_by_table, heads, tuple(rows), len(ordered) - len(shown))


def _heat_row(category: Category, cells: list[tuple[int, str]], *, most: int, total: int) -> HeatRow:
    return HeatRow(
        label=category.label(get_language() or "en"),
        kind=map_pages.chip_kind(category),
        url=fields_url(category=category.id),
        cells=tuple(
            HeatCell(
                count,
                0
                if not count
                else 1 + (LEVELS - 1) * (count - 1) // max(1, most - 1)
                if most > 1
                else LEVELS,
                fields_url(source=source, category=category.id) if count else "",
            )
            for count, source in cells
        ),
        total=total,
    )


def in_one_line(counts: Sequence[PersonalCount]) -> str:
    """Return what the drawing says, for who cannot see it."""
    sensitive = sum(each.count for each in counts if each.is_sensitive)
    return gettext("%(all)s personal fields, %(sensitive)s of them sensitive, in %(tables)s tables") % {
        "all": _total(counts),
        "sensitive": sensitive,
        "tables": len({each.table_id for each in counts}),
    }
