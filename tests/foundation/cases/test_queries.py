"""Lists of cases: order, filters, bounds, and who sees what work."""

from datetime import timedelta

import pytest

from discreet.foundation.cases import actions, queries
from discreet.foundation.cases.actions import NewTask
from discreet.foundation.cases.queries import CaseFilter
from discreet.foundation.cases.refusals import BadPage
from discreet.foundation.cases.rules import ClockFacts, Urgency
from discreet.vocabulary.actors import Role
from tests.foundation.cases.conftest import AGENT, APPROVER, NOW, opened

pytestmark = pytest.mark.django_db


def with_clock(days: int) -> str:
    number = opened().number
    clock = ClockFacts("rule", "law", "Art. 1", NOW + timedelta(days=days), NOW)
    actions.set_clocks(actor=AGENT, now=NOW, number=number, clocks=[clock])
    return number


def test_the_next_deadline_comes_first_and_none_last() -> None:
    without, later, sooner = opened().number, with_clock(20), with_clock(5)
    page = queries.list_cases(where=CaseFilter(is_open=True))
    assert [row.number for row in page.rows] == [sooner, later, without]


def test_pages_are_cut_and_counted() -> None:
    numbers = [with_clock(day) for day in range(1, 6)]
    page = queries.list_cases(where=CaseFilter(), page=2, page_size=2)
    assert ([row.number for row in page.rows], page.total, page.pages) == (numbers[2:4], 5, 3)


@pytest.mark.parametrize(("page", "size"), [(0, 10), (1, 0), (1, 201), (2**63, 10), (-1, 10)])
def test_pages_out_of_bounds_are_refused(page: int, size: int) -> None:
    with pytest.raises(BadPage):
        queries.list_cases(where=CaseFilter(), page=page, page_size=size)


def test_filters_narrow_by_kind_state_and_deadline() -> None:
    wanted, _ = with_clock(3), with_clock(9)
    opened(prefix="C", kind="complaint")
    where = CaseFilter(kind="request", states=("received",), due_before=NOW + timedelta(days=4))
    assert [row.number for row in queries.list_cases(where=where).rows] == [wanted]


def test_work_is_seen_by_its_role_and_not_by_who_is_barred() -> None:
    number = with_clock(1)
    task = NewTask(key="approve", what="Approve", role=Role.APPROVER, barred="chen")
    actions.add_task(actor=AGENT, now=NOW, number=number, task=task)
    (item,) = queries.my_work(actor=APPROVER, now=NOW)
    assert (item.number, item.urgency) == (number, Urgency.URGENT)
    assert queries.my_work(actor=AGENT, now=NOW) == ()


def test_deadlines_show_running_clocks_of_open_cases_within_the_span() -> None:
    near, _ = with_clock(3), with_clock(40)
    paused = with_clock(4)
    actions.pause_clock(actor=AGENT, now=NOW, number=paused, rule_id="rule")
    found = queries.deadlines(since=NOW, until=NOW + timedelta(days=15))
    assert [deadline.number for deadline in found] == [near]


def test_the_timeline_is_what_the_ledger_holds() -> None:
    number = with_clock(3)
    assert [entry.act for entry in queries.timeline(number)] == ["cases.open_case", "cases.set_clocks"]
