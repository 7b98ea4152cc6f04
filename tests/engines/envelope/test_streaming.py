"""A sealed stream opens whole, or not at all: nothing is cut, moved, repeated or put elsewhere."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discreet.engines.envelope.sealing import Unsealable, new_key
from discreet.engines.envelope.streaming import PIECE_BYTES, SealingWriter, opened

KEY = new_key()
PIECE = PIECE_BYTES + 16
HEADER = 49


def sealed(text: bytes, *, step: int = PIECE_BYTES, aad: bytes = b"here") -> bytes:
    sink = io.BytesIO()
    writer = SealingWriter(sink, key=KEY, aad=aad)
    for start in range(0, len(text), step):
        writer.write(text[start : start + step])
    writer.finish()
    return sink.getvalue()


def read(blob: bytes, *, key: bytes = KEY, aad: bytes = b"here") -> bytes:
    return b"".join(opened(io.BytesIO(blob), key=key, aad=aad))


THREE = b"".join(bytes([letter]) * PIECE_BYTES for letter in b"abc")


@settings(max_examples=30)
@given(
    st.one_of(st.integers(0, 40), st.integers(PIECE_BYTES - 2, PIECE_BYTES + 2), st.just(2 * PIECE_BYTES)),
    st.integers(1000, 3 * PIECE_BYTES),
)
def test_what_was_sealed_opens_as_it_was_however_it_was_written(length: int, step: int) -> None:
    text = bytes(length % 251 for length in range(length))
    blob = sealed(text, step=step)
    assert read(blob) == text
    assert len(text) < 16 or text[:16] not in blob


def test_two_seals_of_one_text_have_nothing_in_common() -> None:
    assert sealed(THREE)[HEADER:] != sealed(THREE)[HEADER:]


def pieces(blob: bytes) -> list[bytes]:
    return [blob[at : at + PIECE] for at in range(HEADER, len(blob), PIECE)]


@pytest.mark.parametrize(
    "changed",
    [
        lambda head, one, two, three: head + one + two,
        lambda head, one, two, three: head + one + two + three[:-1],
        lambda head, one, two, three: head + two + one + three,
        lambda head, one, two, three: head + one + one + two + three,
        lambda head, one, two, three: head + one + two + three + three,
        lambda head, one, two, three: head + two + three,
        lambda head, one, two, three: head + one + two + three + b"x",
        lambda head, one, two, three: head[:40],
        lambda head, one, two, three: b"",
        lambda head, one, two, three: b"\x01" + head[1:] + one + two + three,
    ],
)
def test_a_stream_that_was_cut_or_moved_about_is_refused(changed: object) -> None:
    blob = sealed(THREE)
    with pytest.raises(Unsealable):
        read(changed(blob[:HEADER], *pieces(blob)))  # type: ignore[operator]


def test_pieces_of_another_stream_of_the_same_key_do_not_fit() -> None:
    one, other = sealed(THREE), sealed(THREE)
    with pytest.raises(Unsealable):
        read(one[: HEADER + PIECE] + other[HEADER + PIECE :])


def test_another_key_place_or_bit_opens_nothing() -> None:
    blob = sealed(b"text")
    with pytest.raises(Unsealable):
        read(blob, key=new_key())
    with pytest.raises(Unsealable):
        read(blob, aad=b"there")
    for at in range(len(blob)):
        with pytest.raises(Unsealable):
            read(blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :])


def test_without_its_end_a_stream_does_not_open() -> None:
    sink = io.BytesIO()
    SealingWriter(sink, key=KEY, aad=b"here").write(THREE + b"more")
    with pytest.raises(Unsealable):
        read(sink.getvalue())
