"""The data map as a report: what personal data stands where, whose tables they are, and what is still open.

Names of tables and columns and counts only; no row of any source is read.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import get_language, gettext

from discreet.foundation.datamap import queries
from discreet.foundation.datamap.models import DataField, DataTable
from discreet.foundation.datamap.views import Gap, NotCovered, category_of
from discreet.foundation.desk.phrases import listed
from discreet.foundation.desk.times import day, zone
from discreet.foundation.mail.letters import (
    Bars,
    Block,
    Facts,
    Heading,
    Letter,
    Paragraph,
    Table,
    render_letter,
)
from discreet.foundation.organisation.queries import profile
from discreet.vocabulary.categories import NONE, UNKNOWN
from discreet.vocabulary.text import gettext_noop

MOST_ROWS = 400
MOST_NAMES = 6
GAPS = {
    Gap.SOURCE_NOT_MAPPED: gettext_noop("The source is not mapped"),
    Gap.TABLE_NOT_CONFIRMED: gettext_noop("The table is not confirmed"),
    Gap.TABLE_GONE: gettext_noop("The table is gone from the source"),
    Gap.FIELDS_NOT_CONFIRMED: gettext_noop("Fields are not confirmed"),
    Gap.FIELDS_GONE: gettext_noop("Fields are gone from the source"),
    Gap.LINKS_NOT_CONFIRMED: gettext_noop("Links are not confirmed"),
    Gap.REFERENCE_WITHOUT_LINK: gettext_noop(
        "The database refers to another table without a link in the map"
    ),
}


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """How many fields of a source hold a category, and how many of these a person confirmed."""

    source: str
    category: str
    fields: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class PeopleTable:
    source: str
    table: str
    rows: int
    is_confirmed: bool


def category_counts() -> list[CategoryCount]:
    """Return the categories of every source with their fields, the most fields first."""
    rows = (
        DataField.objects.filter(is_gone=False, table__is_gone=False)
        .values_list("table__source", "category")
        .annotate(all=Count("pk"), sure=Count("pk", filter=Q(confirmed_at__isnull=False)))
        .order_by("table__source", "-all", "category")
    )
    return [CategoryCount(source, category, count, sure) for source, category, count, sure in rows]


def people_tables() -> list[PeopleTable]:
    """Return the tables whose rows are people."""
    rows = DataTable.objects.filter(is_people=True, is_gone=False).order_by("source", "schema", "name")
    return [
        PeopleTable(
            source=row.source,
            table=f"{row.schema}.{row.name}" if row.schema else row.name,
            rows=row.estimated_rows,
            is_confirmed=row.confirmed_at is not None,
        )
        for row in rows[:MOST_ROWS]
    ]


def map_report(*, now: datetime) -> bytes:
    """Return the report in the reader's language, as PDF/UA-1."""
    language = get_language() or "en"
    counts = category_counts()
    report = Letter(
        language=language,
        company=profile().name(language),
        title=gettext("Data map: what personal data stands where"),
        date=day(now),
        footer=gettext("Data map, version %(version)s, %(at)s")
        % {"version": queries.version(), "at": f"{timezone.localtime(now):%H:%M} {zone(now)}"},
        blocks=(
            *_summary(counts),
            *_by_source(counts),
            *_people(people_tables()),
            *_open(queries.not_covered()),
        ),
    )
    return render_letter(report, made_at=now)


def _summary(counts: Sequence[CategoryCount]) -> list[Block]:
    numbers = queries.counts()
    facts = Facts(
        (
            (gettext("Data sources"), f"{numbers.sources:,}"),
            (gettext("Tables"), f"{numbers.tables:,}"),
            (gettext("Fields"), f"{numbers.fields:,}"),
            (gettext("Fields with personal data"), f"{numbers.personal_fields:,}"),
            (gettext("Parts that wait for a person"), f"{numbers.open_parts:,}"),
        )
    )
    if not counts:
        return [facts, Paragraph(gettext("No source is mapped yet, so nothing can be said of its data."))]
    personal: Counter[str] = Counter()
    for one in counts:
        personal[one.source] += one.fields if one.category != NONE else 0
    rows = tuple(sorted(personal.items(), key=lambda row: (-row[1], row[0]))[:30])
    said = listed(f"{source}: {count:,}" for source, count in rows)
    chart = Bars(
        title=gettext("Fields with personal data, by source"),
        alt=gettext("Bar chart of the fields with personal data by source. %(values)s") % {"values": said},
        rows=rows,
    )
    return [facts, chart]


def _by_source(counts: Sequence[CategoryCount]) -> list[Block]:
    by_source: Mapping[str, list[CategoryCount]] = defaultdict(list)
    for one in counts:
        if one.category != NONE:
            by_source[one.source].append(one)
    language = get_language() or "en"
    blocks: list[Block] = []
    for source, found in by_source.items():
        rows = []
        for one in found:
            category = category_of(one.category)
            sensitive = gettext("sensitive") if category.is_sensitive else ""
            rows.append((category.label(language), f"{one.fields:,}", f"{one.confirmed:,}", sensitive))
        head = (gettext("Category"), gettext("Fields"), gettext("Confirmed"), gettext("Sensitivity"))
        blocks += [
            Heading(gettext("Data source %(source)s") % {"source": source}),
            Table(head, tuple(rows), (5, 2, 2, 2)),
        ]
        if any(one.category == UNKNOWN for one in found):
            blocks.append(
                Paragraph(gettext("What nobody has looked at counts as personal until it is confirmed."))
            )
    return blocks


def _people(found: Sequence[PeopleTable]) -> list[Block]:
    heading = Heading(gettext("Tables of people"))
    if not found:
        return [heading, Paragraph(gettext("No table is marked as one whose rows are people."))]
    rows = tuple(
        (
            one.source,
            one.table,
            f"{one.rows:,}",
            gettext("yes") if one.is_confirmed else gettext("no"),
        )
        for one in found
    )
    head = (gettext("Data source"), gettext("Table"), gettext("Rows (estimated)"), gettext("Confirmed"))
    return [heading, Table(head, rows, (3, 5, 2, 2))]


def _open(gaps: Sequence[NotCovered]) -> list[Block]:
    heading = Heading(gettext("What is still open"))
    if not gaps:
        return [heading, Paragraph(gettext("Nothing: every part of the map is confirmed."))]
    rows = []
    for gap in sorted(gaps)[:MOST_ROWS]:
        names = listed(gap.names[:MOST_NAMES])
        if len(gap.names) > MOST_NAMES:
            more = gettext("and %(n)s more") % {"n": len(gap.names) - MOST_NAMES}
            names = listed([names, more])
        rows.append((gap.source, gap.table, gettext(GAPS[gap.gap]), names))
    head = (gettext("Data source"), gettext("Table"), gettext("What is open"), gettext("Fields"))
    blocks: list[Block] = [
        heading,
        Paragraph(gettext("These parts are neither found nor erased until a person confirms them.")),
        Table(head, tuple(rows), (2, 3, 3, 3)),
    ]
    if len(gaps) > MOST_ROWS:
        blocks.append(
            Paragraph(gettext("The first %(n)s of %(all)s.") % {"n": MOST_ROWS, "all": f"{len(gaps):,}"})
        )
    return blocks
