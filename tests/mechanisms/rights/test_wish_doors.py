"""What is to be corrected comes by API and command line, under the form's rules, and stands nowhere in the open."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from discreet.engines.subjects.corrections import Choice
from discreet.foundation.idempotency.models import KeptAnswer
from discreet.foundation.jobs.models import Job
from discreet.foundation.ledger.models import LedgerEntry
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.cli import rights
from discreet.mechanisms.rights.correcting.queries import wish_of
from discreet.mechanisms.rights.models import RightsRequest
from discreet.mechanisms.rights.rules import Outcome, State
from discreet.vocabulary.errors import Refused
from tests.foundation.sources.conftest import Company, _sqlite
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.correcting import MIA, NEW, approve, choose, second_database, set_up
from tests.mechanisms.rights.driving import state, work
from tests.mechanisms.rights.test_api import BOTH, Program, token

pytestmark = [pytest.mark.duty("M8.1"), pytest.mark.django_db]
WISH = {"changes": [{"kind": "email", "old": MIA, "new": NEW}], "note": "letter of 3 March"}
BAD = {"changes": [{"kind": "birth_date", "new": "1991-13-45"}]}


@pytest.fixture
def companies(sqlite_company: Company, tmp_path: Path) -> Iterator[Company]:
    for crm in _sqlite(second_database(tmp_path)):
        set_up(sqlite_company, crm)
        yield sqlite_company


def nothing_in_the_open(caplog: pytest.LogCaptureFixture) -> bool:
    kept = [str(one.body) for one in LedgerEntry.objects.all()] + [str(job.args) for job in Job.objects.all()]
    kept += [str(vars(one)) for one in KeptAnswer.objects.all()]
    return not [text for text in (*kept, caplog.text) if NEW in text or "letter of 3" in text]


def test_a_program_says_what_is_wrong_and_two_people_approve_it(
    companies: Company, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    program = Program(token(*BOTH))
    body = {"kind": "rectification", "email": MIA, "residence": "DE", "correction": WISH}
    status, opened = program.post("/requests", body)
    assert status == 201
    number = str(opened["id"])
    assert [(one.category, one.old, one.new) for one in wish_of(number).changes] == [("email", MIA, NEW)]
    program.post(f"/requests/{number}/verify", {"reason": "Signed in"}, key="v")
    work()
    assert state(number) is State.PLANNED, "a program opens; nothing is approved by it"
    assert program.get(f"/requests/{number}")[1]["approved_by"] is None
    choose(number, Choice.LEAVE)
    approve(number)
    work()
    assert RightsRequest.objects.get().outcome in (Outcome.CORRECTED, Outcome.CORRECTED_EXCEPT)
    assert companies.run("SELECT email FROM customer WHERE id = 1") == [(NEW,)]
    assert nothing_in_the_open(caplog)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "rectification", "email": MIA, "correction": BAD}, "correction."),
        (
            {
                "kind": "rectification",
                "email": MIA,
                "correction": {"changes": [{"kind": "password", "new": "x"}]},
            },
            "rights.not_correctable",
        ),
        ({"kind": "erasure", "email": MIA, "correction": WISH}, "rights.wish_elsewhere"),
        ({"kind": "rectification", "email": MIA, "correction": {"changes": []}}, ""),
    ],
)
def test_what_the_form_refuses_a_program_is_refused_too(
    companies: Company, body: dict[str, object], code: str
) -> None:
    program = Program(token(*BOTH))
    status, refused = program.post("/requests", body)
    assert status == 422 and str(refused["code"]).startswith(code)
    assert "1991-13-45" not in json.dumps(refused) and NEW not in json.dumps(refused)
    assert not RightsRequest.objects.exists()


def test_the_wish_of_an_open_request_is_said_later_and_its_plan_is_void(companies: Company) -> None:
    program = Program(token(*BOTH))
    number = driving.planned("rectification", MIA)
    assert program.post(f"/requests/{number}/correction", WISH, key="c")[1] == {"id": number, "fields": 1}
    work()
    assert state(number) is State.PLANNED
    first = queries.plan_view(queries.batch_of(number)).digest
    other = {"changes": [{"kind": "email", "old": MIA, "new": "mia.third@example.com"}]}
    assert program.post(f"/requests/{number}/correction", other, key="d")[0] == 200
    work()
    assert queries.plan_view(queries.batch_of(number)).digest != first
    assert program.post("/requests/R-1/correction", WISH, key="e")[0] == 404


def correct(number: str, *words: str, said: str = "") -> object:
    return CliRunner().invoke(rights, ["correct", number, *words], input=said)


def test_the_command_takes_the_wish_from_a_file_or_standard_input(companies: Company, tmp_path: Path) -> None:
    number = driving.verified("rectification", MIA)
    path = tmp_path / "wish.json"
    path.write_text(json.dumps(WISH), encoding="utf-8")
    for done in (correct(number, "--file", str(path)), correct(number, said=json.dumps(WISH))):
        assert done.exit_code == 0, done.output  # type: ignore[attr-defined]
        assert number in done.output and NEW not in done.output  # type: ignore[attr-defined]
    assert wish_of(number).note == "letter of 3 March"
    help_text = CliRunner().invoke(rights, ["correct", "--help"]).output
    assert "--new" not in help_text and "--old" not in help_text


@pytest.mark.parametrize(
    "said",
    [
        "",
        "no json",
        "[]",
        '{"changes": "email"}',
        '{"changes": [{"kind": "email"}]}',
        '{"changes": [{"kind": "email", "new": 7}]}',
        '{"changes": [{"kind": "email", "new": "a@example.com", "also": 1}]}',
        '{"changes": [{"kind": "secret", "new": "a"}]}',
        '{"changes": [{"kind": "email", "new": "canary"}]}',
        '{"changes": []}',
        "[" * 70_000,
    ],
)
def test_a_file_that_says_no_wish_is_refused_and_nothing_is_kept(companies: Company, said: str) -> None:
    number = driving.verified("rectification", MIA)
    refused = correct(number, said=said).exception  # type: ignore[attr-defined]
    assert isinstance(refused, Refused)
    assert "canary" not in str(refused.message % refused.params)
    assert RightsRequest.objects.get(number=number).wish_sealed is None
