"""What concerns whom: tasks, clocks and what was told; read once, mailed as chosen, with numbers only."""

import email
import email.policy
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from discreet.foundation.cases import actions as cases
from discreet.foundation.cases.models import Case, CaseClock, CaseTask
from discreet.foundation.cases.rules import ClockFacts
from discreet.foundation.desk import actions, notify
from discreet.foundation.desk.digests import mail_digests
from discreet.foundation.desk.models import Digest, DigestChoice, Notification
from discreet.foundation.desk.notifications import items, unread
from discreet.foundation.ledger.acts import act
from discreet.foundation.ledger.api import record
from discreet.foundation.ledger.findings import Fault, Finding
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.ledger.verify import verify_ledger
from discreet.vocabulary.actors import SYSTEM, Actor, ActorKind, Role
from tests.foundation.cases.conftest import opened
from tests.foundation.staff.people import add, staff

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
AGENT = staff("wei", [Role.AGENT])
KIND = "tests.columns"


@pytest.fixture(autouse=True)
def kind() -> None:
    notify.register(notify.NotificationKind(kind=KIND, text="New personal columns in %(source)s: %(n)s"))


@pytest.fixture
def letters(tmp_path: Path, settings: Settings) -> Path:
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"
    return tmp_path / "mail"


@act("tests.scan")
def scanned(*, now: datetime = NOW) -> None:
    """Find new columns, as a scan does."""
    record(actor=SYSTEM, now=now, subject="source:crm", facts={"columns": 4})
    notify.tell(
        now=now,
        kind=KIND,
        subject="source:crm",
        roles=[Role.AGENT],
        params={"source": "crm", "n": 4},
        url_name="datamap:source",
        url_args=("crm",),
    )


def clocked(due_at: datetime, *, owner: str = "") -> str:
    number = opened(owner=owner).number
    clock = ClockFacts(
        rule_id="EU-DSR-RESP",
        law="eu-gdpr",
        article="GDPR 12(3)",
        due_at=due_at,
        warn_at=NOW + (due_at - NOW) / 2,
    )
    cases.set_clocks(actor=SYSTEM, now=NOW, number=number, clocks=[clock])
    return number


def texts(actor: Actor, *, now: datetime = NOW) -> list[str]:
    return [f"{one.text} | {one.about}" for one in items(actor, now=now)]


def test_a_task_concerns_its_role_until_it_is_done_and_never_whom_it_is_barred_to() -> None:
    number = opened().number
    task = cases.NewTask(key="approve", what="Approve the plan", role=Role.APPROVER, barred="lan")
    cases.add_task(actor=SYSTEM, now=NOW, number=number, task=task)
    assert texts(staff("ming", [Role.APPROVER])) == [f"Approve the plan | {number}"]
    assert texts(staff("lan", [Role.APPROVER])) == texts(AGENT) == []
    cases.finish_task(actor=staff("ming", [Role.APPROVER]), now=NOW, number=number, key="approve")
    assert texts(staff("ming", [Role.APPROVER])) == []


def test_a_clock_concerns_its_owner_at_half_at_four_fifths_and_at_its_end() -> None:
    number = clocked(NOW + timedelta(days=10), owner="wei")
    unowned = staff("lan", [Role.APPROVER])
    assert texts(AGENT, now=NOW + timedelta(days=4)) == []
    for days, words in (
        (5, "Half of the time"),
        (8, "80 % of the time"),
        (11, "Overdue: Answer by 12\u00a0Mar\u00a02026"),
    ):
        (text,) = texts(AGENT, now=NOW + timedelta(days=days))
        assert text.startswith(words) and text.endswith(number)
    assert texts(unowned, now=NOW + timedelta(days=11)) == []


def test_a_clock_of_a_case_that_nobody_owns_concerns_those_who_work_on_cases() -> None:
    clocked(NOW + timedelta(days=10))
    late = NOW + timedelta(days=11)
    assert len(texts(AGENT, now=late)) == len(texts(staff("lan", [Role.APPROVER]), now=late)) == 1
    assert texts(staff("guest", [Role.VIEWER]), now=late) == []


def test_what_was_told_concerns_the_role_and_leads_to_its_page() -> None:
    scanned()
    (item,) = items(AGENT, now=NOW)
    assert (item.text, item.url) == ("New personal columns in crm: 4", "/desk/map/source/crm/")
    assert texts(staff("guest", [Role.VIEWER])) == []


def test_who_is_given_a_case_is_told_and_who_takes_it_is_not() -> None:
    number = opened().number
    cases.assign(actor=AGENT, now=NOW, number=number, owner="lan")
    other = staff("lan", [Role.APPROVER])
    (item,) = items(other, now=NOW)
    assert (item.text, item.url) == (f"{number} was given to you", f"/desk/requests/{number}/")
    cases.assign(actor=AGENT, now=NOW, number=number, owner="wei")
    assert texts(AGENT) == []


def test_a_ledger_that_does_not_verify_is_told_to_who_must_act() -> None:
    sound = verify_ledger()
    broken = replace(sound, findings=(Finding(fault=Fault.ENTRY_CHANGED, where="7"),))
    for verdict in (sound, broken):
        actions.record_verification(actor=AGENT, now=NOW, verdict=verdict, seconds=1)
    assert len(texts(staff("root", [Role.ADMINISTRATOR]))) == 1
    assert texts(AGENT) == []


