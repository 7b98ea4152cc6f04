"""A disk of a test's own that can be full. A mounted one where mounting is allowed; else a limit on a process."""

import contextlib
import ctypes
import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_BALLAST = ".ballast"


def _mount(folder: Path, size: str) -> bool:
    if "DISCREET_TEST_NO_MOUNT" in os.environ:
        return False
    done = _LIBC.mount(b"tmpfs", str(folder).encode(), b"tmpfs", 0, f"size={size},mode=0755".encode())
    return bool(done == 0)


@dataclass
class Disk:
    """`fill` leaves room for no further page; `make_room` gives all back."""

    folder: Path
    is_mounted: bool

    def fill(self, *processes: int) -> None:
        if self.is_mounted:
            with (self.folder / _BALLAST).open("ab", buffering=0) as file, contextlib.suppress(OSError):
                for size in (1 << 20, 4096, 1):
                    with contextlib.suppress(OSError):
                        while True:
                            file.write(b"\0" * size)
            return
        for pid in processes:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))

    def make_room(self, *processes: int) -> None:
        if self.is_mounted:
            (self.folder / _BALLAST).unlink(missing_ok=True)
            return
        for pid in processes:
            with contextlib.suppress(ProcessLookupError):
                unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)

    @property
    def free(self) -> int:
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize


@contextmanager
def small_disk(folder: Path, *, size: str = "48m") -> Iterator[Disk]:
    """Yield a disk mounted at `folder`, which is made."""
    folder.mkdir(parents=True)
    disk = Disk(folder=folder, is_mounted=_mount(folder, size))
    try:
        yield disk
    finally:
        if disk.is_mounted:
            shutil.rmtree(folder, ignore_errors=True)
            _LIBC.umount2(str(folder).encode(), 2)  # MNT_DETACH
        shutil.rmtree(folder, ignore_errors=True)


def family(pid: int) -> list[int]:
    """Return a process and those it started, the first one first."""
    found = [pid]
    for each in found:
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(text) for text in children.read_text().split()]
    return found
