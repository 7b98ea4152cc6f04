"""Links are proposed by names, allowed by types, decided by values."""

import pytest

from discreet.engines.classify.link_judging import Overlap, best_of, judge_link
from discreet.engines.classify.link_model import LinkColumn, LinkKind, LinkTable
from discreet.engines.classify.links import candidates
from discreet.engines.classify.model import Kind
from discreet.engines.classify.polymorphic import polymorphic, polymorphic_columns

INT, TEXT = Kind.INTEGER, Kind.TEXT


def _table(name: str, *columns: str, people: str = "", key: str = "id") -> LinkTable:
    """Build a table: `customer_id`, `code:text`, `mail:text:email`; the first columns named in `key` are its key."""
    built = []
    for column in (*([] if any(each.split(":")[0] == key for each in columns) else [key]), *columns):
        header, kind, category = (*column.split(":"), "", "")[:3]
        built.append(LinkColumn(header, Kind(kind or "integer"), category or "none", header == key))
    return LinkTable(name, name, built, tuple(key.split(",")), people)


def _found(*tables: LinkTable) -> set[str]:
    return {
        f"{each.table}.{','.join(each.columns)} {each.far_table}.{','.join(each.far_columns)}"
        for each in candidates(tables)
    }


CUSTOMERS = _table("customers", "mail:text:email", people="customer")


@pytest.mark.parametrize(
    ("near", "far"),
    [
        (_table("orders", "customer_id"), CUSTOMERS),
        (_table("orders", "cust_id"), CUSTOMERS),
        (_table("orders", "order_cust_id"), CUSTOMERS),
        (_table("bestellung", "kunde_id"), CUSTOMERS),
        (_table("app_cmmnt", "brrwr_id"), _table("app_borrower", people="person")),
        (_table("gwc", "hyid"), _table("hy", people="member")),
        (_table("订单", "会员编号"), _table("会员", people="member")),
        (
            _table("VBAK", "KUNNR:text", key="VBELN"),
            _table("KNA1", "KUNNR:text", key="KUNNR", people="customer"),
        ),
        (_table("user_profile", "user_id", key="user_id"), _table("users", people="user")),
        (
            _table("employees", "reports_to", people="staff"),
            _table("employees", "reports_to", people="staff"),
        ),
        (_table("tickets", "assigned_to"), _table("staff", people="staff")),
    ],
)
def test_a_reference_is_found_by_its_name(near: LinkTable, far: LinkTable) -> None:
    tables = (near,) if near.name == far.name else (near, far)
    wanted = {
        f"{near.name}.{column.name} {far.name}.{far.primary_key[0]}"
        for column in near.columns
        if column.name not in near.primary_key or near.primary_key != ("id",)
    }
    assert wanted & _found(*tables)


@pytest.mark.parametrize(
    ("near", "far"),
    [
        (_table("orders", "customer_name:text"), CUSTOMERS),
        (_table("orders", "total"), CUSTOMERS),
        (_table("orders", "customer_id:text"), CUSTOMERS),
        (_table("orders", "customer_count"), CUSTOMERS),
        (_table("orders"), CUSTOMERS),
        (_table("log", "date:text", key="n"), _table("days", "date:text", key="date")),
    ],
)
def test_what_is_no_reference_leads_nowhere(near: LinkTable, far: LinkTable) -> None:
    assert _found(near, far) == set()


def test_no_column_leads_to_itself() -> None:
    staff = _table(
        "operators", "handled_by:text:username", "login:text:username", people="staff", key="handled_by"
    )
    for each in candidates([staff, CUSTOMERS]):
        assert (each.table, each.columns) != (each.far_table, each.far_columns)
    assert any(each.table == "orders" for each in candidates([_table("orders", "customers_id"), CUSTOMERS]))


def test_a_number_in_a_reference_leads_to_the_table_of_that_number() -> None:
    tables = [_table(f"person_{n:03}", "mail:text:email", people="person") for n in range(60)]
    found = candidates([*tables, _table("visits", "person_045_id")])
    best = max((each for each in found if each.table == "visits"), key=lambda each: each.score)
    assert best.far_table == "person_045"


def test_creator_and_updater_are_marked_and_lead_to_staff_not_to_customers() -> None:
    tables = [_table("orders", "created_by", "customer_id"), CUSTOMERS, _table("admins", people="staff")]
    found = {each.columns[0]: (each.far_table, each.is_actor) for each in candidates(tables)}
    assert found == {"created_by": ("admins", True), "customer_id": ("customers", False)}


def test_a_key_of_two_columns_is_led_to_as_a_whole() -> None:
    far = _table("clients", "site_no", "client_no", key="site_no,client_no", people="customer")
    assert "visits.site_no,client_no clients.site_no,client_no" in _found(
        _table("visits", "site_no", "client_no"), far
    )


def test_a_copied_address_leads_to_whom_it_is_copied_from() -> None:
    orders = _table("orders", "customer_email:text:email")
    assert [each.kind for each in candidates([orders, CUSTOMERS])] == [LinkKind.COPY]


@pytest.mark.parametrize(
    ("columns", "values", "far"),
    [
        (("owner_type:text", "owner_id"), ["App\\Models\\Customer"], "customers"),
        (("subject_type:text", "subject_id"), ["customer", "nothing"], "customers"),
        (("关联对象类型:text", "关联对象ID"), ["会员"], "会员"),
    ],
)
def test_a_type_and_an_id_lead_to_the_table_that_the_type_names(
    columns: tuple[str, str], values: list[str], far: str
) -> None:
    notes = _table("notes", *columns)
    tables = [notes, CUSTOMERS, _table("会员", people="member")]
    pair = columns[0].split(":")[0], columns[1]
    assert polymorphic_columns(notes) == {pair[0]: pair[1]}
    assert [each.far_table for each in polymorphic(notes, pair, values, tables)] == [far]


def test_values_refute_a_link_and_the_surest_one_stays() -> None:
    tables = [
        _table("orders", "customer_id"),
        _table("shop_customers", people="customer"),
        _table("crm_customers", people="customer"),
    ]
    found = sorted(candidates(tables), key=lambda each: each.far_table)
    assert [each.far_table for each in found] == ["crm_customers", "shop_customers"]
    judged = [judge_link(found[0], Overlap(100, 5)), judge_link(found[1], Overlap(100, 100))]
    assert judged[0] is None
    assert [each.candidate.far_table for each in best_of(each for each in judged if each)] == [
        "shop_customers"
    ]
