"""Behind the proxy of the guide: TLS ends there, and what people post still arrives."""

import pytest
from django.test import Client
from pytest_django import Settings

from discreet.project.settings import trusted_origins


@pytest.mark.parametrize(
    ("base_url", "hosts", "expected"),
    [
        ("http://localhost:8000", ("localhost",), []),
        (
            "https://privacy.example.com:8443",
            ("privacy.example.com", ".inside.example.com", "localhost", "*"),
            [
                "https://*.inside.example.com",
                "https://localhost",
                "https://privacy.example.com",
                "https://privacy.example.com:8443",
            ],
        ),
    ],
)
def test_with_tls_the_own_hosts_are_trusted_and_nobody_else(
    base_url: str, hosts: tuple[str, ...], expected: list[str]
) -> None:
    assert trusted_origins(base_url, hosts) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("origin", "status"), [("https://privacy.example.com", 200), ("https://evil.example", 403)]
)
def test_a_form_sent_through_the_tls_proxy_arrives(settings: Settings, origin: str, status: int) -> None:
    settings.ALLOWED_HOSTS = ["privacy.example.com"]
    settings.CSRF_TRUSTED_ORIGINS = trusted_origins("https://privacy.example.com", ("privacy.example.com",))
    client = Client(enforce_csrf_checks=True, headers={"host": "privacy.example.com", "origin": origin})
    client.get("/account/login/")
    data = {"login": "nobody", "password": "x", "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    assert client.post("/account/login/", data).status_code == status
