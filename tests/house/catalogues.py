"""Reading what the house says: texts marked for translation, catalogues, and pairs of English and Chinese."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.house.reading import PACKAGE, called

CATALOGUES = sorted(PACKAGE.rglob("locale/zh_Hans/LC_MESSAGES/django.po"))
MARKERS = ("gettext", "gettext_noop", "gettext_lazy", "ngettext", "_")
IN_CONTEXT = ("pgettext", "pgettext_lazy", "npgettext")
LITERAL = r"u?(?:'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\")"
MARKED = re.compile(rf"(?<!\w)n?(?:gettext\(|pgettext\({LITERAL},\s*)(?P<text>{LITERAL})")


def relative(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@cache
def catalogue(path: Path) -> Catalog:
    """Return one app's catalogue."""
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def texts(message: Message) -> tuple[list[str], list[str]]:
    """Return (English texts, Chinese texts) of an entry."""
    english = [message.id] if isinstance(message.id, str) else list(message.id)
    chinese = [message.string] if isinstance(message.string, str) else list(message.string)
    return english, chinese


def said_in_module(module: ast.Module) -> set[str]:
    """Return the English texts that Python code marks for translation."""
    found = set()
    for node in ast.walk(module):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = called(node)
        position = 1 if name in IN_CONTEXT else 0 if name in MARKERS else None
        if position is None or len(node.args) <= position:
            continue
        text = node.args[position]
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            found.add(text.value)
    return found


def said_in_template(path: Path) -> set[str]:
    """Return the English texts that a template marks for translation."""
    marked = templatize(path.read_text(encoding="utf-8"))
    return {ast.literal_eval(match.group("text")) for match in MARKED.finditer(marked)}


def pairs(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (English, Chinese) of every mapping in a YAML file that says the same in both."""
    waiting: list[object] = [yaml.safe_load(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            english, chinese = node.get("en"), node.get("zh")
            if isinstance(english, str) and isinstance(chinese, str):
                yield english, chinese
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
