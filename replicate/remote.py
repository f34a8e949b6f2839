"""A store at a URL (s3://, gs://, file://, whatever fsspec opens): its steps lie there, this machine keeps a mirror of them.

URL/steps/<id>/        as in a folder (store.py); result.json is put there last, so a step is there whole or not
URL/failed/<id>.json   why a step failed
URL/damaged/<id>-<n>/  what could not be read

The mirror lies in the cache folder and is a store itself: steps are worked on and leased there. It has the small files of all
steps as of the last `refresh`, and others once somebody needed them. Nothing is lost with it but checkpoints.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

from . import confidential, files, leases
from .problems import Problem

STEP, RESULT = "step.json", "result.json"
AT_ONCE = 500  # small files that are asked for at a time
PAUSES = (1.0, 5.0)  # seconds before another try
FINAL = (PermissionError, NotADirectoryError, NotImplementedError)  # errors that trying again does not mend
SHOWN = 300  # characters of what a file system says

Value = TypeVar("Value")


@dataclass(frozen=True)
class Remote:
    """A URL and its mirror."""

    url: str
    mirror: Path

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        try:
            from fsspec.core import url_to_fs

            fs, base = url_to_fs(self.url)
        except Exception as error:  # each file system has errors of its own; a package that is missing is named
            kinds = "; an address begins with s3://, gs://, abfs://, file://, sftp:// or another that fsspec knows"
            unheard = isinstance(error, ValueError) and "Protocol not known" in str(error)
            raise Problem(f"{self.name}: {'no such kind of address' + kinds if unheard else _says(error)}") from None
        return fs, base.rstrip("/")

    @property
    def name(self) -> str:
        """The URL for people and records."""
        return confidential.taken_out(self.url)

    @property
    def fs(self) -> Any:
        """fsspec's file system."""
        return self._opened[0]

    def path(self, *parts: str) -> str:
        """Of something in this store, as the file system names it."""
        return "/".join([self._opened[1], *parts])


def is_url(path: object) -> bool:
    """Whether this names a store at a URL, not a folder."""
    return "://" in str(path)


def connect(url: str, write: bool) -> Remote:
    """The store at a URL with its mirror up to date; a Problem in one line where it cannot be reached, or written to."""
    remote = Remote(url.rstrip("/"), files.cache() / "mirrors" / hashlib.sha256(url.rstrip("/").encode()).hexdigest()[:16])
    for name in ("steps", "aside", "leases", "damaged", "failed", "fetching"):
        (remote.mirror / name).mkdir(parents=True, exist_ok=True)
    try:
        if write:
            with token(remote):
                pass
        refresh(remote)
    except FileNotFoundError as error:
        raise Problem(f"{remote.name}: {_says(error)}") from None
    return remote


@contextlib.contextmanager
def token(remote: Remote) -> Iterator[str]:
    """The name of a file that is there for a while, for others to see."""
    name = f".seen-{secrets.token_hex(8)}"
    _tried(remote, lambda: _put(remote, b"", name))
    try:
        yield name
    finally:
        _tried(remote, lambda: remote.fs.rm_file(remote.path(name)))


def sees(remote: Remote, name: str) -> bool:
    """Whether a file is in the store."""
    remote.fs.invalidate_cache()
    return bool(_tried(remote, lambda: remote.fs.exists(remote.path(name))))


# ---- reading ----


def refresh(remote: Remote) -> None:
    """Make the mirror know which steps the store has, by their small files, and which failed."""
    # First the mirror: a step is in the store before it is in the mirror, so what is missing now was taken away.
    known = {path.parent.name for path in (remote.mirror / "steps").glob(f"*/{RESULT}")}
    remote.fs.invalidate_cache()
    there = {id for path in _found(remote, "steps") if path.endswith(f"/{RESULT}") and files.inside(id := path.split("/")[-2])}
    for id in known - there:
        shutil.rmtree(remote.mirror / "steps" / id, ignore_errors=True)
    _read(remote, [f"steps/{id}/{name}" for name in (STEP, RESULT) for id in sorted(there - known)])
    notes = {path.split("/")[-1] for path in _found(remote, "failed") if path.endswith(".json")}
    for path in (remote.mirror / "failed").glob("*.json"):
        if path.name not in notes:
            path.unlink(missing_ok=True)
    _read(remote, [f"failed/{name}" for name in sorted(notes)])


def look(remote: Remote, id: str) -> bool:
    """Whether the store has this step now; its small files are in the mirror then."""
    home = remote.mirror / "steps" / id
    if not (home / RESULT).exists() and sees(remote, f"steps/{id}/{RESULT}"):
        _read(remote, [f"steps/{id}/{name}" for name in (STEP, RESULT)])
    return (home / RESULT).exists()


