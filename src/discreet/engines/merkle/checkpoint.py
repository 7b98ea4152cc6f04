"""Checkpoints: who says which root a tree of which size has. Source: C2SP tlog-checkpoint."""

import base64
import binascii
import re
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from discreet.engines.merkle.note import NoteInvalid, VerifierKey, open_note, sign_note
from discreet.engines.merkle.tree import HASH_BYTES

_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})\Z")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the note text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def sign_checkpoint(checkpoint: Checkpoint, *, private: Ed25519PrivateKey) -> str:
    """Return the checkpoint as a note signed under its origin."""
    return sign_note(text=checkpoint.text(), name=checkpoint.origin, private=private)


def read_checkpoint(note: str) -> Checkpoint:
    """Read a checkpoint WITHOUT looking at its signatures.

    Raises:
        NoteInvalid: it is not a checkpoint.
    """
    text, separator, _ = note.rpartition("\n\n")
    lines = text.split("\n")
    if not separator or len(lines) < 3 or not all(lines) or not _SIZE.match(lines[1]):
        raise NoteInvalid("not a checkpoint")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteInvalid("the root is not base64") from error
    if len(root) != HASH_BYTES or base64.b64encode(root).decode() != lines[2]:
        raise NoteInvalid("the root is not a SHA-256 hash")
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root)


def open_checkpoint(note: str, *, key: VerifierKey) -> Checkpoint:
    """Return the checkpoint once the key's signature is verified.

    Raises:
        NoteInvalid: it is not a checkpoint of this key, or the signature does not verify.
    """
    open_note(note, key=key)
    checkpoint = read_checkpoint(note)
    if checkpoint.origin != key.name:
        raise NoteInvalid("the checkpoint is of another log")
    return checkpoint
