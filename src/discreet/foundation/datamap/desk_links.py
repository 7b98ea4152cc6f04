"""Staff pages about links: what one means, whether there is one, alone and together."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from discreet.engines.subjects.graph import LinkRole, TableRef
from discreet.foundation.datamap import actions, bulk_actions, page_queries, undoing
from discreet.foundation.datamap.bulk_actions import LinkDecision
from discreet.foundation.datamap.desk import CHANGERS, after_act, after_refusal, page, to_table, view_of
from discreet.foundation.datamap.forms import LinkForm, RoleForm
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
    """Add a link that the schema does not declare."""
    view = view_of(source, table_id)
    targets = page_queries.targets()
    form = LinkForm(request.POST or None, tables=[(str(each.id), str(each.ref)) for each in targets])
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
    context = {"form": form, "table": view, "source": source}
    return render(request, "datamap/add_link.html", context, status=status)


def _ref(table_id: str, targets: list[page_queries.Target]) -> TableRef:
    return next(each.ref for each in targets if str(each.id) == table_id)
