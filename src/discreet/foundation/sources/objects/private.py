"""Private folders for what a session fetches. Each goes at the session's end, or when the next one finds its owner dead."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_FILES = "files"


class PrivateFolder:
    """A folder of one session, closed to other accounts and locked while its session lives."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self._folder = folder
        self._descriptor = descriptor
        self.files = folder / _FILES

    @classmethod
    def made(cls, home: Path) -> "PrivateFolder":
        """Return a new one, after those of dead sessions were removed."""
        root = root_of(home)
        with _only_one(root):
            clear_dead(root)
            folder = root / secrets.token_hex(16)
            folder.mkdir(mode=0o700)
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # nobody else knows its name yet
            (folder / _FILES).mkdir(mode=0o700)
        return cls(folder, descriptor)

    def remove(self) -> None:
        if self._descriptor >= 0:
            shutil.rmtree(self._folder, ignore_errors=True)
            self.let_go()

    def let_go(self) -> None:
        """Leave the folder to whoever clears away, as a process that dies does."""
        os.close(self._descriptor)
        self._descriptor = -1


def root_of(home: Path) -> Path:
    root = home / "run" / "objects"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    root.chmod(0o700)
    return root


@contextmanager
def _only_one(root: Path) -> Iterator[None]:
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def clear_dead(root: Path) -> None:
    """Remove the folders that nobody holds."""
    for entry in list(os.scandir(root)):
        if not entry.is_dir(follow_symlinks=False):
            continue
        with suppress(OSError):
            descriptor = os.open(entry.path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(entry.path, ignore_errors=True)
            finally:
                os.close(descriptor)
