"""Headers are cut into the words that a reader sees."""

import pytest

from discreet.engines.classify.words import raw_words, tokens_of, uses_pinyin, without_table, written_out


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("cust_mobile_no", ["customer", "mobile"]),
        ("CustMobileNo", ["customer", "mobile"]),
        ("CSTMR_ADDRSS", ["customer", "address"]),
        ("dt_of_brth", ["birth_date"]),
        ("permis_de_conduire", ["driving_licence"]),
        ("客户手机号", ["customer", "mobile"]),
        ("MAC地址", ["mac_address"]),
        ("ke_hu_shou_ji", ["customer", "mobile"]),
    ],
)
def test_words_have_the_meaning_of_their_list(header: str, meaning: list[str]) -> None:
    assert [token.meaning for token in tokens_of(header)] == meaning


def test_a_word_without_vowels_is_written_out_and_a_known_word_is_not() -> None:
    assert written_out("psspr") == "passport"
    assert written_out("brrwr") == "borrower"
    assert written_out("sms") == "sms"


def test_initials_are_read_only_where_headers_are_pinyin() -> None:
    assert uses_pinyin(["xingming", "shouji", "dizhi", "id"])
    assert uses_pinyin(["xm", "xb", "csrq", "sfzh"])
    assert not uses_pinyin(["id", "name", "email", "created_at"])
    assert [token.meaning for token in tokens_of("lxrdh", with_initials=True)] == ["contact", "phone"]
    assert [token.meaning for token in tokens_of("xm")] == [""]


def test_the_name_of_the_table_is_taken_off_a_column() -> None:
    assert without_table("newsletter_signup_email", "NewsletterSignups") == "email"
    assert without_table("email", "email") == ""


@pytest.mark.parametrize("name", ["", "___", "📞", "a" * 300, "SELECT", "1", "字" * 300, "x" * 299 + "é"])
def test_any_name_can_be_cut(name: str) -> None:
    assert isinstance(raw_words(name), list)
    assert isinstance(tokens_of(name, with_initials=True), tuple)
