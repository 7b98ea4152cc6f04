"""Staff pages of the data map: sources → tables → fields. Everybody on the staff reads; agents and
administrators confirm and correct; administrators connect sources."""

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from discreet.engines.subjects.graph import LinkRole, TableRef
from discreet.foundation.datamap import actions, labels, map_pages, queries, yaml_file
from discreet.foundation.datamap.forms import ConnectForm, CorrectionForm, LinkForm, RoleForm, TableForm
from discreet.foundation.datamap.views import FieldView, SourceMapView, TableView
from discreet.foundation.desk.refusals import message_of
from discreet.foundation.sources import actions as source_actions
from discreet.foundation.sources import queries as source_queries
from discreet.foundation.sources.grants import grant_script
from discreet.foundation.sources.rights import in_words
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.vocabulary.actors import Role
from discreet.vocabulary.errors import Refused

CHANGERS = (Role.AGENT, Role.ADMINISTRATOR)
SURE_PERCENT = 85


def _may_change(request: HttpRequest) -> bool:
    return bool(actor_of(request).roles & set(CHANGERS))


def _sources() -> tuple[list[SourceMapView], dict[str, str]]:
    known = source_queries.sources()
    return [queries.source_map(one.name) for one in known], {one.name: one.kind for one in known}


def _to_table(source: str, table_id: int, field_id: int | None = None) -> HttpResponseRedirect:
    return HttpResponseRedirect(map_pages.table_url(source, table_id, field_id))


@role_required()
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Show the table that needs a person most; without sources, how to connect one."""
    return _page(request, None)


@role_required()
@require_safe
def table(request: HttpRequest, source: str, table_id: int) -> HttpResponse:
    """Show one table with its fields and links."""
    return _page(request, table_id)


def _page(request: HttpRequest, table_id: int | None, *, status: int = 200, **forms: object) -> HttpResponse:
    sources, engines = _sources()
    tables = {one.id: one for source in sources for one in source.tables}
    if table_id is not None and (table_id not in tables or tables[table_id].is_gone):
        raise Http404
    shown = tables[table_id] if table_id is not None else map_pages.first_table(sources)
    context: dict[str, object] = {
        "counts": queries.counts(),
        "gaps": [gap for gap in queries.not_covered() if gap.names or not gap.table],
        "tree": map_pages.tree(sources, engines, current=shown.id if shown else None),
        "may_change": _may_change(request),
        "may_connect": actor_of(request).may(Role.ADMINISTRATOR),
        "gap_words": labels.GAPS,
    }
    if shown is not None:
        context |= _table_context(request, shown) | forms
    return render(request, "datamap/map.html", context, status=status)


def _table_context(request: HttpRequest, table: TableView) -> dict[str, object]:
    field = map_pages.chosen_field(table, request.GET.get("field", ""))
    only_open = request.GET.get("show") == "open"
    present = [one for one in table.fields if not one.is_gone]
    rows = [
        map_pages.field_row(one, chosen=field.id if field else None)
        for one in present
        if not only_open or not one.is_confirmed
    ]
    open_fields = [one for one in present if not one.is_confirmed]
    return {
        "table": table,
        "source": table.ref.source,
        "kind": labels.KINDS.get(table.kind, table.kind),
        "rows": rows,
        "column_count": len(present),
        "only_open": only_open,
        "open_fields": len(open_fields),
        "sure": sum(one.confidence_percent >= SURE_PERCENT for one in open_fields),
        "sure_percent": SURE_PERCENT,
        "chosen": map_pages.field_row(field, chosen=field.id) if field else None,
        "correction": CorrectionForm(field=field) if field else None,
        "table_form": TableForm(table=table),
        "links": [map_pages.link_row(link, table) for link in table.links],
        "roles": [(role.value, gettext(text)) for role, text in labels.ROLES.items()],
        "link_form": LinkForm(tables=map_pages.link_targets(source_queries.source_names())),
        "chart": map_pages.chart(table),
    }


def _view_of(source: str, table_id: int) -> TableView:
    for one in queries.source_map(source).tables:
        if one.id == table_id and not one.is_gone:
            return one
    raise Http404


def _field_in(table: TableView, field_id: int) -> FieldView:
    for one in table.fields:
        if one.id == field_id and not one.is_gone:
            return one
    raise Http404


def _link_in(table: TableView, link_id: int) -> None:
    if link_id not in {link.id for link in table.links}:
        raise Http404


@role_required(*CHANGERS)
@require_POST
def confirm_field(request: HttpRequest, source: str, table_id: int, field_id: int) -> HttpResponse:
    """Confirm a field's category and go on to the next open one."""
    _field_in(_view_of(source, table_id), field_id)
    seen = request.POST.get("seen") or None
    actions.confirm_field(actor=actor_of(request), now=timezone.now(), field_id=field_id, seen=seen)
    return _to_table(source, table_id, _next_open(_view_of(source, table_id), after=field_id))


