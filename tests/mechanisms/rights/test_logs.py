"""Refused pages write no token and nobody's data into the log."""

import logging

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client

from discreet.foundation.cases.actions import add_public_token
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import ANN, CUSTOMER, NOW

pytestmark = [pytest.mark.promise(22), pytest.mark.duty("M8.1")]


@pytest.fixture
def token(shop: Company) -> str:
    cache.clear()
    number = driving.verified("erasure", ANN)
    return add_public_token(actor=CUSTOMER, now=NOW, number=number)


def logged(caplog: pytest.LogCaptureFixture) -> str:
    return caplog.text + "".join(str(vars(record)) for record in caplog.records)


@pytest.mark.parametrize("page", ["cancel", "code", "again"])
@pytest.mark.parametrize("is_secure", [False, True])
def test_a_form_without_its_csrf_token_is_refused_and_not_written_down(
    token: str, caplog: pytest.LogCaptureFixture, page: str, is_secure: bool
) -> None:
    """Over TLS the reason of Django's warning would quote the page it came from, which holds the token too."""
    client = Client(enforce_csrf_checks=True)
    path = f"/privacy/request/{token}/{page}/"
    headers = {"Referer": f"https://elsewhere.example/privacy/request/{token}/?email={ANN}"}
    answer = client.post(path, {"code": "12345678", "email": ANN}, secure=is_secure, headers=headers)
    assert answer.status_code == 403
    said = logged(caplog)
    assert not [secret for secret in (token, ANN, "12345678") if secret in said]
    assert ANN not in answer.content.decode()


def test_a_host_that_is_not_ours_is_refused_and_not_written_down(
    token: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = Client().get(f"/privacy/request/{token}/", headers={"Host": f"{token}.evil.example"})
    assert answer.status_code == 400
    assert token not in logged(caplog)


@pytest.mark.parametrize(
    "path", ["/privacy/request/{token}x/", "/privacy/request/{token}/nothing/", "/{token}"]
)
def test_a_page_that_is_not_there_is_not_written_down(
    token: str, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    assert Client().get(path.format(token=token)).status_code == 404
    assert token not in logged(caplog)


@pytest.mark.parametrize("name", ["django.security.csrf", "django.security.DisallowedHost"])
def test_the_logger_that_names_refused_pages_is_silent(name: str) -> None:
    assert django_settings.LOGGING["loggers"]["django.security"]["level"] == "CRITICAL"
    assert not logging.getLogger(name).isEnabledFor(logging.ERROR)
