"""A disk that loses its power: what may be left of a folder after each file operation of a piece of work.

What was not waited for with fsync may be on the disk or not: of a file all, nothing, half or zeros, of a folder each name that
came, went or changed by itself. That is harder than any file system that is in use, and what holds here holds there.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

OPERATIONS = ("rename", "replace", "mkdir", "rmdir", "unlink", "remove", "open", "close", "fsync", "link", "symlink", "truncate")
Names = Mapping[int, Mapping[str, int]]  # of each folder, by its number: names and what they mean
Contents = Mapping[int, bytes]


@dataclass(frozen=True)
class Moment:
    """Before one operation: what the programs see, and what is on the disk for certain."""

    operation: str
    names: Names
    contents: Contents
    safe_names: Names
    safe_contents: Contents


@dataclass
class Disk:
    """The folder `root` as it is worked in; all that lay in it when the watch began is on the disk."""

    root: Path
    moments: list[Moment] = field(default_factory=list)

    def __post_init__(self) -> None:
        names, contents = self._seen()
        self.safe_names = {folder: dict(held) for folder, held in names.items()}
        self.safe_contents = dict(contents)

    @contextlib.contextmanager
    def watched(self) -> Iterator[Disk]:
        """Every operation within the block is a moment; the last moment is the end of the block."""
        real: dict[str, Any] = {name: getattr(os, name) for name in OPERATIONS}
        opened = builtins.open

        def wrapped(name: str, operation: Any) -> Any:
            def operate(*given: Any, **named: Any) -> Any:
                self._note(f"{name} {given[0] if given else ''}")
                made = operation(*given, **named)
                if name == "fsync":
                    self._waited(given[0])
                return made

            return operate

        try:
            for name, operation in real.items():
                setattr(os, name, wrapped(name, operation))
            builtins.open = io.open = wrapped("open", opened)
            yield self
        finally:
            builtins.open = io.open = opened
            for name, operation in real.items():
                setattr(os, name, operation)
            self._note("the end")

    def _seen(self) -> tuple[dict[int, dict[str, int]], dict[int, bytes]]:
        names, contents = dict[int, dict[str, int]](), dict[int, bytes]()

        def look(folder: str) -> None:
            held = names[os.stat(folder).st_ino] = {}
            with os.scandir(folder) as entries:
                for entry in entries:
                    held[entry.name] = entry.inode()
                    if entry.is_dir(follow_symlinks=False):
                        look(entry.path)
                    else:
                        contents[entry.inode()] = _bytes(entry.path)

        look(str(self.root))
        return names, contents

    def _note(self, operation: str) -> None:
        names, contents = self._seen()
        # A number that is free is given to the next file: what is known of it is forgotten.
        for gone in (set(self.safe_contents) | set(self.safe_names)) - set(contents) - set(names):
            if not any(gone in held.values() for held in self.safe_names.values()):
                self.safe_contents.pop(gone, None)
                self.safe_names.pop(gone, None)
        safe = {folder: dict(held) for folder, held in self.safe_names.items()}
        self.moments.append(Moment(operation, names, contents, safe, dict(self.safe_contents)))

    def _waited(self, handle: int) -> None:
        names, contents = self._seen()
        number = os.fstat(handle).st_ino
        if number in names:
            self.safe_names[number] = dict(names[number])
        elif number in contents:
            self.safe_contents[number] = contents[number]

    # ---- after the power is back ----

    def remains(self, moment: Moment, into: Path, chance: random.Random, kept: float) -> Path:
        """One of the folders that may be found; `kept` is the share of what was not waited for that is there all the same."""
        self._build(moment, os.stat(self.root).st_ino, into, chance, kept)
        return into

    def _build(self, moment: Moment, number: int, into: Path, chance: random.Random, kept: float) -> None:
        into.mkdir(parents=True)
        safe, seen = moment.safe_names.get(number, {}), moment.names.get(number)
        seen = safe if seen is None else seen
        for name in sorted({*safe, *seen}):
            before, after = safe.get(name), seen.get(name)
            chosen = after if before == after or chance.random() < kept else before
            if chosen is None:
                continue
            if chosen in moment.names or chosen in moment.safe_names:
                self._build(moment, chosen, into / name, chance, kept)
            else:
                (into / name).write_bytes(_content(moment, chosen, chance, kept))


def _content(moment: Moment, number: int, chance: random.Random, kept: float) -> bytes:
    safe, seen = moment.safe_contents.get(number), moment.contents.get(number)
    if seen is None or safe == seen:
        return safe or b""
    if chance.random() < kept:
        return seen
    return chance.choice([safe or b"", b"", seen[: len(seen) // 2], bytes(len(seen))])


def _bytes(path: str) -> bytes:
    handle = _open(path, os.O_RDONLY)
    try:
        return _read(handle)
    finally:
        _close(handle)


def _read(handle: int) -> bytes:
    parts = []
    while part := os.read(handle, 1 << 20):
        parts.append(part)
    return b"".join(parts)


_open, _close = os.open, os.close  # those that no watch has wrapped
