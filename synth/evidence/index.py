"""The index of evidence: every sentence of many papers with its place, found by the words that it holds.

index = evidence.index.open("papers/")
index.near("gains on question answering", paper="2005.13013v1", k=5)
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from replicate import files

from ..literature import ids
from ..reading.document import LABELS
from .build import build
from .shelf import Skipped, files_in
from .terms import terms

K1, B = 1.2, 0.5


@dataclass(frozen=True)
class Passage:
    """A sentence of a paper: `start` to `end` are its characters on `page`, from its first to its last there; of a sentence
    that goes over a page's end it is the page that has more of it.

    `spans` are its pieces (page, start, end), `number` is its place in the index, `score` how well it was found.
    """

    paper: str
    sha256: str
    page: int
    start: int
    end: int
    label: str
    text: str
    score: float = 0.0
    heading: str = ""
    spans: tuple[tuple[int, int, int], ...] = ()
    number: int = -1


@dataclass(frozen=True)
class Listed:
    """A paper of the index; its sentences are `first` up to `last`."""

    id: str
    file: str
    sha256: str
    title: str
    names: tuple[str, ...]
    first: int
    last: int


@dataclass(frozen=True, eq=False)
class Index:
    """Many papers, read and ready to be asked. `skipped` says what could not be read, and why."""

    folder: Path
    papers: tuple[Listed, ...]
    skipped: tuple[Skipped, ...]
    headings: tuple[str, ...]
    words: dict[str, int] = field(repr=False)
    arrays: dict[str, np.ndarray] = field(repr=False)

    def paper(self, name: str) -> Listed | None:
        """The paper of this id, file name or alias; without a version the newest one. None where none or several are meant."""
        if name in self._by_id:
            return self._by_id[name]
        found = [self.papers[place] for place in self._named.get(_key(name), ())]
        if len({one.sha256 for one in found}) == 1:
            return found[0]
        id = ids.maybe(name)
        if found or id is None or id.version:
            return None
        return max(self.versions(name), key=lambda one: _version(one).number, default=None)

    def versions(self, name: str) -> list[Listed]:
        """Every text of the same paper, whatever its version."""
        id = ids.maybe(name)
        return list(self._by_work.get(id.key, ())) if id else []

    def find(self, paper: str) -> list[Passage]:
        """All sentences of a paper in the order of reading; none where it is not here."""
        listed = self.paper(paper)
        return [self.passage(number) for number in range(listed.first, listed.last)] if listed else []

    def near(self, text: str, paper: str | None = None, k: int = 10) -> list[Passage]:
        """The sentences that share most with a text, the best first: by BM25, within one paper or in all of them."""
        listed = self.paper(paper) if paper is not None else None
        if paper is not None and listed is None:
            return []
        first, last = (listed.first, listed.last) if listed else (0, len(self.arrays["label"]))
        scores = self.scores([one.term for one in terms(text)], first, last)
        return [self.passage(first + place, float(scores[place])) for place in best(scores, k)]

    def near_papers(self, text: str, k: int = 3) -> list[tuple[Listed, float]]:
        """The papers that share most with a text, the best first: by BM25 over whole papers."""
        scores = self.paper_scores([one.term for one in terms(text)])
        return [(self.papers[place], float(scores[place])) for place in best(scores, k)]

    def scores(self, asked: Sequence[str], first: int, last: int) -> np.ndarray:
        """BM25 of the sentences from `first` to `last`, which alone say how rare a word is: others change nothing."""
        lengths = self.arrays["length"][first:last].astype(np.float32)
        made = np.zeros(last - first, np.float32)
        if not len(made):
            return made
        norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1.0))
        for term in dict.fromkeys(asked):
            where, count = self._postings(term, first, last)
            if len(where):
                idf = math.log(1 + (len(made) - len(where) + 0.5) / (len(where) + 0.5))
                made[where - first] += idf * count * (K1 + 1) / (count + norm[where - first])
        return made

    def paper_scores(self, asked: Sequence[str]) -> np.ndarray:
        """BM25 of every paper as one text."""
        made = np.zeros(len(self.papers), np.float32)
        norm = K1 * (1 - B + B * self._paper_lengths / max(float(self._paper_lengths.mean()), 1.0)) if len(made) else made
        for term in dict.fromkeys(asked):
            where, count = self._postings(term, 0, len(self.arrays["label"]))
            if not len(where):
                continue
            total = np.bincount(self.arrays["paper"][where], count, minlength=len(made)).astype(np.float32)
            there = np.flatnonzero(total)
            idf = math.log(1 + (len(made) - len(there) + 0.5) / (len(there) + 0.5))
            made[there] += idf * total[there] * (K1 + 1) / (total[there] + norm[there])
        return made

    def counts(self, asked: Iterable[str], first: int, last: int) -> dict[str, int]:
        """In how many of the sentences from `first` to `last` each term stands."""
        return {term: len(self._postings(term, first, last)[0]) for term in set(asked)}

    def passage(self, number: int, score: float = 0.0) -> Passage:
        """The sentence with this number."""
        arrays = self.arrays
        listed = self.papers[int(arrays["paper"][number])]
        at = arrays["span_at"]
        spans = tuple((int(page), int(start), int(end)) for page, start, end in arrays["spans"][at[number] : at[number + 1]])
        page, start, end = place(spans)
        label, heading = LABELS[arrays["label"][number]], self.headings[arrays["heading"][number]]
        return Passage(listed.id, listed.sha256, page, start, end, label, self.text(number), score, heading, spans, number)

    def text(self, number: int) -> str:
        at = self.arrays["text_at"]
        return bytes(self.arrays["text"][at[number] : at[number + 1]]).decode("utf-8", "replace")

    def _postings(self, term: str, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
        """The sentences from `first` to `last` that hold a term, and how often."""
        number = self.words.get(term)
        if number is None:
            return _NONE
        begin, end = self.arrays["at"][number], self.arrays["at"][number + 1]
        where = self.arrays["sentence"][begin:end]
        low, high = np.searchsorted(where, (first, last))
        return where[low:high], self.arrays["count"][begin + low : begin + high].astype(np.float32)

    @cached_property
    def _paper_lengths(self) -> np.ndarray:
        total = np.bincount(self.arrays["paper"], self.arrays["length"], minlength=len(self.papers))
        return total.astype(np.float32)

    @cached_property
    def _by_id(self) -> dict[str, Listed]:
        return {one.id: one for one in reversed(self.papers)}

    @cached_property
    def _by_work(self) -> dict[str, list[Listed]]:
        """The papers by what all versions of them have in common."""
        found: dict[str, list[Listed]] = {}
        for one in self.papers:
            found.setdefault(_version(one).key, []).append(one)
        return found

    @cached_property
    def _named(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, one in enumerate(self.papers):
            for name in dict.fromkeys(_key(name) for name in (one.id, *one.names)):
                found.setdefault(name, []).append(place)
        return found


def place(spans: Sequence[tuple[int, int, int]]) -> tuple[int, int, int]:
    """The page that has most of these pieces, and the characters from the first of them there to the last."""
    if len(spans) == 1:
        return spans[0]
    size = Counter[int]()
    for page, start, end in spans:
        size[page] += end - start
    ((most, _),) = size.most_common(1)
    here = [(start, end) for page, start, end in spans if page == most]
    return most, min(start for start, _ in here), max(end for _, end in here)


_NONE = (np.zeros(0, np.int32), np.zeros(0, np.float32))


def open(papers: str | Path | None = None, progress: Callable[[int, int], None] | None = None) -> Index:
    """The index of a library, of a folder of files, or of one file; made on the first call, and again where files changed.

    `progress` is told how many of the papers that are new have been read.
    """
    found, left_out = files_in(papers)
    folder = build(found, files.cache() / "evidence", progress)
    about: dict[str, Any] = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    names = ("text", "text_at", "label", "heading", "spans", "span_at", "length", "paper", "at", "sentence", "count")
    arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r").view(np.ndarray) for name in names}
    starts = [one["first"] for one in about["papers"]] + [len(arrays["label"])]
    listed = tuple(
        Listed(one["id"], one["file"], one["sha256"], one["title"], tuple(one["names"]), one["first"], last)
        for one, last in zip(about["papers"], starts[1:], strict=True)
    )
    skipped = (*left_out, *(Skipped(name, why) for name, why in about["skipped"]))
    words = {word: number for number, word in enumerate(about["vocabulary"])}
    return Index(folder, listed, skipped, tuple(about["headings"]), words, arrays)


def best(scores: np.ndarray, k: int) -> list[int]:
    """The places of the highest scores above zero, the highest first; of equal ones the earlier."""
    if len(scores) > 4 * k > 0:
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        there = np.flatnonzero(scores >= max(least, 1e-9))
    else:
        there = np.flatnonzero(scores > 0)
    order = np.lexsort((there, -scores[there]))
    return [int(place) for place in there[order][:k]]


def _key(name: str) -> str:
    id = ids.maybe(name)
    return id.key + id.version if id else name.strip().casefold()


def _version(one: Listed) -> ids.Id:
    """The id of a paper of the index, of arXiv where it has one."""
    known = [id for name in (one.id, *one.names) if (id := ids.maybe(name))]
    return next((id for id in known if id.kind == ids.ARXIV), known[0] if known else ids.Id(ids.OWN, one.id))
