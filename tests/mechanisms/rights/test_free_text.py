"""Free text that names the person: told before anybody approves, and never called erased while it stands."""

import json
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from discreet.engines.subjects.identity import Identity
from discreet.foundation.datamap.actions import apply_map
from discreet.mechanisms.rights import queries
from discreet.mechanisms.rights.actions import importing, proving
from discreet.mechanisms.rights.kinds import Kind
from discreet.mechanisms.rights.rules import Outcome
from discreet.mechanisms.rights.views import RequestView
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, ANN, MAP, NOW, OPERATOR, fill, map_company
from tests.mechanisms.rights.driving import approve, failures, planned, work
from tests.mechanisms.rights.test_spellings import narrow_company

__all__ = ["narrow_company"]

pytestmark = [pytest.mark.promise(1), pytest.mark.duty("M8.4"), pytest.mark.duty("M13.3")]

CLEAN = Outcome.ERASED_EXCEPT_KEPT  # the address that Bob lives at too
NAMING = [
    f"Neighbour, see {ANN.upper()}!",
    "ｃａｌｌ　ａｎｎ．ｃａｎａｒｙ＠ｅｘａｍｐｌｅ．ｃｏｍ",
    "ring 044 668 18 00 first",
    "０４４－６６８－１８－００",
    "ann.canary＠example.com",
    '{"t": "ann.canary\\\\u0040example.com"}',
]
INNOCENT = [
    "joann.canary@example.com",
    "1044668180044",
    "100% of_nothing",
    "like ann.canaryXexample.com",
    None,
]


@pytest.fixture
def shop(company: Company, db: None) -> Company:
    fill(company)
    company.connect("shop")
    map_company(is_kept=False)
    return company


def note(company: Company, text: str | None) -> None:
    """Write it on an order of Bob's."""
    written = "NULL" if text is None else f"'{text}'"
    company.run(f"UPDATE orders SET note = {written} WHERE id = 11")


def named(gaps: object) -> list[tuple[str, list[str], int]]:
    assert isinstance(gaps, list)
    return [(one["table"], one["columns"], one["rows"]) for one in gaps if one["reason"] == "named_in_text"]


def erased(number: str) -> RequestView:
    approve(number)
    work()
    assert failures() == []
    return queries.request_view(number)


@pytest.mark.parametrize("text", NAMING)
def test_a_text_of_another_that_names_the_person_is_told_and_found_again(shop: Company, text: str) -> None:
    note(shop, text)
    number = planned("erasure", ANN)
    assert named(queries.request_view(number).plan.summary["not_covered"]) == [("orders", ["note"], 1)]
    view = erased(number)
    assert view.outcome == Outcome.INCOMPLETE
    assert view.search["found"] == 1
    assert named(view.search["not_searched"]) == [("orders", ["note"], 1)]


@pytest.mark.parametrize("text", INNOCENT)
def test_a_text_that_names_somebody_else_is_left_in_peace(shop: Company, text: str | None) -> None:
    note(shop, text)
    number = planned("erasure", ANN)
    assert named(queries.request_view(number).plan.summary["not_covered"]) == []
    view = erased(number)
    assert view.outcome == CLEAN
    searched = {(one["table"], one["depth"]) for one in view.search["searched"]}
    assert ("orders", "text") in searched


def test_the_persons_own_text_goes_with_its_row(shop: Company) -> None:
    shop.run(f"UPDATE orders SET note = 'write to {ANN}' WHERE id = 10")
    number = planned("erasure", ANN)
    assert named(queries.request_view(number).plan.summary["not_covered"]) == []
    assert erased(number).outcome == CLEAN


def test_a_text_that_appears_after_the_plan_is_found(shop: Company) -> None:
    """A clerk pastes the address while the request waits for its approval."""
    number = planned("erasure", ANN)
    note(shop, f"moved from {ANN}")
    assert erased(number).outcome == Outcome.INCOMPLETE


def test_a_text_that_the_law_keeps_may_name_its_person(company: Company, db: None) -> None:
    """The kept row is the person's own and stands among what was kept."""
    fill(company)
    company.run(f"UPDATE orders SET note = 'write to {ANN}' WHERE id = 10")
    company.connect("shop")
    keep = (
        '\n        keep:\n          article: "Art. 958f OR"\n          reason: {en: "Kept.", zh: "须保存。"}\n'
        "          years: 10\n          from: placed_on\n          fields: [total, note]\n"
    )
    apply_map(actor=OPERATOR, now=NOW, text=MAP % {"name": "shop", "keep": keep})
    assert erased(planned("erasure", ANN)).outcome == Outcome.ERASED_EXCEPT_KEPT


