"""Addresses of sources: parsing, allowed options, and hosts that must never be connected to.

`sqlite:///path`, `files:///folder`, `s3://key:secret@host/bucket/folder`, `postgresql://`, `postgres://`, `mysql://`,
`mariadb://`; `env:VARIABLE` stands for the whole address or for the password. Options are an allow-list: sockets,
key files, client-side statements and local files cannot be named. Source: failure promise 20 (SSRF).
"""

import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from discreet.foundation.sources import refusals
from discreet.foundation.sources.catalogue import Engine
from discreet.vocabulary.networks import Reach, parse_ip, reach_of

_SCHEMES = {
    "sqlite": Engine.SQLITE,
    "files": Engine.FILES,
    "s3": Engine.FILES,
    "postgresql": Engine.POSTGRESQL,
    "postgres": Engine.POSTGRESQL,
    "mysql": Engine.MYSQL,
    "mariadb": Engine.MYSQL,
}
_PORTS = {Engine.POSTGRESQL: 5432, Engine.MYSQL: 3306}
_VARIABLE = re.compile(r"env:([A-Za-z_][A-Za-z0-9_]*)")
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_OPTION = re.compile(r"[a-z][a-z0-9_]{0,39}")
SSL_MODES = ("disable", "prefer", "require", "verify-ca", "verify-full")
CERTIFICATE_SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Address:
    """A resolved address. The password never shows in its representation."""

    engine: Engine
    database: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict)
    url_variable: str = ""
    password_variable: str = ""

    @property
    def is_local(self) -> bool:
        """Say whether it is a path on this machine."""
        return not self.host

    @property
    def is_encrypted(self) -> bool:
        """Say whether objects are asked for over TLS, which they are unless the address says otherwise."""
        return self.options.get("tls") != "off"

    @property
    def place(self) -> str:
        """Where it is, without the account."""
        return f"{self.host}:{self.port}/{self.database}" if self.host else self.database


def variable_in(text: str) -> str:
    """Return the variable that `env:VARIABLE` names, or an empty text."""
    found = _VARIABLE.fullmatch(text)
    return found.group(1) if found else ""


def read_variable(variable: str) -> str:
    """Return the variable's value.

    Raises:
        VariableUnset: it is unset or empty.
    """
    value = os.environ.get(variable, "")
    if not value:
        raise refusals.VariableUnset(variable=variable)
    return value


def parse_address(text: str) -> Address:
    """Return the address that `text` says.

    Raises:
        UnknownScheme, IncompleteAddress, UnknownOption, VariableUnset: see there.
    """
    variable = variable_in(text)
    if variable:
        text = read_variable(variable)
    try:
        parts = urlsplit(text)
        port = parts.port or 0
    except ValueError:
        raise refusals.IncompleteAddress(part="host:port") from None
    engine = _SCHEMES.get(parts.scheme)
    if engine is None:
        raise refusals.UnknownScheme
    is_bucket = parts.scheme == "s3"
    if engine in (Engine.SQLITE, Engine.FILES) and not is_bucket:
        return _path_address(engine, text, parts, variable)
    if not re.fullmatch(r"[\w.:-]+", parts.hostname or ""):  # no socket paths, no lists of hosts
        raise refusals.IncompleteAddress(part="host")
    database = unquote(parts.path.removeprefix("/"))
    if is_bucket:
        return _bucket_address(parts, port, database.rstrip("/"), variable)
    if not database or not parts.username:
        raise refusals.IncompleteAddress(part="user:password@host/database")
    password = unquote(parts.password or "")
    return Address(
        engine=engine,
        host=parts.hostname or "",
        port=port or _PORTS[engine],
        database=database,
        user=unquote(parts.username),
        password=read_variable(variable_in(password)) if variable_in(password) else password,
        options=_options(parts),
        url_variable=variable,
        password_variable=variable_in(password),
    )


def _bucket_address(parts: SplitResult, port: int, database: str, variable: str) -> Address:
    """Return the address of a bucket, or of a folder in it. The host is that of the service, never the bucket's."""
    bucket, *folders = database.split("/")
    is_plain = all(each not in ("", ".", "..") and each.isprintable() for each in folders)
    secret = unquote(parts.password or "")
    if not _BUCKET.fullmatch(bucket) or not is_plain or not parts.username or not secret:
        raise refusals.IncompleteAddress(part="s3://KEY:SECRET@host/bucket/folder")
    options = _bucket_options(parts)
    return Address(
        engine=Engine.FILES,
        host=parts.hostname or "",
        port=port or (80 if options.get("tls") == "off" else 443),
        database=database,
        user=unquote(parts.username),
        password=read_variable(variable_in(secret)) if variable_in(secret) else secret,
        options=options,
        url_variable=variable,
        password_variable=variable_in(secret),
    )


