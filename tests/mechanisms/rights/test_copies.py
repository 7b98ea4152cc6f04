"""What is said of a delivered copy is what happened: where it is, whether it was fetched, what it holds."""

import dataclasses
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.ledger.queries import entries_for
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import answering, executing
from discreet.mechanisms.rights.copying import delivered as copies
from discreet.mechanisms.rights.letters import answers as letter_answers
from discreet.mechanisms.rights.letters import said as letters
from discreet.mechanisms.rights.rules import Answer
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import AGENT, ANN, ANN_PHONE, CUSTOMER, NOW
from tests.mechanisms.rights.test_package import delivered, link_of

pytestmark = [pytest.mark.django_db, pytest.mark.promise(1)]
LINK = "We have sent a link"
AUDIT = "CREATE TABLE audit (id integer PRIMARY KEY, mail varchar(200))"


def without_address(shop: Company) -> str:
    shop.fill(("UPDATE customer SET email = NULL WHERE id = 1",))
    return delivered(None, phone=ANN_PHONE)


def person_reads(number: str, *, later: timedelta = timedelta()) -> str:
    view = queries.request_view(number)
    with translation.override("en"):
        return copies.handed_over(view, copies.copy_of(view), now=datetime.now(UTC) + later)


def staff_read(number: str, *, later: timedelta = timedelta()) -> dict[str, str]:
    view = queries.request_view(number)
    with translation.override("en"):
        return dict(copies.facts_for_staff(view, copies.copy_of(view), now=datetime.now(UTC) + later))


def status_page(client: Client, number: str, language: str) -> str:
    token = add_public_token(actor=CUSTOMER, now=NOW, number=number)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client.get(f"/privacy/request/{token}/").content.decode()


def letter_text(number: str) -> str:
    reader = PdfReader(
        io.BytesIO(letter_answers.answer_letter(queries.request_view(number), now=datetime.now(UTC)))
    )
    return "".join("".join(page.extract_text().split()) for page in reader.pages)


@pytest.mark.parametrize(
    ("language", "line", "gap"),
    [
        ("en", "What the copy holds", "What the copy does not cover"),
        ("zh-hans", "副本包含的内容", "副本未覆盖的内容"),
    ],
)
def test_the_page_and_the_letter_list_what_the_copy_holds_and_what_it_does_not(
    shop: Company, client: Client, language: str, line: str, gap: str
) -> None:
    shop.fill((AUDIT,))
    number = delivered(ANN)
    view = queries.request_view(number)
    copy = copies.copy_of(view)
    assert copy is not None and copy.not_covered
    page = status_page(client, number, language)
    assert line in page and gap in page
    with translation.override("en"):
        lines = copies.copied_lines(view, copy)
        gaps = letters.not_searched(view)
    assert {one["rows"] for one in lines} >= {"1 row", "2 rows"}
    text = letter_text(number)
    for one in lines:
        assert "".join(f"{one['table']}{one['rows']}".split()) in text
    for told in gaps:
        assert "".join(told.split()) in text


def test_a_link_that_was_sent_is_told_until_it_is_used_or_runs_out(shop: Company) -> None:
    number = delivered(ANN)
    assert person_reads(number).startswith(LINK)
    assert staff_read(number)["Link"].startswith("Not fetched yet")
    assert "ran out" in person_reads(number, later=timedelta(days=15))
    assert staff_read(number, later=timedelta(days=15))["Link"] == "Ran out unused"
    executing.fetch_package(now=datetime.now(UTC), number=number, token=link_of(number))
    assert "was fetched" in person_reads(number)
    assert "was fetched" in person_reads(number, later=timedelta(days=15))
    assert staff_read(number)["Link"].startswith("Fetched ")


def test_no_link_is_claimed_where_no_address_is_held(shop: Company, client: Client) -> None:
    number = without_address(shop)
    view = queries.request_view(number)
    assert view.answer == Answer.LETTER_DUE
    assert LINK not in person_reads(number) and LINK not in status_page(client, number, "en")
    assert "".join(LINK.split()) not in letter_text(number)
    assert "Link" not in staff_read(number)
    answering.answer_by_letter(actor=AGENT, now=datetime.now(UTC), number=number)
    assert re.fullmatch(
        r"We gave you the copy on .*20\d\d, where we checked your identity\.", person_reads(number)
    )


def test_only_a_delivered_copy_is_told_of(shop: Company) -> None:
    number = driving.planned("erasure", ANN)
    view = queries.request_view(number)
    assert copies.copy_of(view) is None
    assert copies.handed_over(view, None, now=NOW) == "" and copies.facts_for_staff(view, None, now=NOW) == []
    assert copies.copied_lines(view, None) == []


def test_the_copy_is_told_as_the_evidence_has_it(shop: Company) -> None:
    """The map and the data may have changed since: the evidence of the delivery has not."""
    number = delivered(ANN)
    view = queries.request_view(number)
    made = next(one for one in entries_for(f"request:{number}") if one.act == "rights.finish_access")
    shop.fill(("DELETE FROM line",))
    copy = copies.copy_of(dataclasses.replace(view, search={}))
    assert copy is not None and dict(copy.rows) == made.facts["rows"]
    assert copy.rows["shop.line"] == 2
