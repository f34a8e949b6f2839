"""Retrieval by embeddings: nearest neighbours, and translation pairs mined out of two collections."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from . import neighbours
from .neighbours import Neighbours

NEIGHBOURS = 4  # of a sentence on the other side, whose mean cosine its own is measured against

Mined = tuple[int, int, float]  # query, candidate, margin


def nearest(queries: np.ndarray, candidates: np.ndarray) -> list[int]:
    """For each query the candidate with the highest cosine; of equal ones the first."""
    return neighbours.nearest(queries, candidates, 1).index[:, 0].tolist()


def ranked(queries: np.ndarray, candidates: np.ndarray, depth: int) -> list[list[int]]:
    """For each query the candidates with the highest cosines, best first."""
    return neighbours.nearest(queries, candidates, depth).index.tolist()


def mine(queries: np.ndarray, candidates: np.ndarray, k: int = NEIGHBOURS) -> list[Mined]:
    """Pairs (query, candidate, margin), best first, each side used once.

    The margin is the cosine over the mean cosine to both sides' k nearest neighbours (Artetxe and Schwenk's ratio);
    each side proposes the best of its neighbours, the better proposal of a clash wins, and no margin is below zero.
    What is compared is computed as XTREME's `mine_bitext` does it, in float32; of equal margins the lower indices win.
    """
    return pairs(*neighbours.nearest_both(queries, candidates, k))


def pairs(forward: Neighbours, backward: Neighbours) -> list[Mined]:
    """The pairs that the nearest candidates of each query and the nearest queries of each candidate come to."""
    ours, theirs = forward.cosine.mean(1), backward.cosine.mean(1)
    proposed: dict[tuple[int, int], float] = {}
    for side, own, other, turned in ((forward, ours, theirs, False), (backward, theirs, ours, True)):
        with np.errstate(divide="ignore", invalid="ignore"):
            margins = side.cosine / ((own[:, None] + other[side.index]) / 2)
        margins[np.isnan(margins)] = 0  # vectors of zeros have no direction, and no pair
        for row, place in enumerate(margins.argmax(1).tolist()):
            partner = int(side.index[row, place])
            proposed.setdefault((partner, row) if turned else (row, partner), float(margins[row, place]))
    used_queries: set[int] = set()
    used_candidates: set[int] = set()
    found = []
    for (i, j), margin in sorted(proposed.items(), key=lambda one: (-one[1], one[0])):
        if margin > 0 and i not in used_queries and j not in used_candidates:
            used_queries.add(i)
            used_candidates.add(j)
            found.append((i, j, margin))
    return found


def best_threshold(found: Sequence[Mined], gold: Sequence[tuple[int, int]]) -> float:
    """The margin that gives the best F1 on these pairs: the midpoint between the last pair kept and the next.

    Where the last pair of all is kept there is no next (XTREME's code fails there): then it is that pair's own margin.
    Where no pair is right it is 0, and all are kept. Pairs of one margin are kept or cut together.
    XTREME chooses it on dev and scores test with it. The paper's own code scores the collection that it chose it on, so
    that F1 is its own optimum; that is what an evaluation on dev comes to.
    """
    ranked, truth = sorted(found, key=lambda pair: -pair[2]), set(gold)
    best, cut, right = 0.0, 0.0, 0
    for kept, (i, j, margin) in enumerate(ranked, 1):
        right += (i, j) in truth
        if kept < len(ranked) and ranked[kept][2] == margin:
            continue  # no threshold parts pairs of one margin
        f1 = 2 * right / (kept + len(truth))
        if f1 > best:
            best, cut = f1, (margin + ranked[kept][2]) / 2 if kept < len(ranked) else margin
    return cut
