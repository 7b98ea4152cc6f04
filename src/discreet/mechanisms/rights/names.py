"""Tables, columns and sources by a name that people read; the raw name is for staff and for machines.

A table's comment names it where it is in the reader's language; else its own name is spelled out.
"""

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

from discreet.engines.subjects.graph import Graph
from discreet.foundation.datamap.queries import built, fields_meaning, source_map
from discreet.foundation.datamap.views import Meaning
from discreet.foundation.desk.phrases import is_chinese
from discreet.mechanisms.rights.data_words import ABBREVIATIONS, CAPITALS, CHINESE, MARKERS
from discreet.mechanisms.rights.summaries import table_name
from discreet.vocabulary.categories import NONE

MAX_LENGTH = 60
UNKNOWN, FREE_TEXT = "unknown", "free_text"
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CLAUSE = re.compile(r"[。；;:：,，.(（\[\n\r]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_comments: tuple[Graph | None, dict[tuple[str, str], str]] = (None, {})

Place = tuple[str, str]  # a source and a table's name within it, as `table_name` writes it


def place_name(source: str, table: str) -> str:
    """Return source and table in the reader's language: “Shop / Orders”. Either may be empty."""
    return " / ".join(part for part in (source_name(source), table_words(source, table)) if part)


def source_name(source: str) -> str:
    """Return what people call a source: its short name, spelled out."""
    return _spelled(source, is_chinese())


def table_words(source: str, table: str) -> str:
    """Return what people call a table; two of one source are never called the same."""
    if not table:
        return ""
    words = _titles(source, is_chinese()).get(table)
    return words if words is not None else _spelled(table, is_chinese())


def column_words(source: str, table: str, column: str) -> str:
    """Return what a column holds: its category, where that says something, else its comment or own name."""
    for ref, columns in fields_meaning([source]).items():
        if table_name(ref) == table and column in columns:
            own = _named(column, columns[column].comment, is_chinese())
            if columns[column].category == FREE_TEXT and bool(_HAN.search(own)) == is_chinese():
                return own
            en, zh = meaning_words(column, columns[column])
            return zh if is_chinese() else en
    return _spelled(column, is_chinese())


def meaning_words(column: str, meaning: Meaning) -> tuple[str, str]:
    """Return in English and Chinese what a column holds. In a person's row none is “not personal”."""
    if meaning.category not in (NONE, UNKNOWN):
        return meaning.en, meaning.zh
    return own_words(column, meaning.comment)


def own_words(column: str, comment: str) -> tuple[str, str]:
    """Return in English and Chinese what a column is called: its comment's first clause, else its name."""
    return _named(column, comment, False), _named(column, comment, True)


def both_spellings(name: str) -> tuple[str, str]:
    """Return a raw name as words in English and Chinese."""
    return _spelled(name, False), _spelled(name, True)


def _titles(source: str, is_chinese: bool) -> Mapping[str, str]:
    graph = built().graph
    own = {
        table: _named(table, comment, is_chinese)
        for (at, table), comment in _commented(graph).items()
        if at == source
    }
    often = Counter(words.casefold() for words in own.values())
    return {
        table: words if often[words.casefold()] == 1 else _with_raw(words, table, is_chinese)
        for table, words in own.items()
    }


def _with_raw(words: str, table: str, is_chinese: bool) -> str:
    return f"{words}（{table}）" if is_chinese else f"{words} ({table})"


def _commented(graph: Graph) -> dict[Place, str]:
    """Return every table of the map with its comment, kept as long as the map does not change."""
    global _comments
    if _comments[0] is not graph:
        sources = {ref.source for ref in graph.tables}
        found = {
            (source, table_name(one.ref)): one.comment
            for source in sources
            for one in source_map(source).tables
        }
        _comments = (graph, found)
    return _comments[1]


def _named(name: str, comment: str, is_chinese: bool) -> str:
    """Return the comment's first clause where the reader can read it, else the name spelled out."""
    said = _CLAUSE.split(" ".join(comment.split()), maxsplit=1)[0].strip()[:MAX_LENGTH]
    said = said.removesuffix("表") or said
    if said and bool(_HAN.search(said)) == is_chinese:
        return said
    spelled = _spelled(name, is_chinese)
    is_foreign = bool(_HAN.search(spelled)) != is_chinese
    return said if said and is_foreign and is_chinese else spelled


@lru_cache(maxsize=4096)
def _spelled(name: str, is_chinese: bool) -> str:
    words = [
        word.casefold()
        for part in re.split(r"[\W_]+", name)
        for word in _HUMP.split(part)
        if word and word.isprintable()
    ]
    if len(words) > 1 and words[0] in MARKERS:
        words = words[1:]
    words = [ABBREVIATIONS.get(word, word) for word in words]
    if not words:
        return name
    if is_chinese and (said := [_in_chinese(word) for word in words]) and all(said):
        return "".join(dict.fromkeys(said))
    first, *rest = [word.upper() if word in CAPITALS else word for word in words]
    return " ".join([first[:1].upper() + first[1:], *rest])[:MAX_LENGTH]


def _in_chinese(word: str) -> str:
    singular = word.removesuffix("s") if not word.endswith("ss") else word
    if word.endswith("ies"):
        singular = word.removesuffix("ies") + "y"
    elif word.endswith("sses") or word.endswith("xes"):
        singular = word.removesuffix("es")
    return CHINESE.get(word) or CHINESE.get(singular, "")
