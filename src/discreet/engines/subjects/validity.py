"""Whether a value may stand in a field of its category, before anybody is asked to approve it.

Check digits as python-stdnum knows them, phone numbers as phonenumbers does. What no rule knows is held to the
type and length of its column alone. Source: GDPR Art. 5(1)(d) (accuracy), 16; PIPL Art. 46 (verify).
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, cast

from discreet.engines.subjects.likeness import NUMBERS, compact, days_of
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.normalise import narrow_forms, normalise_email, normalise_phone
from discreet.vocabulary.text import gettext_noop

MOST_CHARACTERS = 500
OLDEST_YEARS = 130
SECRETS = frozenset({"password", "password_hash", "secret", "token"})
NOT_TEXT = frozenset({"photo", "voice", "signature", "biometric", "genetic"})
COMPUTED = frozenset({"customer_id", "cookie_id", "device_id", "none", "unknown"})


class NotValid(Refused):
    code: ClassVar[str] = "correction.not_valid"
    message: ClassVar[str] = gettext_noop("This value cannot be right. Check it and write it again.")
    status: ClassVar[int] = 422


class NothingWritten(NotValid):
    code = "correction.empty"
    message = gettext_noop("Write what the right value is.")


class TooLongToBe(NotValid):
    code = "correction.too_long"
    message = gettext_noop("The value is too long: at most %(most)s characters.")


class HoldsInvisible(NotValid):
    code = "correction.invisible"
    message = gettext_noop(
        "The value holds characters that cannot be seen. Type it anew instead of pasting it."
    )


class NotAnAddress(NotValid):
    code = "correction.email"
    message = gettext_noop("This is not a complete e-mail address. Write it as name@example.com.")


class NotANumber(NotValid):
    code = "correction.phone"
    message = gettext_noop(
        "This is not a phone number that can be dialled. Write it with its country code, such as +49 30 1234567."
    )


class NotAName(NotValid):
    code = "correction.name"
    message = gettext_noop(
        "A name holds at least one letter. Write it as it stands in the passport or letter."
    )


class NotADay(NotValid):
    code = "correction.date"
    message = gettext_noop("This is not one certain day. Write year, month and day, such as 1984-03-27.")


class NotABirthday(NotValid):
    code = "correction.birth_date"
    message = gettext_noop("Nobody alive was born on that day. Check the year.")


class NotAPostalCode(NotValid):
    code = "correction.postal_code"
    message = gettext_noop("Postal codes of %(country)s are not written so. Check it.")


class WrongCheckDigit(NotValid):
    code = "correction.check_digit"
    message = gettext_noop("The number does not check: a digit or letter is wrong or missing.")


class NotAnIpAddress(NotValid):
    code = "correction.ip"
    message = gettext_noop("This is not an IP address.")


class NotAnAge(NotValid):
    code = "correction.age"
    message = gettext_noop("An age is a whole number of years between 0 and 130.")


class NotALanguage(NotValid):
    code = "correction.language"
    message = gettext_noop("Write the language as a word or a code, such as de or zh-Hans.")


class NotAnAmount(NotValid):
    code = "correction.amount"
    message = gettext_noop("Write an amount with digits, such as 1250.00.")


class NeverCorrected(NotValid):
    """Passwords are set anew by the person; numbers that the company itself gave are not the person's data."""

    code = "correction.never"
    message = gettext_noop(
        "This kind of field is not corrected on request: passwords and sign-in secrets are set anew by the person, "
        "pictures and numbers of the company's own are replaced where they were made."
    )


def valid_value(*, category: str, text: str, country: str = "", today: date) -> str:
    """Return the value as it is kept: trimmed, ordinary width, e-mail, phone and date in their normal form.

    `country`: two letters of ISO 3166, where known, for phone numbers, postal codes and numbers of papers.

    Raises:
        NotValid: it cannot be a value of the category.
    """
    if category in SECRETS or category in NOT_TEXT or category in COMPUTED:
        raise NeverCorrected
    value = narrow_forms(text.strip()).strip()
    if not value:
        raise NothingWritten
    if len(value) > MOST_CHARACTERS:
        raise TooLongToBe(most=MOST_CHARACTERS)
    is_block = category in ("address", "free_text")
    if any(not (char.isprintable() or (is_block and char == "\n")) for char in value):
        raise HoldsInvisible
    check = _CHECKS.get(category)
    return value if check is None else check(value, country.upper()[:2], today)


def _email(value: str, country: str, today: date) -> str:
    normal = normalise_email(value)
    local, _, domain = (normal or "").rpartition("@")
    labels = domain.split(".")
    is_whole = (
        normal is not None
        and len(value) <= 254
        and 0 < len(local.encode()) <= 64
        and len(labels) > 1
        and all(label and label[0] != "-" and label[-1] != "-" for label in labels)
        and len(labels[-1]) > 1
        and not (local.startswith(".") or local.endswith(".") or ".." in local)
    )
    if not is_whole:
        raise NotAnAddress
    return f"{value.rpartition('@')[0]}@{domain}"


def _phone(value: str, country: str, today: date) -> str:
    number = normalise_phone(value, region=country or None)
    if number is None:
        raise NotANumber
    return number


def _name(value: str, country: str, today: date) -> str:
    if not any(char.isalpha() for char in value) or len(value) > 200:
        raise NotAName
    return " ".join(value.split())


def _birth_date(value: str, country: str, today: date) -> str:
    days = list(days_of(value))
    if len(days) != 1:
        raise NotADay
    (day,) = days
    if day > today or today.year - day.year > OLDEST_YEARS:
        raise NotABirthday
    return day.isoformat()


