"""The shell: headers, language, theme, search, and files that exist."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

import discreet
from tests.foundation.staff.addresses import addresses

pytestmark = pytest.mark.django_db
PACKAGE = Path(discreet.__file__).parent
SPRITE = PACKAGE / "foundation/desk/static/desk/icons.svg"
ICON = re.compile(r'\{% icon "([a-z0-9-]+)"')


def test_every_address_answers_with_the_security_headers(desk_client: Client) -> None:
    for address in addresses("/"):
        headers = desk_client.get(address.path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy, address.path
        assert "unsafe-inline" not in policy and "unsafe-eval" not in policy, address.path
        assert headers["X-Frame-Options"] == "DENY", address.path
        assert headers["X-Content-Type-Options"] == "nosniff", address.path
        assert headers["Referrer-Policy"] == "same-origin", address.path


def test_nothing_that_staff_are_shown_or_take_is_kept_by_a_cache(desk_client: Client) -> None:
    for address in addresses("/"):
        assert "no-store" in desk_client.get(address.path).headers["Cache-Control"], address.path
        if address.path.startswith(("/desk/", "/api/")):  # also what an expired sign-in or a token gets
            assert "no-store" in Client().get(address.path).headers["Cache-Control"], address.path


def test_pages_carry_no_inline_style_or_script() -> None:
    wrong = re.compile(r"<[^>{]*\sstyle=|<style|\son[a-z]+=\"|<script(?![^>]*(src=|application/json))")
    found = [
        f"{path.name}: {match.group(0)[:60]}"
        for path in PACKAGE.rglob("templates/**/*.html")
        if path.name != "package.html"  # the customer's own file, read without Discreet
        for match in wrong.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_icon_a_page_names_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'id="i-([a-z0-9-]+)"', SPRITE.read_text(encoding="utf-8")))
    named = {
        name for path in PACKAGE.rglob("*.html") for name in ICON.findall(path.read_text(encoding="utf-8"))
    }
    assert named - sprite == set()


def test_vendored_files_carry_no_source_map_address() -> None:
    folder = PACKAGE / "foundation/desk/static/desk"
    assert [path.name for path in folder.iterdir() if b"sourceMappingURL" in path.read_bytes()] == []


def test_every_file_a_page_loads_exists(desk_client: Client) -> None:
    loaded = re.findall(r'(?:src|href)="/static/([^"#]+)', desk_client.get("/desk/").content.decode())
    assert len(loaded) > 4
    assert [path for path in loaded if finders.find(path) is None] == []


def test_language_and_theme_are_kept_without_javascript(desk_client: Client) -> None:
    desk_client.post("/preferences/language/", {"language": "zh-hans", "next": "/desk/work/"})
    response = desk_client.post("/preferences/theme/", {"theme": "dark", "next": "/desk/work/"})
    assert response["Location"] == "/desk/work/"
    page = desk_client.get("/desk/work/").content.decode()
    assert '<html lang="zh-Hans" data-bs-theme="dark">' in page
    assert "我的工作" in page


def test_rows_stand_as_close_as_the_person_chose(desk_client: Client) -> None:
    assert "data-density" not in desk_client.get("/desk/work/").content.decode()
    response = desk_client.post("/preferences/density/", {"density": "compact", "next": "/desk/work/"})
    assert response["Location"] == "/desk/work/"
    page = desk_client.get("/desk/work/").content.decode()
    assert '<html lang="en" data-density="compact">' in page
    assert 'value="comfortable"' in page
    desk_client.post("/preferences/density/", {"density": "comfortable", "next": "/desk/work/"})
    assert "data-density" not in desk_client.get("/desk/work/").content.decode()
    assert "discreet_density" not in desk_client.post("/preferences/density/", {"density": "tiny"}).cookies


def test_a_page_follows_the_device_until_a_theme_is_chosen(desk_client: Client) -> None:
    page = desk_client.get("/desk/work/").content.decode()
    assert '<html lang="en">' in page
    assert "to-light by-device" in page and "to-dark by-device" in page


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_the_language_switch_leads_nowhere_else(desk_client: Client, target: str) -> None:
    response = desk_client.post("/preferences/language/", {"language": "en", "next": target})
    assert response["Location"] == "/"


@pytest.mark.parametrize("language", ["xx", "en; path=/evil", ""])
def test_an_unknown_language_is_not_kept(desk_client: Client, language: str) -> None:
    response = desk_client.post("/preferences/language/", {"language": language, "next": "/desk/"})
    assert "discreet_language" not in response.cookies


@pytest.mark.parametrize("query", ["", "%", "x" * 5000, "\x00", "R-", "'; DROP TABLE x;--", "9" * 30, "١٢"])
def test_the_search_box_takes_anything(desk_client: Client, query: str) -> None:
    assert desk_client.get("/desk/search/", {"q": query}).status_code == 200
    assert desk_client.post("/desk/search/suggest/", {"q": query}).status_code == 200
    assert desk_client.post("/desk/find/", {"q": query}).status_code == 200


def test_the_search_box_finds_pages_in_the_language_of_the_page(desk_client: Client) -> None:
    desk_client.cookies["discreet_language"] = "zh-hans"
    assert "/desk/ledger/" in desk_client.get("/desk/search/", {"q": "账本"}).content.decode()
