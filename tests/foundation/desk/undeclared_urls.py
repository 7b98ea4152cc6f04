"""The product's addresses and one under /desk/ that declares no roles, and one that fails."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from discreet.foundation.staff.permissions import role_required
from discreet.project.urls import handler400, handler403, handler404, handler500
from discreet.project.urls import urlpatterns as product
from discreet.vocabulary.errors import Refused


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open to all")


@role_required()
def failing(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("secret-detail")


@role_required()
def refusing(request: HttpRequest) -> HttpResponse:
    raise Refused


def refusing_api(request: HttpRequest) -> HttpResponse:
    raise Refused


urlpatterns = [
    path("desk/undeclared/", undeclared),
    path("desk/failing/", failing),
    path("desk/refusing/", refusing),
    path("api/refusing/", refusing_api),
    *product,
]
__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
