"""A whole installation of its own: home, port, `discreet serve` as a process, commands as a shell runs them.

A first home is prepared once per test process and copied.
"""

import atexit
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parents[2]
PASSWORD = "quiet bamboo lamp"
VERIFIER = ROOT / "src/discreet/foundation/ledger/verifier/discreet_verify.py"
COMMAND = [sys.executable, "-c", "from discreet.project.cli import main; main()"]
IN_ONE_PROCESS = (
    "import json, sys; from discreet.project.cli import main\n"
    "for command in json.loads(sys.argv[1]): main(command, standalone_mode=False)"
)
SEVERAL = [sys.executable, "-c", IN_ONE_PROCESS]
T = TypeVar("T")


def until(found: Callable[[], T | None], what: str, *, patience_s: float = 60.0) -> T:
    """Ask again until there is an answer."""
    end = time.monotonic() + patience_s
    while (answer := found()) is None:
        assert time.monotonic() < end, f"{what}: not within {patience_s:.0f} s"
        select.select([], [], [], 0.05)
    return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class House:
    """One installation in `home`."""

    def __init__(self, home: Path, **more: str) -> None:
        self.home = home
        self.port = free_port()
        self.base = f"http://localhost:{self.port}"
        self._server: subprocess.Popen[bytes] | None = None
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("DISCREET_", "DJANGO_"))
        }
        self.environment = {
            **kept,
            "PYTHONPATH": str(ROOT / "src"),
            "DISCREET_HOME": str(home),
            "DISCREET_DEMO": "1",
            "DISCREET_BASE_URL": self.base,
            "DISCREET_LEASE_SECONDS": "2",
            "DISCREET_WEB_WORKERS": "1",
            **more,
        }

    def run(self, *args: str, text: str = "", may_fail: bool = False) -> str:
        """Run one command and return what it printed."""
        done = subprocess.run(
            [*COMMAND, *args], env=self.environment, input=text, text=True, capture_output=True,
            timeout=120, check=False, cwd=self.home.parent,
        )  # fmt: skip
        assert may_fail or done.returncode == 0, f"{args}: {done.stdout}{done.stderr}"
        return done.stdout

    def run_all(self, commands: Sequence[Sequence[str]], *, text: str = "") -> str:
        """Run several commands one after the other in one process, which starts once, and return all output."""
        done = subprocess.run(
            [*SEVERAL, json.dumps(commands)], env=self.environment, input=text, text=True,
            capture_output=True, timeout=240, check=False, cwd=self.home.parent,
        )  # fmt: skip
        assert done.returncode == 0, f"{commands}: {done.stdout}{done.stderr}"
        return done.stdout

    def json(self, *args: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.run(*args, "--json"))
        return answer

    def add_staff(self, accounts: Mapping[str, str], *then: Sequence[str]) -> str:
        """Add accounts, each with one role, then run further commands."""
        added = [
            ["staff", "add", name, "--role", role, "--password-stdin"] for name, role in accounts.items()
        ]
        return self.run_all([*added, *then], text=(PASSWORD + "\n") * len(added))

    def start(self, *args: str, wrapper: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
        """Start a command in the background, in a process group of its own."""
        with (self.home.parent / f"{self.home.name}.log").open("ab") as log:
            return subprocess.Popen(
                [*wrapper, *COMMAND, *args], env=self.environment, stdout=log, stderr=log,
                cwd=self.home.parent, start_new_session=True,
            )  # fmt: skip

    def serve(self) -> None:
        """Start web and worker, and wait until they answer."""
        self._server = self.start("serve", "--port", str(self.port))
        until(self._answers, "discreet serve")

    def _answers(self) -> bool | None:
        assert self._server is not None
        assert self._server.poll() is None, self.log()
        try:
            with urllib.request.urlopen(f"{self.base}/healthz", timeout=5) as answer:
                return bool(answer.status == 200) or None
        except urllib.error.HTTPError:
            return True
        except OSError:
            return None

    def log(self) -> str:
        return (self.home.parent / f"{self.home.name}.log").read_text(errors="replace")[-3000:]

    def stop(self) -> None:
        if self._server is not None:
            end(self._server)
            self._server = None

    def verifies(self, proof: Path, language: str = "en") -> str:
        """Let a bare Python, without Discreet, check a proof; return what it said, "" if it refused."""
        bare = Path(sys.base_prefix) / "bin" / "python3"
        done = subprocess.run(
            [bare, "-I", "-S", VERIFIER, proof, "--language", language], capture_output=True, text=True,
            check=False, cwd=proof.parent, env={"LANG": "C.UTF-8"},
        )  # fmt: skip
        return done.stdout if done.returncode == 0 else ""

    def mails(self) -> list[EmailMessage]:
        """Return the mails that went out, oldest first."""
        files = sorted((self.home / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [message_from_bytes(path.read_bytes(), policy=default) for path in files]  # type: ignore[misc]


def end(process: "subprocess.Popen[Any]") -> None:
    """Stop a process that this test started, with its group."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


@cache
def _prepared() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="discreet-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    House(folder / "home").run("keys", "--help")
    return folder / "home"


def new_house(folder: Path, **more: str) -> House:
    """Return an installation as after its first start."""
    copy_prepared(folder / "home")
    return House(folder / "home", **more)


def copy_prepared(home: Path) -> None:
    """Make a home as after its first start."""
    copy_home(_prepared(), home)


def copy_home(source: Path, target: Path) -> None:
    """Copy the home of an installation that does not run."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.sock", "*.lock", "mail", "static"))


@contextlib.contextmanager
def open_house(folder: Path, **more: str) -> Iterator[House]:
    """Yield an installation; what it started is ended."""
    house = new_house(folder, **more)
    try:
        yield house
    finally:
        house.stop()
