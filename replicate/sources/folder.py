"""A folder of one's own as a source: CSV, TSV, JSON Lines, Parquet, CoNLL and text files, and a `source.toml` that maps them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from .. import languages, tasks
from ..problems import Problem, unknown
from . import ccg, rows, tables
from .digests import digest
from .entries import SPLITS, Entry, asked, load
from .examples import Examples
from .source import Source


def source(folder: Path) -> Source:
    """The folder, ready to be read; a Problem where its `source.toml` is wrong, before anything is read."""
    world, entries = load(folder)
    held = Folder(folder, world, entries)
    return Source(
        id="folder",
        world=world,
        pivot=languages.pivot(world),
        languages=held.languages(),
        examples=held.examples,
        text=held.text,
        labels=cache(held.labels),
        missing=held.missing,
        fingerprint=held.fingerprint,
        name=f"folder:{folder}",
    )


class Folder:
    """The functions of the source, over the folder's entries."""

    def __init__(self, folder: Path, world: str, entries: tuple[Entry, ...]) -> None:
        self.folder, self.world, self.entries = folder, world, entries

    def languages(self) -> tuple[str, ...]:
        """Those that any entry has a file in, in the order of their codes."""
        found = {
            language for entry in self.entries for language in entry.languages
            if entry.treebank or any(entry.files(split, language) for split in entry.splits)
        }  # fmt: skip
        return tuple(code for code in languages.languages(self.world) if code in found)

    def missing(self, task: str, split: str, language: str, translated: bool = False) -> str:
        """Empty, or why there are no such examples."""
        found, code = self._asked(task, split, language)
        if self._having(found.id, split, code, translated):
            return ""
        entries = [entry for entry in self.entries if entry.task.id == found.id]
        if not entries:
            return f"source.toml names no files of {found.id}; add a [[data]] table for it"
        for entry in entries:
            if entry.treebank and code in entry.languages:
                return ccg.missing(entry.treebank, split)
        others = [entry for entry in entries if split in entry.splits and code in entry.languages]
        if any(entry.files(split, code) for entry in others):
            return f"{found.id} in {code} is here {'not ' if translated else 'only '}as a translation ({split})"
        if others:
            return f"{', '.join(entry.path(split, code) for entry in others)} is not there ({found.id}, {split}, {code})"
        return f"source.toml names no files of {found.id} for {split} in {code}"

    def examples(self, task: str, split: str, language: str, limit: int | None = None, translated: bool = False) -> Examples:
        """All files of this part, one after the other, as one."""
        found, code = self._asked(task, split, language)
        if why := self.missing(task, split, language, translated):
            raise Problem(f"{self.folder}: {why}")
        parts: list[Examples] = []
        entries = self._having(found.id, split, code, translated)
        if found.kind == "retrieval" and len(entries) > 1:
            raise Problem(f"{entries[1].where}: a second set of {found.id} for {split} in {code}; a collection is one set")
        for entry in entries:
            left = None if limit is None else limit - sum(map(len, parts))
            if left is None or left > 0:
                parts.append(self._read(entry, split, code, left, sum(len(part) + sum(part.skipped.values()) for part in parts)))
        return rows.join(parts)

    def text(self, language: str) -> Iterator[str]:
        """The documents of a language."""
        if why := self.missing("text", "train", language):
            raise Problem(f"{self.folder}: {why}")
        code = languages.find(language, self.world).code
        for entry in self._having("text", "train", code, False):
            read, where = _opened(entry, "train", code)
            yield from rows.documents(entry.columns["text"], read, where)

    def labels(self, task: str) -> tuple[str, ...]:
        """The task's own; where it has none (supertags), those of its training data, sorted."""
        found = tasks.find(task)
        if found.labels or found.kind != "tags":
            return found.labels
        tags: set[str] = set()
        for code in self.languages():
            for entry in self._having(found.id, "train", code, None):
                if entry.treebank:
                    tags |= set(ccg.supertags(entry.treebank))
                else:
                    tags |= {tag for one in self._read(entry, "train", code, None, 0) for tag in one.tags}
        if not tags:
            raise Problem(f"{self.folder}: the labels of {found.id} are those of its training data, and there is none")
        return tuple(sorted(tags))

    def fingerprint(self, task: str, split: str, language: str, translated: bool = False) -> str:
        """What is in the files of this part and how they are read; not where they lie."""
        found, code = self._asked(task, split, language)
        said: list[Any] = []
        for entry in self._having(found.id, split, code, translated):
            held = [ccg.fingerprint(entry.treebank, split)] if entry.treebank else [digest(f) for f in entry.files(split, code)]
            said.append([entry.settings(), held])
        if not said:
            return ""
        return hashlib.sha256(json.dumps([split, said], sort_keys=True).encode()).hexdigest()

    def _asked(self, task: str, split: str, language: str) -> tuple[Any, str]:
        if split not in SPLITS:
            raise unknown("split", split, SPLITS)
        return asked(task), languages.find(language, self.world).code

    def _having(self, task: str, split: str, language: str, translated: bool | None) -> list[Entry]:
        """The entries that hold this part. Nothing is translated into the pivot; None: native or not."""
        wanted = False if language == languages.pivot(self.world) else translated
        return [
            entry for entry in self.entries
            if entry.task.id == task and (wanted is None or entry.translated == wanted) and (
                language in entry.languages and not ccg.missing(entry.treebank, split)
                if entry.treebank else entry.files(split, language)
            )
        ]  # fmt: skip

    def _read(self, entry: Entry, split: str, language: str, limit: int | None, begin: int) -> Examples:
        if entry.treebank:
            return ccg.read(entry.treebank, split, limit)
        read, where = _opened(entry, split, language)
        return rows.collect(entry.task, entry.columns, entry.labels, read, where, limit=limit, split=split, begin=begin)


def _opened(entry: Entry, split: str, language: str) -> tuple[Iterator[Any], rows.Place]:
    """The rows of all files of a part, and what says where reading stands."""
    cursor = tables.Cursor()
    layout = replace(entry.layout, language=language)
    read = chain.from_iterable(tables.read(file, layout, cursor) for file in entry.files(split, language))
    return read, lambda number: str(cursor)
