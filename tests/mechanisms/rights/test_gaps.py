"""Answers claim no more than was searched: what a plan does not cover stands in every outcome."""

import dataclasses
import io
import json
import zipfile

import pytest
from django.test import Client

from discreet.foundation.cases.actions import add_public_token
from discreet.foundation.datamap.actions import apply_map
from discreet.foundation.ledger.models import LedgerEntry
from discreet.foundation.sources import pools
from discreet.foundation.sources.actions import connect_source
from discreet.mechanisms.rights import left_out, queries, views
from discreet.mechanisms.rights.copying import delivery
from discreet.mechanisms.rights.letters import said as letters
from discreet.mechanisms.rights.matching import finding
from discreet.mechanisms.rights.rules import Outcome, State
from discreet.mechanisms.rights.summaries import REASONS
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.company import AGENT, ANN, CLEO, MAP, NOW, OPERATOR, fill, who
from tests.mechanisms.rights.driving import approve, failures, hand_over, planned, work
from tests.servers import PASSWORD

pytestmark = pytest.mark.promise(1)
MORE = """
      audit:
        columns: {id: none, mail: email}
      v:
        columns: {email: email}
"""
TRIGGERS = {
    "sqlite": ("CREATE TRIGGER gone AFTER DELETE ON customer BEGIN INSERT INTO audit VALUES (9, 'x'); END",),
    "mysql": ("CREATE TRIGGER gone AFTER DELETE ON customer FOR EACH ROW INSERT INTO audit VALUES (9, 'x')",),
    "postgresql": (
        "CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN INSERT INTO audit VALUES (9, 'x'); RETURN OLD; END $$",
        "CREATE TRIGGER gone AFTER DELETE ON customer FOR EACH ROW EXECUTE FUNCTION gone()",
    ),
}


@pytest.fixture
def crm(company: Company, db: None) -> Company:
    """The company with a table that no link leads to, a view, a trigger, and a source without a map."""
    fill(company)
    company.fill(
        (
            "CREATE TABLE audit (id integer PRIMARY KEY, mail varchar(200))",
            "CREATE VIEW v AS SELECT email FROM customer",
            *TRIGGERS[company.engine],
        )
    )
    company.connect("shop")
    apply_map(actor=OPERATOR, now=NOW, text=MAP % {"name": "shop", "keep": ""} + MORE.lstrip("\n"))
    connect_source(actor=OPERATOR, now=NOW, name="other", url=company.url, write_url=None)
    return company


def reasons(gaps: object) -> set[tuple[str, str, str]]:
    assert isinstance(gaps, list)
    return {(one["source"], one["table"], one["reason"]) for one in gaps}


EXPECTED = {
    ("other", "", "source_not_mapped"),
    ("shop", "orders", "free_text"),
    ("shop", "audit", "no_link"),
    ("shop", "v", "view"),
}
TRIGGER = ("shop", "customer", "trigger")
# An erasure looks for addresses and numbers in texts; a package holds the person's rows and no others.
OF_ERASURE = EXPECTED - {("shop", "orders", "free_text")} | {("shop", "orders", "names_in_text"), TRIGGER}


def test_what_the_plan_does_not_cover_stands_in_the_outcome_of_an_erasure(crm: Company) -> None:
    number = planned("erasure", CLEO)
    plan = views.plan_document(queries.request_view(number).plan, texts=REASONS)
    assert reasons(plan["not_covered"]) == OF_ERASURE
    approve(number)
    work()
    assert failures() == []
    view = queries.request_view(number)
    assert view.outcome == Outcome.ERASED
    assert reasons(view.search["not_searched"]) == OF_ERASURE
    assert reasons(views.request_document(view)["search"]["not_searched"]) == OF_ERASURE
    entry = json.loads(LedgerEntry.objects.get(act="rights.finish_erasure").body)
    assert reasons(entry["facts"]["search"]["not_searched"]) == OF_ERASURE
    estimated = {one["reason"] for one in entry["facts"]["search"]["not_searched"] if one["rows_estimated"]}
    assert estimated == {"no_link", "names_in_text"}  # a trigger's rows are counted, a view has no number
    looks = entry["facts"]["search"]["searched"]
    assert {one["depth"] for one in looks if one["rows_estimated"]} == {"scan", "text"}
    assert {one["depth"] for one in looks if not one["rows_estimated"]} >= {"keys"}
    searched = {(one["source"], one["table"]) for one in looks}
    assert {("shop", "customer"), ("shop", "audit"), ("shop", "v")} <= searched


def test_a_table_of_another_database_that_hangs_on_a_row_stands_in_plan_and_outcome(
    mariadb_company: Company, other_database: str, db: None
) -> None:
    fill(mariadb_company)
    ours = mariadb_company.url.rpartition("/")[2]
    mariadb_company.run(
        f"CREATE TABLE {other_database}.note (id int PRIMARY KEY, of int,"
        f" FOREIGN KEY (of) REFERENCES {ours}.customer (id) ON DELETE CASCADE)"
    )
    mariadb_company.connect("shop")
    apply_map(actor=OPERATOR, now=NOW, text=MAP % {"name": "shop", "keep": ""})
    number = planned("erasure", CLEO)
    outside = ("shop", f"{other_database}.note", "refers_from_outside")
    plan = views.plan_document(queries.request_view(number).plan, texts=REASONS)
    assert outside in reasons(plan["not_covered"])
    approve(number)
    work()
    assert failures() == []
    assert outside in reasons(queries.request_view(number).search["not_searched"])


