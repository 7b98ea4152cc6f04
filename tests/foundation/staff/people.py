"""Staff for tests, made by the product's own acts."""

from collections.abc import Collection
from datetime import UTC, datetime

from django.test import Client

from discreet.foundation.staff import actions
from discreet.foundation.staff.models import StaffMember
from discreet.vocabulary.actors import Actor, ActorKind, Role

NOW = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
PASSWORD = "quiet-harbour-93"
ROOT = Actor(kind=ActorKind.SHELL, name="root", roles=frozenset(Role))


def add(username: str, *roles: Role, email: str = "") -> StaffMember:
    """Create an account with a password of its own."""
    actions.create_member(actor=ROOT, now=NOW, username=username, email=email, roles=roles, password=PASSWORD)
    return StaffMember.objects.get(username=username)


def staff(username: str, roles: Collection[Role]) -> Actor:
    return Actor(kind=ActorKind.STAFF, name=username, roles=frozenset(roles))


def sign_in(client: Client, login: str, password: str = PASSWORD) -> int:
    """Sign in through the page; return the status of its answer."""
    return client.post("/account/login/", {"login": login, "password": password}).status_code


def is_signed_in(client: Client) -> bool:
    """Say whether the session opens the desk or something that must come first."""
    response = client.get("/desk/")
    return not (response.status_code == 302 and response["Location"].startswith("/account/login/"))
