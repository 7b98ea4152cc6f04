"""The new value in the form that a field has: case, grouping, country code, the way a day is written.

The form is read from what stands there; where nothing does, from the column's type.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise

import phonenumbers

from discreet.engines.subjects.corrections import Obstacle
from discreet.engines.subjects.graph import Column
from discreet.engines.subjects.keys import MAX_INTEGER
from discreet.engines.subjects.likeness import (
    DATES,
    GENDERS,
    NUMBERS,
    date_forms,
    days_of,
    gender_place,
    plain,
    written_length,
)
from discreet.vocabulary.normalise import (
    narrow_forms,
    normalise_name,
    normalise_phone,
    phone_digits,
    phone_region,
    phone_spellings,
)

_SURNAMES = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶"
    "太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空闾丘令狐"
)
_COMPOUND_SURNAMES = frozenset(_SURNAMES[place : place + 2] for place in range(0, len(_SURNAMES), 2))


@dataclass(frozen=True, slots=True)
class Written:
    """`value` as it goes into the column. `is_unsure`: what stands there can be read in two ways."""

    value: object = None
    obstacle: Obstacle = Obstacle.NONE
    is_unsure: bool = False


def written(
    *, column: Column, stored: object, new: str, meant: str | None, region: str | None = None
) -> Written:
    """Return `new` as `column` writes it. `stored`: what stands there; `meant`: what the person says is wrong."""
    category = column.category
    if category == "phone":
        return fitted(column, _phone(stored, new, region))
    if category in DATES:
        return _date(column, stored, new, meant)
    text = new
    if category == "gender":
        text = _gender(stored, new)
    elif category in NUMBERS and isinstance(stored, str) and stored == compact_as(stored):
        text = compact_as(new)
    elif category == "name" and isinstance(stored, str) and "," in stored and "," not in new:
        text = _family_first(stored, new)
    return fitted(column, cased(stored, text))


def fitted(column: Column, text: str) -> Written:
    """Return the text as the column's type takes it, or what stands against it."""
    kind = column.type.lower()
    if column.numeric:
        try:
            number = Decimal(narrow_forms(text).replace(" ", "").lstrip("+"))
        except InvalidOperation:
            return Written(obstacle=Obstacle.WRONG_TYPE)
        if not number.is_finite() or abs(number) >= MAX_INTEGER:
            return Written(obstacle=Obstacle.WRONG_TYPE)
        is_whole = number == number.to_integral_value()
        if not is_whole and "int" in kind:
            return Written(obstacle=Obstacle.WRONG_TYPE)
        return Written(int(number) if is_whole else number)
    if column.binary or "json" in kind or "bool" in kind:
        return Written(obstacle=Obstacle.WRONG_TYPE)
    if kind.startswith("enum(") and text not in _members(column.type):
        return Written(obstacle=Obstacle.WRONG_TYPE)
    if column.max_length is not None and len(text) > column.max_length:
        return Written(obstacle=Obstacle.TOO_LONG)
    return Written(text)


def cased(stored: object, text: str) -> str:
    """Return the text in capitals or small letters where what stands there is."""
    like = str(stored) if isinstance(stored, str) else ""
    if sum(char.isalpha() for char in like) < 2 or like.upper() == like.lower():
        return text
    if like == like.lower():
        return text.lower()
    return text.upper() if like == like.upper() else text


