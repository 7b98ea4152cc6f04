"""Reports to hand over. An app registers its own in its `navigation.py` or `reports.py`.

register(Report(url_name="datamap:report", icon="sitemap", label=gettext_noop("Data map"),
                detail=gettext_noop("What personal data stands where")))
"""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from discreet.foundation.desk.discovery import discover
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import ANY_STAFF, role_required
from discreet.vocabulary.actors import Role


@dataclass(frozen=True, slots=True)
class Report:
    """One PDF that stands at an address without arguments."""

    url_name: str
    label: str
    detail: str
    icon: str = "file-text"
    roles: frozenset[Role] = ANY_STAFF


_reports: dict[str, Report] = {}


def register(report: Report) -> None:
    """Add a report. Registering the same `url_name` again changes nothing."""
    _reports.setdefault(report.url_name, report)


@role_required()
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Show which reports there are for this person."""
    discover()
    roles = actor_of(request).roles
    found = [
        (gettext(one.label), gettext(one.detail), one.icon, url)
        for one in _reports.values()
        if one.roles & roles
        for url in _url(one)
    ]
    return render(request, "desk/reports.html", {"reports": found})


def _url(report: Report) -> list[str]:
    try:
        return [reverse(report.url_name)]
    except NoReverseMatch:
        return []
