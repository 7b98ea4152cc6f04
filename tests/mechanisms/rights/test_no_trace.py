"""What Discreet itself keeps of a person: nothing in the clear, and after the end nothing that opens."""

import json
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from discreet.foundation.keys import api as keys
from discreet.foundation.keys.api import KeyDestroyed
from discreet.foundation.keys.models import CaseKey
from discreet.mechanisms.rights.models import Batch
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import ANN, ANN_NAME, ANN_PHONE, OPERATOR, ROWS
from tests.mechanisms.rights.driving import accepted, erased, opened, planned, work

assert ROWS and OPERATOR
CANARIES = (
    ANN,
    "ann.canary",
    ANN_PHONE,
    ANN_PHONE[1:],
    ANN_NAME,
    "Annabel",
    "Shared Lane",
    "ring twice",
    "192.0.2.1",
)


def traces() -> list[str]:
    """Return `table.column: canary` for whatever Discreet's database holds of the person in the clear."""
    found = []
    for model in apps.get_models():
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [one[0] for one in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    text = (
                        bytes(value).decode("latin-1")
                        if isinstance(value, memoryview | bytes)
                        else str(value)
                    )
                    found += [f"{table}.{name}: {one}" for one in CANARIES if one in text]
    return found


@pytest.mark.duty("ledger")
def test_no_table_of_ours_holds_a_person_in_the_clear_at_any_step(shop: Company) -> None:
    opened(email=ANN, phone=ANN_PHONE, name=ANN_NAME)
    assert traces() == []
    planned(email=ANN)
    assert traces() == []
    accepted(ANN)
    assert traces() == []
    work()
    assert traces() == []


def test_no_table_of_ours_holds_a_person_in_the_clear_after_access(shop: Company) -> None:
    from tests.mechanisms.rights.driving import batch_of, hand_over

    number = planned("access", ANN)
    key_id = Batch.objects.get(pk=batch_of(number)).key_id
    assert CaseKey.objects.filter(case_id=key_id).exists()
    hand_over(number)
    work()
    assert traces() == []
    assert not CaseKey.objects.filter(case_id=key_id).exists(), "the batch is over"
    assert CaseKey.objects.filter(case_id=number).exists(), "the package is still to be fetched"


def test_no_file_of_ours_holds_a_person_in_the_clear(shop: Company) -> None:
    erased(ANN)
    home: Path = settings.DISCREET_HOME
    for path in home.rglob("*"):
        # A mail in the folder has left Discreet: the folder stands for the mail server.
        if path.is_file() and "sqlite" not in path.name and path.suffix != ".eml":
            blob = path.read_bytes()
            assert not [one for one in CANARIES if one.encode() in blob], path.name


def test_after_the_end_nothing_opens_plan_capture_or_roots(shop: Company) -> None:
    number = erased(ANN).number
    batch = Batch.objects.get()
    request = batch.requests.get(number=number)
    assert (batch.plan_sealed, batch.capture_sealed, request.roots_sealed) == (None, None, None)
    assert not CaseKey.objects.filter(pk=batch.key_id).exists()
    with pytest.raises(KeyDestroyed):
        keys.open_sealed(batch.key_id, b"x" * 80, "plan")


def test_what_was_sealed_does_not_open_after_the_end(shop: Company) -> None:
    accepted(ANN)
    batch = Batch.objects.get()
    plan = bytes(batch.plan_sealed or b"")
    assert "customer" in keys.open_sealed(batch.key_id, plan, "plan").decode()
    work()
    with pytest.raises(KeyDestroyed):
        keys.open_sealed(batch.key_id, plan, "plan")


def test_a_withdrawn_request_leaves_no_key_to_its_plan(shop: Company) -> None:
    from discreet.mechanisms.rights.actions import deciding
    from tests.mechanisms.rights.company import CUSTOMER, NOW

    number = planned(email=ANN)
    deciding.cancel_request(actor=CUSTOMER, now=NOW, number=number)
    assert not CaseKey.objects.filter(pk=Batch.objects.get().key_id).exists()


def test_what_is_kept_names_tables_and_articles_only(shop: Company) -> None:
    view = erased(ANN)
    text = json.dumps([view.kept, view.search, view.plan.summary], default=str)
    assert not [one for one in CANARIES if one in text]
