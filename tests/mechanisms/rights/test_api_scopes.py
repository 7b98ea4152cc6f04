"""Scope × method × address: a program reaches what its token's scopes name, and nothing else."""

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from discreet.foundation.staff import actions as staff
from discreet.foundation.staff.models import ApiToken
from discreet.foundation.staff.rules import Scope
from discreet.mechanisms.rights.models import RightsRequest
from discreet.vocabulary.actors import Role
from tests.foundation.staff.people import ROOT, add
from tests.mechanisms.rights.company import ANN

pytestmark = [pytest.mark.duty("M8.1"), pytest.mark.django_db]
READ, WRITE, EVIDENCE = Scope.REQUESTS_READ, Scope.REQUESTS_WRITE, Scope.EVIDENCE_READ
CHOICES, CHOOSE = Scope.CHOICES_READ, Scope.CHOICES_WRITE
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
#: What each operation needs. Everything else is refused.
TABLE: dict[tuple[str, str], frozenset[Scope]] = {
    ("GET", "/requests"): frozenset({READ}),
    ("POST", "/requests"): frozenset({WRITE}),
    ("GET", "/requests/{number}"): frozenset({READ}),
    ("POST", "/requests/{number}/verify"): frozenset({WRITE}),
    ("POST", "/requests/{number}/correction"): frozenset({WRITE}),
    ("GET", "/requests/{number}/plan"): frozenset({READ}),
    ("GET", "/requests/{number}/package"): frozenset({READ, WRITE}),
    ("GET", "/requests/{number}/proof"): frozenset({EVIDENCE}),
    ("POST", "/permission/opt-outs"): frozenset({CHOOSE}),
    ("POST", "/permission/opt-ins"): frozenset({CHOOSE}),
    ("POST", "/permission/opt-ins/{step}/confirm"): frozenset({CHOOSE}),
    ("POST", "/permission/asks"): frozenset({CHOOSE}),
    ("POST", "/permission/check"): frozenset({CHOICES}),
    ("POST", "/permission/check/batch"): frozenset({CHOICES}),
}
BODIES = {
    "/requests": {"kind": "erasure", "email": ANN},
    "/requests/{number}/verify": {"reason": "Seen"},
    "/requests/{number}/correction": {"changes": [{"kind": "name", "new": "Ann"}]},
    "/permission/opt-outs": {"email": ANN},
    "/permission/opt-ins": {"email": ANN},
    "/permission/opt-ins/{step}/confirm": {},
    "/permission/asks": {"person": {"email": ANN}},
    "/permission/check": {"person": {"email": ANN}, "purpose": "Marketing"},
    "/permission/check/batch": {"people": [{"email": ANN}], "purpose": "Marketing"},
}
SCOPES = [
    frozenset(held)
    for held in (
        (READ,),
        (WRITE,),
        (EVIDENCE,),
        (READ, WRITE),
        (READ, EVIDENCE),
        (READ, WRITE, EVIDENCE),
        (CHOICES,),
        (CHOOSE,),
    )
]
EVERY_ROLE = (Role.AGENT, Role.APPROVER, Role.ADMINISTRATOR, Role.AUDITOR)


def token(scopes: frozenset[Scope], *roles: Role) -> str:
    add("wei", *roles)
    now = datetime.now(UTC)
    return staff.create_token(actor=ROOT, now=now, owner="wei", name="crm", scopes=sorted(scopes), days=30)


def ask(raw: str, method: str, path: str) -> int:
    headers = {"Authorization": f"Bearer {raw}", "Idempotency-Key": "k"}
    body = json.dumps(BODIES.get(path, {}))
    where = f"/api/v1{path.replace('{number}', 'R-1001')}"
    return int(Client().generic(method, where, body, "application/json", headers=headers).status_code)


def document() -> dict[str, dict[str, dict[str, object]]]:
    found: dict[str, dict[str, dict[str, object]]] = json.loads(Client().get("/api/v1/openapi.json").content)[
        "paths"
    ]
    return found


def test_the_document_names_the_scopes_of_every_operation() -> None:
    named = {
        (method.upper(), path.removeprefix("/api/v1")): operation["security"]
        for path, operations in document().items()
        for method, operation in operations.items()
    }
    assert named == {
        where: [
            {"Token": [scope.value for scope in (READ, WRITE, EVIDENCE, CHOICES, CHOOSE) if scope in needed]}
        ]
        for where, needed in TABLE.items()
    }


@pytest.mark.parametrize("held", SCOPES, ids=lambda held: "+".join(sorted(held)))
def test_a_token_reaches_exactly_what_its_scopes_name(held: frozenset[Scope]) -> None:
    raw = token(held, *EVERY_ROLE)
    for path in {path for _, path in TABLE}:
        for method in METHODS:
            status = ask(raw, method, path)
            needed = TABLE.get((method, path))
            if needed is None:
                assert status == 405, (method, path, status)
            elif needed <= held:
                assert status not in (401, 403, 405) and status < 500, (method, path, status)
            else:
                assert status == 403, (method, path, status)
    assert RightsRequest.objects.exists() == (WRITE in held)


@pytest.mark.parametrize("names", [[], ["*"], ["requests"], ["requests:admin"], ["REQUESTS:READ"]])
def test_a_scope_that_nobody_knows_reaches_nothing(names: list[str]) -> None:
    raw = token(frozenset({READ}), *EVERY_ROLE)
    ApiToken.objects.update(scopes=names)
    assert {ask(raw, method, path) for method, path in TABLE} == {403}


def test_a_token_reaches_no_further_than_its_owner() -> None:
    raw = token(frozenset({READ, WRITE}), Role.VIEWER)
    reached = {where for where in TABLE if ask(raw, *where) != 403}
    assert reached == {where for where, needed in TABLE.items() if needed == {READ}}


def test_an_operation_that_names_no_scope_is_refused_to_everybody() -> None:
    from discreet.foundation.staff.bearer import ScopeMissing, Token
    from discreet.project.api import api

    raw = token(frozenset(Scope), *EVERY_ROLE)
    (default,) = api.auth
    assert isinstance(default, Token)
    with pytest.raises(ScopeMissing):
        default.authenticate(Client().get("/api/v1/openapi.json").wsgi_request, raw)


def test_verifying_shows_nothing_of_the_request() -> None:
    raw = token(frozenset({WRITE}), *EVERY_ROLE)
    headers = {"Authorization": f"Bearer {raw}", "Idempotency-Key": "k"}
    client = Client(headers=headers)
    number = client.post("/api/v1/requests", BODIES["/requests"], "application/json").json()["id"]
    told = client.post(f"/api/v1/requests/{number}/verify", {"reason": "Seen"}, "application/json")
    assert told.json() == {"id": number, "state": "verified", "missing": []}
