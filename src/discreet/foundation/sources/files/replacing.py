"""Files replaced for good or not at all: written beside the old one, flushed, compared, and renamed over it.

What is being written is hidden, named so that no reader takes it for a table, and locked by its writer: the next
writer clears away what a dead one left. Folders are opened one below the other without following a link, so that
nothing is written outside.
"""

import errno
import fcntl
import gzip
import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from discreet.foundation.sources.files.tree import (
    REMNANT_PREFIX,
    REMNANT_SUFFIX,
    DataFile,
    folders_of,
    is_remnant,
)

Identity = tuple[int, int, int, int, int]
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_OWN_NAMES = "security."  # set by the system, never copied


class FileConflict(Exception):
    """A file is not what it was when it was read."""


class NotReplaceable(Exception):
    """The account, or how the file stands there, does not allow to replace it."""

    table = ""  # known to who has the files written


class PartlyReplaced(Exception):
    """Some files were replaced and another was not: reading again tells which."""


def identity_of(status: os.stat_result) -> Identity:
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def identities(paths: Sequence[Path]) -> dict[str, Identity]:
    """Return what tells each file from what it may be later; a file that is gone has none."""
    found: dict[str, Identity] = {}
    for path in paths:
        with suppress(OSError):
            found[str(path)] = identity_of(os.stat(path, follow_symlinks=False))
    return found


def may_be_replaced(path: Path) -> bool:
    """Return whether a file is one that this account may replace, as far as can be told without trying."""
    try:
        status = os.stat(path, follow_symlinks=False)
    except OSError:
        return False
    return (
        stat.S_ISREG(status.st_mode)
        and status.st_nlink == 1
        and os.geteuid() in (0, status.st_uid)  # the new file could not have another owner
        and bool(status.st_mode & 0o222)
        and os.access(path, os.W_OK)
    )


def clear_remnants(folder: Path) -> None:
    """Delete what writers left that died. One that is being written now is locked, and stays."""
    for below in folders_of(folder):
        with suppress(OSError):
            for entry in list(os.scandir(below)):
                if is_remnant(entry.name) and entry.is_file(follow_symlinks=False):
                    _clear(entry.path)


def _clear(path: str) -> None:
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | _NO_LINK)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)
        finally:
            os.close(descriptor)


@dataclass(slots=True)
class NewFile:
    """A file being written beside the one it is to replace. `before`: the old one, open for reading."""

    path: Path
    before: BinaryIO
    is_gzip: bool
    _descriptor: int
    _folder: int  # open, so that nothing put in its place is written to
    _name: str
    _known: Identity
    is_sealed: bool = False

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """Yield where to write; packed as the old one is."""
        with os.fdopen(os.dup(self._descriptor), "wb") as raw:
            if not self.is_gzip:
                yield raw
                return
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
                yield cast(BinaryIO, packed)

    def size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def seal(self) -> None:
        """Give it mode, owner and attributes of the old one, and flush it.

        Raises:
            NotReplaceable: it cannot have the owner or an attribute.
        """
        status = os.fstat(self.before.fileno())
        new = os.fstat(self._descriptor)
        try:
            if (status.st_uid, status.st_gid) != (new.st_uid, new.st_gid):
                os.fchown(self._descriptor, status.st_uid, status.st_gid)
            os.fchmod(self._descriptor, stat.S_IMODE(status.st_mode))
            self._copy_attributes()
        except PermissionError:
            raise NotReplaceable from None
        os.fsync(self._descriptor)
        self.is_sealed = True

    def _copy_attributes(self) -> None:
        try:
            names = os.listxattr(self.before.fileno())
        except OSError as error:
            if error.errno in (errno.ENOTSUP, errno.ENOSYS):
                return
            raise
        for name in names:
            if not name.startswith(_OWN_NAMES):
                os.setxattr(self._descriptor, name, os.getxattr(self.before.fileno(), name))

    def check(self) -> None:
        """Refuse where the old file is no longer what was read.

        Raises:
            FileConflict
        """
        try:
            status = os.stat(self._name, dir_fd=self._folder, follow_symlinks=False)
        except OSError:
            raise FileConflict from None
        if identity_of(status) != self._known or identity_of(os.fstat(self.before.fileno())) != self._known:
            raise FileConflict

    @property
    def target(self) -> Path:
        return self.path.with_name(self._name)

    def replace(self) -> None:
        os.rename(self.path.name, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)

    def flush_folder(self) -> None:
        os.fsync(self._folder)

    def discard(self) -> None:
        with suppress(OSError):
            os.unlink(self.path.name, dir_fd=self._folder)
        self.close()

    def close(self) -> None:
        self.before.close()
        for descriptor in (self._descriptor, self._folder):
            with suppress(OSError):
                os.close(descriptor)


