"""What a file is stands in its bytes; what could harm is refused, cut off, or only ever shown as drawn dots."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discreet.foundation.papers import pictures
from discreet.foundation.papers.inspecting import inspect
from discreet.foundation.papers.refusals import (
    PaperActive,
    PaperBroken,
    PaperKindUnknown,
    PaperLocked,
    PaperMissing,
    PaperTooLarge,
    PaperTooLong,
    PaperTooWide,
)
from discreet.foundation.papers.rules import MOST_BYTES, MOST_PAGES, FileType
from discreet.vocabulary.errors import Refused
from tests.foundation.papers import files

pytestmark = [pytest.mark.promise(18), pytest.mark.duty("M8.2")]
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100


def named(one: object) -> str:
    """Return how a case is called: files hold the time of their making, which two workers do not share."""
    return "file" if isinstance(one, bytes) else getattr(one, "__name__", str(one))


@pytest.mark.parametrize(
    ("content", "file_type"),
    [(files.png(), FileType.PNG), (files.jpeg(), FileType.JPEG), (files.pdf(3), FileType.PDF)],
    ids=named,
)
def test_a_good_file_is_known_by_its_bytes_and_drawn_anew(content: bytes, file_type: FileType) -> None:
    inspected = inspect(content)
    assert inspected.file_type is file_type
    assert inspected.content.rstrip() == content.rstrip()
    pictures.check_drawable(inspected.content, file_type)
    pages = pictures.draw(inspected.content, file_type)
    assert len(pages) == (3 if file_type is FileType.PDF else 1)
    assert all(page.startswith(b"\x89PNG") and b"passport" not in page for page in pages)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", PaperMissing),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * MOST_BYTES, PaperTooLarge),
        (HEIC, PaperKindUnknown),
        (b"<html><script>alert(1)</script></html>", PaperKindUnknown),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", PaperKindUnknown),
        (files.archive(), PaperKindUnknown),
        (b"MZ\x90\0" + files.pdf(), PaperKindUnknown),
        (b"\n<script>" + files.pdf(), PaperKindUnknown),
        (files.pdf()[:-400], PaperBroken),
        (files.pdf() + files.archive() + b"%%EOF", PaperActive),
        (files.pdf_with_script(), PaperActive),
        (files.pdf_with_file(), PaperActive),
        (files.pdf_with_hidden_script(), PaperActive),
        (files.pdf_that_launches(), PaperActive),
        (files.pdf_bomb(), PaperActive),
        (files.pdf_with_password(), PaperLocked),
        (files.png()[:-20], PaperBroken),
        (files.png().replace(b"x\x9c", b"x\x9d", 1), PaperBroken),
        (files.png(claims=(60_000, 60_000)), PaperTooWide),
        (files.png(claims=(1, 50_000)), PaperTooWide),
        (files.png(claims=(0, 10)), PaperBroken),
        (files.jpeg().replace(b"\x08\x00\x08\x00\x08\x01", b"\x08\xff\xff\xff\xff\x01"), PaperTooWide),
        (files.jpeg()[:-2], PaperBroken),
        (b"\xff\xd8\xff\xd9", PaperBroken),
    ],
    ids=named,
)
def test_a_file_that_is_not_a_plain_paper_is_refused_with_what_to_do(
    content: bytes, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal) as refused:
        inspect(content)
    assert str(refused.value)


@pytest.mark.parametrize("content", [files.png(), files.jpeg(), files.pdf()], ids=["png", "jpeg", "pdf"])
def test_a_second_file_behind_the_first_is_cut_off(content: bytes) -> None:
    hidden = b"<html><script>alert(1)</script>"
    kept = inspect(content + hidden + files.archive()).content
    assert hidden not in kept
    assert kept.rstrip() == content.rstrip()


def test_a_picture_that_lies_about_its_size_ends_in_the_drawing() -> None:
    lying = files.png(claims=(7000, 7000))
    with pytest.raises(PaperBroken):
        pictures.check_drawable(inspect(lying).content, FileType.PNG)


def test_a_pdf_without_anything_behind_its_head_is_refused_by_the_drawing() -> None:
    with pytest.raises(PaperBroken):
        pictures.check_drawable(inspect(b"%PDF-1.7\nnothing\n%%EOF").content, FileType.PDF)


def test_more_pages_than_anybody_would_look_at_are_refused() -> None:
    pictures.check_drawable(files.pdf(MOST_PAGES), FileType.PDF)
    with pytest.raises(PaperTooLong):
        pictures.check_drawable(files.pdf(MOST_PAGES + 1), FileType.PDF)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([files.png(), files.jpeg(), files.pdf()]),
    st.integers(0, 4000),
    st.binary(max_size=12),
    st.integers(0, 12),
)
def test_no_damage_makes_anything_but_a_paper_or_a_refusal(
    content: bytes, at: int, put: bytes, cut: int
) -> None:
    at %= len(content)
    try:
        inspected = inspect(content[:at] + put + content[at + cut :])
    except Refused as refusal:
        assert refusal.code.startswith("paper_")
    else:
        assert inspected.file_type in set(FileType)
