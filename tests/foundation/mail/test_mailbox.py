"""The demo's mailbox: readable in the demo, absent elsewhere, and safe to look at."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from django.test import Client
from django.urls import include, path
from pytest_django.fixtures import Settings

from discreet.foundation.mail.delivery import deliver_once
from discreet.foundation.mail.folder import write_to_folder
from discreet.foundation.organisation.queries import profile
from discreet.project import urls_centre
from tests.foundation.mail.conftest import NOW, contact
from tests.foundation.mail.test_send import send

pytestmark = pytest.mark.django_db
urlpatterns = [*urls_centre.urlpatterns, path("mailbox/", include("discreet.foundation.mail.urls"))]


@pytest.fixture(autouse=True)
def demo(settings: Settings) -> None:
    settings.DISCREET_DEMO = True
    settings.ROOT_URLCONF = __name__


def test_the_mailbox_shows_what_was_sent(client: Client, home: Path) -> None:
    assert "No mail yet" in client.get("/mailbox/").content.decode()
    deliver_once(message_id=send(contact()).message_id, now=NOW)
    page = client.get("/mailbox/").content.decode()
    assert "li.lei@example.com" in page and "12345678" in page


def test_the_mailbox_is_absent_outside_the_demo(client: Client, settings: Settings, home: Path) -> None:
    settings.DISCREET_DEMO = False
    assert client.get("/mailbox/").status_code == 404


@pytest.mark.promise(19)
def test_nothing_in_a_mail_runs_in_the_mailbox(client: Client, home: Path) -> None:
    mail = EmailMessage()
    mail["To"], mail["Subject"] = "x@example.com", "<script>alert(1)</script>"
    mail.set_content("<img src=x onerror=alert(1)> javascript:alert(1) http://localhost:8000/privacy/")
    write_to_folder(message_id="m_hostile", message=mail)
    page = client.get("/mailbox/").content.decode()
    assert "<script>" not in page and "<img" not in page
    assert 'href="http://localhost:8000/privacy/"' in page and 'href="javascript' not in page


def test_the_mailbox_shows_times_in_the_zone_that_the_desk_shows(client: Client, home: Path) -> None:
    mail = EmailMessage()
    mail["To"], mail["Subject"], mail["Date"] = "x@example.com", "x", "Mon, 02 Mar 2026 22:30:00 +0000"
    mail.set_content("x")
    write_to_folder(message_id="m_late", message=mail)
    assert profile().zone.key == "Europe/Brussels"
    assert "23:30</time>" in client.get("/mailbox/").content.decode()
