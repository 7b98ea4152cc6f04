"""Secrets, addresses and names are found where they stand, and what only looks like them is left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.engines.classify.spans import emails_in, names_in, phones_in, secrets_in


def nobody(_: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("text", "found", "category"),
    [
        ("paid with 4111 1111 1111 1111 12/27 today", "4111 1111 1111 1111", "payment_card"),
        ("卡号4111111111111111请核对", "4111111111111111", "payment_card"),
        ("卡号４１１１１１１１１１１１１１１１。", "４１１１１１１１１１１１１１１１", "payment_card"),
        ("amex 3782-822463-10005", "3782-822463-10005", "payment_card"),
        ("身份证11010519491231002X。", "11010519491231002X", "national_id"),
        ("refund to DE89 3704 0044 0532 0130 00 please", "DE89 3704 0044 0532 0130 00", "bank_account"),
        ("iban de89370400440532013000", "de89370400440532013000", "bank_account"),
        ("ssn 536-90-4399", "536-90-4399", "social_security_id"),
        ("my password is hunter22, thanks", "hunter22", "password"),
        ("密码：abc12345。", "abc12345", "password"),
        (f"$2b$12${'a' * 53} stored", f"$2b$12${'a' * 53}", "password_hash"),
    ],
)
def test_a_secret_is_found_in_a_text(text: str, found: str, category: str) -> None:
    (span,) = secrets_in(text)
    assert (text[span.start : span.end], span.category) == (found, category)


@pytest.mark.parametrize(
    "text",
    [
        "order 4111111111111112",
        "2024-05-01 12:00",
        "call 13800138000",
        "1234567890123",
        "the password",
        "v1.2.3.4",
    ],
)
def test_what_only_looks_like_a_secret_is_left(text: str) -> None:
    assert secrets_in(text) == []


def test_a_key_that_ties_rows_is_no_card() -> None:
    assert secrets_in("4111111111111111", is_key=True) == []
    assert secrets_in("4111111111111111", category="customer_id") == []
    assert secrets_in("11010519491231002X", is_key=True) != []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to Bob.Else+x@mail.example.com.", "Bob.Else+x@mail.example.com"),
        ("邮箱bob@example.com，谢谢", "bob@example.com"),
        ("ｂｏｂ＠example.com", "ｂｏｂ＠example.com"),
    ],
)
def test_an_address_is_found_in_a_text(text: str, found: str) -> None:
    (span,) = emails_in(text)
    assert text[span.start : span.end] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("电话13800138000转告", "13800138000"),
        ("ring +41 79 123 45 67 first", "+41 79 123 45 67"),
        ("Tel. 030-1234567", "030-1234567"),
        ("(212) 555-0100 home", "(212) 555-0100"),
    ],
)
def test_a_phone_number_is_found_in_a_text(text: str, found: str) -> None:
    (span,) = phones_in(text)
    assert text[span.start : span.end] == found


@pytest.mark.parametrize("text", ["on 2024-05-01", "total 12345678", "in 2024", "version 1.22.333"])
def test_dates_and_amounts_are_no_phone_numbers(text: str) -> None:
    assert phones_in(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("请联系王芳女士取件", "王芳"),
        ("收货人：李小明", "李小明"),
        ("spoke with Mrs Okafor today", "Okafor"),
        ("gave it to Robert Nowak at the door", "Robert Nowak"),
    ],
)
def test_a_person_named_in_a_text_is_found(text: str, found: str) -> None:
    assert [text[span.start : span.end] for span in names_in(text, is_known=nobody)] == [found]


def test_a_customer_known_by_name_is_found_whatever_the_name() -> None:
    known = {"Xq Zzyzx", "钱多多"}
    for text, name in (("ask Xq Zzyzx for it", "Xq Zzyzx"), ("东西给钱多多了", "钱多多")):
        assert [text[s.start : s.end] for s in names_in(text, is_known=known.__contains__)] == [name]
        assert names_in(text, is_known=nobody) == []


@given(st.text(max_size=200))
def test_spans_of_any_text_are_in_order_and_apart(text: str) -> None:
    for spans in (secrets_in(text), emails_in(text), phones_in(text), names_in(text, is_known=nobody)):
        ends = [0, *(place for span in spans for place in (span.start, span.end)), len(text)]
        assert ends == sorted(ends)
