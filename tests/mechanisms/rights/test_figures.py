"""The company's figures: every request counted once, in whole, in part, refused, late; board and workbook say the same."""

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from openpyxl import load_workbook

from discreet.foundation.permission.actions import choosing
from discreet.foundation.permission.people import Person
from discreet.foundation.permission.rules import Channel
from discreet.foundation.permission.said import Source
from discreet.mechanisms.rights.actions import deciding
from discreet.mechanisms.rights.deciding.items import Justification
from discreet.mechanisms.rights.figures.counts import REPORTED, Reported, figures, years
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.models import RightsRequest
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import APPROVER, CUSTOMER, NOW

pytestmark = [pytest.mark.duty("M8.3"), pytest.mark.django_db]
ZONE = ZoneInfo("Europe/Zurich")
YEAR = NOW.year


def ended(kind: str, outcome: str, *, days: float, residence: str = "US-CA", late: bool = False) -> str:
    number = driving.opened(kind, f"{kind}.{outcome or 'open'}.{days}@example.com")
    received = NOW + timedelta(hours=1)
    RightsRequest.objects.filter(number=number).update(
        received_at=received,
        residence=residence,
        outcome=outcome,
        completed_at=received + timedelta(days=days) if outcome else None,
        answer="page" if outcome else "",
        due_at=received + timedelta(days=days - 1 if late else days + 1),
    )
    return number


def test_each_request_is_counted_once_and_where_it_belongs() -> None:
    for outcome, days, is_late in (
        ("erased", 2, False),
        ("erased_except_kept", 4, True),
        ("erased", 12, False),
    ):
        ended("erasure", outcome, days=days, late=is_late)
    ended("account_closure", "erased", days=6)
    ended("access", "delivered", days=1, residence="DE")
    withdrawn = driving.opened("erasure", "gone@example.com")
    deciding.cancel_request(actor=CUSTOMER, now=NOW, number=withdrawn)
    refused = driving.opened("know", "no@example.com")
    deciding.refuse_request(
        actor=APPROVER,
        now=NOW + timedelta(days=3),
        number=refused,
        reason="Forty times this month",
        article="",
        justification=Justification.EXCESSIVE.value,
    )
    ended("portability", "", days=30)
    found = figures(YEAR, now=NOW + timedelta(days=5), zone=ZONE)
    erasure = found.by_kind[Kind.ERASURE]
    assert (erasure.received, erasure.whole, erasure.part, erasure.withdrawn) == (4, 2, 1, 1)
    assert (erasure.late, erasure.median_days, erasure.mean_days) == (1, 4.0, 6.0)
    deleted = found.reported[Reported.DELETE]
    assert (deleted.received, deleted.whole, deleted.median_days) == (5, 3, 5.0)
    assert found.reported[Reported.KNOW].refused == 1
    assert found.answered == 5, "the letter of the refusal is not sent yet: it is no answer"
    assert found.refusals == [(Justification.EXCESSIVE.value, 1)]
    assert found.whole.received == sum(one.received for one in found.by_kind.values()) == 8
    assert sum(received for received, _ in found.months) == 8
    assert sum(count for _, count in found.days) == found.answered


def test_figures_of_california_are_of_its_residents_alone() -> None:
    ended("erasure", "erased", days=2)
    ended("erasure", "erased", days=2, residence="DE")
    now = NOW + timedelta(days=5)
    assert figures(YEAR, now=now, zone=ZONE, is_californian=True).whole.received == 1
    assert figures(YEAR, now=now, zone=ZONE).whole.received == 2


