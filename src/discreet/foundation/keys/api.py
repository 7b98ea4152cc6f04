"""The keys of this installation: what the rest of the house may ask for.

Data keys and case keys lie in the database, wrapped by the keyring. A case key is destroyed by deleting its
row: whatever was sealed under it is then unreadable, in backups of other files too.
Source: DESIGN.md "Parts" (crypto), "People in the ledger, and after erasure".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from discreet.engines.envelope import streaming
from discreet.engines.envelope.keyed_hash import keyed_hash
from discreet.engines.envelope.sealing import Unsealable, new_key
from discreet.engines.envelope.sealing import open_sealed as _open
from discreet.engines.envelope.sealing import seal as _seal
from discreet.foundation import plain_sql
from discreet.foundation.keys import store
from discreet.foundation.keys.models import CaseKey, DataKey, PersonRef, ScrubDue
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.ids import new_id
from discreet.vocabulary.text import gettext_noop

_COMPANY_HMAC = "company-hmac"
_SECRETS = "secrets"
_LEDGER_SIGNING = "ledger-signing"
_BULK = 500
_DESTROY = f"DELETE FROM {CaseKey._meta.db_table} WHERE case_id IN ({{}})"  # noqa: S608
_SCRUB = f"INSERT INTO {ScrubDue._meta.db_table} (since) VALUES (%s)"  # noqa: S608
_WRAPPED = f"SELECT wrapped FROM {CaseKey._meta.db_table} WHERE case_id = %s"  # noqa: S608


class KeyDestroyed(Refused):
    code = "keys.key_destroyed"
    message: ClassVar[str] = gettext_noop(
        "The key of this case was destroyed; what it sealed is gone for good."
    )
    status = 410


class SealBroken(Refused):
    code = "keys.seal_broken"
    message: ClassVar[str] = gettext_noop(
        "A sealed value does not open: it was changed, moved, or sealed under another key."
    )
    status = 500


def ensure_keyring(home: Path | None = None) -> None:
    """Make the keyring at first start, bind the database to it, or refuse to start. Needs the tables.

    Raises:
        KeyringMissing, KeyringWrong, KeyringUnreadable, PassphraseWrong
    """
    store.make_keyring_if_new(home or settings.DISCREET_HOME)
    check_keyring()


def check_keyring() -> None:
    """Refuse unless this process holds the keyring that the database belongs to."""
    store.mark_database(store.this_keyring())


# --- company-wide keys ---

_unwrapped: dict[str, bytes] = {}


def forget_unwrapped_keys() -> None:
    """Drop the keys this process has unwrapped (after a rotation, or when a test changes the database)."""
    _unwrapped.clear()
    store.open_keyring.cache_clear()


def _data_key(name: str) -> bytes:
    key = _unwrapped.get(name)
    if key is not None:
        return key
    row = DataKey.objects.filter(name=name).first()
    if row is None:
        wrapped = store.this_keyring().wrap(new_key(), aad=f"data-key/{name}")
        row, _ = DataKey.objects.get_or_create(name=name, defaults={"wrapped": wrapped})
    try:
        key = store.this_keyring().unwrap(bytes(row.wrapped), aad=f"data-key/{name}")
    except Unsealable:
        raise store.KeyringWrong from None
    kept = key
    # Only a committed key may be remembered: one from a rolled-back act would seal what nothing opens.
    transaction.on_commit(lambda: _unwrapped.setdefault(name, kept))
    return key


def hmac_company(purpose: str, message: bytes) -> bytes:
    """Return the company's keyed hash of `message` for `purpose` (32 bytes). Stable for good."""
    return keyed_hash(key=_data_key(_COMPANY_HMAC), purpose=purpose, message=message)


def company_hasher(purpose: str) -> Callable[[bytes], bytes]:
    """Return what hashes as `hmac_company`, for thousands of messages of one statement."""
    key = _data_key(_COMPANY_HMAC)
    return lambda message: keyed_hash(key=key, purpose=purpose, message=message)


