"""Staff pages of cases about new personal data: the list, the case, decide together, give to a person."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from discreet.foundation.cases.queries import CaseFilter, list_cases
from discreet.foundation.datamap import bulk_actions, change_pages, page_queries, undoing
from discreet.foundation.datamap import changes as acts
from discreet.foundation.datamap.desk import CHANGERS, may_change
from discreet.foundation.datamap.forms import BulkForm
from discreet.foundation.datamap.models import MapChange
from discreet.foundation.staff import queries as staff
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required

PAGE_SIZE = 50


def _change(number: str) -> MapChange:
    change = acts.change_of(number)
    if change is None:
        raise Http404
    return change


def _owners() -> list[tuple[str, str]]:
    return [
        (one.username, one.full_name or one.username)
        for one in staff.members()
        if one.is_active and one.roles & set(CHANGERS)
    ]


@role_required()
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """List the cases, open ones alone unless all are asked for."""
    is_all = request.GET.get("show") == "all"
    where = CaseFilter(kind=acts.KIND, is_open=None if is_all else True)
    total = list_cases(where=where, page_size=1).total
    page = Paginator(range(total), PAGE_SIZE).get_page(request.GET.get("page"))
    found = list_cases(where=where, page=page.number, page_size=PAGE_SIZE)
    lines = change_pages.change_lines(found.rows, now=timezone.now())
    return render(
        request, "datamap/changes.html", {"lines": lines, "total": total, "page": page, "is_all": is_all}
    )


@role_required()
@require_safe
def change(request: HttpRequest, number: str) -> HttpResponse:
    """Show what is new in a source, what of it waits for a person, and what happened."""
    return _page(request, _change(number))


def _page(
    request: HttpRequest, change: MapChange, *, form: BulkForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "page": change_pages.change_page(change, now=timezone.now()),
        "may_change": may_change(request),
        "owners": _owners(),
        "bulk_form": form or BulkForm(),
    }
    return render(request, "datamap/change.html", context, status=status)


@role_required(*CHANGERS)
@require_POST
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Confirm the selected fields, or the one of the button, or say what they hold."""
    change, one = _change(number), request.POST.get("one", "")
    form = BulkForm({"what": "confirm"} if one else request.POST)
    wanted = [one] if one else request.POST.getlist("field")
    decisions = form.decisions(wanted) if form.is_valid() else []
    if not decisions:
        errors = [str(error) for each in form.errors.values() for error in each]
        messages.error(request, " ".join(errors) or gettext("Select at least one field."))
        return _page(request, change, form=form, status=422)
    ids = [each.field_id for each in decisions]
    before, now = page_queries.field_states(ids), timezone.now()
    count = bulk_actions.decide_fields(
        actor=actor_of(request), now=now, source=change.source, decisions=decisions
    )
    table_id = page_queries.table_of(ids[0])
    undoing.remember(request, source=change.source, table_id=table_id, decided_at=now, fields=before)
    told = ngettext("%(n)s field decided.", "%(n)s fields decided.", count) % {"n": count}
    messages.success(request, told)
    return _to(number)


@role_required(*CHANGERS)
@require_POST
def give(request: HttpRequest, number: str) -> HttpResponse:
    """Give the case to somebody who may decide it, or to nobody."""
    owner = request.POST.get("owner", "")
    if owner and owner not in dict(_owners()):
        raise Http404
    version = request.POST.get("version", "")
    acts.give(
        actor=actor_of(request),
        now=timezone.now(),
        number=number,
        owner=owner,
        version=int(version) if version.isdecimal() and len(version) < 10 else None,
    )
    messages.success(request, gettext("The case is given."))
    return _to(number)


def _to(number: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("datamap:change", args=[number]))
