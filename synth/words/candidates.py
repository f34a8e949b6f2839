"""Where in a paper something like a claim stands: by the words that both hold, and where those fail by likeness of letters."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

from ..evidence.index import Index, Listed, Passage
from ..reading.document import FRONT, HEADING, REFERENCES, RELATED
from .votes import Likeness

FOUND, LIKE = 10, 4
LIKENESS = 80.0  # rapidfuzz's partial ratio; below it letters are alike by chance
LETTERS = 400  # characters of a claim that are looked for letter by letter
OTHERS = (RELATED, REFERENCES)  # what stands there are others' words
MUTE = (FRONT, HEADING)  # titles, names of authors: nothing is asserted there


def candidates(index: Index, paper: Listed | None, text: str, likeness: Likeness | None = None) -> list[Passage]:
    """The passages that may speak of a claim, the most promising first; of one paper, or of all.

    `likeness`, a model's, brings in those sentences of a paper that are most alike in meaning.
    """
    found = index.near(text, paper.id if paper else None, FOUND)
    if paper is not None and not (found and _holds(found[0], text)):
        there = {one.number for one in found}
        found += [one for one in alike(index, paper, text) if one.number not in there]
    if paper is not None and likeness is not None:
        own = index.find(paper.id)
        scores = likeness(text, [one.text for one in own])
        first = sorted(range(len(own)), key=lambda place: -scores[place])[:FOUND]
        there = {one.number for one in found}
        found += [own[place] for place in first if own[place].number not in there]
    return found


def _holds(passage: Passage, text: str) -> bool:
    """Whether a passage has most of a claim's words, so that letters need not be looked at."""
    from ..evidence.terms import terms

    asked = {one.term for one in terms(text)}
    return len(asked & {one.term for one in terms(passage.text)}) >= 0.6 * len(asked)


def alike(index: Index, paper: Listed, text: str) -> list[Passage]:
    """The sentences of a paper that hold most of a claim's letters in their order: a word may be broken or misspelt."""
    from rapidfuzz import fuzz, process

    lowered = text[:LETTERS].lower()
    if len(lowered) < 12:
        return []
    best = process.extract(
        lowered,
        _lowered(index, paper.first, paper.last),
        scorer=fuzz.partial_ratio,
        processor=None,
        limit=LIKE,
        score_cutoff=LIKENESS,
    )
    return [index.passage(paper.first + place, score / 100) for _, score, place in best]


@functools.lru_cache(maxsize=16)
def _lowered(index: Index, first: int, last: int) -> list[str]:
    """Sentences in small letters; too short ones are empty, for they are alike to anything."""
    texts = (index.text(number).lower() for number in range(first, last))
    return [text if len(text) > 20 else "" for text in texts]


def weight(index: Index, paper: Listed) -> Callable[[str], float]:
    """How much a word says in a paper: much if it stands in few of its sentences. Other papers change nothing of it."""
    size = paper.last - paper.first
    known: dict[str, float] = {}

    def of(term: str) -> float:
        if ":" in term:
            return 1.0  # a name of the field
        if term not in known:
            count = index.counts([term], paper.first, paper.last)[term]
            known[term] = min(1.0, max(0.25, math.log((size + 1) / (count + 0.5)) / math.log(size + 2)))
        return known[term]

    return of
