"""The words that headers are made of, read once from `lexicon/*.yaml`.

A word has meanings: what it says a column holds (`email`), or what a row or a value is about (`customer`).
The lists are general; no rule and no word is taken from a particular company's schema.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml

#: Meanings after which a header is about the thing and not the thing itself (an e-mail's status, its date).
ABOUT = frozenset(
    [
        "id",
        "code",
        "number",
        "type",
        "status",
        "count",
        "money",
        "time",
        "hash",
        "template",
        "path",
        "title",
        "config",
        "unit",
        "url",
        "bic",
    ]
)
PEOPLE = frozenset(["customer", "member", "user", "person", "staff", "supplier"])
ACTORS = frozenset(["creator", "updater", "operator", "approver", "assignee"])
THINGS = frozenset(["product", "organisation", "configuration"])
EVENT = "event"
FILLER = "filler"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Spelling → meaning. `atoms` are about columns, `entities` about rows; `initials` count in pinyin tables."""

    atoms: Mapping[str, str]
    entities: Mapping[str, str]
    initials: Mapping[str, str]
    other_initials: Mapping[str, tuple[str, ...]]  # what they may mean, too
    chinese: Mapping[str, str]
    strong: Mapping[str, str]
    context: Mapping[str, str]
    takes_number: frozenset[str]
    pinyin: frozenset[str]
    skeletons: Mapping[str, str]

    def knows(self, word: str) -> bool:
        return word in self.atoms or word in self.entities

    @property
    def longest_chinese(self) -> int:
        return max(len(word) for word in self.chinese)


