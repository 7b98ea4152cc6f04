"""Where addresses lead. Source: IANA special-purpose address registries."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discreet.vocabulary.networks import Reach, is_permittable, parse_ip, reach_of

NOWHERE = [
    "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "192.0.0.8", "192.0.0.192", "192.0.2.1",
    "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
    "255.255.255.255", "100.100.100.200", "168.63.129.16", "::", "fe80::1", "fe80::1%eth0", "febf::1", "ff02::1",
    "fd00:ec2::254", "2001::1", "2001:db8::1", "2002:a00:1::", "2002:808:808::", "3fff::1", "fec0::1", "100::1",
    "5f00::1", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b:1::8.8.8.8", "::10.0.0.1", "::ffff:0:10.0.0.1",
    "::ffff:169.254.169.254", "64:ff9b::169.254.169.254", "4000::1",
]  # fmt: skip
PRIVATE = [
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1", "100.127.255.255",
    "127.0.0.1", "127.255.255.254", "::1", "fc00::1", "fd12:3456::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1",
    "169.253.0.1", "223.255.255.255", "2606:4700::1111", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
]  # fmt: skip


@pytest.mark.promise(20)
@pytest.mark.parametrize(
    ("text", "reach"),
    [(text, Reach.NOWHERE) for text in NOWHERE]
    + [(text, Reach.PRIVATE) for text in PRIVATE]
    + [(text, Reach.PUBLIC) for text in PUBLIC],
)
def test_an_address_leads_where_the_registries_say(text: str, reach: Reach) -> None:
    assert reach_of(parse_ip(text)) is reach


@given(st.ip_addresses())
def test_nothing_that_python_calls_private_reserved_or_multicast_counts_as_public(address: object) -> None:
    found = parse_ip(str(address))
    if reach_of(found) is Reach.PUBLIC and found not in ip_network("64:ff9b::/96"):
        assert found.is_global
        assert not (found.is_multicast or found.is_reserved or found.is_loopback or found.is_link_local)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_one_of_ipv6_is_no_way_round(address: object) -> None:
    inner = reach_of(parse_ip(str(address)))
    assert reach_of(parse_ip(f"::ffff:{address}")) is inner
    hidden = reach_of(parse_ip(f"64:ff9b::{address}"))
    assert hidden is (Reach.PUBLIC if inner is Reach.PUBLIC else Reach.NOWHERE)
    assert reach_of(ip_address(f"::{address}")) is not Reach.PUBLIC


@pytest.mark.parametrize(
    ("text", "is_fit"),
    [
        ("10.0.0.0/8", True), ("10.1.2.3/32", True), ("127.0.0.1/32", True), ("fd00::/8", True), ("::1/128", True),
        ("0.0.0.0/0", False), ("8.0.0.0/6", False), ("192.168.0.0/15", False), ("169.254.0.0/16", False),
        ("::/0", False), ("fe80::/10", False), ("8.8.8.8/32", False),
    ],
)  # fmt: skip
def test_only_a_network_that_is_private_as_a_whole_can_be_permitted(text: str, is_fit: bool) -> None:
    assert is_permittable(ip_network(text)) is is_fit
