"""The data map as a file to hand over."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from discreet.foundation.datamap.report import map_report
from discreet.foundation.staff.permissions import role_required


@role_required()
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """Return the report of the whole map in the language of the page."""
    return HttpResponse(
        map_report(now=timezone.now()),
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="data-map.pdf"'},
    )
