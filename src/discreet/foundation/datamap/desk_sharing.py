"""Staff pages of recipients and manual sources: list with search, add, change, end; what was stated before."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from discreet.foundation.datamap import sharing_actions, sharing_pages, sharing_queries
from discreet.foundation.datamap.desk import CHANGERS, may_change
from discreet.foundation.datamap.sharing_forms import ManualSourceForm, RecipientForm
from discreet.foundation.desk.refusals import message_of
from discreet.foundation.staff import queries as staff
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.vocabulary.errors import Refused

MOST_WORDS = 100
T = TypeVar("T")


def _accounts(*, are_tellers: bool) -> list[tuple[str, str]]:
    return [
        (one.username, one.full_name or one.username)
        for one in staff.members()
        if one.is_active and (not are_tellers or one.roles & set(CHANGERS))
    ]


def _listed(request: HttpRequest, lines: Sequence[sharing_pages.Line], template: str) -> HttpResponse:
    words, is_all = request.GET.get("q", "").strip()[:MOST_WORDS], request.GET.get("show") == "all"
    found = [one for one in lines if words.casefold() in one.words]
    context = {
        "lines": found,
        "total": len(lines),
        "query": words,
        "is_all": is_all,
        "may_change": may_change(request),
    }
    return render(request, template, context)


@role_required()
@require_safe
def recipients(request: HttpRequest) -> HttpResponse:
    """List who receives personal data."""
    with_ended = request.GET.get("show") == "all"
    lines = sharing_pages.recipient_lines(sharing_queries.recipients(with_ended=with_ended), get_language())
    return _listed(request, lines, "datamap/recipients.html")


@role_required()
@require_safe
def manual_sources(request: HttpRequest) -> HttpResponse:
    """List the places that no program reads."""
    with_ended = request.GET.get("show") == "all"
    lines = sharing_pages.manual_lines(sharing_queries.manual_sources(with_ended=with_ended), get_language())
    return _listed(request, lines, "datamap/manual_sources.html")


def _try(form: RecipientForm | ManualSourceForm, act: Callable[[], object]) -> bool:
    try:
        act()
    except Refused as refusal:
        form.add_error(None, message_of(refusal))
        return False
    return True


@role_required(*CHANGERS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_recipient(request: HttpRequest) -> HttpResponse:
    """State somebody new who receives personal data."""
    form = RecipientForm(request.POST or None, facts=None, staff=_accounts(are_tellers=True))
    if request.method == "POST" and form.is_valid():
        actor, now = actor_of(request), timezone.now()
        if _try(
            form, lambda: sharing_actions.state_recipient(actor=actor, now=now, facts=form.facts, is_new=True)
        ):
            messages.success(request, gettext("The recipient is stated."))
            return HttpResponseRedirect(reverse("datamap:recipient", args=[form.facts.key]))
    status = 422 if request.method == "POST" else 200
    return render(request, "datamap/recipient.html", {"form": form, "may_change": True}, status=status)


@role_required()
@require_http_methods(["GET", "HEAD"])
def recipient(request: HttpRequest, key: str) -> HttpResponse:
    """Show a recipient: what is stated now and what was stated before."""
    return _recipient(request, key, None)


@role_required(*CHANGERS)
@require_POST
def change_recipient(request: HttpRequest, key: str) -> HttpResponse:
    """State a recipient anew; what was stated stays as its earlier version."""
    versions = _first_or_404(sharing_queries.recipient_versions(key))
    form = RecipientForm(request.POST, facts=versions[0].facts, staff=_accounts(are_tellers=True))
    actor, now = actor_of(request), timezone.now()
    if form.is_valid() and _try(
        form, lambda: sharing_actions.state_recipient(actor=actor, now=now, facts=form.facts, is_new=False)
    ):
        messages.success(request, gettext("The recipient is stated."))
        return HttpResponseRedirect(reverse("datamap:recipient", args=[key]))
    return _recipient(request, key, form)


def _recipient(request: HttpRequest, key: str, form: RecipientForm | None) -> HttpResponse:
    versions = _first_or_404(sharing_queries.recipient_versions(key))
    context = {
        "form": form or RecipientForm(facts=versions[0].facts, staff=_accounts(are_tellers=True)),
        "one": sharing_pages.recipient_lines(versions[:1], get_language())[0],
        "versions": sharing_pages.recipient_lines(versions, get_language()),
        "may_change": may_change(request) and not versions[0].version.is_ended,
    }
    return render(request, "datamap/recipient.html", context, status=422 if form else 200)


@role_required(*CHANGERS)
@require_POST
def end_recipient(request: HttpRequest, key: str) -> HttpResponse:
    """State that a recipient holds nothing any more."""
    sharing_actions.end_recipient(actor=actor_of(request), now=timezone.now(), key=key)
    messages.success(request, gettext("The recipient has ended. What was stated stays on record."))
    return HttpResponseRedirect(reverse("datamap:recipients"))


@role_required(*CHANGERS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_manual_source(request: HttpRequest) -> HttpResponse:
    """State a new place that no program reads."""
    form = ManualSourceForm(request.POST or None, facts=None, staff=_accounts(are_tellers=False))
    if request.method == "POST" and form.is_valid():
        actor, now = actor_of(request), timezone.now()
        if _try(
            form,
            lambda: sharing_actions.state_manual_source(actor=actor, now=now, facts=form.facts, is_new=True),
        ):
            messages.success(request, gettext("The manual source is stated."))
            return HttpResponseRedirect(reverse("datamap:manual_source", args=[form.facts.key]))
    status = 422 if request.method == "POST" else 200
    return render(request, "datamap/manual_source.html", {"form": form, "may_change": True}, status=status)


@role_required()
@require_http_methods(["GET", "HEAD"])
def manual_source(request: HttpRequest, key: str) -> HttpResponse:
    """Show a manual source: what is stated now and what was stated before."""
    return _manual(request, key, None)


@role_required(*CHANGERS)
@require_POST
def change_manual_source(request: HttpRequest, key: str) -> HttpResponse:
    """State a manual source anew."""
    versions = _first_or_404(sharing_queries.manual_source_versions(key))
    form = ManualSourceForm(request.POST, facts=versions[0].facts, staff=_accounts(are_tellers=False))
    actor, now = actor_of(request), timezone.now()
    if form.is_valid() and _try(
        form,
        lambda: sharing_actions.state_manual_source(actor=actor, now=now, facts=form.facts, is_new=False),
    ):
        messages.success(request, gettext("The manual source is stated."))
        return HttpResponseRedirect(reverse("datamap:manual_source", args=[key]))
    return _manual(request, key, form)


def _manual(request: HttpRequest, key: str, form: ManualSourceForm | None) -> HttpResponse:
    versions = _first_or_404(sharing_queries.manual_source_versions(key))
    context = {
        "form": form or ManualSourceForm(facts=versions[0].facts, staff=_accounts(are_tellers=False)),
        "one": sharing_pages.manual_lines(versions[:1], get_language())[0],
        "versions": sharing_pages.manual_lines(versions, get_language()),
        "may_change": may_change(request) and not versions[0].version.is_ended,
    }
    return render(request, "datamap/manual_source.html", context, status=422 if form else 200)


@role_required(*CHANGERS)
@require_POST
def end_manual_source(request: HttpRequest, key: str) -> HttpResponse:
    """State that a manual source is asked no more."""
    sharing_actions.end_manual_source(actor=actor_of(request), now=timezone.now(), key=key)
    messages.success(request, gettext("The manual source has ended. What was stated stays on record."))
    return HttpResponseRedirect(reverse("datamap:manual_sources"))


def _first_or_404(versions: list[T]) -> list[T]:
    if not versions:
        raise Http404
    return versions
