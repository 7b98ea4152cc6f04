"""The data map as files for other people and programs: XLSX, and JSON-LD in the words of the DPV.

Source: W3C DPVCG, Data Privacy Vocabulary 2 (https://w3id.org/dpv). The map file that is applied again is
`yaml_file`.
"""

import io
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.utils.translation import get_language, gettext, pgettext
from openpyxl import Workbook

from discreet.foundation.datamap import labels, reasons
from discreet.foundation.datamap.models import DataField, DataLink
from discreet.foundation.datamap.views import category_of
from discreet.foundation.desk import workbook
from discreet.foundation.desk.people import actors_in_words
from discreet.vocabulary.categories import Category
from discreet.vocabulary.text import gettext_noop

CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "discreet": "urn:discreet:terms:",
}
#: Who the people of a table are, as the DPV says it.
PEOPLE_TERMS = {
    "customer": "dpv:Customer",
    "member": "dpv:Member",
    "user": "dpv:User",
    "staff": "dpv:Employee",
}
COLUMNS = (
    gettext_noop("Source of the data map"),
    gettext_noop("Table"),
    gettext_noop("Field"),
    gettext_noop("Type in the database"),
    gettext_noop("Category"),
    gettext_noop("Category id"),
    gettext_noop("DPV term"),
    gettext_noop("Sensitive by"),
    gettext_noop("Confidence (%)"),
    gettext_noop("Evidence of the proposal"),
    gettext_noop("Confirmed by"),
    gettext_noop("Confirmed at"),
)
WIDTHS = (14, 24, 26, 16, 24, 18, 24, 16, 14, 60, 28, 22)
_CONTROL = re.compile(r"[\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Format:
    suffix: str
    content_type: str


FORMATS: Mapping[str, Format] = {
    "yaml": Format("yaml", "application/yaml; charset=utf-8"),
    "xlsx": Format("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "jsonld": Format("jsonld", "application/ld+json"),
}


@dataclass(frozen=True, slots=True)
class ExportedField:
    """A field as the files tell it, words in the reader's language."""

    source: str
    table: str
    field: str
    type: str
    category: Category
    confidence_percent: int
    evidence: str
    confirmed_by: str
    confirmed_at: datetime | None
    people_kind: str
    is_of_people: bool


def exported(names: Collection[str]) -> list[ExportedField]:
    """Return every field of the sources `names`, in the order of source, table and position."""
    rows = list(
        DataField.objects.filter(table__source__in=names, is_gone=False, table__is_gone=False)
        .select_related("table")
        .order_by("table__source", "table__schema", "table__name", "position")
    )
    people = actors_in_words({row.confirmed_by for row in rows if row.confirmed_by})
    return [
        ExportedField(
            source=row.table.source,
            table=f"{row.table.schema}.{row.table.name}" if row.table.schema else row.table.name,
            field=row.name,
            type=row.type,
            category=category_of(row.category),
            confidence_percent=row.confidence_percent,
            evidence=gettext("; ").join(reasons.in_words(reasons.from_json(row.reasons))),
            confirmed_by=people.get(row.confirmed_by, row.confirmed_by),
            confirmed_at=row.confirmed_at,
            people_kind=row.table.people_kind,
            is_of_people=row.table.is_people,
        )
        for row in rows
    ]


def written(names: Collection[str], *, kind: str, now: datetime) -> bytes:
    """Return the map of the sources `names` as a file of the `kind` xlsx or jsonld.

    Raises:
        KeyError: there is no such kind.
    """
    return {"xlsx": _xlsx, "jsonld": _jsonld}[kind](names, now)


def _xlsx(names: Collection[str], now: datetime) -> bytes:
    book = Workbook(write_only=True)
    sheet = workbook.add_sheet(book, gettext("Fields"), [gettext(text) for text in COLUMNS], WIDTHS)
    for row in exported(names):
        workbook.add_row(sheet, list(_values(row)))
    links = workbook.add_sheet(
        book,
        pgettext("between tables", "Links"),
        [gettext(text) for text in _LINK_COLUMNS],
        (14, 34, 34, 26, 28, 14, 50, 28),
    )
    for values in _link_rows(names):
        workbook.add_row(links, list(values))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _values(row: ExportedField) -> Iterator[str | int]:
    category = row.category
    yield from (row.source, row.table, row.field, row.type, category.label(get_language() or "en"))
    yield from (category.id, category.dpv, category.sensitivity, row.confidence_percent or "", row.evidence)
    yield row.confirmed_by
    yield row.confirmed_at.isoformat(timespec="seconds") if row.confirmed_at else ""


_LINK_COLUMNS = (
    gettext_noop("Source of the data map"),
    gettext_noop("From"),
    gettext_noop("To"),
    gettext_noop("Kind of link"),
    gettext_noop("A row here"),
    gettext_noop("Confidence (%)"),
    gettext_noop("Evidence of the proposal"),
    gettext_noop("Confirmed by"),
)


def _link_rows(names: Collection[str]) -> Iterable[list[str | int]]:
    rows = list(
        DataLink.objects.filter(
            from_table__source__in=names,
            is_rejected=False,
            from_table__is_gone=False,
            to_table__is_gone=False,
        )
        .select_related("from_table", "to_table")
        .order_by("from_table__source", "from_table__name", "id")
    )
    people = actors_in_words({row.confirmed_by for row in rows if row.confirmed_by})
    kinds = {kind.value: text for kind, text in labels.LINK_KINDS.items()}
    roles = {role.value: text for role, text in labels.ROLES.items()}
    for row in rows:
        yield [
            row.from_table.source,
            f"{row.from_table.name}.{', '.join(row.from_columns)}",
            f"{row.to_table.name}.{', '.join(row.to_columns)}",
            gettext(kinds["fk"] if row.is_declared else kinds[row.kind]),
            gettext(roles[row.role]),
            row.confidence_percent or "",
            gettext("; ").join(reasons.in_words(reasons.from_json(row.reasons))) if row.reasons else "",
            people.get(row.confirmed_by, row.confirmed_by),
        ]


def _id(*parts: str) -> str:
    return "urn:discreet:" + ":".join(quote(part, safe="") for part in parts)


def _jsonld(names: Collection[str], now: datetime) -> bytes:
    by_source: dict[str, list[ExportedField]] = {name: [] for name in sorted(names)}
    for row in exported(names):
        if row.category.is_personal:
            by_source[row.source].append(row)
    graph = [
        {
            "@id": _id("source", name),
            "@type": "dpv:DataSource",
            "dct:title": name,
            "dct:created": {"@value": now.isoformat(timespec="seconds"), "@type": "xsd:dateTime"},
            "dpv:hasPersonalData": [_node(row) for row in rows],
        }
        for name, rows in by_source.items()
    ]
    body = {"@context": CONTEXT, "@graph": graph}
    return (json.dumps(body, ensure_ascii=False, indent=2) + "\n").encode()


def _node(row: ExportedField) -> dict[str, object]:
    category = row.category
    kinds = [category.dpv, *(["dpv:SensitivePersonalData"] if category.is_sensitive else [])]
    node: dict[str, object] = {
        "@id": _id("field", row.source, row.table, row.field),
        "@type": kinds,
        "dct:title": _CONTROL.sub("\ufffd", f"{row.table}.{row.field}"),
        "dct:isPartOf": {"@id": _id("table", row.source, row.table), "dct:title": row.table},
        "dct:identifier": category.id,
        "dct:subject": [
            {"@value": category.en, "@language": "en"},
            {"@value": category.zh, "@language": "zh-Hans"},
        ],
        "dpv:hasDataSource": {"@id": _id("source", row.source)},
        "dct:conformsTo": category.sensitivity.split(", ") if category.sensitivity else [],
        "dct:description": row.evidence,
        "discreet:confidence": row.confidence_percent,
    }
    if row.is_of_people:
        node["dpv:hasDataSubject"] = {"@id": PEOPLE_TERMS.get(row.people_kind, "dpv:DataSubject")}
    if row.confirmed_at is not None:
        at = row.confirmed_at.isoformat(timespec="seconds")
        node["dct:dateAccepted"] = {"@value": at, "@type": "xsd:dateTime"}
        node["dct:contributor"] = row.confirmed_by
    return {name: value for name, value in node.items() if value != []}
