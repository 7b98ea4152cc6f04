"""Acts of the map: rows, evidence and events together."""

import json
import time
from datetime import UTC, datetime

import pytest

from discreet.engines.subjects.graph import EraseAction, KeepDuty, LinkRole, Match, TableRef
from discreet.foundation.datamap import actions, queries, refusals
from discreet.foundation.datamap.models import DataField, DataLink, DataTable
from discreet.foundation.datamap.views import Gap
from discreet.foundation.jobs.models import OutboxEvent
from discreet.foundation.ledger.models import LedgerEntry
from discreet.vocabulary.actors import Actor, ActorKind
from tests.foundation.datamap.schemas import shop, source, table

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CHEN = Actor(kind=ActorKind.STAFF, name="chen")


@pytest.fixture
def taken() -> None:
    actions.take_schema(actor=CHEN, now=NOW, catalogue=shop())


def last_body() -> dict[str, object]:
    body: dict[str, object] = json.loads(LedgerEntry.objects.latest("id").body)
    return body


def field(table_name: str, name: str) -> DataField:
    return DataField.objects.get(table__name=table_name, name=name)


def confirm(name: str = "shop") -> None:
    actions._confirm_source(actor=CHEN, now=NOW, source=name)


def test_a_schema_comes_in_as_open_proposals(taken: None) -> None:
    assert not DataField.objects.exclude(confirmed_at=None).exists()
    assert queries.graph().tables == {}
    assert {gap.gap for gap in queries.not_covered()} == {Gap.TABLE_NOT_CONFIRMED, Gap.LINKS_NOT_CONFIRMED}


def test_confirming_all_covers_the_source_and_tells_it(taken: None) -> None:
    confirm()
    assert queries.not_covered() == ()
    assert len(queries.graph().tables) == 8
    body = last_body()
    assert (body["act"], body["subject"], body["actor"]) == (
        "datamap.confirm_all",
        "source:shop",
        "staff:chen",
    )
    assert OutboxEvent.objects.filter(name="datamap.SourceMapped").count() == 1


def test_an_open_field_counts_as_unknown_and_is_left_alone_by_erasure(taken: None) -> None:
    confirm()
    actions.take_schema(
        actor=CHEN,
        now=NOW,
        catalogue=source("shop", [table("shop", "customer", "id email name phone new_column")]),
    )
    column = queries.graph().tables[TableRef("shop", "customer")].column("new_column")
    assert (column.category, column.erase) == ("unknown", EraseAction.KEEP)
    assert [gap.names for gap in queries.not_covered() if gap.gap is Gap.FIELDS_NOT_CONFIRMED] == [
        ("new_column",)
    ]


def test_a_table_that_vanished_is_named_as_not_covered(taken: None) -> None:
    confirm()
    tables = [item for item in shop().tables if item.ref.table != "orders"]
    actions.take_schema(actor=CHEN, now=NOW, catalogue=source("shop", tables))
    assert TableRef("shop", "orders") not in queries.graph().tables
    assert [gap.table for gap in queries.not_covered() if gap.gap is Gap.TABLE_GONE] == ["orders"]


def test_correcting_a_field_confirms_it_and_records_both_categories(taken: None) -> None:
    actions.correct_field(
        actor=CHEN,
        now=NOW,
        field_id=field("orders", "note").id,
        category="health",
        erase=EraseAction.REPLACE,
        replacement="-",
    )
    row = field("orders", "note")
    assert (row.category, row.erase, row.replacement, row.confirmed_by) == (
        "health",
        "replace",
        "-",
        "staff:chen",
    )
    facts = last_body()["facts"]
    assert isinstance(facts, dict)
    assert (facts["category_before"], facts["category"]) == ("free_text", "health")


def test_a_second_correction_of_what_one_did_not_see_is_refused(taken: None) -> None:
    note = field("orders", "note")
    actions.correct_field(actor=CHEN, now=NOW, field_id=note.id, category="health", seen="free_text")
    with pytest.raises(refusals.ChangedMeanwhile):
        actions.correct_field(actor=CHEN, now=NOW, field_id=note.id, category="none", seen="free_text")
    assert field("orders", "note").category == "health"


