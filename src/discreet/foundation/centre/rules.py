"""Limits of the public side and how a client is told apart. Facts in, decision out.

Source: failure promises 13 to 16; issue, "The way through rights" (at most 5 tries in total).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

TRIES_A_CASE = 5
CODES_A_CASE = 3
CODE_DIGITS = 8
CODE_LIVES = timedelta(minutes=30)
FASTEST_FILL = timedelta(seconds=2)
FORM_LIVES = timedelta(hours=4)


class Counted(StrEnum):
    """What a limit counts by; a refusal says it, so that people know whether waiting or moving helps."""

    CLIENT = "client"  # an internet address, or a /64 network
    MAILBOX = "mailbox"
    REQUEST = "request"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` in every window of `window_s` seconds."""

    name: str
    count: int
    window_s: int
    counted: Counted = Counted.CLIENT


# One office or mobile carrier shares an address among many people, so the limit for a client is no tight one, and
# its window is short. Who enters a code has a request of their own: its tries are bounded in total
# (TRIES_A_CASE), the posts of it here, and the address plays no part. Mails to one mailbox are limited in `mail`.
# Count what is narrow first: whoever is over a limit of their own must not use up that of all, whose window is short,
# so that a flood shuts nobody out once it is over. How many forms one address and all together may send is the
# installation's to say; `limits.uses_of_form` reads it.
CLIENT_FORMS = Limit(name="client", count=30, window_s=1800)
MAILBOX_FORMS = Limit(name="mailbox", count=5, window_s=24 * 3600, counted=Counted.MAILBOX)
ALL_FORMS = Limit(name="global", count=1500, window_s=10, counted=Counted.ALL)
REQUEST_CODES = Limit(name="request-code", count=20, window_s=1800, counted=Counted.REQUEST)
ALL_CODES = Limit(name="global-code", count=3000, window_s=600, counted=Counted.ALL)
CLIENT_CHECKS = Limit(name="client-check", count=60, window_s=1800)
REQUEST_PAPERS = Limit(name="request-paper", count=10, window_s=1800, counted=Counted.REQUEST)
CLIENT_PAPERS = Limit(name="client-paper", count=30, window_s=1800)
ALL_PAPERS = Limit(name="global-paper", count=120, window_s=600, counted=Counted.ALL)  # each is drawn once
ALL_CHECKS = Limit(name="global-check", count=3000, window_s=600, counted=Counted.ALL)


def window_of(limit: Limit, *, now: datetime) -> int:
    """Return the number of the window that `now` lies in."""
    return int(now.timestamp()) // limit.window_s


def window_end(limit: Limit, *, window: int) -> int:
    """Return the POSIX second at which a window ends."""
    return (window + 1) * limit.window_s


def client_address(*, remote: str, forwarded_for: str, trusted_proxies: Sequence[str]) -> str:
    """Return the address to count by: the nearest one in the chain that is no trusted proxy.

    `forwarded_for` counts only where the connection itself comes from a trusted proxy, and is read from the
    right: what stands further left was written by the client. An IPv6 client counts as its /64 network.
    """
    current = _parsed(remote)
    hops = [hop.strip() for hop in forwarded_for.split(",")] if forwarded_for else []
    while current is not None and hops and _is_trusted(current, trusted_proxies):
        before = _parsed(hops.pop())
        if before is None:
            break
        current = before
    return _counted(current) if current is not None else "unknown"


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_trusted(address: IPv4Address | IPv6Address, trusted_proxies: Sequence[str]) -> bool:
    return any(address in ip_network(proxy, strict=False) for proxy in trusted_proxies)


def _counted(address: IPv4Address | IPv6Address) -> str:
    if isinstance(address, IPv6Address):
        return str(ip_network(f"{address}/64", strict=False))
    return str(address)
