"""A clamd that speaks INSTREAM: it knows EICAR, counts what it scanned, and can be away, cut off or out of order."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

# Written in two parts, so that no scanner takes this file for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Mood(StrEnum):
    """How it answers."""

    WELL = "well"
    CUT = "cut"  # hangs up in the middle of its answer
    FULL = "full"  # refuses the size
    BABBLES = "babbles"


@dataclass
class Clamd:
    """`scanned`: the sizes of the streams it was given, in order."""

    port: int
    mood: Mood = Mood.WELL
    scanned: list[int] = field(default_factory=list)

    @property
    def setting(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"


@contextlib.contextmanager
def clamd() -> Iterator[Clamd]:
    """Yield a scanner that listens until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        fake = Clamd(port=listening.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(listening, fake), daemon=True)
        thread.start()
        yield fake
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _serve(listening: socket.socket, fake: Clamd) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection, contextlib.suppress(OSError, EOFError, struct.error):
            _answer(connection, fake)


def _answer(connection: socket.socket, fake: Clamd) -> None:
    if _exactly(connection, 10) != b"zINSTREAM\0":
        connection.sendall(b"UNKNOWN COMMAND\0")
        return
    content = bytearray()
    while length := struct.unpack(">I", _exactly(connection, 4))[0]:
        content += _exactly(connection, length)
    fake.scanned.append(len(content))
    verdict = b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if EICAR in content else b"stream: OK\0"
    answers = {
        Mood.WELL: verdict,
        Mood.CUT: verdict[:9],
        Mood.FULL: b"INSTREAM size limit exceeded. ERROR\0",
        Mood.BABBLES: b"stream: OK, I think\0",
    }
    connection.sendall(answers[fake.mood])


def _exactly(connection: socket.socket, length: int) -> bytes:
    content = b""
    while len(content) < length:
        part = connection.recv(length - len(content))
        if not part:
            raise EOFError
        content += part
    return content
