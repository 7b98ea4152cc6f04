"""Where messages may go, when they are tried again, and what an answer means. Facts in, decision out.

Source: Standard Webhooks 1.0.0 ("Deliverability and reliability": the gaps; "Recommended timeouts"); failure
promise 20 (SSRF); RFC 9110, section 10.2.3 (Retry-After).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_network
from urllib.parse import urlsplit

from discreet.foundation.webhooks import refusals
from discreet.vocabulary.networks import Ip, Network, Reach, is_permittable, parse_ip, reach_of

MAX_ADDRESS = 500
GAPS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
MAX_ATTEMPTS = len(GAPS) + 1  # three days and some hours
FAILING_FOR = timedelta(days=3)
MOST_RETRY_AFTER = timedelta(hours=12)
REST = timedelta(minutes=5)  # of a receiver that cannot be reached, between the tries of any of its messages
KEPT_FOR = timedelta(days=30)
OLD_SECRET_FOR = timedelta(days=1)

_SCHEMES = {"https": 443, "http": 80}
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
#: Ports from 1024 on where something else than a web server listens: databases, queues, caches, control planes.
_NO_WEB = frozenset(
    {1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 5432, 5672, 5900, 6379, 6432, 6443, 9042}
    | {9092, 9200, 9300, 10250, 10255, 11211, 27017, 27018, 33060, 50051}
)


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart. `path` carries the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the header Host says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _SCHEMES[self.scheme] else f"{host}:{self.port}"


def parse_target(address: str) -> Target:
    """Return where an address points.

    Raises:
        BadAddress and its kinds: it is none that messages may go to, whatever its name resolves to.
    """
    authority = re.sub(r"^[^:/?#]*://", "", address).partition("/")[0]
    if not address.isascii():
        raise refusals.ForeignHost if not authority.isascii() else refusals.BadAddress
    if len(address) > MAX_ADDRESS or re.fullmatch(r"[!-~]+", address) is None or "\\" in address:
        raise refusals.BadAddress
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise refusals.BadHost from None
    if parts.scheme not in _SCHEMES or not address.lower().startswith(f"{parts.scheme}://"):
        raise refusals.WrongScheme
    if "@" in parts.netloc:
        raise refusals.HoldsCredentials
    if parts.fragment or address.endswith("#"):
        raise refusals.HoldsFragment
    host = parts.hostname or ""
    if not _is_host(host):
        raise refusals.BadHost
    port = _SCHEMES[parts.scheme] if port is None else port
    if not _is_web_port(port):
        raise refusals.BadPort
    path = parts.path or "/"
    return Target(parts.scheme, host, port, f"{path}?{parts.query}" if parts.query else path)


def _is_host(host: str) -> bool:
    if _ip_or_none(host) is not None:
        return "%" not in host
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return False
    # A last label of digits is an address in one of its old spellings: 127.1, 2130706433, 0x7f.1.
    return re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1]) is None


def _ip_or_none(text: str) -> Ip | None:
    try:
        return parse_ip(text)
    except ValueError:
        return None


def _is_web_port(port: int) -> bool:
    return port in (80, 443) or (1024 <= port <= 65535 and port not in _NO_WEB)


def refuse_unless_reachable(target: Target, permitted: Sequence[Network]) -> None:
    """Refuse at registration what can be known without asking the name service.

    Raises:
        NotReachable: the host is an address, or a name for this machine, that is not permitted.
        WrongScheme: it is not encrypted, and no private network was permitted.
    """
    if target.scheme == "http" and not permitted:
        raise refusals.WrongScheme
    is_local = target.host == "localhost" or target.host.endswith(".localhost")
    address = parse_ip("127.0.0.1") if is_local else _ip_or_none(target.host)
    if address is not None and fault_of([address], scheme=target.scheme, permitted=permitted):
        raise refusals.NotReachable


def fault_of(addresses: Sequence[Ip], *, scheme: str, permitted: Sequence[Network]) -> str:
    """Return why none of these may be connected to, "" if all may. One bad address refuses all of them."""
    if not addresses:
        return "name_unknown"
    reaches = [_reach(address, permitted) for address in addresses]
    if any(reach is Reach.NOWHERE for reach in reaches):
        return "address_refused"
    if scheme == "http" and any(reach is Reach.PUBLIC for reach in reaches):
        return "not_encrypted"
    return ""


def _reach(address: Ip, permitted: Sequence[Network]) -> Reach:
    reach = reach_of(address)
    if reach is Reach.PRIVATE and not any(address in network for network in permitted):
        return Reach.NOWHERE
    return reach


def parse_network(text: str) -> Network:
    """Return a network that may be permitted.

    Raises:
        NotANetwork, NotPermittable
    """
    try:
        network = ip_network(text.strip())
    except ValueError:
        raise refusals.NotANetwork from None
    if not is_permittable(network):
        raise refusals.NotPermittable
    return network


def next_try_at(*, attempts: int, now: datetime, retry_after: timedelta | None) -> datetime | None:
    """Return when a message is tried again after so many tries, None where it is given up."""
    if attempts >= MAX_ATTEMPTS:
        return None
    return now + max(GAPS[attempts - 1], retry_after or timedelta(0))


def confirms(said: bytes, *, message_id: str) -> bool:
    """Say whether an answer confirms a call as done: a JSON object whose `confirmed` is the message's id."""
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and answer.get("confirmed") == message_id


def read_retry_after(text: str | None, *, now: datetime) -> timedelta | None:
    """Return how long a receiver asks to be left alone, within bounds: seconds, or a date."""
    if not text or len(text) > 40:
        return None
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        asked = timedelta(seconds=int(text))
    else:
        try:
            until = parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return None
        asked = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return min(max(asked, timedelta(0)), MOST_RETRY_AFTER)
