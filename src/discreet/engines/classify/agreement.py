"""Do a column's values agree with what its header says? One short rule per category.

A header proposes; values confirm it, leave it open, or throw it out.
"""

import re
from collections.abc import Callable, Mapping
from enum import IntEnum

from discreet.engines.classify import patterns
from discreet.engines.classify.gazetteer import flags, states
from discreet.engines.classify.model import ColumnSample, Ground, Kind, Reason
from discreet.engines.classify.profiles import Profile, list_that_fits


class Agreement(IntEnum):
    NO = 0
    OPEN = 1
    YES = 2


NO, OPEN, YES = Agreement.NO, Agreement.OPEN, Agreement.YES
_WRITTEN = frozenset(["note", "comment", "feedback", "message", "special_requests", "body", "bio"])
_FLAG_CATEGORIES = frozenset(["health", "disability", "union_membership", "criminal_record", "genetic"])
_MAY_BE_CODED = frozenset(
    [
        "gender",
        "marital_status",
        "ethnicity",
        "religion",
        "education",
        "political_opinion",
        "nationality",
        "language",
        "health",
        "disability",
        "employment",
        "family",
        "income",
        "specific_identity",
        "sexual_life",
    ]
)
_POSTAL = re.compile(r"[A-Z]{0,3}[- ]?[A-Z0-9]{2,5}(?:[- ]?[A-Z0-9]{2,5})?", re.I)
_AGE = re.compile(
    r"(?:1[01]\d|\d{1,2})(?:\.\d)?(?:\s?(?:岁|years?|yrs?|y|jahre))?|\d{1,2}\s?[-–]\s?\d{1,3}|\d{2}\+|[<>]=?\s?\d{1,2}",
    re.I,
)
_DECIMAL_DEGREES = re.compile(r"[-+]?\d{1,3}\.\d{1,}(?:\s?[°NSEW])?")


_DAMAGED = re.compile(r"[1-9][.,]\d{1,10}E\+1[0-2]", re.I)  # what a spreadsheet makes of a long number
_PART_OF_DATE = re.compile(r"[0-3]?\d")
_EPOCH = re.compile(r"-?\d{7,10}(?:\d{3})?(?:\.0+)?")
_WRITTEN_DATE = re.compile(
    r"\d{1,2}[-/.]\d{1,2}|\d{1,2}月\d{1,2}日|[^\W\d_]{3,10}\.? \d{1,2},? \d{4}|\d{1,2}\.? (?:de )?[^\W\d_]{3,10}\.?(?: de)? \d{4}"
    r"|\d{1,2}-[A-Za-z]{3}-\d{2,4}"
)
_PLACE_PATH = re.compile(r"[\w.-]+(?:[/\\][\w.-]+)+")
_CALLED = re.compile(r"[^\W\d_][\w .'’@*+~-]{0,39}")


_MOMENT = re.compile(r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}")
_CARD_LIKE = re.compile(r"(?:[0-9*xX•·.#][ -]?){4,23}")


def _threshold(share: float, *, yes: float, no: float) -> Agreement:
    return YES if share >= yes else NO if share < no else OPEN


def looks_like_flag(profile: Profile) -> bool:
    """Return whether nearly all values are yes/no, on/off or a state."""
    hits = sum(count for text, count in profile.counts.items() if text.casefold() in flags())
    return not profile.is_empty and hits >= 0.8 * sum(profile.counts.values())


def looks_like_state(profile: Profile) -> bool:
    """Return whether values are states that a record goes through."""
    hits = sum(1 for text in profile.texts if text.casefold().replace("_", " ") in states())
    return hits >= 0.5 * profile.distinct


def is_enumeration(profile: Profile) -> bool:
    """Return whether a few short values come again and again."""
    longest = 12 if profile.share(patterns.HAN.search) >= 0.5 else 24
    return profile.distinct <= 12 and profile.repeats >= 8 and profile.mean_length <= longest


