"""Help of the commands in Chinese, read from the apps' catalogues without Django: `--help` answers at once.

A command's help stands in English as its docstring and beside its options; the catalogues name these texts
paragraph by paragraph, and that of this folder also what click itself says.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

import click

PACKAGE = Path(__file__).parents[1]
#: A Latin word or one Chinese character, with the punctuation that stays beside it and the space behind.
_PIECE = re.compile(r"[“（]*(?:[\u2e80-\u9fff]|[^\s\u2e80-\u9fff]+)[，。、；：”）]*\s*")
#: The help of an option, and in brackets what click says of its value.
_ROW = re.compile(r"(?P<text>.*?)(?: {2})?(?:\[(?P<extra>.*)\])?", re.DOTALL)


@cache
def _catalogues() -> NullTranslations:
    every = NullTranslations()
    for folder in sorted(PACKAGE.rglob("locale")):
        every.add_fallback(translation("django", folder, ["zh_Hans"]))
    return every


def _chinese(text: str) -> str:
    """Return a paragraph in Chinese, or as it is."""
    words = " ".join(text.split())
    return _catalogues().gettext(words) if words else ""


class ChineseFormatter(click.HelpFormatter):
    """Writes Chinese help; its lines are as wide as Chinese characters make them."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, _chinese("Usage:"))

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{_chinese(heading)}：\n")

    def write_text(self, text: str) -> None:
        margin = " " * self.current_indent
        parts = [_wrapped(_chinese(part), self.width - self.current_indent) for part in text.split("\n\n")]
        self.write("\n\n".join("\n".join(margin + line for line in lines) for lines in parts) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        rows = list(rows)
        margin = " " * self.current_indent
        column = len(margin) + min(max(len(name) for name, _ in rows), col_max) + col_spacing
        for name, text in rows:
            lines = _wrapped(_row(text), max(self.width - column, 10))
            head = margin + name
            if lines and len(head) + col_spacing > column:
                self.write(head + "\n")
                head = ""
            for line in lines or [""]:
                self.write(f"{head:<{column}}{line}".rstrip() + "\n")
                head = ""


def _row(row: str) -> str:
    found = _ROW.fullmatch(row)
    if found is None or found["extra"] is None:
        return _chinese(row)
    items = (item.partition(": ") for item in found["extra"].split("; "))
    extra = "；".join(
        f"{_chinese(name)}：{value}" if colon else _chinese(name) for name, colon, value in items
    )
    return f"{_chinese(found['text'])} [{extra}]".lstrip()


def _wrapped(text: str, width: int) -> list[str]:
    """Return the text in lines of at most `width` places; a Chinese character takes two."""
    lines: list[str] = []
    for piece in _PIECE.findall(text):
        if lines and _places(lines[-1] + piece.rstrip()) <= width:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [line.rstrip() for line in lines]


def _places(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
