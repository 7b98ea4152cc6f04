"""What publishing and starting promise inside an act."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.events.base import Event, NotAnEvent
from discreet.foundation.jobs import api, outcomes, queries
from discreet.foundation.jobs.models import Job, OutboxEvent
from discreet.foundation.ledger.acts import ActWithoutEvidence, OutsideAct, act, count_evidence
from discreet.vocabulary.errors import Refused


@dataclass(frozen=True, slots=True)
class ThingHappened(Event):
    number: str
    count: int = 0
    names: tuple[str, ...] = ()


@act("sample.do")
def do(*, with_evidence: bool = True) -> None:
    if with_evidence:
        count_evidence()
    api.publish(ThingHappened(number="R-1"))
    api.start("sample.x", key="R-1", args={"number": "R-1"})


@given(number=st.text(), count=st.integers(), names=st.lists(st.text()).map(tuple))
def test_an_event_comes_back_from_its_json(number: str, count: int, names: tuple[str, ...]) -> None:
    """Any ids, any counts."""
    event = ThingHappened(number=number, count=count, names=names)
    assert ThingHappened.from_json(event.to_json()) == event


@pytest.mark.parametrize("body", ["{}", "[]", '{"number":1,"count":0,"names":[]}', '{"number":"a","x":1}'])
def test_a_body_that_does_not_fit_is_refused(body: str) -> None:
    """A stored event is never guessed."""
    with pytest.raises(NotAnEvent):
        ThingHappened.from_json(body)


@pytest.mark.django_db
@pytest.mark.promise(28)
def test_an_act_that_rolls_back_started_and_published_nothing() -> None:
    """Outbox rows live and die with the act."""
    with pytest.raises(ActWithoutEvidence):
        do(with_evidence=False)
    assert not Job.objects.exists()
    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db
def test_outside_an_act_nothing_starts() -> None:
    """No event and no workflow without evidence."""
    with pytest.raises(OutsideAct):
        api.publish(ThingHappened(number="R-1"))
    with pytest.raises(OutsideAct):
        api.start("sample.x", key="R-1", args={})


@pytest.mark.django_db
@pytest.mark.promise(3)
def test_the_same_key_starts_once_for_good() -> None:
    """A repeated act adds no second job."""
    do()
    do()
    assert Job.objects.count() == 1
    view = queries.job(workflow="sample.x", key="R-1")
    assert view is not None and view.state == "waiting"


def test_gaps_grow_to_their_limit() -> None:
    """Half a second at first, five minutes at most."""
    gaps = [outcomes.gap_s(attempts) for attempts in range(40)]
    assert gaps == sorted(gaps)
    assert (gaps[0], gaps[-1]) == (outcomes.FIRST_GAP_S, outcomes.LONGEST_GAP_S)


class _Away(Refused):
    is_transient = True


@pytest.mark.parametrize(
    ("error", "expected"),
    [(ConnectionResetError(), True), (TimeoutError(), True), (_Away(), True), (Refused(), False),
     (ValueError(), False), (ZeroDivisionError(), False)],
)  # fmt: skip
def test_only_what_may_pass_by_itself_is_tried_for_long(error: Exception, expected: bool) -> None:
    """The network and locks, and refusals that say so."""
    assert outcomes.is_transient(error) is expected
