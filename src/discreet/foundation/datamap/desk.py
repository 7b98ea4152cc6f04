"""Staff pages of the data map: one table with its fields and links. Everybody on the staff reads; agents and
administrators confirm and correct. htmx gets the parts that change, other browsers the whole page.
"""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from discreet.foundation.datamap import (
    actions,
    bulk_actions,
    changes,
    field_pages,
    labels,
    map_pages,
    page_queries,
    queries,
    scan_queries,
    undoing,
)
from discreet.foundation.datamap.forms import BulkForm, CorrectionForm, TableForm
from discreet.foundation.datamap.scan_pages import delta
from discreet.foundation.datamap.views import FieldView, TableView
from discreet.foundation.desk.refusals import message_of
from discreet.foundation.sources import queries as source_queries
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.vocabulary.actors import Role
from discreet.vocabulary.errors import Refused

CHANGERS = (Role.AGENT, Role.ADMINISTRATOR)
SURE_PERCENT = 85
MAX_WORDS = 100


def may_change(request: HttpRequest) -> bool:
    return bool(actor_of(request).roles & set(CHANGERS))


def is_partial(request: HttpRequest) -> bool:
    """Say whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true"


def to_table(source: str, table_id: int, field_id: int | None = None) -> HttpResponseRedirect:
    return HttpResponseRedirect(map_pages.table_url(source, table_id, field_id))


@role_required()
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Show the table that needs a person most; without sources, how to connect one."""
    found = page_queries.busiest_table()
    return page(request, *found) if found else page(request, None, None)


@role_required()
@require_safe
def source_front(request: HttpRequest, source: str) -> HttpResponse:
    """Show the table of a source that needs a person most."""
    source_queries.require_source(source)
    found = page_queries.busiest_table(source)
    return page(request, source, found[1] if found else None)


@role_required()
@require_safe
def table(request: HttpRequest, source: str, table_id: int) -> HttpResponse:
    """Show one table with its fields and links."""
    if is_partial(request) and request.headers.get("HX-Target") == "map-side":
        context = _table_context(request, view_of(source, table_id))
        return render(request, "datamap/parts/side.html", context | {"may_change": may_change(request)})
    return page(request, source, table_id)


def page(
    request: HttpRequest,
    source: str | None,
    table_id: int | None,
    *,
    status: int = 200,
    field: int | None = None,
    **forms: object,
) -> HttpResponse:
    """Return the page of a table, or the parts of it that an act changes."""
    shown = view_of(source, table_id) if source is not None and table_id is not None else None
    lines = page_queries.table_lines(source) if source else []
    words = request.GET.get("tables", "")[:MAX_WORDS].casefold().strip()
    current = shown.id if shown else None
    context: dict[str, object] = {
        "counts": queries.counts(),
        "gaps": page_queries.gaps_beside(shown, source),
        "may_change": may_change(request),
        "may_connect": actor_of(request).may(Role.ADMINISTRATOR),
        "gap_words": labels.GAPS,
        "words": words,
        "source": source,
        "can_undo": undoing.is_possible(request),
    }
    if shown is not None and source is not None:
        before, after = map_pages.neighbours(lines, shown.id)
        context |= _table_context(request, shown, field=field) | forms
        context["table_before"] = map_pages.table_url(source, before) if before else ""
        context["table_after"] = map_pages.table_url(source, after) if after else ""
        context["open_here"] = next((one.open_count for one in lines if one.id == shown.id), 0)
    context["open_in_source"] = sum(one.open_count for one in lines)
    context["open_changes"] = changes.open_numbers(source) if source else []
    if is_partial(request):
        return render(request, "datamap/parts/changed.html", context, status=status)
    last_scan = scan_queries.latest(source) if source else None
    context |= {"last_scan": last_scan, "delta": delta(last_scan)}
    context["tree"] = map_pages.tree(
        engines=source_queries.kinds(), shown=source, lines=lines, current=current, words=words
    )
    return render(request, "datamap/map.html", context, status=status)


