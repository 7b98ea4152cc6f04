"""The identity check: who gets a code, how often it may be tried, and what an outsider learns."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from discreet.foundation.centre import verification
from discreet.foundation.centre.models import Verification, VerificationCode
from discreet.foundation.centre.verification import Start
from discreet.foundation.ledger.queries import entries_for
from discreet.foundation.mail.api import ContactKind, HeldContact, hold
from discreet.vocabulary.actors import SYSTEM
from tests.foundation.cases.conftest import NOW, opened
from tests.foundation.centre.conftest import codes, delivered_texts

pytestmark = [pytest.mark.django_db, pytest.mark.duty("M8.2")]


def held(number: str, address: str = "li.lei@example.com") -> HeldContact:
    return hold(case_number=number, kind=ContactKind.EMAIL, address=address)


def start(number: str, *contacts: HeldContact, minutes: int = 0) -> Start:
    return verification.start(
        case_number=number, contacts=contacts, actor=SYSTEM, now=NOW + timedelta(minutes=minutes)
    )


def check(number: str, code: str, minutes: int = 0) -> bool:
    return verification.check(case_number=number, code=code, now=NOW + timedelta(minutes=minutes))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**8:08d}"


@pytest.mark.promise(16)
def test_the_code_goes_to_the_held_contact_and_proves_the_identity_once(home: Path) -> None:
    number = opened().number
    assert start(number, held(number)) is Start.SENT
    assert [to for to, _ in delivered_texts()] == ["li.lei@example.com"]
    (code,) = codes()
    assert check(number, f" {code[:4]} {code[4:]} ")
    assert verification.status(number).verified_at == NOW
    assert not check(number, code)


def test_a_code_lives_for_thirty_minutes(home: Path) -> None:
    number = opened().number
    start(number, held(number))
    (code,) = codes()
    assert not check(number, code, minutes=30)
    assert check(number, code, minutes=29)


def test_five_tries_in_total_over_all_codes(home: Path) -> None:
    number = opened().number
    start(number, held(number))
    start(number, held(number), minutes=1)
    first, second = codes()
    assert not any(check(number, wrong(first)) for _ in range(5) if wrong(first) != second)
    assert not check(number, first)
    assert not check(number, second)
    assert verification.status(number).tries_left == 0
    assert start(number, held(number), minutes=2) is Start.NO_MORE_CODES


def test_three_codes_a_case_at_most(home: Path) -> None:
    number = opened().number
    outcomes = [start(number, held(number, f"a{index}@example.com"), minutes=index) for index in range(4)]
    assert outcomes == [Start.SENT] * 3 + [Start.NO_MORE_CODES]


@pytest.mark.promise(14)
def test_many_requests_in_one_name_send_three_mails(home: Path) -> None:
    outcomes = [start(number, held(number)) for number in (opened().number for _ in range(6))]
    assert outcomes == [Start.SENT] * 3 + [Start.MAILBOX_FULL] * 3
    assert len(delivered_texts()) == 3


def test_nobody_found_sends_nothing_and_counts_tries_all_the_same(home: Path) -> None:
    number = opened().number
    assert start(number) is Start.NO_CONTACT
    phone = hold(case_number=number, kind=ContactKind.PHONE, address="+8613800002207")
    assert start(number, phone) is Start.NO_CONTACT
    assert [check(number, "12345678") for _ in range(6)] == [False] * 6
    assert verification.status(number).tries_left == 0
    assert delivered_texts() == []


@pytest.mark.parametrize("code", ["", "0", "12345678901234567890", "١٢٣٤٥٦٧٨", "\x00", "' OR 1=1", "１２３"])
def test_odd_input_is_a_wrong_code(home: Path, code: str) -> None:
    number = opened().number
    start(number, held(number))
    assert not check(number, code)


def test_an_unknown_case_is_a_wrong_code() -> None:
    assert not check("R-9999", "12345678")
    assert not check("nonsense\x00", "12345678")


@pytest.mark.promise(22)
def test_neither_database_nor_evidence_holds_the_code(home: Path) -> None:
    number = opened().number
    start(number, held(number))
    (code,) = codes()
    check(number, code)
    evidence = str([entry.facts for entry in entries_for(f"request:{number}")])
    assert code not in evidence and "li.lei" not in evidence
    assert not VerificationCode.objects.exists()
    stored = Verification.objects.get(case_number=number)
    assert b"li.lei" not in bytes(stored.contact_sealed)


def test_evidence_says_how_each_try_ended(home: Path) -> None:
    number = opened().number
    start(number, held(number))
    (code,) = codes()
    check(number, wrong(code))
    check(number, code)
    facts = [entry.facts for entry in entries_for(f"request:{number}") if entry.act == "centre.check_code"]
    assert [(one["is_right"], one["tries"]) for one in facts] == [(False, 1), (True, 2)]


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_are_all_counted(home: Path) -> None:
    number = opened().number
    start(number, held(number))
    (code,) = codes()
    barrier = threading.Barrier(8)
    answers: list[bool] = []

    def run(guess: str) -> None:
        barrier.wait()
        answers.append(check(number, guess))
        connection.close()

    threads = [threading.Thread(target=run, args=(wrong(code),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [False] * 8
    assert verification.status(number).tries_left == 0
    assert not check(number, code)
