"""A file that only memory holds, for what had to be decoded: customers' data leaves no copy on a disk."""

import os
import tempfile
from collections.abc import Iterable


class InMemory:
    """Holds what it was filled with under `path`. Where the system has no files in memory, a private file."""

    def __init__(self) -> None:
        if hasattr(os, "memfd_create"):
            self._file = os.fdopen(os.memfd_create("discreet"), "wb")
            self.path = f"/proc/self/fd/{self._file.fileno()}"
        else:
            self._file = tempfile.NamedTemporaryFile("wb")  # type: ignore[assignment]  # noqa: SIM115
            self.path = self._file.name

    def fill(self, blocks: Iterable[bytes]) -> None:
        """Hold `blocks` in place of what it held."""
        self._file.seek(0)
        self._file.truncate()
        for block in blocks:
            self._file.write(block)
        self._file.flush()

    def close(self) -> None:
        self._file.close()
