"""Language, theme and density: kept in cookies, set without JavaScript, for staff and customers alike."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from discreet.foundation.desk.context import DENSITIES, DENSITY_COOKIE, THEME_COOKIE, THEMES

YEAR_S = 365 * 24 * 3600


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language the person chose and return where they were."""
    chosen = request.POST.get("language", "")
    known = {code for code, _ in settings.LANGUAGES}
    return _keep(request, settings.LANGUAGE_COOKIE_NAME, chosen if chosen in known else "")


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme the person chose and return where they were."""
    chosen = request.POST.get("theme", "")
    return _keep(request, THEME_COOKIE, chosen if chosen in THEMES else "")


@require_POST
def set_density(request: HttpRequest) -> HttpResponse:
    """Keep how close rows stand and return where they were."""
    chosen = request.POST.get("density", "")
    return _keep(request, DENSITY_COOKIE, chosen if chosen in DENSITIES else "")


def _keep(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    target = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(target if is_ours else "/")
    if value:
        response.set_cookie(
            cookie,
            value,
            max_age=YEAR_S,
            httponly=True,
            samesite="Lax",
            secure=bool(settings.SESSION_COOKIE_SECURE),
        )
    return response