class Replacements:
    """New files of one session, which replace the old ones one after the other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._new: list[NewFile] = []

    @contextmanager
    def beside(self, file: DataFile, known: Identity) -> Iterator[NewFile]:
        """Yield a new file to be written and sealed; it is left out of the replacements where that fails.

        Raises:
            FileConflict, NotReplaceable
        """
        new = self._begun(file, known)
        try:
            yield new
        except BaseException:
            new.discard()
            raise
        self._new.append(new)

    def _begun(self, file: DataFile, known: Identity) -> NewFile:
        if not may_be_replaced(file.path):
            raise NotReplaceable
        relative = file.path.relative_to(self._folder)
        try:
            inside = _opened_below(self._folder, relative.parts[:-1])
        except PermissionError:
            raise NotReplaceable from None
        except OSError:
            raise FileConflict from None
        name = f"{REMNANT_PREFIX}{secrets.token_hex(16)}{REMNANT_SUFFIX}"
        try:
            before = os.fdopen(os.open(relative.name, os.O_RDONLY | _NO_LINK, dir_fd=inside), "rb")
        except OSError:
            os.close(inside)
            raise FileConflict from None
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_LINK
            descriptor = os.open(name, flags, 0o600, dir_fd=inside)
        except OSError as error:
            before.close()
            os.close(inside)
            if isinstance(error, PermissionError) or error.errno == errno.EROFS:
                raise NotReplaceable from None
            raise
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # nobody else knows its name yet
        new = NewFile(
            file.path.with_name(name), before, file.is_gzip, descriptor, inside, relative.name, known
        )
        try:
            new.check()
        except FileConflict:
            new.discard()
            raise
        return new

    def replace(self) -> None:
        """Rename each new file over the old one, and flush their folders.

        Raises:
            FileConflict: a file was changed since it was read; none was replaced.
            NotReplaceable, OSError: none was replaced.
            PartlyReplaced: see there.
        """
        for new in self._new:
            self._check(new)
        done = 0
        try:
            for new in self._new:
                if done:
                    self._check(new)
                self._replace_one(new)
                done += 1
            for new in self._new:
                new.flush_folder()
        except (OSError, FileConflict, NotReplaceable):
            if done:
                raise PartlyReplaced from None
            raise
        finally:
            for new in self._new[done:]:
                new.discard()
            for new in self._new[:done]:
                new.close()
            self._new.clear()

    def _check(self, new: NewFile) -> None:
        new.check()

    def _replace_one(self, new: NewFile) -> None:
        new.replace()

    def discard(self) -> None:
        """Leave no new file behind."""
        for new in self._new:
            new.discard()
        self._new.clear()


def _opened_below(folder: Path, parts: Sequence[str]) -> int:
    """Open a folder below another, one part after the other, following no link."""
    flags = os.O_RDONLY | os.O_DIRECTORY | _NO_LINK
    inside = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    for part in parts:
        try:
            below = os.open(part, flags, dir_fd=inside)
        finally:
            os.close(inside)
        inside = below
    return inside
