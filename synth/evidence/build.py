"""Files -> one index on disk: papers are read once, and their pieces are put together into an inverted index.

A folder of the cache is named by what it was made of (the ids and hashes of all files, and the reader), and takes its name
when it is whole. So a killed build leaves nothing that counts, and goes on with the papers that were read before.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from replicate import files
from replicate.problems import Problem, explain

from ..reading.worker import Reader
from . import piece
from .piece import Arrays, Piece
from .shelf import CORPUS, File, Skipped

Progress = Callable[[int, int], None]
WORKERS = 2
KEPT, ABANDONED = 24, 24 * 3600  # indexes in the cache; seconds after which nobody writes to one any more


def folder_of(found: Sequence[File], cache: Path) -> Path:
    """Where the index of these files lies."""
    named = json.dumps([piece.reader(), *((one.id, one.sha256, one.names, one.title) for one in found)])
    return cache / "indexes" / hashlib.sha256(named.encode()).hexdigest()[:32]


def build(found: Sequence[File], cache: Path, progress: Progress | None = None, workers: int = WORKERS) -> Path:
    """The folder of the index of these files, made if it is not there."""
    folder = folder_of(found, cache)
    if (folder / "about.json").is_file():
        os.utime(folder)
        return folder
    skipped = _read(found, cache, progress, workers)
    with files.beside(folder) as aside:
        if not (folder / "about.json").is_file():  # otherwise somebody else was as fast, with the same content
            _write(aside, [one for one in found if one not in skipped], list(skipped.values()), cache)
            os.replace(aside, folder)
    _prune(folder.parent)
    return folder


def _prune(indexes: Path) -> None:
    """Remove what was not asked for longest, and what killed builds left: all of it can be made again."""
    found = sorted(((one.stat().st_mtime, one) for one in indexes.iterdir() if one.is_dir()), reverse=True)
    for number, (when, one) in enumerate(found):
        if number >= KEPT or (one.name.startswith(".") and time.time() - when > ABANDONED):
            files.remove(one)


def _read(found: Sequence[File], cache: Path, progress: Progress | None, workers: int) -> dict[File, Skipped]:
    """Make the pieces that are missing; what cannot be read comes back with the reason."""
    places = {piece.kept(cache, one.sha256, one.path.suffix.lower()): one for one in reversed(found)}
    missing = [(place, one) for place, one in places.items() if not place.is_file()]
    waiting: queue.SimpleQueue[tuple[Path, File]] = queue.SimpleQueue()
    for item in reversed(missing):
        waiting.put(item)
    problems, errors, done = dict[str, str](), list[BaseException](), itertools.count(1)

    def work() -> None:
        try:
            with Reader() as reader:
                while not errors:
                    place, one = waiting.get_nowait()
                    try:
                        # Another command may be at the same papers: what it has made meanwhile is as good.
                        if not place.is_file() and (made := _made(one, reader)) and not place.is_file():
                            piece.write(made, place)
                    except Problem as problem:
                        problems[place.name] = str(problem).removeprefix(f"{one.path}: ")
                    if progress:
                        progress(next(done), len(missing))
        except queue.Empty:
            return
        except BaseException as error:  # handed on to whoever waits
            errors.append(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(workers, len(missing)))]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            while thread.is_alive():
                thread.join(0.5)
    except BaseException as error:
        errors.append(error)
        raise
    if errors:
        raise errors[0]
    by_name = {one: problems.get(piece.kept(cache, one.sha256, one.path.suffix.lower()).name) for one in found}
    return {one: Skipped(one.id, why) for one, why in by_name.items() if why}


def _made(one: File, reader: Reader) -> Piece:
    """The piece of a file."""
    try:
        if one.path.suffix.lower() == CORPUS:
            parts, notes = piece.of_corpus(one.path)
            return piece.piece(parts, notes)
        document = reader.read(one.path)
    except OSError as error:
        raise Problem(explain(error)) from error
    if document.sha256 != one.sha256:
        raise Problem("changed while it was read; run it again")
    return piece.piece([piece.of_document(document)], document.notes)


def _pieces(found: Sequence[File], cache: Path) -> Iterator[tuple[File, Piece]]:
    for one in found:
        place = piece.kept(cache, one.sha256, one.path.suffix.lower())
        made = piece.read(place)
        if made is None:  # damaged on the disk: made again
            with Reader() as reader:
                made = _made(one, reader)
            piece.write(made, place)
        yield one, made


def _write(folder: Path, found: Sequence[File], skipped: list[Skipped], cache: Path) -> None:
    """Put the pieces of all files together."""
    papers, headings, vocabulary = list[dict[str, object]](), dict[str, int](), dict[str, int]()
    columns: dict[str, list[np.ndarray]] = {name: [] for name in ("text", "label", "heading", "spans", "length", "paper")}
    text_at, span_at, first = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)], [0]
    postings: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for one, made in _pieces(found, cache):
        begin = first[-1]
        for note in made.notes if one.path.suffix.lower() == CORPUS else ():
            skipped.append(Skipped(one.id, note))
        for id, title, stamp, count in made.parts:
            names = (id,) if id else (*one.names, *((stamp,) if stamp else ()))
            columns["paper"].append(np.full(count, len(papers), np.int32))
            papers.append({
                "id": id or one.id, "file": one.id, "sha256": one.sha256, "title": one.title or title,
                "names": list(dict.fromkeys(names)), "first": first[-1],
            })  # fmt: skip
            first.append(first[-1] + count)
        arrays = made.arrays
        for name in ("text", "label", "spans", "length"):
            columns[name].append(arrays[name])
        columns["heading"].append(_renamed(made.headings, headings)[arrays["heading"]])
        text_at.append(arrays["text_at"][1:] + text_at[-1][-1])
        span_at.append(arrays["span_at"][1:] + span_at[-1][-1])
        postings.append((_renamed(made.vocabulary, vocabulary)[arrays["term"]], arrays["sentence"] + begin, arrays["count"]))
    kinds = {"text": np.uint8, "label": np.uint8, "heading": np.int32, "spans": np.int32, "length": np.uint16, "paper": np.int32}
    made_of: Arrays = {
        name: np.concatenate(values) if values else np.zeros((0, 3) if name == "spans" else 0, kinds[name])
        for name, values in columns.items()
    }
    made_of |= {"text_at": np.concatenate(text_at), "span_at": np.concatenate(span_at), **_inverted(postings, len(vocabulary))}
    for name, array in made_of.items():
        np.save(folder / f"{name}.npy", array)
        files.sync(folder / f"{name}.npy")
    about = {
        "schema": piece.SCHEMA, "papers": papers, "headings": list(headings), "vocabulary": list(vocabulary),
        "skipped": [[one.name, one.why] for one in skipped],
    }  # fmt: skip
    with files.whole(folder / "about.json") as file:
        file.write(json.dumps(about, ensure_ascii=False).encode("utf-8", "replace"))
    files.sync(folder)


def _renamed(own: Sequence[str], shared: dict[str, int]) -> np.ndarray:
    """The numbers that a piece's own list of words has in the list of all."""
    return np.array([shared.setdefault(word, len(shared)) for word in own], np.int32)


def _inverted(postings: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]], size: int) -> Arrays:
    """For each term the sentences that hold it, in order, and how often."""
    if not postings:
        return {"at": np.zeros(1, np.int64), "sentence": np.zeros(0, np.int32), "count": np.zeros(0, np.uint8)}
    term, sentence, count = (np.concatenate(column) for column in zip(*postings, strict=True))
    order = np.lexsort((sentence, term))
    at = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(term, minlength=size))])
    return {"at": at, "sentence": sentence[order].astype(np.int32), "count": count[order]}
