"""Everything said in English is said in Chinese. In which words: test_glossary.py."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from django.utils.translation import gettext, override, pgettext

from tests.house.catalogues import CATALOGUES, catalogue, relative, said_in_module, said_in_template, texts
from tests.house.reading import PACKAGE, called, modules

APPS = sorted(
    {path.parent for path in PACKAGE.rglob("apps.py")} | {PACKAGE / "project", PACKAGE / "vocabulary"}
)
#: Apps that speak to customers, too: there the polite form is right.
TO_CUSTOMERS = {"centre", "mail", "papers", "permission", "rights"}
PARAMETER = re.compile(r"%\((\w+)\)[sd]|%[sd]")


@cache
def known() -> frozenset[str]:
    """Return every English text that some catalogue of the house translates."""
    return frozenset(
        text for path in CATALOGUES for message in catalogue(path) if message.id for text in texts(message)[0]
    )


def said(app: Path) -> set[str]:
    """Return the English texts that an app marks for translation, in Python and in templates."""
    modules_of_app = (module for path, module in modules().items() if path.is_relative_to(app))
    found = {text for module in modules_of_app for text in said_in_module(module)}
    for path in app.rglob("templates/**/*.html"):
        found |= said_in_template(path)
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


def test_an_english_text_has_one_chinese_in_the_whole_house() -> None:
    """Catalogues of all apps are one at run time: of two translations only the first is ever shown."""
    said: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for path in CATALOGUES:
        for message in catalogue(path):
            if message.id:
                english, chinese = texts(message)
                said.setdefault((message.context or "", english[0]), set()).add(tuple(chinese))
    assert {key: found for key, found in said.items() if len(found) > 1} == {}


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
