"""A bucket opened as a folder: its tables are fetched into a private folder, which goes when the session ends."""

import fcntl
import hashlib
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from discreet.foundation.sources import refusals
from discreet.foundation.sources.addresses import Address
from discreet.foundation.sources.catalogue import OlderLeft, OldVersions, Remains, Skipped
from discreet.foundation.sources.files import replacing
from discreet.foundation.sources.files.changing import WritableFolder
from discreet.foundation.sources.files.opening import FolderConnection
from discreet.foundation.sources.files.tree import MOST_FILES, MOST_FOLDERS_DEEP, is_table
from discreet.foundation.sources.objects.bucket import Bucket, Closed, Fetched, Listed
from discreet.foundation.sources.objects.private import PrivateFolder, root_of

MOST_BYTES = 1 << 33  # of all objects together: they are laid down on this machine's disk
MOST_BYTES_EACH = 5 << 30  # what one request may put
MOST_LISTED = 100_000
_LONGEST_NAME = 255  # in bytes, of a file
_RETRY_S = 0.05


def open_bucket(address: Address, *, home: Path, is_writer: bool) -> FolderConnection:
    """Return a connection whose tables are the objects below an address as they are now.

    Raises:
        SourceRefusal: the service cannot be reached, or refuses.
    """
    bucket = Bucket(address, home=home)
    try:
        private = PrivateFolder.made(home)
    except OSError:
        raise refusals.SourceDiskFails(source=bucket.place) from None
    try:
        copy = BucketCopy(bucket, private)
        copy.refresh()
        return WritableBucket(copy, home) if is_writer else ReadBucket(copy)
    except OSError:
        private.remove()
        raise refusals.SourceDiskFails(source=bucket.place) from None
    except BaseException:
        private.remove()
        raise


class BucketCopy:
    """The objects of a bucket that are tables, as files. `skipped`: what was not fetched, with the reason."""

    def __init__(self, bucket: Bucket, private: PrivateFolder) -> None:
        self.bucket = bucket
        self.folder = private.files
        self.skipped: list[tuple[Skipped, str]] = []
        self.old_versions = OldVersions.NONE
        self._private = private
        self._fetched: dict[str, Fetched] = {}  # by path below the folder

    def refresh(self) -> None:
        """Fetch what is new or changed, and drop what is gone."""
        self.skipped = []
        self.old_versions = self.bucket.old_versions()
        seen: set[str] = set()
        left = MOST_BYTES
        for number, one in enumerate(self.bucket.listed()):
            relative = one.key.removeprefix(self.bucket.prefix)
            if not relative or relative.endswith("/"):  # what marks a folder
                continue
            reason = Skipped.TOO_MANY if number >= MOST_LISTED else _reason(relative, one, len(seen), left)
            if reason is None:
                reason = self._fetch(relative, one, left)
            if reason is not None:
                self.skipped.append((reason, relative))
            elif relative in self._fetched:
                seen.add(relative)
                left -= (self.folder / relative).stat().st_size
            if number >= MOST_LISTED:
                break
        for relative in self._fetched.keys() - seen:
            self._drop(relative)

    def _fetch(self, relative: str, one: Listed, left: int) -> Skipped | None:
        known = self._fetched.get(relative)
        if known is not None and known.etag == one.etag:
            return None
        self._drop(relative)
        path = self.folder / relative
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):  # a key below another key: no folder holds both
            return Skipped.ODD_NAME
        if path.is_dir():
            return Skipped.ODD_NAME
        try:
            fetched = self.bucket.fetch(one.key, path, most_bytes=min(left, MOST_BYTES_EACH))
        except Closed:
            return Skipped.CLOSED
        if fetched is not None:
            self._fetched[relative] = fetched
        return None

    def _drop(self, relative: str) -> None:
        if self._fetched.pop(relative, None) is not None:
            (self.folder / relative).unlink(missing_ok=True)

    def object_of(self, path: Path) -> Fetched:
        """Return what was read for a file.

        Raises:
            FileConflict: nothing was.
        """
        found = self._fetched.get(path.relative_to(self.folder).as_posix())
        if found is None:
            raise replacing.FileConflict
        return found

    def close(self) -> None:
        self.bucket.close()
        self._private.remove()


