"""Papers as pictures that we draw ourselves: what staff see holds no script, no link, no metadata, no second file.

Each page is drawn by another process with bounds on memory and time (`drawing.py`): a bomb ends there.
"""

import subprocess
import sys
import threading
from pathlib import Path

from discreet.foundation.papers.refusals import PaperBroken, PaperTooLong
from discreet.foundation.papers.rules import MOST_PAGES, FileType

_PROGRAM = Path(__file__).with_name("drawing.py")
_TIMEOUT_S = 30
_NO_SUCH_PAGE = 3
_at_once = threading.BoundedSemaphore(2)


def check_drawable(content: bytes, file_type: FileType) -> None:
    """Refuse what could not be shown, while its sender is still there to send it again.

    Raises:
        PaperBroken: its first page cannot be drawn.
        PaperTooLong: it has more pages than are shown.
    """
    if _page(content, file_type, 1) is None:
        raise PaperBroken
    if file_type is FileType.PDF and _page(content, file_type, MOST_PAGES + 1) is not None:
        raise PaperTooLong(pages=MOST_PAGES)


def draw(content: bytes, file_type: FileType) -> tuple[bytes, ...]:
    """Return every page as a PNG.

    Raises:
        PaperBroken: one of them cannot be drawn.
    """
    pages: list[bytes] = []
    while len(pages) < (MOST_PAGES if file_type is FileType.PDF else 1):
        drawn = _page(content, file_type, len(pages) + 1)
        if drawn is None:
            break
        pages.append(drawn)
    if not pages:
        raise PaperBroken
    return tuple(pages)


def _page(content: bytes, file_type: FileType, page: int) -> bytes | None:
    """Return a page as a PNG, None where there is no such page."""
    with _at_once:
        try:
            done = subprocess.run(  # noqa: S603 (our own file, by its full path)
                [sys.executable, "-I", str(_PROGRAM), file_type.value, str(page)],
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=_TIMEOUT_S,
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
