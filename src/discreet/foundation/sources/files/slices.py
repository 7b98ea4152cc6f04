"""A text file passed through piece by piece: what is not changed is copied as the bytes it was.

An encoding in which a letter's bytes depend on what stands before it has no pieces; it is not taken.
"""

import codecs
import gzip
import io
import os
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, BinaryIO, cast

from discreet.foundation.sources.files import encodings
from discreet.foundation.sources.files.rewriting import NotRewritten, UnfitValue

_BLOCK = 1 << 20
_MARKS = {
    "utf-8": ((codecs.BOM_UTF8, "utf-8"), (b"", "utf-8")),
    "utf-16": ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")),
    "utf-32": ((codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be")),
}
_WITH_STATES = ("iso2022", "hz")
Piece = tuple[str, str | None]  # as it stands there, and what is to stand there, if that is something else


def has_pieces(encoding: str) -> bool:
    """Return whether a text of this encoding can be taken apart into bytes."""
    return not encoding.startswith(_WITH_STATES)


class Slices:
    """Reads a file twice at once: as a text, and as the bytes that its pieces are."""

    def __init__(self, before: BinaryIO, *, encoding: str, is_gzip: bool) -> None:
        if not has_pieces(encoding):
            raise NotRewritten
        self._files = [_opened(before, is_gzip=is_gzip) for _ in range(2)]
        self._texts, self._bytes = self._files
        self.mark, self._codec = self._marked(encoding)

    def _marked(self, encoding: str) -> tuple[bytes, str]:
        plain = encodings.UTF_8 if encoding == encodings.UTF_8_MARKED else encoding
        head = self._bytes.read(4)
        marks = _MARKS.get(plain, ((b"", plain),))
        for mark, codec in marks:
            if head.startswith(mark):
                for file in self._files:
                    file.seek(len(mark))
                return mark, codec
        raise NotRewritten

    def texts(self) -> Iterator[str]:
        """Yield the text behind the mark in blocks.

        Raises:
            NotRewritten: some bytes are no text.
        """
        decoder = codecs.getincrementaldecoder(self._codec)("strict")
        for block in chain(iter(lambda: self._texts.read(_BLOCK), b""), [b""]):
            try:
                yield decoder.decode(block, not block)
            except UnicodeDecodeError:
                raise NotRewritten from None

    def taken(self, text: str) -> bytes:
        """Return the bytes that the next piece of the text is in the file.

        Raises:
            NotRewritten: they are not the text's.
        """
        try:
            same = text.encode(self._codec)
        except UnicodeEncodeError:
            raise NotRewritten from None
        found = self._bytes.read(len(same))
        if found != same and found.decode(self._codec, "replace") != text:
            raise NotRewritten
        return found

    def said(self, text: str) -> bytes:
        """Return a new text in the file's encoding.

        Raises:
            UnfitValue: it has no letters for it.
        """
        try:
            return text.encode(self._codec)
        except UnicodeEncodeError:
            raise UnfitValue from None

    def with_new(self, raw: bytes, pieces: Iterable[Piece]) -> Iterator[bytes]:
        """Yield the bytes of a text's pieces, those of new ones in the place of the old.

        Raises:
            UnfitValue: see `said`.
        """
        place = 0
        for old, new in pieces:
            end = place + len(old.encode(self._codec))
            yield raw[place:end] if new is None else self.said(new)
            place = end

    def can_say(self, text: str) -> bool:
        try:
            text.encode(self._codec)
        except UnicodeEncodeError:
            return False
        return True

    def end(self) -> None:
        """Make sure that the pieces were the whole file."""
        if self._bytes.read(1):
            raise NotRewritten

    def close(self) -> None:
        for file in self._files:
            file.close()


class _Place(io.RawIOBase):
    """A place of its own in a file that is open."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor, self._at = descriptor, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_CUR:
            offset += self._at
        elif whence == os.SEEK_END:
            offset += os.fstat(self._descriptor).st_size
        self._at = offset
        return offset

    def readinto(self, buffer: Any) -> int:
        block = os.pread(self._descriptor, len(buffer), self._at)
        buffer[: len(block)] = block
        self._at += len(block)
        return len(block)


def _opened(before: BinaryIO, *, is_gzip: bool) -> BinaryIO:
    plain = io.BufferedReader(_Place(before.fileno()), _BLOCK)
    return cast(BinaryIO, gzip.GzipFile(fileobj=plain) if is_gzip else plain)
