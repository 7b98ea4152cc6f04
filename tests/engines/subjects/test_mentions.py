"""A text names somebody by an address or a number, however it is written, and never by half of one."""

import pytest

from discreet.engines.subjects.captures import CapturedValue
from discreet.engines.subjects.mentions import Mentions
from discreet.vocabulary.normalise import normalise_email, normalise_phone

pytestmark = pytest.mark.duty("M13.3")


def value(category: str, text: str) -> CapturedValue:
    normalised = normalise_email(text) if category == "email" else text
    if category == "phone":
        normalised = normalise_phone(text, region=None)
    return CapturedValue(category, text, normalised, 0)


def held(text: str, *values: CapturedValue) -> set[int]:
    return Mentions(values).within(text)


ANN = value("email", "ann.lee@example.com")
LI = value("phone", "+8613800138000")
SWISS = value("phone", "+41 79 123 45 67")


@pytest.mark.parametrize(
    "text",
    [
        "ann.lee@example.com",
        "Write to <Ann.Lee@EXAMPLE.com>.",
        "mail:ann.lee@example.com;phone",
        "name=ann.lee@example.com",
        "请联系ann.lee@example.com，谢谢",
        "ａｎｎ．ｌｅｅ＠ｅｘａｍｐｌｅ．ｃｏｍ",
        '{"from": "ann.lee@example.com"}',
        "'ann.lee@example.com'",
        "see ann.lee@example.com-- or call",
        "ann.lee＠example.com",
        r'{"t":"Hello\nann.lee@example.com"}',
        r'{"t":"ann.lee\u0040example.com"}',
        "mailto:ann.lee%40example.com?subject=x",
        "ann.lee&#64;example.com, ann.lee&#x40;example.com",
        "ann.lee@example.com.Please call",
        "ann.lee@example.com-Ann",
        "_ann.lee@example.com_",
        "E-Mail:-ann.lee@example.com",
        "see...ann.lee@example.com",
        "ann.lee\u200b@example.com",
    ],
)
def test_an_address_is_found_in_a_text(text: str) -> None:
    assert held(text, ANN) == {0}


@pytest.mark.parametrize(
    "text",
    ["joann.lee@example.com", "ann.lee@example.com.au", "ann.lee@example.community", "x.ann.lee@example.com",
     "ann.lee+shop@example.com", "lee@example.com", "ann.lee at example.com", "", "@", "ann.lee@"],
)  # fmt: skip
def test_another_address_is_not(text: str) -> None:
    assert held(text, ANN) == set()


@pytest.mark.parametrize(
    "text",
    ["+41 79 123 45 67", "0791234567", "ring 079 123 45 67 at 8", "079/123.45.67", "0041791234567",
     "(079) 123-45-67", "079\u202f123\u202f45\u202f67", "079 123\n45 67", "079—123—45—67", "07\u200b91234567", "Tel0791234567", "tel.:0791234567!", "0791234567打来"],
)  # fmt: skip
def test_a_phone_number_is_found_as_people_write_it(text: str) -> None:
    assert held(text, SWISS) == {0}


@pytest.mark.parametrize(
    "text", ["138 0013 8000", "手机：13800138000", "１３８００１３８０００", "+86-138-0013-8000"]
)
def test_a_chinese_mobile_number_is_found(text: str) -> None:
    assert held(text, LI) == {0}


@pytest.mark.parametrize("text", ["10791234567890", "079123456", "order 90791234567", "79 123 45 6"])
def test_a_longer_or_shorter_number_is_not(text: str) -> None:
    assert held(text, SWISS) == set()


def test_numbers_of_papers_and_cards_are_found_in_groups() -> None:
    card, iban, paper = (
        value("payment_card", "4111111111111111"),
        value("bank_account", "GB82WEST12345698765432"),
        value("national_id", "11010519491231002X"),
    )
    text = "card 4111 1111 1111 1111, GB82 WEST 1234 5698 7654 32; 11010519491231002x"
    assert held(text, card, iban, paper) == {0, 1, 2}


def test_a_value_too_short_to_mean_somebody_is_not_looked_for() -> None:
    mentions = Mentions([value("phone", "12345"), value("passport", "A1"), value("email", "no address")])
    assert (mentions.addresses, mentions.digits) == ((), ())
    assert mentions.within("12345 A1 no address") == set()


def test_an_address_of_other_letters_is_found() -> None:
    assert held("写信到李明@例子.公司吧", value("email", "李明@例子.公司")) == {0}


@pytest.mark.parametrize("text", ["jörg@example.com", "an jörg@example.com.", "jo\u0308rg@example.com"])
def test_an_address_with_a_letter_beyond_ascii_is_found(text: str) -> None:
    assert held(text, value("email", "jörg@example.com")) == {0}


@pytest.mark.parametrize("text", ["xjörg@example.com", "x.jörg@example.com", "jörg@example.com.au"])
def test_and_not_within_a_longer_one(text: str) -> None:
    assert held(text, value("email", "jörg@example.com")) == set()


def test_a_long_text_takes_no_longer_than_its_length() -> None:
    """A megabyte of letters, of digits, of signs: no search goes back and forth in it."""
    for piece in ("a", "1", "1-", "a@", "ann.lee@example.com ", "!'"):
        held(piece * (1_000_000 // len(piece)), ANN, SWISS)


def test_what_the_server_is_asked_for_holds_every_spelling() -> None:
    mentions = Mentions([ANN, SWISS, LI])
    assert mentions.addresses == ("ann.lee@example.com",)
    assert set(mentions.digits) == {"791234567", "13800138000"}


@pytest.mark.promise(16)
@pytest.mark.parametrize(
    ("one", "other"), [("ann@strasse.de", "ann@straße.de"), ("kim@example.com", "\u212aim@example.com")]
)
def test_a_look_alike_in_a_text_is_another_address(one: str, other: str) -> None:
    assert held(f"Write to {other} or Ann{other[3:]}", value("email", one)) == set()
    assert held(f"Write to {other}", value("email", other)) == {0}
