"""The canonical body of an entry: ASCII JSON whose every byte follows from its content.

The top level has a fixed order, so that the columns that copy a part of the body (act, at, subject) can be
compared with it by one prefix; below it keys are sorted. Floats are refused: they have no single spelling.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"

_ACT = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+\Z")
_SUBJECT = re.compile(r"[a-z][a-z0-9_]*:[A-Za-z0-9._:/#+-]{1,150}\Z")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_PHONE = re.compile(r"\+[0-9][0-9 ()./-]{6,20}\Z")
_LONG_NUMBER = re.compile(r"[0-9]{11}")  # a Chinese mobile or identity number; a date has eight digits
FORBIDDEN_FACTS = frozenset(
    {"address", "birth_date", "customer_number", "email", "first_name", "free_text", "full_name", "identity"}
    | {"ip_address", "last_name", "password", "person_name", "phone", "postal_code", "secret", "token"}
)


class EvidenceNotAllowed(ValueError):
    """A bug: the facts of an entry hold personal data, a secret, or something JSON cannot say exactly."""


def timestamp(at: datetime) -> str:
    """Return `at` in UTC with microseconds: always 27 characters, so text order is time order."""
    if at.tzinfo is None:
        raise ValueError("a datetime of the ledger has a time zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def prefix(*, act: str, at: str, subject: str) -> str:
    """Return how the body of an entry with these columns starts."""
    return f'{{"v":1,"act":"{act}","at":"{at}","subject":"{subject}",'


def body(
    *,
    act: str,
    at: str,
    subject: str,
    actor: str,
    facts: Mapping[str, Json],
    persons: Sequence[str],
    nonce: str,
) -> str:
    """Return the canonical body.

    Raises:
        EvidenceNotAllowed: act or subject have another form, or the facts hold what evidence must not hold.
    """
    if not _ACT.match(act) or len(act) > 100:
        raise EvidenceNotAllowed("an act is named app.verb_noun")
    if not _SUBJECT.match(subject):
        raise EvidenceNotAllowed("a subject is written kind:identifier")
    _inspect(facts)
    rest = {"actor": actor, "facts": facts, "persons": list(persons), "nonce": nonce}
    encoded = ",".join(f'"{key}":{_encode(value)}' for key, value in rest.items())
    return prefix(act=act, at=at, subject=subject) + encoded + "}"


def commitment(*, salt: bytes, person_ref: str) -> str:
    """Return the commitment to a person: 256 bits of salt hide it, and nothing else opens it."""
    return hashlib.sha256(b"discreet person\x00" + salt + person_ref.encode()).hexdigest()


_encode = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def looks_like_contact(text: str) -> bool:
    """Say whether a text would be refused as evidence."""
    return bool(_EMAIL.search(text) or _PHONE.match(text))


def plain_name(name: str) -> str:
    """Return a name of a company's schema; its hash where it looks like a contact point or holds a long number."""
    is_personal = looks_like_contact(name) or _LONG_NUMBER.search(name)
    return f"name-{hashlib.sha256(name.encode()).hexdigest()[:16]}" if is_personal else name


def _inspect(value: Json) -> None:
    if value is None or isinstance(value, bool | int):
        return
    if isinstance(value, str):
        if looks_like_contact(value):
            raise EvidenceNotAllowed("a fact looks like a contact point")
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if not isinstance(key, str):
                raise EvidenceNotAllowed("a fact's name is text")
            if key in FORBIDDEN_FACTS:
                raise EvidenceNotAllowed(f"a fact must not be called {key}")
            if looks_like_contact(key):
                raise EvidenceNotAllowed("a fact's name looks like a contact point")
            _inspect(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _inspect(part)
    else:
        raise EvidenceNotAllowed(f"a fact cannot be a {type(value).__name__}")