def _table_context(request: HttpRequest, table: TableView, *, field: int | None = None) -> dict[str, object]:
    wanted = field_pages.wanted_of(request)
    fields = field_pages.fields_page(
        table, wanted, field=str(field) if field else request.GET.get("field", "")
    )
    chosen = fields.chosen
    open_fields = [one for one in table.fields if not one.is_confirmed]
    into = page_queries.links_into(table.id)
    links = [map_pages.link_row(link, table.ref) for link in table.links]
    shown_into = sum(not link.is_outgoing for link in links)
    return {
        "table": table,
        "source": table.ref.source,
        "here": map_pages.table_url(table.ref.source, table.id),
        "kind": labels.KINDS.get(table.kind, table.kind),
        "people_kind": labels.PEOPLE_KINDS.get(table.people_kind, ""),
        "fields": fields,
        "new_ids": changes.new_in(table.id),
        "keep": wanted.query,
        "with_field": f"{wanted.query}&" if wanted.query else "?",
        "sure": sum(one.confidence_percent >= SURE_PERCENT for one in open_fields),
        "sure_percent": SURE_PERCENT,
        "chosen": map_pages.field_row(chosen, chosen=chosen.id) if chosen else None,
        "correction": CorrectionForm(field=chosen) if chosen else None,
        "table_form": TableForm(table=table),
        "bulk_form": BulkForm(),
        "links": [link for link in links if not link.view.is_rejected],
        "rejected": [link for link in links if link.view.is_rejected],
        "open_links": sum(
            link.is_outgoing and not link.view.is_confirmed and not link.view.is_rejected for link in links
        ),
        "more_links": max(0, into - shown_into),
        "roles": [(role.value, gettext(text)) for role, text in labels.ROLES.items()],
        "chart": map_pages.chart(table),
    }


def view_of(source: str, table_id: int) -> TableView:
    found = page_queries.table_view(source, table_id)
    if found is None:
        raise Http404
    return found


def _field_in(table: TableView, field_id: int) -> FieldView:
    for one in table.fields:
        if one.id == field_id:
            return one
    raise Http404


def after_act(
    request: HttpRequest, source: str, table_id: int, field_id: int | None = None, *, told: str = ""
) -> HttpResponse:
    """Lead on after an act: htmx gets what changed, other browsers the page again."""
    if told:
        messages.success(request, told)
    kept = field_pages.wanted_of(request).query
    if not is_partial(request):
        return HttpResponseRedirect(map_pages.table_url(source, table_id, field_id, kept=kept))
    answer = page(request, source, table_id, field=field_id)
    answer["HX-Replace-Url"] = map_pages.table_url(source, table_id, field_id, kept=kept)
    return answer


def after_refusal(
    request: HttpRequest, source: str, table_id: int, refusal: Refused, field_id: int | None = None
) -> HttpResponse:
    """Tell a refusal beside the table where htmx asked; else on its own page.

    Raises:
        Refused: the browser asked for a whole page.
    """
    if not is_partial(request):
        raise refusal
    messages.error(request, message_of(refusal))
    return page(request, source, table_id, field=field_id, status=refusal.status)


def next_open(table: TableView, *, after: int) -> int | None:
    """Return the next field that waits, in the order of the table and round about; else the same one."""
    ids = [one.id for one in table.fields]
    waiting = {one.id for one in table.fields if not one.is_confirmed}
    position = ids.index(after) if after in ids else 0
    return next((one for one in ids[position:] + ids[:position] if one in waiting), after)


@role_required(*CHANGERS)
@require_POST
def confirm_field(request: HttpRequest, source: str, table_id: int, field_id: int) -> HttpResponse:
    """Confirm a field's category and go on to the next open one."""
    field = _field_in(view_of(source, table_id), field_id)
    seen = request.POST.get("seen") or None
    actor, now = actor_of(request), timezone.now()
    before = page_queries.field_states([field_id])
    try:
        actions.confirm_field(actor=actor, now=now, field_id=field_id, seen=seen)
    except Refused as refusal:
        return after_refusal(request, source, table_id, refusal, field_id)
    undoing.remember(request, source=source, table_id=table_id, decided_at=now, fields=before)
    following = next_open(view_of(source, table_id), after=field_id)
    told = gettext("Field “%(name)s” confirmed.") % {"name": field.name} if is_partial(request) else ""
    return after_act(request, source, table_id, following, told=told)


