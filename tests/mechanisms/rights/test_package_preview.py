"""Before a copy is accepted staff see, masked, what is described and what is another's, and decide on it."""

import json
from datetime import UTC, datetime

import pytest
from django.test import Client

from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap.actions import apply_map
from discreet.foundation.ledger.models import LedgerEntry
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions.lifting import lift_stand_ins, record_preview
from discreet.mechanisms.rights.copying import delivery
from discreet.mechanisms.rights.copying.preview import preview
from discreet.mechanisms.rights.refusals import NotYours, WhyMissing
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, ANN, BOB, MAP, NOW, OPERATOR, VIEWER
from tests.mechanisms.rights.driving import batch_of, failures, hand_over, planned, work
from tests.mechanisms.rights.packages import checked

CARD = "4111111111111111"
GIFTS = (
    "CREATE TABLE gift (id integer PRIMARY KEY, customer_id integer, recipient_name varchar(80),"
    " recipient_email varchar(80), passport varchar(20), words varchar(200))",
    f"INSERT INTO gift VALUES (1, 1, 'Bob Else', '{BOB}', 'C1234567',"
    f" 'For Bob Else, card {CARD}, with love'), (2, 1, 'Zoe Far', 'zoe@far.example', NULL, 'none'),"
    f" (3, 2, 'Ann', '{ANN}', 'X', 'of Bob')",
)
GIFT_MAP = """
      gift:
        columns: {id: none, customer_id: none, recipient_name: name, recipient_email: email, passport: passport,
          words: free_text}
        links:
        - {columns: [customer_id], to: customer, to_columns: [id], role: owner}
"""
GIFT = TableRef("shop", "gift")


def with_gifts(company: Company) -> Company:
    company.fill(GIFTS)
    apply_map(actor=OPERATOR, now=NOW, text=MAP % {"name": "shop", "keep": ""} + GIFT_MAP.lstrip("\n"))
    return company


def text_of(number: str) -> str:
    hand_over(number)
    work()
    assert failures() == []
    archive = checked(b"".join(delivery.take_package(actor=AGENT, now=NOW, number=number)))
    return "\n".join(archive.read(name).decode("utf-8-sig") for name in archive.namelist())


def gifts_of(text_or_number: str) -> list[dict[str, object]]:
    archive = checked(b"".join(delivery.take_package(actor=AGENT, now=NOW, number=text_or_number)))
    rows: list[dict[str, object]] = json.loads(archive.read("data.json"))["sources"]["shop"]["gift"]
    return sorted(rows, key=lambda row: int(str(row["id"])))


@pytest.mark.duty("M8.1")
def test_no_form_of_a_package_holds_a_secret_or_another_person(any_shop: Company) -> None:
    with_gifts(any_shop)
    number = planned("access", ANN)
    text = text_of(number)
    for hidden in (CARD, "C1234567", "Bob", BOB, "Zoe", "zoe@far.example", "of Bob"):
        assert hidden not in text
    first, second = gifts_of(number)
    assert first["passport"] == "[held, not sent: passport number]"
    assert first["recipient_name"] == first["recipient_email"] != second["recipient_name"]
    card = "[held, not sent: payment card number]"
    assert first["words"] == f"For {first['recipient_name']}, card {card}, with love"
    assert "11 CCR 7024(d)" in text and "GDPR Art. 15(4)" in text
    entry = json.loads(LedgerEntry.objects.get(act="rights.finish_access").body)
    assert entry["facts"]["replaced"] == {"another": 5, "passport": 1, "payment_card": 1}


def test_a_preview_is_masked_and_recorded_before_anything_is_read(shop: Company, desk: Client) -> None:
    with_gifts(shop)
    number = planned("access", ANN)
    page = desk.get(f"/desk/requests/{number}/package/")
    body = page.content.decode()
    assert page.status_code == 200
    assert LedgerEntry.objects.filter(act="rights.view_package").count() == 1
    for hidden in (CARD, "C1234567", "Bob", BOB, "Zoe", ANN, "love"):
        assert hidden not in body
    assert "[person A]" in body and "[held, not sent: passport number]" in body and "b•••@" in body
    with pytest.raises(NotYours):
        record_preview(actor=VIEWER, now=NOW, number=number)