def _next_open(table: TableView, *, after: int) -> int | None:
    ids = [one.id for one in table.fields if not one.is_gone]
    waiting = {one.id for one in table.fields if not one.is_gone and not one.is_confirmed}
    position = ids.index(after) if after in ids else 0
    return next((one for one in ids[position:] + ids[:position] if one in waiting), after)


@role_required(*CHANGERS)
@require_POST
def correct_field(request: HttpRequest, source: str, table_id: int, field_id: int) -> HttpResponse:
    """Say what a field holds and what erasure does to it."""
    view = _view_of(source, table_id)
    field = _field_in(view, field_id)
    form = CorrectionForm(request.POST, field=field)
    if form.is_valid():
        try:
            actions.correct_field(
                actor=actor_of(request),
                now=timezone.now(),
                field_id=field_id,
                category=form.cleaned_data["category"],
                erase=form.erase_action,
                replacement=form.replacement_value,
                seen=form.cleaned_data["seen"] or None,
            )
        except Refused as refusal:
            form.add_error(None, message_of(refusal))
        else:
            messages.success(
                request, gettext("Field “%(name)s” confirmed as corrected.") % {"name": field.name}
            )
            return _to_table(source, table_id, _next_open(_view_of(source, table_id), after=field_id))
    chosen = map_pages.field_row(field, chosen=field_id)
    return _page(request, table_id, status=422, correction=form, chosen=chosen)


@role_required(*CHANGERS)
@require_POST
def confirm_fields(request: HttpRequest, source: str, table_id: int) -> HttpResponse:
    """Confirm the sure fields of a table at once, or with `all` the whole table."""
    _view_of(source, table_id)
    actor, now = actor_of(request), timezone.now()
    if request.POST.get("what") == "all":
        count = actions.confirm_table(actor=actor, now=now, table_id=table_id)
    else:
        count = actions.confirm_fields(actor=actor, now=now, table_id=table_id, at_least_percent=SURE_PERCENT)
    text = ngettext("%(n)s part confirmed.", "%(n)s parts confirmed.", count)
    messages.success(request, text % {"n": count})
    return _to_table(source, table_id)


@role_required(*CHANGERS)
@require_POST
def confirm_source(request: HttpRequest, source: str) -> HttpResponse:
    """Confirm everything that is open in a source."""
    count = actions.confirm_all(actor=actor_of(request), now=timezone.now(), source=source)
    text = ngettext("%(n)s part confirmed.", "%(n)s parts confirmed.", count)
    messages.success(request, text % {"n": count})
    return HttpResponseRedirect(reverse("datamap:front"))


@role_required(*CHANGERS)
@require_POST
def set_table(request: HttpRequest, source: str, table_id: int) -> HttpResponse:
    """Say what a table is, what erasure does to its rows, which law keeps them."""
    form = TableForm(request.POST, table=_view_of(source, table_id))
    if form.is_valid():
        try:
            actions.set_table(
                actor=actor_of(request),
                now=timezone.now(),
                table_id=table_id,
                is_people=form.cleaned_data["people"],
                erase=form.erase_action,
                keep=form.keep,
            )
        except Refused as refusal:
            form.add_error(None, message_of(refusal))
        else:
            messages.success(request, gettext("Table confirmed as stated."))
            return _to_table(source, table_id)
    return _page(request, table_id, status=422, table_form=form, table_open=True)


