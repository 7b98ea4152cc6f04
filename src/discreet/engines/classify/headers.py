"""Read a header or a comment: what it says the column holds, whose it is, and how surely.

`cust_mobile_no` → a customer's mobile number; `email_status` → something about an e-mail, not one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from discreet.engines.classify.lexicon import ABOUT, ACTORS, EVENT, FILLER, PEOPLE, THINGS, lexicon, plain

_MAX_HEADER = 300
_MAX_JOINED = 4
_WORDS = re.compile(r"[a-z]+|[一-鿿㐀-䶿]+|\d+")
_CLAUSE_END = re.compile(r"[:：;；,，。.(（\[【\n\r!！?？|]|->|=|(?<=\D)[0-9]+\s*[-、.:：]")
_WRITTEN = frozenset(["note", "comment", "feedback", "message"])
_PAPERS = frozenset(
    [
        "bill",
        "invoice",
        "rechnung",
        "facture",
        "factura",
        "fapiao",
        "contract",
        "vertrag",
        "contrat",
        "发票",
        "合同",
        "账单",
        "票据",
    ]
)
_MASS = re.compile(
    r"^(?:is|has|can|are|was|should|allow|allows|enable|enabled|no|num|nb|nbr|cnt|max|min|total|avg)$"
)


class Strength(IntEnum):
    """How much a header says by itself."""

    NOTHING = 0
    PERSON = 1  # the word for a person alone: a name, if the values are texts
    CONTEXT = 2  # personal data in a table about people
    STRONG = 3  # personal data in any table


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it stands in the header, and what it means; empty where no list knows it."""

    word: str
    meaning: str = ""
    is_initials: bool = False


@dataclass(frozen=True, slots=True)
class Sense:
    """What a header says. `whose`: the meaning of the nearest qualifier (`customer`, `product`), or empty.

    `word` is the spelling the reading rests on. `is_reference`: it ends like the key of something
    (`customer_id`). `is_about`: it is something about the thing it names (`email_status`).
    """

    category: str = "none"
    strength: Strength = Strength.NOTHING
    word: str = ""
    meaning: str = ""
    whose: str = ""
    is_reference: bool = False
    is_about: bool = False
    is_initials: bool = False
    is_of_paper: bool = False  # of a bill or a contract: its content is not what a person writes


NO_SENSE = Sense()


def _split(text: str) -> list[str]:
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text[:_MAX_HEADER])
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    return _WORDS.findall(plain(spaced))


def _latin_meaning(word: str, *, with_initials: bool) -> Token | None:
    words = lexicon()
    meaning = words.atoms.get(word) or words.entities.get(word)
    if meaning:
        return Token(word, meaning)
    if with_initials and word in words.initials:
        return Token(word, words.initials[word], is_initials=True)
    return None


def _segmented(word: str) -> list[Token]:
    """Split a word that no list knows into words that lists know: `custname`, `telephonenumber`."""
    words = lexicon()
    best: list[tuple[int, list[str]] | None] = [(0, [])] + [None] * len(word)
    for end in range(2, len(word) + 1):
        for start in range(max(0, end - 18), end - 1):
            part, before = word[start:end], best[start]
            if (
                before is None
                or not words.knows(part)
                or (len(part) < 3 and part not in ("no", "id", "nm", "nr"))
            ):
                continue
            now = best[end]
            if now is None or len(before[1]) + 1 < now[0]:
                best[end] = (len(before[1]) + 1, [*before[1], part])
    whole = best[len(word)]
    if whole is None or whole[0] > _MAX_JOINED:
        return [Token(word)]
    return [Token(part, words.atoms.get(part) or words.entities[part]) for part in whole[1]]


def _chinese(text: str) -> list[Token]:
    words, found, start = lexicon(), list[Token](), 0
    longest = words.longest_chinese
    while start < len(text):
        for size in range(min(longest, len(text) - start), 0, -1):
            part = text[start : start + size]
            if part in words.chinese:
                found.append(Token(part, words.chinese[part]))
                start += size
                break
        else:
            if found and not found[-1].meaning:
                found[-1] = Token(found[-1].word + text[start])
            else:
                found.append(Token(text[start]))
            start += 1
    return found


def raw_words(text: str) -> list[str]:
    """Return a name's words as they stand, those written together taken apart; digits left out."""
    found: list[str] = []
    for word in _split(text):
        if word.isdigit():
            continue
        if not word.isascii():
            found += [token.word for token in _chinese(word)]
        elif lexicon().knows(word) or len(word) < 5:
            found.append(word)
        else:
            found += [token.word for token in _segmented(word)]
    return found


@lru_cache(maxsize=20_000)
def tokens_of(text: str, *, with_initials: bool = False) -> tuple[Token, ...]:
    """Return the words of a header with their meanings, several written apart read as one where a list does."""
    raw = [word for word in _split(text) if not word.isdigit()]
    found: list[Token] = []
    at = 0
    while at < len(raw):
        if not raw[at].isascii():
            found += _chinese(raw[at])
            at += 1
            continue
        for size in range(min(_MAX_JOINED, len(raw) - at), 0, -1):
            if token := _latin_meaning("".join(raw[at : at + size]), with_initials=with_initials):
                found.append(token)
                at += size
                break
        else:
            found += _segmented(raw[at])
            at += 1
    return tuple(found)


