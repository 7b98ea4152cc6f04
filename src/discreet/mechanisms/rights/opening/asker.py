"""Who asks, and what about, beside whom: what a door hands over with a request.

Source: 11 CCR 7063 (agents); PIPL Art. 31 (guardians), 49 (relatives of the dead); GDPR Art. 18, 21.
"""

import json
from dataclasses import dataclass

from discreet.mechanisms.rights.kinds import Requester, Scope
from discreet.mechanisms.rights.opening.given import tidy
from discreet.mechanisms.rights.refusals import RequesterMissing, UnknownRequester, UnknownScope

MOST = 200
SAID = "yes"
_FIELDS = ("name", "contact", "relation", "interest", "no_other_wish")


@dataclass(frozen=True, slots=True)
class Asking:
    """`who` (`who_asks`: of whoever asks) and `wish` are personal data: they are kept sealed."""

    requester: str = Requester.SELF.value
    who: bytes = b""
    scope: str = ""
    wish: bytes = b""


BY_THEMSELVES = Asking()


def who_asks(
    *, name: str, contact: str = "", relation: str = "", interest: str = "", no_other_wish: bool = False
) -> bytes:
    """Return who asks for another, as it is sealed.

    Of a relative of somebody who died also their own lawful interest, and that they know of no other wish of the
    dead. Source: PIPL Art. 49.
    """
    values = dict(
        zip(_FIELDS, (name, contact, relation, interest, SAID if no_other_wish else ""), strict=True)
    )
    return json.dumps({key: tidy(value)[:MOST] for key, value in values.items()}, ensure_ascii=False).encode()


def who_of(blob: bytes) -> dict[str, str]:
    """Return who asks for another, by what `who_asks` takes; "" = not said."""
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