def test_an_unknown_category_changes_nothing(taken: None) -> None:
    entries = LedgerEntry.objects.count()
    with pytest.raises(refusals.UnknownCategory):
        actions.correct_field(actor=CHEN, now=NOW, field_id=field("orders", "note").id, category="nonsense")
    assert (field("orders", "note").category, LedgerEntry.objects.count()) == ("free_text", entries)


def test_a_duty_to_keep_reaches_the_graph(taken: None) -> None:
    confirm()
    duty = KeepDuty(article="AO § 147(3)", reason_en="Invoices", reason_zh="发票", fields=("note",))
    orders = DataTable.objects.get(name="orders")
    actions.set_table(actor=CHEN, now=NOW, table_id=orders.id, is_people=False, keep=duty)
    assert queries.graph().tables[TableRef("shop", "orders")].keep == duty


def test_a_duty_whose_article_is_a_contact_is_refused(taken: None) -> None:
    """It would stand in evidence for ever."""
    orders = DataTable.objects.get(name="orders")
    duty = KeepDuty(article="ask dpo@example.com", reason_en="a", reason_zh="b")
    with pytest.raises(refusals.NotAnArticle):
        actions.set_table(actor=CHEN, now=NOW, table_id=orders.id, is_people=False, keep=duty)


@pytest.mark.parametrize(
    "duty",
    [
        KeepDuty(article="", reason_en="a", reason_zh="b"),
        KeepDuty(article="x", reason_en="a", reason_zh="b", years=8),
        KeepDuty(article="x", reason_en="a", reason_zh=" "),
        KeepDuty(article="x", reason_en="a", reason_zh="b", years=0, start_column="note"),
    ],
)
def test_a_duty_without_citation_or_start_is_refused(taken: None, duty: KeepDuty) -> None:
    orders = DataTable.objects.get(name="orders")
    with pytest.raises(refusals.KeepDutyIncomplete):
        actions.set_table(actor=CHEN, now=NOW, table_id=orders.id, is_people=False, keep=duty)


def test_a_link_between_sources_joins_by_value(taken: None) -> None:
    actions.take_schema(
        actor=CHEN, now=NOW, catalogue=source("support", [table("support", "contact", "id mail full_name")])
    )
    actions.add_link(
        actor=CHEN,
        now=NOW,
        from_table=TableRef("support", "contact"),
        from_columns=("mail",),
        to_table=TableRef("shop", "customer"),
        to_columns=("email",),
        role=LinkRole.OWNER,
        match=Match.EMAIL,
    )
    confirm()
    confirm("support")
    [link] = queries.graph().incoming(TableRef("shop", "customer"))[-1:]
    assert (link.match, link.from_table.source) == (Match.EMAIL, "support")
    assert queries.graph(["shop"]).incoming(TableRef("shop", "customer"))[-1].from_table.source == "shop"


def test_a_declared_link_cannot_be_removed(taken: None) -> None:
    with pytest.raises(refusals.DeclaredLink):
        actions.remove_link(actor=CHEN, now=NOW, link_id=DataLink.objects.earliest("id").id)


def test_describing_again_keeps_what_people_decided(taken: None) -> None:
    actions.correct_field(actor=CHEN, now=NOW, field_id=field("orders", "note").id, category="health")
    change = actions.take_schema(actor=CHEN, now=NOW, catalogue=shop())
    assert change.is_empty
    assert field("orders", "note").category == "health"


def test_the_graph_of_an_unchanged_map_comes_from_memory(taken: None) -> None:
    confirm()
    first = queries.graph()
    started = time.perf_counter()
    for _ in range(20):
        assert queries.graph() is first
    assert (time.perf_counter() - started) / 20 < 0.005


def test_hostile_names_go_through_the_map_unchanged() -> None:
    hostile = [
        '"; DROP TABLE keep;--',
        "a@b.example",
        "+49 30 1234567",
        "%s",
        ":p",
        "名",
        "x" * 200,
        "A",
        "a",
    ]
    tables = [table("shop", name, "id note") for name in hostile]
    actions.take_schema(actor=CHEN, now=NOW, catalogue=source("shop", tables))
    for row in DataTable.objects.all():
        actions.confirm_table(actor=CHEN, now=NOW, table_id=row.id)
    assert {ref.table for ref in queries.graph().tables} == set(hostile)