def first_clause(comment: str) -> str:
    """Return what a comment says before its list of codes or its explanation."""
    return _CLAUSE_END.split(comment.strip()[:_MAX_HEADER], maxsplit=1)[0].strip()


def _meaning_of(token: Token) -> str:
    return token.meaning


def _is_attribute(meaning: str) -> bool:
    words = lexicon()
    return meaning in words.strong or meaning in words.context


def read_header(text: str, *, with_initials: bool = False) -> Sense:
    """Return what a header, or the first clause of a comment, says."""
    tokens = [token for token in tokens_of(text, with_initials=with_initials) if token.meaning != FILLER]
    if not tokens:
        tokens = list(tokens_of(text, with_initials=with_initials))
    if not tokens:
        return NO_SENSE
    return _read(tokens)


def _read(tokens: Sequence[Token]) -> Sense:
    words = lexicon()
    head, before = tokens[-1], list(tokens[:-1])
    trailing = head
    if head.meaning in ABOUT and before:
        head, before, is_itself = _under_about(trailing, before)
        if not is_itself:
            return Sense(
                word=trailing.word,
                meaning=trailing.meaning,
                whose=_whose([*before, head]),
                is_reference=trailing.meaning in ("id", "code", "number"),
                is_about=True,
            )
    if before and _MASS.match(before[0].word) and head.meaning not in ("phone", "mobile"):
        return Sense(word=before[0].word, meaning=head.meaning, is_about=True)
    whose = _whose(before)
    if head.meaning in words.strong or head.meaning in words.context:
        return _attribute(head, trailing, before, whose)
    if head.meaning in PEOPLE | ACTORS:
        return Sense(
            category="name",
            strength=Strength.PERSON,
            word=head.word,
            meaning=head.meaning,
            whose=head.meaning,
            is_initials=head.is_initials,
        )
    if head.meaning == "title" and whose in PEOPLE:
        return Sense(
            category="employment", strength=Strength.STRONG, word=head.word, meaning="title", whose=whose
        )
    if head.meaning == "path" and whose in PEOPLE:
        return Sense(category="photo", strength=Strength.CONTEXT, word=head.word, meaning="path", whose=whose)
    return Sense(word=head.word, meaning=head.meaning, whose=whose)


def _attribute(head: Token, trailing: Token, before: Sequence[Token], whose: str) -> Sense:
    words = lexicon()
    is_strong = head.meaning in words.strong
    category = words.strong.get(head.meaning) or words.context[head.meaning]
    if category == "password" and trailing.meaning == "hash":
        category = "password_hash"
    strength = Strength.STRONG if is_strong else Strength.CONTEXT
    if (head.meaning == "name" and whose in PEOPLE | ACTORS) or (
        head.meaning in _WRITTEN and whose in PEOPLE
    ):
        strength = Strength.STRONG
    if whose in THINGS and not (whose == "product" and category in ("email", "phone")):
        strength = Strength.NOTHING
    return Sense(
        category=category if strength else "none",
        strength=strength,
        word=head.word,
        meaning=head.meaning,
        whose=whose,
        is_initials=head.is_initials,
        is_of_paper=any(token.word in _PAPERS for token in before),
    )


def _under_about(about: Token, before: list[Token]) -> tuple[Token, list[Token], bool]:
    """Return what an "about" word stands after, and whether both together still name the thing itself."""
    words = lexicon()
    while len(before) > 1 and before[-1].meaning in ABOUT:
        before = before[:-1]
    head, rest = before[-1], before[:-1]
    meaning = head.meaning
    is_identifying = meaning in words.takes_number and about.meaning in ("number", "code", "id")
    is_file = meaning in ("avatar", "photo", "signature", "voice") and about.meaning in (
        "url",
        "path",
        "hash",
        "id",
    )
    is_hash = meaning == "password" and about.meaning == "hash"
    is_link = meaning in ("social_media", "bio") and about.meaning in ("url", "path")
    is_coded = about.meaning == "type" and meaning in ("blood_type", "gender")
    is_title = about.meaning == "title" and meaning in PEOPLE
    is_path = about.meaning == "path" and meaning in PEOPLE
    if is_title or is_path:
        return about, before, True
    return head, rest, is_identifying or is_file or is_hash or is_link or is_coded


def _whose(before: Sequence[Token]) -> str:
    """Return the meaning of the nearest qualifier that says whose a thing is."""
    for token in reversed(before):
        if token.meaning in PEOPLE | ACTORS | THINGS or token.meaning in (EVENT, "company"):
            if token.meaning == EVENT:
                continue
            return "organisation" if token.meaning == "company" else token.meaning
        if token.meaning in ABOUT:
            return "configuration"
    return ""
