"""Recipients are told of choices made by click, signal or API: of a day together, of known people, to the end."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from discreet.foundation.cases.actions import RETENTION_DAYS
from discreet.foundation.cases.schedules import expire
from discreet.foundation.datamap import sharing_actions
from discreet.foundation.datamap.sharing import Contact, RecipientFacts, RecipientKind, Reference
from discreet.foundation.jobs.delivery import deliver_once
from discreet.foundation.keys import api as keys
from discreet.foundation.keys.api import KeyDestroyed
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.mail.folder import newest_in_folder
from discreet.foundation.permission.actions import choosing, ending
from discreet.foundation.permission.listed import Telling, key_of, told_of
from discreet.foundation.permission.models import ListedPerson, TellingList
from discreet.foundation.permission.people import Person
from discreet.foundation.permission.queries import choices_by_ref
from discreet.foundation.permission.rules import Channel, Kind
from discreet.foundation.permission.said import Kept, Said, Source
from discreet.foundation.permission.schedules import hand_over_lists
from discreet.mechanisms.rights import handlers
from discreet.mechanisms.rights.actions import notifying
from discreet.mechanisms.rights.models import RecipientNotice
from discreet.mechanisms.rights.outside.rules import NoticeState
from discreet.vocabulary.actors import Role
from tests.foundation.staff.people import add
from tests.mechanisms.rights.company import CUSTOMER, NOW, OPERATOR
from tests.mechanisms.rights.driving import work

pytestmark = [pytest.mark.duty("M8.4"), pytest.mark.django_db]
assert handlers  # registers who listens
BUYER = RecipientFacts(
    key="buyer",
    name_en="Data buyer",
    name_zh="数据买方",
    kind=RecipientKind.THIRD_PARTY,
    contact=Contact.MAIL,
    reference=Reference.EMAIL,
    address="privacy@buyer.example",
)
HOUSE = replace(BUYER, key="house", kind=RecipientKind.PROCESSOR, address="privacy@house.example")
NEXT_DAY = NOW + timedelta(days=1, hours=1)
LINK = re.compile(r"(/privacy/told/[^/\s]+/)")
API, GPC, FORM = (Source(channel) for channel in (Channel.API, Channel.GPC, Channel.CENTRE))


@pytest.fixture(autouse=True)
def told(tmp_path: Path, settings: Settings) -> None:
    """A buyer and a processor; mail goes to a folder of the test."""
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"
    for facts in (BUYER, HOUSE):
        sharing_actions.state_recipient(actor=OPERATOR, now=NOW, facts=facts)


def opt_out(person: Person, source: Source = API, *, at: datetime = NOW) -> Kept:
    return choosing.opt_out(actor=CUSTOMER, now=at, person=person, source=source)


def next_day(now: datetime = NEXT_DAY) -> None:
    hand_over_lists(now)
    for _ in range(3):
        deliver_once(now=datetime.now(UTC))
        work()


def state_of(kept: Kept) -> Telling:
    (found,) = choices_by_ref([kept.ref])
    return told_of(found.fact).state


def mails_to(address: str) -> list[str]:
    return [one.body for one in newest_in_folder() if one.to == address]


def test_the_opt_outs_of_a_day_are_one_notice_to_whoever_buys_with_the_list_behind_its_link() -> None:
    """11 CCR 7026(f)(2), (3): by click, signal and API alike; who processes for the company is not told."""
    people = [Person(email=f"person{n}@example.com") for n in range(40)]
    said = [Said(person, Kind.OPT_OUT) for person in people]
    choosing.choose_some(actor=CUSTOMER, now=NOW, said=said, source=API)
    by_click = opt_out(Person(email="click@example.com", device="d_1"), FORM)
    by_signal = opt_out(Person(email="signal@example.com", device="d_2"), GPC)
    opt_out(Person(email="click@example.com"), API)  # the same person by another way
    assert state_of(by_click) is state_of(by_signal) is Telling.WAITS
    next_day(NOW + timedelta(hours=1))
    assert not RecipientNotice.objects.exists(), "the day is not over"
    next_day()
    (mail,) = mails_to("privacy@buyer.example")
    assert "@example.com" not in mail and not mails_to("privacy@house.example")
    notice = RecipientNotice.objects.get()
    assert (notice.recipient, notice.state, len(notice.numbers)) == ("buyer", NoticeState.SENT, 42)
    found = LINK.search(mail)
    assert found is not None
    link, client = found.group(1), Client()
    assert "11 CCR 7026(f)" in client.get(link).content.decode()
    listed = client.post(f"{link}show/").content.decode()
    assert all(person.email in listed for person in people)
    assert listed.count("click@example.com") == 1 and "d_1" not in listed
    assert client.post(f"{link}confirm/").status_code == 200
    notice.refresh_from_db()
    assert (notice.state, notice.list_sealed) == (NoticeState.CONFIRMED, None)
    assert state_of(by_click) is state_of(by_signal) is Telling.TOLD
    next_day(NEXT_DAY + timedelta(days=1))
    assert RecipientNotice.objects.count() == 1, "nothing is told twice"
    assert "@example.com" not in "".join(str(entry.body) for entry in LedgerEntry.objects.all())


def test_who_stands_on_a_list_is_forgotten_once_whom_to_tell_is_written_down() -> None:
    opt_out(Person(email="ann@example.com"))
    ref = TellingList.objects.get().ref
    assert b"ann@example.com" not in bytes(ListedPerson.objects.get().person_sealed or b"")
    next_day()
    assert ListedPerson.objects.get().person_sealed is None
    with pytest.raises(KeyDestroyed):
        keys.seal(key_of(ref), b"", "listed")


def test_a_choice_of_a_browser_alone_says_that_nobody_can_be_told() -> None:
    client = Client()
    page = client.get(client.post("/privacy/choices/", {"what": "opt_out"})["Location"]).content.decode()
    assert "We can tell nobody outside of it" in page
    assert not TellingList.objects.exists()
    known = client.post("/privacy/choices/", {"what": "limit", "contact": "ann@example.com"})
    assert "Once this day is over" in client.get(known["Location"]).content.decode()
    assert (
        "我们会告知所有"
        in client.get(known["Location"], headers={"Accept-Language": "zh-Hans"}).content.decode()
    )


def test_whoever_takes_it_back_the_same_day_is_not_told_of_and_no_list_of_nobody_is_kept() -> None:
    person = Person(email="ann@example.com")
    kept = opt_out(person)
    ask = ending.ask_opt_in(actor=CUSTOMER, now=NOW + timedelta(minutes=1), person=person)
    ending.confirm_opt_in(actor=CUSTOMER, now=NOW + timedelta(minutes=2), ref=ask)
    next_day()
    assert not RecipientNotice.objects.exists()
    assert state_of(kept) is Telling.NOBODY_RECEIVES
    assert TellingList.objects.get().settled_at is not None


def test_a_clock_set_back_loses_no_opt_out() -> None:
    opt_out(Person(email="ann@example.com"))
    next_day()
    late = opt_out(Person(email="bo@example.com"))
    assert state_of(late) is Telling.WAITS
    next_day(NEXT_DAY + timedelta(days=1))
    assert state_of(late) is Telling.TOLD
    assert len(mails_to("privacy@buyer.example")) == 2


def test_where_a_person_tells_the_task_stands_on_the_days_case_and_its_page(
    client: Client, settings: Settings
) -> None:
    settings.DISCREET_DEMO = True  # no second factor is asked for
    staff = add("wei", Role.AGENT)
    facts = replace(BUYER, contact=Contact.TASK, address="", assignee="wei")
    sharing_actions.state_recipient(actor=OPERATOR, now=NOW, facts=facts)
    opt_out(Person(email="ann@example.com"))
    next_day()
    notice = RecipientNotice.objects.get()
    assert notice.state == NoticeState.DUE
    number = notifying.case_of(notice)
    client.force_login(staff)
    assert number in client.get("/desk/choices/").content.decode()
    page = f"/desk/requests/{number}/recipients/"
    assert "Data buyer" in client.get(page).content.decode()
    assert "ann@example.com" in client.post(f"{page}{notice.pk}/show/").content.decode()
    client.post(f"{page}{notice.pk}/note/", {"what": "told"})
    client.post(f"{page}{notice.pk}/note/", {"what": "confirmed", "note": "By phone, ticket 12"})
    notice.refresh_from_db()
    assert notice.state == NoticeState.CONFIRMED
    assert "By phone, ticket 12" in client.get(page).content.decode()
    assert client.get("/desk/requests/C-9999/recipients/").status_code == 404
    expire(datetime.now(UTC) + timedelta(days=RETENTION_DAYS + 2))
    deliver_once(now=datetime.now(UTC))
    notice.refresh_from_db()
    assert notice.note_sealed is None


def test_nobody_is_told_where_the_data_map_names_no_buyer() -> None:
    sharing_actions.end_recipient(actor=OPERATOR, now=NOW, key="buyer")
    kept = opt_out(Person(email="ann@example.com"))
    next_day()
    assert state_of(kept) is Telling.NOBODY_RECEIVES
    assert not RecipientNotice.objects.exists()
