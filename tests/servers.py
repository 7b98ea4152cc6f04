"""Real database servers for tests: PostgreSQL and MariaDB on loopback ports of their own.

Started at most once per test run, shared by its xdist workers through a lock file, stopped by the last
worker. `DISCREET_TEST_POSTGRESQL_URL` and `DISCREET_TEST_MARIADB_URL` name servers to use instead; their
account must be allowed to create databases and roles.
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import psycopg
import pymysql
import pytest

PASSWORD = "canary-7d1f-server"
_RUNS = Path(tempfile.gettempdir()) / f"discreet-test-servers-{os.getuid()}"


class CannotStart(Exception):
    """No server can be had here. The text says why."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and an account that may create databases."""

    host: str
    port: int
    user: str
    password: str

    def url(self, scheme: str, database: str) -> str:
        return f"{scheme}://{quote(self.user)}:{quote(self.password)}@{self.host}:{self.port}/{database}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_user(user: str) -> list[str]:
    return ["runuser", "-u", user, "--"] if os.getuid() == 0 else []


def _run(command: list[str], log: Path) -> None:
    with log.open("ab") as out:
        finished = subprocess.run(command, stdout=out, stderr=out, cwd=log.parent, check=False)
    if finished.returncode:
        raise CannotStart(f"{Path(command[-1]).name} failed: {log.read_text(errors='replace')[-800:]}")


def _own(folder: Path, user: str) -> None:
    folder.mkdir(parents=True)
    if os.getuid() == 0:
        shutil.chown(folder, user)


def _spawn(command: list[str], log: Path) -> int:
    with log.open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=log.parent, start_new_session=True)
    return process.pid


