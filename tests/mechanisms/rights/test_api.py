"""The REST door: scopes, idempotency, bounds, and what a program may never do."""

import io
import json
import threading
import zipfile
from datetime import UTC, datetime

import pytest
import schemathesis
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from discreet.foundation.ledger import prove
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.staff import actions as staff
from discreet.foundation.staff.rules import Scope
from discreet.mechanisms.rights.models import RightsRequest
from discreet.project.wsgi import application
from discreet.vocabulary.actors import Role
from tests.foundation.sources.conftest import Company
from tests.foundation.staff.people import ROOT, add
from tests.mechanisms.rights.company import ANN, BOB, CLEO
from tests.mechanisms.rights.driving import state, work

pytestmark = pytest.mark.duty("M8.1")

BOTH = (Scope.REQUESTS_READ, Scope.REQUESTS_WRITE)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ROLES = (Role.AGENT, Role.APPROVER)


def token(*scopes: Scope, owner: str = "wei") -> str:
    add(owner, *ROLES)
    now = datetime.now(UTC)
    return staff.create_token(actor=ROOT, now=now, owner=owner, name="crm", scopes=scopes, days=30)


class Program:
    """A program with a token."""

    def __init__(self, raw: str) -> None:
        self.client = Client(raise_request_exception=False)
        self.raw = raw

    def get(self, path: str) -> tuple[int, dict[str, object]]:
        response = self.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.raw}"})
        return response.status_code, json.loads(response.content)

    def post(self, path: str, body: object, *, key: str | None = "k-1") -> tuple[int, dict[str, object]]:
        headers = {"Authorization": f"Bearer {self.raw}"} | ({"Idempotency-Key": key} if key else {})
        response = self.client.post(
            f"/api/v1{path}", json.dumps(body), content_type="application/json", headers=headers
        )
        return response.status_code, json.loads(response.content)


@pytest.fixture
def program(db: None) -> Program:
    return Program(token(*BOTH))


def test_a_program_carries_an_access_request_to_its_package(shop: Company, program: Program) -> None:
    status, opened = program.post("/requests", {"kind": "access", "email": CLEO, "residence": "DE"})
    assert status == 201
    number = opened["id"]
    assert program.post(f"/requests/{number}/verify", {"reason": "Signed in"})[0] == 200
    work()
    assert program.get(f"/requests/{number}/plan")[0] == 200
    assert program.get(f"/requests/{number}")[1]["outcome"] == "delivered"
    response = program.client.get(
        f"/api/v1/requests/{number}/package", headers={"Authorization": f"Bearer {program.raw}"}
    )
    assert response["Content-Type"] == "application/zip"
    data = json.loads(zipfile.ZipFile(io.BytesIO(response.getvalue())).read("data.json"))
    assert data["sources"]["shop"]["customer"][0]["email"] == CLEO
    taken = LedgerEntry.objects.get(act="rights.take_package")
    assert json.loads(taken.body)["actor"] == "api:wei (token crm)"


def test_the_same_key_opens_one_request_and_is_answered_alike(program: Program) -> None:
    first = program.post("/requests", {"kind": "erasure", "email": ANN})
    again = program.post("/requests", {"email": ANN, "kind": "erasure"}, key='"k-1"')
    assert first == again
    assert first[0] == 201
    assert RightsRequest.objects.count() == 1


def test_an_answer_that_is_given_again_says_so(program: Program) -> None:
    sent = {"Authorization": f"Bearer {program.raw}", "Idempotency-Key": "k"}
    body = json.dumps({"kind": "erasure", "email": ANN})
    answers = [program.client.post("/api/v1/requests", body, "application/json", headers=sent) for _ in "12"]
    assert [answer.get("Idempotency-Replayed") for answer in answers] == [None, "true"]
    assert answers[0].content == answers[1].content


def test_a_key_does_not_answer_for_another_request(program: Program) -> None:
    program.post("/requests", {"kind": "erasure", "email": ANN})
    assert program.post("/requests", {"kind": "erasure", "email": BOB})[1]["code"] == "key_reused"
    assert program.post("/requests", {"kind": "access", "email": ANN})[0] == 422


def test_a_refused_call_leaves_its_key_free(program: Program) -> None:
    assert program.post("/requests", {"kind": "erasure", "email": "nobody"})[0] == 422
    assert program.post("/requests", {"kind": "erasure", "email": ANN})[0] == 201


