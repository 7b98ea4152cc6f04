"""The normaliser: two spellings of one thing are equal, two things never are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.vocabulary.normalise import normalise_email, normalise_name, normalise_phone, phone_spellings


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann@Example.COM", "ann@example.com"),
        ("  ann@example.com\t", "ann@example.com"),
        ("ａｎｎ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ann@example.com"),
    ],
)
def test_an_email_address_is_equal_in_another_case_and_width(one: str, other: str):
    """The same mailbox, written otherwise."""
    assert normalise_email(one) == normalise_email(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.nn@example.com", "ann@example.com"),
        ("ann+shop@example.com", "ann@example.com"),
        ("аnn@example.com", "ann@example.com"),  # a Cyrillic а
        ("ann@example.co", "ann@example.com"),
        ("ann@straße.de", "ann@strasse.de"),  # two domains: IDNA2008 maps no ß
        ("ann@STRAẞE.de", "ann@strasse.de"),
        ("ﬁn@example.com", "fin@example.com"),
        ("ſam@example.com", "sam@example.com"),
        ("nikoς@example.com", "nikoσ@example.com"),
        ("\u212aim@example.com", "kim@example.com"),  # the sign for kelvin
        ("İan@example.com", "i̇an@example.com"),
    ],
)
def test_an_email_address_that_may_be_another_mailbox_is_not_equal(one: str, other: str):
    """The local part is exact but for case; look-alikes are other people."""
    assert normalise_email(one) != normalise_email(other)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " ",
        "ann",
        "@example.com",
        "ann@",
        "a@b@c",
        "a b@c.de",
        "a\x00@c.de",
        "a@c.de,b@c.de",
        "a@c.de\nBcc: x",
    ],
)
def test_what_is_no_email_address_has_no_normal_form(text: str | None):
    """Nothing can be found by it."""
    assert normalise_email(text) is None


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("+41 79 123 45 67", None),
        ("0041791234567", None),
        ("079 123 45 67", "CH"),
        ("079-123-45-67", "ch"),
        ("＋４１７９１２３４５６７", None),
    ],
)
def test_a_phone_number_is_equal_however_it_is_written(text: str, region: str | None):
    """E.164 is the one form."""
    assert normalise_phone(text, region=region) == "+41791234567"


@pytest.mark.parametrize("text", [None, "", "abc", "12", "079 123 45 67", "+41 79 123 45 67 ext. 5"])
def test_a_phone_number_that_cannot_be_read_for_certain_has_no_normal_form(text: str | None):
    """Without country code or region a national number may be anybody's."""
    assert normalise_phone(text, region=None) is None


def test_every_spelling_of_a_phone_number_reads_back():
    """What is looked up is what was meant."""
    for e164, region in (("+41791234567", "CH"), ("+8613812345678", "CN"), ("+12025550123", "US")):
        for text in phone_spellings(e164):
            assert e164 in (normalise_phone(text, region=region), normalise_phone("+" + text, region=region))


def test_a_name_is_equal_in_another_case_width_and_spacing():
    """Han names are written with and without a space."""
    assert normalise_name(" ANN   Lee ") == normalise_name("ann lee")
    assert normalise_name("王　小明") == normalise_name("王小明")
    assert normalise_name("   ") is None


@given(st.text())
def test_normalising_twice_changes_nothing(text: str):
    """A normal form is its own normal form."""
    for form in (normalise_email(text), normalise_name(text)):
        if form is not None:
            assert form in (normalise_email(form), normalise_name(form))
