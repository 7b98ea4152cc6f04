"""Which addresses are taken at registration, in words; and which networks may be permitted."""

import pytest

from discreet.foundation.webhooks import refusals
from discreet.foundation.webhooks.rules import (
    Target,
    fault_of,
    parse_network,
    parse_target,
    refuse_unless_reachable,
)
from discreet.vocabulary.networks import parse_ip
from tests.vocabulary.test_networks import NOWHERE, PRIVATE

pytestmark = pytest.mark.promise(20)
TEN = [parse_network("10.0.0.0/8")]

REFUSED = [
    ("", refusals.BadAddress),
    ("hooks.example.com/x", refusals.WrongScheme),
    ("ftp://hooks.example.com/", refusals.WrongScheme),
    ("file:///etc/passwd", refusals.WrongScheme),
    ("gopher://hooks.example.com/", refusals.WrongScheme),
    ("javascript:alert(1)", refusals.WrongScheme),
    ("https:hooks.example.com", refusals.WrongScheme),
    ("https:///x", refusals.BadHost),
    ("https://", refusals.BadHost),
    ("https://ann:pw@hooks.example.com/", refusals.HoldsCredentials),
    ("https://ann@hooks.example.com/", refusals.HoldsCredentials),
    ("https://hooks.example.com@10.0.0.1/", refusals.HoldsCredentials),
    ("https://hooks.example.com/#a", refusals.HoldsFragment),
    ("https://hooks.example.com/#", refusals.HoldsFragment),
    ("https://hооks.example.com/", refusals.ForeignHost),  # Cyrillic о
    ("https://例子.中国/", refusals.ForeignHost),
    ("https://hooks。example.com/", refusals.ForeignHost),
    ("https://①②⑦.0.0.1/", refusals.ForeignHost),
    ("https://hooks.example.com/é", refusals.BadAddress),
    ("https://hooks.example.com/a b", refusals.BadAddress),
    ("https://hooks.example.com/\r\nHost: x", refusals.BadAddress),
    ("https://hooks.example.com\\@10.0.0.1/", refusals.BadAddress),
    ("https://hooks.example.com/" + "x" * 500, refusals.BadAddress),
    ("https://127.1/", refusals.BadHost),
    ("https://2130706433/", refusals.BadHost),
    ("https://0x7f000001/", refusals.BadHost),
    ("https://0177.0.0.1/", refusals.BadHost),
    ("https://10.0.0.1./", refusals.BadHost),
    ("https://hooks..example.com/", refusals.BadHost),
    ("https://-hooks.example.com/", refusals.BadHost),
    ("https://[fe80::1%25eth0]/", refusals.BadHost),
    ("https://[::1/", refusals.BadHost),
    ("https://hooks.example.com%2f.evil.com/", refusals.BadHost),
    ("https://hooks.example.com:99999/", refusals.BadHost),
    ("https://hooks.example.com:22/", refusals.BadPort),
    ("https://hooks.example.com:25/", refusals.BadPort),
    ("https://hooks.example.com:6379/", refusals.BadPort),
    ("https://hooks.example.com:0/", refusals.BadPort),
]


@pytest.mark.parametrize(("address", "refusal"), REFUSED)
def test_an_address_that_hides_something_is_refused_in_words(
    address: str, refusal: type[refusals.BadAddress]
) -> None:
    with pytest.raises(refusal) as told:
        parse_target(address)
    assert type(told.value) is refusal
    assert told.value.params == {}


@pytest.mark.parametrize(
    ("address", "target", "authority"),
    [
        (
            "https://hooks.example.com",
            Target("https", "hooks.example.com", 443, "/"),
            "hooks.example.com",
        ),
        (
            "HTTPS://Hooks.Example.com:8443/a?b=c",
            Target("https", "hooks.example.com", 8443, "/a?b=c"),
            "hooks.example.com:8443",
        ),
        ("http://10.0.0.7:8080/x", Target("http", "10.0.0.7", 8080, "/x"), "10.0.0.7:8080"),
        ("https://[2606:4700::1111]/", Target("https", "2606:4700::1111", 443, "/"), "[2606:4700::1111]"),
        ("https://xn--fsqu00a.xn--fiqs8s/", Target("https", "xn--fsqu00a.xn--fiqs8s", 443, "/"), None),
    ],
)
def test_an_ordinary_address_is_taken_apart(address: str, target: Target, authority: str | None) -> None:
    assert parse_target(address) == target
    assert parse_target(address).authority == (authority or target.host)


@pytest.mark.parametrize("host", [*NOWHERE, *PRIVATE, "localhost", "a.localhost"])
def test_a_host_in_a_private_or_special_network_is_refused_at_registration(host: str) -> None:
    shown = f"[{host}]" if ":" in host else host
    if "%" in host:
        return
    with pytest.raises(refusals.NotReachable):
        refuse_unless_reachable(parse_target(f"https://{shown}/"), [])


def test_http_is_taken_only_where_a_private_network_is_permitted() -> None:
    with pytest.raises(refusals.WrongScheme):
        refuse_unless_reachable(parse_target("http://10.0.0.7/"), [])
    refuse_unless_reachable(parse_target("http://10.0.0.7/"), TEN)
    refuse_unless_reachable(parse_target("http://tickets.internal/"), TEN)
    with pytest.raises(refusals.NotReachable):
        refuse_unless_reachable(parse_target("http://8.8.8.8/"), TEN)
    with pytest.raises(refusals.NotReachable):
        refuse_unless_reachable(parse_target("http://192.168.0.7/"), TEN)


@pytest.mark.parametrize(
    ("answers", "scheme", "fault"),
    [
        ([], "https", "name_unknown"),
        (["8.8.8.8"], "https", ""),
        (["8.8.8.8", "10.0.0.1"], "https", ""),
        (["8.8.8.8", "192.168.0.1"], "https", "address_refused"),
        (["10.0.0.1", "169.254.169.254"], "https", "address_refused"),
        (["10.0.0.1"], "http", ""),
        (["10.0.0.1", "8.8.8.8"], "http", "not_encrypted"),
        (["::ffff:10.0.0.1"], "https", ""),
        (["::ffff:192.168.0.1"], "https", "address_refused"),
    ],
)
def test_one_bad_address_of_a_host_refuses_all_of_them(answers: list[str], scheme: str, fault: str) -> None:
    assert fault_of([parse_ip(each) for each in answers], scheme=scheme, permitted=TEN) == fault


@pytest.mark.parametrize("text", ["10.0.0.1/8", "ten", "", "10.0.0.0/33", "10.0.0.0-10.0.0.9"])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(refusals.NotANetwork):
        parse_network(text)


@pytest.mark.parametrize("text", ["0.0.0.0/0", "8.8.8.0/24", "169.254.169.254", "fe80::/64", "::/0"])
def test_a_network_that_is_not_private_is_not_permitted(text: str) -> None:
    with pytest.raises(refusals.NotPermittable):
        parse_network(text)
