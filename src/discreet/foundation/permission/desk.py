"""The staff page of standing choices: how many stand, how they arrive, what changed, and whose, by a contact."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_http_methods

from discreet.foundation.desk.phrases import is_chinese
from discreet.foundation.permission import queries
from discreet.foundation.permission.figures import Figures, figures, recent_changes
from discreet.foundation.permission.people import MAX_LENGTH, Person, person_of_words
from discreet.foundation.permission.refusals import NotAnAddress, NotReadable
from discreet.foundation.permission.words import CHANNELS, KINDS, staff_rows
from discreet.foundation.staff.permissions import role_required
from discreet.vocabulary.dates import written_date


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
