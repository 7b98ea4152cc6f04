"""Role × address × method: the committed table, the resolver and the pages say the same."""

from functools import cache
from pathlib import Path

import pytest
import yaml
from django.test import Client
from pytest_django import Settings

from discreet.foundation.staff.permissions import declared_roles
from discreet.vocabulary.actors import Role
from tests.foundation.staff.addresses import Address, addresses
from tests.foundation.staff.people import add

pytestmark = pytest.mark.duty("M2.1")

MATRIX = yaml.safe_load((Path(__file__).parent / "matrix.yaml").read_text(encoding="utf-8"))
METHODS = ("GET", "POST")


#: Addresses of signing in carry no role: some are open to anybody, the rest to any account.
OPENNESS = ("anybody", "signed_in")


@cache
def account() -> tuple[Address, ...]:
    """Return the addresses of signing in. One that stands twice answers as the first."""
    return tuple({one.name: one for one in reversed(addresses("/account/"))}.values())


@cache
def desk() -> tuple[Address, ...]:
    return tuple(addresses("/desk/"))


def _roles(name: str) -> frozenset[Role]:
    listed = MATRIX[name]["roles"]
    return frozenset(Role) if listed == "all" else frozenset(Role(role) for role in listed)


def test_the_table_names_every_address_of_the_desk_and_of_signing_in() -> None:
    assert sorted(MATRIX) == sorted(one.name for one in (*desk(), *account()))
    assert {one.name for one in account()} == {
        name for name, row in MATRIX.items() if row["roles"] in OPENNESS
    }


@pytest.mark.django_db
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_signing_in_is_open_to_whom_the_table_says(settings: Settings, is_signed_in: bool) -> None:
    settings.DISCREET_DEMO = True
    member = add("anna")
    for address in account():
        row = MATRIX[address.name]
        for method in METHODS:
            client = Client()
            if is_signed_in:
                client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
            response = client.generic(method, address.path, HTTP_ACCEPT="text/html")
            where = (address.name, method, response.status_code)
            asks_to_sign_in = response.status_code == 302 and response["Location"].startswith(
                "/account/login/"
            )
            if not is_signed_in and row["roles"] == "signed_in":
                assert asks_to_sign_in or response.status_code == 405, where
            elif method not in row["methods"]:
                assert response.status_code in (404, 405), where
            else:
                assert response.status_code not in (403, 405) and response.status_code < 500, where


def test_every_address_declares_the_roles_of_the_table() -> None:
    assert {one.name: declared_roles(one.view) for one in desk()} == {
        one.name: _roles(one.name) for one in desk()
    }


@pytest.mark.django_db
@pytest.mark.parametrize("method", METHODS)
def test_nobody_reaches_the_desk_without_signing_in(client: Client, method: str) -> None:
    for address in desk():
        if method not in MATRIX[address.name]["methods"]:
            continue
        response = client.generic(method, address.path)
        assert response.status_code == 302, address.path
        assert response["Location"].startswith("/account/login/?next=/desk/")


@pytest.mark.promise(25)
@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_exactly_what_the_table_gives_it(settings: Settings, role: Role) -> None:
    settings.DISCREET_DEMO = True
    client = Client()
    client.force_login(add("anna", role), backend="django.contrib.auth.backends.ModelBackend")
    for address in desk():
        for method in METHODS:
            status = client.generic(method, address.path).status_code
            where = (role, method, address.path, status)
            if method not in MATRIX[address.name]["methods"]:
                assert status in (403, 405), where
            elif role not in _roles(address.name):
                assert status == 403, where
            else:
                assert status not in (403, 405) and status < 500, where


@pytest.mark.django_db
def test_an_account_without_roles_reaches_nothing(settings: Settings) -> None:
    settings.DISCREET_DEMO = True
    client = Client()
    client.force_login(add("anna"), backend="django.contrib.auth.backends.ModelBackend")
    assert {client.get(one.path).status_code for one in desk()} <= {403, 405}