def test_every_writing_call_takes_a_key(program: Program) -> None:
    number = program.post("/requests", {"kind": "erasure", "email": ANN})[1]["id"]
    first = program.post(f"/requests/{number}/verify", {"reason": "Seen"}, key="v")
    assert first == program.post(f"/requests/{number}/verify", {"reason": "Seen"}, key="v")
    assert first[0] == 200
    paths = json.loads(Client().get("/api/v1/openapi.json").content)["paths"]
    without = [
        path
        for path, methods in paths.items()
        for method, operation in methods.items()
        if method != "get"
        and "Idempotency-Key" not in [one["name"] for one in operation.get("parameters", ())]
    ]
    assert without == ["/api/v1/permission/check", "/api/v1/permission/check/batch"]  # they read


def test_two_owners_do_not_share_keys(program: Program) -> None:
    other = Program(token(*BOTH, owner="mei"))
    one = program.post("/requests", {"kind": "erasure", "email": ANN})[1]
    two = other.post("/requests", {"kind": "erasure", "email": ANN})[1]
    assert one["id"] != two["id"]


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_posts_with_one_key_are_one_request() -> None:
    raw = token(*BOTH)
    answers: list[tuple[int, object]] = []
    gate = threading.Barrier(20)

    def send() -> None:
        gate.wait()
        status, body = Program(raw).post("/requests", {"kind": "erasure", "email": ANN})
        answers.append((status, body.get("id") or body.get("code")))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (request,) = RightsRequest.objects.all()
    assert len(answers) == 20
    assert (201, request.number) in answers
    assert set(answers) <= {(201, request.number), (409, "still_running")}
    send_again = Program(raw).post("/requests", {"kind": "erasure", "email": ANN})
    assert (send_again[0], send_again[1]["id"]) == (201, request.number)


@pytest.mark.parametrize("header", [None, "Bearer nothing", "Basic d2VpOng=", "Bearer "])
def test_without_a_valid_token_nothing_is_answered(db: None, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    response = Client().get("/api/v1/requests", headers=headers)
    assert response.status_code == 401
    assert json.loads(response.content)["code"] == "not_signed_in"


def test_a_reading_token_opens_nothing(db: None) -> None:
    reader = Program(token(Scope.REQUESTS_READ))
    assert reader.get("/requests")[0] == 200
    status, body = reader.post("/requests", {"kind": "erasure", "email": ANN})
    assert (status, body["code"]) == (403, "rights.scope_missing")
    assert RightsRequest.objects.count() == 0


def test_a_token_for_evidence_reads_no_request(db: None) -> None:
    assert Program(token(Scope.EVIDENCE_READ)).get("/requests")[0] == 403


def test_an_auditors_program_fetches_the_proof_that_the_command_line_writes(program: Program) -> None:
    number = program.post("/requests", {"kind": "erasure", "email": ANN})[1]["id"]
    add("vera", Role.AUDITOR)
    now = datetime.now(UTC)
    raw = staff.create_token(
        actor=ROOT, now=now, owner="vera", name="audit", scopes=[Scope.EVIDENCE_READ], days=30
    )
    status, proof = Program(raw).get(f"/requests/{number}/proof")
    assert status == 200
    assert proof == json.loads(json.dumps(prove.complete_bundle(f"request:{number}", now=now)))
    assert Program(raw).get("/requests/R-9999/proof")[0] == 404
    assert program.get(f"/requests/{number}/proof")[0] == 403


@pytest.mark.parametrize("key", [None, "a b"])
def test_a_missing_idempotency_key_is_told_with_what_to_send(program: Program, key: str | None) -> None:
    status, problem = program.post("/requests", {"kind": "erasure", "email": ANN}, key=key)
    assert (status, problem["code"]) == (422, "not_understood")
    assert str(problem["message"]).startswith("Send a header “Idempotency-Key” of 1 to 200")
    _, both = program.post("/requests", {"kind": "nonsense"}, key=key)
    assert "body.body.kind. Send a header" in str(both["message"])


def test_no_address_approves(program: Program) -> None:
    paths = json.loads(Client().get("/api/v1/openapi.json").content)["paths"]
    assert not [path for path in paths if "accept" in path or "approve" in path]
    assert set(paths) == {
        "/api/v1/requests",
        "/api/v1/requests/{number}",
        "/api/v1/requests/{number}/verify",
        "/api/v1/requests/{number}/correction",
        "/api/v1/requests/{number}/plan",
        "/api/v1/requests/{number}/package",
        "/api/v1/requests/{number}/proof",
        "/api/v1/permission/opt-outs",
        "/api/v1/permission/opt-ins",
        "/api/v1/permission/opt-ins/{step}/confirm",
        "/api/v1/permission/asks",
        "/api/v1/permission/check",
        "/api/v1/permission/check/batch",
    }


@pytest.mark.parametrize(
    "query",
    [
        "page=9223372036854775808",
        "page=0",
        "page=-1",
        "page=100001",
        "page_size=9223372036854775808",
        "page_size=0",
        "page_size=201",
        "page=" + "9" * 5000,
        "state=nonsense",
        "due_before=0001-01-01",
        "due_before=9999-12-31",
        "due_before=tomorrow",
    ],
)
def test_a_page_out_of_bounds_is_refused(program: Program, query: str) -> None:
    status, body = program.get(f"/requests?{query}")
    assert (status, body["code"]) == (422, "not_understood")


@pytest.mark.parametrize(
    "number", ["R-0", "R-1%00", "R-9999999999999", "X", "R-1%27", "R-" + "1" * 300, "B-1"]
)
def test_a_number_out_of_bounds_is_refused(program: Program, number: str) -> None:
    assert program.get(f"/requests/{number}")[0] in (404, 422)


def test_an_unknown_request_is_told_so(program: Program) -> None:
    assert program.get("/requests/R-999")[1]["code"] == "rights.unknown_request"


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "erasure"},
        {"kind": "erasure", "name": "Ann"},
        {"kind": "erasure", "email": "  "},
        {"kind": "both", "email": ANN},
        {"kind": "erasure", "email": "x" * 400},
        {"kind": "erasure", "email": ANN, "residence": "Narnia"},
        {"kind": "erasure", "email": ANN, "language": "tlh"},
        {"kind": "erasure", "email": "\ud800@example.com"},
        [],
        None,
    ],
)
def test_a_request_that_cannot_be_understood_opens_nothing(program: Program, body: object) -> None:
    status, _ = program.post("/requests", body)
    assert status == 422
    assert RightsRequest.objects.count() == 0


