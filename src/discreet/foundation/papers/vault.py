"""Where sealed papers lie: `HOME/papers/`, each for its owner alone. Names are random ids.

A paper is sealed under a key of its own, and that once more under its case's key. Destroying either makes it
unreadable at that commit, in every copy of the file; overwriting and unlinking comes on top.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from discreet.foundation.keys import api as keys

_AAD = "paper"
_SUFFIX = ".sealed"
_BLOCK = b"\0" * 65_536


def folder() -> Path:
    home: Path = settings.DISCREET_HOME
    return home / "papers"


def key_id(paper_id: str) -> str:
    return f"paper:{paper_id}"


def lay(*, number: str, paper_id: str, content: bytes) -> None:
    """Seal a paper and write it durably. In the act that makes its row: the key commits with it."""
    keys.create_case_key(key_id(paper_id))
    inner = keys.seal(key_id(paper_id), content, _AAD)
    sealed = keys.seal(number, inner, f"{_AAD}/{paper_id}")
    path = _path(paper_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
        stream.write(sealed)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
    _sync_folder()


def read(*, number: str, paper_id: str) -> bytes | None:
    """Return a paper's bytes, None where its file is missing.

    Raises:
        KeyDestroyed: it was destroyed.
    """
    try:
        sealed = _path(paper_id).read_bytes()
    except FileNotFoundError:
        return None
    inner = keys.open_sealed(number, sealed, f"{_AAD}/{paper_id}")
    return keys.open_sealed(key_id(paper_id), inner, _AAD)


def is_there(paper_id: str) -> bool:
    return _path(paper_id).exists()


def remove(paper_id: str) -> bool:
    """Overwrite and unlink a paper's file and what a crash left of it; say whether there was one. Idempotent."""
    found = False
    for path in (_path(paper_id), _path(paper_id).with_suffix(".part")):
        with contextlib.suppress(FileNotFoundError):
            _overwrite(path)
            path.unlink()
            found = True
    if found:
        _sync_folder()
    return found


def lying() -> Iterator[tuple[str, float]]:
    """Yield each paper whose file lies here, whole or half-written, with when it was last written (POSIX)."""
    with contextlib.suppress(FileNotFoundError):
        for path in sorted(folder().iterdir()):
            with contextlib.suppress(FileNotFoundError):
                yield path.stem, path.stat().st_mtime


def _path(paper_id: str) -> Path:
    return folder() / f"{paper_id}{_SUFFIX}"


def _overwrite(path: Path) -> None:
    with path.open("r+b") as stream:
        left = os.fstat(stream.fileno()).st_size
        while left > 0:
            left -= stream.write(_BLOCK[:left])
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder() -> None:
    descriptor = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