def seal_secret(plaintext: bytes, aad: str) -> bytes:
    """Seal a secret of the company, such as a source's password, for the place `aad`."""
    return _seal(key=_data_key(_SECRETS), plaintext=plaintext, aad=aad.encode())


def open_secret(sealed: bytes, aad: str) -> bytes:
    """Return the secret.

    Raises:
        SealBroken: changed, or of another place.
    """
    try:
        return _open(key=_data_key(_SECRETS), sealed=bytes(sealed), aad=aad.encode())
    except Unsealable:
        raise SealBroken from None


def ledger_signing_key() -> Ed25519PrivateKey:
    """Return the key that signs checkpoints. Its seed is a data key: made once, kept for good."""
    return Ed25519PrivateKey.from_private_bytes(_data_key(_LEDGER_SIGNING))


# --- case keys ---


def create_case_key(case_id: str) -> None:
    """Make the key of a case. A case has one key: a second call changes nothing."""
    create_case_keys([case_id])


def create_case_keys(case_ids: Iterable[str]) -> None:
    keyring = store.this_keyring()
    rows = [
        CaseKey(case_id=case_id, wrapped=keyring.wrap(new_key(), aad=f"case-key/{case_id}"))
        for case_id in case_ids
    ]
    CaseKey.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_BULK)


def _case_key(case_id: str) -> bytes:
    found = plain_sql.first(_WRAPPED, case_id)
    if found is None:
        raise KeyDestroyed
    try:
        return store.this_keyring().unwrap(bytes(found[0]), aad=f"case-key/{case_id}")
    except Unsealable:
        raise store.KeyringWrong from None


def seal(case_id: str, plaintext: bytes, aad: str) -> bytes:
    """Seal under the case's key, for the place `aad`.

    Raises:
        KeyDestroyed: the case has no key (any more).
    """
    return _seal(key=_case_key(case_id), plaintext=plaintext, aad=f"{case_id}/{aad}".encode())


def open_sealed(case_id: str, sealed: bytes, aad: str) -> bytes:
    """Return what was sealed.

    Raises:
        KeyDestroyed: the case's key is gone.
        SealBroken: changed, or of another place.
    """
    try:
        return _open(key=_case_key(case_id), sealed=bytes(sealed), aad=f"{case_id}/{aad}".encode())
    except Unsealable:
        raise SealBroken from None


def opener(case_id: str) -> Callable[[bytes, str], bytes]:
    """Return what opens as `open_sealed`, for thousands of values under one key, read once.

    Raises:
        KeyDestroyed: the case's key is gone.
    """
    key = _case_key(case_id)

    def opened(sealed: bytes, aad: str) -> bytes:
        try:
            return _open(key=key, sealed=bytes(sealed), aad=f"{case_id}/{aad}".encode())
        except Unsealable:
            raise SealBroken from None

    return opened


def seal_stream(case_id: str, sink: streaming.Sink, aad: str) -> streaming.SealingWriter:
    """Return a writer that seals under the case's key into `sink`, for the place `aad`; `finish` ends it.

    Raises:
        KeyDestroyed: the case has no key (any more).
    """
    return streaming.SealingWriter(sink, key=_case_key(case_id), aad=f"{case_id}/{aad}".encode())


def open_stream(case_id: str, stream: IO[bytes], aad: str) -> Iterator[bytes]:
    """Yield what was sealed, piece by piece; that nothing is missing is only sure at the end.

    Raises:
        KeyDestroyed: the case's key is gone.
        SealBroken: changed, cut, or of another place.
    """
    key = _case_key(case_id)
    try:
        yield from streaming.opened(stream, key=key, aad=f"{case_id}/{aad}".encode())
    except Unsealable:
        raise SealBroken from None