def _bucket_options(parts: SplitResult) -> Mapping[str, str]:
    options: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        is_known = (
            (name == "region" and bool(_REGION.fullmatch(value)))
            or (name == "tls" and value == "off")
            or (name == "sslrootcert" and _is_certificate(value))
        )
        if not is_known or name in options:
            raise _unknown_option(
                parts, name, "region=NAME, tls=off, sslrootcert=system|FILE (DISCREET_HOME/certificates)"
            )
        options[name] = value
    return MappingProxyType(options)


def _is_certificate(value: str) -> bool:
    return value == CERTIFICATE_SYSTEM or bool(re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", value))


def _unknown_option(parts: SplitResult, name: str, accepted: str) -> refusals.UnknownOption:
    """Return the refusal. A password with an unescaped "?" ends here too: only what can be a name is shown."""
    is_name = _OPTION.fullmatch(name) and "@" not in parts.query
    return refusals.UnknownOption(option=name if is_name else "?", accepted=accepted)


def _path_address(engine: Engine, text: str, parts: SplitResult, variable: str) -> Address:
    """Return the address of a file or folder. The path is taken as written: `?` and `#` can stand in a name.

    `files:///folder` begins at the root; `sqlite:///path` where the process stands, `sqlite:////path` at the root.
    """
    start = f"{engine.value}:///"
    path = unquote(text.removeprefix(start))
    if parts.netloc or not text.startswith(start) or not path or path == ":memory:" or "\0" in path:
        raise refusals.IncompleteAddress(part=f"{start}path")
    if engine is Engine.FILES and not path.startswith("~"):
        path = f"/{path}"
    return Address(engine=engine, database=str(Path(path).expanduser().resolve()), url_variable=variable)


def _options(parts: SplitResult) -> Mapping[str, str]:
    options: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name == "charset" and value.lower() == "utf8mb4":
            continue
        is_mode = name == "sslmode" and value in SSL_MODES
        is_certificate = name == "sslrootcert" and _is_certificate(value)
        if not (is_mode or is_certificate) or name in options:
            accepted = f"sslmode={'|'.join(SSL_MODES)}, sslrootcert=system|FILE (DISCREET_HOME/certificates)"
            raise _unknown_option(parts, name, accepted)
        options[name] = value
    return MappingProxyType(options)


def certificate_path(address: Address, home: Path) -> str:
    """Return the root certificate to check the server with, `system`, or an empty text."""
    name = address.options.get("sslrootcert", "")
    return name if name in ("", CERTIFICATE_SYSTEM) else str(home / "certificates" / name)


def resolve_host(host: str, port: int) -> tuple[str, ...]:
    """Return the IP addresses to connect to. The caller must use these and not look the name up again.

    Raises:
        HostNotFound: the name service does not know the host.
        ForbiddenHost: one of its addresses leads nowhere that anybody may go (`vocabulary.networks`).
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise refusals.HostNotFound(host=host) from None
    addresses = tuple(dict.fromkeys(str(each[4][0]) for each in found))
    if any(reach_of(parse_ip(address)) is Reach.NOWHERE for address in addresses):
        raise refusals.ForbiddenHost(host=host)
    return addresses


def _own_folders(home: Path) -> tuple[Path, ...]:
    return tuple(home / name for name in ("keys", "jobs", "ledger", "run", "mail", "backups"))


def check_file(address: Address, *, home: Path, own_database: str) -> None:
    """Refuse a path that is no file, or one of Discreet's own.

    Raises:
        FileMissing, OwnDatabase: see there.
    """
    path = Path(address.database)
    if not path.is_file():
        raise refusals.FileMissing
    home = home.resolve()
    own = Path(own_database) if own_database else None
    is_own = path.parent == home or any(path.is_relative_to(folder) for folder in _own_folders(home))
    if is_own or (own is not None and own.exists() and path.samefile(own)):
        raise refusals.OwnDatabase


def check_folder(address: Address, *, home: Path, own_database: str) -> None:
    """Refuse a path that is no folder, or one that holds files of Discreet's own.

    Raises:
        FolderMissing, OwnDatabase: see there.
    """
    folder = Path(address.database)
    if not folder.is_dir():
        raise refusals.FolderMissing
    home = home.resolve()
    holds = [home, *([Path(own_database).resolve()] if own_database else [])]
    is_inside = any(folder.is_relative_to(own) for own in _own_folders(home))
    if is_inside or any(own.is_relative_to(folder) for own in holds):
        raise refusals.OwnDatabase
