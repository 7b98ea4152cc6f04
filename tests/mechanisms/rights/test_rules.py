"""Decisions about requests, as tables with their citations; no database."""

import pytest

from discreet.mechanisms.rights.rules import (
    TRANSITIONS,
    ApprovalStep,
    Outcome,
    State,
    Verdict,
    access_goes_by_itself,
    erasure_approval,
    erasure_outcome,
    is_residence,
    may_move,
)


@pytest.mark.promise(1)
@pytest.mark.parametrize(
    ("found_again", "kept", "not_carried_out", "outcome", "citation"),
    [
        (0, 0, 0, Outcome.ERASED, "GDPR Art. 17(1)"),
        (0, 3, 0, Outcome.ERASED_EXCEPT_KEPT, "GDPR Art. 17(3)(b)"),
        (1, 0, 0, Outcome.INCOMPLETE, "GDPR Art. 17(1): without undue delay, and really"),
        (1, 3, 0, Outcome.INCOMPLETE, "what is kept excuses nothing that was found"),
        (0, 0, 1, Outcome.INCOMPLETE, "PIPL Art. 47: what cannot be deleted is not deleted"),
        (0, 3, 1, Outcome.INCOMPLETE, "PIPL Art. 47(2)"),
    ],
)
def test_erased_is_said_only_when_nothing_was_found_and_nothing_stayed(
    found_again: int, kept: int, not_carried_out: int, outcome: Outcome, citation: str
) -> None:
    verdict = Verdict(found_again=found_again, kept_rows=kept, not_carried_out=not_carried_out)
    assert erasure_outcome(verdict) is outcome, citation


@pytest.mark.parametrize(
    ("approver", "proposer", "step"),
    [
        ("lan", "", ApprovalStep.FIRST),
        ("lan", "wei", ApprovalStep.SECOND),
        ("lan", "lan", ApprovalStep.SAME_PERSON),
        ("LAN", "lan", ApprovalStep.SAME_PERSON),
    ],
)
def test_erasure_takes_two_people(approver: str, proposer: str, step: ApprovalStep) -> None:
    assert erasure_approval(approver=approver, proposer=proposer) is step


@pytest.mark.parametrize(
    ("reviewed", "candidates", "sensitive", "proven", "goes", "citation"),
    [
        (False, 1, 0, True, True, "GDPR Art. 12(2): facilitate"),
        (True, 1, 0, True, False, "the company looks at each one"),
        (False, 2, 0, True, False, "GDPR Art. 12(6): reasonable doubts"),
        (False, 0, 0, True, False, "GDPR Art. 12(6)"),
        (False, 1, 1, True, False, "GDPR Art. 9; PIPL Art. 28: sensitive"),
        (False, 1, 0, False, False, "GDPR Art. 12(6)"),
    ],
)
def test_access_goes_by_itself_only_without_doubt(
    reviewed: bool, candidates: int, sensitive: int, proven: bool, goes: bool, citation: str
) -> None:
    found = access_goes_by_itself(
        is_reviewed=reviewed, candidates=candidates, sensitive_fields=sensitive, is_asked_by_person=proven
    )
    assert found is goes, citation


@pytest.mark.parametrize(
    ("text", "fits"),
    [("", True), ("DE", True), ("us-ca", True), ("CN", True), ("D", False), ("DEU", False), ("DE-", False),
     ("DE\n", False), ("DE-ABCD", False), ("中国", False), ("'; --", False), ("XX", False), ("ZZ", False),
     ("UK", False), ("XX-CA", False), ("GB-ENG", True), ("tw", True)],
)  # fmt: skip
def test_a_residence_is_a_code_or_nothing(text: str, fits: bool) -> None:
    assert is_residence(text) is fits


def test_what_has_ended_moves_no_more() -> None:
    for ended in (State.CANCELLED, State.DUPLICATE):
        assert not any(may_move(current=ended, target=state) for state in State)


def test_what_was_answered_moves_only_by_an_appeal() -> None:
    for ended in (State.DONE, State.REFUSED):
        assert TRANSITIONS[ended] == {State.APPEALED}
    assert State.ACCEPTED not in TRANSITIONS[State.APPEALED]
    assert State.EXECUTING not in TRANSITIONS[State.APPEALED]


def test_what_is_being_carried_out_cannot_be_withdrawn() -> None:
    assert State.CANCELLED not in TRANSITIONS[State.EXECUTING]


def test_nothing_is_carried_out_without_being_accepted() -> None:
    assert [state for state in State if may_move(current=state, target=State.EXECUTING)] == [State.ACCEPTED]
