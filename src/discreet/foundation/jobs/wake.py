"""Wake a worker the moment an act has committed: one datagram to a socket in the home.

Nothing depends on it arriving: workers also look by themselves several times a second.
"""

import contextlib
import socket
from pathlib import Path

from django.conf import settings


def wake_folder() -> Path:
    """Return the folder where every worker of this home has its socket."""
    folder: Path = settings.DISCREET_HOME / "run"
    return folder


def wake_worker() -> None:
    """Poke every worker that listens in this home."""
    for path in wake_folder().glob("worker*.sock"):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as poke:
            poke.setblocking(False)
            poke.sendto(b"1", str(path))
