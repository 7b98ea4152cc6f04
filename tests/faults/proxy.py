"""A small TCP proxy between Discreet and a database that fails as told.

| mode | what happens |
|---|---|
| `passing` | everything goes through |
| `down` | connections are closed at once |
| `hang` | bytes are taken and nothing comes back |
| `slow` | every answer is cut into pieces that come late |
| `cut_on` | both sides are closed when the client sends the marker; the server never sees it |
| `down_on` | as `cut_on`, and from then on as `down` |
| `drop_reply` | the server gets the marker; its answer is lost and the connection closed |
"""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_MODES = ("passing", "down", "hang", "slow", "cut_on", "down_on", "drop_reply")


class FaultProxy:
    """Listens on `port` and forwards to a server, failing by `mode`."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._mode = "passing"
        self._marker = b""
        self._is_armed = threading.Event()
        self._is_closed = threading.Event()
        self.port = int(self._listener.getsockname()[1])
        self.hits = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def set(self, mode: str, marker: bytes = b"COMMIT") -> None:
        """Fail by `mode` from now on, connections that are open included."""
        assert mode in _MODES
        self._mode, self._marker = mode, marker

    def cut_all(self) -> None:
        """Close every open connection, as a restart of the server does."""
        while self._open:
            _close(self._open.pop())

    def close(self) -> None:
        self._is_closed.set()
        _close(self._listener)
        self.cut_all()

    def _accept(self) -> None:
        while not self._is_closed.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._mode == "down":
                _close(client)
                continue
            server = socket.create_connection(self._target)
            self._open += [client, server]
            threading.Thread(target=self._forward, args=(client, server), daemon=True).start()
            threading.Thread(target=self._answer, args=(server, client), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := client.recv(65536):
                if self._mode == "hang":
                    continue
                if self._mode in ("cut_on", "down_on", "drop_reply") and self._marker in chunk:
                    self.hits += 1
                    if self._mode != "drop_reply":
                        self._mode = "down" if self._mode == "down_on" else self._mode
                        break
                    self._is_armed.set()
                server.sendall(chunk)
        _close(client)
        _close(server)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := server.recv(65536):
                if self._mode == "hang":
                    continue
                if self._is_armed.is_set():
                    self._is_armed.clear()
                    break
                if self._mode == "slow":
                    for start in range(0, len(chunk), 64):
                        self._is_closed.wait(0.002)
                        client.sendall(chunk[start : start + 64])
                    continue
                client.sendall(chunk)
        _close(client)
        _close(server)


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


@contextmanager
def fault_proxy(host: str, port: int) -> Iterator[FaultProxy]:
    """Yield a proxy to the server at `host`:`port`."""
    proxy = FaultProxy(host, port)
    try:
        yield proxy
    finally:
        proxy.close()
