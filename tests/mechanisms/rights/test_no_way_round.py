"""No request reaches execution without verification and approval, whatever path is tried.

Source: failure promise 16; issue "Customer rights in full (M8)".
"""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.mechanisms.rights.histories import Requests
from tests.mechanisms.rights.history_shortcuts import take_every_shortcut
from tests.mechanisms.rights.mutants import MUTANTS, taken_out

pytestmark = [pytest.mark.duty("M8.2"), pytest.mark.promise(16), pytest.mark.usefixtures("waiting_requests")]


STEPS = 5  # beside those that bring requests so far; a shortcut is several


class Counted(Requests):
    """Histories that are counted once they have come to their end."""

    finished = 0

    def teardown(self) -> None:
        super().teardown()
        type(self).finished += 1


class Hasty(Requests):
    """Histories that go straight where somebody hasty, careless or dishonest would."""

    hurry = 4


def histories(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        phases=(Phase.explicit, Phase.generate),
    )


def test_no_request_runs_without_proof_and_approval_whatever_is_tried() -> None:
    run_state_machine_as_test(Requests, settings=histories(50, STEPS))


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("half", [1, 2])
def test_in_ten_thousand_histories_no_request_runs_without_proof_and_approval(half: int) -> None:
    Counted.finished = 0
    run_state_machine_as_test(Counted, settings=histories(5_000, STEPS))
    assert Counted.finished >= 5_000


def test_no_shortcut_leads_to_execution_without_proof_and_approval() -> None:
    take_every_shortcut(Requests)


@pytest.mark.full
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", MUTANTS)
def test_a_guard_that_is_taken_out_opens_a_way_round(name: str) -> None:
    """What the histories would not find, they cannot be said to rule out.

    Each of their shortcuts is taken once, in order; what these leave must be found by chance.
    """
    with taken_out(MUTANTS[name]), pytest.raises(AssertionError):
        take_every_shortcut(Requests)
        run_state_machine_as_test(Hasty, settings=histories(150, STEPS))