def _email(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    return _threshold(profile.share(lambda text: "@" in text and "." in text), yes=0.5, no=0.15)


def _phone(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    if meaning in ("extension", "pager"):
        return _threshold(
            profile.share(re.compile(r"(?:x|#|-|ext\.?|dw)?\s?\d{2,6}", re.I).fullmatch), yes=0.6, no=0.3
        )
    is_time = profile.date >= 0.5 or profile.share(_MOMENT.match) >= 0.5
    if is_time or profile.hashed >= 0.5 or profile.share(re.compile(r"\d{16,}").fullmatch) >= 0.5:
        return NO
    if meaning != "fax" and profile.share(_DAMAGED.fullmatch) >= 0.5:
        return YES
    share = max(profile.phone, profile.share(re.compile(r"\D{0,20}\d{4}.{0,20}\d{2}.{0,20}").fullmatch) * 0.8)
    return _threshold(share, yes=0.55, no=0.25)


def _name(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    if profile.email >= 0.5 or profile.url >= 0.5 or profile.date >= 0.5 or profile.hashed >= 0.5:
        return NO
    if meaning in ("nick_name", "alias", "display_name") and profile.share(_CALLED.fullmatch) >= 0.7:
        return YES
    if meaning == "initials" and profile.share(re.compile(r"(?:[^\W\d_]\.?\s?){1,5}").fullmatch) >= 0.6:
        return YES
    if profile.lettered < 0.3:
        return NO
    if is_enumeration(profile) and profile.known_name < 0.8:
        return OPEN
    if profile.known_name >= 0.2 or profile.person >= 0.7:
        return YES
    return OPEN if profile.lettered >= 0.5 else NO


def _address(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    if meaning in ("house_number", "address_line"):
        return NO if max(profile.email, profile.url, profile.date, profile.hashed) >= 0.5 else OPEN
    if profile.email >= 0.5 or profile.url >= 0.5 or profile.ip >= 0.5:
        return NO
    if profile.address >= 0.3:
        return YES
    if meaning in ("state", "region", "location") and (
        looks_like_state(profile)
        or profile.share(_PLACE_PATH.fullmatch) >= 0.5
        or (is_enumeration(profile) and profile.share(str.islower) >= 0.8)  # `entregado`: places begin large
    ):
        return NO
    return _threshold(max(profile.lettered, profile.share(patterns.HAN.search)), yes=0.6, no=0.3)


def _postal_code(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    share = profile.share(
        lambda text: 3 <= len(text) <= 11 and any(char.isdigit() for char in text) and _POSTAL.fullmatch(text)
    )
    return _threshold(share, yes=0.6, no=0.3)


def _birth_date(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    share = max(
        profile.date, profile.share(patterns.COMPACT_DATE.fullmatch), profile.share(patterns.YEAR.fullmatch)
    )
    share = max(share, profile.share(_WRITTEN_DATE.fullmatch), profile.share(_EPOCH.fullmatch))
    if profile.share(_PART_OF_DATE.fullmatch) >= 0.9:
        return OPEN
    return _threshold(share, yes=0.6, no=0.2)


def _age(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    return _threshold(profile.share(_AGE.fullmatch), yes=0.7, no=0.4)


def _listed(category: str) -> Callable[[Profile, ColumnSample, str], Agreement]:
    def agrees(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
        if list_that_fits(profile, category=category) is not None:
            return YES
        if meaning == "salutation" and profile.share(lambda text: len(text.split()) >= 3) >= 0.5:
            return NO  # "Dear Ms Turner": a name
        is_off = profile.email >= 0.3 or profile.url >= 0.3 or profile.date >= 0.5 or profile.uuid >= 0.5
        if is_off or (profile.prose >= 0.6 and category != "education"):
            return NO
        if profile.number >= 0.9 and profile.distinct > 30:
            return NO
        return OPEN

    return agrees


_NUMBERS_OF_ROWS = frozenset(["customer_no", "employee_no", "student_no", "insurance_no"])
_SMALL = re.compile(r"[1-9]\d{0,4}")


def _identifier(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    """Numbers and codes of some length: identity, passport, tax, insurance, customer, plate."""
    if profile.hashed >= 0.5:
        return NO
    if meaning in _NUMBERS_OF_ROWS and (
        column.kind is Kind.INTEGER or profile.share(_SMALL.fullmatch) >= 0.9
    ):
        numbers = [int(text) for text in profile.texts if text.isdecimal() and len(text) < 20]
        if not numbers or max(numbers) < 100_000 or min(numbers) > 10**17:
            return NO  # the key of a row, not a number that is told to a person
    share = profile.share(
        lambda text: (
            4 <= len(text) <= 40 and len(text.split()) <= 6 and any(c.isdigit() or c == "*" for c in text)
        )
    )
    return _threshold(share, yes=0.6, no=0.25)


def _payment_card(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    if meaning in ("cvv", "card_expiry"):
        return _threshold(
            profile.share(re.compile(r"\d{3,4}|\d{1,2}[/-]\d{2,4}|\d{4}-\d\d.*").fullmatch), yes=0.6, no=0.3
        )
    if profile.share(patterns.is_payment_card) >= 0.5:
        return YES
    share = profile.share(lambda text: _CARD_LIKE.fullmatch(text))  # masked ones, parts and tests included
    return _threshold(share, yes=1.1, no=0.3)


def _bank_account(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    share = profile.share(lambda text: sum(char.isdigit() or char == "*" for char in text) >= 6)
    return NO if profile.hashed >= 0.5 else _threshold(share, yes=0.6, no=0.25)


def _ip_address(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    return _threshold(profile.ip, yes=0.5, no=0.2)


def _device(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    if meaning in ("device", "user_agent"):
        return _threshold(profile.lettered, yes=0.3, no=0.1)
    shortest = 12 if meaning == "cookie" else 8
    share = profile.share(
        lambda text: len(text) >= shortest and any(char.isdigit() for char in text) and " " not in text
    )
    return _threshold(share, yes=0.5, no=0.2)


def _geo(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    if meaning not in ("latitude", "longitude", "coordinates"):
        return _address(profile, column, meaning)
    share = max(profile.share(_DECIMAL_DEGREES.fullmatch), profile.share(patterns.COORDINATES.search))
    return _threshold(share, yes=0.5, no=0.2)


def _username(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    if profile.prose >= 0.5 or profile.date >= 0.5 or (is_enumeration(profile) and profile.known_name < 0.3):
        return OPEN if is_enumeration(profile) and profile.prose < 0.5 else NO
    short_numbers = profile.share(re.compile(r"\d{1,5}").fullmatch)
    return NO if short_numbers >= 0.8 else YES


def _secret(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    return NO if profile.date >= 0.5 else OPEN


def _photo(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    share = max(
        profile.url, profile.picture, profile.share(re.compile(r"\S*[/\\]\S+|data:\S+|[\w-]{16,}").fullmatch)
    )
    return _threshold(share, yes=0.5, no=0.2)


def _free_text(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    if (
        profile.number >= (0.9 if meaning in _WRITTEN else 0.5)
        or profile.date >= 0.5
        or profile.url >= 0.6
        or profile.uuid >= 0.5
    ):
        return NO
    says_it_again = meaning in ("message", "body") and profile.prose >= 0.5  # whole sentences may come again
    if is_enumeration(profile) and not says_it_again and meaning not in _WRITTEN - {"message", "body"}:
        return NO
    return _threshold(max(profile.lettered, profile.prose), yes=0.5, no=0.2)


def _textual(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    if meaning in ("hire_date", "leave_date"):
        return _threshold(max(profile.date, profile.share(patterns.COMPACT_DATE.fullmatch)), yes=0.6, no=0.2)
    is_off = profile.email >= 0.5 or profile.date >= 0.5 or profile.ip >= 0.5
    if meaning in ("title", "position") and profile.number >= 0.8:
        return NO
    return NO if is_off else YES if profile.lettered >= 0.5 else OPEN


def _employment(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    if meaning == "employee_no":
        return _identifier(profile, column, meaning)
    return _textual(profile, column, meaning)


def _amount(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    return NO if profile.date >= 0.5 or profile.email >= 0.3 else YES if profile.number >= 0.6 else OPEN


def _anything(profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    return OPEN


_RULES: Mapping[str, Callable[[Profile, ColumnSample, str], Agreement]] = {
    "email": _email,
    "phone": _phone,
    "name": _name,
    "address": _address,
    "postal_code": _postal_code,
    "birth_date": _birth_date,
    "age": _age,
    **{each: _listed(each) for each in ("gender", "marital_status", "ethnicity", "religion", "education")},
    **{each: _listed(each) for each in ("political_opinion", "nationality", "language")},
    **dict.fromkeys(("national_id", "social_security_id", "passport", "driving_licence"), _identifier),
    "employment": _employment,
    **dict.fromkeys(("tax_id", "insurance", "customer_id", "vehicle_plate"), _identifier),
    "payment_card": _payment_card,
    "bank_account": _bank_account,
    "ip_address": _ip_address,
    "device_id": _device,
    "cookie_id": _device,
    "geo_location": _geo,
    "username": _username,
    **dict.fromkeys(("password", "password_hash", "secret", "token"), _secret),
    "photo": _photo,
    "free_text": _free_text,
    "family": _textual,
    "income": _amount,
    "credit": _amount,
}


def agreement(category: str, profile: Profile, column: ColumnSample, meaning: str) -> Agreement:
    """Return whether the values agree with `category`. Without values the header stands alone: OPEN."""
    if column.kind is Kind.BOOLEAN and category not in _FLAG_CATEGORIES:
        return NO
    if not _kind_fits(category, column, meaning):
        return NO
    if profile.is_empty:
        return OPEN
    is_flag = profile.count >= 3 and looks_like_flag(profile)
    if is_flag and category not in _FLAG_CATEGORIES | _MAY_BE_CODED:
        return NO
    return _RULES.get(category, _anything)(profile, column, meaning)


_TEXT_ONLY = frozenset(
    ["name", "email", "free_text", "username", "social_media", "password", "signature", "cookie_id"]
)
_DATED = frozenset(["birth_date", "employment", "age", "payment_card", "passport", "national_id", "health"])


#: What is kept as bytes: pictures, and what a company has encrypted itself.
_MAY_BE_BYTES = frozenset(
    [
        "photo",
        "biometric",
        "signature",
        "voice",
        "password_hash",
        "secret",
        "token",
        "genetic",
        "email",
        "phone",
        "name",
        "national_id",
        "address",
        "passport",
        "payment_card",
        "bank_account",
        "birth_date",
        "social_security_id",
        "tax_id",
        "health",
    ]
)


def _kind_fits(category: str, column: ColumnSample, meaning: str) -> bool:
    kind = column.kind
    if kind in (Kind.DATE, Kind.TIMESTAMP):
        return category in _DATED and meaning in (
            "birth_date",
            "hire_date",
            "leave_date",
            "age",
            "card_expiry",
        )
    if kind in (Kind.INTEGER, Kind.DECIMAL):
        if category == "address":
            return meaning == "house_number"
        return category not in _TEXT_ONLY or (category == "social_media" and kind is Kind.INTEGER)
    if kind is Kind.BINARY:
        return category in _MAY_BE_BYTES
    if kind is Kind.INET:
        return category == "ip_address"
    if kind is Kind.UUID:
        return category in ("device_id", "cookie_id", "token", "secret")
    return True


def value_reason(answer: Agreement, profile: Profile) -> Reason:
    """Return what the values say to a header, in a form that doors put into words."""
    if profile.is_empty:
        return Reason(Ground.NO_VALUES)
    if answer is YES:
        return Reason(Ground.VALUES, {"n": profile.distinct})
    return Reason(Ground.VALUES, {"n": profile.distinct, "fit": "open"})
