"""Rate limits: shared, counted by who really asks, cheap when over."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from discreet.foundation.centre import limits
from discreet.foundation.centre.models import LimitWindow
from discreet.foundation.centre.refusals import TooManyInAll, TooManyRequests
from discreet.foundation.centre.rules import Limit, client_address, window_end, window_of
from tests.foundation.cases.conftest import NOW

pytestmark = pytest.mark.duty("M8.2")

THREE = Limit(name="three", count=3, window_s=3600)
PROXIES = ("10.0.0.0/8", "192.0.2.7")


@pytest.mark.django_db
@pytest.mark.promise(13)
def test_the_fourth_of_three_is_refused_until_the_window_ends() -> None:
    for _ in range(3):
        limits.count(THREE, value="client", now=NOW)
    with pytest.raises(TooManyRequests) as refusal:
        limits.count(THREE, value="client", now=NOW)
    minutes = int(refusal.value.params["minutes"])
    limits.count(THREE, value="client", now=NOW + timedelta(minutes=minutes))


@pytest.mark.django_db
def test_one_client_over_its_limit_does_not_stop_another() -> None:
    for _ in range(3):
        limits.count(THREE, value="one", now=NOW)
    limits.count(THREE, value="two", now=NOW)


@pytest.mark.django_db
@pytest.mark.promise(13)
def test_who_is_over_is_turned_away_without_the_database() -> None:
    for _ in range(3):
        limits.count(THREE, value="client", now=NOW)
    with pytest.raises(TooManyRequests):
        limits.count(THREE, value="client", now=NOW)
    with CaptureQueriesContext(connection) as queries, pytest.raises(TooManyRequests):
        limits.count(THREE, value="client", now=NOW)
    assert len(queries) == 0


@pytest.mark.django_db
def test_no_address_is_kept_in_clear_and_old_windows_go() -> None:
    limits.count(THREE, value="203.0.113.9", now=NOW)
    assert "203.0.113.9" not in str(list(LimitWindow.objects.values()))
    assert limits.expire_once(NOW + timedelta(hours=2)) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise(13)
def test_the_limit_is_shared_by_all_who_count() -> None:
    barrier = threading.Barrier(8)
    refused: list[bool] = []

    def run() -> None:
        barrier.wait()
        try:
            limits.count(THREE, value="client", now=NOW)
            refused.append(False)
        except TooManyRequests:
            refused.append(True)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(refused) == [False] * 3 + [True] * 5


@pytest.mark.django_db
@pytest.mark.promise(13)
def test_of_several_at_once_who_is_over_their_own_limit_counts_for_none_that_comes_after() -> None:
    all_together = Limit(name="all", count=4, window_s=3600)
    uses = [[(THREE, "one"), (all_together, "")]] * 5 + [[(THREE, "two"), (all_together, "")]] * 2
    over = [refusal is not None for refusal in limits.count_each(uses, now=NOW)]
    assert over == [False, False, False, True, True, False, True]
    counts = sorted(LimitWindow.objects.values_list("count", flat=True))
    assert counts == [2, 5, 5]  # two; one; all: three of one, and two of two


@pytest.mark.django_db
def test_what_is_counted_with_something_that_fails_is_not_counted() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        limits.count_each([[(THREE, "one")]] * 3, now=NOW)
        raise ZeroDivisionError
    limits.count(THREE, value="one", now=NOW)
    assert LimitWindow.objects.get().count == 1


@pytest.mark.django_db
def test_how_many_forms_may_come_is_the_installations_to_say(settings: Settings, rf: RequestFactory) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, forms_per_address=2, forms_in_all=3)
    one, two = rf.post("/", REMOTE_ADDR="203.0.113.1"), rf.post("/", REMOTE_ADDR="203.0.113.2")
    for _ in range(2):
        limits.count_form(one, now=NOW)
    with pytest.raises(TooManyRequests, match="your internet address"):
        limits.count_form(one, now=NOW)
    limits.count_form(two, mailbox="a@example.com", now=NOW)
    with pytest.raises(TooManyInAll):
        limits.count_form(two, mailbox="b@example.com", now=NOW)
    three = rf.post("/", REMOTE_ADDR="203.0.113.3")
    limits.count_form(three, now=NOW + timedelta(seconds=10))  # a flood shuts nobody out for longer


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.1.2.3", "198.51.100.1", "198.51.100.1"),
        ("10.1.2.3", "1.1.1.1, 198.51.100.1, 192.0.2.7", "198.51.100.1"),
        ("10.1.2.3", "nonsense", "10.1.2.3"),
        ("10.1.2.3", "", "10.1.2.3"),
        ("::ffff:203.0.113.9", "", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("", "198.51.100.1", "unknown"),
    ],
)
def test_the_client_is_the_nearest_address_that_is_no_trusted_proxy(
    remote: str, forwarded: str, expected: str
) -> None:
    assert client_address(remote=remote, forwarded_for=forwarded, trusted_proxies=PROXIES) == expected


@given(st.text(max_size=200))
def test_what_a_client_writes_never_changes_its_address_without_a_trusted_proxy(forwarded: str) -> None:
    found = client_address(remote="203.0.113.9", forwarded_for=forwarded, trusted_proxies=PROXIES)
    assert found == "203.0.113.9"


@given(st.datetimes(min_value=NOW.replace(tzinfo=None)))
def test_a_moment_lies_in_its_window(moment: object) -> None:
    at = moment.replace(tzinfo=NOW.tzinfo)  # type: ignore[attr-defined]
    end = window_end(THREE, window=window_of(THREE, now=at))
    assert end - THREE.window_s <= int(at.timestamp()) < end
