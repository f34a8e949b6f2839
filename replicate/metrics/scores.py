"""Scores as sums: every figure of the field is a ratio of two sums over rows, in points.

A row is an example (a pair of sentences for mining). Its two numbers are what it adds to the numerator and to the
denominator: 1 of 1 for a right label, twice the entities found of all entities for F1. So one resampling of rows
gives an interval for any metric (`significance.py`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

Parts = np.ndarray  # float64, one row an example: numerator, denominator

OUTSIDE = "O"


def figure(parts: Parts) -> float:
    """The score in points; 0 where there is nothing to count."""
    above, below = np.asarray(parts, dtype=np.float64).reshape(-1, 2).sum(0)
    return float(100 * above / below) if below else 0.0


def of(rows: Sequence[tuple[float, float]] | np.ndarray) -> Parts:
    """Rows of (numerator, denominator) as an array."""
    return np.asarray(rows, dtype=np.float64).reshape(-1, 2)


def agreement(gold: Sequence[Any], guess: Sequence[Any]) -> Parts:
    """Accuracy: one row an example, right or wrong."""
    return of([(a == b, 1) for a, b in zip(gold, guess, strict=True)])


def token_agreement(gold: Sequence[Sequence[str]], guess: Sequence[Sequence[str]]) -> Parts:
    """Accuracy of tags: one row a sentence. A tag that is missing at the end of a guess is wrong."""
    pairs = zip(gold, guess, strict=True)
    return of([(sum(a == b for a, b in zip(right, said, strict=False)), len(right)) for right, said in pairs])


# ---- entities ----


@functools.lru_cache(maxsize=1 << 16)
def _step(before: str, tag: str) -> tuple[bool, bool]:
    """Does an entity end between two neighbouring tags, does one begin?

    A tag's mark is its first letter, its kind what follows its last hyphen. E and S close an entity, B and S open
    one; a change of kind does both, whatever the marks say. O and a full stop are outside of any entity.
    """
    mark_before, mark = before[0], tag[0]
    changes = _kind(before) != _kind(tag)
    ends = mark_before in "ES" or (mark_before in "BI" and mark in "BSO") or (mark_before not in "O." and changes)
    begins = mark in "BS" or (mark_before in "ESO" and mark in "EI") or (mark not in "O." and changes)
    return ends, begins


def _kind(tag: str) -> str:
    return tag.rsplit("-", 1)[-1]


def entities(sentences: Sequence[Sequence[str]]) -> Iterator[set[tuple[str, int, int]]]:
    """The entities (kind, begin, end) of each sentence, by the rule of seqeval 0.0.12, which XTREME's scorer uses.

    That rule reads any tags. B-PER I-PER is one entity; an I- that follows no entity of its kind begins one, as in
    conlleval. Of bare parts of speech a run of one tag is one entity, but tags that begin with S (SCONJ, SYM) never
    merge. Places count from the beginning of the first sentence, each sentence followed by one outside tag, because
    the old scorer reads all sentences as one: a tag such as O-PER can leave the beginning of an earlier entity in
    force. An empty tag is taken as outside (the old scorer fails on it).
    """
    place, begin, before = 0, 0, "O-"  # before the first tag the mark is O and the kind is empty
    for tags in sentences:
        found = set()
        for tag in (*tags, OUTSIDE):
            tag = tag or OUTSIDE
            ends, begins = _step(before, tag)
            if ends:
                found.add((_kind(before), begin, place))
            if begins:
                begin = place
            before = tag
            place += 1
        yield found


def run_f1(gold: Sequence[Sequence[str]], guess: Sequence[Sequence[str]]) -> Parts:
    """Micro F1 over entities: one row a sentence, twice those that agree of all in both.

    A guess may be shorter than its sentence; what is missing is outside of any entity. 0 where there are none.
    """
    filled = [[*said, *[OUTSIDE] * (len(right) - len(said))] for right, said in zip(gold, guess, strict=True)]
    pairs = zip(entities(gold), entities(filled), strict=True)
    return of([(2 * len(right & said), len(right) + len(said)) for right, said in pairs])


chunk_f1 = run_f1  # the old scorer has one rule: bare tags give runs, IOB2 tags give chunks


# ---- rankings ----


def average_precision(right: set[Any] | frozenset[Any], ranked: Sequence[Any], depth: int) -> float:
    """Precision at each right candidate among the first `depth`, over the rights that fit there.

    With one right candidate it is the reciprocal rank. A candidate named twice counts once, at its first rank.
    """
    found: set[Any] = set()
    total = 0.0
    for rank, candidate in enumerate(ranked[:depth], 1):
        if candidate in right and candidate not in found:
            found.add(candidate)
            total += len(found) / rank
    return total / max(min(len(right), depth), 1)


def mean_average_precision(gold: Sequence[set[Any]], ranked: Sequence[Sequence[Any]], depth: int = 20) -> Parts:
    """mAP at a depth: one row a query."""
    return of([(average_precision(set(right), said, depth), 1) for right, said in zip(gold, ranked, strict=True)])


def pairs_f1(gold: Sequence[Any], guess: Sequence[Any]) -> Parts:
    """F1 of mined pairs: one row a distinct pair of gold (in its order), then one for each wrong pair of the guess."""
    right, said = dict.fromkeys(gold), dict.fromkeys(guess)
    rows: list[tuple[float, float]] = [(2, 2) if pair in said else (0, 1) for pair in right]
    return of(rows + [(0, 1) for pair in said if pair not in right])
