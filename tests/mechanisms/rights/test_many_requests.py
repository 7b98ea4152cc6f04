"""Pages of requests ask the database as often for many requests as for few, and find each by an index."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from discreet.engines.subjects.identity import Identity
from discreet.foundation.cases.models import Case, CaseClock
from discreet.mechanisms.rights.actions import importing
from discreet.mechanisms.rights.figures import counts, kept
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.models import RightsRequest
from tests.mechanisms.rights.company import AGENT

pytestmark = [pytest.mark.duty("M8.3"), pytest.mark.django_db]
PAGES = {
    "list": "/desk/requests/",
    "ended": "/desk/requests/?state=ended",
    "incomplete": "/desk/requests/?state=incomplete",
    "all": "/desk/requests/?state=all",
    "number": "/desk/requests/?state=all&q=R-1",
    "board": "/desk/requests/board/",
    "figures": "/desk/requests/figures/",
    "home": "/desk/",
    "batch": "/desk/batches/{batch}/",
    "case": "/desk/requests/{number}/",
}
OF_PAGES = ("cases_case", "rights_rightsrequest", "cases_caseclock")


def received(people: int) -> tuple[str, str]:
    """Receive so many requests, end every third, leave every fifth late; return the batch and one of them."""
    now = timezone.now()
    claims = [(Identity(email=f"p{place}.{people}@example.com"), "DE", "en") for place in range(people)]
    batch_id, numbers = importing.receive_batch(actor=AGENT, now=now, kind=Kind.ACCESS, claims=claims)
    ended = numbers[::3]
    RightsRequest.objects.filter(number__in=ended).update(
        completed_at=now, outcome="delivered", answer="page"
    )
    Case.objects.filter(number__in=ended).update(closed_at=now, due_at=None, state="done")
    CaseClock.objects.filter(case__number__in=ended).update(met_at=now)
    late = now - timedelta(days=2)
    RightsRequest.objects.filter(number__in=numbers[1::5]).update(due_at=late)
    Case.objects.filter(number__in=numbers[1::5], closed_at=None).update(due_at=late)
    return f"B-{batch_id}", numbers[1]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_as_often_for_many_requests_as_for_few(desk: Client, name: str) -> None:
    asked = []
    for people in (6, 60):
        batch, number = received(people)
        address = PAGES[name].format(batch=batch, number=number)
        desk.get(address)  # what a process keeps is kept
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(address).status_code == 200
        asked.append(len(captured))
    assert asked[0] == asked[1], "a statement for each request"
    assert asked[0] < 60


@pytest.mark.parametrize("name", PAGES)
def test_no_page_reads_a_table_of_requests_from_end_to_end(desk: Client, name: str) -> None:
    """SQLite decides without statistics, so it decides for six requests as for a hundred thousand."""
    batch, number = received(6)
    with CaptureQueriesContext(connection) as captured:
        desk.get(PAGES[name].format(batch=batch, number=number))
    asked = [one["sql"] for one in captured if any(f'FROM "{table}"' in one["sql"] for table in OF_PAGES)]
    assert asked
    for statement in asked:
        with connection.cursor() as cursor:
            plan = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", None).fetchall()]
        read = [step for step in plan if re.match(rf"SCAN ({'|'.join(OF_PAGES)})$", step)]
        assert not read, f"{statement}\n{plan}"
        if "LIMIT 50" in statement and name != "number":
            assert not [step for step in plan if "ORDER BY" in step], f"sorted anew: {statement}\n{plan}"


def test_pages_of_the_list_follow_each_other_and_miss_nothing(desk: Client) -> None:
    received(130)
    seen: list[str] = []
    for page in (1, 2, 3):
        text = desk.get(f"/desk/requests/?state=all&page={page}").content.decode()
        seen += re.findall(r'href="/desk/requests/(R-\d+)/"', text)
    assert len(dict.fromkeys(seen)) == 130
    ended = Case.objects.filter(closed_at__isnull=False).count()
    heads = desk.get("/desk/requests/?state=ended").content.decode()
    assert f"{ended} requests have ended" in heads


def test_a_number_is_found_by_its_start_and_as_it_is_written(desk: Client) -> None:
    _, number = received(12)
    assert f"/desk/requests/{number}/" in desk.get(f"/desk/requests/?q={number}").content.decode()
    assert f"/desk/requests/{number}/" in desk.get(f"/desk/requests/?q={number.lower()}").content.decode()
    assert "12 requests match" in desk.get("/desk/requests/?q=R-1").content.decode()
    assert "0 requests match" in desk.get("/desk/requests/?q=R-2").content.decode()


def test_counts_over_few_requests_are_made_anew_each_time() -> None:
    received(3)
    zone = ZoneInfo("UTC")
    now = timezone.now()
    assert counts.kept_figures(now.year, now=now, zone=zone).whole.received == 3
    received(4)
    assert counts.kept_figures(now.year, now=now, zone=zone).whole.received == 7


def test_counts_over_very_many_are_kept_for_a_minute_and_say_of_when_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept, "COUNTED_ANEW", 3)
    store: kept.KeptCounts[counts.Figures] = kept.KeptCounts()
    zone, now = ZoneInfo("UTC"), timezone.now()

    def figures(after: timedelta) -> counts.Figures:
        at = now + after
        return store.get("year", now=at, count=lambda: counts.figures(now.year, now=at, zone=zone))

    received(3)
    assert figures(timedelta(0)).whole.received == 3
    received(4)
    later = figures(timedelta(seconds=59))
    assert (later.whole.received, later.counted_at) == (3, now)
    again = figures(timedelta(seconds=61))
    assert (again.whole.received, again.counted_at) == (7, now + timedelta(seconds=61))
    assert figures(-timedelta(days=1)).counted_at == now - timedelta(days=1), "a look back is of its own time"
    assert figures(timedelta(seconds=62)).counted_at == now + timedelta(seconds=61)
