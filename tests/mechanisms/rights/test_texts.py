"""Everything this mechanism says exists in Chinese, with the terms of the glossary."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from discreet.mechanisms import rights
from discreet.mechanisms.rights.words import OUTCOMES

HOME = Path(rights.__file__).parent
CALLS = {"gettext", "gettext_noop", "gettext_lazy", "ngettext", "_"}
SAME = {"English", ", "}
IN_TEMPLATE = re.compile(r"""{%\s*translate\s+"([^"]+)"|_\("([^"]+)"\)""")
BLOCK = re.compile(
    r"{%\s*blocktranslate[^%]*%}(.*?)(?:{%\s*plural\s*%}.*?)?{%\s*endblocktranslate\s*%}", re.S
)
FORBIDDEN = ("擦除", "被遗忘权", "管控者", "个人敏感信息", "隐私信息", "工单", "区块链", "保留期", "脱敏")


def _of_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in CALLS
            and node.args
        ):
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value:
                yield first.value


def _of_template(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    for plain, inner in IN_TEMPLATE.findall(text):
        yield plain or inner
    for block in BLOCK.findall(text):
        yield re.sub(r"{{\s*(\w+)\s*}}", r"%(\1)s", block)


def _texts() -> list[str]:
    found = [text for path in HOME.rglob("*.py") for text in _of_python(path)]
    found += [text for path in HOME.rglob("*.html") for text in _of_template(path)]
    return sorted(set(found) - SAME)


def test_everything_said_is_said_in_chinese() -> None:
    texts = _texts()
    assert len(texts) > 250
    with translation.override("zh-hans"):
        untold = [text for text in texts if translation.gettext(text) == text and not _has_plural(text)]
    assert untold == []


def _has_plural(text: str) -> bool:
    return translation.ngettext(text, text + "\0", 1) != text


def test_a_translation_keeps_every_parameter() -> None:
    with translation.override("zh-hans"):
        told = [(text, translation.gettext(text)) for text in _texts()]
    wanted = [(text, sorted(re.findall(r"%\((\w+)\)s", text))) for text, _ in told]
    assert wanted == [(text, sorted(re.findall(r"%\((\w+)\)s", zh))) for text, zh in told]


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_forbidden_term_is_used(word: str) -> None:
    assert word not in (HOME / "locale/zh_Hans/LC_MESSAGES/django.po").read_text(encoding="utf-8")


def test_outcomes_use_the_terms_of_the_glossary() -> None:
    with translation.override("zh-hans"):
        told = {name: translation.gettext(text) for name, text in OUTCOMES.items()}
    assert told["erased"] == "已删除"
    assert told["erased_except_kept"] == "已删除（依法保留部分除外）"
    assert told["incomplete"].startswith("未完成")
    assert told["refused"] == "已拒绝"
