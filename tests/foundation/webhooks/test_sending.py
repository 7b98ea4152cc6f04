"""On the wire: the address that was checked is the one that is reached, and nothing holds a sender up."""

import getpass
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from discreet.foundation.webhooks.rules import parse_network, parse_target
from discreet.foundation.webhooks.sending import Outcome, Wire, post
from discreet.foundation.webhooks.signing import new_secret, sign, signed_headers
from tests.fakes.webhook_receiver import Receiver, serve
from tests.faults.certificates import Authority
from tests.foundation.webhooks.conftest import NOW

pytestmark = pytest.mark.promise(20)
LOOPBACK = [parse_network("127.0.0.0/8")]
BODY = b'{"type":"webhook.test","timestamp":"2026-03-02T09:30:00Z","data":{}}'


def send(
    receiver: Receiver, address: str = "", *, wire: Wire | None = None, permitted: bool = True
) -> Outcome:
    receiver.secret = receiver.secret or new_secret()
    receiver.clock = lambda: NOW
    headers = signed_headers([receiver.secret], message_id="msg_1", now=NOW, body=BODY)
    return post(
        parse_target(address or receiver.address),
        headers=headers,
        body=BODY,
        permitted=LOOPBACK if permitted else [],
        wire=wire or Wire(limit_s=5),
    )


def test_a_signature_is_that_of_the_specification() -> None:
    """The example of Standard Webhooks' reference libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signature = sign(
        secret, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=b'{"test": 2432232314}'
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_name_that_changes_its_address_after_the_check_is_not_looked_up_again(receiver: Receiver) -> None:
    """Rebinding: the first answer is checked and used; a second one, into another network, is never asked for."""
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    outcome = send(receiver, f"http://hooks.example.com:{receiver.port}/", wire=Wire(resolve=resolve))
    assert (outcome, asked) == (Outcome(status=204), ["hooks.example.com"])
    assert receiver.hosts == [f"hooks.example.com:{receiver.port}"]


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"], ["::1"]])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_public_name_that_leads_inside_is_refused_before_any_connection(
    receiver: Receiver, scheme: str, answers: list[str]
) -> None:
    wire = Wire(resolve=lambda host, port: answers)
    address = f"{scheme}://hooks.example.com:{receiver.port}/"
    outcome = send(receiver, address, wire=wire, permitted=False)
    assert outcome == Outcome(reason="address_refused")
    assert receiver.connections == 0


def test_plain_http_never_leaves_for_a_public_address(receiver: Receiver) -> None:
    wire = Wire(resolve=lambda host, port: ["8.8.8.8"])
    assert send(receiver, "http://hooks.example.com/", wire=wire).reason == "not_encrypted"


def test_a_proxy_of_the_environment_is_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert send(receiver).status == 204


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    receiver.answer(status, Location=f"http://127.0.0.1:{receiver.port}/elsewhere")
    assert send(receiver) == Outcome(status=status, reason="redirected")
    assert receiver.connections == 1


@pytest.mark.parametrize("behaviour", ["silent", "drip", "headers"])
def test_a_receiver_that_drips_or_says_nothing_is_cut_off_in_time(receiver: Receiver, behaviour: str) -> None:
    receiver.behaviour = behaviour
    began = time.monotonic()
    outcome = send(receiver, wire=Wire(limit_s=0.7))
    assert outcome.reason in ("timed_out", "bad_answer")
    assert time.monotonic() - began < 3


def test_a_receiver_that_never_ends_its_answer_is_heard_and_left(receiver: Receiver) -> None:
    receiver.behaviour = "endless"
    began = time.monotonic()
    assert send(receiver) == Outcome(status=200)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(("behaviour", "reason"), [("close", "connection_closed"), ("noise", "bad_answer")])
def test_a_receiver_that_does_not_speak_is_told_from_one_that_is_away(
    receiver: Receiver, behaviour: str, reason: str
) -> None:
    receiver.behaviour = behaviour
    assert send(receiver).reason == reason


def test_nobody_at_the_port_is_a_refused_connection(receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert send(receiver, f"http://127.0.0.1:{port}/").reason == "connection_refused"


def test_a_name_service_that_hangs_is_waited_for_no_longer_than_the_limit(receiver: Receiver) -> None:
    def hang(host: str, port: int) -> list[str]:
        receiver.released.wait(20)
        return []

    began = time.monotonic()
    outcome = send(receiver, "https://hooks.example.com/", wire=Wire(resolve=hang, limit_s=0.3))
    assert outcome.reason == "timed_out"
    assert time.monotonic() - began < 3


def test_a_name_that_is_not_known_is_told(receiver: Receiver) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror

    assert send(receiver, "https://hooks.example.com/", wire=Wire(resolve=unknown)).reason == "name_unknown"


@contextmanager
def over_tls(name: str, folder: Path) -> Iterator[tuple[Receiver, ssl.SSLContext]]:
    """A receiver whose certificate is of `name`, and what trusts it."""
    authority = Authority("Tests")
    authority.write(folder / "ca.pem")
    certificate, key = authority.certify(name, folder, owner=getpass.getuser())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    receiver = Receiver()
    stop = serve(receiver, trust=context)
    yield receiver, ssl.create_default_context(cafile=folder / "ca.pem")
    stop()


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("hooks.example.com", Outcome(status=204)),
        ("other.example.com", Outcome(reason="certificate_refused")),
        ("127.0.0.1", Outcome(reason="certificate_refused")),
    ],
)
def test_the_certificate_is_that_of_the_name_although_the_address_was_checked_first(
    tmp_path: Path, name: str, outcome: Outcome
) -> None:
    with over_tls(name, tmp_path) as (receiver, trust):
        wire = Wire(resolve=lambda host, port: ["127.0.0.1"], trust=trust)
        assert send(receiver, f"https://hooks.example.com:{receiver.port}/", wire=wire) == outcome


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with over_tls("hooks.example.com", tmp_path) as (receiver, _):
        wire = Wire(resolve=lambda host, port: ["127.0.0.1"])
        outcome = send(receiver, f"https://hooks.example.com:{receiver.port}/", wire=wire)
        assert outcome.reason == "certificate_refused"


def test_a_handshake_that_hangs_is_cut_off_in_time(receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        port = mute.getsockname()[1]
        wire = Wire(resolve=lambda host, port: ["127.0.0.1"], limit_s=0.5)
        assert send(receiver, f"https://hooks.example.com:{port}/", wire=wire).reason == "timed_out"
        assert time.monotonic() - began < 3


def test_no_thread_is_left_behind(receiver: Receiver) -> None:
    send(receiver)
    assert [one for one in threading.enumerate() if isinstance(one, threading.Timer)] == []