@pytest.mark.postgresql
def test_a_table_that_the_account_for_erasing_may_not_write_is_told_before_approval(
    postgresql_company: Company, db: None
) -> None:
    fill(postgresql_company)
    role = f"w_{postgresql_company.url.rpartition('_')[2]}"
    postgresql_company.fill(
        (
            f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'",
            f"GRANT SELECT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            f"REVOKE DELETE ON customer FROM {role}",
            "CREATE TABLE elsewhere (id integer PRIMARY KEY)",
        )
    )
    try:
        url = postgresql_company.url
        write_url = url.replace("//discreet:", f"//{role}:")
        connect_source(actor=OPERATOR, now=NOW, name="shop", url=url, write_url=write_url)
        apply_map(actor=OPERATOR, now=NOW, text=MAP % {"name": "shop", "keep": ""})
        plan = views.plan_document(queries.request_view(planned("erasure", CLEO)).plan, texts=REASONS)
        refused = [one["table"] for one in plan["not_covered"] if one["reason"] == "write_right_missing"]
        assert refused == ["customer"], "of the tables that it writes, and no others"
    finally:
        pools.dispose_all()
        postgresql_company.run(f"DROP OWNED BY {role}")
        postgresql_company.run(f"DROP ROLE {role}")


def test_rows_that_hold_an_address_without_link_are_told_before_approval_and_a_view_is_no_holder(
    crm: Company,
) -> None:
    crm.run(f"INSERT INTO audit VALUES (1, '{CLEO}')")
    gaps = views.plan_document(queries.request_view(planned("erasure", CLEO)).plan, texts=REASONS)[
        "not_covered"
    ]
    assert [(one["table"], one["rows"]) for one in gaps if one["reason"] == "holds_a_value_without_link"] == [
        ("audit", 1)
    ]


def test_a_source_connected_after_the_plan_is_named_in_the_outcome(crm: Company) -> None:
    number = planned("erasure", CLEO)
    approve(number)
    connect_source(actor=OPERATOR, now=NOW, name="late", url=crm.url, write_url=None)
    work()
    assert failures() == []
    assert ("late", "", "source_not_mapped") in reasons(queries.request_view(number).search["not_searched"])


def test_the_outcome_of_access_names_what_the_package_does_not_cover(crm: Company) -> None:
    number = planned("access", ANN)
    if queries.state_of_request(number) is State.PLANNED:
        hand_over(number)
        work()
    assert failures() == []
    entry = json.loads(LedgerEntry.objects.get(act="rights.finish_access").body)
    assert reasons(entry["facts"]["not_covered"]) == EXPECTED
    assert reasons(views.request_document(queries.request_view(number))["not_covered"]) == EXPECTED
    blob = b"".join(delivery.take_package(actor=AGENT, now=NOW, number=number))
    data = json.loads(zipfile.ZipFile(io.BytesIO(blob)).read("data.json"))
    assert reasons(data["not_covered"]) == EXPECTED


def test_a_look_up_names_what_it_does_not_reach(crm: Company) -> None:
    found = finding.find_person(actor=AGENT, now=NOW, source="shop", claim=who(ANN))
    assert EXPECTED - {("other", "", "source_not_mapped")} <= reasons(found["not_searched"])


def test_the_outcome_claims_no_more_than_was_searched_and_the_customer_reads_no_tables(
    crm: Company, client: Client
) -> None:
    number = planned("erasure", CLEO)
    approve(number)
    work()
    assert failures() == []
    view = queries.request_view(number)
    gaps = view.search["not_searched"]
    assert isinstance(gaps, list)
    held = {(one["source"], one["table"]): one["holds"] for one in gaps if one["reason"] != "trigger"}
    assert held == {
        ("other", ""): "unknown",
        ("shop", "orders"): "personal",
        ("shop", "audit"): "personal",
        ("shop", "v"): "personal",
    }
    told = " ".join(letters.not_searched(view))
    assert "Shop: Parts without a link to you were not searched automatically" in told
    assert "1 of our systems: Parts that nobody has described" in told
    assert "udit" not in told and "ther:" not in told
    token = add_public_token(actor=OPERATOR, now=NOW, number=number)
    page = client.get(f"/privacy/request/{token}/").content.decode()
    assert "Nothing was kept." not in page and "may still hold data about you" in page
    assert "<h1>Erased wherever we could search" in page
    whole = dataclasses.replace(view, search={**view.search, "not_searched": []})
    assert letters.outcome_words(whole).startswith("Erased") and "search" not in letters.outcome_words(whole)


def test_staff_read_how_much_was_left_out_and_how_much_of_it_is_sensitive() -> None:
    gaps = [{"source": "s", "table": "t", "columns": [], "reason": "no_link", "holds": "sensitive"}]
    gaps.append({**gaps[0], "holds": "none"})
    assert left_out.left(gaps) == left_out.Left(parts=2, personal=1, sensitive=1)
    assert left_out.left_words(gaps) == (
        "2 parts were not, or not fully, searched. 1 of them holds or may hold personal data, 1 of these "
        "sensitive data"
    )
    assert left_out.left_words([]) == ""
