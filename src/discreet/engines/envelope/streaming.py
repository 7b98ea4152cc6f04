"""Seal a stream in pieces, so that neither side holds it whole. What is cut, moved or repeated does not open.

Form of a sealed stream:

    version 0x02 (1) ‖ key commitment (16) ‖ salt (32) ‖ piece ‖ piece ‖ …

Every piece is `PIECE_BYTES` of text, the last one may be shorter, each with its tag (16). Its nonce is its number
(11 bytes) and whether it is the last (1), so a piece opens at its own place only, and a cut end is noticed.
Source: STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015), as in age and Tink; each stream has a
key of its own (HKDF with the salt), so that numbers may serve as nonces. NIST SP 800-38D (AES-GCM).
"""

import hmac
import io
import secrets
from collections.abc import Iterator
from typing import IO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from discreet.engines.envelope.sealing import KEY_BYTES, Unsealable, derive

VERSION = 2
PIECE_BYTES = 64 * 1024
_COMMITMENT_BYTES = 16
_SALT_BYTES = 32
_HEADER_BYTES = 1 + _COMMITMENT_BYTES + _SALT_BYTES
_TAG_BYTES = 16
_NUMBER_BYTES = 11


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


def _cipher(key: bytes, salt: bytes) -> tuple[AESGCM, bytes]:
    if len(key) != KEY_BYTES:
        raise ValueError("a data key has 32 bytes")
    material = derive(key=key, purpose=f"stream/{salt.hex()}", length=KEY_BYTES + _COMMITMENT_BYTES)
    return AESGCM(material[:KEY_BYTES]), material[KEY_BYTES:]


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(_NUMBER_BYTES) + bytes([is_last])


class SealingWriter(io.RawIOBase):
    """Seals what is written to it into `sink`. Only `finish` makes it whole; without it nothing opens to the end."""

    def __init__(self, sink: Sink, *, key: bytes, aad: bytes) -> None:
        salt = secrets.token_bytes(_SALT_BYTES)
        self._cipher, commitment = _cipher(key, salt)
        header = bytes([VERSION]) + commitment + salt
        self._sink, self._aad = sink, header + aad
        self._waiting = bytearray()
        self._number = 0
        sink.write(header)

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        view = memoryview(data).cast("B")  # type: ignore[arg-type]
        self._waiting += view
        while len(self._waiting) > PIECE_BYTES:  # the last piece is never empty unless the stream is
            self._put(bytes(self._waiting[:PIECE_BYTES]), is_last=False)
            del self._waiting[:PIECE_BYTES]
        return len(view)

    def finish(self) -> None:
        """Write the last piece."""
        self._put(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _put(self, piece: bytes, *, is_last: bool) -> None:
        self._sink.write(self._cipher.encrypt(_nonce(self._number, is_last=is_last), piece, self._aad))
        self._number += 1


def opened(stream: IO[bytes], *, key: bytes, aad: bytes) -> Iterator[bytes]:
    """Yield the text in pieces, each checked before it is yielded. The whole is only sure at the end.

    Raises:
        Unsealable: another key or place, or pieces that were changed, moved, left out or added.
    """
    header = stream.read(_HEADER_BYTES)
    if len(header) < _HEADER_BYTES or header[0] != VERSION:
        raise Unsealable
    cipher, commitment = _cipher(key, header[-_SALT_BYTES:])
    if not hmac.compare_digest(header[1:-_SALT_BYTES], commitment):
        raise Unsealable
    number, piece = 0, stream.read(PIECE_BYTES + _TAG_BYTES)
    while True:
        following = stream.read(PIECE_BYTES + _TAG_BYTES)
        try:
            yield cipher.decrypt(_nonce(number, is_last=not following), piece, header + aad)
        except InvalidTag:
            raise Unsealable from None
        if not following:
            return
        number, piece = number + 1, following
