"""The page behind the link in a mail with a code: the open requests that wait for a code to this mailbox.

A GET shows no code: mail scanners follow links. The code proves nothing here: it is typed on the page of its request,
which only whoever made the request was given. Source: failure promises 14, 16; GDPR Art. 12(6).
"""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from discreet.foundation.centre import limits, mailbox_links
from discreet.foundation.centre.public import public_page
from discreet.foundation.centre.refusals import NoCodeToShow
from discreet.foundation.centre.rules import ALL_CODES, REQUEST_CODES
from discreet.foundation.desk.refusals import message_of
from discreet.mechanisms.rights.actions import mailboxes
from discreet.mechanisms.rights.forms import MailboxForm
from discreet.mechanisms.rights.kinds import right_of
from discreet.mechanisms.rights.opening import waiting_codes
from discreet.mechanisms.rights.words import REQUESTERS
from discreet.vocabulary.actors import Actor, ActorKind

CUSTOMER = Actor(kind=ActorKind.CUSTOMER, name="customer")


@require_http_methods(["GET", "POST"])
@public_page
def mailbox(request: HttpRequest, token: str) -> HttpResponseBase:
    """List the open requests of a mailbox; show a code for the one whose number was chosen or typed."""
    now = timezone.now()
    digest = mailbox_links.mailbox_of(token, now=now)
    form = MailboxForm(request.POST or None)
    number, code, problem = "", "", ""
    if form.is_bound and form.is_valid():
        number = form.cleaned_data["number"]
        limits.count(REQUEST_CODES, value=digest, now=now)
        limits.count(ALL_CODES, value="", now=now)
        try:
            code = mailboxes.show_code(actor=CUSTOMER, now=now, number=number, mailbox=digest)
        except NoCodeToShow as refusal:
            problem = message_of(refusal)
    rows = [
        {
            "number": one.number,
            "kind": gettext(right_of(one.kind).title),
            "received_at": one.received_at,
            "who": gettext(REQUESTERS[one.requester]),
        }
        for one in waiting_codes.of_mailbox(digest)
    ]
    context = {
        "rows": rows,
        "form": form,
        "token": token,
        "number": number,
        "code": code,
        "problem": problem,
    }
    return render(request, "rights/mailbox.html", context, status=422 if form.is_bound and not code else 200)
