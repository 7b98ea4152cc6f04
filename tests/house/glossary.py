"""Reading law/glossary.csv: the terms of the house in Chinese, and the renderings its notes forbid."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from tests.house.reading import ROOT

_CHINESE = r"[0-9]*[\u4e00-\u9fff]+[0-9]*[\u4e00-\u9fff]*"
#: “Not 商家”, “not 分享”, “Not the same as 单独同意”.
_NOT = re.compile(rf"\b[Nn]ot (?:the same as )?({_CHINESE})")
_BRACKETS = re.compile(r"\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Term:
    """A row of the glossary. `english`: its spellings; `forbidden`: Chinese that must not render it."""

    english: tuple[str, ...]
    chinese: str
    forbidden: tuple[str, ...]

    def is_said_in(self, text: str) -> bool:
        """Tell whether English speaks of it, in the singular or plural."""
        return bool(self._pattern.search(text))

    @property
    def _pattern(self) -> re.Pattern[str]:
        return _pattern(self.english)


@cache
def _pattern(english: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, english)) + r")(?:s|es)?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RightHere:
    """A place where a forbidden word is right. `where` is a path's start, `text` what the text must hold."""

    where: str
    word: str
    text: str
    reason: str


@cache
def terms() -> Sequence[Term]:
    """Return every row of the glossary."""
    with (ROOT / "law" / "glossary.csv").open(encoding="utf-8-sig") as file:
        return [_term(row) for row in csv.DictReader(file)]


def _term(row: dict[str, str]) -> Term:
    english = tuple(part.strip() for part in re.split(r"[/,]", _BRACKETS.sub("", row["en"])) if part.strip())
    note = row["note"]
    listed = _BRACKETS.sub("", note.split("Forbidden:", 1)[1]) if "Forbidden:" in note else ""
    forbidden = (*re.findall(_CHINESE, listed), *_NOT.findall(note))
    return Term(english=english, chinese=row["zh"], forbidden=tuple(dict.fromkeys(forbidden)))


def without_longer_terms(text: str, word: str) -> str:
    """Return the text without the glossary's own terms that merely hold the word: 个人信息处理者 holds 处理者."""
    longer = sorted((one.chinese for one in terms() if word in one.chinese), key=len, reverse=True)
    for term in longer:
        text = text.replace(term, "")
    return text


def _data() -> dict[str, list[dict[str, str]]]:
    path = Path(__file__).parent / "glossary.yaml"
    loaded: dict[str, list[dict[str, str]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def in_context() -> dict[str, str]:
    """Return the words that are wrong only where the English says the term, each with the reason."""
    return {one["word"]: one["reason"] for one in _data()["in_context"]}


def not_said_by_us() -> dict[str, str]:
    """Return path starts whose Chinese is no text of the product, each with the reason."""
    return {one["where"]: one["reason"] for one in _data()["not_said_by_us"]}


def exceptions() -> list[RightHere]:
    """Return the places where a forbidden word is right."""
    return [
        RightHere(where=one["where"], word=one["word"], text=one["text"], reason=one["reason"])
        for one in _data()["exceptions"]
    ]


def other_meanings() -> dict[tuple[str, str], str]:
    """Return (English, Chinese) of texts that sound like a term of the glossary and mean something else."""
    return {(one["en"], one["zh"]): one["reason"] for one in _data()["other_meanings"]}


def one_word() -> Sequence[tuple[str, re.Pattern[str]]]:
    """Return our own words with what must not be said for them."""
    return [(one["word"], re.compile(one["never"])) for one in _data()["one_word"]]