@role_required(*CHANGERS)
@require_POST
def correct_field(request: HttpRequest, source: str, table_id: int, field_id: int) -> HttpResponse:
    """Say what a field holds and what erasure does to it."""
    view = view_of(source, table_id)
    field = _field_in(view, field_id)
    form = CorrectionForm(request.POST, field=field)
    if form.is_valid():
        now, before = timezone.now(), page_queries.field_states([field_id])
        try:
            actions.correct_field(
                actor=actor_of(request),
                now=now,
                field_id=field_id,
                category=form.cleaned_data["category"],
                erase=form.erase_action,
                replacement=form.replacement_value,
                seen=form.cleaned_data["seen"] or None,
            )
        except Refused as refusal:
            form.add_error(None, message_of(refusal))
        else:
            undoing.remember(request, source=source, table_id=table_id, decided_at=now, fields=before)
            told = gettext("Field “%(name)s” confirmed as corrected.") % {"name": field.name}
            following = next_open(view_of(source, table_id), after=field_id)
            return after_act(request, source, table_id, following, told=told)
    chosen = map_pages.field_row(field, chosen=field_id)
    return page(request, source, table_id, status=422, field=field_id, correction=form, chosen=chosen)


@role_required(*CHANGERS)
@require_POST
def decide_fields(request: HttpRequest, source: str, table_id: int) -> HttpResponse:
    """Confirm the selected fields, or say of all of them what they hold."""
    view_of(source, table_id)
    form, told = BulkForm(request.POST), ""
    decisions = form.decisions(request.POST.getlist("field")) if form.is_valid() else []
    if not decisions:
        errors = [str(error) for each in form.errors.values() for error in each]
        messages.error(request, " ".join(errors) or gettext("Select at least one field."))
        return page(request, source, table_id, status=422, bulk_form=form)
    ids = [each.field_id for each in decisions]
    before, now = page_queries.field_states(ids), timezone.now()
    try:
        count = bulk_actions.decide_fields(
            actor=actor_of(request), now=now, source=source, decisions=decisions
        )
    except Refused as refusal:
        return after_refusal(request, source, table_id, refusal, ids[0])
    undoing.remember(request, source=source, table_id=table_id, decided_at=now, fields=before)
    told = ngettext("%(n)s field decided.", "%(n)s fields decided.", count) % {"n": count}
    return after_act(
        request, source, table_id, next_open(view_of(source, table_id), after=ids[-1]), told=told
    )


@role_required(*CHANGERS)
@require_POST
def confirm_fields(request: HttpRequest, source: str, table_id: int) -> HttpResponse:
    """Confirm the sure fields of a table at once, or with `all` the whole table."""
    view = view_of(source, table_id)
    actor, now = actor_of(request), timezone.now()
    is_all = request.POST.get("what") == "all"
    waiting = [
        one.id
        for one in view.fields
        if not one.is_confirmed and (is_all or one.confidence_percent >= SURE_PERCENT)
    ]
    before = page_queries.field_states(waiting)
    if is_all:
        count = actions.confirm_table(actor=actor, now=now, table_id=table_id)
    else:
        count = actions.confirm_fields(actor=actor, now=now, table_id=table_id, at_least_percent=SURE_PERCENT)
    undoing.remember(request, source=source, table_id=table_id, decided_at=now, fields=before)
    text = ngettext("%(n)s part confirmed.", "%(n)s parts confirmed.", count)
    return after_act(request, source, table_id, told=text % {"n": count})


@role_required(*CHANGERS)
@require_POST
def undo(request: HttpRequest, source: str, table_id: int) -> HttpResponse:
    """Take back the last decision that this person made on these pages."""
    try:
        back = undoing.take_back(request, now=timezone.now())
    except Refused as refusal:
        return after_refusal(request, source, table_id, refusal)
    told = ngettext("%(n)s decision taken back.", "%(n)s decisions taken back.", back.count)
    return after_act(request, back.source, back.table_id, back.field_id, told=told % {"n": back.count})


@role_required(*CHANGERS)
@require_POST
def set_table(request: HttpRequest, source: str, table_id: int) -> HttpResponse:
    """Say what a table is, what erasure does to its rows, which law keeps them."""
    form = TableForm(request.POST, table=view_of(source, table_id))
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
            return after_act(request, source, table_id, told=gettext("Table confirmed as stated."))
    return page(request, source, table_id, status=422, table_form=form, table_open=True)
