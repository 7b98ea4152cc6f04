"""A receiver of webhooks on a loopback port. It enforces Standard Webhooks 1.0.0 and remembers what came.

It verifies with code of its own, not with ours: method, content type, the three headers, time within five minutes,
signature over `id.timestamp.body`, and an envelope of `type`, `timestamp`, `data`. What breaks a rule is answered
400 and kept in `faults`. `behave` says how the next messages are answered.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE_S = 300


@dataclass(frozen=True)
class Message:
    """One try that arrived, correct in every rule."""

    message_id: str
    signatures: int
    kind: str
    data: Mapping[str, object]


@dataclass
class Receiver:
    """`statuses` answers the next messages in turn, then 204. `seen` holds the ids it acted on, each once."""

    port: int = 0
    secret: str = ""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    statuses: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    behaviour: str = "answer"
    reply: Callable[[Message], bytes] = lambda _message: b""
    messages: list[Message] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    connections: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def answer(self, *statuses: int, **headers: str) -> None:
        """Answer the next messages with these."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.statuses.extend((status, named) for status in statuses)

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """Check a message by the specification; return the status of its answer."""
        fault = self._fault(headers, body)
        if fault:
            self.faults.append(fault)
            return 400
        envelope = json.loads(body)
        message_id = headers["webhook-id"]
        signatures = len(headers["webhook-signature"].split(" "))
        self.messages.append(Message(message_id, signatures, envelope["type"], envelope["data"]))
        status, _ = self.statuses[0] if self.statuses else (204, {})
        if 200 <= status < 300 and message_id not in self.seen:
            self.seen.append(message_id)
        return status

    def _fault(self, headers: Mapping[str, str], body: bytes) -> str:
        if headers.get("content-type") != "application/json":
            return "content type"
        message_id, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not re.fullmatch(r"[!-~]{1,256}", message_id) or "." in message_id:
            return "webhook-id"
        if not re.fullmatch(r"[0-9]{1,12}", sent):
            return "webhook-timestamp"
        if abs(int(sent) - self.clock().timestamp()) > TOLERANCE_S:
            return "webhook-timestamp is too far off"
        if not self._is_signed(headers.get("webhook-signature", ""), f"{message_id}.{sent}.".encode() + body):
            return "webhook-signature"
        return _envelope_fault(body)

    def _is_signed(self, signatures: str, signed: bytes) -> bool:
        try:
            key = base64.b64decode(self.secret.removeprefix("whsec_"), validate=True)
        except binascii.Error:
            return False
        if not 24 <= len(key) <= 64:
            return False
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        versions = [one.partition(",") for one in signatures.split(" ")]
        return any(version == "v1" and hmac.compare_digest(given, expected) for version, _, given in versions)


def _envelope_fault(body: bytes) -> str:
    try:
        envelope = json.loads(body)
        if set(envelope) != {"type", "timestamp", "data"} or not isinstance(envelope["data"], dict):
            return "envelope"
        if datetime.fromisoformat(envelope["timestamp"]).tzinfo is None:
            return "timestamp without a zone"
    except (ValueError, TypeError):
        return "body"
    return "" if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", envelope["type"]) else "type"


def serve(receiver: Receiver, *, trust: ssl.SSLContext | None = None) -> Callable[[], None]:
    """Start serving; return what stops it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            receiver.hosts.append(self.headers.get("Host", ""))
            if receiver.behaviour != "answer":
                _misbehave(receiver, self.connection)
                self.close_connection = True
                return
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            _, headers = receiver.statuses.pop(0) if receiver.statuses else (204, {})
            said = receiver.reply(receiver.messages[-1]) if 200 <= status < 300 else b""
            self.send_response(200 if said else status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self) -> tuple[socket.socket, Any]:
            receiver.connections += 1
            return super().get_request()

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a sender that went away

    server = Server(("127.0.0.1", 0), Handler)
    receiver.port = server.server_address[1]
    if trust is not None:
        server.socket = trust.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop() -> None:
        receiver.released.set()
        server.shutdown()
        server.server_close()

    return stop


def _misbehave(receiver: Receiver, connection: socket.socket) -> None:
    """Hold a sender up until the test ends: say nothing, drip, or never end; or hang up."""
    if receiver.behaviour == "drip":
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not receiver.released.wait(0.02):
            connection.sendall(b"X")
    elif receiver.behaviour == "endless":
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not receiver.released.is_set():
            connection.sendall(b"x" * 65536)
    elif receiver.behaviour == "headers":
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not receiver.released.is_set():
            connection.sendall(b"X-More: yes\r\n")
    elif receiver.behaviour == "noise":
        connection.sendall(b"SSH-2.0-OpenSSH_9.7\r\n")
    elif receiver.behaviour == "silent":
        receiver.released.wait(30)
