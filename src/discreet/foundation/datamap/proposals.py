"""A modest guess of what a column holds, from its header, comment and declared type; values are not read.

Every guess carries the word it rests on and stays unconfirmed until a person confirms it. The words are
general (English, Chinese, pinyin and its usual abbreviations); no rule knows a particular company's schema.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from discreet.foundation.datamap.words import (
    CONTEXT_WORDS,
    NOT_AFTER,
    PEOPLE_WORDS,
    STAFF_WORDS,
    STRONG_WORDS,
    SUPPLIER_WORDS,
    TABLE_PADDING,
    ZH_NOT,
    ZH_PEOPLE,
    ZH_STAFF,
    ZH_SUPPLIERS,
    ZH_WORDS,
)


class Evidence(StrEnum):
    """Where the word stands that a guess rests on."""

    NOTHING = ""
    COLUMN_NAME = "column_name"
    COMMENT = "comment"
    STATED = "stated"  # not a guess: a person said so


@dataclass(frozen=True, slots=True)
class Header:
    """What is visible of a column without reading a value."""

    name: str
    comment: str = ""
    is_numeric: bool = False
    is_flag: bool = False
    is_date: bool = False
    is_key: bool = False  # part of a primary or foreign key


@dataclass(frozen=True, slots=True)
class Guess:
    category: str
    confidence_percent: int
    evidence: Evidence = Evidence.NOTHING
    word: str = ""


NOTHING_FOUND = Guess(category="none", confidence_percent=0)
_TEXT_ONLY = frozenset({"name", "email", "free_text", "address", "username", "photo", "social_media"})
# what identifies a person though it is a key: the address that is a newsletter's primary key
_IDENTIFYING = frozenset(
    [
        "email",
        "phone",
        "username",
        "name",
        "national_id",
        "social_security_id",
        "passport",
        "driving_licence",
        "tax_id",
        "vehicle_plate",
        "payment_card",
        "bank_account",
        "social_media",
        "ip_address",
    ]
)
_REFERENCE_ENDS = frozenset(["id", "no", "number", "key", "ref", "code", "uid", "guid", "uuid", "fk"])
_CONTACT = frozenset({"name", "email", "phone", "address", "postal_code", "username"})


def tokens_of(name: str) -> tuple[str, ...]:
    """Split a header into lower-case words: underscores, hyphens, dots, camel case, digits at the end."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    return tuple(re.findall(r"[a-z]+|[一-鿿]+", spaced.lower()))


def _phrase(tokens: Sequence[str]) -> str:
    return f" {' '.join(tokens)} "


def _longest(phrase: str, words: Mapping[str, str]) -> str:
    hits = [word for word in words if f" {word} " in phrase]
    return max(hits, key=len, default="")


def _fits(category: str, header: Header) -> bool:
    if header.is_flag:
        return False
    if header.is_date:
        return category in {"birth_date", "employment"}
    return not (header.is_numeric and category in _TEXT_ONLY)


def _chinese(header: Header) -> Guess | None:
    for text, evidence in ((header.name, Evidence.COLUMN_NAME), (header.comment, Evidence.COMMENT)):
        if any(word in text for word in ZH_NOT):
            continue
        hits = [word for word in ZH_WORDS if word in text]
        word = max(hits, key=len, default="")
        if word and _fits(ZH_WORDS[word], header):
            return Guess(ZH_WORDS[word], 90 if evidence is Evidence.COLUMN_NAME else 85, evidence, word)
    return None


def guess_strong(header: Header) -> Guess:
    """Guess from words that mean the same in any table."""
    phrase = _phrase(tokens_of(header.name))
    word = _longest(phrase, STRONG_WORDS)
    found: Guess | None = None
    if word and _names_the_thing(phrase, word) and _fits(STRONG_WORDS[word], header):
        confidence = 95 if phrase == f" {word} " else 85
        found = Guess(STRONG_WORDS[word], confidence, Evidence.COLUMN_NAME, word)
    found = found or _chinese(header) or NOTHING_FOUND
    if header.is_key and (header.is_numeric or found.category not in _IDENTIFYING):
        return NOTHING_FOUND
    return found


def _names_the_thing(phrase: str, word: str) -> bool:
    """Return whether a header is the thing and not something about it (an e-mail's status, its date)."""
    return phrase.endswith(f" {word} ") or phrase.split()[-1] not in NOT_AFTER


def guess_in_context(header: Header) -> Guess:
    """Guess from words that mean personal data only in a table about people (name, city, note, title)."""
    if header.is_key:
        return NOTHING_FOUND
    phrase = _phrase(tokens_of(header.name))
    word = _longest(phrase, CONTEXT_WORDS)
    if word and _names_the_thing(phrase, word) and _fits(CONTEXT_WORDS[word], header):
        return Guess(CONTEXT_WORDS[word], 70, Evidence.COLUMN_NAME, word)
    return NOTHING_FOUND


def refers_to_people(name: str) -> bool:
    """Return whether a header looks like a reference to people: `user_id`, `memberNo`, `kehu_id`."""
    tokens = tokens_of(name)
    return len(tokens) > 1 and tokens[-1] in _REFERENCE_ENDS and _singular(tokens[-2]) in PEOPLE_WORDS


def guess_columns(headers: Sequence[Header], *, is_about_people: bool) -> dict[str, Guess]:
    """Guess each column of one table; contact columns together make a table one about people."""
    strong = {header.name: guess_strong(header) for header in headers}
    contacts = {guess.category for guess in strong.values()} & _CONTACT
    if not is_about_people and not contacts:
        return strong
    return {
        header.name: guess_in_context(header) if strong[header.name] is NOTHING_FOUND else strong[header.name]
        for header in headers
    }


def _singular(word: str) -> str:
    if word == "people":
        return "person"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _named_after(name: str, comment: str, words: frozenset[str], chinese: frozenset[str]) -> bool:
    tokens = [_singular(token) for token in tokens_of(name)]
    while tokens and tokens[-1] in TABLE_PADDING:
        tokens.pop()
    if tokens and tokens[-1] in words:
        return True
    bare = re.sub(r"(基本|详细)?(信息|资料|档案)?(主)?表?$", "", comment.strip()) or comment
    return bare in chinese or (bool(tokens) and tokens[-1] in chinese)


def is_people_table(*, name: str, comment: str, categories: frozenset[str]) -> bool:
    """Return whether a table's own name says people and its columns name or reach them."""
    reaches = bool(categories & {"name", "email", "phone", "username", "national_id"})
    return reaches and _named_after(
        name, comment, PEOPLE_WORDS | STAFF_WORDS | SUPPLIER_WORDS, ZH_PEOPLE | ZH_STAFF | ZH_SUPPLIERS
    )


def is_staff_table(*, name: str, comment: str) -> bool:
    """Return whether a table's own name says the company's staff."""
    return _named_after(name, comment, STAFF_WORDS, ZH_STAFF)


def is_supplier_table(*, name: str, comment: str) -> bool:
    """Return whether a table's own name says suppliers."""
    return _named_after(name, comment, SUPPLIER_WORDS, ZH_SUPPLIERS)
