"""What the schema alone says."""

import pytest

from discreet.engines.classify.judging import judge_table
from discreet.engines.classify.model import ColumnSample, Ground, Kind, TableSample
from discreet.engines.classify.naming import refers_to_people
from discreet.engines.classify.people import judge_people
from discreet.engines.subjects.graph import LinkRole, TableRef
from discreet.foundation.datamap.proposing import propose
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
    people = {ref.table: each.kind for ref, each in propose(shop()).people.items() if each.is_people}
    assert people == {"customer": "customer", "employee": "staff", "supplier": "supplier"}


def test_a_name_or_city_counts_only_where_a_table_is_about_people() -> None:
    guesses = propose(shop()).verdicts
    assert guesses[TableRef("shop", "product")]["name"].category == "none"
    assert guesses[TableRef("shop", "customer")]["name"].category == "name"
    assert guesses[TableRef("shop", "address")]["city"].category == "address"


@pytest.mark.parametrize(
    ("header", "comment", "category", "word"),
    [
        ("email", "", "email", "email"),
        ("CustomerEMail", "", "email", "email"),
        ("lxdh", "", "phone", "lxdh"),
        ("sfzh", "", "national_id", "sfzh"),
        ("shouji", "", "phone", "shouji"),
        ("f1", "收货人姓名", "name", "姓名"),
        ("出生日期", "", "birth_date", "出生日期"),
        ("c7", "用户邮箱", "email", "邮箱"),
        ("email_verified", "", "none", ""),
        ("address_id", "", "none", ""),
        ("BillingPostalCode", "", "postal_code", "postalcode"),
        ("order_sn", "订单编号", "none", ""),
        ("status", "订单状态", "none", ""),
        ("lock_count", "手机登录次数", "none", ""),
    ],
)
def test_a_header_proposes_a_category_with_the_word_it_rests_on(
    header: str, comment: str, category: str, word: str
) -> None:
    column = ColumnSample(name=header, comment=comment)
    verdict = judge_table(TableSample(name="t1", columns=[column]), is_pinyin=True)[header]
    words = [
        reason.params["word"]
        for reason in verdict.reasons
        if reason.ground in (Ground.COLUMN_NAME, Ground.COMMENT)
    ]
    assert (verdict.category, "".join(map(str, words))) == (category, word)


def test_a_number_is_never_proposed_as_a_name_or_text() -> None:
    column = ColumnSample(name="full_name", kind=Kind.INTEGER)
    assert judge_table(TableSample(name="customer", columns=[column]))["full_name"].category == "none"


def test_a_log_about_members_is_not_a_table_of_people() -> None:
    columns = [ColumnSample(name="id", is_primary=True), ColumnSample(name="phone")]
    for name, comment, is_people in (("ums_member_login_log", "会员登录记录", False), ("t1", "会员表", True)):
        table = TableSample(name=name, comment=comment, columns=columns)
        assert judge_people(table, judge_table(table), refers_to_people=False).is_people is is_people


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
    kind = Kind.INTEGER if is_numeric else Kind.TEXT
    table = TableSample(name="t1", columns=[ColumnSample(name=header, kind=kind, is_key=True)])
    assert judge_table(table)[header].category == category


@pytest.mark.parametrize("name", ["user_id", "memberNo", "CustomerID", "kehu_id", "fk_buyer_id"])
def test_a_header_that_looks_like_a_reference_to_people(name: str) -> None:
    assert refers_to_people(name)


@pytest.mark.parametrize("name", ["order_id", "customer", "id", "user_agent", "customer_note", "employee_id"])
def test_a_header_that_does_not(name: str) -> None:
    assert not refers_to_people(name)
