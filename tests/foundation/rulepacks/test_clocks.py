"""The clocks that a request starts."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.foundation.rulepacks.calendars import calendar_for
from discreet.foundation.rulepacks.clocks import Place, request_clocks, strictest, warnings
from discreet.foundation.rulepacks.law import Law, Purpose, RequestKind

pytestmark = [pytest.mark.duty("M8.3"), pytest.mark.duty("M9.1")]

RECEIVED = datetime(2026, 3, 5, 9, tzinfo=UTC)
moments = st.integers(
    min_value=int(datetime(2021, 12, 1, tzinfo=UTC).timestamp()),
    max_value=int(datetime(2035, 12, 31, tzinfo=UTC).timestamp()),
).map(lambda second: datetime.fromtimestamp(second, UTC))


@pytest.mark.parametrize("kind", ["access", "erasure"])
def test_a_request_starts_the_clocks_of_every_law_that_may_apply(kind: str) -> None:
    clocks = request_clocks(laws=list(Law), kind=kind, received_at=RECEIVED)
    assert {clock.rule_id for clock in clocks} == {"EU-DSR-RESP", "CA-DSR-ACK", "CA-DSR-RESP", "CN-DSR-30D"}


def test_only_the_laws_that_are_named_start_clocks() -> None:
    clocks = request_clocks(laws=[Law.CCPA, Law.CCPA], kind="erasure", received_at=RECEIVED)
    assert [clock.purpose for clock in clocks] == [Purpose.ACKNOWLEDGEMENT, Purpose.ANSWER]


def test_a_clock_tells_its_extension_and_the_notice_it_needs() -> None:
    (clock,) = request_clocks(laws=[Law.GDPR], kind="access", received_at=RECEIVED)
    assert clock.can_extend_until is not None and clock.extension_notice_by is not None
    assert clock.can_extend_until.date().isoformat() == "2026-06-05"
    assert clock.extension_notice_by == clock.due_at
    assert not clock.is_extended


def test_an_extended_clock_runs_to_the_end_of_its_extension() -> None:
    (clock,) = request_clocks(laws=[Law.GDPR], kind="access", received_at=RECEIVED, extended=True)
    assert clock.is_extended
    assert clock.due_at == clock.can_extend_until


def test_an_extension_does_not_lengthen_a_clock_that_knows_none() -> None:
    plain, extended = (
        request_clocks(laws=[Law.PIPL], kind="access", received_at=RECEIVED, extended=each)
        for each in (False, True)
    )
    assert plain == extended


def test_chinas_clock_is_a_recommendation_and_unsure() -> None:
    (clock,) = request_clocks(laws=[Law.PIPL], kind="erasure", received_at=RECEIVED)
    assert clock.is_recommended and clock.is_unsure
    assert "推荐性标准" in clock.doubts[0].text("zh-hans")


def test_europes_clock_is_law_and_sure() -> None:
    (clock,) = request_clocks(laws=[Law.GDPR], kind="erasure", received_at=RECEIVED)
    assert not clock.is_recommended and not clock.is_unsure


def test_the_company_s_place_decides_when_a_day_ends() -> None:
    places = {Law.GDPR: Place(zone=ZoneInfo("Europe/Lisbon"), calendar=calendar_for("PT"))}
    (clock,) = request_clocks(laws=[Law.GDPR], kind="access", received_at=RECEIVED, places=places)
    assert clock.due_at.isoformat() == "2026-04-06T23:59:59+01:00"


def test_a_kind_that_no_law_times_starts_no_clock() -> None:
    assert request_clocks(laws=[Law.CCPA], kind=RequestKind.ACCOUNT_CLOSURE, received_at=RECEIVED) == ()


def test_an_unknown_kind_is_a_bug() -> None:
    with pytest.raises(ValueError, match="curiosity"):
        request_clocks(laws=[Law.GDPR], kind="curiosity", received_at=RECEIVED)


def test_a_law_that_was_not_yet_in_force_starts_no_clock() -> None:
    before = datetime(2018, 5, 1, tzinfo=UTC)
    assert request_clocks(laws=[Law.GDPR], kind="access", received_at=before) == ()


def test_without_clocks_nothing_is_strictest() -> None:
    assert strictest(()) is None


@given(received_at=moments, kind=st.sampled_from(RequestKind))
def test_clocks_stand_in_the_order_they_end_and_every_one_ends_after_it_starts(
    received_at: datetime, kind: RequestKind
) -> None:
    clocks = request_clocks(laws=list(Law), kind=kind, received_at=received_at)
    assert clocks
    assert [clock.due_at for clock in clocks] == sorted(clock.due_at for clock in clocks)
    for clock in clocks:
        assert clock.starts_at == received_at < clock.due_at
        assert clock.warn_at[-1] == clock.due_at
        assert list(clock.warn_at) == sorted(clock.warn_at)


def test_warnings_come_at_half_at_four_fifths_and_at_the_end() -> None:
    ends = RECEIVED + timedelta(days=10)
    assert warnings(starts_at=RECEIVED, due_at=ends) == (
        RECEIVED + timedelta(days=5),
        RECEIVED + timedelta(days=8),
        ends,
    )