@role_required(*CHANGERS)
@require_POST
def set_role(request: HttpRequest, source: str, table_id: int, link_id: int) -> HttpResponse:
    """Say what a link means."""
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, table_id, status=422)
    _link_in(_view_of(source, table_id), link_id)
    role = LinkRole(form.cleaned_data["role"])
    actions.set_link_role(actor=actor_of(request), now=timezone.now(), link_id=link_id, role=role)
    messages.success(request, gettext("Link confirmed."))
    return _to_table(source, table_id)


@role_required(*CHANGERS)
@require_POST
def remove_link(request: HttpRequest, source: str, table_id: int, link_id: int) -> HttpResponse:
    """Remove a link that a person added."""
    _link_in(_view_of(source, table_id), link_id)
    actions.remove_link(actor=actor_of(request), now=timezone.now(), link_id=link_id)
    messages.success(request, gettext("Link removed."))
    return _to_table(source, table_id)


@role_required(*CHANGERS)
@require_POST
def add_link(request: HttpRequest, source: str, table_id: int) -> HttpResponse:
    """Add a link that the schema does not declare."""
    view = _view_of(source, table_id)
    names = source_queries.source_names()
    form = LinkForm(request.POST, tables=map_pages.link_targets(names))
    if form.is_valid():
        try:
            actions.add_link(
                actor=actor_of(request),
                now=timezone.now(),
                from_table=view.ref,
                from_columns=form.columns("from_columns"),
                to_table=_ref(form.cleaned_data["to_table"], names),
                to_columns=form.columns("to_columns"),
                role=form.role,
                match=form.match,
                discriminator=form.discriminator,
            )
        except Refused as refusal:
            form.add_error(None, message_of(refusal))
        else:
            messages.success(request, gettext("Link added."))
            return _to_table(source, table_id)
    return _page(request, table_id, status=422, link_form=form, link_open=True)


def _ref(table_id: str, names: list[str]) -> TableRef:
    tables = [table for name in names for table in queries.source_map(name).tables]
    return next(table.ref for table in tables if str(table.id) == table_id)


@role_required(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
    """Connect a source: describe it and take its schema in as proposals."""
    form = ConnectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values, actor, now = form.cleaned_data, actor_of(request), timezone.now()
        try:
            source_actions.connect_source(
                actor=actor,
                now=now,
                name=values["name"],
                url=values["url"],
                write_url=values["write_url"] or None,
                is_read_only=values["is_read_only"] and not values["write_url"],
            )
            actions.ensure_proposed(actor=actor, now=now, source=values["name"])
        except Refused as refusal:
            form.add_error(None, message_of(refusal))
        else:
            messages.success(request, gettext("Connected. Confirm what its fields hold."))
            return HttpResponseRedirect(reverse("datamap:front"))
    status = 422 if form.errors else 200
    return render(request, "datamap/connect.html", {"form": form}, status=status)


@role_required(*CHANGERS)
@require_POST
def describe(request: HttpRequest, source: str) -> HttpResponse:
    """Read the schema of a source again."""
    change = actions.propose_from_schema(actor=actor_of(request), now=timezone.now(), source=source)
    text = gettext("Described again: %(new)s new fields, %(gone)s gone.")
    messages.success(request, text % {"new": change.new_fields, "gone": change.gone_fields})
    return HttpResponseRedirect(reverse("datamap:front"))


@role_required()
@require_safe
def source_page(request: HttpRequest, source: str) -> HttpResponse:
    """Show where a source stands, its state, and the rights its accounts need."""
    view = source_queries.source(source)
    context = {
        "source": view,
        "lacks": in_words(view.missing_rights),
        "map": queries.source_map(source),
        "gaps": [(gap, labels.GAPS[gap.gap]) for gap in queries.not_covered([source])],
        "may_change": _may_change(request),
        "grants": grant_script(source_queries.describe(source), view.place.rpartition("/")[2]),
    }
    return render(request, "datamap/source.html", context)


@role_required()
@require_safe
def file(request: HttpRequest, source: str) -> HttpResponse:
    """Download the map of a source as a YAML file."""
    source_queries.source(source)
    response = HttpResponse(yaml_file.export([source]), content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{source}.map.yaml"'
    return response


@role_required()
@require_safe
def as_json(request: HttpRequest, source: str) -> HttpResponse:
    """Give the map of a source as JSON."""
    source_queries.source(source)
    body = json.dumps(queries.as_json(source), ensure_ascii=False, indent=2)
    return HttpResponse(body, content_type="application/json")
