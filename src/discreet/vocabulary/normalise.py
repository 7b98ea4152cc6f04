"""The one normaliser: e-mail, phone and name in a form in which two spellings of the same thing are equal.

Only for comparing: codes and data go to the address as stored, never as typed or as normalised. A change of
any result raises NORMALISER_VERSION. Source: DESIGN.md "People in the ledger, and after erasure".
"""

import re
import unicodedata

import phonenumbers

NORMALISER_VERSION = 2

_NOT_DIGIT = re.compile(r"\D+")
_SPACES = re.compile(r"\s+")
_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def narrow_forms(text: str) -> str:
    """Return `text` with full-width and half-width forms made ordinary, and accents composed."""
    return text if text.isascii() else unicodedata.normalize("NFC", narrow_width(text))


def narrow_width(text: str) -> str:
    """Return `text` with full-width and half-width forms made ordinary, and nothing else changed."""
    if text.isascii():
        return text
    return "".join(
        unicodedata.normalize("NFKC", char)
        if unicodedata.decomposition(char).startswith(("<wide>", "<narrow>")) or char == "\u3000"
        else char
        for char in text
    )


def same_letters(text: str) -> str:
    """Return `text` without width and with accents composed, no character exchanged for one that looks like it.

    Composing alone would make the sign for kelvin a K.
    """
    if text.isascii():
        return text
    parts: list[str] = [""]
    for char in narrow_width(text):
        whole = unicodedata.decomposition(char)
        if whole and " " not in whole:  # one character stands for another
            parts += [char, ""]
        else:
            parts[-1] += char
    return "".join(
        part if place % 2 else unicodedata.normalize("NFC", part) for place, part in enumerate(parts)
    )


def ascii_lower(text: str) -> str:
    """Return the text with A to Z in lower case, and nothing else changed."""
    return text.translate(_ASCII_LOWER)


def normalise_email(text: str | None) -> str | None:
    """Return the address without the case of ASCII letters and without width, otherwise exact; None if it is none.

    No dots or `+tags` are dropped: to most servers they are other mailboxes. Nor is anything else taken for a letter
    that looks or sounds like it, as full case folding does: straße.de is not strasse.de, and anybody may register
    either. Source: RFC 5891, 4 (IDNA2008 maps nothing); failure promise 16.
    """
    if text is None:
        return None
    address = ascii_lower(same_letters(text.strip()).strip())
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or "@" in local:
        return None
    if not address.isprintable() or any(char.isspace() or char in "<>,;" for char in address):
        return None
    return address


def normalise_phone(text: str | None, *, region: str | None) -> str | None:
    """Return the number in E.164, None where it cannot be read.

    `region` (ISO 3166, two letters) reads a number that is written without country code.
    """
    if text is None:
        return None
    written = narrow_forms(text.strip())
    if written.startswith("00"):
        written = "+" + written[2:]
    try:
        number = phonenumbers.parse(written, (region or "").upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_region(text: str | None) -> str | None:
    """Return the country (ISO 3166, two letters) that a number with country code belongs to, None without."""
    number = normalise_phone(text, region=None)
    return number and phonenumbers.region_code_for_number(phonenumbers.parse(number, None))


def phone_digits(text: str) -> str:
    """Return the digits only, full-width ones made ordinary: for telling quickly what cannot be equal."""
    return _NOT_DIGIT.sub("", narrow_forms(text))


def phone_spellings(e164: str) -> tuple[str, ...]:
    """Return the usual ways to write the number, most usual first, each once."""
    number = phonenumbers.parse(e164, None)
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    international = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    significant = phonenumbers.national_significant_number(number)
    spellings = (
        e164,
        e164[1:],
        "00" + e164[1:],
        significant,
        phone_digits(national),
        national,
        international,
        international.replace(" ", "-"),
    )
    return tuple(dict.fromkeys(spellings))


def normalise_name(text: str | None) -> str | None:
    """Return the name without case, width and doubled spaces; None if nothing is left.

    Between Han characters spaces carry nothing and are dropped.
    """
    if text is None:
        return None
    words = _SPACES.sub(" ", narrow_forms(text)).strip().casefold()
    joined = re.sub(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", "", words)
    return joined or None
