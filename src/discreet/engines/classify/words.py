"""Cut headers, comments and names of tables into words that the lists know.

`cust_mobile_no`, `custMobileNo`, `CSTMR_MBL_NO` and `客户手机号` are the same words.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from discreet.engines.classify.lexicon import PEOPLE, lexicon, plain

MAX_HEADER = 300
_MAX_JOINED = 4
_WORDS = re.compile(r"[a-z]+|[一-鿿㐀-䶿]+|\d+|(?:(?![a-z一-鿿㐀-䶿])[^\W\d_])+")
_SHORT = frozenset(["no", "id", "nm", "nr"])
_ARTICLES = frozenset(["of", "the", "de", "du", "des", "da", "do", "del", "di", "la", "le", "el", "d", "l"])
_ABBREVIATED = {
    "rmt": "remote",
    "pst": "post",
    "ck": "cookie",
    "ins": "insurance",
    "lic": "licence",
    "cntct": "contact",
    "strt": "street",
    "dt": "date",
    "nm": "name",
    "addr": "address",
    "ph": "phone",
    "yr": "year",
    "num": "number",
    "hsh": "hash",
    "ctc": "contact",
    "emplr": "employer",
    "mstr": "master",
    "hdr": "header",
    "dtl": "detail",
    "lst": "last",
    "frst": "first",
}


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it stands in the header, and what it means; empty where no list knows it."""

    word: str
    meaning: str = ""
    is_initials: bool = False


def split_header(text: str) -> list[str]:
    """Return the runs of letters of one script and of digits, in lower case."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text[:MAX_HEADER])
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    return _WORDS.findall(plain(spaced))


def _latin_meaning(word: str, *, with_initials: bool) -> Token | None:
    words = lexicon()
    meaning = words.atoms.get(word) or words.entities.get(word)
    if not meaning and len(word) > 4 and word.endswith("s"):
        meaning = words.entities.get(word[:-1])
    if meaning:
        return Token(word, meaning)
    if with_initials and word in words.initials:
        return Token(word, words.initials[word], is_initials=True)
    return None


def _segmented(word: str, *, with_initials: bool = False) -> list[Token]:
    """Split a word that no list knows into words that lists know: `custname`, `telephonenumber`."""
    words = lexicon()
    if with_initials and (found := _initials(word)):
        return found
    if parts := _parts_of(word, words.knows, 3):
        return [Token(part, words.atoms.get(part) or words.entities[part]) for part in parts]
    return [Token(word)]


def _parts_of(word: str, knows: Callable[[str], bool], shortest: int) -> list[str]:
    """Return the fewest known parts that a word can be cut into, or nothing."""
    best: list[tuple[int, list[str]] | None] = [(0, [])] + [None] * len(word)
    for end in range(2, len(word) + 1):
        for start in range(max(0, end - 18), end - 1):
            part, before = word[start:end], best[start]
            if before is None or not (len(part) >= shortest or part in _SHORT) or not knows(part):
                continue
            now = best[end]
            if now is None or len(before[1]) + 1 < now[0]:
                best[end] = (len(before[1]) + 1, [*before[1], part])
    whole = best[len(word)]
    return whole[1] if whole is not None and whole[0] <= _MAX_JOINED else []


def _initials(word: str) -> list[Token]:
    """Read initials of pinyin that are written together: `lxrdh`, `tzrhzh`; a person's end in r (人)."""
    words = lexicon()
    if not 2 < len(word) < 10:
        return []

    def meaning(part: str) -> str:
        known = words.initials.get(part) or ("id" if part == "id" else "")
        return known or ("person" if len(part) == 3 and part.endswith("r") else "")

    if meaning(word):
        return [Token(word, meaning(word), is_initials=True)]
    parts = _parts_of(word, lambda part: bool(meaning(part)), 2)
    if not 0 < len(parts) <= 3:
        return []
    if parts[-1] == "sj" and meaning(parts[0]) not in PEOPLE:  # 手机 of somebody, else 时间
        return [Token(word, "time", is_initials=True)]
    return [Token(part, meaning(part), is_initials=True) for part in parts]


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
    for word in split_header(text):
        if word.isdigit():
            continue
        if not word.isascii():
            found += [token.word for token in _chinese(word)]
        elif lexicon().knows(word) or len(word) < 5:
            found.append(written_out(word))
        else:
            found += [token.word for token in _segmented(written_out(word))]
    return found


