"""Letters: what stands in them, in both languages, and that data are never code."""

import io
import itertools
import unicodedata
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from discreet.foundation.mail.letters import (
    FONTS,
    Block,
    Bullets,
    Exact,
    Facts,
    Heading,
    Letter,
    Paragraph,
    Table,
    render_letter,
)

NOW = datetime(2026, 4, 2, 9, 0, tzinfo=UTC)


def letter(language: str, *blocks: Block, title: str = "R-1001") -> Letter:
    return Letter(
        language=language,
        company="青杉家居" if language == "zh-hans" else "Qingshan Home",
        title=title,
        date="2026-04-02",
        footer="R-1001",
        blocks=blocks,
    )


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_a_chinese_letter_says_what_was_given() -> None:
    pdf = render_letter(
        letter(
            "zh-hans",
            Paragraph("您的信息已删除，“订单”除外。"),
            Heading("依法保留"),
            Table(
                ("数据", "依据", "到何时"),
                (("发票 6 行", "《税收征收管理法实施细则》第二十九条", "2036 年"),),
            ),
            title="您的删除请求 R-1001 已办完",
        ),
        made_at=NOW,
    )
    text = text_of(pdf)
    for words in ("您的删除请求R-1001已办完", "您的信息已删除", "依法保留", "发票6行", "第二十九条"):
        assert words in text


def test_an_english_letter_says_what_was_given() -> None:
    blocks = (Facts((("Number", "R-1001"),)), Bullets(("Erased", "Checked again")), Exact("3f" * 32))
    text = text_of(render_letter(letter("en", *blocks, title="Your request is done"), made_at=NOW))
    for words in ("Yourrequestisdone", "NumberR-1001", "Checkedagain"):
        assert words in text
    assert "3f" * 32 in text


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_is_copied_out_of_a_letter_is_what_stands_in_it(language: str) -> None:
    """A sign that stands beside a break in a table is the same sign in a command."""
    command = f"python3 discreet_verify.py R-1001-proof.json --key {'3c' * 32}"
    link = "https://privacy.example.com/privacy/verifier.py"
    table = Table(("Where", "Why"), (("shop / long_name_" * 6, "GDPR Art. 17(3)(b)"),))
    blocks = (table, Exact(link), Exact(command), Exact("0a" * 500))
    pages = PdfReader(io.BytesIO(render_letter(letter(language, *blocks), made_at=NOW))).pages
    text = "\n".join(page.extract_text() for page in pages)
    assert not [char for char in text if unicodedata.category(char) == "Cf"]
    assert {link, command} <= set(text.splitlines())
    assert "0a" * 500 in text.replace("\n", "")


def test_data_are_shown_and_never_run() -> None:
    hostile = '#read("/foundation/mail/letters.py") #panic() $x$ *b* @ref <l> #{1+1} \\ // "'
    text = text_of(render_letter(letter("en", Paragraph(hostile)), made_at=NOW))
    assert "#panic()" in text and "#{1+1}" in text
    assert "letters.py" in text and "render_letter" not in text


def test_a_letter_is_tagged_and_names_its_language_and_title() -> None:
    root = PdfReader(io.BytesIO(render_letter(letter("zh-hans", Paragraph("好")), made_at=NOW)))
    catalogue = root.trailer["/Root"]
    assert str(catalogue["/Lang"]).startswith("zh")
    assert catalogue["/MarkInfo"]["/Marked"]
    assert root.metadata is not None and root.metadata.title == "R-1001"
    assert b"pdfuaid" in root.trailer["/Root"]["/Metadata"].get_data()


def test_the_same_letter_gives_the_same_bytes() -> None:
    one = letter("en", Paragraph("Same"))
    assert render_letter(one, made_at=NOW) == render_letter(one, made_at=NOW)


@pytest.mark.parametrize("value", ["\x00", "😀", "𠮷", "\u202e", "", " " * 5000, "长" * 20000])
def test_odd_text_still_makes_a_letter(value: str) -> None:
    assert render_letter(letter("zh-hans", Paragraph(f"a{value}b")), made_at=NOW).startswith(b"%PDF")


def test_fonts_are_small_and_carry_their_licence() -> None:
    assert sum(path.stat().st_size for path in FONTS.glob("*.otf")) < 4_000_000
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text(encoding="utf-8")


def test_every_character_the_fonts_claim_can_be_shown() -> None:
    lines = (FONTS / "coverage.txt").read_text(encoding="ascii").splitlines()[1:]
    spans = [line.partition("-") for line in lines]
    characters = "".join(
        chr(point) for first, _, last in spans for point in range(int(first, 16), int(last or first, 16) + 1)
    )
    blocks = (Paragraph(characters), Heading(characters))
    assert render_letter(letter("zh-hans", *blocks), made_at=NOW).startswith(b"%PDF")


def test_a_character_the_fonts_lack_leaves_a_mark() -> None:
    text = text_of(render_letter(letter("zh-hans", Paragraph("王𠮷")), made_at=NOW))
    assert "王〓" in text


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_column_is_squeezed_to_nothing_beside_long_texts(language: str) -> None:
    why = "依法须保存的账簿凭证" * 12 if language == "zh-hans" else "Accounts are kept for ten years. " * 12
    table = Table(
        ("Where", "Amount", "Reason", "Until"), (("shop / " + "long_name_" * 8, "3 rows", why, "2035"),)
    )
    left: dict[str, float] = {}

    def note(text: str, matrix: list[float], place: list[float], *more: object) -> None:
        if text.strip() in table.head:
            left[text.strip()] = matrix[4] + place[4]

    page = PdfReader(io.BytesIO(render_letter(letter(language, table), made_at=NOW))).pages[0]
    page.extract_text(visitor_text=note)
    starts = [left[head] for head in table.head]
    assert all(after - before > 60 for before, after in itertools.pairwise(starts))
