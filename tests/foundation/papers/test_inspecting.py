"""What a file is stands in its bytes; what could harm is refused, cut off, or only ever shown as drawn dots."""

import contextlib
import resource
import time
import zlib

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
    PapersBusy,
    PaperTooLarge,
    PaperTooLong,
    PaperTooWide,
)
from discreet.foundation.papers.rules import MIB, MOST_BYTES, MOST_PAGES, FileType
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


@pytest.mark.parametrize(
    "part",
    [
        b"/ObjStm ",
        b"/ObjStm stream\n",
        b"/ObjStm stream\n" + zlib.compress(b""),
        b"/ObjStm stream\n" + zlib.compress(b"/" * 5_000),
        b"#41",
        b"/",
        b"%%EOF",
    ],
)
def test_a_file_takes_no_longer_to_look_at_than_its_size_gives_cause_for(part: bytes) -> None:
    """Repeated, each made the program look again and again at, or copy, what stands behind it."""

    def cost(size: int) -> float:
        content = b"%PDF-1.4\n" + part * (size // 4 // len(part)) + b"A" * size + b"\n%%EOF"
        begun = time.thread_time()
        with contextlib.suppress(Refused):
            inspect(content)
        return time.thread_time() - begun

    assert cost(6 * MIB) / max(cost(MIB // 2), 0.01) < 50, "12 times as long; the square is 144"


def test_what_takes_long_to_draw_is_refused_after_little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_CHECK_CPU_S", 1)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(PaperBroken):
        pictures.check_drawable(files.pdf_slow_to_draw(), FileType.PDF)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 4


def test_strangers_files_are_drawn_one_at_a_time_and_nobody_waits_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pictures, "_WAIT_S", 0.01)
    with pictures._checks, pytest.raises(PapersBusy):
        pictures.check_drawable(files.png(), FileType.PNG)
    pictures.check_drawable(files.png(), FileType.PNG)


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