def fetch(remote: Remote, id: str, *names: str) -> None:
    """Have these files of a finished step in the mirror, by default all of them, each checked by its hash."""
    home, lock = remote.mirror / "steps" / id, remote.mirror / "fetching" / id
    while (held := leases.take(lock)) is None:
        time.sleep(0.1)  # a neighbour fetches the same
    try:
        if not _complete(remote, home, names):
            # The step was done anew since its small files came here.
            shutil.rmtree(home)
            if not _complete(remote, home, names):
                raise Problem(f"{remote.name}/steps/{id} is damaged: a file there is not the one that {RESULT} names")
    finally:
        held.release()


def _complete(remote: Remote, home: Path, names: tuple[str, ...]) -> bool:
    if not look(remote, home.name):
        raise Problem(f"{remote.name}: there is no step {home.name}")
    record = json.loads((home / RESULT).read_bytes())
    if not all(map(files.inside, record["files"])):
        raise Problem(f"{remote.name}/steps/{home.name} is damaged: {RESULT} names a file that is none of its folder")
    return all(
        (home / name).exists() or _fetched(remote, home, name, about["sha256"])
        for name, about in record["files"].items()
        if not names or name in names
    )


def _fetched(remote: Remote, home: Path, name: str, expected: str) -> bool:
    """Whether a file came as it should; it is in the mirror then."""
    aside = home / ".fetched.new"  # whoever fetches has the lock: what a killed one left is written over
    try:
        _tried(remote, lambda: remote.fs.get_file(remote.path("steps", home.name, name), str(aside)))
        if files.sha256(aside) != expected:
            return False
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(aside, home / name)
        return True
    except FileNotFoundError:
        return False
    finally:
        aside.unlink(missing_ok=True)


def _found(remote: Remote, folder: str) -> list[str]:
    return list(_tried(remote, lambda: remote.fs.find(remote.path(folder))))


def _read(remote: Remote, names: list[str]) -> None:
    """Small files into the mirror, many at a time, in this order."""
    for first in range(0, len(names), AT_ONCE):
        paths = {remote.path(name): name for name in names[first : first + AT_ONCE]}
        got = _tried(remote, partial(remote.fs.cat, list(paths), on_error="omit"))
        for path, name in paths.items():
            if path in got:
                target = remote.mirror / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with files.whole(target) as file:
                    file.write(got[path])


# ---- writing ----


def push(remote: Remote, work: Path, id: str) -> bool:
    """Put a finished step there, whole or not at all; False if somebody else has done so before."""
    if look(remote, id):
        return False
    for path in sorted(work.rglob("*")):
        if path.is_file() and path != work / RESULT:
            put(remote, path, f"steps/{id}/{path.relative_to(work).as_posix()}")
    put(remote, work / RESULT, f"steps/{id}/{RESULT}")
    return True


def put(remote: Remote, path: Path, name: str) -> None:
    """Put a file there; who reads it sees all of it or nothing."""
    aside = f"{name}.{secrets.token_hex(4)}"

    def moved() -> None:
        _put(remote, path, aside)
        remote.fs.mv(remote.path(aside), remote.path(name))

    _tried(remote, moved)


def _put(remote: Remote, what: bytes | Path, name: str) -> None:
    def write() -> None:
        if isinstance(what, bytes):
            remote.fs.pipe_file(remote.path(name), what)
        else:
            remote.fs.put_file(str(what), remote.path(name))

    try:
        write()
    except (FileNotFoundError, NotADirectoryError):  # where folders are made and not just named
        remote.fs.makedirs(remote.path(name).rpartition("/")[0], exist_ok=True)
        write()


def drop(remote: Remote, name: str) -> None:
    """Take a file away that may not be there."""
    with contextlib.suppress(FileNotFoundError):
        _tried(remote, lambda: remote.fs.rm_file(remote.path(name)))


def set_aside(remote: Remote, id: str, name: str) -> None:
    """Move a damaged step to damaged/NAME."""
    with contextlib.suppress(FileNotFoundError):
        _tried(remote, lambda: remote.fs.mv(remote.path("steps", id), remote.path("damaged", name), recursive=True))


def _tried(remote: Remote, act: Callable[[], Value]) -> Value:
    """Act, again after a pause where that may help; a Problem where it does not. What is not there is the caller's matter."""
    for pause in (*PAUSES, None):
        try:
            return act()
        except (FileNotFoundError, Problem):
            raise
        except Exception as error:  # each file system has errors of its own
            if pause is None or isinstance(error, FINAL):
                raise Problem(f"{remote.name}: {_says(error)}") from None
            time.sleep(pause)
    raise AssertionError


def _says(error: Exception) -> str:
    return " ".join(confidential.taken_out(f"{type(error).__name__}: {error}").split())[:SHOWN]
