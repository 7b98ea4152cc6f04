"""Staff pages of a correction: what is wanted, place by place, and one act behind each button."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.mechanisms.rights import preparing, queries
from discreet.mechanisms.rights.actions import correcting
from discreet.mechanisms.rights.correcting import page as correction_page
from discreet.mechanisms.rights.correcting.forms import WishForm
from discreet.mechanisms.rights.kinds import Way, way_of
from discreet.mechanisms.rights.refusals import NotThisKind
from discreet.mechanisms.rights.request_views import RequestView
from discreet.vocabulary.actors import Role

WORKERS = (Role.AGENT, Role.APPROVER, Role.ADMINISTRATOR)


@require_http_methods(["GET", "POST"])
@role_required(Role.AGENT, Role.APPROVER)
def correction(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show the places, values masked; a POST opens the values on this page, which is recorded first."""
    view = _correction(number)
    if request.method == "POST":
        correcting.open_correction(actor=actor_of(request), now=timezone.now(), number=number)
    return _page(request, view, is_open=request.method == "POST", form=None)


@require_POST
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def wish(request: HttpRequest, number: str) -> HttpResponseBase:
    """Write down what is to be corrected, for a request that came by phone, paper or e-mail."""
    view = _correction(number)
    form = WishForm(request.POST, country=view.residence)
    if not form.is_valid():
        return _page(request, view, is_open=False, form=form, status=422)
    correcting.set_wish(
        actor=actor_of(request),
        now=timezone.now(),
        number=number,
        changes=form.changes(),
        note=form.cleaned_data["note"],
    )
    messages.success(request, gettext("Written down. The places are being looked for."))
    return _back(number)


@require_POST
@role_required(Role.AGENT, Role.ADMINISTRATOR)
def decide_places(request: HttpRequest, number: str) -> HttpResponseBase:
    """Take what was chosen place by place, and plan again."""
    batch_id = _correction(number).plan.batch_id
    posted = {name: request.POST.get(name, "") for name in request.POST}
    choices, own_values = correction_page.choices_of(posted, batch_id=batch_id)
    actor, now = actor_of(request), timezone.now()
    correcting.decide_places(actor=actor, now=now, batch_id=batch_id, choices=choices, own_values=own_values)
    preparing.prepare_batch(batch_id, actor, now)
    messages.success(request, gettext("Chosen. This is the plan as it is now; nothing was written yet."))
    return _back(number)


def _correction(number: str) -> RequestView:
    view = queries.request_view(number)
    if way_of(view.kind) is not Way.CORRECT:
        raise NotThisKind(number=view.number)
    return view


def _page(
    request: HttpRequest, view: RequestView, *, is_open: bool, form: WishForm | None, status: int = 200
) -> HttpResponseBase:
    shown = correction_page.context(view, actor=actor_of(request), is_open=is_open)
    form = form or WishForm(country=view.residence)
    return render(request, "rights/correction.html", {**shown, "form": form}, status=status)


def _back(number: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("rights:correction", args=[number]))