@lru_cache(maxsize=20_000)
def tokens_of(text: str, *, with_initials: bool = False) -> tuple[Token, ...]:
    """Return the words of a header with their meanings, several written apart read as one where a list does."""
    raw = [word for word in split_header(text) if not word.isdigit()]
    found: list[Token] = []
    at = 0
    while at < len(raw):
        token, size = _joined(raw, at, with_initials=with_initials)
        if token:
            found.append(token)
        elif raw[at].isascii():
            found += _segmented(raw[at], with_initials=with_initials)
        else:
            found += _chinese(raw[at])
        at += size
    return tuple(found)


def _joined(raw: Sequence[str], at: int, *, with_initials: bool) -> tuple[Token | None, int]:
    """Return the longest word that the words from `at` on make together, and how many they are."""
    for size in range(min(_MAX_JOINED, len(raw) - at), 0, -1):
        part = raw[at : at + size]
        if not all(word.isascii() for word in part):
            whole = "".join(part)
            if size > 1 and whole in lexicon().chinese:  # MAC地址, QQ号
                return Token(whole, lexicon().chinese[whole]), size
            continue
        for spelled in _spellings_of(part):
            if token := _latin_meaning(spelled, with_initials=with_initials):
                return token, size
    return None, 1


def _spellings_of(part: Sequence[str]) -> Iterator[str]:
    """Yield what words may be together: as they stand, written out, and without "of" and articles."""
    yield "".join(part)
    whole = [_ABBREVIATED.get(word, word) if len(part) > 1 else word for word in map(written_out, part)]
    yield "".join(whole)
    if len(part) > 2:
        yield "".join([word for word in whole if word not in _ARTICLES])


@lru_cache(maxsize=20_000)
def written_out(word: str) -> str:
    """Return the word that a word without vowels stands for: `psspr` → passport; others as they are."""
    words = lexicon()
    if len(word) < 3 or words.knows(word) or not word.isascii() or set(word[1:]) & set("aeiou"):
        return word
    if len(word) == 3 and word in words.initials:
        return word
    if word not in words.skeletons and word.endswith("s"):
        return words.skeletons.get(word[:-1], word)
    return words.skeletons.get(word, word)


def without_table(name: str, table: str) -> str:
    """Return a column's name without its table's in front of it, or nothing: `newsletter_signup_email` → email."""
    words, theirs = split_header(name), split_header(table)
    for start in range(min(2, len(theirs))):
        begin = theirs[start:]
        size = len(begin)
        if len(words) > size and [*words[: size - 1], words[size - 1] + "s"][:size] in (
            begin,
            [*begin[:-1], begin[-1] + "s"],
        ):
            return "_".join(words[size:])
        whole = "".join(begin)
        if len(words) == 1 and name.lower().startswith(whole) and 2 <= len(whole) < len(name) - 1:
            return name[len(whole) :]
    return ""


_PINYIN_TABLE = 2  # so many headers in pinyin make its initials believable


def uses_pinyin(names: Iterable[str]) -> bool:
    """Return whether headers are pinyin, so that its initials may stand among them."""
    words = [token for name in names for token in tokens_of(name, with_initials=True)]
    whole = sum(token.word in lexicon().pinyin for token in words)
    short = sum(token.is_initials for token in words)
    english = (
        sum(bool(token.meaning) and not token.is_initials and len(token.word) > 3 for token in words) - whole
    )
    return (whole >= 1 and whole + short >= _PINYIN_TABLE) or (short >= 3 and short > english)
