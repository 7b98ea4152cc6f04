"""The parent of `discreet serve`: one web server, one worker. Starts them, restarts what dies, ends both.

Standard library alone: this process stays small while the others do the work.
"""

import argparse
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

_RUN_COMMAND = "import sys; from discreet.project.cli import main; sys.exit(main())"
_GRACE_S = 12.0
_LONGEST_GAP_S = 10.0
_STEADY_S = 30.0  # a child that lived this long starts again at once
_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Child:
    """A program that is kept running."""

    name: str
    command: list[str]
    beat_file: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    gap_s: float = 0.2
    started_at: float = 0.0
    start_again_at: float = 0.0
    _beat: tuple[float, float] = field(default=(0.0, 0.0))

    def start(self) -> None:
        environment = dict(os.environ)
        if self.beat_file:
            self.beat_file.touch(mode=0o600)
            environment["DISCREET_BEAT_FILE"] = str(self.beat_file)
        self.started_at = time.monotonic()
        self._beat = (0.0, self.started_at)
        self.process = subprocess.Popen(  # noqa: S603
            self.command, env=environment, start_new_session=True, preexec_fn=_die_with_parent
        )

    def look_after(self, *, stale_s: float) -> None:
        """Restart a child that ended; end a worker whose heart stands still."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_again_at:
                self.start()
            return
        if self.process.poll() is None:
            if self._is_stale(now, stale_s):
                self.kill()
            return
        self.kill()  # the rest of its group
        steady = now - self.started_at > _STEADY_S
        self.gap_s = 0.2 if steady else min(_LONGEST_GAP_S, self.gap_s * 2)
        self.start_again_at = now + self.gap_s
        print(f"discreet: {self.name} ended ({self.process.returncode}); it starts again", file=sys.stderr)
        self.process = None

    def _is_stale(self, now: float, stale_s: float) -> bool:
        if self.beat_file is None:
            return False
        with contextlib.suppress(FileNotFoundError):
            changed = self.beat_file.stat().st_mtime
            if changed != self._beat[0]:
                self._beat = (changed, now)
        return now - self._beat[1] > stale_s

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()

    def kill(self) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


def _children(*, host: str, port: int, home: Path, web_workers: int, web_threads: int) -> list[Child]:
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    web += ["--workers", str(web_workers), "--blocking-threads", str(web_threads), "--no-ws"]
    web += ["--log-level", "warning", "--respawn-failed-workers", "--workers-kill-timeout", "8"]
    web += ["discreet.project.wsgi:application"]
    work = [sys.executable, "-c", _RUN_COMMAND, "work"]
    return [
        Child(name="web", command=web),
        Child(name="worker", command=work, beat_file=home / "run" / "supervised.beat"),
    ]


def supervise(children: list[Child], *, stale_s: float) -> None:
    """Keep the children running until SIGTERM or SIGINT, then end them."""
    is_ending = False

    def ask_to_end(*_: object) -> None:
        nonlocal is_ending
        is_ending = True

    signal.signal(signal.SIGTERM, ask_to_end)
    signal.signal(signal.SIGINT, ask_to_end)
    for child in children:
        child.start()
    while not is_ending:
        for child in children:
            child.look_after(stale_s=stale_s)
        time.sleep(0.1)
    for child in children:
        child.end()
    until = time.monotonic() + _GRACE_S
    while time.monotonic() < until and any(c.process and c.process.poll() is None for c in children):
        time.sleep(0.05)
    for child in children:
        child.kill()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--home", type=Path, required=True)
    arguments = parser.parse_args()
    lease_s = float(os.environ.get("DISCREET_LEASE_SECONDS", "10"))
    children = _children(
        host=arguments.host,
        port=arguments.port,
        home=arguments.home,
        web_workers=int(os.environ.get("DISCREET_WEB_WORKERS", "2")),
        web_threads=int(os.environ.get("DISCREET_WEB_THREADS", "4")),
    )
    supervise(children, stale_s=max(3 * lease_s, 20.0))


if __name__ == "__main__":
    main()
