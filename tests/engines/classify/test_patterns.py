"""Patterns read what strangers wrote: no text may make one of them slow."""

import importlib
import re
import time
from pathlib import Path

import pytest

from discreet.engines import classify
from discreet.engines.classify import patterns

_FOLDER = Path(classify.__file__).parent
_PIECES = [
    "a",
    "1",
    " ",
    "a1",
    "ab ",
    "a.",
    "市",
    "a@",
    "a=;",
    "a=b;",
    "<a>",
    "</a",
    '"a":',
    "1-",
    "/",
    "*",
    "1 ",
    "Ab ",
]
_NO_TIME = 0.004
_USE = re.compile(r"(\w+)\.(fullmatch|match|search|findall|finditer|sub|split)\b")


def _uses() -> list[tuple[str, str, str]]:
    """Return module, pattern and how it is used, as the source says."""
    found = set()
    defined = {
        name: module
        for module in sorted(file.stem for file in _FOLDER.glob("*.py"))
        for name, value in vars(importlib.import_module(f"discreet.engines.classify.{module}")).items()
        if isinstance(value, re.Pattern)
    }
    for file in _FOLDER.glob("*.py"):
        for name, how in _USE.findall(file.read_text(encoding="utf-8")):
            if name in defined:
                found.add((defined[name], name, "fullmatch" if how == "fullmatch" else "search"))
    return sorted(found)


def _seconds(pattern: re.Pattern[str], how: str, text: str) -> float:
    best = 9.0
    for _ in range(4):
        begun = time.perf_counter()
        getattr(pattern, how)(text)
        best = min(best, time.perf_counter() - begun)
        if best < _NO_TIME:
            break
    return best


@pytest.mark.parametrize(("module", "name", "how"), _uses())
def test_a_pattern_takes_time_in_proportion_to_the_text(module: str, name: str, how: str) -> None:
    """Eight times the text may take eight times as long, not sixty-four times; what takes no time is not compared."""
    pattern = getattr(importlib.import_module(f"discreet.engines.classify.{module}"), name)
    for piece in _PIECES:
        for end in ("", "!"):
            long = _seconds(pattern, how, (piece * 2_000)[:2_000] + end)
            if long > _NO_TIME:
                assert long < 30 * _seconds(pattern, how, (piece * 250)[:250] + end), piece


def test_luhn_and_issuer_tell_a_card_from_other_digits() -> None:
    assert patterns.is_payment_card("4111 1111 1111 1111")
    assert not patterns.is_payment_card("4111 1111 1111 1112")
    assert not patterns.is_payment_card("1111111111111117")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("11010519491231002X", True), ("110105194912310021", False), ("110105194913310023", False)],
)
def test_an_identity_number_has_its_check_character(text: str, is_one: bool) -> None:
    """GB 11643-1999, annex A has the first one as its example."""
    assert patterns.is_chinese_id(text) is is_one


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("10.0.0.1", True),
        ("2001:db8::1", True),
        ("1.2.3", False),
        ("1.2.3.999", False),
        ("fe80::1%eth0", True),
    ],
)
def test_an_ip_address_has_all_its_parts(text: str, is_one: bool) -> None:
    assert patterns.is_ip_address(text) is is_one
