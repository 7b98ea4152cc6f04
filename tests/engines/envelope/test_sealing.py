"""What a sealed value promises."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from discreet.engines.envelope.keyed_hash import keyed_hash
from discreet.engines.envelope.sealing import OVERHEAD_BYTES, Unsealable, derive, new_key, open_sealed, seal

KEY = bytes(range(32))


@given(plaintext=st.binary(max_size=2000), aad=st.binary(max_size=100))
def test_opening_undoes_sealing(plaintext: bytes, aad: bytes) -> None:
    """Any bytes, any place."""
    sealed = seal(key=KEY, plaintext=plaintext, aad=aad)
    assert len(sealed) == len(plaintext) + OVERHEAD_BYTES
    assert open_sealed(key=KEY, sealed=sealed, aad=aad) == plaintext


@given(plaintext=st.binary(max_size=40), data=st.data())
def test_a_change_of_any_bit_is_noticed(plaintext: bytes, data: st.DataObject) -> None:
    """Version, commitment, nonce, ciphertext and tag are all covered."""
    sealed = bytearray(seal(key=KEY, plaintext=plaintext, aad=b"place"))
    position = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[position // 8] ^= 1 << position % 8
    with pytest.raises(Unsealable):
        open_sealed(key=KEY, sealed=bytes(sealed), aad=b"place")


@given(cut=st.integers(0, OVERHEAD_BYTES + 4))
def test_a_cut_value_is_noticed(cut: int) -> None:
    """No length is too short to be refused properly."""
    with pytest.raises(Unsealable):
        open_sealed(key=KEY, sealed=seal(key=KEY, plaintext=b"hello", aad=b"")[:cut], aad=b"")


def test_another_place_or_key_does_not_open() -> None:
    """The place is bound by the AAD, the key by the commitment."""
    sealed = seal(key=KEY, plaintext=b"x", aad=b"shop.customers.email/7/1")
    for key, aad in [(KEY, b"shop.customers.email/8/1"), (new_key(), b"shop.customers.email/7/1")]:
        with pytest.raises(Unsealable):
            open_sealed(key=key, sealed=sealed, aad=aad)


def test_one_ciphertext_commits_to_one_key() -> None:
    """Transplanting another key's commitment does not make a value open under it."""
    other = new_key()
    sealed, foreign = seal(key=KEY, plaintext=b"x", aad=b""), seal(key=other, plaintext=b"x", aad=b"")
    with pytest.raises(Unsealable):
        open_sealed(key=other, sealed=sealed[:1] + foreign[1:17] + sealed[17:], aad=b"")


def test_no_two_seals_are_alike() -> None:
    """Nonces do not repeat."""
    assert len({seal(key=KEY, plaintext=b"x", aad=b"") for _ in range(500)}) == 500


def test_a_value_sealed_by_the_first_version_still_opens() -> None:
    """The stored form is fixed: this value must open for good."""
    material = derive(key=KEY, purpose="seal", length=48)
    nonce = bytes(range(12))
    header = b"\x01" + material[32:] + nonce
    assert material.hex().startswith("e692006111f93a3b")
    sealed = header + AESGCM(material[:32]).encrypt(nonce, b"kept", header + b"place")
    assert open_sealed(key=KEY, sealed=sealed, aad=b"place") == b"kept"


def test_aes_gcm_matches_the_published_vector() -> None:
    """NIST SP 800-38D / McGrew and Viega, test case 16 (AES-256, with AAD)."""
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    nonce = bytes.fromhex("cafebabefacedbaddecaf888")
    plaintext = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    sealed = AESGCM(key).encrypt(nonce, plaintext, aad)
    assert sealed[-16:].hex() == "76fc6ece0f4e1768cddf8853bb2d551b"
    assert sealed[:16].hex() == "522dc1f099567d07f47f37a32a84427d"


def test_the_keyed_hash_is_hmac_sha256_under_its_own_subkey() -> None:
    """Purposes are separate; the value is fixed for good."""
    first = keyed_hash(key=KEY, purpose="tombstone", message=b"m")
    assert first == keyed_hash(key=KEY, purpose="tombstone", message=b"m")
    assert first != keyed_hash(key=KEY, purpose="mailbox", message=b"m")
    assert first.hex() == "43d531845fdd0726ceda4802563b2d17a41ebb8ccec8d7ae187c1e123b2c3587"
