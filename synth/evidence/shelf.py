"""What a folder holds to be indexed: a library of fetched papers, or plain files of any kind that is read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from replicate import files
from replicate.problems import Problem, explain

from ..literature import ids, library

READ = (".pdf", ".html", ".htm", ".xhtml", ".txt", ".md", ".tex", ".jsonl")
CORPUS = ".jsonl"  # abstracts, a paper on every line


@dataclass(frozen=True)
class File:
    """A file with the name of its paper. `names` are further ones that a claim may cite it by."""

    id: str
    path: Path
    sha256: str
    names: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True)
class Skipped:
    """What was left out, and why."""

    name: str
    why: str


def files_in(papers: str | Path | None) -> tuple[list[File], list[Skipped]]:
    """The files of a library, of a plain folder and the folders in it, or one file; what is left out comes with its reason.

    Without a folder the library of this user, which may be empty.
    """
    folder = Path(papers) if papers is not None else library.open().folder
    if papers is not None and not folder.exists():
        raise Problem(f"{folder}: no such folder of papers")
    if folder.is_file():
        return _plain([folder], folder.parent)
    if papers is None or ((folder / "papers").is_dir() and (folder / "files").is_dir()):
        return _library(folder)
    return _plain(list(_walk(folder)), folder)


def _library(folder: Path) -> tuple[list[File], list[Skipped]]:
    shelf, found, skipped = library.open(folder), list[File](), list[Skipped]()
    for paper in shelf.papers():
        if not paper.sha256:
            skipped.append(Skipped(paper.id, f"withdrawn, there is no file ({paper.withdrawn})"))
            continue
        try:
            file = shelf.path(paper)
            digest = files.sha256(file)
        except (Problem, OSError) as error:
            skipped.append(Skipped(paper.id, explain(error) if isinstance(error, OSError) else str(error)))
            continue
        if digest != paper.sha256:
            skipped.append(
                Skipped(paper.id, f"{file.name} has other bytes than its record says; python -m synth fetch {paper.id}")
            )
            continue
        aliases = tuple(alias.partition(":")[2] for alias in paper.aliases)
        found.append(File(paper.id, file, digest, aliases, paper.title))
    return found, skipped


def _walk(folder: Path) -> Iterator[Path]:
    """The files of a folder in an order that never changes; what is hidden stays so."""
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root, name) for name in sorted(names) if not name.startswith("."))


def _plain(paths: list[Path], folder: Path) -> tuple[list[File], list[Skipped]]:
    found, skipped = list[File](), list[Skipped]()
    for path in paths:
        name = path.relative_to(folder).as_posix()
        if path.suffix.lower() not in READ:
            skipped.append(Skipped(name, f"no kind of file that is read ({', '.join(READ)})"))
            continue
        try:
            digest = files.sha256(path)
        except OSError as error:
            skipped.append(Skipped(name, explain(error)))
            continue
        # '2005.13013v2.pdf' and 'acl_2020.acl-main.447.pdf' are found by the ids in their names.
        named = [str(id) for part in (path.stem, *re.split(r"[\s_]+", path.stem)) if (id := ids.maybe(part))]
        found.append(File(name, path, digest, tuple(dict.fromkeys((path.name, path.stem, *named)))))
    return found, skipped
