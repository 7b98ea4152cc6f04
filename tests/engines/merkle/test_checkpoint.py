"""Checkpoints are read and signed as C2SP says, and nothing else passes."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from discreet.engines.merkle.checkpoint import (
    Checkpoint,
    open_checkpoint,
    read_checkpoint,
    sign_checkpoint,
)
from discreet.engines.merkle.note import NoteInvalid, VerifierKey, open_note, sign_note, verifier_key

PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
KEY = verifier_key(name="example.com/log", private=PRIVATE)
CHECKPOINT = Checkpoint(origin="example.com/log", size=42, root=b"\x11" * 32)
NOTE = sign_checkpoint(CHECKPOINT, private=PRIVATE)
SPECIFIED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\u2014 example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)


def test_the_checkpoint_of_the_specification_is_read() -> None:
    checkpoint = read_checkpoint(SPECIFIED)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)


def test_a_signed_checkpoint_opens_with_its_key() -> None:
    assert open_checkpoint(NOTE, key=KEY) == CHECKPOINT


def test_the_key_id_is_computed_as_the_specification_says() -> None:
    expected = hashlib.sha256(b"example.com/log\n\x01" + KEY.public).digest()[:4]
    line = NOTE.splitlines()[-1].split(" ")
    assert line[:2] == ["\u2014", "example.com/log"]
    assert base64.b64decode(line[2])[:4] == expected


def test_a_known_verifier_key_is_read_and_written_unchanged() -> None:
    """The key of Go's checksum database, as its documentation prints it."""
    text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    assert str(VerifierKey.parse(text)) == text


@given(st.integers(0, len(NOTE) - 1), st.characters(codec="utf-8"))
def test_a_changed_character_anywhere_is_refused(at: int, character: str) -> None:
    changed = NOTE[:at] + character + NOTE[at + 1 :]
    if changed != NOTE:
        with pytest.raises(NoteInvalid):
            open_checkpoint(changed, key=KEY)


@given(st.integers(0, len(NOTE) - 1))
def test_a_cut_note_is_refused(length: int) -> None:
    with pytest.raises(NoteInvalid):
        open_checkpoint(NOTE[:length], key=KEY)


def test_another_key_under_the_same_name_is_refused() -> None:
    forged = sign_checkpoint(CHECKPOINT, private=Ed25519PrivateKey.from_private_bytes(b"\x08" * 32))
    with pytest.raises(NoteInvalid):
        open_checkpoint(forged, key=KEY)


def test_signatures_of_unknown_keys_are_ignored() -> None:
    witness = sign_note(text=CHECKPOINT.text(), name="witness.example", private=PRIVATE).splitlines()[-1]
    assert open_checkpoint(f"{NOTE}{witness}\n", key=KEY) == CHECKPOINT


@pytest.mark.parametrize("size", ["-1", "007", "1e3", "٣", "", " 1"])
def test_a_size_in_another_spelling_is_refused(size: str) -> None:
    text = f"example.com/log\n{size}\n{base64.b64encode(b'x' * 32).decode()}\n"
    note = sign_note(text=text, name="example.com/log", private=PRIVATE)
    assert open_note(note, key=KEY) == text
    with pytest.raises(NoteInvalid):
        open_checkpoint(note, key=KEY)


@pytest.mark.parametrize("text", ["no newline", "bell\x07\n", "return\r\n"])
def test_what_is_not_a_note_text_is_not_signed(text: str) -> None:
    with pytest.raises(NoteInvalid):
        sign_note(text=text, name="example.com/log", private=PRIVATE)


@pytest.mark.parametrize(
    "text", ["", "a+b", "example.com/log+00000000+AQ==", f"other.name+{str(KEY).split('+', 1)[1]}"]
)
def test_a_malformed_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(NoteInvalid):
        VerifierKey.parse(text)
