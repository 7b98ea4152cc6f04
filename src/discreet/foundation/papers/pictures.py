"""Papers as pictures that we draw ourselves: what staff see holds no script, no link, no metadata, no second file.

Each page is drawn by another process with bounds on memory and time (`drawing.py`): a bomb ends there.
"""

import subprocess
import sys
import threading
from pathlib import Path

from discreet.foundation.papers.refusals import PaperBroken, PapersBusy, PaperTooLong
from discreet.foundation.papers.rules import MOST_PAGES, FileType

_PROGRAM = Path(__file__).with_name("drawing.py")
_NO_SUCH_PAGE = 3
# An ordinary page takes a fifth of a second of a processor. A page that passed the check may need a little more later.
_CHECK_CPU_S, _DRAW_CPU_S = 3, 6
_CHECK_TIMEOUT_S, _DRAW_TIMEOUT_S = 10, 30
# A stranger's file is drawn while a public page waits for it: one at a time, and whoever finds it taken comes again.
_checks, _draws = threading.BoundedSemaphore(1), threading.BoundedSemaphore(2)
_WAIT_S = 1.0


def check_drawable(content: bytes, file_type: FileType) -> None:
    """Refuse what could not be shown, while its sender is still there to send it again.

    Raises:
        PaperBroken: its first page cannot be drawn.
        PaperTooLong: it has more pages than are shown.
        PapersBusy: others are being looked at.
    """
    if not _checks.acquire(timeout=_WAIT_S):
        raise PapersBusy
    try:
        if _checked(content, file_type, 1) is None:
            raise PaperBroken
        if file_type is FileType.PDF and _checked(content, file_type, MOST_PAGES + 1) is not None:
            raise PaperTooLong(pages=MOST_PAGES)
    finally:
        _checks.release()


def _checked(content: bytes, file_type: FileType, page: int) -> bytes | None:
    return _page(content, file_type, page, cpu_s=_CHECK_CPU_S, timeout_s=_CHECK_TIMEOUT_S)


def draw(content: bytes, file_type: FileType) -> tuple[bytes, ...]:
    """Return every page as a PNG.

    Raises:
        PaperBroken: one of them cannot be drawn.
    """
    pages: list[bytes] = []
    while len(pages) < (MOST_PAGES if file_type is FileType.PDF else 1):
        with _draws:
            drawn = _page(content, file_type, len(pages) + 1, cpu_s=_DRAW_CPU_S, timeout_s=_DRAW_TIMEOUT_S)
        if drawn is None:
            break
        pages.append(drawn)
    if not pages:
        raise PaperBroken
    return tuple(pages)


def _page(content: bytes, file_type: FileType, page: int, *, cpu_s: int, timeout_s: float) -> bytes | None:
    """Return a page as a PNG, None where there is no such page."""
    try:
        done = subprocess.run(  # noqa: S603 (our own file, by its full path)
            [sys.executable, "-I", str(_PROGRAM), file_type.value, str(page), str(cpu_s)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=timeout_s,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PaperBroken from None
    if done.returncode == _NO_SUCH_PAGE:
        return None
    if done.returncode or not done.stdout.startswith(b"\x89PNG"):
        raise PaperBroken
    return done.stdout
