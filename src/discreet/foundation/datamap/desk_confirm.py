"""Staff page that says what confirming a whole source confirms, before it does."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from discreet.foundation.datamap import actions, summary_pages, summary_queries
from discreet.foundation.datamap.desk import CHANGERS
from discreet.foundation.datamap.desk_sources import to_source
from discreet.foundation.sources import queries as source_queries
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required


@role_required(*CHANGERS)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_source(request: HttpRequest, source: str) -> HttpResponse:
    """Show what is open in a source, warnings first; confirm all of it as it was shown."""
    source_queries.require_source(source)
    shown = summary_queries.summary(source)
    if request.method != "POST":
        return _page(request, source, shown)
    if request.POST.get("seen") != shown.seen:
        messages.error(request, gettext("The map changed meanwhile. This is how it stands now."))
        return _page(request, source, shown, status=409)
    count = actions.confirm_all(actor=actor_of(request), now=timezone.now(), source=source)
    text = ngettext("%(n)s part confirmed.", "%(n)s parts confirmed.", count)
    messages.success(request, text % {"n": count})
    return to_source(source)


def _page(
    request: HttpRequest, source: str, shown: summary_queries.Summary, *, status: int = 200
) -> HttpResponse:
    context = {"source": source, "page": summary_pages.summary_page(source, shown)}
    return render(request, "datamap/confirm.html", context, status=status)
