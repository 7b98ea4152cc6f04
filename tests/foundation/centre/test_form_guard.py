"""Public forms: programs are kept out, people are not, and a double click is one request."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from discreet.foundation.centre import form_guard
from discreet.foundation.centre.models import SentForm
from discreet.foundation.centre.refusals import FormNotOurs, FormTooFast, FormTooOld
from tests.foundation.cases.conftest import NOW


def read(token: str, seconds: float, trap: str = "") -> str:
    return form_guard.read(token=token, trap=trap, now=NOW + timedelta(seconds=seconds))


def test_a_form_filled_by_a_person_is_read() -> None:
    token = form_guard.issue(now=NOW)
    assert read(token, 10) == read(token, 3600)


def test_two_forms_are_two() -> None:
    assert read(form_guard.issue(now=NOW), 10) != read(form_guard.issue(now=NOW), 10)


@pytest.mark.parametrize(
    ("seconds", "trap", "refusal"),
    [(1, "", FormTooFast), (4 * 3600 + 1, "", FormTooOld), (10, "https://spam.example", FormNotOurs)],
)
def test_a_form_filled_by_a_program_is_refused(seconds: int, trap: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        read(form_guard.issue(now=NOW), seconds, trap)


@pytest.mark.parametrize("token", ["", "x", "WyJmIiwxXQ:1:abc", "\x00", "é" * 10_000])
def test_a_forged_token_is_refused(token: str) -> None:
    with pytest.raises(FormNotOurs):
        read(token, 10)


@pytest.mark.django_db
@pytest.mark.promise(3)
def test_the_same_form_again_gets_the_first_answer() -> None:
    made: list[str] = []

    def make() -> str:
        made.append("x")
        return f"R-{1000 + len(made)}"

    answers = [form_guard.once(form_id="f_1", now=NOW, make=make) for _ in range(3)]
    assert (answers, len(made)) == (["R-1001"] * 3, 1)


@pytest.mark.django_db
def test_a_form_that_failed_may_be_sent_again() -> None:
    def fail() -> str:
        raise FormTooOld

    with pytest.raises(FormTooOld):
        form_guard.once(form_id="f_1", now=NOW, make=fail)
    assert not SentForm.objects.exists()
    assert form_guard.once(form_id="f_1", now=NOW, make=lambda: "R-1001") == "R-1001"


@pytest.mark.django_db(transaction=True)
@pytest.mark.promise(3)
def test_a_double_click_makes_one_request() -> None:
    made: list[str] = []
    answers: list[str] = []
    barrier = threading.Barrier(4)

    def make() -> str:
        made.append("x")
        return f"R-{1000 + len(made)}"

    def run() -> None:
        barrier.wait()
        answers.append(form_guard.once(form_id="f_1", now=NOW, make=make))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (answers, len(made)) == (["R-1001"] * 4, 1)
