"""What the random histories drive is everything: acts, operations of the API, commands, addresses of the desk.

Whatever is added and not driven fails here, until a history drives it or a reason stands beside it.
Source: failure promise 16; issue "Customer rights in full (M8)".
"""

import re
from pathlib import Path

import pytest

from discreet.foundation.ledger.models import LedgerEntry
from discreet.mechanisms import rights as mechanism
from discreet.mechanisms.rights.api import router
from discreet.mechanisms.rights.cli import rights
from discreet.mechanisms.rights.kinds import Kind, Requester
from discreet.mechanisms.rights.opening.identity import How
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import SYSTEM
from tests.foundation.staff.addresses import addresses
from tests.mechanisms.rights.company import AGENT, APPROVER, CUSTOMER, SECOND_APPROVER
from tests.mechanisms.rights.histories import Requests
from tests.mechanisms.rights.history_asides import QUIET
from tests.mechanisms.rights.history_model import RETURN, Drawn
from tests.mechanisms.rights.history_shortcuts import SHORTCUTS
from tests.mechanisms.rights.test_no_way_round_doors import API, COMMANDS, DESK

pytestmark = [
    pytest.mark.duty("M8.2"),
    pytest.mark.promise(16),
    pytest.mark.usefixtures("waiting_requests"),
]
ACT = re.compile(r'@act\("rights\.(\w+)"\)')
ACTS_LEFT_OUT = {
    "confirm_by_recipient": "ends a notice by a link that only the recipient's mail holds; no request is touched",
    "confirm_manual_keep": "ends a question to a place on paper; state, proof and approval are untouched",
    "reject_manual_keep": "opens a question to a place on paper again; state, proof and approval are untouched",
    "take_back_manual_answer": "opens a question to a place on paper again; refused once a copy leaves",
    "view_manual_file": "records that a file is looked at",
    "take_back_appeal": "lets the answer stand that was given before the appeal: test_appeals.py",
    "tell_asker": "mails whoever asks for another the address of their page",
    "show_code": "hands out a code where a contact is held: it proves nothing until it is typed; tried, and refused",
    "drop_list": "destroys an uploaded file before any request comes of it",
    "end_again": "gives a request of an older database the outcome that it had: test_older_database.py",
    "fetch_package": "spends a link that only the person's mail holds; the copy is delivered before",
    "keep_list": "keeps an uploaded file before any request comes of it",
    "look_up": "looks a person up in a source; no request is touched",
    "note_outcomes": "writes outcomes to a file outside the database; no request is touched",
    "take_up_list": "is about a day's choices, which are no requests",
    "write_letter_template": "changes the company's words; no request is touched",
}
COMMANDS_LEFT_OUT = {
    "candidates": "reads",
    "decisions": "reads",
    "import": "receives a list, as the histories do by its act",
    "open": "receives a request, as the histories do by its act",
    "package": "writes a copy that was delivered to a file",
    "show": "reads",
}
OPERATIONS_LEFT_OUT = {
    ("POST", "/requests"): "receives a request, as the histories do by its act",
    ("GET", "/requests"): "reads",
    ("GET", "/requests/{number}"): "reads",
    ("GET", "/requests/{number}/plan"): "reads",
    ("GET", "/requests/{number}/proof"): "reads",
}
DESK_LEFT_OUT = {
    "": "reads",
    "letter.pdf": "reads",
    "report.pdf": "reads",
    "proof.json": "reads",
    "letters/nobody.pdf": "reads",
    "manual": "reads",
    "manual/1/show": "a manual source is asked for by its act",
    "manual/1/answer": "a manual source answers by its act",
    "appeal/back": "lets the answer stand that was given before the appeal: test_appeals.py",
    "copy": "hands over a copy that was delivered",
    "manual/1/again": "opens a question to a place on paper again",
    "manual/1/file": "shows a file of a place on paper",
    "manual/1/keep": "answers a proposal of a place on paper",
    "recipients": "reads",
    "recipients/1/show": "a recipient is told by its act",
    "recipients/1/note": "a recipient is told by its act",
}


def acts() -> set[str]:
    """Return the name of every act of this mechanism, as its source says."""
    (folder,) = mechanism.__path__
    return {name for file in Path(folder).rglob("*.py") for name in ACT.findall(file.read_text("utf-8"))}


def driven() -> set[str]:
    """Walk every deed of the histories once, in order, and return the acts that recorded something."""
    found: set[str] = set()
    for walk in (courses, asides, shortcuts):
        machine = Requests()
        walk(machine)
        names = LedgerEntry.objects.filter(act__startswith="rights.").values_list("act", flat=True)
        found |= {name.removeprefix("rights.") for name in names.distinct()}
        machine.nothing_runs_without_proof_and_approval()
        machine.teardown()
    return found


