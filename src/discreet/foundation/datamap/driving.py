"""Who drives a scan: one process of this home at a time.

A file lock tells it, which the kernel frees the moment a process dies. `Scan.attempt` decides who may write; the
lock only says whether anybody is at it, so that a second command follows and a page tells the truth.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings


def _path(source: str) -> Path:
    folder: Path = settings.DISCREET_HOME / "run"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"scan-{source}.lock"  # a source's name is a safe file name


class DriverLock:
    """Held by the process that drives the scan of a source."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._descriptor = -1

    @property
    def is_held(self) -> bool:
        return self._descriptor >= 0

    def take(self) -> bool:
        """Take the lock if nobody else has it; return whether it is held now."""
        if not self.is_held:
            descriptor = os.open(_path(self._source), os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
            else:
                self._descriptor = descriptor
        return self.is_held

    def release(self) -> None:
        if self.is_held:
            os.close(self._descriptor)
            self._descriptor = -1


@contextlib.contextmanager
def driving(source: str) -> Iterator[DriverLock]:
    """Yield the lock of a source's driver, taken where nobody else has it."""
    lock = DriverLock(source)
    lock.take()
    try:
        yield lock
    finally:
        lock.release()


def is_driven(source: str) -> bool:
    """Return whether a process of this home drives the scan of a source now."""
    with driving(source) as lock:
        return not lock.is_held
