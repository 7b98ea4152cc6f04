"""Staff pages of scans: begin, progress, rest, stop, plan, and what differs since the last one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from discreet.foundation.datamap import (
    actions,
    bulk_actions,
    changes,
    page_queries,
    scan_actions,
    scan_queries,
)
from discreet.foundation.datamap.desk import CHANGERS, is_partial, may_change
from discreet.foundation.datamap.driving import is_driven
from discreet.foundation.datamap.forms import BulkForm, PlanForm
from discreet.foundation.datamap.scan_pages import scan_page
from discreet.foundation.desk.refusals import message_of
from discreet.foundation.sources import queries as source_queries
from discreet.foundation.staff import queries as staff
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.vocabulary.errors import Refused


def to_scan(source: str, scan_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("datamap:scan", args=[source, scan_id]))


def _view(source: str, scan_id: int) -> scan_queries.ScanView:
    view = scan_queries.scan(scan_id)
    if view is None or view.source != source:
        raise Http404
    return view


@role_required()
@require_safe
def scan(request: HttpRequest, source: str, scan_id: int) -> HttpResponse:
    """Show how far a scan is; once it ended, what it found that the last one did not."""
    view = _view(source, scan_id)
    context = {"page": scan_page(view), "source": source, "may_change": may_change(request)}
    if is_partial(request):
        answer = render(request, "datamap/parts/scan_progress.html", context)
        if not view.is_open:
            answer["HX-Refresh"] = "true"
        return answer
    if not view.is_open:
        lines = page_queries.table_lines(source)
        context |= {
            "open_changes": changes.open_numbers(source),
            "tables": len(lines),
            "personal": sum(one.personal for one in lines),
            "open_count": sum(one.open_count for one in lines),
            "people": [one for one in lines if one.is_people],
        }
    return render(request, "datamap/scan.html", context)


@role_required(*CHANGERS)
@require_POST
def start_scan(request: HttpRequest, source: str) -> HttpResponse:
    """Read the schema again and begin a scan, or go on with the one that is open."""
    source_queries.require_source(source)
    actor, now = actor_of(request), timezone.now()
    last = scan_queries.latest(source)
    if last is not None and last.state == "running" and is_driven(source):
        return to_scan(source, last.id)
    if last is None or not last.is_open:
        actions.propose_from_schema(actor=actor, now=now, source=source)
    begun = scan_actions.start_scan(actor=actor, now=now, source=source)
    return to_scan(source, begun.scan_id)


@role_required(*CHANGERS)
@require_POST
def pause_scan(request: HttpRequest, source: str, scan_id: int) -> HttpResponse:
    """Let a scan rest."""
    _view(source, scan_id)
    scan_actions.pause_scan(actor=actor_of(request), now=timezone.now(), source=source)
    return to_scan(source, scan_id)


@role_required(*CHANGERS)
@require_POST
def stop_scan(request: HttpRequest, source: str, scan_id: int) -> HttpResponse:
    """End a scan before it is done."""
    _view(source, scan_id)
    scan_actions.stop_scan(actor=actor_of(request), now=timezone.now(), source=source)
    return to_scan(source, scan_id)


@role_required(*CHANGERS)
@require_POST
def decide_differences(request: HttpRequest, source: str, scan_id: int) -> HttpResponse:
    """Confirm the selected fields of a scan's differences, or say what they hold."""
    _view(source, scan_id)
    form = BulkForm(request.POST)
    decisions = form.decisions(request.POST.getlist("field")) if form.is_valid() else []
    if not decisions:
        errors = [str(error) for each in form.errors.values() for error in each]
        messages.error(request, " ".join(errors) or gettext("Select at least one field."))
        return to_scan(source, scan_id)
    count = bulk_actions.decide_fields(
        actor=actor_of(request), now=timezone.now(), source=source, decisions=decisions
    )
    text = ngettext("%(n)s field decided.", "%(n)s fields decided.", count)
    messages.success(request, text % {"n": count})
    return to_scan(source, scan_id)


@role_required(*CHANGERS)
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, source: str) -> HttpResponse:
    """Say how often, how hard and when a source is scanned, and who owns what is new in it."""
    source_queries.require_source(source)
    owners = [
        (one.username, one.full_name or one.username)
        for one in staff.members()
        if one.is_active and one.roles & set(CHANGERS)
    ]
    form = PlanForm(request.POST or None, plan=scan_queries.plan_of(source), owners=owners)
    if request.method == "POST" and form.is_valid():
        try:
            scan_actions.set_scan_plan(
                actor=actor_of(request), now=timezone.now(), source=source, plan=form.plan
            )
        except Refused as refusal:
            form.add_error(None, message_of(refusal))
        else:
            messages.success(request, gettext("The plan of scans is set."))
            return HttpResponseRedirect(reverse("datamap:source", args=[source]))
    status = 422 if request.method == "POST" else 200
    return render(request, "datamap/plan.html", {"form": form, "source": source}, status=status)
