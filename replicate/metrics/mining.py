"""Retrieval by embeddings: nearest neighbours, margin mining, mean average precision."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

NEIGHBOURS = 4


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def nearest(queries: np.ndarray, candidates: np.ndarray) -> list[int]:
    """For each query the candidate with the highest cosine."""
    return (_unit(queries) @ _unit(candidates).T).argmax(1).tolist()


def mine(queries: np.ndarray, candidates: np.ndarray) -> list[tuple[int, int, float]]:
    """Pairs (query, candidate, margin), best first, each side used once.

    The margin is the cosine over the mean cosine to both sides' nearest neighbours (Artetxe and Schwenk);
    each side proposes the best of its nearest neighbours, and the better proposal of a clash wins.
    """
    cosine = _unit(queries) @ _unit(candidates).T
    forward, backward = np.sort(cosine, 1)[:, -NEIGHBOURS:], np.sort(cosine, 0)[-NEIGHBOURS:]
    margin = cosine / np.maximum((forward.mean(1)[:, None] + backward.mean(0)[None, :]) / 2, 1e-12)
    partners = np.where(cosine >= forward[:, :1], margin, -np.inf).argmax(1)
    returned = np.where(cosine >= backward[:1], margin, -np.inf).argmax(0)
    proposals = {(i, int(j)) for i, j in enumerate(partners)} | {(int(i), j) for j, i in enumerate(returned)}
    ranked = sorted(proposals, key=lambda pair: (-margin[pair], pair))
    used_queries: set[int] = set()
    used_candidates: set[int] = set()
    found = []
    for i, j in ranked:
        if i not in used_queries and j not in used_candidates:
            used_queries.add(i)
            used_candidates.add(j)
            found.append((i, j, float(margin[i, j])))
    return found


def pair_f1(found: Sequence[tuple[int, int, float]], gold: Sequence[tuple[int, int]]) -> float:
    """F1 of mined pairs against all gold pairs."""
    right = len({(i, j) for i, j, _ in found} & set(gold))
    return 200 * right / (len(found) + len(gold)) if found or gold else 0.0


def best_threshold(found: Sequence[tuple[int, int, float]], gold: Sequence[tuple[int, int]]) -> float:
    """The margin that gives the best F1 on these pairs: the midpoint between the last pair kept and the next."""
    ranked, truth = sorted(found, key=lambda pair: -pair[2]), set(gold)
    best, cut, right = -1.0, 0.0, 0
    for kept, (i, j, margin) in enumerate(ranked, 1):
        right += (i, j) in truth
        if kept < len(ranked) and ranked[kept][2] == margin:
            continue  # no threshold parts pairs of one margin
        f1 = 2 * right / (kept + len(truth))
        if f1 > best:
            best, cut = f1, (margin + ranked[kept][2]) / 2 if kept < len(ranked) else margin
    return cut


def mean_average_precision(queries: np.ndarray, candidates: np.ndarray, gold: Sequence[tuple[int, int]], depth: int) -> float:
    """mAP at a depth, in points: precision at each right candidate among the first, over the rights that fit there."""
    order = np.argsort(-(_unit(queries) @ _unit(candidates).T), axis=1)[:, :depth]
    total = 0.0
    for query, ranked in enumerate(order.tolist()):
        right = {j for i, j in gold if i == query}
        hits, precision = 0, 0.0
        for rank, candidate in enumerate(ranked, 1):
            if candidate in right:
                hits += 1
                precision += hits / rank
        total += precision / max(min(len(right), depth), 1)
    return 100 * total / max(len(order), 1)
