"""The backup file: an uncompressed tar whose first member names every other with its size and SHA-256.

Read as if an enemy had written it: only plain files with names from a closed list, sizes known before a byte
is unpacked, nothing compressed, so nothing can unfold.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from discreet.project.operations.refusals import BackupDamaged, BackupExists

FORMAT = "discreet-backup/1"
MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 32 * 1024 * 1024
ALLOWED = re.compile(
    r"discreet\.sqlite3|jobs\.sqlite3|discreet\.pgdump|tombstones/tombstones\.jsonl"
    r"|witness/checkpoints(-retired-[0-9]{6})?\.txt|packages/[A-Z]{1,4}-[0-9]{1,10}\.sealed"
    r"|keys/(keyring\.json|session\.key)"
)
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Member:
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """`kind` is the database's: sqlite or postgresql."""

    made_at: str
    version: str
    kind: str
    members: Mapping[str, Member]

    @property
    def total_bytes(self) -> int:
        return sum(member.size for member in self.members.values())


def write_archive(out: Path, *, staged: Path, made_at: str, version: str, kind: str) -> Manifest:
    """Pack every file below `staged` and return once the archive is on the disk and was read again.

    Raises:
        BackupExists: `out` exists.
    """
    names = sorted(str(path.relative_to(staged)) for path in staged.rglob("*") if path.is_file())
    members = {name: _member(staged / name) for name in names}
    manifest = Manifest(made_at=made_at, version=version, kind=kind, members=members)
    partial = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                text = _manifest_text(manifest)
                _add(tar, MANIFEST, len(text), io.BytesIO(text))
                for name in names:
                    with (staged / name).open("rb") as content:
                        _add(tar, name, members[name].size, content)
            file.flush()
            os.fsync(file.fileno())
        check_archive(partial)
        try:
            os.link(partial, out)  # fails where one already lies
        except FileExistsError:
            raise BackupExists(file=str(out)) from None
        sync_folder(out.parent)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def check_archive(path: Path) -> Manifest:
    """Read the whole archive and compare it with its manifest.

    Raises:
        BackupDamaged
    """
    with _opened(path) as (tar, manifest):
        for _ in _checked(tar, manifest, None):
            pass
        return manifest


def read_manifest(path: Path) -> Manifest:
    """Return what the archive says it holds, without reading the rest.

    Raises:
        BackupDamaged
    """
    with _opened(path) as (_, manifest):
        return manifest


def unpack_archive(path: Path, *, into: Path) -> Manifest:
    """Unpack into an empty folder, every file for its owner alone, and check each against the manifest.

    Raises:
        BackupDamaged: nothing that was unpacked may be used.
    """
    with _opened(path) as (tar, manifest):
        for _ in _checked(tar, manifest, into):
            pass
        return manifest


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[tarfile.TarFile, Manifest]]:
    try:
        with tarfile.open(path, mode="r:") as tar:
            yield tar, _read_manifest(tar)
    except (tarfile.TarError, EOFError, UnicodeDecodeError, OverflowError) as error:
        raise BackupDamaged(what=type(error).__name__) from None


def _checked(tar: tarfile.TarFile, manifest: Manifest, into: Path | None) -> Iterator[str]:
    seen: set[str] = set()
    while (info := tar.next()) is not None:
        known = manifest.members.get(info.name)
        if known is None or info.name in seen or not _is_plain(info) or info.size != known.size:
            raise BackupDamaged(what="a member that the manifest does not name")
        seen.add(info.name)
        content = tar.extractfile(info)
        if content is None or _copy(content, _target(into, info.name)) != known:
            raise BackupDamaged(what=info.name)
        tar.members = []  # type: ignore[attr-defined]  # tarfile keeps every member it has seen
        yield info.name
    if seen != set(manifest.members):
        raise BackupDamaged(what="a member is missing")


def _target(into: Path | None, name: str) -> Path | None:
    if into is None:
        return None
    target = into / name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return target


def _copy(content: IO[bytes], target: Path | None) -> Member:
    digest, size = hashlib.sha256(), 0
    out = None
    if target is not None:
        out = os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    try:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if out is not None:
                out.write(chunk)
        if out is not None:
            out.flush()
            os.fsync(out.fileno())
    finally:
        if out is not None:
            out.close()
    return Member(size=size, sha256=digest.hexdigest())


def _member(path: Path) -> Member:
    with path.open("rb") as content:
        return _copy(content, None)


def _add(tar: tarfile.TarFile, name: str, size: int, content: IO[bytes]) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    tar.addfile(info, content)


def _is_plain(info: tarfile.TarInfo) -> bool:
    return info.isreg() and not info.issparse() and not info.linkname


def _manifest_text(manifest: Manifest) -> bytes:
    body = {
        "format": FORMAT,
        "made_at": manifest.made_at,
        "version": manifest.version,
        "kind": manifest.kind,
        "members": {name: [one.size, one.sha256] for name, one in manifest.members.items()},
    }
    return json.dumps(body, indent=1, sort_keys=True).encode("ascii") + b"\n"


def _read_manifest(tar: tarfile.TarFile) -> Manifest:
    info = tar.next()
    if info is None or info.name != MANIFEST or not _is_plain(info) or info.size > MAX_MANIFEST_BYTES:
        raise BackupDamaged(what="no manifest")
    content = tar.extractfile(info)
    try:
        body = json.loads(content.read() if content else b"")
        members = {
            str(name): Member(size=int(size), sha256=str(sha256))
            for name, (size, sha256) in body["members"].items()
        }
        manifest = Manifest(
            made_at=str(body["made_at"]),
            version=str(body["version"]),
            kind=str(body["kind"]),
            members=members,
        )
        is_ours = body["format"] == FORMAT and manifest.kind in ("sqlite", "postgresql")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BackupDamaged(what=MANIFEST) from None
    if not is_ours or any(not ALLOWED.fullmatch(name) or one.size < 0 for name, one in members.items()):
        raise BackupDamaged(what=MANIFEST)
    if ("discreet.sqlite3" if manifest.kind == "sqlite" else "discreet.pgdump") not in members:
        raise BackupDamaged(what="no database")
    return manifest
