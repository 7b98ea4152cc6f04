"""Wake a worker the moment an act has committed: one datagram to each worker's socket in the home.

Nothing depends on it arriving: workers also look by themselves several times a second.
"""

import contextlib
import os
import socket
from pathlib import Path

from django.conf import settings

_LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107


def wake_folder() -> Path:
    """Return the folder where every worker of this home has its lock and its socket."""
    folder: Path = settings.DISCREET_HOME / "run"
    return folder


@contextlib.contextmanager
def _socket_address(path: Path):  # type: ignore[no-untyped-def]
    """Give the socket's address; a path too long for the kernel goes through its folder's descriptor."""
    if len(str(path)) <= _LONGEST_SOCKET_PATH:
        yield str(path)
        return
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{descriptor}/{path.name}"
    finally:
        os.close(descriptor)


def wake_worker() -> None:
    """Poke every worker that listens in this home."""
    for path in wake_folder().glob("*.sock"):
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as poke,
            _socket_address(path) as address,
        ):
            poke.setblocking(False)
            poke.sendto(b"1", address)


def listening_socket(worker_id: str) -> socket.socket:
    """Return the bound socket of a worker."""
    path = wake_folder() / f"{worker_id}.sock"
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with _socket_address(path) as address:
        listener.bind(address)
    path.chmod(0o600)
    return listener