@pytest.mark.promise(12)
def test_what_is_beyond_the_budget_is_named_and_not_called_searched(
    shop: Company, settings: Settings
) -> None:
    settings.DISCREET_MAX_SCAN_ROWS = 0
    number = planned("erasure", ANN)
    gaps = queries.request_view(number).plan.summary["not_covered"]
    assert [one["columns"] for one in gaps if one["reason"] == "free_text"] == [["note"]]
    assert not [one for one in gaps if one["reason"] == "names_in_text"]
    view = erased(number)
    assert view.outcome == CLEAN
    assert "free_text" in {one["reason"] for one in view.search["not_searched"]}
    assert not {"scan", "text"} & {one["depth"] for one in view.search["searched"]}


KINDS = {
    "sqlite": ("blob", "text", "xml", "json"),
    "postgresql": ("bytea", "json", "jsonb", "xml", "text[]", "citext", 'text COLLATE "loose"'),
    "mysql": (
        "blob",
        "json",
        "text CHARACTER SET latin1",
        "text CHARACTER SET gbk",
        "text COLLATE utf8mb4_bin",
    ),
}
HELD = {
    "bytea": "convert_to('at ann.canary@example.com', 'UTF8')",
    "blob": "x'617420616e6e2e63616e617279406578616d706c652e636f6d'",
    "json": """'{"t": "at ann.canary@example.com"}'""",
    "jsonb": """'{"t": "at ann.canary@example.com"}'""",
    "xml": "'<t>ann.canary@example.com</t>'",
    "text[]": "ARRAY['at', 'ann.canary@example.com']",
}


def test_texts_of_every_kind_are_looked_through(company: Company, db: None) -> None:
    """One column a kind, in a table whose name and columns are hostile."""
    fill(company)
    quote = "`" if company.engine == "mysql" else '"'
    if company.engine == "postgresql":
        company.run("CREATE EXTENSION IF NOT EXISTS citext")
        company.run(
            "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
        )
    kinds = KINDS[company.engine]
    names = [f"it's {{n}} \\\\ %s {number}" for number in range(len(kinds))]
    columns = ", ".join(f"{quote}{name}{quote} {kind}" for name, kind in zip(names, kinds, strict=True))
    company.run(f"CREATE TABLE memo (id integer PRIMARY KEY, {columns})".replace("%", "%"))
    held = ", ".join(HELD.get(kind, "'at ann.canary@example.com'") for kind in kinds)
    company.run(f"INSERT INTO memo VALUES (1, {held})")
    if company.engine == "sqlite":
        company.run(
            "INSERT INTO memo VALUES (2, NULL, 'x' || char(0) || 'ann.canary@example.com', NULL, NULL)"
        )
    company.connect("shop")
    mapped = MAP % {"name": "shop", "keep": ""}
    fields = "".join(f"          {json.dumps(name)}: free_text\n" for name in names)
    apply_map(
        actor=OPERATOR, now=NOW, text=f"{mapped}      memo:\n        columns:\n          id: none\n{fields}"
    )
    number = planned("erasure", ANN)
    assert failures() == []
    rows = {
        tuple(place): rows
        for _, place, rows in named(queries.request_view(number).plan.summary["not_covered"])
    }
    assert rows == {(name,): 2 if company.engine == "sqlite" and name == names[1] else 1 for name in names}


@pytest.mark.postgresql
def test_a_server_of_a_narrow_encoding_is_looked_through(narrow_company: Company, db: None) -> None:
    fill(narrow_company)
    narrow_company.connect("shop")
    map_company(is_kept=False)
    note(narrow_company, f"for {ANN}")
    number = planned("erasure", ANN)
    assert failures() == []
    assert named(queries.request_view(number).plan.summary["not_covered"]) == [("orders", ["note"], 1)]


def test_a_batch_of_many_people_compares_texts_here(shop: Company) -> None:
    """More people than patterns: one statement a column all the same."""
    people = ", ".join(f"({n}, 'p{n}@example.com', NULL, 'P', NULL, NULL)" for n in range(100, 160))
    shop.run(f"INSERT INTO customer VALUES {people}")
    note(shop, "from P131@example.com to p9@example.com")
    batch, numbers = importing.receive_batch(
        actor=AGENT,
        now=datetime.now(UTC),
        kind=Kind.ERASURE,
        claims=[(Identity(email=f"p{n}@example.com"), "DE", "en") for n in range(100, 160)],
    )
    proving.verify_batch(actor=AGENT, now=datetime.now(UTC), batch_id=batch, reason="seen")
    work()
    approve(numbers[0])
    work()
    assert failures() == []
    outcomes = {number: queries.request_view(number).outcome for number in numbers}
    assert [number for number, outcome in outcomes.items() if outcome == Outcome.INCOMPLETE] == [numbers[31]]
    assert set(outcomes.values()) == {Outcome.ERASED, Outcome.INCOMPLETE}
