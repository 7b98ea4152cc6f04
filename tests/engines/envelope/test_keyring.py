"""What the keyring document promises."""

import json

import pytest

from discreet.engines.envelope.keyring import (
    UnreadableKeyring,
    WrongPassphrase,
    dump,
    load,
    new_keyring,
    with_new_root,
    without_older_roots,
)
from discreet.engines.envelope.sealing import Unsealable, new_key


@pytest.mark.parametrize("passphrase", ["", "四个汉字 and more"])
def test_a_keyring_comes_back_from_its_document(passphrase: str) -> None:
    """With and without a passphrase."""
    keyring = with_new_root(new_keyring())
    assert load(dump(keyring, passphrase=passphrase), passphrase=passphrase) == keyring


def test_a_passphrase_hides_the_root_keys() -> None:
    """The document holds no root key, and the wrong passphrase opens nothing."""
    keyring = new_keyring()
    text = dump(keyring, passphrase="right")
    assert "roots" not in json.loads(text)
    for passphrase in ("", "wrong"):
        with pytest.raises(WrongPassphrase):
            load(text, passphrase=passphrase)


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", '{"discreet_keyring": 2, "roots": {}}', '{"discreet_keyring": 1, "roots": {}}',
     '{"discreet_keyring": 1, "roots": {"1": "c2hvcnQ="}}', '{"discreet_keyring": 1, "roots": {"1": 5}}',
     '{"discreet_keyring": 1, "sealed_roots": "A", "scrypt": {"n": 1099511627776, "r": 8, "p": 1, "salt": ""}}'],
)  # fmt: skip
def test_what_is_no_keyring_is_refused(text: str) -> None:
    """Damage is named, and never exhausts the memory."""
    with pytest.raises(UnreadableKeyring):
        load(text, passphrase="x")


def test_older_root_keys_unwrap_until_they_are_dropped() -> None:
    """A rotation can stop half way."""
    key = new_key()
    first = new_keyring()
    wrapped = first.wrap(key, aad="case-key/R-1")
    both = with_new_root(first)
    assert both.unwrap(wrapped, aad="case-key/R-1") == key
    with pytest.raises(Unsealable):
        without_older_roots(both).unwrap(wrapped, aad="case-key/R-1")


def test_a_wrapped_key_serves_its_owner_alone() -> None:
    """One case's wrapped key cannot be put in another's row."""
    keyring = new_keyring()
    with pytest.raises(Unsealable):
        keyring.unwrap(keyring.wrap(new_key(), aad="case-key/R-1"), aad="case-key/R-2")
