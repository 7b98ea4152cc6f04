"""Every address. Each app's `urls.py` names its own; this file only places them."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from discreet.project.api import api
from discreet.project.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api.urls),
    path("", RedirectView.as_view(url="/desk/"), name="front"),
    path("", include("discreet.mechanisms.rights.urls")),
    path("", include("discreet.foundation.papers.urls")),
    path("", include("discreet.foundation.permission.public_urls")),
    path("desk/choices/", include("discreet.foundation.permission.urls")),
    path("desk/staff/", include("discreet.foundation.staff.desk_urls")),
    path("desk/webhooks/", include("discreet.foundation.webhooks.urls")),
    path("desk/sites/", include("discreet.foundation.centre.handover_urls")),
    path("desk/map/", include("discreet.foundation.datamap.urls")),
    path("desk/law/", include("discreet.foundation.rulepacks.urls")),
    path("desk/", include("discreet.foundation.desk.urls")),
    path("account/", include("discreet.foundation.staff.urls")),
    path("preferences/", include("discreet.foundation.desk.preference_urls")),
    path("mailbox/", include("discreet.foundation.mail.urls")),
    # What mechanisms place under /privacy/ stands above: the centre answers every address below it.
    path("privacy/", include("discreet.foundation.centre.urls")),
]
handler400 = "discreet.foundation.desk.refusals.bad_request"
handler403 = "discreet.foundation.desk.refusals.forbidden"
handler404 = "discreet.foundation.desk.refusals.not_found"
handler500 = "discreet.foundation.desk.refusals.failed"
