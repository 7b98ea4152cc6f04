"""Signed notes and their Ed25519 keys. Source: C2SP signed-note."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
_MAX_SIGNATURES = 64
_SIGNATURE_LINE = re.compile("\u2014 ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})\\Z")
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f]")


class NoteInvalid(ValueError):
    """The note is malformed, or no signature of the expected key stands under it."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key and the name it signs under. `public` is 32 bytes."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the 32 key bytes, in hexadecimal: what two people compare."""
        return hashlib.sha256(self.public).hexdigest()

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read `name+id+key`.

        Raises:
            NoteInvalid: it has another form, or the id does not belong to the key.
        """
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        raw = _decode(encoded)
        if not name or re.search(r"\s", name) or len(raw) != 33 or raw[:1] != ED25519:
            raise NoteInvalid("not an Ed25519 verifier key")
        key = cls(name=name, public=raw[1:])
        if key.key_id.hex() != key_id:
            raise NoteInvalid("the key's id does not belong to it")
        return key


def verifier_key(*, name: str, private: Ed25519PrivateKey) -> VerifierKey:
    return VerifierKey(name=name, public=private.public_key().public_bytes_raw())


def sign_note(*, text: str, name: str, private: Ed25519PrivateKey) -> str:
    """Return the note: the text, an empty line, a signature line.

    Raises:
        NoteInvalid: the text does not end with a newline or holds control characters, or the name is not one.
    """
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteInvalid("a note's text ends with a newline and has no control characters")
    if not name or re.search(r"[\s+]", name):
        raise NoteInvalid("a key name has neither spaces nor plus")
    key = verifier_key(name=name, private=private)
    signature = base64.b64encode(key.key_id + private.sign(text.encode())).decode()
    return f"{text}\n\u2014 {name} {signature}\n"


def open_note(note: str, *, key: VerifierKey) -> str:
    """Return the note's text once a signature of `key` is verified. Signatures of other keys are ignored.

    Raises:
        NoteInvalid: the form is wrong, the key did not sign, or one of its signatures does not verify.
    """
    text, signatures = _split(note)
    public = Ed25519PublicKey.from_public_bytes(key.public)
    verified = False
    for name, raw in signatures:
        if name != key.name or raw[:4] != key.key_id:
            continue
        try:
            public.verify(raw[4:], text.encode())
        except InvalidSignature as error:
            raise NoteInvalid("a signature of this key does not verify") from error
        verified = True
    if not verified:
        raise NoteInvalid("this key did not sign the note")
    return text


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    body, separator, tail = note.rpartition("\n\n")
    if not separator or not tail.endswith("\n") or _CONTROL.search(note):
        raise NoteInvalid("not a signed note")
    lines = tail[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise NoteInvalid("too many signatures")
    signatures = []
    for line in lines:
        match = _SIGNATURE_LINE.match(line)
        if not match:
            raise NoteInvalid("not a signature line")
        raw = _decode(match[2])
        if len(raw) < 5:
            raise NoteInvalid("a signature is too short")
        signatures.append((match[1], raw))
    return body + "\n", signatures


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteInvalid("not base64") from error