def _wait_until(is_ready: Callable[[], object], log: Path, pid: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            is_ready()
        except (psycopg.OperationalError, pymysql.err.OperationalError) as error:
            if time.monotonic() > deadline:
                _stop(pid)
                raise CannotStart(f"{error}\n{log.read_text(errors='replace')[-800:]}") from error
            time.sleep(0.05)
        else:
            return


def _start_postgresql(folder: Path) -> tuple[Server, int]:
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not binaries:
        raise CannotStart("PostgreSQL's server programs are not installed")
    _own(folder, "postgres")
    log = folder.with_suffix(".log")
    password_file = folder.parent / "postgresql.pw"
    password_file.write_text(PASSWORD)
    password_file.chmod(0o644)
    server = Server(host="127.0.0.1", port=_free_port(), user="discreet", password=PASSWORD)
    initdb = [str(binaries[-1] / "initdb"), "-D", str(folder / "data"), "-U", server.user, "-E", "UTF8"]
    initdb += ["--locale=C.UTF-8", "--no-sync", "-A", "scram-sha-256", f"--pwfile={password_file}"]
    _run([*_as_user("postgres"), *initdb], log)
    options = {
        "port": server.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder,
        "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": 300,
        "shared_buffers": "64MB", "autovacuum": "off", "password_encryption": "scram-sha-256",
    }  # fmt: skip
    command = [*_as_user("postgres"), str(binaries[-1] / "postgres"), "-D", str(folder / "data")]
    pid = _spawn([*command, *(f"--{key}={value}" for key, value in options.items())], log)
    _wait_until(lambda: psycopg.connect(server.url("postgresql", "postgres")).close(), log, pid)
    return server, pid


def _start_mariadb(folder: Path, *more: str) -> tuple[Server, int]:
    install, daemon = shutil.which("mariadb-install-db"), shutil.which("mariadbd", path="/usr/sbin:/usr/bin")
    if not install or not daemon:
        raise CannotStart("MariaDB's server programs are not installed")
    _own(folder, "mysql")
    log = folder.with_suffix(".log")
    server = Server(host="127.0.0.1", port=_free_port(), user="discreet", password=PASSWORD)
    account = ["--user=mysql"] if os.getuid() == 0 else []
    data = f"--datadir={folder / 'data'}"
    _run([install, "--no-defaults", *account, data, "--skip-test-db",
          "--auth-root-authentication-method=normal"], log)  # fmt: skip
    first = folder / "first.sql"
    first.write_text(
        f"CREATE USER 'discreet'@'%' IDENTIFIED BY '{PASSWORD}';\n"
        "GRANT ALL PRIVILEGES ON *.* TO 'discreet'@'%' WITH GRANT OPTION;\n"
    )
    first.chmod(0o644)
    options = [
        data, f"--port={server.port}", "--bind-address=127.0.0.1", f"--socket={folder / 'm.sock'}",
        f"--pid-file={folder / 'm.pid'}", f"--init-file={first}", "--innodb-flush-log-at-trx-commit=0",
        "--innodb-flush-method=nosync", "--innodb-doublewrite=0", "--innodb-buffer-pool-size=64M",
        "--innodb-log-file-size=32M", "--character-set-server=utf8mb4", "--skip-log-bin", "--skip-name-resolve",
        "--max-connections=300", "--lower-case-table-names=0", *more,
    ]  # fmt: skip
    pid = _spawn([daemon, "--no-defaults", *account, *options], log)
    _wait_until(
        lambda: pymysql.connect(
            host=server.host, port=server.port, user=server.user, password=server.password
        ).close(),
        log,
        pid,
    )
    return server, pid


_STARTERS: dict[str, Callable[[Path], tuple[Server, int]]] = {
    "postgresql": _start_postgresql,
    "mariadb": _start_mariadb,
}


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[dict[str, dict[str, object]]]:
    """Hold the run's lock and yield what is running; changes made to it are saved."""
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state_file = folder / "state.json"
        state = json.loads(state_file.read_text()) if state_file.exists() else {}
        yield state
        state_file.write_text(json.dumps(state))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _stop(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGTERM)
    for _ in range(200):
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        if not _is_alive(pid):
            return
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _sweep_dead_runs() -> None:
    """Stop what a killed test run left behind: servers none of whose users lives."""
    for folder in _RUNS.iterdir():
        with contextlib.suppress(OSError, json.JSONDecodeError):
            if not (folder / "state.json").exists():
                continue
            with _locked(folder) as state:
                for name, entry in list(state.items()):
                    users = [pid for pid in entry["users"] if _is_alive(pid)]  # type: ignore[attr-defined]
                    if users:
                        continue
                    if str(folder) in Path(f"/proc/{entry['pid']}/cmdline").read_text(errors="replace"):
                        _stop(int(str(entry["pid"])))
                    del state[name]
                empty = not state
            if empty:
                shutil.rmtree(folder, ignore_errors=True)


def _lease(name: str, run: str) -> Iterator[Server]:
    _RUNS.mkdir(exist_ok=True)
    _RUNS.chmod(0o755)
    _sweep_dead_runs()
    folder = _RUNS / run
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    with _locked(folder) as state:
        if name not in state:
            server, pid = _STARTERS[name](folder / f"{name}-{secrets.token_hex(3)}")
            state[name] = {"pid": pid, "users": [], "port": server.port}
        state[name]["users"].append(os.getpid())  # type: ignore[attr-defined]
        port = int(str(state[name]["port"]))
    yield Server(host="127.0.0.1", port=port, user="discreet", password=PASSWORD)
    with _locked(folder) as state:
        users: list[int] = state[name]["users"]  # type: ignore[assignment]
        users.remove(os.getpid())
        if not users:
            _stop(int(str(state[name]["pid"])))
            del state[name]
        is_last = not state
    if is_last:
        shutil.rmtree(folder, ignore_errors=True)


def _given(url: str, port: int) -> Server:
    parts = urlsplit(url)
    return Server(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _run_id() -> str:
    return os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"pid-{os.getpid()}"


def _server(name: str, variable: str, port: int) -> Iterator[Server]:
    if url := os.environ.get(variable):
        yield _given(url, port)
        return
    lease = _lease(name, _run_id())
    try:
        server = next(lease)
    except CannotStart as error:
        pytest.skip(f"{name}: {error}; set {variable}")
    yield server
    next(lease, None)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """A PostgreSQL server for this test run."""
    yield from _server("postgresql", "DISCREET_TEST_POSTGRESQL_URL", 5432)


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Server]:
    """A MariaDB server for this test run."""
    yield from _server("mariadb", "DISCREET_TEST_MARIADB_URL", 3306)


@pytest.fixture
def postgresql_url(postgresql_server: Server) -> Iterator[str]:
    """The address of an empty PostgreSQL database that only this test uses."""
    database = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(postgresql_server.url("postgresql", "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {database} TEMPLATE template0")
        yield postgresql_server.url("postgresql", database)
        _dispose_pools()
        admin.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


@pytest.fixture
def mariadb_url(mariadb_server: Server) -> Iterator[str]:
    """The address of an empty MariaDB database that only this test uses."""
    database = f"t_{secrets.token_hex(6)}"
    server = mariadb_server
    admin = pymysql.connect(
        host=server.host, port=server.port, user=server.user, password=server.password, autocommit=True
    )
    with admin, admin.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {database} CHARACTER SET utf8mb4")
        yield server.url("mysql", database)
        _dispose_pools()
        cursor.execute(f"DROP DATABASE IF EXISTS {database}")


@pytest.fixture
def postgresql_standby(postgresql_server: Server) -> Iterator[Server]:
    """A hot standby that follows the PostgreSQL server of this test run."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not binaries or "DISCREET_TEST_POSTGRESQL_URL" in os.environ:
        pytest.skip("a standby needs PostgreSQL's server programs on this machine")
    folder = _RUNS / _run_id() / f"standby-{secrets.token_hex(3)}"
    _own(folder, "postgres")
    log, data, primary = folder.with_suffix(".log"), folder / "data", postgresql_server
    source = f"host={primary.host} port={primary.port} user={primary.user} password={primary.password}"
    backup = [str(binaries[-1] / "pg_basebackup"), "-D", str(data), "-R", "-X", "stream", "-c", "fast"]
    _run([*_as_user("postgres"), *backup, "--no-sync", "-d", source], log)
    server = Server(host="127.0.0.1", port=_free_port(), user=primary.user, password=primary.password)
    options = {
        "port": server.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": folder,
        "fsync": "off", "max_connections": 300, "hot_standby": "on",
    }  # fmt: skip
    command = [*_as_user("postgres"), str(binaries[-1] / "postgres"), "-D", str(data)]
    pid = _spawn([*command, *(f"--{key}={value}" for key, value in options.items())], log)
    _wait_until(lambda: psycopg.connect(server.url("postgresql", "postgres")).close(), log, pid)
    yield server
    _dispose_pools()
    _stop(pid)
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def own_server(name: str, folder: Path, *more: str) -> Iterator[Server]:
    """Yield a server that only this test uses and may reconfigure; `more` are options of MariaDB."""
    variable = f"DISCREET_TEST_{name.upper()}_URL"
    try:
        if os.environ.get(variable):
            raise CannotStart(f"{variable} names a server that a test must not reconfigure")
        server, pid = _start_mariadb(folder, *more) if name == "mariadb" else _start_postgresql(folder)
    except CannotStart as error:
        pytest.skip(f"{name}: {error}")
    yield server
    _dispose_pools()
    _stop(pid)
    shutil.rmtree(folder, ignore_errors=True)


def own_folder() -> Path:
    """Return a new folder that the servers' accounts can reach."""
    _RUNS.mkdir(exist_ok=True)
    _RUNS.chmod(0o755)
    folder = _RUNS / f"{_run_id()}-own-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    return folder


def _dispose_pools() -> None:
    """Close the connections that sources keep for reuse, so that a database can be dropped."""
    from discreet.foundation.sources import pools

    pools.dispose_all()
