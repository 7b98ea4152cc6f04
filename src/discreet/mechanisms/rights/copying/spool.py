"""Parts of a package on their way: on the disk only under a key that lives in this process's memory."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from discreet.engines.envelope.sealing import new_key
from discreet.engines.envelope.streaming import SealingWriter, opened

_IN_MEMORY_BYTES = 2 * 1024 * 1024


class Spool:
    """Bytes that are written first and read once afterwards, in any amount. A context: leaving it forgets them."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES, dir=str(folder))  # noqa: SIM115
        self._key = new_key()
        self._writer = SealingWriter(self._file, key=self._key, aad=b"spool")

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, text: str) -> None:
        self._writer.write(text.encode("utf-8", "replace"))

    def read(self) -> Iterator[bytes]:
        """End writing, and yield what was written."""
        self._writer.finish()
        self._file.seek(0)
        yield from opened(self._file, key=self._key, aad=b"spool")
