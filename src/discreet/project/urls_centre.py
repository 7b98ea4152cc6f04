"""The addresses of an installation that serves only the privacy centre: ROOT_URLCONF for a host of its own.

No page of staff exists here; state is shared with the other processes through the database.
"""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/privacy/"), name="front"),
    path("", include("discreet.foundation.permission.public_urls")),
    path("privacy/", include("discreet.foundation.centre.urls")),
]
handler400 = "discreet.foundation.centre.public.bad_request"
handler403 = "discreet.foundation.centre.public.forbidden"
handler404 = "discreet.foundation.centre.public.not_found"
handler500 = "discreet.foundation.centre.public.failed"
