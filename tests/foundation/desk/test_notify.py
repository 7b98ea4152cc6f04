"""Telling staff: who hears of what, once, and never of a customer."""

import pytest

from discreet.foundation.desk import notify
from discreet.foundation.desk.models import Notification
from discreet.foundation.ledger.acts import OutsideAct, act
from discreet.foundation.ledger.api import record
from discreet.vocabulary.actors import SYSTEM, Role
from tests.foundation.staff.people import NOW

pytestmark = pytest.mark.django_db
KIND = "tests.new_columns"


@pytest.fixture(autouse=True)
def kind() -> None:
    notify.register(
        notify.NotificationKind(kind=KIND, text="New personal columns in %(source)s: %(n)s", icon="sitemap")
    )


@act("tests.scan")
def tell(*, key: str = "", source: str = "crm") -> None:
    """Tell as an act of an app does."""
    record(actor=SYSTEM, now=NOW, subject="source:crm", facts={"columns": 4})
    notify.tell(
        now=NOW,
        kind=KIND,
        subject="source:crm",
        roles=[Role.AGENT],
        staff=["chen.yu"],
        params={"source": source, "n": 4},
        url_name="datamap:front",
        key=key,
    )


def test_nothing_is_told_outside_an_act() -> None:
    with pytest.raises(OutsideAct):
        notify.tell(now=NOW, kind=KIND, subject="source:crm", roles=[Role.AGENT])


def test_the_same_key_is_told_once() -> None:
    for _ in range(3):
        tell(key="scan:7")
    assert Notification.objects.get().targets.count() == 2


def test_a_name_that_looks_like_a_contact_point_is_not_kept() -> None:
    tell(source="anna@example.com")
    assert "anna" not in str(Notification.objects.get().params)


@pytest.mark.parametrize("wrong", [{"roles": []}, {"kind": "tests.unknown"}])
def test_a_notification_for_nobody_or_of_no_kind_is_a_bug(wrong: dict[str, str]) -> None:
    @act("tests.wrong")
    def run() -> None:
        record(actor=SYSTEM, now=NOW, subject="source:crm", facts={})
        notify.tell(**({"now": NOW, "kind": KIND, "subject": "x", "roles": [Role.AGENT]} | wrong))  # type: ignore[arg-type]

    with pytest.raises(ValueError):
        run()