def test_a_year_is_the_companys_and_one_without_requests_is_empty() -> None:
    number = ended("erasure", "erased", days=2)
    RightsRequest.objects.filter(number=number).update(received_at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    assert figures(2026, now=NOW, zone=ZONE).whole.received == 1, "half past midnight in Zurich"
    assert figures(2025, now=NOW, zone=ZONE).whole.received == 0
    assert years(NOW, zone=ZONE) == [2026]


def test_every_kind_that_the_regulation_counts_is_counted_once() -> None:
    counted = [kind for kinds in REPORTED.values() for kind in kinds]
    assert len(counted) == len(set(counted))
    assert set(Kind) - set(counted) == {Kind.RESTRICTION, Kind.OBJECTION, Kind.CONSENT_WITHDRAWAL}


def test_opt_outs_and_limits_are_counted_by_every_way_and_each_once(desk: Client) -> None:
    """11 CCR 7102(a)(1)(D), (E): a click, a signal and a call are opt-outs as much as a request is."""
    received = NOW + timedelta(hours=1)
    for place, channel in enumerate((Channel.CENTRE, Channel.GPC, Channel.API, Channel.GPC)):
        person = Person(device=f"d_{place}")
        for _ in range(2):  # said again, it is the same
            choosing.opt_out(actor=CUSTOMER, now=received, person=person, source=Source(channel))
    limit = Person(email="ann@example.com")
    choosing.limit_sensitive(actor=CUSTOMER, now=received, person=limit, source=Source(Channel.API))
    ended("opt_out", "applied", days=3)
    refused = driving.opened("restriction", "no@example.com")
    RightsRequest.objects.filter(number=refused).update(
        kind="opt_out", outcome="refused", completed_at=received + timedelta(days=1), residence="DE"
    )
    found = figures(YEAR, now=NOW + timedelta(days=5), zone=ZONE)
    out, limited = found.reported[Reported.OPT_OUT], found.reported[Reported.LIMIT]
    assert (out.received, out.whole, out.refused, limited.received, limited.whole) == (6, 5, 1, 1, 1)
    assert (out.median_days, limited.mean_days) == (0.0, 0.0) and 0 < (out.mean_days or 0) < 1
    ways = {(one, channel): tally.received for one, channel, tally in found.paths}
    assert ways == {
        (Reported.OPT_OUT, Channel.CENTRE): 1,
        (Reported.OPT_OUT, Channel.GPC): 2,
        (Reported.OPT_OUT, Channel.API): 1,
        (Reported.OPT_OUT, Channel.REQUEST): 2,
        (Reported.LIMIT, Channel.API): 1,
    }
    of_california = figures(YEAR, now=NOW, zone=ZONE, is_californian=True)
    assert of_california.reported[Reported.OPT_OUT].received == 5
    page = desk.get(f"/desk/requests/figures/?year={YEAR}").content.decode()
    assert "Browser signal (GPC)" in page


def test_a_year_of_signals_alone_is_no_empty_year(desk: Client) -> None:
    when = NOW - timedelta(days=400)
    choosing.opt_out(actor=CUSTOMER, now=when, person=Person(device="d_1"), source=Source(Channel.GPC))
    assert years(NOW, zone=ZONE) == [YEAR, YEAR - 1, YEAR - 2][: YEAR - when.year + 1]
    page = desk.get(f"/desk/requests/figures/?year={when.year}").content.decode()
    assert "No request was received" not in page


def test_the_workbook_says_what_the_page_says_and_holds_no_formula(desk: Client) -> None:
    ended("erasure", "erased", days=2)
    ended("access", "delivered", days=3)
    page = desk.get(f"/desk/requests/figures/?year={YEAR}").content.decode()
    assert "Yearly figures of 11 CCR 7102" in page
    answer = desk.get(f"/desk/requests/figures/?year={YEAR}&of=US-CA&as=xlsx")
    assert f"requests-{YEAR}-US-CA.xlsx" in answer["Content-Disposition"]
    book = load_workbook(io.BytesIO(answer.content))
    rows = list(book["11 CCR 7102"].iter_rows(min_row=2, values_only=True))
    assert rows[0][:3] == ("Requests to delete", 1, 1) and rows[2][:3] == ("Requests to know", 1, 1)
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_board_shows_each_open_request_in_one_column(desk: Client) -> None:
    numbers = [driving.opened("erasure", f"p{place}@example.com") for place in range(3)]
    page = desk.get("/desk/requests/board/").content.decode()
    assert all(page.count(f">{number}<") == 1 for number in numbers)
    assert desk.get("/desk/requests/figures/?year=９９").status_code == 200
