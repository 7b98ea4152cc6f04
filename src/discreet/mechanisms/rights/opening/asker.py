"""Who asks, and what about, beside whom: what a door hands over with a request.

Source: 11 CCR 7063 (agents); PIPL Art. 31 (guardians), 49 (relatives of the dead); GDPR Art. 18, 21.
"""

import json
from dataclasses import dataclass

from discreet.mechanisms.rights.kinds import Requester, Scope
from discreet.mechanisms.rights.opening.given import tidy
from discreet.mechanisms.rights.refusals import RequesterMissing, UnknownRequester, UnknownScope

MOST = 200
_FIELDS = ("name", "contact", "relation")


@dataclass(frozen=True, slots=True)
class Asking:
    """`who` (name, contact, relation of whoever asks) and `wish` are personal data: they are kept sealed."""

    requester: str = Requester.SELF.value
    who: bytes = b""
    scope: str = ""
    wish: bytes = b""


BY_THEMSELVES = Asking()


def who_asks(*, name: str, contact: str = "", relation: str = "") -> bytes:
    """Return who asks for another, as it is sealed."""
    values = dict(zip(_FIELDS, (name, contact, relation), strict=True))
    return json.dumps({key: tidy(value)[:MOST] for key, value in values.items()}, ensure_ascii=False).encode()


def who_of(blob: bytes) -> dict[str, str]:
    """Return who asks for another: name, contact, relation."""
    found: dict[str, str] = json.loads(blob) if blob else {}
    return {key: found.get(key, "") for key in _FIELDS}


def checked_asking(asking: Asking) -> Asking:
    """Return it, or refuse what nobody could act on.

    Raises:
        UnknownRequester, UnknownScope
        RequesterMissing: somebody asks for another and does not say who they are.
    """
    if asking.requester not in set(Requester):
        raise UnknownRequester
    if asking.scope and asking.scope not in set(Scope):
        raise UnknownScope
    if asking.requester != Requester.SELF and not who_of(asking.who)["name"]:
        raise RequesterMissing
    return asking
