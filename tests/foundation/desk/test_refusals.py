"""Refusals, missing pages and bugs: a page in the design, in both languages, without internals."""

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.foundation.desk.undeclared_urls")]


def test_a_desk_view_that_declares_no_roles_stays_closed(desk_client: Client) -> None:
    response = desk_client.get("/desk/undeclared/")
    assert response.status_code == 403
    assert b"open to all" not in response.content


def test_a_refusal_becomes_a_page_with_its_status(desk_client: Client) -> None:
    response = desk_client.get("/desk/refusing/")
    assert (response.status_code, b"This was refused." in response.content) == (409, True)


def test_a_refusal_of_the_api_is_json(client: Client) -> None:
    response = client.get("/api/refusing/")
    assert response.status_code == 409
    assert response.json() == {"code": "refused", "message": "This was refused."}


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "There is nothing at this address"), ("zh-hans", "这个地址没有内容")]
)
def test_a_missing_page_says_so_in_both_languages(desk_client: Client, language: str, heading: str) -> None:
    desk_client.cookies["discreet_language"] = language
    response = desk_client.get("/desk/no-such-page/")
    assert response.status_code == 404
    assert heading in response.content.decode()


def test_a_bug_shows_a_page_without_internals(desk_client: Client) -> None:
    response = desk_client.get("/desk/failing/")
    assert response.status_code == 500
    text = response.content.decode()
    assert "Something failed on our side" in text
    assert "secret-detail" not in text


def test_a_missing_page_shows_no_place_to_those_who_are_not_signed_in(client: Client) -> None:
    response = client.get("/desk/no-such-page/")
    assert response.status_code == 404
    assert b"Accounts" not in response.content
