"""Whether a stored value is the one a person means, in whatever spelling: by the one normaliser.

Only for comparing. Dates are read in the forms in which companies store them.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from discreet.engines.subjects.lookup import wanted_phone
from discreet.vocabulary.normalise import narrow_forms, normalise_email, normalise_name

DATE_FORMS = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%Y年%m月%d日",
)
NUMBERS = frozenset(
    {
        "national_id",
        "passport",
        "driving_licence",
        "tax_id",
        "social_security_id",
        "payment_card",
        "bank_account",
        "postal_code",
        "vehicle_plate",
    }
)
DATES = frozenset({"birth_date"})
GENDERS = (  # female, male, another; more than one style stands in companies' data
    ("female", "male", "other"),
    ("f", "m", "x"),
    ("f", "m", "d"),
    ("w", "m", "d"),
    ("woman", "man", "other"),
    ("weiblich", "männlich", "divers"),
    ("女", "男", "其他"),
    ("女性", "男性", "其他"),
)
_NOT_WORD = re.compile(r"[\W_]+")


def is_like(category: str, stored: object, meant: str, *, region: str | None = None) -> bool:
    """Return whether `stored` is `meant`. `region` reads a phone number without country code."""
    if stored is None:
        return False
    text = str(stored)
    if category == "email":
        normal = normalise_email(meant)
        return plain(text) == plain(meant) if normal is None else normalise_email(text) == normal
    if category == "phone":
        return wanted_phone(meant, region=region).accepts(text)
    if category == "name":
        return normalise_name(text) in set(name_orders(meant))
    if category in DATES:
        return bool(set(days_of(stored)) & set(days_of(meant)))
    if category in NUMBERS:
        return compact(text) == compact(meant)
    if category == "gender":
        return plain(text) == plain(meant) or (
            gender_place(text) is not None and gender_place(text) == gender_place(meant)
        )
    return plain(text) == plain(meant) or _is_same_number(stored, meant)


def plain(text: str) -> str:
    """Return the text without case, width and doubled blanks."""
    return " ".join(narrow_forms(text).split()).casefold()


def compact(text: str) -> str:
    """Return letters and digits alone: numbers are grouped in many ways."""
    return _NOT_WORD.sub("", narrow_forms(text)).casefold()


def name_orders(name: str) -> Iterator[str]:
    """Yield a name in the orders in which it is written: `Ann Lee`, `Lee Ann`, `Lee, Ann`."""
    normal = normalise_name(name.replace(",", " , "))
    if normal is None:
        return
    yield normalise_name(name) or normal
    words = [word for word in normal.split(" ") if word != ","]
    if "," in normal.split(" "):  # family name first, as written
        first = normal.split(" ").index(",")
        words = [*words[first:], *words[:first]]
    yield " ".join(words)
    for cut in range(1, len(words)):
        given, family = " ".join(words[:cut]), " ".join(words[cut:])
        yield f"{family}, {given}"
        yield f"{family} {given}"


def days_of(value: object) -> Iterator[date]:
    """Yield each day that a stored value can be read as; two where day and month could be either."""
    if isinstance(value, datetime):
        yield value.date()
    elif isinstance(value, date):
        yield value
    elif value is not None:
        text = narrow_forms(str(value)).strip()
        seen: set[date] = set()
        for form in date_forms(text):
            day = datetime.strptime(text[: written_length(text)], form).date()  # noqa: DTZ007 - a day alone
            if day not in seen:
                seen.add(day)
                yield day


def date_forms(text: str) -> list[str]:
    """Return the forms in which a text is a date; a time after it is left aside."""
    head = text[: written_length(text)]
    fitting = []
    for form in DATE_FORMS:
        try:
            datetime.strptime(head, form)  # noqa: DTZ007 - a day alone
        except ValueError:
            continue
        fitting.append(form)
    return fitting


def written_length(text: str) -> int:
    """Return where the day ends in a text that may go on with a time."""
    found = re.match(r"\S+?(?=[T ]\d{2}:|$)", text)
    return found.end() if found else len(text)


def gender_place(text: str) -> int | None:
    """Return 0 for female, 1 for male, 2 for another; None where it cannot be told."""
    word = plain(text)
    for style in GENDERS:
        if word in style:
            return style.index(word)
    return None


def _is_same_number(stored: object, meant: str) -> bool:
    if isinstance(stored, bool) or not isinstance(stored, (int, float, Decimal)):
        return False
    try:
        return Decimal(str(stored)) == Decimal(meant.strip())
    except InvalidOperation:
        return False
