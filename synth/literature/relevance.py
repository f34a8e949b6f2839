"""How much a paper has to do with a question: BM25 over title and abstract, as a share of the most that can be had.

A word counts by how rare it is among the papers found, a word of the title three times, and no word more than once over:
a score near 1 has every word of the question, often. A word that none of the papers has tells them apart in nothing and
has no weight. Each word's part is named, so that a score can be argued with.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..records import Paper
from . import terms

SATURATION, LENGTH, TITLE = 1.2, 0.75, 3


@dataclass(frozen=True)
class Score:
    """A score from 0 to 1, the part of each word that was found, and the words that were not."""

    value: float
    parts: tuple[tuple[str, float], ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Ranking:
    """The words of a question with their weights among some papers, and the papers' mean length."""

    weights: dict[str, float]
    length: float

    @classmethod
    def of(cls, words: Iterable[str], papers: Sequence[Paper]) -> Ranking:
        """Weights by rarity: a word that every paper has says least."""
        wanted = tuple(dict.fromkeys(words))
        texts = [_words(paper) for paper in papers]
        having = Counter(word for text in texts for word in set(text))
        weights = {word: math.log1p(len(texts) / having[word]) if having[word] else 0.0 for word in wanted}
        return cls(weights, sum(map(len, texts)) / len(texts) if texts else 1.0)

    def score(self, paper: Paper) -> Score:
        text = _words(paper)
        times = Counter(text)
        there = 1 - LENGTH + LENGTH * len(text) / max(self.length, 1.0)
        most = sum(self.weights.values()) or 1.0
        parts = {
            word: weight * times[word] / (times[word] + SATURATION * there) / most
            for word, weight in self.weights.items()
            if times[word]
        }
        ordered = tuple(sorted(parts.items(), key=lambda part: (-part[1], part[0])))
        return Score(sum(parts.values()), ordered, tuple(word for word in self.weights if word not in parts))


def _words(paper: Paper) -> tuple[str, ...]:
    return terms.words(paper.title) * TITLE + terms.words(paper.abstract)