def _age(value: str, country: str, today: date) -> str:
    if not re.fullmatch(r"\d{1,3}", value) or int(value) > OLDEST_YEARS:
        raise NotAnAge
    return str(int(value))


def _address(value: str, country: str, today: date) -> str:
    if not any(char.isalnum() for char in value):
        raise NotValid
    return value


def _postal_code(value: str, country: str, today: date) -> str:
    pattern = POSTAL_CODES.get(country)
    if pattern is not None and not re.fullmatch(pattern, value.upper()):
        raise NotAPostalCode(country=country)
    if pattern is None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9 -]{1,11}", value):
        raise NotValid
    return value.upper()


def _amount(value: str, country: str, today: date) -> str:
    if not any(char.isdigit() for char in value):
        raise NotAnAmount
    return value


def _language(value: str, country: str, today: date) -> str:
    if not re.fullmatch(r"[^\W\d_]{2,40}([-_][A-Za-z0-9]{2,8}){0,3}", value):
        raise NotALanguage
    return value


def _word(value: str, country: str, today: date) -> str:
    if not any(char.isalpha() for char in value) or len(value) > 60:
        raise NotValid
    return value


def _ip(value: str, country: str, today: date) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise NotAnIpAddress from None


def _number(category: str) -> Callable[[str, str, date], str]:
    def check(value: str, country: str, today: date) -> str:
        plain = compact(value)
        if not 4 <= len(plain) <= 34 or not plain.isascii() or not any(char.isdigit() for char in plain):
            raise WrongCheckDigit
        modules = _CHECK_DIGITS.get((category, country), ())
        if category == "bank_account" and re.match(r"[a-z]{2}\d{2}[a-z0-9]{11,}", plain):
            modules = ("iban",)
        if category == "payment_card":
            modules = ("luhn",)
        if modules and not any(
            _is_valid(module)(value if "." in value else plain.upper()) for module in modules
        ):
            raise WrongCheckDigit
        return value

    return check


@cache
def _is_valid(module: str) -> Callable[[str], bool]:
    found: Any = import_module(f"stdnum.{module}")
    return cast("Callable[[str], bool]", found.is_valid)


_CHECK_DIGITS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("national_id", "CN"): ("cn.ric",),
    ("national_id", "ES"): ("es.dni", "es.nie"),
    ("national_id", "IT"): ("it.codicefiscale",),
    ("national_id", "BR"): ("br.cpf",),
    ("national_id", "PL"): ("pl.pesel",),
    ("national_id", "SE"): ("se.personnummer",),
    ("national_id", "FI"): ("fi.hetu",),
    ("national_id", "NO"): ("no.fodselsnummer",),
    ("national_id", "DK"): ("dk.cpr",),
    ("national_id", "NL"): ("nl.bsn",),
    ("national_id", "BE"): ("be.nn",),
    ("national_id", "IN"): ("in_.aadhaar",),
    ("national_id", "TR"): ("tr.tckimlik",),
    ("tax_id", "CN"): ("cn.uscc",),
    ("tax_id", "DE"): ("de.idnr", "de.vat", "de.stnr"),
    ("tax_id", "AT"): ("at.tin", "at.uid"),
    ("tax_id", "CH"): ("ch.uid", "ch.vat"),
    ("social_security_id", "CH"): ("ch.ssn",),
    ("social_security_id", "FR"): ("fr.nir",),
    ("social_security_id", "AT"): ("at.vnr",),
    ("social_security_id", "US"): ("us.ssn",),
}

# Source: Universal Postal Union, Postal addressing systems; Unicode CLDR, postal code formats.
POSTAL_CODES: Mapping[str, str] = {
    **dict.fromkeys(("DE", "FR", "IT", "ES", "FI", "HR", "EE", "MX", "TR", "UA", "TH", "MY"), r"\d{5}"),
    **dict.fromkeys(("AT", "CH", "BE", "DK", "NO", "HU", "SI", "LU", "BG", "AU", "NZ", "ZA", "CY"), r"\d{4}"),
    **dict.fromkeys(("CN", "IN", "SG", "RU", "RO", "KZ", "VN"), r"\d{6}"),
    "LI": r"94(8[5-9]|9[0-8])",
    "US": r"\d{5}(-\d{4})?",
    "GB": r"(GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})",
    "CA": r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d",
    "NL": r"[1-9]\d{3} ?[A-Z]{2}",
    "PL": r"\d{2}-\d{3}",
    "PT": r"\d{4}-\d{3}",
    "BR": r"\d{5}-?\d{3}",
    "JP": r"\d{3}-?\d{4}",
    "KR": r"\d{5}",
    "TW": r"\d{3}(\d{2,3})?",
    "SE": r"\d{3} ?\d{2}",
    "CZ": r"\d{3} ?\d{2}",
    "SK": r"\d{3} ?\d{2}",
    "GR": r"\d{3} ?\d{2}",
    "LT": r"(LT-)?\d{5}",
    "LV": r"(LV-)?\d{4}",
    "IE": r"[A-Z]\d[\dW] ?[A-Z0-9]{4}",
    "MT": r"[A-Z]{3} ?\d{4}",
}

_CHECKS: Mapping[str, Callable[[str, str, date], str]] = {
    "email": _email,
    "phone": _phone,
    "name": _name,
    "birth_date": _birth_date,
    "age": _age,
    "address": _address,
    "postal_code": _postal_code,
    "income": _amount,
    "credit": _amount,
    "language": _language,
    "gender": _word,
    "nationality": _word,
    "marital_status": _word,
    "ip_address": _ip,
    **{category: _number(category) for category in NUMBERS - {"postal_code", "vehicle_plate"}},
}
