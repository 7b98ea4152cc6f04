"""What the schema alone says."""

import pytest

from discreet.engines.subjects.graph import LinkRole, TableRef
from discreet.foundation.datamap.proposals import (
    Evidence,
    Header,
    guess_strong,
    is_people_table,
    refers_to_people,
)
from discreet.foundation.datamap.schema_sync import propose
from tests.foundation.datamap.schemas import shop


@pytest.fixture(scope="module")
def roles() -> dict[str, LinkRole]:
    return {f"{ref.table}.{key.columns[0]}": role for (ref, key), role in propose(shop()).roles.items()}


@pytest.mark.parametrize(
    ("link", "role"),
    [
        ("orders.customer_id", LinkRole.OWNER),
        ("customer.address_id", LinkRole.DETAIL),
        ("orders.shipping_address_id", LinkRole.DETAIL),
        ("order_item.order_id", LinkRole.OWNER),
        ("orders.served_by", LinkRole.MENTION),
        ("employee.reports_to", LinkRole.MENTION),
        ("customer.country_id", LinkRole.LOOKUP),
        ("order_item.product_id", LinkRole.LOOKUP),
        ("product.supplier_id", LinkRole.MENTION),
    ],
)
def test_a_declared_key_gets_the_role_its_ends_suggest(
    roles: dict[str, LinkRole], link: str, role: LinkRole
) -> None:
    assert roles[link] is role


def test_people_are_proposed_by_the_tables_own_name() -> None:
    assert {ref.table for ref in propose(shop()).people} == {"customer", "employee", "supplier"}


def test_a_name_or_city_counts_only_where_a_table_is_about_people() -> None:
    guesses = propose(shop()).guesses
    assert guesses[TableRef("shop", "product")]["name"].category == "none"
    assert guesses[TableRef("shop", "customer")]["name"].category == "name"
    assert guesses[TableRef("shop", "address")]["city"].category == "address"


@pytest.mark.parametrize(
    ("header", "comment", "category", "word"),
    [
        ("email", "", "email", "email"),
        ("CustomerEMail", "", "email", "e mail"),
        ("lxdh", "", "phone", "lxdh"),
        ("sfzh", "", "national_id", "sfzh"),
        ("shouji", "", "phone", "shouji"),
        ("f1", "收货人姓名", "name", "收货人姓名"),
        ("出生日期", "", "birth_date", "出生日期"),
        ("c7", "用户邮箱", "email", "邮箱"),
        ("email_verified", "", "none", ""),
        ("address_id", "", "none", ""),
        ("BillingPostalCode", "", "postal_code", "postal code"),
        ("order_sn", "订单编号", "none", ""),
        ("status", "订单状态", "none", ""),
        ("lock_count", "手机登录次数", "none", ""),
    ],
)
def test_a_header_proposes_a_category_with_the_word_it_rests_on(
    header: str, comment: str, category: str, word: str
) -> None:
    guess = guess_strong(Header(name=header, comment=comment))
    assert (guess.category, guess.word) == (category, word)
    assert (guess.evidence is Evidence.NOTHING) == (category == "none")


def test_a_number_is_never_proposed_as_a_name_or_text() -> None:
    assert guess_strong(Header(name="full_name", is_numeric=True)).category == "none"


def test_a_log_about_members_is_not_a_table_of_people() -> None:
    assert not is_people_table(
        name="ums_member_login_log", comment="会员登录记录", categories=frozenset({"name"})
    )
    assert is_people_table(name="t1", comment="会员表", categories=frozenset({"phone"}))


@pytest.mark.parametrize(
    ("header", "is_numeric", "category"),
    [
        ("email", False, "email"),
        ("mobile", False, "phone"),
        ("mobile", True, "none"),
        ("school", False, "none"),
    ],
)
def test_a_key_that_identifies_a_person_is_proposed_and_a_number_or_a_code_is_not(
    header: str, is_numeric: bool, category: str
) -> None:
    assert guess_strong(Header(name=header, is_numeric=is_numeric, is_key=True)).category == category


@pytest.mark.parametrize("name", ["user_id", "memberNo", "CustomerID", "kehu_id", "fk_buyer_id"])
def test_a_header_that_looks_like_a_reference_to_people(name: str) -> None:
    assert refers_to_people(name)


@pytest.mark.parametrize("name", ["order_id", "customer", "id", "user_agent", "customer_note", "employee_id"])
def test_a_header_that_does_not(name: str) -> None:
    assert not refers_to_people(name)
