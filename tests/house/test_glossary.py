"""Chinese keeps to the terms of law/glossary.csv: in catalogues, pages, packs, data and guides."""

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import glossary
from tests.house.catalogues import (
    CATALOGUES,
    catalogue,
    pairs,
    relative,
    said_in_module,
    said_in_template,
    texts,
)
from tests.house.reading import PACKAGE, ROOT, modules

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SPOKEN = {".py", ".html", ".txt", ".yaml", ".md", ".js", ".typ", ".csv", ".po"}
FOLDERS = ("src", "docs", "README.md")
PUBLIC_MODULES = ("answers.py", "centre.py", "letters.py", "mails.py", "said.py", "status_page.py")
PUNCTUATION = string.punctuation + "：。，；…“”（）"


def spoken_files() -> list[Path]:
    """Return every file that may speak Chinese to somebody."""
    found = [path for folder in FOLDERS for path in (ROOT / folder, *(ROOT / folder).rglob("*"))]
    ours = [path for path in found if path.is_file() and path.suffix in SPOKEN]
    starts = tuple(glossary.not_said_by_us())
    return [path for path in ours if not str(path.relative_to(ROOT)).startswith(starts)]


def chinese_lines() -> Iterator[tuple[str, str]]:
    """Yield (place, line) for every line with Chinese in it."""
    for path in spoken_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if CHINESE.search(line):
                yield f"{path.relative_to(ROOT)}:{number}", line


def said_pairs() -> Iterator[tuple[str, str, str]]:
    """Yield (place, English, Chinese) wherever both are known: catalogues, packs and categories."""
    for path in CATALOGUES:
        for message in catalogue(path):
            if message.id:
                english, chinese = texts(message)
                yield str(path.relative_to(ROOT)), " ".join(english), " ".join(chinese)
    for path in spoken_files():
        if path.suffix == ".yaml":
            for english_text, chinese_text in pairs(path):
                yield str(path.relative_to(ROOT)), english_text, chinese_text


def is_right_here(place: str, word: str, text: str) -> bool:
    return any(
        place.startswith(one.where) and one.word == word and one.text in text for one in glossary.exceptions()
    )


def test_the_glossary_is_read_whole() -> None:
    forbidden = [word for term in glossary.terms() for word in term.forbidden]
    assert len(glossary.terms()) > 300 and len(forbidden) > 50
    assert {"管控者", "14岁以下", "商家", "区块链", "分别同意"} <= set(forbidden)


def test_no_text_uses_a_word_that_is_forbidden_everywhere() -> None:
    words = {word for term in glossary.terms() for word in term.forbidden} - set(glossary.in_context())
    wrong = [
        (place, word)
        for place, line in chinese_lines()
        for word in words
        if word in line and word in glossary.without_longer_terms(line, word)
        if not is_right_here(place, word, line)
    ]
    assert wrong == []


def test_no_term_is_rendered_by_a_word_that_is_forbidden_for_it() -> None:
    rules = [(term, word) for term in glossary.terms() for word in term.forbidden if word != "行"]
    wrong = [
        (place, word, english)
        for place, english, chinese in said_pairs()
        for term, word in rules
        if word in chinese and word in glossary.without_longer_terms(chinese, word)
        if term.is_said_in(english) and not is_right_here(place, word, chinese)
    ]
    assert wrong == []


def public_texts() -> set[str]:
    """Return the English texts of what customers read: the centre, its pages, letters and mails."""
    found = set()
    for path in PACKAGE.rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        if '"centre/base.html"' in text or "centre" in path.parts or path.name == "package.html":
            found |= said_in_template(path)
    for path, module in modules().items():
        if path.name in PUBLIC_MODULES or "centre" in path.relative_to(PACKAGE).parts:
            found |= said_in_module(module)
    return found


def test_a_row_is_a_record_to_the_public() -> None:
    (row,) = (term for term in glossary.terms() if "行" in term.forbidden)
    public = public_texts()
    assert len(public) > 100
    wrong = [
        (relative(path), english)
        for path in CATALOGUES
        for message in catalogue(path)
        for english in texts(message)[0]
        if english in public and row.is_said_in(english)
        if any("行" in glossary.without_longer_terms(chinese, "行") for chinese in texts(message)[1])
    ]
    assert wrong == []


def bare(text: str) -> str:
    return text.strip(PUNCTUATION + " ").casefold()


@pytest.mark.parametrize("path", CATALOGUES, ids=relative)
def test_a_text_that_is_a_term_is_said_as_the_glossary_says_it(path: Path) -> None:
    by_english: dict[str, set[str]] = {}
    for term in glossary.terms():
        for english in term.english:
            by_english.setdefault(english.casefold(), set()).add(term.chinese.partition("（")[0])
    wrong = []
    for message in catalogue(path):
        if not message.id:
            continue
        english, chinese = texts(message)[0][0], texts(message)[1][0]
        wanted = by_english.get(bare(english), {bare(chinese)})
        said = bare(chinese)
        is_as_wanted = any(one in said or said in one for one in wanted)
        means_it = message.context is None and (english, chinese) not in glossary.other_meanings()
        if means_it and not is_as_wanted:
            wrong.append((english, chinese, sorted(wanted)))
    assert wrong == []


def test_every_exception_has_a_reason_and_is_still_needed() -> None:
    lines = list(chinese_lines())
    unused: list[object] = [
        one
        for one in glossary.exceptions()
        if not any(place.startswith(one.where) and one.text in line for place, line in lines)
    ]
    said = {(english, chinese) for _, english, chinese in said_pairs()}
    unused += [pair for pair in glossary.other_meanings() if pair not in said]
    forbidden = {word for term in glossary.terms() for word in term.forbidden}
    unused += sorted(set(glossary.in_context()) - forbidden)
    unused += [where for where in glossary.not_said_by_us() if not (ROOT / where).exists()]
    assert unused == []
    reasons = [one.reason for one in glossary.exceptions()]
    reasons += [*glossary.other_meanings().values(), *glossary.in_context().values()]
    assert all(len(reason) > 10 for reason in (*reasons, *glossary.not_said_by_us().values()))


def chinese_of_catalogues() -> Iterator[tuple[str, str]]:
    """Yield (place, Chinese) for every translation."""
    for path in CATALOGUES:
        for message in catalogue(path):
            for said in texts(message)[1] if message.id else []:
                yield relative(path), said


def test_one_thing_has_one_word() -> None:
    wrong = [
        (place, word, said)
        for place, said in chinese_of_catalogues()
        for word, never in glossary.one_word()
        if never.search(said)
    ]
    assert wrong == []


def test_chinese_sentences_have_chinese_punctuation() -> None:
    """A comma, colon or semicolon of half width after a Chinese character, or before one."""
    half = re.compile(r"[\u4e00-\u9fff”）][,;:](?!//)|[,;:] ?[\u4e00-\u9fff]")
    wrong = [(place, said) for place, said in chinese_of_catalogues() if half.search(said)]
    assert wrong == []
