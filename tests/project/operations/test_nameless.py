"""A restored source brings somebody back who has no e-mail address, phone or number: the name tells."""

from datetime import UTC, datetime

import pytest

from discreet.engines.subjects.captures import NamelessRow
from discreet.engines.subjects.graph import TableRef
from discreet.foundation.datamap import nameless
from discreet.foundation.datamap.actions import apply_map
from discreet.foundation.datamap.tombstones import find_restored
from discreet.mechanisms.rights.actions.forgetting import reopen_erasure
from discreet.mechanisms.rights.queries import claim_of
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import MAP, NOW, OPERATOR
from tests.mechanisms.rights.driving import approve, erased, failures, work

pytestmark = [pytest.mark.duty("M13.3"), pytest.mark.promise(9)]
DORA = "INSERT INTO customer VALUES (6, NULL, NULL, 'Dora Nameless', NULL, NULL)"


@pytest.fixture
def numbered_shop(any_free_shop: Company) -> Company:
    """A shop whose customers are found by their number, with one who has nothing else but a name."""
    any_free_shop.run(DORA)
    text = MAP % {"name": "shop", "keep": ""}
    apply_map(
        actor=OPERATOR,
        now=NOW,
        text=text.replace("{id: none, email: email", "{id: customer_id, email: email"),
    )
    return any_free_shop


def back() -> list[object]:
    return [row.key[0] for row in find_restored("shop").restored]


def test_who_has_only_a_name_is_recognised_by_key_and_name(numbered_shop: Company) -> None:
    view = erased(None, customer_number="6")
    assert view.outcome == "erased"
    assert back() == []
    numbered_shop.run(DORA.replace("Dora Nameless", " dora  NAMELESS "))
    assert back() == [6]


def test_somebody_else_under_the_same_number_is_not_the_person(numbered_shop: Company) -> None:
    erased(None, customer_number="6")
    numbered_shop.run("INSERT INTO customer VALUES (6, 'eve@example.com', NULL, 'Eve', NULL, NULL)")
    numbered_shop.run("INSERT INTO customer VALUES (7, NULL, NULL, 'Dora Nameless', NULL, NULL)")
    assert back() == []


def test_who_came_back_with_a_name_only_is_erased_again(numbered_shop: Company) -> None:
    erased(None, customer_number="6")
    numbered_shop.run(DORA)
    rows = find_restored("shop").restored
    number, is_new = reopen_erasure(
        actor=OPERATOR, now=datetime.now(UTC), source="shop", scope=rows[0].scope, rows=rows
    )
    assert is_new
    assert claim_of(number).customer_number == "6"
    work()
    approve(number)
    work()
    assert failures() == []
    assert numbered_shop.run("SELECT id FROM customer WHERE id = 6") == []
    assert back() == []


def test_without_a_name_everything_personal_stands_together_for_the_person() -> None:
    held = (("birth", "birth_date", "1980-02-03"), ("town", "address", "Bern"))
    (mark,) = nameless.marks_of(NamelessRow(TableRef("shop", "customer"), (6,), 0, held))
    assert (mark.category, mark.columns) == ("*", ("birth", "town"))
    assert nameless.whole_form(mark.columns, {"town": " Bern", "birth": "1980-02-03"}) == mark.form
    assert nameless.whole_form(mark.columns, {"town": "Basel", "birth": "1980-02-03"}) != mark.form
    assert nameless.whole_form(mark.columns, {"town": "Bern"}) == "", "an empty place is no particular"