def plain(text: str) -> str:
    """Return the text in lower case, half width and without accents."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in folded if not unicodedata.combining(char))


def words_of(line: str) -> list[str]:
    return [word.strip() for word in line.split(",") if word.strip()]


def read_yaml(name: str) -> dict[str, object]:
    """Return one file of the lexicon."""
    text = files("discreet.engines.classify").joinpath("lexicon", name).read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, object] = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader over our own file
    return found


def _spellings(name: str) -> dict[str, str]:
    rows = read_yaml(name)
    return {word: meaning for meaning, line in rows.items() for word in words_of(str(line))}


def _others(name: str) -> dict[str, tuple[str, ...]]:
    """Return the meanings of spellings that stand in several lines."""
    found: dict[str, tuple[str, ...]] = {}
    for meaning, line in read_yaml(name).items():
        for word in words_of(str(line)):
            found[word.rstrip("_")] = (*found.get(word.rstrip("_"), ()), meaning)
    return {word: meanings for word, meanings in found.items() if len(meanings) > 1}


def _meanings(rows: object) -> dict[str, str]:
    assert isinstance(rows, dict)
    return {word: category for category, line in rows.items() for word in words_of(str(line))}


@cache
def lexicon() -> Lexicon:
    """Return the words, read from the package the first time."""
    meanings = read_yaml("meanings.yaml")
    atoms = {plain(word): meaning for word, meaning in _spellings("atoms.yaml").items()}
    entities = {plain(word): meaning for word, meaning in _spellings("entities.yaml").items()}
    atoms, entities = _with_umlauts(atoms), _with_umlauts(entities)
    written, chinese = atoms, {plain(word): m for word, m in _spellings("chinese.yaml").items()}
    atoms = {**{word: m for word, m in _in_pinyin(chinese).items() if word not in entities}, **atoms}
    several = _others("initials.yaml")
    initials = {word.rstrip("_"): meaning for word, meaning in _spellings("initials.yaml").items()}
    initials |= {word: meanings[0] for word, meanings in several.items()}
    return Lexicon(
        atoms=MappingProxyType(atoms),
        entities=MappingProxyType(entities),
        initials=MappingProxyType(initials),
        other_initials=MappingProxyType(several),
        chinese=MappingProxyType(chinese),
        strong=MappingProxyType(_meanings(meanings["strong"])),
        context=MappingProxyType(_meanings(meanings["context"])),
        takes_number=frozenset(words_of(str(meanings["number"]))),
        pinyin=frozenset(_pinyin(set(atoms) | set(initials))),
        skeletons=MappingProxyType(
            _skeletons({word: word for word in words_of(str(meanings["parts"]))}, written, entities)
        ),
    )


_SHORTEST_PINYIN = 5  # shorter ones are words of other languages, too


def _in_pinyin(chinese: Mapping[str, str]) -> dict[str, str]:
    """Return the Chinese words of two characters and more as they are read: 设备指纹 → shebeizhiwen."""
    rows = read_yaml("pinyin.yaml")
    readings, words = rows["readings"], rows["words"]
    assert isinstance(readings, dict)
    assert isinstance(words, dict)
    by_character = {character: read for read, characters in readings.items() for character in characters}
    found: dict[str, str] = {}
    for word, meaning in chinese.items():
        left, read = word, ""
        while left:
            part = next((each for each in words if left.startswith(each)), left[0])
            if part not in words and part not in by_character:
                break
            read += words.get(part) or by_character[part]
            left = left[len(part) :]
        if not left and len(word) > 1 and len(read) >= _SHORTEST_PINYIN:
            found.setdefault(read, meaning)
    return found


def _with_umlauts(words: Mapping[str, str]) -> dict[str, str]:
    """Return words with those that are written with umlauts, too, as they read without accents: `empfanger`."""
    written = {
        word.replace("ae", "a").replace("oe", "o").replace("ue", "u"): meaning
        for word, meaning in words.items()
        if len(word) > 5 and not is_pinyin(word)
    }
    return {**written, **words}


def skeleton(word: str) -> str:
    """Return what is left of a word without its vowels but the first letter."""
    return word[0] + "".join(char for char in word[1:] if char not in "aeiou")


def _skeletons(*lists: Mapping[str, str]) -> dict[str, str]:
    """Return the words that can be meant by what is left of them without vowels; not where it may be several.

    Long ones may be cut off after five letters or more. Whole ones go before cut ones, the first lists before the
    later ones, and what may be pinyin last.
    """
    found: dict[str, str] = {}
    in_order = [{word: meaning for word, meaning in each.items() if not is_pinyin(word)} for each in lists]
    for is_cut in (False, True):
        for each in (*in_order, *lists):
            found = _skeletons_of(each, is_cut=is_cut) | found
    return found


def _skeletons_of(words: Mapping[str, str], *, is_cut: bool) -> dict[str, str]:
    by_meaning: dict[str, dict[str, str]] = {}
    for word, meaning in words.items():
        if not 4 <= len(word) <= 14 or not word.isascii() or not word.isalpha():
            continue
        bare = skeleton(word)
        shorts = [bare[:end] for end in range(5, len(bare))] if is_cut else [bare] if len(bare) > 3 else []
        for short in shorts:
            by_meaning.setdefault(short, {}).setdefault(meaning, word)
    return {short: next(iter(found.values())) for short, found in by_meaning.items() if len(found) == 1}


_INITIALS = ["zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw", ""]
_FINALS = [
    "a",
    "o",
    "e",
    "i",
    "u",
    "v",
    "ai",
    "ei",
    "ui",
    "ao",
    "ou",
    "iu",
    "ie",
    "ue",
    "ve",
    "er",
    "an",
    "en",
    "in",
    "un",
    "ang",
    "eng",
    "ing",
    "ong",
    "ia",
    "iao",
    "ian",
    "iang",
    "iong",
    "ua",
    "uo",
    "uai",
    "uan",
    "uang",
]
_SYLLABLES = frozenset(initial + final for initial in _INITIALS for final in _FINALS)


def is_pinyin(word: str) -> bool:
    """Return whether a word of six letters or more can be read as syllables of Mandarin."""
    if len(word) < 6:
        return False
    reached = {0}
    for start in range(len(word)):
        if start in reached:
            reached |= {end for end in range(start + 1, start + 7) if word[start:end] in _SYLLABLES}
    return len(word) in reached


def _pinyin(words: Iterable[str]) -> Iterable[str]:
    return (word for word in words if is_pinyin(word))
