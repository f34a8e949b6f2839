"""The library: every paper that was fetched, by the hash of its file, with a small record of what it is and where it came from.

    files/9f/9f86d081....pdf          a file, named by its sha256
    papers/arxiv/2005.13013v2.json    the record of a text of a paper; its `sha256` names the file

It lies in the platform's cache folder (papers may be read by whoever fetched them, and may not be passed on), or where
`--papers DIR` says. Files are written whole or not at all; a record is written after its file.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from replicate import confidential, files
from replicate.problems import Problem

from ..records import Paper
from . import ids, pdfs
from .ids import Id

SCHEMA = "synth.paper/1"


@dataclass(frozen=True)
class Library:
    """A folder of papers. Ids are texts or `Id`s; without a version the newest one that is here is meant."""

    folder: Path

    def find(self, id: str | Id) -> Paper | None:
        """The record of a paper; None if it is not here. A withdrawn text has a record and no file (no `sha256`)."""
        wanted = _id(id)
        if wanted.kind == ids.ARXIV and not wanted.version:
            versions = self._versions(wanted)
            return self._read(max(versions, key=lambda one: one.number)) if versions else None
        return self._read(wanted)

    def path(self, paper: Paper | str | Id) -> Path:
        """The file of a paper; a Problem if there is none."""
        found = paper if isinstance(paper, Paper) else self.find(paper)
        if found is None:
            raise Problem(f"{paper} is not in the library ({self.folder}); python -m synth fetch {paper}")
        if not found.sha256:
            raise Problem(f"{found.id} has no file: it was withdrawn ({found.withdrawn})")
        file = self._file(found.sha256)
        if not file.is_file():
            raise Problem(f"{file}: the file of {found.id} is gone; python -m synth fetch {found.id}")
        return file

    def whole(self, paper: Paper) -> bool:
        """Whether the paper's file is there and has the bytes that its record names."""
        file = self._file(paper.sha256) if paper.sha256 else None
        if file is None or not file.is_file():
            return False
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == paper.sha256

    def put(self, paper: Paper, content: bytes) -> Paper:
        """Keep a file with its record; returns the record as it was written."""
        digest = hashlib.sha256(content).hexdigest()
        file = self._file(digest)
        kept = replace(paper, sha256=digest, size=len(content), when=paper.when or now())
        if not self.whole(kept):
            _write(file, content)
        self.note(kept)
        return kept

    def note(self, paper: Paper) -> None:
        """Write a record; of a withdrawn text there is nothing else to keep."""
        data = {"schema": SCHEMA, **{one.name: getattr(paper, one.name) for one in fields(paper)}}
        text = confidential.taken_out(json.dumps(data, ensure_ascii=False, indent=1))
        _write(self._record(ids.read(paper.id, own=True)), f"{text}\n".encode())

    def add(self, file: Path, id: Id) -> Paper:
        """Keep a PDF that the user has, under the id that they give it."""
        if id.kind == ids.ARXIV and not id.version:
            raise Problem(f"--id {id}: which version is it? Each version of an arXiv paper is a text of its own ({id}v1)")
        if not file.is_file():
            raise Problem(f"{file}: {'this is a folder' if file.is_dir() else 'no such file'}; --pdf wants a PDF")
        if file.stat().st_size > pdfs.MOST:
            raise Problem(f"{file}: {file.stat().st_size:,} bytes; a paper has at most {pdfs.MOST:,}")
        content = file.read_bytes()
        if wrong := pdfs.trouble(content):
            raise Problem(f"{file} is {wrong}")
        there = self._read(id)
        if there and there.sha256 and there.sha256 != hashlib.sha256(content).hexdigest() and self.whole(there):
            raise Problem(
                f"{id} is in the library with another file (sha256 {there.sha256[:12]}, {there.source}, {there.when}); "
                "give yours another id, or a version"
            )
        known = there or Paper(str(id), file.stem)
        return self.put(replace(known, source="file", url=file.name, when=now()), content)

    def papers(self) -> list[Paper]:
        """All records, by id."""
        found = [_paper(file) for file in sorted((self.folder / "papers").glob("*/*.json"))]
        return [paper for paper in found if paper]

    @contextlib.contextmanager
    def locked(self, id: Id) -> Iterator[None]:
        """While it is held, nobody else fetches this paper."""
        self.ready()
        file = self.folder / "locks" / f"{id.kind} {quote(str(id), safe='')}"
        file.parent.mkdir(exist_ok=True)
        handle = os.open(file, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def ready(self) -> None:
        """Make the folder; a Problem names what is in the way before anything is asked of anybody."""
        try:
            files.make(self.folder)
        except OSError as error:
            error.filename = str(self.folder)
            raise
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise Problem(f"{self.folder}: the library cannot be written to; --papers DIR names another folder")

    def tidy(self) -> None:
        """Remove what killed processes began to write; what others write at this moment stays."""
        for folder in (*(self.folder / "files").glob("*"), *(self.folder / "papers").glob("*")):
            files.sweep(folder)

    def _file(self, digest: str) -> Path:
        return self.folder / "files" / digest[:2] / f"{digest}.pdf"

    def _record(self, id: Id) -> Path:
        return self.folder / "papers" / id.kind / f"{quote(str(id), safe='')}.json"

    def _read(self, id: Id) -> Paper | None:
        return _paper(self._record(id))

    def _versions(self, id: Id) -> list[Id]:
        name = quote(str(id), safe="")
        found = (self.folder / "papers" / id.kind).glob(f"{name}v*.json")
        return [replace(id, version=file.stem.removeprefix(name)) for file in found if file.stem.removeprefix(name)[1:].isdigit()]


def open(folder: str | Path | None = None) -> Library:
    """The library in a folder; without one that of this user."""
    return Library(Path(folder) if folder is not None else files.cache() / "papers")


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _id(id: str | Id) -> Id:
    return id if isinstance(id, Id) else ids.read(id, own=True)


def _write(path: Path, content: bytes) -> None:
    files.make(path.parent)
    with files.whole(path) as file:
        file.write(content)


def _paper(file: Path) -> Paper | None:
    """The record in a file; None where there is none, or one that something else wrote."""
    try:
        data: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        return None
    plain = Paper("", "")
    made = {one.name: data.get(one.name, getattr(plain, one.name)) for one in fields(Paper)}
    made = {name: tuple(value) if isinstance(value, list) else value for name, value in made.items()}
    paper = Paper(**made)
    fits = all(type(getattr(paper, name)) is type(getattr(plain, name)) for name in made)
    texts = (*paper.authors, *paper.aliases) if fits else ()
    whole = fits and bool(paper.id) and all(isinstance(one, str) for one in texts) and re.fullmatch("[0-9a-f]{64}|", paper.sha256)
    return paper if whole else None
