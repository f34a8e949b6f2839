"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

NAME = "stilts-claims"
ASIDE = ".new"  # the end of names of what is being written
LINKED = (errno.ELOOP, errno.EMLINK)  # what opening a link says that is not to be followed


@contextlib.contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """A file to write to; it takes its name when all of it is on the disk, and leaves nothing if that fails.

    What a killed process leaves aside bears the name that the next one writes to; who is at work there has it locked.
    """
    aside = path.with_name(f".{path.name}{ASIDE}")
    try:
        with _alone(aside) as file:
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                os.replace(aside, path)
            except BaseException:
                aside.unlink(missing_ok=True)
                raise
    except OSError as error:
        if error.filename == str(aside):
            error.filename = str(path)  # the name that people know
        raise
    sync_names(path.parent)


@contextlib.contextmanager
def beside(path: Path) -> Iterator[Path]:
    """An empty folder beside a path, to be filled and renamed to it; it is removed if it was not. No other process has it."""
    aside = path.with_name(f".{path.name}{ASIDE}")
    make(aside.parent)
    while True:
        if aside.is_symlink():
            aside.unlink(missing_ok=True)
        aside.mkdir(exist_ok=True)
        try:
            handle = os.open(aside, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError as error:
            if error.errno not in LINKED:
                raise
            continue
        try:
            if _locked(handle, aside):
                break
        except FileNotFoundError:
            pass
        os.close(handle)
    try:
        for left in aside.iterdir():
            remove(left)
        yield aside
    finally:
        with contextlib.suppress(FileNotFoundError):
            if os.fstat(handle).st_ino == os.stat(aside).st_ino:
                remove(aside)
        os.close(handle)


def _alone(path: Path) -> IO[bytes]:
    """An empty file that no other process writes to, and that has no other name: a link is taken away and never followed."""
    while True:
        try:
            handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o666)
        except OSError as error:
            if error.errno not in LINKED:
                raise
            path.unlink(missing_ok=True)
            continue
        file = os.fdopen(handle, "wb")
        try:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
                path.unlink(missing_ok=True)
            elif _locked(handle, path):
                file.truncate(0)
                return file
        except FileNotFoundError:
            pass
        file.close()


def _locked(handle: int, path: Path) -> bool:
    """Wait for a lock; whether what is locked still bears the name that it was opened by."""
    with contextlib.suppress(OSError):  # where there are no locks, two who write the same at once are not kept apart
        fcntl.flock(handle, fcntl.LOCK_EX)
    return os.fstat(handle).st_ino == os.stat(path).st_ino


def sweep(folder: Path) -> None:
    """Remove what killed processes began to write in this folder."""
    for path in folder.glob(f".*{ASIDE}"):
        with contextlib.suppress(OSError):
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(path)
            finally:
                os.close(handle)


def inside(name: str) -> bool:
    """Whether a name that somebody else wrote down means something in a folder, and nothing elsewhere."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and path.parts != () and not set(name) & {"\\", "\0"}


def sha256(path: Path) -> str:
    """The hash of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Wait until a file or a folder's list of names is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_names(folder: Path) -> None:
    """Wait until a folder's list of names is on the disk, where one may ask for that."""
    try:
        sync(folder)
    except OSError as error:
        # Some file systems of networks know no such wait, and some folders may be written to and not read.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EACCES):
            raise


def make(folder: Path) -> None:
    """Make a folder that may be there, and those around it; they are on the disk then."""
    try:
        folder.mkdir()
    except FileNotFoundError:
        make(folder.parent)
        # Once, not for ever: a file system that takes no folders (/proc) says each time that one is missing.
        folder.mkdir(exist_ok=True)
        sync_names(folder.parent)
    except OSError:
        if not folder.is_dir():  # what is there already may be answered in other ways than by its being there
            raise
    else:
        sync_names(folder.parent)


def remove(path: Path) -> None:
    """Remove a file or a folder that may not be there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def cache() -> Path:
    """The folder for what can be made again, under the platform's own cache folder; it may not be there yet."""
    if home := os.environ.get("XDG_CACHE_HOME"):
        return Path(home) / NAME
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / NAME
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / NAME
    return Path.home() / ".cache" / NAME
