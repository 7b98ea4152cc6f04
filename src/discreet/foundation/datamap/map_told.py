"""The map of a source as lines for the command line, in the reader's language; `--json` gives the codes."""

from collections.abc import Iterator

from django.utils.translation import get_language, gettext, ngettext

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap import labels, queries, reasons
from discreet.foundation.datamap.views import FieldView, LinkView, TableView
from discreet.vocabulary.columns import in_columns
from discreet.vocabulary.text import on_screen


def state(name: str) -> str:
    """Return how many parts of a source's map still wait for a person."""
    count = queries.source_map(name).open_count
    if not count:
        return gettext("everything confirmed")
    return ngettext("%(n)s part open", "%(n)s parts open", count) % {"n": count}


def map_lines(name: str) -> Iterator[str]:
    """Return each table with its fields (category, confidence, evidence) and the links that start from it."""
    for table in queries.source_map(name).tables:
        yield from _table(table)


def _table(table: TableView) -> Iterator[str]:
    name = on_screen(_name(table.ref))
    yield gettext("%(table)s (people)") % {"table": name} if table.is_people else name
    yield from in_columns([_field(one) for one in table.fields])
    yield from in_columns([_link(one) for one in table.links if one.from_table == table.ref])


def _name(ref: TableRef) -> str:
    return f"{ref.schema}.{ref.table}" if ref.schema else ref.table


def _field(one: FieldView) -> tuple[str, ...]:
    return (
        on_screen(one.name),
        one.category.label(get_language() or "en"),
        f"{one.confidence_percent:3} %" if one.confidence_percent else "",
        _open(is_open=not one.is_confirmed, is_rejected=False),
        on_screen(gettext("; ").join(reasons.in_words(one.reasons))),
    )


def _link(one: LinkView) -> tuple[str, ...]:
    there = f"{_name(one.to_table)}({', '.join(one.to_columns)})"
    return (
        on_screen(f"({', '.join(one.from_columns)}) → {there}"),
        gettext(labels.ROLES[one.role]),
        f"{one.confidence_percent:3} %" if one.confidence_percent else "",
        _open(is_open=not one.is_confirmed, is_rejected=one.is_rejected),
        on_screen(_evidence(one)),
    )


def _evidence(one: LinkView) -> str:
    if one.reasons:
        return gettext("; ").join(reasons.in_words(one.reasons))
    return gettext("declared in the database") if one.is_declared else ""


def _open(*, is_open: bool, is_rejected: bool) -> str:
    if is_rejected:
        return gettext("rejected")
    return gettext("to confirm") if is_open else ""
