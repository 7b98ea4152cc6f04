"""Who asks for another person is asked for a paper at once; the paper opens nothing, staff who say so do."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from discreet.foundation.cases.queries import my_work, open_tasks
from discreet.foundation.centre import form_guard
from discreet.foundation.jobs.delivery import deliver_once
from discreet.foundation.papers import actions as papers
from discreet.foundation.papers.models import Paper
from discreet.foundation.papers.queries import asked_for, papers_of
from discreet.foundation.papers.refusals import LackMissing, ShowsNothing, TooManyPapers
from discreet.foundation.papers.rules import Lack, Purpose, Seen
from discreet.mechanisms.rights import handlers
from discreet.mechanisms.rights.actions import proving, receiving
from discreet.mechanisms.rights.actions.sent_forms import SentForm, Taken, receive_forms
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.opening.asker import Asking, who_asks
from discreet.mechanisms.rights.opening.identity import Missing
from discreet.mechanisms.rights.queries import request_view
from discreet.mechanisms.rights.rules import State
from tests.foundation.papers import files
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, CUSTOMER, NOW, who

assert handlers  # listens to checked papers
pytestmark = [pytest.mark.duty("M8.2"), pytest.mark.promise(16), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def mail_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DISCREET_MAIL_FOLDER = tmp_path / "mail"


def asked_by(requester: str, *, kind: str = "access", channel: str = "centre") -> Taken:
    """Ask through the public form, or have staff record it."""
    asking = Asking(requester=requester, who=who_asks(name="A. Gent")) if requester != "self" else Asking()
    if channel == "centre":
        form = SentForm(
            form_id=form_guard.bound("f_1", f"{requester}{kind}"),
            kind=Kind(kind),
            claim=who(ANN),
            residence="DE",
            language="en",
            asking=asking,
            uses=(),
            received_at=NOW,
        )
        (taken,) = receive_forms([form])
        assert isinstance(taken, Taken)
        return taken
    received = receiving.receive_request(
        actor=AGENT, now=NOW, kind=kind, claim=who(ANN), residence="DE", channel=channel, asking=asking
    )
    return Taken(number=received.number, public_token=received.public_token)


def checked(number: str, seen: Seen, lacking: Lack | None = None) -> None:
    """Let the customer send a paper, and staff look at it and say what came of it."""
    paper_id = papers.receive_paper(
        actor=CUSTOMER, now=NOW, number=number, content=files.png(), has_scanner=False
    )
    papers.show_paper(actor=AGENT, now=NOW, paper_id=paper_id, reason="Due", has_scanner=False)
    papers.note_check(
        actor=AGENT, now=NOW, paper_id=paper_id, seen=seen, is_accepted=lacking is None, lacking=lacking
    )
    deliver_once(now=datetime.now(UTC))


def page_of(received: Taken) -> str:
    return Client().get(f"/privacy/request/{received.public_token}/").content.decode()


@pytest.mark.parametrize(
    ("requester", "purpose"),
    [("agent", Purpose.PERMISSION), ("guardian", Purpose.GUARDIAN), ("relative", Purpose.RELATIVE)],
)
@pytest.mark.parametrize("channel", ["centre", "letter"])
def test_whoever_asks_for_another_is_asked_for_the_paper_at_once(
    requester: str, purpose: Purpose, channel: str
) -> None:
    assert asked_for(asked_by(requester, channel=channel).number) is purpose
    assert asked_for(asked_by("self", channel=channel).number) is None
    assert asked_for(asked_by(requester, kind="opt_out", channel=channel).number) is None


def test_a_paper_that_lacks_something_opens_nothing_and_the_page_says_what_it_lacks(desk: Client) -> None:
    received = asked_by("guardian")
    paper_id = papers.receive_paper(
        actor=CUSTOMER, now=NOW, number=received.number, content=files.png(), has_scanner=False
    )
    papers.show_paper(actor=AGENT, now=NOW, paper_id=paper_id, reason="Due", has_scanner=False)
    with pytest.raises(LackMissing):
        papers.note_check(actor=AGENT, now=NOW, paper_id=paper_id, seen=Seen.GUARDIANSHIP, is_accepted=False)
    papers.note_check(
        actor=AGENT,
        now=NOW,
        paper_id=paper_id,
        seen=Seen.GUARDIANSHIP,
        is_accepted=False,
        lacking=Lack.UNSIGNED,
    )
    deliver_once(now=datetime.now(UTC))
    page = page_of(received)
    assert "It is not signed. It was destroyed. You can send another." in page and 'name="paper"' in page
    assert Missing.AUTHORITY in request_view(received.number).course.missing
    assert received.number not in open_tasks("authority")
    assert "Waiting for the document" in desk.get(f"/desk/requests/{received.number}/").content.decode()


def test_an_accepted_paper_offers_the_authority_and_only_staff_give_it(desk: Client) -> None:
    received = asked_by("guardian")
    checked(received.number, Seen.GUARDIANSHIP)
    assert received.number in open_tasks("authority") and asked_for(received.number) is None
    assert Missing.AUTHORITY in request_view(received.number).course.missing
    page = desk.get(f"/desk/requests/{received.number}/").content.decode()
    assert 'value="Document accepted: Proof of guardianship, checked by wei on ' in page
    assert 'name="paper"' not in page_of(received)
    left = proving.authorise(actor=AGENT, now=NOW, number=received.number, reason="As the document shows")
    assert left == (Missing.PROOF,) and driving.state(received.number) is State.RECEIVED
    assert received.number not in open_tasks("authority")


def test_a_relative_shows_both_the_death_and_the_kinship() -> None:
    received = asked_by("relative")
    checked(received.number, Seen.KINSHIP)
    assert asked_for(received.number) is Purpose.RELATIVE and received.number not in open_tasks("authority")
    assert "Accepted: Proof of kinship or inheritance. Still needed: Death certificate." in page_of(received)
    checked(received.number, Seen.DEATH)
    assert asked_for(received.number) is None and received.number in open_tasks("authority")


def test_one_paper_of_two_that_is_not_enough_reaches_the_relative_with_the_reason(desk: Client) -> None:
    received = asked_by("relative")
    shown = f"/privacy/papers/{received.public_token}/"
    assert Client().post(shown, {"paper": BytesIO(files.png())}).status_code == 422, "it says which it is"
    for says in (Seen.DEATH, Seen.KINSHIP):
        assert Client().post(shown, {"paper": BytesIO(files.png()), "says": says.value}).status_code == 302
    kinship, death = papers_of(received.number)
    whats = [item.task.what for item in my_work(actor=AGENT, now=NOW) if item.number == received.number]
    assert {"death certificate" in one for one in whats} == {True, False}
    for one in (death, kinship):
        desk.post(f"/desk/papers/{one.paper_id}/show/", {"reason": "Due"})
    wrong = {"seen": "identity_card", "answer": "yes"}
    assert desk.post(f"/desk/papers/{death.paper_id}/check/", wrong).status_code == 422
    page = desk.post(f"/desk/papers/{death.paper_id}/check/", {"seen": "death", "answer": "yes"}, follow=True)
    assert "Still asked for: Proof of kinship or inheritance" in page.content.decode()
    said = {"seen": "kinship", "answer": "unsigned"}
    page = desk.post(f"/desk/papers/{kinship.paper_id}/check/", said, follow=True)
    assert "the customer can send another" in page.content.decode()
    deliver_once(now=datetime.now(UTC))
    told = page_of(received)
    assert "Not accepted: Proof of kinship or inheritance" in told and "It is not signed." in told
    assert 'name="paper"' in told and "Accepted: Death certificate." in told


def test_a_paper_that_nobody_needs_any_more_is_asked_of_nobody(desk: Client) -> None:
    received = asked_by("guardian")
    first, second = (
        papers.receive_paper(
            actor=CUSTOMER, now=NOW, number=received.number, content=files.png(), has_scanner=False
        )
        for _ in range(2)
    )
    for one in (first, second):
        desk.post(f"/desk/papers/{one}/show/", {"reason": "Due"})
    desk.post(f"/desk/papers/{first}/check/", {"seen": "guardianship", "answer": "yes"})
    page = desk.post(f"/desk/papers/{second}/check/", {"seen": "other", "answer": "wrong"}, follow=True)
    assert "no other is asked for" in page.content.decode() and 'name="paper"' not in page_of(received)


def test_a_card_of_who_asks_is_no_proof_of_kinship() -> None:
    received = asked_by("relative")
    with pytest.raises(ShowsNothing):
        checked(received.number, Seen.IDENTITY_CARD)
    assert asked_for(received.number) is Purpose.RELATIVE


def test_papers_may_be_sent_again_and_not_for_ever() -> None:
    received = asked_by("agent", channel="letter")
    for _ in range(20):
        checked(received.number, Seen.OTHER, Lack.WRONG)
    assert received.number in open_tasks("paper-refused")  # no page and no mail: staff tell them
    with pytest.raises(TooManyPapers):
        checked(received.number, Seen.OTHER, Lack.WRONG)
    assert Paper.objects.filter(case_number=received.number).count() == 20


def test_staff_who_know_of_the_authority_otherwise_need_no_paper() -> None:
    received = asked_by("agent", channel="letter")
    proving.authorise(actor=AGENT, now=NOW, number=received.number, reason="Power of attorney on file")
    assert asked_for(received.number) is None
