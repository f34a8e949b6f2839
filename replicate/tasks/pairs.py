"""Pairs of sentences with one label: inference, paraphrase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from ..metrics.scores import accuracy
from ..problems import Problem
from ..training.batches import Batch, Encoded
from .task import Task


def encode(task: Task, examples: Sequence[Any], labels: tuple[str, ...], tokenizer: Any, limit: int) -> Encoded:
    """<s> first </s></s> second </s>; the head reads the first token."""
    numbers = {label: number for number, label in enumerate(labels)}
    for one in examples:
        if one.label not in numbers:
            raise Problem(f"{task.id}: example {one.id} has the label {one.label!r}; expected one of {', '.join(labels)}")
    first, second = (tokenizer.encode([getattr(one, side) for one in examples]) for side in ("first", "second"))
    ids = [np.asarray(tokenizer.pair(a.ids, b.ids, limit), dtype=np.int64) for a, b in zip(first, second, strict=True)]
    targets = [np.asarray([numbers[one.label]]) for one in examples]
    return Encoded(ids, [np.zeros(1, dtype=np.int64)] * len(ids), targets, [labels] * len(ids), len(labels))


def loss(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Cross entropy over the labels."""
    return cross_entropy(logits, torch.from_numpy(np.concatenate(batch.targets)).to(logits.device))


def predict(logits: torch.Tensor, batch: Batch, data: Encoded) -> list[Any]:
    """The most probable label of each example."""
    return [data.extra[e][k] for e, k in zip(batch.examples, logits.argmax(-1).tolist(), strict=True)]


def score(task: Task, examples: Sequence[Any], predictions: Sequence[Any]) -> dict[str, float]:
    """Accuracy."""
    return {"accuracy": accuracy([one.label for one in examples], predictions)}
