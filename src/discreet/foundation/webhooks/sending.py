"""One POST to a receiver: resolve, check, connect to the very address that was checked, send, read the status.

Nothing looks the name up a second time, so no name service can answer differently between check and connection;
TLS still verifies the certificate against the name. Redirects are not followed, proxies of the environment are
not used, of an answer's body no more than its first 4 KB is looked at, and all of it ends within one time limit, however slowly it drips.
Source: failure promise 20 (SSRF).
"""

import contextlib
import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from discreet.foundation.webhooks.rules import Target, fault_of
from discreet.vocabulary.networks import Ip, Network, parse_ip

Resolve = Callable[[str, int], Sequence[str]]
_GRACE_S = 1.0  # for the start of a body, so that a receiver is not cut off while it says thanks
_CONNECT_S = 5.0
_MOST_SAID = 4096


def resolve_host(host: str, port: int) -> list[str]:
    """Return what the system's name service says.

    Raises:
        OSError: it does not know the name, or is away.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@dataclass(frozen=True, slots=True)
class Wire:
    """How names are resolved, whose certificates are trusted (None: the system's), and how long a try may take."""

    resolve: Resolve = resolve_host
    trust: ssl.SSLContext | None = None
    limit_s: float = 15.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try. `status` is 0 where nothing was answered; `reason` is "" only of what was accepted."""

    status: int = 0
    reason: str = ""
    retry_after: str | None = None
    said: bytes = field(default=b"", compare=False)  # the first of what an accepting receiver answered

    @property
    def is_accepted(self) -> bool:
        return not self.reason

    @property
    def is_answered(self) -> bool:
        return self.status > 0


class _Failed(Exception):
    """Carries the reason code of a try that came to nothing."""


def post(
    target: Target, *, headers: Mapping[str, str], body: bytes, permitted: Sequence[Network], wire: Wire
) -> Outcome:
    """Send a body and return what came of it. Whatever goes wrong outside is an outcome, not an error."""
    ends_at = time.monotonic() + wire.limit_s
    try:
        addresses = _checked(target, permitted, wire, ends_at)
        with _connected(target, addresses, wire, ends_at) as connection:
            return _exchange(connection, target, headers, body, ends_at)
    except _Failed as failed:
        return Outcome(reason=str(failed))
    except ssl.SSLCertVerificationError:
        return Outcome(reason="certificate_refused")
    except TimeoutError:
        return Outcome(reason="timed_out")
    except ssl.SSLError:
        return Outcome(reason="timed_out" if time.monotonic() >= ends_at else "tls_failed")
    except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
        return Outcome(reason="timed_out" if time.monotonic() >= ends_at else "connection_closed")
    except ConnectionRefusedError:
        return Outcome(reason="connection_refused")
    except OSError:
        return Outcome(reason="timed_out" if time.monotonic() >= ends_at else "unreachable")
    except (http.client.HTTPException, ValueError):
        return Outcome(reason="timed_out" if time.monotonic() >= ends_at else "bad_answer")


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _checked(target: Target, permitted: Sequence[Network], wire: Wire, ends_at: float) -> list[Ip]:
    """Resolve the name, within the time limit, and refuse what may not be connected to."""
    answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(wire.resolve(target.host, target.port))
        except (OSError, UnicodeError):
            answers.put(())

    threading.Thread(target=ask, daemon=True).start()
    try:
        found = answers.get(timeout=_left(ends_at))
    except queue.Empty:
        raise TimeoutError from None
    try:
        addresses = [parse_ip(each) for each in found]
    except ValueError:
        raise _Failed("address_refused") from None
    if fault := fault_of(addresses, scheme=target.scheme, permitted=permitted):
        raise _Failed(fault)
    return addresses


@contextmanager
def _connected(
    target: Target, addresses: Sequence[Ip], wire: Wire, ends_at: float
) -> Iterator[http.client.HTTPConnection]:
    """Connect to the first address that answers. A watchdog ends the connection when the time is over."""
    plain = _first_open(addresses, target.port, ends_at)
    with plain:
        used: socket.socket = plain
        if target.scheme == "https":
            context = wire.trust or ssl.create_default_context()
            used = context.wrap_socket(plain, server_hostname=target.host, do_handshake_on_connect=False)
        used.settimeout(_left(ends_at))
        watchdog = threading.Timer(_left(ends_at), _cut, args=(used,))
        watchdog.daemon = True
        watchdog.start()
        try:
            if isinstance(used, ssl.SSLSocket):
                used.do_handshake()
            connection = http.client.HTTPConnection(target.host, target.port)
            connection.sock = used
            yield connection
        finally:
            watchdog.cancel()
            watchdog.join()
            used.close()


def _first_open(addresses: Sequence[Ip], port: int, ends_at: float) -> socket.socket:
    problem: OSError = ConnectionRefusedError()
    for address in addresses:
        try:
            return socket.create_connection((str(address), port), timeout=min(_CONNECT_S, _left(ends_at)))
        except OSError as error:
            problem = error
    raise problem


def _cut(used: socket.socket) -> None:
    """Wake whoever reads or writes. The plain call leaves the state of TLS alone, which another thread uses."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(used, socket.SHUT_RDWR)


def _exchange(
    connection: http.client.HTTPConnection,
    target: Target,
    headers: Mapping[str, str],
    body: bytes,
    ends_at: float,
) -> Outcome:
    connection.putrequest("POST", target.path, skip_host=True, skip_accept_encoding=True)
    fixed = {"Host": target.authority, "Content-Type": "application/json", "User-Agent": "Discreet"}
    for name, value in {**fixed, "Content-Length": str(len(body)), "Connection": "close", **headers}.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    used = connection.sock  # the connection forgets it where the receiver will close
    answer = connection.getresponse()
    _left(ends_at)  # an answer that was cut off looks like one that ended
    status, retry_after = answer.status, answer.headers.get("Retry-After")
    said = b""
    with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
        used.settimeout(_GRACE_S)
        said = answer.read1(_MOST_SAID)
    if 200 <= status < 300:
        return Outcome(status=status, said=said)
    return Outcome(status=status, reason=_reason(status), retry_after=retry_after)


def _reason(status: int) -> str:
    return "redirected" if 300 <= status < 400 else f"http_{status}"
