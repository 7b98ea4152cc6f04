"""A file that only memory holds, for what had to be decoded: customers' data leaves no copy on a disk."""

import os
import tempfile
from collections.abc import Iterable
from types import TracebackType
from typing import Self


class InMemory:
    """Holds `blocks` under `path` until it is closed. Where the system has no files in memory, a private file."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        if hasattr(os, "memfd_create"):
            self._file = os.fdopen(os.memfd_create("discreet"), "wb")
            self.path = f"/proc/self/fd/{self._file.fileno()}"
        else:
            self._file = tempfile.NamedTemporaryFile("wb")  # type: ignore[assignment]  # noqa: SIM115
            self.path = self._file.name
        for block in blocks:
            self._file.write(block)
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
