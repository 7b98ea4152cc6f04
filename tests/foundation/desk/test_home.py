"""Home: the verdict is measured, and what was not measured is never green."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from discreet.foundation.desk import indicators
from discreet.foundation.desk.home import verdict
from discreet.foundation.desk.indicators import Indicator, Measurement, Mechanism, State
from discreet.foundation.desk.times import month_before
from tests.foundation.staff.people import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.duty("effectiveness")]
RIGHTS = Mechanism(number=8, label="Rights", url_name="desk:work")


@pytest.fixture(autouse=True)
def no_indicators(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Measure only what a test registers."""
    indicators.discover()
    monkeypatch.setattr(indicators, "_indicators", {})
    yield


def _register(name: str, measurement: Measurement | None) -> None:
    def measure(now: datetime) -> Measurement | None:
        return measurement

    indicators.register(Indicator(id=name, mechanism=RIGHTS, label=name, measure=measure))


def _measured(state: State) -> Measurement:
    return Measurement(state=state, value="3", target="all", series=(1.0, 2.0, 3.0), why="because")


def test_without_indicators_nothing_is_measured(desk_client: Client) -> None:
    text = desk_client.get("/desk/").content.decode()
    assert "Nothing is measured yet" in text
    assert "st good" not in text


def test_an_indicator_without_evidence_is_not_measured_and_never_good() -> None:
    _register("in time", None)
    found = verdict(now=NOW)
    assert found.heading == "The one mechanism installed is not measured yet"
    assert not found.working


@pytest.mark.parametrize("worse", [State.FAILING, State.ATTENTION, State.NOT_MEASURED])
def test_a_mechanism_is_as_good_as_its_worst_indicator(worse: State) -> None:
    _register("good", _measured(State.WORKING))
    _register("worse", None if worse is State.NOT_MEASURED else _measured(worse))
    assert [tile.state for tile in verdict(now=NOW).tiles] == [worse]


def test_the_page_shows_value_target_and_reason(desk_client: Client) -> None:
    _register("late", _measured(State.FAILING))
    text = desk_client.get("/desk/").content.decode()
    for part in (
        "The one mechanism installed is failing",
        "<b>3</b>",
        "target all",
        "because",
        '<svg class="spark bad"',
    ):
        assert part in text


def test_the_gravest_stands_first() -> None:
    for state in (State.ATTENTION, State.FAILING):
        _register(state.name, _measured(state))
    _register("unmeasured", None)
    order = [row.reading.state for row in verdict(now=NOW).attention]
    assert order == [State.FAILING, State.ATTENTION, State.NOT_MEASURED]


def test_an_indicator_names_the_evidence_it_rests_on(desk_client: Client) -> None:
    _register("late", Measurement(state=State.WORKING, value="3", target="all", evidence=1))
    assert '/desk/ledger/1/"' in desk_client.get("/desk/indicators/").content.decode()


def test_last_month_stands_beside_the_values_where_its_evidence_exists(desk_client: Client) -> None:
    def measure(now: datetime) -> Measurement:
        is_now = now > month_before(timezone.now())
        return Measurement(state=State.FAILING, value="92" if is_now else "97", unit="%", target="all")

    one = Indicator(id="back", mechanism=RIGHTS, label="In time", measure=measure, looks_back=True)
    indicators.register(one)
    _register("only now", _measured(State.WORKING))
    plain = desk_client.get("/desk/").content.decode()
    assert 'href="?compare=month"' in plain
    assert "97" not in plain.split("<main", 1)[1]
    compared = " ".join(desk_client.get("/desk/?compare=month").content.decode().split())
    assert "97 %</small>" in compared
    assert compared.count(": Not measured</small>") == 1


@pytest.mark.parametrize(
    ("day", "expected"),
    [((2026, 3, 31), (2026, 2, 28)), ((2026, 1, 15), (2025, 12, 15)), ((2028, 3, 30), (2028, 2, 29))],
)
def test_a_month_before_is_the_same_day_or_the_last_of_a_shorter_month(
    day: tuple[int, int, int], expected: tuple[int, int, int]
) -> None:
    before = month_before(datetime(*day, 12, tzinfo=UTC))
    assert (before.year, before.month, before.day) == expected
