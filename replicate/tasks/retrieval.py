"""Sentences found across languages by their embeddings; nothing is trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..metrics import mining
from ..training.batches import Encoded
from .task import Task


def encode_texts(texts: Sequence[str], tokenizer: Any, limit: int) -> Encoded:
    """<s> text </s>; all tokens are read, their mean is the embedding (XTREME pools the special tokens too)."""
    ids = [np.asarray(tokenizer.single(e.ids, limit), dtype=np.int64) for e in tokenizer.encode(list(texts))]
    points = [np.arange(len(one)) for one in ids]
    return Encoded(ids, points, [np.zeros(0)] * len(ids), [None] * len(ids), 0)


def score(
    task: Task, example: Any, queries: np.ndarray, candidates: np.ndarray, threshold: float | None
) -> tuple[dict[str, float], Any]:
    """The task's own figure and what was retrieved, from the embeddings of both sides."""
    if task.id == "bucc2018":
        pairs = mining.mine(queries, candidates)
        kept = pairs if threshold is None else [p for p in pairs if p[2] >= threshold]
        return {"f1": mining.pair_f1(kept, example.gold)}, [[i, j, round(s, 4)] for i, j, s in kept]
    if task.id == "lareqa":
        return {"map20": mining.mean_average_precision(queries, candidates, example.gold, 20)}, []
    found = mining.nearest(queries, candidates)
    right = dict(example.gold)
    return {"accuracy": 100 * float(np.mean([right[i] == j for i, j in enumerate(found)]))}, found


def threshold(task: Task, example: Any, queries: np.ndarray, candidates: np.ndarray) -> float | None:
    """The margin above which mined pairs count, chosen on the dev collection; None for tasks that need none."""
    return mining.best_threshold(mining.mine(queries, candidates), example.gold) if task.id == "bucc2018" else None