def test_a_source_that_does_not_answer_is_told_and_the_look_is_recorded(shop: Company, desk: Client) -> None:
    number = planned("access", ANN)
    shop.fill(("DROP TABLE login",))
    page = desk.get(f"/desk/requests/{number}/package/")
    assert page.status_code == 503 and 'role="alert"' in page.content.decode()
    assert LedgerEntry.objects.filter(act="rights.view_package").count() == 1


def test_a_copy_that_is_gone_or_never_was_shows_nothing(shop: Company, desk: Client) -> None:
    number = planned("access", ANN)
    text_of(number)
    assert "There is no copy to decide on" in desk.get(f"/desk/requests/{number}/package/").content.decode()
    assert not LedgerEntry.objects.filter(act="rights.view_package").exists()
    assert desk.get(f"/desk/requests/{planned('erasure', BOB)}/package/").status_code == 404


def test_what_is_held_back_is_not_in_the_package_and_the_person_reads_why(
    shop: Company, desk: Client
) -> None:
    with_gifts(shop)
    number = planned("access", ANN)
    before = queries.plan_view(batch_of(number)).digest
    path = f"/desk/requests/{number}/package/"
    form = {
        "do": "hold",
        "justification": "ConfidentialityObligationCompromised",
        "article": "GDPR Art. 15(4)",
    }
    assert desk.post(path, {**form, "table": "shop.gift", "column": "words"}).status_code == 302
    assert desk.post(path, {**form, "table": "shop.login"}).status_code == 302
    assert queries.plan_view(batch_of(number)).digest not in ("", before)
    shown = {one.raw: one for one in preview(number)}
    assert shown["login"].is_withheld and shown["gift"].decided
    text = text_of(number)
    assert all("words" not in row for row in gifts_of(number)) and "192.0.2.1" not in text
    assert "It would disclose a secret that is protected" in text


def test_letters_are_lifted_for_a_reason_and_secrets_never_are(shop: Company, desk: Client) -> None:
    with_gifts(shop)
    number = planned("access", ANN)
    path = f"/desk/requests/{number}/package/"
    columns = ["recipient_name", "recipient_email", "words", "passport"]
    desk.post(path, {"do": "lift", "table": "shop.gift", "column": columns, "why": "known"})
    assert "gave it to us" in desk.get(path).content.decode()
    text_of(number)
    first, _ = gifts_of(number)
    assert first["recipient_name"] == "Bob Else" and first["recipient_email"] == BOB
    assert first["passport"] == "[held, not sent: passport number]" and CARD not in str(first["words"])
    assert "Bob Else" in str(first["words"])
    (lifted,) = LedgerEntry.objects.filter(act="rights.lift_stand_ins")
    assert json.loads(lifted.body)["facts"]["reason"] == "known"


@pytest.mark.parametrize("why", ["", "because", "<b>"])
def test_a_letter_is_lifted_for_a_reason_of_the_list_only(shop: Company, why: str) -> None:
    number = planned("access", ANN)
    with pytest.raises(WhyMissing):
        lift_stand_ins(
            actor=AGENT,
            now=datetime.now(UTC),
            batch_id=batch_of(number),
            table=GIFT,
            columns=("words",),
            reason=why,
        )


def test_a_form_cannot_name_a_table_or_a_column_that_is_not_there(shop: Company, desk: Client) -> None:
    number = planned("access", ANN)
    path = f"/desk/requests/{number}/package/"
    for wrong in ({"table": "shop.nothing"}, {"table": "shop.login", "column": "nothing"}):
        assert desk.post(path, {"do": "lift", "why": "known", **wrong}).status_code == 404


def test_a_package_to_take_along_leads_with_what_programs_read(shop: Company) -> None:
    number = planned("portability", ANN)
    hand_over(number)
    work()
    archive = checked(b"".join(delivery.take_package(actor=AGENT, now=NOW, number=number)))
    page = archive.read("index.html").decode()
    assert page.index('href="schema.json"') < page.index("Whom to ask")
    for name in ("README.txt", "README-zh.txt"):
        text = archive.read(name).decode("utf-8-sig")
        assert text.index("data.json") < text.index("index.html")
    schema = json.loads(archive.read("schema.json"))
    email = schema["properties"]["sources"]["properties"]["shop"]["properties"]["customer"]["items"][
        "properties"
    ]
    assert email["email"]["dpv"] == "pd:EmailAddress" and email["email"]["type"] == ["string"]
