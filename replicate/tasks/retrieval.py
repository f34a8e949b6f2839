"""Sentences found across languages by their embeddings; nothing is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..metrics import measure, mining
from ..training.batches import Encoded, encoded, ragged
from .task import Task


def encode_texts(texts: Sequence[str], tokenizer: Any, limit: int) -> Encoded:
    """<s> text </s>; the mean of all tokens is the embedding (XTREME pools the special tokens too)."""
    return encoded(ragged([tokenizer.single(ids, limit) for ids in tokenizer.ids(texts)]))


def mined(task: Task) -> bool:
    """Whether pairs are mined out of two collections, with a margin above which they count; else each query has its answer."""
    return task.metrics == ("f1",)


def read(task: Task, side: Sequence[str]) -> Sequence[str]:
    """The texts of a side that are embedded: where pairs are mined, each of them once."""
    return tuple(dict.fromkeys(side)) if mined(task) else side


def find(task: Task, example: Any, queries: np.ndarray, candidates: np.ndarray, threshold: float | None = None) -> list[Any]:
    """What the embeddings of both sides retrieve: pairs with their margin, ranked candidates, or the nearest one."""
    if mined(task):
        pairs = _everywhere(example, mining.mine(queries, candidates))
        return pairs if threshold is None else [pair for pair in pairs if pair[2] >= threshold]
    if "map20" in task.metrics:
        return mining.ranked(queries, candidates, measure.DEPTH)
    return mining.nearest(queries, candidates)


def threshold(task: Task, example: Any, queries: np.ndarray, candidates: np.ndarray) -> float | None:
    """The margin above which mined pairs count, chosen on the dev collection; None for tasks that need none."""
    return mining.best_threshold(find(task, example, queries, candidates), example.gold) if mined(task) else None


def _everywhere(example: Any, pairs: Sequence[tuple[int, int, float]]) -> list[tuple[int, int, float]]:
    """Pairs of different texts as pairs of places: a text that stands twice is found twice, as in the paper's own code."""
    queries, candidates = _places(example.queries), _places(example.candidates)
    return [(a, b, margin) for i, j, margin in pairs for a in queries[i] for b in candidates[j]]


def _places(side: Sequence[str]) -> list[list[int]]:
    found: dict[str, list[int]] = {}
    for place, text in enumerate(side):
        found.setdefault(text, []).append(place)
    return list(found.values())
