"""Staff pages over the whole map: where personal data stand, every personal field, and the links of a source."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from discreet.foundation.datamap import labels, map_pages, page_queries
from discreet.foundation.datamap.graph_pages import graph_page
from discreet.foundation.datamap.overview_pages import areas, heat, in_one_line, table_rows
from discreet.foundation.datamap.page_queries import FieldFilter
from discreet.foundation.sources import queries as source_queries
from discreet.foundation.staff.permissions import role_required
from discreet.vocabulary.categories import CATEGORIES, NONE

FIELDS_A_PAGE = 100
MAX_OPENED = 50


@role_required()
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show where personal data stand: as areas, as a heat map, and in numbers."""
    counts = page_queries.personal_counts()
    context = {
        "areas": areas(counts),
        "line": in_one_line(counts),
        "heat": heat(counts),
        "rows": table_rows(counts),
        "has_sources": bool(source_queries.source_names()),
    }
    return render(request, "datamap/overview.html", context)


@role_required()
@require_safe
def fields(request: HttpRequest) -> HttpResponse:
    """List personal fields of all sources, filtered by source, category, sensitivity and state."""
    sent, names = request.GET, source_queries.source_names()
    wanted = FieldFilter(
        source=sent.get("source", "") if sent.get("source") in names else "",
        category=sent.get("category", "") if sent.get("category") in CATEGORIES else "",
        state=sent.get("state", "") if sent.get("state") in ("open", "confirmed") else "",
        is_sensitive_only=sent.get("sensitive") == "1",
    )
    page = Paginator(range(page_queries.count_fields(wanted)), FIELDS_A_PAGE).get_page(sent.get("page"))
    found = page_queries.find_fields(wanted, start=max(0, page.start_index() - 1), at_most=FIELDS_A_PAGE)
    language = get_language() or "en"
    context = {
        "page": page,
        "rows": [(one, map_pages.field_row(one.field, chosen=None)) for one in found],
        "wanted": wanted,
        "sources": names,
        "categories": [(one.id, one.label(language)) for one in CATEGORIES.values() if one.id != NONE],
    }
    return render(request, "datamap/fields.html", context)


@role_required()
@require_safe
def graph(request: HttpRequest, source: str) -> HttpResponse:
    """Show how the tables of a source hang on people: drawn, and in words."""
    source_queries.require_source(source)
    tables, links = page_queries.graph_of(source)
    wanted = request.GET.get("table", "")
    centre = next((table for table in tables if str(table.id) == wanted), None)
    if wanted and centre is None:
        raise Http404
    is_people_only = request.GET.get("people") == "1"
    found = graph_page(
        source,
        tables,
        links,
        opened=tuple(dict.fromkeys(request.GET.getlist("open")[:MAX_OPENED])),
        is_people_only=is_people_only,
        centre=centre.id if centre else None,
    )
    context = {
        "page": found,
        "source": source,
        "sources": source_queries.source_names(),
        "centre": centre,
        "is_people_only": is_people_only,
        "roles": labels.ROLES,
    }
    return render(request, "datamap/graph.html", context)
