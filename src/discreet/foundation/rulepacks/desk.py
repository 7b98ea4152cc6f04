"""Staff pages of the law: packs and their matrix, duties to filter, one duty, the dates ahead. They only read."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from discreet.foundation.cases import law_clocks
from discreet.foundation.desk.cases import page_of
from discreet.foundation.organisation.queries import profile
from discreet.foundation.rulepacks import law_pages, queries, uses, words
from discreet.foundation.rulepacks.duty_page import duty_page
from discreet.foundation.rulepacks.law import Confidence, Law
from discreet.foundation.rulepacks.mechanisms import MECHANISMS
from discreet.foundation.staff.permissions import role_required

CASES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class RunningCase:
    """An open case whose clock runs under a rule. `url` is empty for a kind without pages."""

    number: str
    title: str
    url: str
    due_at: datetime


def _language() -> str:
    return get_language() or "en"


@role_required()
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Show how many duties there are and drive something, the packs, and the matrix of law × mechanism."""
    language = _language()
    total = len(queries.rules())
    packs = law_pages.pack_rows(laws=frozenset(profile().laws), choosable=frozenset(Law), language=language)
    ahead = law_pages.dates_ahead(today=timezone.localdate(), language=language)
    context = {
        "total": total,
        "driving": len(uses.rules_in_use()),
        "packs": packs,
        "matrix": law_pages.matrix(),
        "next": ahead[0] if ahead else None,
    }
    return render(request, "rulepacks/law.html", context)


@role_required()
@require_safe
def duties(request: HttpRequest) -> HttpResponse:
    """List the duties that match the filter in the address, by law and mechanism."""
    language = _language()
    where = law_pages.duty_filter(request.GET.dict())
    found = law_pages.duties(where)
    context = {
        "where": where,
        "count": len(found),
        "total": len(queries.rules()),
        "packs": law_pages.grouped(found, language=language, mechanism=where.mechanism),
        "laws": [(pack.id, pack.name(language)) for pack in queries.packs().values()],
        "mechanisms": [(one.id, f"{one.id} {gettext(one.label)}") for one in MECHANISMS.values()],
        "confidences": [(one.value, gettext(words.CONFIDENCE[one])) for one in Confidence],
        "uses": [(value, gettext(label)) for value, label in law_pages.USES.items()],
    }
    return render(request, "rulepacks/duties.html", context)


@role_required()
@require_safe
def duty(request: HttpRequest, rule_id: str) -> HttpResponse:
    """Show one duty: its text in both languages, its times, how sure it is, what it drives now."""
    view = duty_page(rule_id, now=timezone.now(), language=_language())
    running = law_clocks.running_by_rule().get(rule_id, 0)
    context = {"view": view, "rule": view.rule, "running": running, "cases": _cases(rule_id)}
    return render(request, "rulepacks/duty.html", context)


def _cases(rule_id: str) -> list[RunningCase]:
    return [
        RunningCase(
            number=one.number,
            title=gettext(one.title),
            url=page_of(kind=one.kind, number=one.number),
            due_at=one.due_at,
        )
        for one in law_clocks.running_under(rule_id=rule_id, at_most=CASES_SHOWN)
    ]


@role_required()
@require_safe
def dates(request: HttpRequest) -> HttpResponse:
    """Show the days that the law names ahead, and what has come into force in the last two years."""
    language, today = _language(), timezone.localdate()
    context = {
        "ahead": law_pages.dates_ahead(today=today, language=language),
        "recent": law_pages.come_into_force(today=today, language=language),
    }
    return render(request, "rulepacks/dates.html", context)
