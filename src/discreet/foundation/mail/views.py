"""The demo's mailbox: mail that would have left, to be read in the browser. Absent outside the demo."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from discreet.foundation.mail.folder import newest_in_folder


@require_GET
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the newest mails of the folder."""
    if not settings.DISCREET_DEMO:
        raise Http404
    return render(request, "mail/mailbox.html", {"mails": newest_in_folder()})