def _reason(relative: str, one: Listed, count: int, left: int) -> Skipped | None:
    """Return why an object is not fetched, by the rules for files of a folder."""
    parts = relative.split("/")
    is_odd = any(part in ("", ".", "..") or len(part.encode()) > _LONGEST_NAME for part in parts)
    if is_odd or not relative.isprintable() or "\\" in relative:
        return Skipped.ODD_NAME
    if any(part.startswith(".") for part in PurePosixPath(relative).parts):
        return Skipped.HIDDEN
    if len(parts) - 1 > MOST_FOLDERS_DEEP:
        return Skipped.DEEP
    if not is_table(relative):
        return Skipped.ENDING
    if count >= MOST_FILES:
        return Skipped.TOO_MANY
    return Skipped.TOO_LARGE if one.size > min(left, MOST_BYTES_EACH) else None


class _FromBucket(FolderConnection):
    """What reading and writing share."""

    _copy: BucketCopy

    def _take_over(self) -> None:
        self._skipped = (*self._skipped, *self._copy.skipped)
        self.old_versions = self._copy.old_versions

    @property
    def identity(self) -> str:
        return self._copy.bucket.place

    def close(self) -> None:
        super().close()
        self._copy.close()


class ReadBucket(_FromBucket):
    def __init__(self, copy: BucketCopy) -> None:
        self._copy = copy
        super().__init__(copy.folder)
        self._take_over()


class WritableBucket(_FromBucket, WritableFolder):
    """A bucket with the changes of one session. Nothing is put before its files were written anew and compared."""

    def __init__(self, copy: BucketCopy, home: Path) -> None:
        self._copy = copy
        self._turn = -1
        named = hashlib.sha256(copy.bucket.place.encode()).hexdigest()[:32]
        self._turns = root_of(home) / f"{named}.lock"
        super().__init__(copy.folder)
        self._take_over()

    def lock(self, *, timeout_s: float) -> bool:
        """Keep other writers of this machine out, and fetch what changed since the session was opened."""
        if self._turn < 0:
            if not self._take_turn(timeout_s):
                return False
            self._copy.refresh()
        return super().lock(timeout_s=timeout_s)

    def _take_turn(self, timeout_s: float) -> bool:
        descriptor = os.open(self._turns, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        until = time.monotonic() + timeout_s
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._turn = descriptor
                return True
            if time.monotonic() >= until:
                os.close(descriptor)
                return False
            time.sleep(_RETRY_S)

    def older_left(self, names: Sequence[str], *, deletes: bool) -> OlderLeft:
        """Look for older versions of the objects of some tables, and delete them where asked to. Idempotent.

        Every older version of such an object goes: it was written before what stands there now. Versions of other
        objects are counted alone.

        Raises:
            SourceRefusal: the service cannot be reached, or refuses.
        """
        bucket, keys = self._copy.bucket, {name: self._key_of(name) for name in names}
        why: dict[str, Remains] = {name: Remains.KEPT for name, key in keys.items() if not key}
        try:
            deleted = 0
            for key in sorted(set(filter(None, keys.values()))):
                found = list(bucket.older(key))
                stays = [bucket.delete_version(*one) for one in found] if deletes else []
                deleted += stays.count(None)
                if any(True for _ in bucket.older(key)):
                    reason = next((one for one in stays if one is not None), Remains.KEPT)
                    why.update({name: reason for name, of in keys.items() if of == key})
            others = {key for key, _ in bucket.older()} - set(keys.values())
        except Closed:
            if bucket.old_versions() is OldVersions.NONE:
                return OlderLeft({})
            return OlderLeft(dict.fromkeys(names, Remains.UNKNOWN))
        return OlderLeft(why, deleted, len(others))

    def _key_of(self, name: str) -> str:
        """Return the key of a table's object, "" where there is none now."""
        file = self.file_of(name)
        if file is None:
            return ""
        return self._copy.bucket.prefix + file.path.relative_to(self.folder).as_posix()

    def _replacements(self) -> replacing.Replacements:
        return _Put(self._copy)

    def _unlock(self) -> None:
        super()._unlock()
        if self._turn >= 0:
            os.close(self._turn)
            self._turn = -1


class _Put(replacing.Replacements):
    """New files, which are put over the objects that were read, one after the other."""

    def __init__(self, copy: BucketCopy) -> None:
        super().__init__(copy.folder)
        self._copy = copy

    def _check(self, new: replacing.NewFile) -> None:
        super()._check(new)
        self._copy.bucket.check(self._copy.object_of(new.target))

    def _replace_one(self, new: replacing.NewFile) -> None:
        try:
            self._copy.bucket.put(self._copy.object_of(new.target), new.path)
        except replacing.NotReplaceable as refusal:
            refusal.table = new.target.relative_to(self._copy.folder).as_posix()
            raise
        super()._replace_one(new)