def courses(machine: Requests) -> None:
    """Requests of every way go their whole course; some are decided, sent back, refused, withdrawn on it."""
    for kind in (Kind.ERASURE, Kind.ACCESS, Kind.KNOW, Kind.RECTIFICATION, Kind.OPT_OUT):
        number = machine.receive(kind, Requester.SELF, AGENT)
        for _ in range(12):
            machine.next_step(number)
    for how in ("correction", "list", "backup"):
        machine.receive_otherwise(Kind.ERASURE, AGENT, how)
    number = machine.receive(Kind.ERASURE, Requester.AGENT, AGENT, is_californian=False)
    for which in (2, 3, 0, 1):
        machine.timed(AGENT, number, which)
    machine.paper(number, is_accepted=True)
    machine.authorised(AGENT, number)
    machine.proven(AGENT, How.STAFF, number)
    for which in range(4):
        machine.planned(SYSTEM, number, Drawn())
        machine.approved(AGENT, "erasure", number, machine.known[number].plan.digest)
        machine.decided(APPROVER if which == RETURN else AGENT, number, which)
    machine.ended(AGENT, number, "refuse", number)
    machine.next_step(number)
    machine.judged(SECOND_APPROVER, number, "dismiss")
    machine.ended(CUSTOMER, machine.receive(Kind.ERASURE, Requester.SELF, CUSTOMER), "cancel", number)


def asides(machine: Requests) -> None:
    """What is done beside the course is done at every station of it, and once a run has left something."""
    number = machine.receive(Kind.ERASURE, Requester.SELF, AGENT)
    correction = machine.receive(Kind.RECTIFICATION, Requester.SELF, AGENT)
    machine.beside(AGENT, number, "asked")
    machine.beside(AGENT, number, "detail")
    machine.beside(AGENT, number, "settle")
    for one, how in ((correction, "wish"), (number, "batch"), (correction, "batch"), (correction, "places")):
        machine.beside(AGENT, one, how)
    while machine.state(number) is not State.EXECUTING:
        machine.next_step(number)
    machine.beside(AGENT, number, "manual_asked")
    machine.beside(AGENT, number, "manual_answered")
    machine.executed(number, machine.batch(number), machine.run(number), "erase_in_part")
    for how in (*sorted(QUIET.keys() - {"forgotten"}), "forgotten"):
        machine.beside(AGENT, number, how)
    machine.beside(AGENT, machine.receive(Kind.ACCESS, Requester.SELF, AGENT), "code_again")
    machine.beside(AGENT, machine.receive(Kind.ACCESS, Requester.SELF, AGENT), "words")
    fresh = machine.receive(Kind.ERASURE, Requester.SELF, AGENT)
    machine.found(fresh, people=1, by="phone")
    machine.beside(CUSTOMER, fresh, "mailbox")
    machine.beside(CUSTOMER, fresh, "code_shown")
    choice = machine.receive(Kind.RESTRICTION, Requester.SELF, AGENT)
    machine.proven(AGENT, How.STAFF, choice)
    for how in ("choose", "end_choice"):
        machine.executed(choice, machine.batch(choice), 0, how)


def shortcuts(machine: Requests) -> None:
    number = machine.receive(Kind.ERASURE, Requester.SELF, AGENT)
    for name in sorted(SHORTCUTS):
        SHORTCUTS[name](machine, number)


def test_every_act_is_driven_or_left_out_for_a_reason() -> None:
    left, meant = acts() - driven(), set(ACTS_LEFT_OUT)
    assert (sorted(left - meant), sorted(meant - left)) == ([], [])


def test_every_command_is_typed_or_left_out_for_a_reason() -> None:
    assert set(rights.commands) == {*COMMANDS, *COMMANDS_LEFT_OUT}


def test_every_operation_of_the_api_is_called_or_left_out_for_a_reason() -> None:
    there = {
        (method, path)
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }
    assert there - set(API) == set(OPERATIONS_LEFT_OUT)


def test_every_address_of_a_request_at_the_desk_is_posted_to_or_left_out_for_a_reason() -> None:
    start = "/desk/requests/nobody/"
    there = {one.path.removeprefix(start).rstrip("/") for one in addresses(start)}
    posted = {door.replace("letters/extension", "letters/nobody") for door in DESK}
    assert there == posted | set(DESK_LEFT_OUT)
