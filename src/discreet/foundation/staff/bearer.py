"""How a program signs in to the REST API: a token of the desk that lends every scope an operation needs.

@router.get("/requests", **needs(Scope.REQUESTS_READ))
"""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Schema
from ninja.security import HttpBearer
from pydantic import ConfigDict

from discreet.foundation.staff.queries import grant_of_token
from discreet.foundation.staff.rules import Scope
from discreet.vocabulary.actors import Actor
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class ScopeMissing(Refused):
    code = "rights.scope_missing"  # programs know it by this name since requests were all there was
    message = gettext_noop(
        "This token may not do that. It takes the scope %(scopes)s, and an owner whose role allows it."
    )
    status = 403


class Token(HttpBearer):
    """`Authorization: Bearer dsc_…`, made on the desk's page of tokens. It must lend every one of `scopes`.

    One that names no scope is refused to everybody.
    """

    openapi_description = (
        "A token of the desk. requests:read lists and shows; requests:write opens and verifies; fetching a "
        "package needs both; evidence:read fetches proofs; choices:read asks what people chose; choices:write "
        "passes on their opt-outs. A token reaches no further than its owner's roles."
    )

    def __init__(self, *scopes: Scope) -> None:
        super().__init__()
        self.scopes = scopes

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        grant = grant_of_token(token, now=timezone.now())
        if grant is None:
            return None
        if not (self.scopes and grant.scopes.issuperset(self.scopes)):
            raise ScopeMissing(scopes=", ".join(self.scopes))
        return grant.actor


class Body(Schema):
    """What a caller sends. A field that is not known is refused: whoever passed it over would answer another question."""

    model_config = ConfigDict(extra="forbid")


class Problem(Schema):
    """Why something was refused. `code` is stable, `message` for people."""

    code: str
    message: str


REFUSALS: dict[Any, Any] = dict.fromkeys((400, 401, 403, 404, 409, 422, 429, 503), Problem)


def needs(*scopes: Scope, **openapi: Any) -> dict[str, Any]:
    """Return what makes an operation need these scopes, and its OpenAPI name them."""
    security = ({Token.__name__: [scope.value for scope in scopes]},)  # a tuple: Ninja would append to a list
    return {"auth": Token(*scopes), "openapi_extra": {**openapi, "security": security}}


def actor_of_token(request: HttpRequest) -> Actor:
    """Return who the token of this request acts as."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor
