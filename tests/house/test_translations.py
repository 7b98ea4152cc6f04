"""Everything said in English is said in Chinese, in the words of law/glossary.csv."""

import ast
import csv
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils.translation import gettext, override, pgettext
from django.utils.translation.template import templatize

from tests.house.reading import PACKAGE, ROOT, called, modules

CATALOGUES = sorted(PACKAGE.rglob("locale/zh_Hans/LC_MESSAGES/django.po"))
APPS = sorted(
    {path.parent for path in PACKAGE.rglob("apps.py")} | {PACKAGE / "project", PACKAGE / "vocabulary"}
)
MARKERS = ("gettext", "gettext_noop", "gettext_lazy", "ngettext", "_")
LITERAL = r"u?(?:'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\")"
MARKED = re.compile(rf"(?<!\w)n?(?:gettext\(|pgettext\({LITERAL},\s*)(?P<text>{LITERAL})")
#: Apps that speak to customers, too: there the polite form is right.
TO_CUSTOMERS = {"centre", "mail", "rights"}
PARAMETER = re.compile(r"%\((\w+)\)[sd]|%[sd]")


def relative(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@cache
def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def texts(message: Message) -> tuple[list[str], list[str]]:
    """Return (English texts, Chinese texts) of an entry."""
    english = [message.id] if isinstance(message.id, str) else list(message.id)
    chinese = [message.string] if isinstance(message.string, str) else list(message.string)
    return english, chinese


@cache
def known() -> frozenset[str]:
    """Return every English text that some catalogue of the house translates."""
    return frozenset(
        text for path in CATALOGUES for message in catalogue(path) if message.id for text in texts(message)[0]
    )


def said(app: Path) -> set[str]:
    """Return the English texts that an app marks for translation, in Python and in templates."""
    found = set()
    for path, module in modules().items():
        if path.is_relative_to(app):
            for node in ast.walk(module):
                if isinstance(node, ast.Call) and called(node) in MARKERS and node.args:
                    first = node.args[0]
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        found.add(first.value)
    for path in app.rglob("templates/**/*.html"):
        marked = templatize(path.read_text(encoding="utf-8"))
        found.update(ast.literal_eval(match.group("text")) for match in MARKED.finditer(marked))
    return found - {""}


@pytest.mark.parametrize("app", APPS, ids=relative)
def test_what_an_app_says_is_said_in_chinese(app: Path) -> None:
    with override("zh-hans"):
        missing = sorted(text for text in said(app) if text not in known() and gettext(text) == text)
    assert missing == []


def test_what_any_floor_marks_is_said_in_chinese() -> None:
    """Doors translate what lower floors say; the engines have no catalogue of their own."""
    messages = {
        node.args[0].value
        for module in modules().values()
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and called(node) == "gettext_noop"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }
    assert sorted(messages - known()) == []


@pytest.mark.parametrize(
    "path", [path for path in CATALOGUES if not TO_CUSTOMERS & set(path.parts)], ids=relative
)
def test_staff_are_addressed_in_one_form(path: Path) -> None:
    polite = [text for message in catalogue(path) if message.id for text in texts(message)[1] if "您" in text]
    assert polite == []


@pytest.mark.parametrize(
    ("context", "text", "chinese"),
    [(None, "Name", "姓名"), ("thing", "Name", "名称")],
)
def test_a_thing_is_not_named_like_a_person(context: str | None, text: str, chinese: str) -> None:
    with override("zh-hans"):
        assert (pgettext(context, text) if context else gettext(text)) == chinese


@pytest.mark.parametrize("path", CATALOGUES, ids=relative)
def test_a_catalogue_is_complete_and_certain(path: Path) -> None:
    open_texts = [
        message.id
        for message in catalogue(path)
        if message.id and (message.fuzzy or not all(texts(message)[1]))
    ]
    assert open_texts == []


@pytest.mark.parametrize("path", CATALOGUES, ids=relative)
def test_a_compiled_catalogue_says_what_its_source_says(path: Path) -> None:
    with path.with_suffix(".mo").open("rb") as file:
        compiled = [texts(message) for message in read_mo(file) if message.id]
    assert sorted(compiled) == sorted(texts(message) for message in catalogue(path) if message.id)


@pytest.mark.parametrize("path", CATALOGUES, ids=relative)
def test_a_translation_names_the_parameters_of_its_text(path: Path) -> None:
    other = []
    for message in catalogue(path):
        english, chinese = texts(message)
        wanted = {name for text in english for name in PARAMETER.findall(text)}
        named = [set(PARAMETER.findall(text)) for text in chinese]
        is_format = "python-format" in message.flags
        if message.id and (any(one - wanted for one in named) or (is_format and named[0] != wanted)):
            other.append(message.id)
    assert other == []


def _forbidden() -> list[tuple[str, frozenset[str], re.Pattern[str]]]:
    """Return (forbidden rendering, longer terms that may hold it, the English it must not render)."""
    with (ROOT / "law" / "glossary.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    rules = []
    for row in rows:
        if "Forbidden:" not in row["note"] or "in public pages" in row["note"]:
            continue
        english = [
            part.strip() for part in re.split(r"[/,]", re.sub(r"\([^)]*\)", "", row["en"])) if part.strip()
        ]
        term = re.compile(r"\b(" + "|".join(map(re.escape, english)) + r")\b", re.IGNORECASE)
        listed = re.sub(r"\([^)]*\)", "", row["note"].split("Forbidden:", 1)[1])
        for word in re.findall(r"[0-9]*[\u4e00-\u9fff]+[0-9]*[\u4e00-\u9fff]*", listed):
            longer = {one["zh"] for one in rows if word in one["zh"]}
            rules.append((word, frozenset(longer), term))
    return rules


@pytest.mark.parametrize("path", CATALOGUES, ids=relative)
def test_no_text_uses_a_rendering_that_the_glossary_forbids(path: Path) -> None:
    wrong = []
    for message in catalogue(path):
        english, chinese = texts(message)
        for word, longer, term in _forbidden():
            shown = " ".join(chinese)
            for legitimate in longer:
                shown = shown.replace(legitimate, "")
            if message.id and word in shown and any(term.search(text) for text in english):
                wrong.append((word, english[0]))
    assert wrong == []
