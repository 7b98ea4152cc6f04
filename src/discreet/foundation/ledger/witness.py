"""The second place for checkpoints: a file that only grows, outside the database.

It shows what a database alone cannot: that its tail was cut, that it was rolled back, that it forked. The
folder (DISCREET_CHECKPOINT_DIR) should lie on another disk or machine. Notes stand one after another with an
empty line between them. A crash while writing leaves the beginning of a note; the whole note then follows. A
new file comes into its place whole, so that a full disk leaves none rather than an empty one.
"""

import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from django.conf import settings

from discreet.engines.merkle.checkpoint import Checkpoint, open_checkpoint
from discreet.engines.merkle.note import NoteInvalid, VerifierKey

_BETWEEN = re.compile("\n\n+(?!\n|\u2014 )")
_TAIL_BYTES = 65_536


def witness_path() -> Path:
    folder: Path = settings.ENVIRONMENT.checkpoint_dir
    return folder / "checkpoints.txt"


def retired_paths() -> list[Path]:
    """Return the files that an accepted rollback retired, oldest first."""
    return sorted(witness_path().parent.glob("checkpoints-retired-*.txt"))


def retire(path: Path) -> None:
    """Put the file aside, so that a new one begins. It stays as evidence of what was lost."""
    if path.exists():
        path.rename(path.with_name(f"checkpoints-retired-{len(retired_paths()) + 1:06d}.txt"))


def read_notes(path: Path) -> list[str]:
    """Return the notes of the file, oldest first, without those a crash cut and a whole one followed.

    A last note that was cut, and anything that is not a note, is returned as it stands.
    """
    return _notes(path.read_bytes()) if path.exists() else []


def last_checkpoint(path: Path, *, key: VerifierKey) -> Checkpoint | None:
    """Return the newest checkpoint of the file that the key signed: not one that a crash cut."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL_BYTES))
        found = _newest(file.read(), key)
        if found is None and size > _TAIL_BYTES:  # what covers the end must not hide what stands before
            file.seek(0)
            found = _newest(file.read(), key)
        return found


def _newest(content: bytes, key: VerifierKey) -> Checkpoint | None:
    for note in reversed(_notes(content)):
        try:
            return open_checkpoint(note, key=key)
        except NoteInvalid:
            continue
    return None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes from appending meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def locked_now(path: Path) -> Iterator[bool]:
    """Like `locked`, without waiting: yields whether the lock is ours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with (path.parent / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def append_notes(path: Path, notes: Iterable[str]) -> None:
    """Append whole notes and return once they are on the disk; where that fails, the file is as it was."""
    if not path.exists():
        with begun_anew(path, notes):
            return
    with os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND), "r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 2))
        separator = b"" if size == 0 or file.read(2) == b"\n\n" else b"\n\n"
        try:
            _write_all(file, separator + _joined(notes))
        except OSError:
            file.truncate(size)
            raise


@contextmanager
def begun_anew(path: Path, notes: Iterable[str]) -> Iterator[None]:
    """Write the notes, after what the file holds already, to a file aside.

    It takes its place when the block has ended well.
    """
    partial = path.with_name(f".{path.name}.part")
    before = path.read_bytes().rstrip(b"\n") if path.exists() else b""
    try:
        with partial.open("wb", buffering=0) as file:
            _write_all(file, (before + b"\n\n" if before else b"") + _joined(notes))
        yield
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _joined(notes: Iterable[str]) -> bytes:
    return "".join(f"{note}\n" for note in notes).encode()


def _write_all(file: FileIO, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) or 0 :]
    os.fsync(file.fileno())


def _notes(content: bytes) -> list[str]:
    text = content.decode("utf-8", errors="replace").strip("\n")
    kept: list[str] = []
    for chunk in reversed(_BETWEEN.split(text) if text else []):
        is_cut = bool(kept) and chunk != kept[-1] and kept[-1].startswith(chunk)
        if not is_cut:
            kept.append(chunk)
    return [f"{chunk}\n" for chunk in reversed(kept)]
