"""What comes through the doors: bounded, never in clear on a disk, and shown as our own dots only."""

import base64
import re
import tempfile
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from discreet.foundation.cases.actions import OpenedCase
from discreet.foundation.centre import limits
from discreet.foundation.centre.rules import CLIENT_PAPERS
from discreet.foundation.papers import actions, queries
from discreet.foundation.papers.models import Paper
from discreet.foundation.papers.rules import MIB, MOST_A_CASE, MOST_BYTES, Gone, Lack, Purpose, Seen
from discreet.vocabulary.actors import Role
from tests.foundation.cases.conftest import AGENT, NOW, opened
from tests.foundation.papers import files
from tests.foundation.papers.conftest import sent
from tests.foundation.staff.people import add

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.2")]
PICTURE = re.compile(r'src="data:image/png;base64,([^"]+)"')


def post(client: Client, case: OpenedCase, content: bytes, *, name: str = "scan.pdf") -> int:
    file = BytesIO(content)
    file.name = name
    answer = client.post(f"/privacy/papers/{case.public_token}/", {"paper": file})
    return answer.status_code


@pytest.fixture
def agent(settings: Settings) -> Client:
    settings.DISCREET_DEMO = True
    client = Client()
    client.force_login(add("chen", Role.AGENT), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.promise(18)
def test_a_name_is_neither_a_path_nor_kept(case: OpenedCase, home: Path) -> None:
    for name in ("../../evil.pdf", "C:\\\\evil.exe", "passport of Li Lei E1234567.png", "\r\nX-Evil: 1.png"):
        assert post(Client(), case, files.png(), name=name) == 302
    assert {path.suffix for path in home.iterdir()} == {".sealed"}
    assert len(list(home.iterdir())) == Paper.objects.count() == 4
    everything = str(list(Paper.objects.values()))
    assert "evil" not in everything and "Li Lei" not in everything
    assert not [path for path in home.parent.rglob("*") if "evil" in path.name]


@pytest.mark.promise(18)
def test_an_upload_never_lies_in_clear_on_a_disk(
    case: OpenedCase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("an upload went to a temporary file")

    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", refuse)
    monkeypatch.setattr(tempfile, "NamedTemporaryFile", refuse)
    large = files.png(more=files.chunk(b"tEXt", b"x" * (4 * MIB)))
    assert post(Client(), case, large) == 302
    assert Paper.objects.get().size == len(large)


@pytest.mark.promise(18)
def test_what_is_too_large_is_not_read_to_its_end(case: OpenedCase, home: Path) -> None:
    assert post(Client(), case, files.png() + b"\0" * MOST_BYTES) == 413
    assert not Paper.objects.exists() and not home.exists()


@pytest.mark.promise(13)
@pytest.mark.parametrize("uploads", [60, pytest.param(1000, marks=pytest.mark.full)])
def test_a_flood_of_uploads_on_one_address_is_turned_away_and_leaves_five_at_most(
    case: OpenedCase, home: Path, uploads: int
) -> None:
    client = Client()
    answers = [post(client, case, files.png()) for _ in range(uploads)]
    assert answers.count(302) == MOST_A_CASE
    assert answers[MOST_A_CASE : MOST_A_CASE + 5] == [409] * 5 and set(answers[10:]) == {429}
    assert len(list(home.iterdir())) == MOST_A_CASE


@pytest.mark.promise(13)
def test_one_address_sends_only_so_many_papers_whatever_the_request(case: OpenedCase) -> None:
    for _ in range(CLIENT_PAPERS.count):
        limits.count(CLIENT_PAPERS, value="127.0.0.1", now=timezone.now())
    assert post(Client(), case, files.png()) == 429
    assert not Paper.objects.exists()


def test_nobody_sends_a_paper_to_a_request_that_needs_none_or_does_not_exist(case: OpenedCase) -> None:
    other = opened()
    assert post(Client(), other, files.png()) == 409
    assert Client().post("/privacy/papers/no-such-token/", {"paper": BytesIO(files.png())}).status_code == 404
    assert not Paper.objects.exists()


def test_a_form_of_another_site_sends_no_paper(case: OpenedCase) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert post(strict, case, files.png()) == 403
    assert not Paper.objects.exists()


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 400, "Choose a file"),
        (files.pdf_with_script(), 422, "Print it into a new PDF"),
        (files.pdf_with_password(), 422, "Save it without one"),
        (files.archive(), 415, "Only PDF, JPEG and PNG"),
    ],
    ids=["empty", "script", "password", "archive"],
)
def test_a_refused_paper_says_what_to_do_and_the_field_is_there_again(
    case: OpenedCase, content: bytes, status: int, words: str
) -> None:
    answer = Client().post(f"/privacy/papers/{case.public_token}/", {"paper": BytesIO(content)})
    page = answer.content.decode()
    assert (answer.status_code, words in page, 'type="file"' in page) == (status, True, True)


