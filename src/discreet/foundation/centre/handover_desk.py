"""Staff pages about the sites that may hand customers over. Administrators change; the auditor reads."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from discreet.foundation.centre.handover import register_site, revoke_site
from discreet.foundation.centre.handover_forms import SiteForm
from discreet.foundation.centre.handover_queries import sites as all_sites
from discreet.foundation.centre.handover_tokens import Algorithm
from discreet.foundation.desk.refusals import message_of
from discreet.foundation.staff.actors import actor_of
from discreet.foundation.staff.permissions import role_required
from discreet.vocabulary.actors import Role
from discreet.vocabulary.errors import Refused


@role_required(Role.ADMINISTRATOR, Role.AUDITOR)
@require_safe
def sites(request: HttpRequest) -> HttpResponse:
    """List the sites."""
    rows = all_sites()
    context = {
        "rows": rows,
        "working": sum(1 for row in rows if row.revoked_at is None),
        "may_change": actor_of(request).may(Role.ADMINISTRATOR),
        "address": f"{settings.DISCREET_BASE_URL}/privacy/handover/",
    }
    return render(request, "centre/desk/sites.html", context)


@role_required(Role.ADMINISTRATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def add_site(request: HttpRequest) -> HttpResponse:
    """Register a site and show, once, the secret that was made for it."""
    form = SiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            secret = register_site(
                actor=actor_of(request),
                now=timezone.now(),
                site_id=values["site_id"],
                name=values["name"],
                algorithm=Algorithm(values["algorithm"]),
                public_key=values["public_key"],
                return_url=values["return_url"],
            )
        except Refused as refusal:
            form.add_error(None, message_of(refusal))
        else:
            if secret:
                context = {"name": values["name"], "secret": secret}
                return render(request, "centre/desk/site_secret.html", context)
            messages.success(request, gettext("Site registered. Its hand-overs are taken from now on."))
            return HttpResponseRedirect(reverse("handover:sites"))
    status = 422 if form.errors else 200
    return render(request, "centre/desk/add_site.html", {"form": form}, status=status)


@role_required(Role.ADMINISTRATOR)
@require_POST
def revoke(request: HttpRequest, site_id: str) -> HttpResponse:
    """End a site's hand-overs."""
    revoke_site(actor=actor_of(request), now=timezone.now(), site_id=site_id)
    messages.success(request, gettext("Site revoked. What it signs is refused from now on."))
    return HttpResponseRedirect(reverse("handover:sites"))
