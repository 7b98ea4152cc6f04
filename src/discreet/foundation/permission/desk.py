"""The staff pages of standing choices: how many stand, how they arrive, whose, and what is decided of one."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from discreet.foundation.desk.cases import page_of
from discreet.foundation.desk.phrases import is_chinese
from discreet.foundation.permission import listed, queries
from discreet.foundation.permission.actions import ending, informing
from discreet.foundation.permission.figures import Figures, figures, recent_changes
from discreet.foundation.permission.people import MAX_LENGTH, Person, person_of_words
from discreet.foundation.permission.refusals import NotAnAddress, NotReadable, UnknownChoice
from discreet.foundation.permission.rules import Decision, Kind, holds
from discreet.foundation.permission.words import CHANNELS, KINDS, TOLD, staff_rows
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.vocabulary.actors import Role
from discreet.vocabulary.dates import written_date

DECIDERS = frozenset({Role.AGENT, Role.APPROVER, Role.ADMINISTRATOR})
OVERRIDERS = frozenset({Role.APPROVER, Role.ADMINISTRATOR})
LIFTERS = frozenset({Role.AGENT, Role.ADMINISTRATOR})


@require_http_methods(["GET", "POST"])
@role_required()
def choices(request: HttpRequest) -> HttpResponse:
    """Show figures and recent changes, or what one contact chose. The contact stands in no address and is not kept."""
    now, words = timezone.now(), request.POST.get("q", "").strip()[: MAX_LENGTH + 1]
    is_search, is_unreadable = request.method == "POST" and bool(words), False
    person = Person()
    if is_search:
        try:
            person = person_of_words(words)
        except (NotAnAddress, NotReadable):
            is_unreadable = True
    shown = recent_changes() if not is_search else []
    if is_search and not is_unreadable:
        shown = queries.choices_of(person=person, at=now)
    counted = figures(now=now, today=timezone.localdate())
    return render(
        request,
        "permission/desk.html",
        {
            "figures": counted,
            "lists": [] if is_search else [_list_row(one) for one in listed.recent_lists()],
            "heading": _heading(counted),
            "rows": staff_rows(shown, now=now, language=get_language() or "en"),
            "is_search": is_search,
            "is_unreadable": is_unreadable,
            "query": words,
            "kinds": [(gettext(KINDS[one.kind]), one) for one in counted.kinds],
            "chart": _chart(counted),
            "channels": [gettext(CHANNELS[channel]) for channel in counted.channels],
            "weeks": _week_rows(counted),
        },
    )


@require_safe
@role_required()
def choice(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one choice, and what may be done with it now."""
    (found,) = queries.choices_by_ref([ref]) or (None,)
    if found is None:
        raise UnknownChoice
    now, fact, roles = timezone.now(), found.fact, actor_of(request).roles
    stands = holds(fact, at=now)
    is_open = stands and fact.decision is Decision.PENDING
    (row,) = staff_rows([found], now=now, language=get_language() or "en")
    told = listed.told_of(fact)
    context = {
        "row": row,
        "told": gettext(TOLD[told.state]) if told.state in TOLD else "",
        "told_number": told.case_number,
        "told_url": page_of(kind="choices", number=told.case_number) if told.case_number else "",
        "only_profiling": fact.only_profiling,
        "origin_url": page_of(kind="request", number=fact.origin) if fact.origin.startswith("R-") else "",
        "may_uphold": is_open and bool(roles & DECIDERS),
        "may_override": is_open and bool(roles & OVERRIDERS),
        "may_lift": stands and fact.kind is Kind.RESTRICTION and bool(roles & LIFTERS),
        "may_mail": informing.may_mail(fact.origin),
        "told_at": found.told_at,
        "to_tell": ending.BEFORE_LIFTING,
    }
    return render(request, "permission/choice_desk.html", context)


@require_POST
@role_required(*DECIDERS)
def uphold(request: HttpRequest, ref: str) -> HttpResponse:
    """Take an objection as justified."""
    ending.uphold_objection(actor=actor_of(request), now=timezone.now(), ref=ref)
    return _back(ref)


@require_POST
@role_required(*OVERRIDERS)
def override(request: HttpRequest, ref: str) -> HttpResponse:
    """Override an objection on compelling grounds."""
    grounds = request.POST.get("grounds", "")
    ending.override_objection(actor=actor_of(request), now=timezone.now(), ref=ref, grounds=grounds)
    return _back(ref)


@require_POST
@role_required(*LIFTERS)
def tell_lifting(request: HttpRequest, ref: str) -> HttpResponse:
    """Tell the person by mail that a restriction will be lifted, or note that they were told otherwise."""
    act = ending.mail_lifting if "mail" in request.POST else ending.tell_lifting
    act(actor=actor_of(request), now=timezone.now(), ref=ref)
    return _back(ref)


@require_POST
@role_required(*LIFTERS)
def lift(request: HttpRequest, ref: str) -> HttpResponse:
    """Lift a restriction."""
    ending.lift_restriction(actor=actor_of(request), now=timezone.now(), ref=ref)
    return _back(ref)


def _list_row(one: listed.ListView) -> dict[str, Any]:
    return {
        "day": written_date(one.day, language=get_language() or "en"),
        "kind": gettext(KINDS[one.kind]),
        "people": one.people,
        "number": one.case_number,
        "url": page_of(kind="choices", number=one.case_number) if one.case_number else "",
        "is_settled": one.is_settled,
    }


def _back(ref: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("permission:choice", args=[ref]))


def _heading(counted: Figures) -> str:
    if counted.is_empty:
        return gettext("No choice stands yet")
    head = ngettext("%(n)s choice stands", "%(n)s choices stand", counted.stands) % {
        "n": f"{counted.stands:,}"
    }
    if not counted.to_decide:
        return head
    waiting = ngettext(
        "%(n)s objection waits for a decision", "%(n)s objections wait for a decision", counted.to_decide
    ) % {"n": f"{counted.to_decide:,}"}
    return f"{head}，{waiting}" if is_chinese() else f"{head}, {waiting}"


def _week_rows(counted: Figures) -> list[tuple[str, list[int], int]]:
    language = get_language() or "en"
    return [
        (
            written_date(week.begins, language=language),
            [week.by_channel.get(channel, 0) for channel in counted.channels],
            week.total,
        )
        for week in counted.weeks
    ]


_SHADES = ("var(--ink)", "var(--ink-2)", "var(--line-2)", "var(--act)", "var(--line)", "var(--none)")


def _chart(counted: Figures) -> dict[str, Any]:
    """Return the options of the chart: one stacked bar a week, a shade for each channel."""
    axis = {"axisLine": {"lineStyle": {"color": "var(--line-2)"}}, "axisLabel": {"color": "var(--ink-2)"}}
    return {
        "grid": {"left": 44, "right": 12, "top": 34, "bottom": 28},
        "legend": {"top": 0, "left": 0, "textStyle": {"color": "var(--ink)"}},
        "tooltip": {"trigger": "axis", "renderMode": "richText"},
        "xAxis": {"type": "category", "data": [label for label, _, _ in _week_rows(counted)], **axis},
        "yAxis": {
            "type": "value",
            "minInterval": 1,
            "splitLine": {"lineStyle": {"color": "var(--line)"}},
            **axis,
        },
        "series": [
            {
                "type": "bar",
                "stack": "all",
                "name": gettext(CHANNELS[channel]),
                "data": [week.by_channel.get(channel, 0) for week in counted.weeks],
                "itemStyle": {"color": _SHADES[place]},
            }
            for place, channel in enumerate(counted.channels)
        ],
    }
