"""One file as the index keeps it: its sentences with their places, and which terms stand in them. Made once for any content."""

from __future__ import annotations

import functools
import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from replicate import files
from replicate.problems import Problem

from ..reading.document import ABSTRACT, FRONT, LABELS, Document
from .terms import terms

SCHEMA = "synth.evidence/1"
LONGEST = 2000  # characters of a sentence; what is longer is no sentence, and is cut here
MOST_LINE = 4 * 2**20

Arrays = dict[str, np.ndarray]


class Said(NamedTuple):
    """A sentence on its way into a piece; `spans` are page, start and end."""

    text: str
    label: str
    heading: str
    spans: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Part:
    """One paper of a piece: its own name (of a corpus), title and stamp, and its sentences."""

    id: str
    title: str
    stamp: str
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Piece:
    """What is known of one file. `parts` are id, title, stamp and the number of sentences of each paper in it."""

    parts: tuple[tuple[str, str, str, int], ...]
    headings: tuple[str, ...]
    vocabulary: tuple[str, ...]
    notes: tuple[str, ...]
    arrays: Arrays


def of_document(document: Document) -> Part:
    """The sentences of a paper that was read."""
    said = tuple(
        Said(one.text[:LONGEST], one.label, one.heading, tuple((span.page, span.start, span.end) for span in one.spans))
        for one in document.sentences
    )
    return Part("", document.title, document.stamp, said)


def of_corpus(path: Path) -> tuple[list[Part], list[str]]:
    """The papers of a file with an abstract on every line: doc_id, title, abstract (sentences, or one text).

    Offsets count in the abstract with its sentences parted by a space. Bad lines are named in the notes.
    """
    parts, notes, seen = list[Part](), list[str](), set[str]()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                part = _line(line)
                if part.id in seen:
                    raise ValueError(f"doc_id {part.id} again")
            except (ValueError, RecursionError) as error:
                notes.append(f"line {number}: {str(error)[:120]}")
                continue
            seen.add(part.id)
            parts.append(part)
    if not parts:
        raise Problem(
            f"{path}: no corpus of abstracts, no line has doc_id, title and abstract ({notes[0] if notes else 'empty'})"
        )
    return parts, notes


def _line(line: bytes) -> Part:
    if len(line) > MOST_LINE:
        raise ValueError(f"{len(line):,} bytes")
    data: Any = json.loads(line)
    if not isinstance(data, dict) or not {"doc_id", "abstract"} <= data.keys():
        raise ValueError("no doc_id and abstract")
    abstract, title = data["abstract"], str(data.get("title") or "")
    sentences = [abstract] if isinstance(abstract, str) else abstract
    if not isinstance(sentences, list) or not all(isinstance(one, str) for one in sentences):
        raise ValueError("abstract is no list of sentences")
    said, at = [Said(title[:LONGEST], FRONT, "", ((1, 0, 0),))] if title else [], 0
    for one in sentences:
        said.append(Said(one[:LONGEST], ABSTRACT, "", ((1, at, at + len(one)),)))
        at += len(one) + 1
    return Part(str(data["doc_id"]), title, "", tuple(said))


def piece(parts: Iterable[Part], notes: Iterable[str] = ()) -> Piece:
    """Arrays out of sentences: texts end to end, and for each term the sentences that hold it."""
    named, headings, vocabulary = list[tuple[str, str, str, int]](), dict[str, int](), dict[str, int]()
    texts, labels, heads, spans, ends, lengths = list[bytes](), list[int](), list[int](), list[tuple[int, int, int]](), [0], []
    term_of, sentence_of, count_of = list[int](), list[int](), list[int]()
    for part in parts:
        named.append((part.id, part.title, part.stamp, len(part.said)))
        for said in part.said:
            found = Counter(one.term for one in terms(said.text))
            for term, count in found.items():
                term_of.append(vocabulary.setdefault(term, len(vocabulary)))
                sentence_of.append(len(texts))
                count_of.append(min(count, 255))
            texts.append(said.text.encode("utf-8", "replace"))
            labels.append(LABELS.index(said.label))
            heads.append(headings.setdefault(said.heading, len(headings)))
            spans += said.spans
            ends.append(len(spans))
            lengths.append(min(found.total(), 65535))
    arrays: Arrays = {
        "text": np.frombuffer(b"".join(texts), np.uint8),
        "text_at": np.cumsum([0, *map(len, texts)], dtype=np.int64),
        "label": np.array(labels, np.uint8),
        "heading": np.array(heads, np.int32),
        "spans": np.array(spans, np.int32).reshape(-1, 3),
        "span_at": np.array(ends, np.int64),
        "length": np.array(lengths, np.uint16),
        "term": np.array(term_of, np.int32),
        "sentence": np.array(sentence_of, np.int32),
        "count": np.array(count_of, np.uint8),
    }
    return Piece(tuple(named), tuple(headings), tuple(vocabulary), tuple(notes), arrays)


def write(piece: Piece, path: Path) -> None:
    """Keep a piece, whole or not at all."""
    about = {
        "schema": SCHEMA, "parts": piece.parts, "headings": piece.headings, "vocabulary": piece.vocabulary, "notes": piece.notes,
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    with files.whole(path) as file:
        np.savez(file, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **piece.arrays)  # type: ignore[arg-type]


def read(path: Path) -> Piece | None:
    """A piece that was kept; None where there is none, or one that cannot be used any more."""
    try:
        with np.load(path, allow_pickle=False) as data:
            about = json.loads(data["about"].tobytes())
            if about["schema"] != SCHEMA:
                return None
            arrays = {name: data[name] for name in data.files if name != "about"}
            parts = tuple((str(id), str(title), str(stamp), int(count)) for id, title, stamp, count in about["parts"])
            return Piece(parts, tuple(about["headings"]), tuple(about["vocabulary"]), tuple(about["notes"]), arrays)
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None
    except Exception as error:  # zipfile and zlib have errors of their own for a damaged file
        if type(error).__module__ in ("zipfile", "zlib"):
            return None
        raise


def kept(folder: Path, digest: str, suffix: str) -> Path:
    """Where the piece of a content lies: another reader makes another piece."""
    return folder / "pieces" / reader() / digest[:2] / f"{digest}{suffix}.npz"


@functools.cache
def reader() -> str:
    """What reads files, as a short hash of its source."""
    digest = hashlib.sha256(SCHEMA.encode())
    here = Path(__file__).resolve().parent
    for file in sorted([*here.glob("*.py"), *(here.parent / "reading").glob("*.py")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
