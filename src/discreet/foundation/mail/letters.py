"""Letters as PDF/UA-1, by Typst with bundled fonts: no system library, no network, the same bytes everywhere.

    pdf = render_letter(
        Letter(language="zh-hans", company="…", title="…", date="…", footer="R-1001", blocks=(
            Paragraph("…"), Heading("…"), Facts((("…", "…"),)), Table(head=("…",), rows=(("…",),)),
        )),
        made_at=now,
    )

Texts are finished sentences in the customer's language: the caller translates. They reach Typst as JSON and
are shown as text, so nothing in them is read as markup, code or a file name.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

import typst

PACKAGE = Path(__file__).resolve().parents[2]
FONTS = Path(__file__).resolve().parent / "fonts"
LETTER = Path(__file__).resolve().parent / "typ" / "letter.typ"
MISSING = "〓"


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows of name and value."""

    rows: tuple[tuple[str, str], ...]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True)
class Table:
    """Every row has as many cells as the head. `widths` are the columns' shares; none = equal ones."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[str, ...]
    kind: Literal["list"] = "list"


@dataclass(frozen=True, slots=True)
class Exact:
    """Text to be copied: a hash, a link. It breaks anywhere, and stands on one page with its label."""

    text: str
    label: str = ""
    kind: Literal["exact"] = "exact"


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar chart: names and counts. `alt` says it to whoever cannot see it."""

    title: str
    alt: str
    rows: tuple[tuple[str, int], ...]
    kind: Literal["bars"] = "bars"


Block: TypeAlias = Paragraph | Heading | Facts | Table | Bullets | Exact | Bars


@dataclass(frozen=True, slots=True)
class Letter:
    language: str
    company: str
    title: str
    date: str
    footer: str
    blocks: tuple[Block, ...]


def render_letter(letter: Letter, *, made_at: datetime) -> bytes:
    """Return the letter as PDF. `made_at` is its creation date, so the same letter gives the same bytes."""
    return render(LETTER, data=asdict(letter), made_at=made_at)


def render(template: Path, *, data: Mapping[str, object], made_at: datetime) -> bytes:
    """Return the PDF of a Typst file of this package, which reads `data` as JSON from `sys.inputs.data`.

    Characters that the fonts lack are shown as 〓: a letter with a gap is better than none.
    """
    pdf = typst.compile(
        str(template),
        root=str(PACKAGE),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(_showable(data))},
        pdf_standards=["ua-1"],
        timestamp=int(made_at.timestamp()),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("Typst returned no PDF")
    return pdf


def _showable(value: object) -> object:
    if isinstance(value, str):
        return "".join(_shown(character) for character in unicodedata.normalize("NFC", value))
    if isinstance(value, Mapping):
        return {name: _showable(part) for name, part in value.items()}
    if isinstance(value, Sequence):
        return [_showable(part) for part in value]
    return value


def _shown(character: str) -> str:
    if ord(character) in _coverage() or character == "\n":
        return character
    is_invisible = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Mn", "Zl", "Zp")
    return " " if character == "\t" else "" if is_invisible else MISSING


@cache
def _coverage() -> frozenset[int]:
    lines = (FONTS / "coverage.txt").read_text(encoding="ascii").splitlines()[1:]
    spans = [line.partition("-") for line in lines]
    return frozenset(
        point for first, _, last in spans for point in range(int(first, 16), int(last or first, 16) + 1)
    )


@cache
def _fonts() -> "typst.Fonts":
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
