"""What a file is, by its bytes: its name and what the sender calls it count for nothing.

What stands behind the end of a picture or a PDF is cut off, so that a second file hidden there is never kept.
What remains is shown only as dots that we draw ourselves (`pictures.py`): no byte of it reaches a browser.
Source: PNG (W3C), 5; JPEG (ITU-T T.81), Annex B; PDF 2.0 (ISO 32000-2), 7.3 to 7.6, 12.6; failure promise 18.
"""

import re
import struct
import zlib
from dataclasses import dataclass

from discreet.foundation.papers.refusals import (
    PaperActive,
    PaperBroken,
    PaperKindUnknown,
    PaperLocked,
    PaperMissing,
    PaperTooLarge,
    PaperTooWide,
)
from discreet.foundation.papers.rules import LONGEST_SIDE, MIB, MOST_BYTES, MOST_PIXELS, FileType

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_PDF = re.compile(rb"%PDF-[12]\.\d")
_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # SOF markers, which hold the picture's size
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length
_ACTIVE = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|ImportData|SubmitForm|GoToE|GoToR|Rendition|Movie|Sound"
    rb"|3D)(?![A-Za-z0-9])"
)
_LOCKED = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_PACKED = b"/ObjStm"
_BEGINS = re.compile(rb"stream\r?\n")
_BEGINS_WITHIN = 2_000  # bytes of the name
_SLICE = 64 * 1024
_MOST_UNPACKED = 32 * MIB
# Far more than ten pages or a picture need: what is made to be slow to read is refused, not read.
_MOST_PACKED, _MOST_ESCAPED, _MOST_PARTS = 2_000, 20_000, 20_000
_ZIP_END = b"PK\x05\x06"


@dataclass(frozen=True, slots=True)
class Inspected:
    """`content`: the file up to where its own format ends."""

    file_type: FileType
    content: bytes


def inspect(content: bytes) -> Inspected:
    """Return what the bytes are, or refuse them.

    Raises:
        PaperMissing, PaperTooLarge, PaperKindUnknown
        PaperBroken: cut short or damaged. PaperTooWide: more dots than are ever drawn.
        PaperLocked: a PDF with a password. PaperActive: a PDF with scripts, actions or files in it.
    """
    if not content:
        raise PaperMissing
    if len(content) > MOST_BYTES:
        raise PaperTooLarge(mib=MOST_BYTES // MIB)
    if content.startswith(_PNG):
        return Inspected(FileType.PNG, _png(content))
    if content.startswith(_JPEG):
        return Inspected(FileType.JPEG, _jpeg(content))
    if _PDF.match(content):
        return Inspected(FileType.PDF, _pdf(content))
    raise PaperKindUnknown


def _png(content: bytes) -> bytes:
    at, is_sized = len(_PNG), False
    for _ in range(_MOST_PARTS):
        if at + 12 > len(content):
            raise PaperBroken
        length, kind = struct.unpack_from(">I4s", content, at)
        end = at + 12 + length
        if end > len(content) or zlib.crc32(content[at + 4 : end - 4]) != _number(content, end - 4):
            raise PaperBroken
        if not is_sized:
            if kind != b"IHDR" or length != 13:
                raise PaperBroken
            _check_size(_number(content, at + 8), _number(content, at + 12))
            is_sized = True
        if kind == b"IEND":
            return content[:end]
        at = end
    raise PaperBroken


def _number(content: bytes, at: int) -> int:
    (number,) = struct.unpack_from(">I", content, at)
    return int(number)


def _jpeg(content: bytes) -> bytes:
    at, is_sized = 2, False
    for _ in range(_MOST_PARTS):
        if at + 4 > len(content) or content[at] != 0xFF:
            raise PaperBroken
        marker = content[at + 1]
        if marker == 0xFF or marker in _BARE:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > len(content):
            raise PaperBroken
        if marker in _SIZES:
            if length < 8 or is_sized:
                raise PaperBroken
            height, width = struct.unpack_from(">HH", content, at + 5)
            _check_size(width, height)
            is_sized = True
        at += 2 + length
        if marker == 0xDA:
            end = content.find(b"\xff\xd9", at)
            if end < 0 or not is_sized:
                raise PaperBroken
            return content[: end + 2]
    raise PaperBroken


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise PaperBroken
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise PaperTooWide(millions=MOST_PIXELS // 1_000_000)


def _pdf(content: bytes) -> bytes:
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise PaperBroken
    content = content[: end + len(b"%%EOF")] + b"\n"
    if _ZIP_END in content[-66_000:]:  # also an archive: whoever made it meant two readers to see two files
        raise PaperActive
    named = _plain_names(content)
    if _LOCKED.search(named):
        raise PaperLocked
    if _ACTIVE.search(named) or any(_ACTIVE.search(_plain_names(part)) for part in _unpacked(content)):
        raise PaperActive
    return content


def _plain_names(content: bytes) -> bytes:
    """Undo `#4a` in names, by which a word can be hidden. Source: ISO 32000-2, 7.3.5."""
    named, escaped = _ESCAPED.subn(lambda found: bytes([int(found[1], 16)]), content, count=_MOST_ESCAPED + 1)
    if escaped > _MOST_ESCAPED:
        raise PaperActive
    return named


def _unpacked(content: bytes) -> list[bytes]:
    """Return the packed lists of objects, unpacked up to a bound; beyond it the file is refused."""
    found: list[bytes] = []
    left, at = _MOST_UNPACKED, 0
    for _ in range(_MOST_PACKED):
        at = content.find(_PACKED, at)
        if at < 0:
            return found
        at += len(_PACKED)
        begins = None if content[at : at + 1].isalnum() else _BEGINS.search(content, at, at + _BEGINS_WITHIN)
        if begins is None:
            continue
        at = begins.end()
        part = _inflated(content, at, left)
        left -= len(part)
        if left <= 0:
            raise PaperActive
        found.append(part)
    raise PaperActive


def _inflated(content: bytes, start: int, most: int) -> bytes:
    """Return what is unpacked from a place on, up to a size and to what is damaged.

    What is packed in another way, the drawing reads or refuses. It is read slice by slice: what stands behind a
    stream's end would otherwise be copied for each stream.
    """
    unpacker = zlib.decompressobj()
    parts: list[bytes] = []
    while most > 0 and start < len(content) and not unpacker.eof:
        try:
            part = unpacker.decompress(content[start : start + _SLICE], most)
        except zlib.error:
            break
        parts.append(part)
        most -= len(part)
        start += _SLICE
    return b"".join(parts)
