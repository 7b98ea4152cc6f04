"""Customers read tables and fields by plain names; no rule knows anybody's tables."""

import json

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from discreet.foundation.datamap.views import Meaning
from discreet.mechanisms.rights import names
from discreet.mechanisms.rights.copying.package import TableData, file_names
from discreet.mechanisms.rights.letters import said as letters
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights import driving
from tests.mechanisms.rights.company import ANN
from tests.mechanisms.rights.packages import zipped
from tests.mechanisms.rights.test_package import delivered, opened_zip

GAP = {
    "source": "shop",
    "table": "tb_old_msg",
    "columns": [],
    "reason": "table_not_mapped",
    "rows": 0,
    "rows_estimated": False,
}


@pytest.mark.parametrize(
    ("name", "en", "zh"),
    [
        ("orders", "Orders", "订单"),
        ("tb_user_addr", "User address", "用户地址"),
        ("OrderItem", "Order item", "订单明细"),
        ("customer_id", "Customer ID", "客户编号"),
        ("newsletter_subscription", "Newsletter subscription", "资讯邮件订阅"),
        ("frobnicate_log", "Frobnicate log", "Frobnicate log"),
        ("客户", "客户", "客户"),
    ],
)
def test_a_raw_name_is_spelled_out(name: str, en: str, zh: str) -> None:
    assert names.both_spellings(name) == (en, zh)


@given(st.text(min_size=1, max_size=80))
def test_every_name_has_words_or_stays_itself(name: str) -> None:
    for words in names.both_spellings(name):
        assert words and (words == name or words.isprintable())


def test_a_field_is_named_by_category_then_comment_then_its_own_name() -> None:
    def said(category: str, comment: str) -> tuple[str, str]:
        return names.meaning_words(
            "addr_line", Meaning(category=category, dpv="", en="Address", zh="住址", comment=comment)
        )

    assert said("address", "x") == ("Address", "住址")
    assert said("none", "收件地址（历史）") == ("Address line", "收件地址")
    assert said("none", "Where parcels go. Since 2019.") == ("Where parcels go", "地址明细")


@pytest.mark.django_db
def test_a_comment_names_its_table(shop: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    from discreet.foundation.datamap.models import DataTable, MapVersion

    DataTable.objects.filter(name="login").update(comment="登录记录表：每次登录一行")
    MapVersion.objects.update(stamp="changed")
    with translation.override("zh-hans"):
        assert names.place_name("shop", "login") == "商店 / 登录记录"
    with translation.override("en"):
        assert names.place_name("shop", "login") == "Shop / Login"


@pytest.mark.django_db
def test_letters_and_packages_show_no_raw_table_name(shop: Company) -> None:
    archive = opened_zip(delivered(ANN))
    html = archive.read("index.html").decode()
    assert "Shop / Orders" in html and "shop / orders" not in html and "placed_on" not in html
    assert set(json.loads(archive.read("data.json"))["sources"]["shop"]) >= {"orders", "customer"}
    view = driving.erased("bob@example.com")
    for language, place in (("en", "Shop / Login"), ("zh-hans", "商店 / 登录")):
        assert place in {one["table"] for one in letters.erased_lines(view, language)}


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Shop / Old message: The table is not in the data map"), ("zh-hans", "不在数据地图中")],
)
@pytest.mark.django_db
def test_a_package_says_in_words_what_it_does_not_cover(language: str, said: str) -> None:
    with translation.override(language):
        told = letters.gap_lines([GAP])
    archive = zipped(company="Co", language=language, not_covered=[GAP], gaps=told)
    html = archive.read("index.html").decode()
    assert said in html
    assert ("What this copy does not cover" if language == "en" else "这份副本没有涵盖的内容") in html
    assert json.loads(archive.read("data.json"))["not_covered"] == [GAP]


def _table(source: str, name: str) -> TableData:
    return TableData(source=source, table=name, columns=(), rows=[], meanings={})


def test_a_csv_is_named_once_by_source_and_table() -> None:
    tables = [_table("shop", "orders"), _table("shop", "shop.orders"), _table("shop", "Orders")]
    assert file_names(tables) == ["shop.orders", "shop.orders-2", "shop.Orders-3"]
    assert file_names([_table("shop", "shop.orders")]) == ["shop.orders"]
    assert file_names([_table("shop", '"; DROP TABLE keep;--'), _table("shop", "用户")]) == [
        "shop.DROP-TABLE-keep",
        "shop.用户",
    ]


@given(st.lists(st.text(min_size=1, max_size=80), max_size=8))
def test_hostile_table_names_give_safe_and_different_files(wanted: list[str]) -> None:
    found = file_names([_table("shop", name) for name in wanted])
    assert len({name.casefold() for name in found}) == len(wanted)
    for name in found:
        assert name.startswith("shop.") and ".." not in name
        assert all(char.isalnum() or char in "._-" for char in name)