def compact_as(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def _members(sql_type: str) -> set[str]:
    inner = sql_type[sql_type.index("(") + 1 : sql_type.rindex(")")]
    return {part.strip().strip("'\"") for part in inner.split(",")}


def _phone(stored: object, new: str, region: str | None) -> str:
    number = normalise_phone(new, region=region)
    if number is None:
        return new
    like = "" if stored is None else str(stored).strip()
    old = normalise_phone(like, region=region) or normalise_phone("+" + like.lstrip("+"), region=None)
    if not like or old is None:
        return number
    is_same_country = phone_region(old) == phone_region(number)
    if like.startswith(("+", "00")) or phone_digits(like) == old[1:] or is_same_country:
        for one, other in zip(phone_spellings(old), _all_spellings(number, old), strict=False):
            if one == like:
                return other
    digits = phone_digits(phone_spellings(number)[5]) if is_same_country else ""
    if like.startswith("+"):
        digits = number[1:]
    if len(digits) == len(phone_digits(like)) and digits:
        return _poured(like, digits)
    return number


def _all_spellings(number: str, old: str) -> Sequence[str]:
    """Return the spellings of a number in places that are those of the old one's: each once drops some."""
    ways = list(_ways(old))
    kept = [place for place, way in enumerate(ways) if way not in ways[:place]]
    mine = list(_ways(number))
    return [mine[place] for place in kept]


def _ways(e164: str) -> Iterator[str]:
    parsed = phonenumbers.parse(e164, None)
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    international = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    yield from (e164, e164[1:], "00" + e164[1:], phonenumbers.national_significant_number(parsed))
    yield from (phone_digits(national), national, international, international.replace(" ", "-"))


def _poured(like: str, digits: str) -> str:
    """Return the digits with what stands between those of `like`."""
    left = iter(digits)
    return "".join(next(left) if char.isdigit() else char for char in narrow_forms(like))


def _date(column: Column, stored: object, new: str, meant: str | None) -> Written:
    days = list(days_of(new))
    if len(days) != 1:
        return Written(obstacle=Obstacle.WRONG_TYPE)
    (day,) = days
    if isinstance(stored, datetime):
        return Written(stored.replace(year=day.year, month=day.month, day=day.day))
    if isinstance(stored, date):
        return Written(day)
    kind = column.type.lower()
    if isinstance(stored, int) and not isinstance(stored, bool):
        return Written(int(day.strftime("%Y%m%d")) if stored > 9999 else day.year)
    if stored is None or not str(stored).strip():
        if column.numeric:
            return Written(int(day.strftime("%Y%m%d")))
        is_typed = "date" in kind or "time" in kind
        return Written(_typed(kind, day)) if is_typed else fitted(column, day.isoformat())
    text = str(stored)
    end = written_length(text)
    forms = date_forms(narrow_forms(text).strip())
    if meant is not None and (known := set(days_of(meant))):
        told = [form for form in forms if _read(text[:end], form) in known]
        forms = told or forms
    results = list(dict.fromkeys(_strftime(day, form, text) for form in forms)) or [day.isoformat()]
    return Written(fitted(column, results[0] + text[end:]).value, is_unsure=len(results) > 1)


def _typed(kind: str, day: date) -> object:
    is_moment = "datetime" in kind or "timestamp" in kind
    return datetime(day.year, day.month, day.day) if is_moment else day  # noqa: DTZ001 - as the column keeps it


def _read(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(narrow_forms(text).strip(), form).date()  # noqa: DTZ007 - a day alone
    except ValueError:
        return None


def _strftime(day: date, form: str, like: str) -> str:
    """Write a day in a form, without leading noughts where what stands there shows that it has none."""
    full = day.strftime(form)
    old = _read(like[: written_length(like)], form)
    if old is None or old.strftime(form) == narrow_forms(like[: written_length(like)]).strip():
        return full
    short = full
    for one, other in (("%d", str(day.day)), ("%m", str(day.month)), ("%Y", str(day.year))):
        form = form.replace(one, other)
    return form or short


def _gender(stored: object, new: str) -> str:
    place = gender_place(new)
    if place is None or stored is None:
        return new
    for style in GENDERS:
        if plain(str(stored)) in style:
            word = style[place]
            return word.upper() if str(stored).isupper() else word
    return new


def _family_first(stored: str, new: str) -> str:
    words = new.split()
    if len(words) < 2:
        return new
    size = len(stored.split(",")[0].split())
    size = size if size < len(words) else 1
    return f"{' '.join(words[-size:])}, {' '.join(words[:-size])}"


def name_parts(*, old: str, new: str, stored: Sequence[str]) -> tuple[tuple[str, ...], bool] | None:
    """Return the parts of `new` for fields that hold the parts of `old`, and whether that is certain.

    None where the fields do not make up `old`, in order or backwards.
    """
    pieces = [normalise_name(text) or "" for text in stored]
    whole, target = normalise_name(old) or "", normalise_name(new) or ""
    if not all(pieces) or not target:
        return None
    for is_reversed in (False, True):
        order = pieces[::-1] if is_reversed else pieces
        joined = {" ".join(order), "".join(order)} if _is_han(whole) else {" ".join(order)}
        if whole in {normalise_name(text) for text in joined}:
            parts, is_sure = _split(new, [len(one.split()) for one in order], is_last_family=not is_reversed)
            return (parts[::-1] if is_reversed else parts), is_sure
    return None


def _split(new: str, sizes: Sequence[int], *, is_last_family: bool) -> tuple[tuple[str, ...], bool]:
    if _is_han(new) and " " not in new.strip() and len(sizes) == 2:
        text = new.strip()
        cut = 2 if text[:2] in _COMPOUND_SURNAMES else 1
        return (text[:cut], text[cut:]), len(text) > cut
    words = new.split()
    if len(words) == sum(sizes):
        ends = [sum(sizes[: n + 1]) for n in range(len(sizes))]
        return tuple(" ".join(words[a:b]) for a, b in pairwise([0, *ends])), True
    if len(words) < len(sizes):
        return (*words, *[""] * (len(sizes) - len(words))), False
    head = len(sizes) - 1
    if is_last_family:  # the family name is one word, given names are the rest
        return (" ".join(words[: len(words) - head]), *words[len(words) - head :]), False
    return (*words[:head], " ".join(words[head:])), False


def _is_han(text: str) -> bool:
    return any("\u3400" <= char <= "\u9fff" for char in text)
