"""The right to work on something: a lock on an open file, which the kernel takes back on any death of its holder."""

from __future__ import annotations

import errno
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Lease:
    """A lease that is held; it ends with `release` or with the process."""

    path: Path
    handle: int

    def release(self) -> None:
        self.path.unlink(missing_ok=True)
        os.close(self.handle)


def take(path: Path) -> Lease | None:
    """The lease at this path, None if somebody else has it. It does not wait."""
    while True:
        if path.is_symlink():
            path.unlink(missing_ok=True)  # a lease is a file of ours, and nobody else's
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The one before us may have removed the file between our open and our lock.
            if os.fstat(handle).st_ino == os.stat(path).st_ino:
                return Lease(path, handle)
        except FileNotFoundError:
            pass
        except OSError as error:
            os.close(handle)
            if error.errno in (errno.EAGAIN, errno.EACCES):
                return None
            raise
        os.close(handle)


def taken(path: Path) -> bool:
    """Whether somebody has the lease right now."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
