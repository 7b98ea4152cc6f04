"""What may stand in a mail, to which mailbox, and when it is tried again. Facts in, decision out.

Source: failure promise 14 (at most 3 mails a day and mailbox of what anybody can cause, whatever the path; no
submitted text).
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TypeAlias

MailParams: TypeAlias = Mapping[str, str | int]

MAILS_A_DAY = 3  # to one mailbox, of what anybody can cause; answers and acts of staff are outside of it
DAY = timedelta(hours=24)
MAX_ATTEMPTS = 12
KEPT_FOR = timedelta(days=30)

_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}")
_DOMAIN = re.compile(r"(?=.{1,253}\Z)(?!-)[\w-]{1,63}(?:\.(?!-)[\w-]{1,63})*")
_NAME = re.compile(r"[a-z][a-z_]{0,39}")
# What a program writes: numbers, codes, addresses, dates. Too narrow for a sentence in most languages, and
# without the characters that markup, headers or mail clients act on.
_TEXT = re.compile(r"[A-Za-z0-9:/._?=&%#+~-]{0,500}")
_LINK = re.compile(r"[a-z][a-z0-9+.-]*:|//|www\.", re.IGNORECASE)


def is_deliverable(address: str) -> bool:
    """Return whether the text is one plain address: no display name, list, quote or control character."""
    local, at, domain = address.rpartition("@")
    return bool(at) and _LOCAL.fullmatch(local) is not None and _DOMAIN.fullmatch(domain) is not None


def mailbox_of(address: str, *, normalised: str) -> str:
    """Return what counts as one mailbox: the normalised address without a `+tag`.

    Two mailboxes taken for one get fewer mails; one taken for two would get more: this errs on the first
    """
    local, _, domain = (normalised or address.strip().casefold()).rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def unsafe_params(params: MailParams, *, base_url: str) -> list[str]:
    """Return the names of parameters that a mail must not carry. Links may lead only to `base_url`."""
    return [name for name, value in params.items() if not _is_safe(name, value, base_url)]


def _is_safe(name: str, value: str | int, base_url: str) -> bool:
    if _NAME.fullmatch(name) is None:
        return False
    if isinstance(value, int):
        return True
    if name.endswith("_date"):
        return _is_date(value)
    rest = value.removeprefix(base_url + "/") if base_url else value
    return _TEXT.fullmatch(value) is not None and _LINK.match(rest) is None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def gap_after(attempts: int) -> timedelta:
    """Return how long to wait after the given number of failed attempts: 30 s, doubling, at most 6 h."""
    return min(timedelta(seconds=30 * 2 ** min(attempts - 1, 12)), timedelta(hours=6))