def test_reading_is_kept_per_person_and_a_clock_that_goes_on_is_new_again() -> None:
    scanned()
    clocked(NOW + timedelta(days=10))
    other = staff("lan", [Role.AGENT])
    late = NOW + timedelta(days=6)
    keys = [fact.key for fact in unread(AGENT, now=late)]
    assert actions.mark_read(actor=AGENT, now=late, keys=keys) == 2
    assert actions.mark_read(actor=AGENT, now=late, keys=keys) == 0
    assert unread(AGENT, now=late) == []
    assert len(unread(other, now=late)) == 2
    assert [one.is_read for one in items(AGENT, now=late)] == [True, True]
    assert [fact.key[:6] for fact in unread(AGENT, now=NOW + timedelta(days=9))] == ["clock:"]


def test_what_was_told_ends_after_ninety_days() -> None:
    scanned()
    late = NOW + timedelta(days=91)
    assert texts(AGENT, now=late) == []
    assert actions.forget_old(late) > 0
    assert not Notification.objects.exists()


def wants(digest: Digest, *, address: str = "wei@example.com", language: str = "en") -> Actor:
    add("wei", Role.AGENT, email=address)
    actions.choose_digest(actor=AGENT, now=NOW, digest=digest, language=language)
    return AGENT


def mails(folder: Path) -> list[tuple[str, str]]:
    found = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(folder.glob("m_*.eml"))
    ]
    return [(str(one["To"]), str(one.get_content())) for one in found]


def test_at_once_mails_what_is_new_once_with_numbers_only(letters: Path) -> None:
    wants(Digest.AT_ONCE)
    number = clocked(NOW + timedelta(days=10))
    late = NOW + timedelta(days=6)
    scanned(now=late)
    assert mail_digests(late) == 1
    assert mail_digests(late + timedelta(minutes=1)) == 0
    ((to, body),) = mails(letters)
    assert to == "wei@example.com"
    assert number in body and "source:crm" in body and "/desk/notifications/" in body
    assert "li.lei" not in body
    assert entries_for("staff:wei")[-1].facts == {"notifications": 2, "problem": ""}


def test_a_daily_mail_goes_in_the_morning_in_the_language_of_the_person(letters: Path) -> None:
    wants(Digest.DAILY, language="zh-hans")
    scanned(now=NOW + timedelta(hours=1))
    same_day, night, morning = (NOW + timedelta(hours=hours) for hours in (6, 16, 23))
    assert [mail_digests(at) for at in (same_day, night, morning, morning)] == [0, 0, 1, 0]
    ((_, body),) = mails(letters)
    assert "新通知：source:crm" in body


def test_who_reads_first_or_wants_none_or_has_no_address_gets_no_mail(letters: Path) -> None:
    wants(Digest.AT_ONCE, address="")
    scanned(now=NOW + timedelta(hours=1))
    assert mail_digests(NOW + timedelta(hours=2)) == 0
    DigestChoice.objects.update(digest=Digest.NONE)
    assert mail_digests(NOW + timedelta(hours=2)) == 0
    assert not letters.exists()


def test_the_pages_mark_as_read_and_keep_the_choice(desk_client: Client) -> None:
    scanned(now=timezone.now())
    home = desk_client.get("/desk/").content.decode()
    assert "Notifications, 1 unread" in home
    page = desk_client.get("/desk/notifications/").content.decode()
    assert "1 notification is new" in page and "New personal columns in crm: 4" in page
    (fact,) = unread(Actor(ActorKind.STAFF, "anna", frozenset(Role)), now=timezone.now())
    desk_client.post("/desk/notifications/read/", {"key": "told:999999"})
    assert "1 notification is new" in desk_client.get("/desk/notifications/").content.decode()
    desk_client.post("/desk/notifications/read/", {"key": fact.key, "show": "all"})
    assert "Everything is read" in desk_client.get("/desk/notifications/").content.decode()
    assert "New personal columns" in desk_client.get("/desk/notifications/", {"show": "all"}).content.decode()
    for chosen, kept in (("daily", "daily"), ("hourly", "daily")):
        desk_client.post("/desk/notifications/mail/", {"digest": chosen})
        assert DigestChoice.objects.get(staff="anna").digest == kept


def test_the_bell_costs_little_beside_years_of_answered_cases() -> None:
    held = [
        Case(number=f"R-{n}", kind="request", title="Erasure", state="x", opened_at=NOW, language="en")
        for n in range(10_000, 22_000)
    ]
    made = Case.objects.bulk_create(held)
    CaseClock.objects.bulk_create(
        CaseClock(
            case=case,
            rule_id="EU-DSR-RESP",
            law="eu-gdpr",
            article="GDPR 12(3)",
            due_at=NOW + timedelta(minutes=at),
            warn_at=NOW - timedelta(days=1),
            met_at=NOW if at < 10_000 else None,
        )
        for at, case in enumerate(made)
    )
    CaseTask.objects.bulk_create(
        CaseTask(case=case, key="look", what="Look", role="agent", made_at=NOW) for case in made[-2000:]
    )
    spans = []
    for _ in range(3):
        started = time.process_time()
        found = unread(AGENT, now=NOW)
        spans.append(time.process_time() - started)
    assert len(found) == 400
    assert min(spans) <= 0.05, spans
