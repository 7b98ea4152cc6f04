"""Asking the virus scanner that the operator named in DISCREET_ANTIVIRUS.

    unix:/run/clamav/clamd.ctl      clamd by its socket
    tcp://127.0.0.1:3310            clamd by its port
    command:/usr/bin/clamscan -     a program: the paper on standard input; 0 clean, 1 infected

Source: clamd(8), INSTREAM. Whatever is neither a clear yes nor a clear no is no answer: the paper stays in quarantine.
"""

import shlex
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from discreet.foundation.papers.refusals import ScannerAway
from discreet.foundation.papers.rules import Verdict

_TIMEOUT_S = 60.0
_CHUNK = 65_536
_LONGEST_ANSWER = 4096


class AntivirusMisconfigured(ValueError):
    """DISCREET_ANTIVIRUS names no scanner."""


@dataclass(frozen=True, slots=True)
class Antivirus:
    """One of the three is set: a socket's path, a host with its port, or a command with its arguments."""

    path: str = ""
    host: str = ""
    port: int = 0
    command: tuple[str, ...] = ()


def read_antivirus(text: str) -> Antivirus | None:
    """Return the scanner that the setting names, None for an empty one.

    Raises:
        AntivirusMisconfigured: it names none.
    """
    text = text.strip()
    if not text:
        return None
    scheme, _, rest = text.partition(":")
    if scheme == "unix" and rest.startswith("/"):
        return Antivirus(path=rest)
    if scheme == "command" and (words := tuple(shlex.split(rest))) and words[0].startswith("/"):
        return Antivirus(command=words)
    if scheme == "tcp":
        try:
            parts = urlsplit(text)
            if parts.hostname and parts.port:
                return Antivirus(host=parts.hostname, port=parts.port)
        except ValueError:
            pass
    raise AntivirusMisconfigured(
        "DISCREET_ANTIVIRUS must be unix:/path/of/clamd.socket, tcp://host:port, or command:/path/of/program …"
    )


def ask(scanner: Antivirus, content: bytes) -> Verdict:
    """Return what the scanner says of a paper.

    Raises:
        ScannerAway: it does not answer, or says neither yes nor no.
    """
    try:
        return _by_command(scanner.command, content) if scanner.command else _by_clamd(scanner, content)
    except (OSError, subprocess.SubprocessError) as error:
        raise ScannerAway from error


def _by_command(command: tuple[str, ...], content: bytes) -> Verdict:
    done = subprocess.run(  # noqa: S603 (the operator's own setting)
        command,
        input=content,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=_TIMEOUT_S,
        check=False,
    )
    verdicts = {0: Verdict.CLEAN, 1: Verdict.INFECTED}
    if done.returncode not in verdicts:
        raise ScannerAway
    return verdicts[done.returncode]


def _by_clamd(scanner: Antivirus, content: bytes) -> Verdict:
    with _connected(scanner) as connection:
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _CHUNK):
            part = content[start : start + _CHUNK]
            connection.sendall(struct.pack(">I", len(part)) + part)
        connection.sendall(struct.pack(">I", 0))
        answer = _answer(connection)
    if answer == b"stream: OK":
        return Verdict.CLEAN
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
        return Verdict.INFECTED
    raise ScannerAway


def _answer(connection: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
        part = connection.recv(_LONGEST_ANSWER)
        if not part:
            raise ScannerAway  # cut off: half an answer is none
        answer += part
    return answer.rstrip(b"\0").strip()


@contextmanager
def _connected(scanner: Antivirus) -> Iterator[socket.socket]:
    if scanner.path:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_TIMEOUT_S)
            connection.connect(scanner.path)
            yield connection
        return
    with socket.create_connection((scanner.host, scanner.port), timeout=_TIMEOUT_S) as connection:
        yield connection
