"""What a person gives to be found by is held to one rule at every door, and nothing of it is half-stored."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
from click.testing import CliRunner
from django.apps import apps
from django.test import Client
from hypothesis import given as for_any
from hypothesis import strategies as st

from discreet.engines.subjects.identity import Identity
from discreet.foundation.centre import form_guard
from discreet.foundation.staff import actions as staff
from discreet.foundation.staff.rules import Scope
from discreet.mechanisms.rights import cli, queries
from discreet.mechanisms.rights.actions import importing, receiving
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.lists.file import read_import
from discreet.mechanisms.rights.opening import given
from discreet.mechanisms.rights.refusals import NotAnEmail, NotAPhone, NotReadable, TooLong
from discreet.vocabulary.actors import Role
from discreet.vocabulary.errors import Refused
from tests.foundation.staff.people import ROOT, add
from tests.mechanisms.rights.company import AGENT, ANN, CUSTOMER, NOW

pytestmark = pytest.mark.duty("M8.1")
Bad: TypeAlias = tuple[dict[str, str], type[Refused]]
BAD: list[Bad] = [
    *(
        ({"email": ANN} | {field: f"an{char}n"}, NotReadable)
        for field in ("name", "customer_number")
        for char in ("\0", "\x1b", "\n", "\x7f", "\x85", "\u2028", "\u202e", "\u2066", "\u200f", "\ufeff", "\ud800")
    ),
    *(({"email": f"an{char}n@example.com"}, NotReadable) for char in ("\0", "\r\nBcc: b@", "\u202e", "\ud800")),
    *(({"phone": f"+41 44 668{char} 18 00"}, NotReadable) for char in ("\0", "\u202d", "\ud800")),
    *(
        ({"email": ANN} | {"phone": phone}, NotAPhone)
        for phone in ("NULL", "4321", "12345678901234567890 1", "+41 44 CALL ME", "12345💥", "1;DROP", "++4144668180")
    ),
    ({"email": "bad"}, NotAnEmail),
    ({"email": "a b@example.com"}, NotAnEmail),
    ({"email": "x" * 1_000_000 + "@example.com"}, TooLong),
    ({"email": ANN, "name": "x" * 1_000_000}, TooLong),
    ({"email": ANN, "customer_number": "7" * 65}, TooLong),
    ({"phone": "1" * 41}, TooLong),
]  # fmt: skip
TABLES = (
    "rights.RightsRequest",
    "rights.Batch",
    "cases.Case",
    "keys.CaseKey",
    "ledger.LedgerEntry",
    "jobs.Job",
)


def stored() -> dict[str, int]:
    return {name: apps.get_model(name)._default_manager.count() for name in TABLES}


def at_the_act(values: dict[str, str]) -> None:
    claim = Identity(**values)
    receiving.receive_request(actor=CUSTOMER, now=NOW, kind="erasure", claim=claim, channel="centre")


def at_the_import(values: dict[str, str]) -> None:
    claims = [(Identity(email=ANN), "", "en"), (Identity(**values), "", "en")]
    importing.receive_import(actor=AGENT, now=NOW, kind=Kind.ERASURE, claims=claims)


def at_the_command_line(values: dict[str, str]) -> None:
    words = [word for field, text in values.items() for word in (f"--{field.replace('_', '-')}", text)]
    done = CliRunner().invoke(cli.rights, ["open", "--kind", "erasure", *words, "--as", "wei"])
    assert done.exception is not None
    raise done.exception


@pytest.mark.django_db
@pytest.mark.parametrize("door", [at_the_act, at_the_import, at_the_command_line])
@pytest.mark.parametrize(("values", "refusal"), BAD, ids=lambda part: ascii(part)[:40])
def test_what_cannot_be_right_is_refused_and_nothing_is_stored(
    door: Callable[[dict[str, str]], None], values: dict[str, str], refusal: type[Refused]
) -> None:
    before = stored()
    with pytest.raises(refusal) as refused:
        door(values)
    assert stored() == before
    assert not [text for text in values.values() if len(text) > 3 and text in str(refused.value)]


@pytest.mark.django_db
@pytest.mark.parametrize(("values", "refusal"), BAD, ids=lambda part: ascii(part)[:40])
def test_the_api_names_the_field_and_opens_nothing(values: dict[str, str], refusal: type[Refused]) -> None:
    add("wei", Role.AGENT)
    now = datetime.now(UTC)
    raw = staff.create_token(
        actor=ROOT, now=now, owner="wei", name="crm", scopes=[Scope.REQUESTS_WRITE], days=1
    )
    headers = {"Authorization": f"Bearer {raw}", "Idempotency-Key": "k"}
    before = stored()
    body = {"kind": "erasure"} | values
    told = Client(headers=headers).post("/api/v1/requests", json.dumps(body), "application/json")
    assert told.status_code == 422
    assert told.json()["code"] == refusal.code
    (field,) = [name for name in values if name != "email" or len(values) == 1]
    assert field.split("_")[0].removesuffix("mail") in told.json()["message"]
    assert stored() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "message"), [("en", "The name holds"), ("zh-hans", "姓名中含有不可见字符")]
)
def test_a_refusal_speaks_the_readers_language(language: str, message: str) -> None:
    from django.utils import translation

    from discreet.mechanisms.rights.views import refusal_text

    with translation.override(language), pytest.raises(NotReadable) as refused:
        at_the_act({"email": ANN, "name": "a\u202eb"})
    with translation.override(language):
        assert refusal_text(refused.value).startswith(message)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [{"email": "a\u202en@example.com"}, {"email": "a\0n@example.com"}, {"email": ANN, "phone": "12345 call me"},
     {"email": ANN, "customer_number": "7\u20667"}, {"email": "x" * 1_000_000}, {"phone": "1" * 30}],
    ids=lambda part: ascii(part)[:40],
)  # fmt: skip
def test_the_public_form_comes_back_and_nothing_is_stored(values: dict[str, str]) -> None:
    before = stored()
    token = form_guard.issue(now=datetime.now(UTC) - timedelta(seconds=30))
    answer = Client().post("/privacy/ask/erasure/", {form_guard.TOKEN_FIELD: token, **values})
    assert answer.status_code == 422
    assert stored() == before


@pytest.mark.parametrize(("values", "refusal"), BAD, ids=lambda part: ascii(part)[:40])
def test_a_line_of_a_file_is_named(tmp_path: Path, values: dict[str, str], refusal: type[Refused]) -> None:
    path = tmp_path / "b.csv"
    cells = [values.get(field, "").replace('"', '""') for field in given.MOST]
    line = ",".join(f'"{cell}"' for cell in cells)
    text = f"{','.join(given.MOST)}\n{ANN},,,\n{line}\n"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    file = read_import(path)
    assert file.errors and file.errors[0].line in (1, 3)
    assert len(file.asked) <= 1


@pytest.mark.django_db
def test_blanks_of_any_width_become_spaces_and_the_person_is_one() -> None:
    claim = Identity(
        email=f"\u3000{ANN} ", phone="\u00a0+41\u00a044 668 18 00", name=" 王\u3000芳 ", customer_number=" "
    )
    number = receiving.receive_request(
        actor=AGENT, now=NOW, kind="access", claim=claim, channel="shell"
    ).number
    assert queries.claim_of(number) == Identity(email=ANN, phone="+41 44 668 18 00", name="王 芳")


@pytest.mark.parametrize(
    "phone",
    ["+41446681800", "044 668 18 00", "(030) 1234-567", "+86 138 0013 8000", "＋４１ ４４ ６６８ １８ ００", "0041/44.668.18.00",
     "٠٤٤٦٦٨١٨٠٠"],
)  # fmt: skip
def test_a_phone_number_is_known_as_people_write_it(phone: str) -> None:
    assert given.is_phone(phone)


@for_any(st.text(max_size=60))
def test_whatever_is_kept_can_be_seen_and_written_down(name: str) -> None:
    try:
        kept = given.checked(Identity(email=ANN, name=name)).name or ""
    except NotReadable:
        return
    assert kept.isprintable() and kept == kept.strip() == kept.encode().decode()
