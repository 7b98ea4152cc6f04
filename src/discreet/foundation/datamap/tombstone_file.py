"""`HOME/tombstones/tombstones.jsonl`: what must stay gone, outside every database that a backup could bring back.

The file only grows; a line counts once it is on the disk. A crash leaves the beginning of a line, which the
reader passes over: the whole line follows it.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

_TAIL_BYTES = 262_144


def tombstones_path() -> Path:
    home: Path = settings.DISCREET_HOME
    return home / "tombstones" / "tombstones.jsonl"


def write_line(facts: Mapping[str, object]) -> str:
    """Return the canonical line of one tombstone, without its end."""
    return json.dumps(facts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def append_lines(lines: Sequence[str], *, path: Path | None = None) -> int:
    """Append the lines that the end of the file does not hold yet; return how many, once they are on the disk.

    A step that was cut off and runs again writes nothing twice. A repeated line further up does no harm.
    """
    target = path or tombstones_path()
    if not lines:
        return 0
    with _locked(target):
        is_new = not target.exists()
        descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            wanted = "".join(f"{line}\n" for line in lines)
            file.seek(max(0, size - _TAIL_BYTES - len(wanted)))
            tail = file.read()
            known = set(tail.decode("ascii", errors="replace").split("\n"))
            fresh = [line for line in dict.fromkeys(lines) if line not in known]
            start = b"" if not tail or tail.endswith(b"\n") else b"\n"
            rest = memoryview(start + "".join(f"{line}\n" for line in fresh).encode("ascii"))
            while fresh and rest:
                rest = rest[file.write(rest) or 0 :]
            os.fsync(file.fileno())
        if is_new:
            _sync_folder(target.parent)
    return len(fresh)


def merge_lines(lines: Iterable[str]) -> int:
    """Append every line that the whole file lacks, as after restoring a backup; return how many."""
    known = set(read_lines(tombstones_path()))
    return append_lines([line for line in dict.fromkeys(lines) if line not in known])


def read_lines(path: Path) -> list[str]:
    """Return the file's lines, oldest first; none where there is no file."""
    return [line for _, line in numbered_lines(path)]


def numbered_lines(path: Path) -> list[tuple[int, str]]:
    """Return the lines with their positions in the file, from 1."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="ascii", errors="replace").split("\n")
    return [(position, line) for position, line in enumerate(lines, start=1) if line]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path.parent / "lock", os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
