"""Where an IP address leads: the public internet, a network that somebody may permit, or nowhere anybody may go.

An IPv6 address that holds an IPv4 address leads where that one leads, or nowhere. Source: the IANA special-purpose
address registries for IPv4 and IPv6 (RFC 6890 and its updates); failure promise 20 (SSRF).
"""

from enum import StrEnum
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Ip = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Reach(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"  # loopback, a company's own networks, a provider's shared ones
    NOWHERE = "nowhere"  # link-local, metadata services, multicast, reserved, documentation, dead tunnels


def _networks(*texts: str) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


PRIVATE = _networks(
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "::1/128", "fc00::/7"
)
_NOWHERE = _networks(
    "0.0.0.0/8",
    "169.254.0.0/16",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "2001::/23",  # IETF protocol assignments, Teredo among them
    "2001:db8::/32",
    "2002::/16",  # 6to4
    "3fff::/20",
)
#: Metadata services that do not live on link-local addresses (AWS IPv6, Alibaba, Azure).
_METADATA = frozenset(ip_address(text) for text in ("fd00:ec2::254", "100.100.100.200", "168.63.129.16"))
_GLOBAL_UNICAST = ip_network("2000::/3")
_NAT64 = ip_network("64:ff9b::/96")


def parse_ip(text: str) -> Ip:
    """Return the address; one of IPv4 that is written as IPv6 is that of IPv4.

    Raises:
        ValueError: it is none.
    """
    found = ip_address(text.partition("%")[0])
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def reach_of(address: Ip) -> Reach:
    """Return where a connection to this address would lead."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return reach_of(address.ipv4_mapped)
    if isinstance(address, IPv6Address) and address in _NAT64:
        inner = reach_of(IPv4Address(int(address) & 0xFFFFFFFF))
        return Reach.PUBLIC if inner is Reach.PUBLIC else Reach.NOWHERE
    if address in _METADATA or any(address in network for network in _NOWHERE):
        return Reach.NOWHERE
    if any(address in network for network in PRIVATE):
        return Reach.PRIVATE
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return Reach.NOWHERE
    return Reach.PUBLIC


def is_permittable(network: Network) -> bool:
    """Return whether somebody may permit connections into this network: all of it must be private."""
    return any(
        network.subnet_of(private)  # type: ignore[arg-type]
        for private in PRIVATE
        if private.version == network.version
    )