def test_an_answer_to_bad_input_repeats_nothing_of_it(program: Program) -> None:
    _, body = program.post("/requests", {"kind": "canary-7f", "email": ["canary-7f"]})
    assert "canary-7f" not in json.dumps(body)


def test_a_body_that_is_no_json_is_refused(program: Program) -> None:
    response = program.client.post(
        "/api/v1/requests",
        "{",
        content_type="application/json",
        headers={"Authorization": f"Bearer {program.raw}", "Idempotency-Key": "k"},
    )
    assert response.status_code == 400


def test_a_key_is_needed(program: Program) -> None:
    assert program.post("/requests", {"kind": "erasure", "email": ANN}, key=None)[0] == 422


def test_pages_show_every_request_once(program: Program) -> None:
    for n in range(5):
        program.post("/requests", {"kind": "access", "email": f"p{n}@example.com"}, key=f"k{n}")
    shown: list[object] = []
    for page in (1, 2, 3):
        found = program.get(f"/requests?state=received&page={page}&page_size=2")[1]
        assert found["total"] == 5
        shown += [row["id"] for row in found["requests"]]  # type: ignore[attr-defined]
    assert len(shown) == len(set(shown)) == 5
    assert program.get("/requests?state=ended")[1]["total"] == 0


def test_an_identity_is_verified_once(program: Program) -> None:
    number = program.post("/requests", {"kind": "erasure", "email": ANN})[1]["id"]
    assert program.post(f"/requests/{number}/verify", {"reason": "Seen"})[0] == 200
    status, body = program.post(f"/requests/{number}/verify", {"reason": "Seen"}, key="k-2")
    assert (status, body["code"]) == (409, "rights.wrong_state")
    assert state(str(number)).value == "verified"


def test_without_a_plan_there_is_none_to_show(program: Program) -> None:
    number = program.post("/requests", {"kind": "erasure", "email": ANN})[1]["id"]
    assert program.get(f"/requests/{number}/plan")[1]["code"] == "rights.plan_missing"
    assert program.get(f"/requests/{number}/package")[1]["code"] == "rights.no_package"


@pytest.mark.django_db(transaction=True)
def test_whatever_is_sent_is_answered_as_described() -> None:
    program = Program(token(*BOTH))
    program.post("/requests", {"kind": "erasure", "email": ANN})
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    operations = [one.ok() for one in schema.get_all_operations()]
    assert len(operations) == 14
    headers = {"Authorization": f"Bearer {program.raw}"}

    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(
            max_examples=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def answers(case: schemathesis.Case) -> None:
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)

        answers()