@pytest.mark.promise(19)
def test_staff_see_dots_that_we_drew_and_no_byte_of_the_file(case: OpenedCase, agent: Client) -> None:
    payload = b"<script>alert(1)</script>"
    content = files.png(more=files.chunk(b"tEXt", b"Comment\0" + payload))
    paper_id = sent(case.number, content)
    answer = agent.post(f"/desk/papers/{paper_id}/show/", {"reason": "Compare the name"})
    page = answer.content.decode()
    (drawn,) = (base64.b64decode(one) for one in PICTURE.findall(page))
    assert drawn.startswith(b"\x89PNG") and payload not in drawn and content[8:60] not in drawn
    assert answer["Cache-Control"] == "no-store" and answer["X-Content-Type-Options"] == "nosniff"
    assert "script-src" not in answer["Content-Security-Policy"] and "alert(1)" not in page
    again = agent.post(f"/desk/papers/{paper_id}/show/", {"reason": "Once more"})
    assert again.status_code == 409 and not PICTURE.findall(again.content.decode())


def test_a_paper_is_checked_from_its_page(case: OpenedCase, agent: Client) -> None:
    paper_id = sent(case.number, files.pdf(2))
    assert "Show the document once" in agent.get(f"/desk/papers/{paper_id}/").content.decode()
    assert agent.post(f"/desk/papers/{paper_id}/show/", {"reason": " "}).status_code == 422
    page = agent.post(f"/desk/papers/{paper_id}/show/", {"reason": "Name"}).content.decode()
    assert len(PICTURE.findall(page)) == 2
    assert page.count(" selected") == page.count('value="" selected') == 1 and " checked" not in page
    assert page.count(" required") == 1 + 1 + len(Lack), "nothing that is needed leaves the page empty"
    assert agent.post(f"/desk/papers/{paper_id}/check/", {"seen": "passport"}).status_code == 422
    answer = agent.post(f"/desk/papers/{paper_id}/check/", {"seen": "passport", "answer": "yes"})
    assert answer.status_code == 302 and answer["Location"] == f"/desk/requests/{case.number}/"
    other = agent.post(f"/desk/papers/{paper_id}/check/", {"seen": "passport", "answer": "expired"})
    assert other.status_code == 410
    view = queries.paper(paper_id)
    assert (view.seen, view.is_accepted, view.gone_why) == (Seen.PASSPORT, True, Gone.CHECKED)
    assert "Destroyed after the check" in agent.get(f"/desk/papers/{paper_id}/").content.decode()


def test_staff_ask_for_a_paper_add_one_and_ask_no_longer(agent: Client, home: Path) -> None:
    case = opened()
    base = f"/desk/papers/of/{case.number}"
    assert agent.post(f"{base}/ask/", {"purpose": "permission"}).status_code == 302
    assert queries.asked_for(case.number) is Purpose.PERMISSION
    assert agent.post(f"{base}/add/", {"paper": BytesIO(files.jpeg())}).status_code == 302
    assert len(queries.papers_of(case.number)) == 1
    assert agent.post(f"{base}/stop/").status_code == 302
    assert queries.asked_for(case.number) is None
    assert agent.post(f"{base}/add/", {"paper": BytesIO(files.jpeg())}).status_code == 409


def test_asking_tells_the_customer_at_the_contact_held_and_nowhere_else(case: OpenedCase, home: Path) -> None:
    from discreet.foundation.centre.verification import keep_contacts
    from discreet.foundation.mail.api import ContactKind, hold
    from discreet.foundation.mail.models import OutgoingMessage

    assert not OutgoingMessage.objects.exists()
    contact = hold(case_number=case.number, kind=ContactKind.EMAIL, address="anna@example.com")
    keep_contacts(actor=AGENT, now=NOW, subject=f"request:{case.number}", contacts={case.number: contact})
    actions.ask_paper(actor=AGENT, now=NOW, number=case.number, purpose=Purpose.IDENTITY)
    assert OutgoingMessage.objects.get().template == "papers.asked"
