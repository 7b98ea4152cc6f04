"""The calendar of deadlines: a month, the same as a list, and a file for calendar programs."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from discreet.foundation.desk.calendar import month_named, month_of, running
from discreet.foundation.desk.icalendar import icalendar
from discreet.foundation.staff.permissions import role_required


@role_required()
@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """Show the deadlines of a month, as squares or as a list; of one day, if it is named."""
    now = timezone.now()
    today = timezone.localtime(now).date()
    shown = month_of(month_named(request.GET.get("month", ""), today=today), now=now)
    day = request.GET.get("day", "")[:10]
    is_list = request.GET.get("view") == "list"
    context = {
        "month": shown,
        "here": f"{shown.year}-{shown.month:02}",
        "today": today,
        "is_list": is_list,
        "day": day if any(day == one.day.isoformat() for one in shown.due) else "",
        "rows": [one for one in shown.due if day in ("", one.day.isoformat())] or shown.due,
        "weekdays": [one.weekday for one in shown.weeks[0]],
    }
    return render(request, "desk/calendar.html", context)


@role_required()
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """Return every running deadline for a calendar program."""
    now = timezone.now()
    body = icalendar(
        running(now=now),
        now=now,
        name=gettext("Deadlines (Discreet)"),
        base_url=settings.DISCREET_BASE_URL,
    )
    return HttpResponse(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="deadlines.ics"'},
    )
