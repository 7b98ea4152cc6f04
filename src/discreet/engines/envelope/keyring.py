"""The keyring: the root keys that wrap every data key, as a small JSON document.

A root key has a number that never comes back; the newest one wraps, older ones only unwrap until a rotation
is complete. With a passphrase the root keys are sealed under a key that scrypt derives (RFC 7914).
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from discreet.engines.envelope.sealing import Unsealable, derive, new_key, open_sealed, seal

_SCRYPT_N = 2**15
_SCRYPT_R = 8
_SCRYPT_P = 1


class UnreadableKeyring(ValueError):
    """The document is not a keyring, or was changed."""


class WrongPassphrase(ValueError):
    """The passphrase does not open the keyring, or one is needed and none was given."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Root keys by number."""

    roots: Mapping[int, bytes]

    @property
    def current(self) -> int:
        return max(self.roots)

    def fingerprint(self, number: int) -> str:
        """Return what may be stored openly to recognise root key `number`."""
        return derive(key=self.roots[number], purpose="fingerprint", length=16).hex()

    def wrap(self, key: bytes, *, aad: str) -> bytes:
        """Return `key` sealed under the current root key: its number (4 bytes) and the sealed key."""
        number = self.current
        return number.to_bytes(4) + seal(key=self.roots[number], plaintext=key, aad=aad.encode())

    def unwrap(self, wrapped: bytes, *, aad: str) -> bytes:
        """Return the key.

        Raises:
            Unsealable: wrapped by a root key that this keyring does not hold, or changed.
        """
        root = self.roots.get(int.from_bytes(wrapped[:4]))
        if root is None:
            raise Unsealable
        return open_sealed(key=root, sealed=wrapped[4:], aad=aad.encode())


def new_keyring() -> Keyring:
    return Keyring(roots={1: new_key()})


def with_new_root(keyring: Keyring) -> Keyring:
    """Return the keyring with one more root key, which becomes the current one."""
    return replace(keyring, roots={**keyring.roots, keyring.current + 1: new_key()})


def without_older_roots(keyring: Keyring) -> Keyring:
    """Return the keyring with its current root key alone."""
    return replace(keyring, roots={keyring.current: keyring.roots[keyring.current]})


def _locked_by(passphrase: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=n, r=r, p=p).derive(passphrase.encode())


def dump(keyring: Keyring, *, passphrase: str) -> str:
    """Return the document; an empty passphrase leaves the root keys open in it."""
    roots = {str(number): base64.b64encode(key).decode() for number, key in keyring.roots.items()}
    if not passphrase:
        return json.dumps({"discreet_keyring": 1, "roots": roots}, indent=1) + "\n"
    salt = secrets.token_bytes(16)
    lock = _locked_by(passphrase, salt, _SCRYPT_N, _SCRYPT_R, _SCRYPT_P)
    sealed = seal(key=lock, plaintext=json.dumps(roots).encode(), aad=b"keyring")
    document = {
        "discreet_keyring": 1,
        "scrypt": {"n": _SCRYPT_N, "r": _SCRYPT_R, "p": _SCRYPT_P, "salt": base64.b64encode(salt).decode()},
        "sealed_roots": base64.b64encode(sealed).decode(),
    }
    return json.dumps(document, indent=1) + "\n"


def load(text: str, *, passphrase: str) -> Keyring:
    """Return the keyring of a document.

    Raises:
        UnreadableKeyring: the text is not a keyring of this form.
        WrongPassphrase: the root keys are sealed and `passphrase` does not open them.
    """
    try:
        document = json.loads(text)
        if document["discreet_keyring"] != 1:
            raise UnreadableKeyring
        sealed = document.get("sealed_roots")
        roots = _opened_roots(document, passphrase) if sealed else document["roots"]
        keys = {int(number): base64.b64decode(key, validate=True) for number, key in roots.items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, WrongPassphrase):
            raise
        raise UnreadableKeyring from None
    if not keys or any(len(key) != 32 for key in keys.values()):
        raise UnreadableKeyring
    return Keyring(roots=keys)


def _opened_roots(document: dict[str, object], passphrase: str) -> dict[str, str]:
    if not passphrase:
        raise WrongPassphrase
    parameters = document["scrypt"]
    if not isinstance(parameters, dict):
        raise UnreadableKeyring
    n, r, p = int(parameters["n"]), int(parameters["r"]), int(parameters["p"])
    if n > 2**20 or r > 16 or p > 8:
        raise UnreadableKeyring  # a changed document must not exhaust the memory
    lock = _locked_by(passphrase, base64.b64decode(parameters["salt"]), n, r, p)
    try:
        opened = open_sealed(key=lock, sealed=base64.b64decode(str(document["sealed_roots"])), aad=b"keyring")
    except Unsealable:
        raise WrongPassphrase from None
    roots: dict[str, str] = json.loads(opened)
    return roots
