"""The parent of `discreet serve`: one web server, one worker. Starts them, restarts what dies, ends both.

The parent has loaded the house once; its children are forks of it and share that memory until they write to
it. So it must have no thread, no open database and no other descriptor of its own when it forks.
"""

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_GRACE_S = 12.0
_LONGEST_GAP_S = 10.0
_STEADY_S = 30.0  # a child that lived this long starts again at once
_PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """A forked process that is kept running. `run` is called in it and need not return."""

    name: str
    run: Callable[[], None]
    beat_file: Path | None = None
    pid: int = 0
    gap_s: float = 0.2
    started_at: float = 0.0
    start_again_at: float = 0.0
    _beaten_at: float = 0.0
    _beat: float = 0.0

    def start(self) -> None:
        if self.beat_file:
            with contextlib.suppress(OSError):  # a full disk ends no parent
                self.beat_file.touch(mode=0o600)
        self.started_at = self._beaten_at = time.monotonic()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            self._be_the_child()

    def _be_the_child(self) -> None:
        code = 1
        try:
            os.setsid()
            with contextlib.suppress(OSError, AttributeError):
                ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            if self.beat_file:
                os.environ["DISCREET_BEAT_FILE"] = str(self.beat_file)
            self.run()
            code = 0
        except SystemExit as ending:
            code = ending.code if isinstance(ending.code, int) else 1
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def is_running(self) -> bool:
        return self.pid != 0 and os.waitpid(self.pid, os.WNOHANG)[0] == 0

    def look_after(self, *, stale_s: float) -> None:
        """Start again a child that ended; end a worker whose heart stands still."""
        now = time.monotonic()
        if self.pid == 0:
            if now >= self.start_again_at:
                self.start()
            return
        if self.is_running():
            if self._is_stale(now, stale_s):
                self.signal_group(signal.SIGKILL)
            return
        self.signal_group(signal.SIGKILL)  # the rest of its group
        steady = now - self.started_at > _STEADY_S
        self.gap_s = 0.2 if steady else min(_LONGEST_GAP_S, self.gap_s * 2)
        self.start_again_at = now + self.gap_s
        print(f"discreet: {self.name} ended; it starts again", file=sys.stderr, flush=True)
        self.pid = 0

    def _is_stale(self, now: float, stale_s: float) -> bool:
        if self.beat_file is None:
            return False
        with contextlib.suppress(FileNotFoundError):
            beat = self.beat_file.stat().st_mtime
            if beat != self._beat:
                self._beat, self._beaten_at = beat, now
        return now - self._beaten_at > stale_s

    def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGCONT)
            os.kill(self.pid, signal.SIGTERM)

    def signal_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)


def supervise(children: list[Child], *, stale_s: float) -> None:
    """Keep the children running until SIGTERM or SIGINT, then end them."""
    is_ending = False

    def ask_to_end(*_: object) -> None:
        nonlocal is_ending
        is_ending = True

    signal.signal(signal.SIGTERM, ask_to_end)
    signal.signal(signal.SIGINT, ask_to_end)
    while not is_ending:
        for child in children:
            child.look_after(stale_s=stale_s)
        time.sleep(0.1)
    running = [child for child in children if child.pid and child.is_running()]
    for child in running:
        child.end()
    until = time.monotonic() + _GRACE_S
    while running and time.monotonic() < until:
        time.sleep(0.05)
        running = [child for child in running if child.is_running()]
    for child in children:
        if child.pid:
            child.signal_group(signal.SIGKILL)
