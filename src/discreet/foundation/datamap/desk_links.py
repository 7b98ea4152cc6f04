"""Staff pages about links: what one means, whether there is one, alone and together."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from discreet.engines.subjects.graph import LinkRole, Match, TableRef
from discreet.foundation.datamap import actions, bulk_actions, page_queries, undoing
from discreet.foundation.datamap.bulk_actions import LinkDecision
from discreet.foundation.datamap.desk import CHANGERS, after_act, after_refusal, page, to_table, view_of
from discreet.foundation.datamap.forms import LinkForm, RoleForm, split_columns
from discreet.foundation.datamap.overlaps import values_there
from discreet.foundation.datamap.views import TableView
from discreet.foundation.desk.refusals import message_of
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.vocabulary.errors import Refused


def _decide(
    request: HttpRequest, source: str, table_id: int, decisions: list[LinkDecision], told: str
) -> HttpResponse:
    now = timezone.now()
    before = page_queries.link_states([each.link_id for each in decisions])
    try:
        bulk_actions.decide_links(actor=actor_of(request), now=now, source=source, decisions=decisions)
    except Refused as refusal:
        return after_refusal(request, source, table_id, refusal)
    undoing.remember(request, source=source, table_id=table_id, decided_at=now, links=before)
    return after_act(request, source, table_id, told=told)


def _link_in(source: str, table_id: int, link_id: int) -> None:
    if link_id not in page_queries.link_ids(source, table_id):
        raise Http404


@role_required(*CHANGERS)
@require_POST
def set_role(request: HttpRequest, source: str, table_id: int, link_id: int) -> HttpResponse:
    """Say what a link means."""
    form = RoleForm(request.POST)
    if not form.is_valid():
        return page(request, source, table_id, status=422)
    _link_in(source, table_id, link_id)
    decision = LinkDecision(link_id, LinkRole(form.cleaned_data["role"]))
    return _decide(request, source, table_id, [decision], gettext("Link confirmed."))


@role_required(*CHANGERS)
@require_POST
def remove_link(request: HttpRequest, source: str, table_id: int, link_id: int) -> HttpResponse:
    """Remove a link that a person added, or reject one that was proposed."""
    _link_in(source, table_id, link_id)
    return _decide(
        request, source, table_id, [LinkDecision(link_id, is_rejected=True)], gettext("Link removed.")
    )


@role_required(*CHANGERS)
@require_POST
def decide_links(request: HttpRequest, source: str, table_id: int) -> HttpResponse:
    """Confirm the selected links as they are proposed, or reject them."""
    view_of(source, table_id)
    is_rejected = request.POST.get("what") == "reject"
    known = page_queries.link_ids(source, table_id)
    ids = [link_id for link_id in sorted(known) if str(link_id) in request.POST.getlist("link")]
    if not ids:
        messages.error(request, gettext("Select at least one link."))
        return page(request, source, table_id, status=422)
    text = (
        ngettext("%(n)s link rejected.", "%(n)s links rejected.", len(ids))
        if is_rejected
        else ngettext("%(n)s link confirmed.", "%(n)s links confirmed.", len(ids))
    )
    decisions = [LinkDecision(link_id, is_rejected=is_rejected) for link_id in ids]
    return _decide(request, source, table_id, decisions, text % {"n": len(ids)})


@role_required(*CHANGERS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_link(request: HttpRequest, source: str, table_id: int) -> HttpResponse:
    """Add a link that the schema does not declare; with `look`, list the columns there and compare values first."""
    view = view_of(source, table_id)
    targets = page_queries.targets()
    tables = [(str(each.id), str(each.ref)) for each in targets]
    if request.POST.get("what") == "look":
        sent = {name: value for name, value in request.POST.items() if isinstance(value, str)}
        form = LinkForm(tables=tables, initial=sent)
        form.fields["to_columns"].widget.attrs["autofocus"] = True
        return _link_page(request, source, view, targets, form, compared=_compared(view, sent, targets))
    form = LinkForm(request.POST or None, tables=tables)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_link(
                actor=actor_of(request),
                now=timezone.now(),
                from_table=view.ref,
                from_columns=form.columns("from_columns"),
                to_table=_ref(form.cleaned_data["to_table"], targets),
                to_columns=form.columns("to_columns"),
                role=form.role,
                match=form.match,
                discriminator=form.discriminator,
            )
        except Refused as refusal:
            form.add_error(None, message_of(refusal))
        else:
            messages.success(request, gettext("Link added."))
            return to_table(source, table_id)
    status = 422 if request.method == "POST" else 200
    return _link_page(request, source, view, targets, form, status=status)


def _link_page(
    request: HttpRequest,
    source: str,
    view: TableView,
    targets: list[page_queries.Target],
    form: LinkForm,
    *,
    compared: str = "",
    status: int = 200,
) -> HttpResponse:
    chosen = str(form["to_table"].value() or (targets[0].id if targets else ""))
    known = {str(each.id) for each in targets}
    context = {
        "form": form,
        "table": view,
        "source": source,
        "columns_here": [one.name for one in view.fields],
        "columns_there": page_queries.columns_of(int(chosen)) if chosen in known else [],
        "compared": compared,
    }
    return render(request, "datamap/add_link.html", context, status=status)


def _compared(view: TableView, sent: dict[str, str], targets: list[page_queries.Target]) -> str:
    """Return in words how many values of the columns here exist there; "" until both are named."""
    here, there = split_columns(sent.get("from_columns", "")), split_columns(sent.get("to_columns", ""))
    to_table = sent.get("to_table", "")
    if not here or not there or to_table not in {str(each.id) for each in targets}:
        return ""
    if sent.get("match") != Match.EXACT.value:
        return gettext("Values are compared only where they must be the same.")
    try:
        found = values_there(start=view.ref, columns=here, end=_ref(to_table, targets), far_columns=there)
    except Refused as refusal:
        return message_of(refusal)
    if found.found is None:
        return gettext("The table there is too large to be asked without an index.")
    if not found.asked:
        return gettext("The columns here hold no values to compare.")
    told = gettext("%(found)s of %(asked)s different values looked at exist there.")
    return told % {"found": found.found, "asked": found.asked}


def _ref(table_id: str, targets: list[page_queries.Target]) -> TableRef:
    return next(each.ref for each in targets if str(each.id) == table_id)