def seal_many(plaintexts: Mapping[str, bytes], aad: str) -> dict[str, bytes]:
    """Seal one value for each case, for the place `aad`, by the case's id.

    Raises:
        KeyDestroyed: one of the cases has no key (any more).
    """
    return seal_each({case_id: (plaintext, aad) for case_id, plaintext in plaintexts.items()})


def seal_each(plaintexts: Mapping[str, tuple[bytes, str]]) -> dict[str, bytes]:
    """Seal one value for each case, each for a place of its own, by the case's id.

    Raises:
        KeyDestroyed: one of the cases has no key (any more).
    """
    return {
        case_id: _seal(
            key=key, plaintext=plaintexts[case_id][0], aad=f"{case_id}/{plaintexts[case_id][1]}".encode()
        )
        for case_id, key in _case_keys(plaintexts)
    }


def open_many(sealed: Mapping[str, bytes], aad: str) -> dict[str, bytes]:
    """Return what was sealed for each case, by the case's id.

    Raises:
        KeyDestroyed: the key of one of the cases is gone.
        SealBroken: one was changed, or is of another place.
    """
    try:
        return {
            case_id: _open(key=key, sealed=bytes(sealed[case_id]), aad=f"{case_id}/{aad}".encode())
            for case_id, key in _case_keys(sealed)
        }
    except Unsealable:
        raise SealBroken from None


def _case_keys(case_ids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    keyring, wanted = store.this_keyring(), list(case_ids)
    for start in range(0, len(wanted), _BULK):
        part = wanted[start : start + _BULK]
        wrapped = dict(CaseKey.objects.filter(case_id__in=part).values_list("case_id", "wrapped"))
        if len(wrapped) < len(part):
            raise KeyDestroyed
        for case_id in part:
            try:
                key = keyring.unwrap(bytes(wrapped[case_id]), aad=f"case-key/{case_id}")
            except Unsealable:
                raise store.KeyringWrong from None
            yield case_id, key


def destroy_case_key(case_id: str) -> None:
    """Destroy the key of a case. Repeating it changes nothing.

    The row is gone with the act's commit; the schedule `keys.scrub` then clears the database's own files.
    """
    destroy_case_keys([case_id])


def destroy_case_keys(case_ids: Iterable[str]) -> None:
    wanted = list(case_ids)
    destroyed = 0
    for start in range(0, len(wanted), _BULK):
        part = wanted[start : start + _BULK]
        destroyed += plain_sql.write(_DESTROY.format(plain_sql.marks(len(part))), *part)
    if destroyed:
        plain_sql.write(_SCRUB, plain_sql.stored(timezone.now()))


# --- people in the ledger ---


def new_person_ref() -> str:
    """Return a random reference to a person."""
    return new_id(prefix="p", length=26)


def person_ref_for(*, source: str, table: str, key_digest: str) -> str:
    """Return the reference of the person behind a row, making it when there is none."""
    return person_refs_for(source=source, table=table, key_digests=[key_digest])[key_digest]


def person_refs_for(*, source: str, table: str, key_digests: Iterable[str]) -> dict[str, str]:
    """Return the reference for each digest, making those that are missing."""
    wanted = list(dict.fromkeys(key_digests))
    rows = [PersonRef(ref=new_person_ref(), source=source, table=table, key_digest=d) for d in wanted]
    PersonRef.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_BULK)
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _BULK):
        part = PersonRef.objects.filter(
            source=source, table=table, key_digest__in=wanted[start : start + _BULK]
        )
        found.update(part.values_list("key_digest", "ref"))
    return found


def forget_person_ref(ref: str) -> None:
    """Delete who `ref` is: the ledger's proofs stay valid, the person is gone from them."""
    forget_person_refs([ref])


def forget_person_refs(refs: Iterable[str]) -> None:
    wanted = list(refs)
    for start in range(0, len(wanted), _BULK):
        PersonRef.objects.filter(ref__in=wanted[start : start + _BULK]).delete()
