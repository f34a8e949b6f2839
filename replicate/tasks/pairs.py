"""Pairs of sentences with one label: inference, paraphrase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from ..problems import Problem
from ..training.batches import Batch, Encoded, encoded, ragged, single
from .task import Task


def encode(task: Task, examples: Sequence[Any], labels: tuple[str, ...], tokenizer: Any, limit: int) -> Encoded:
    """<s> first </s></s> second </s>; the head reads the first token."""
    numbers = {label: number for number, label in enumerate(labels)}
    for one in examples:
        if one.label not in numbers:
            raise Problem(f"{task.id}: example {one.id} has the label {one.label!r}; expected one of {', '.join(labels)}")
    first, second = (tokenizer.ids([getattr(one, side) for one in examples]) for side in ("first", "second"))
    ids = ragged([tokenizer.pair(a, b, limit) for a, b in zip(first, second, strict=True)])
    return encoded(ids, single(np.zeros(len(ids))), single([numbers[one.label] for one in examples]), len(labels), labels=labels)


def loss(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Cross entropy over the labels."""
    return cross_entropy(logits, torch.from_numpy(np.concatenate(batch.targets)).to(logits.device))


def predict(logits: torch.Tensor, batch: Batch, data: Encoded) -> list[Any]:
    """The most probable label of each example."""
    return [data.labels[k] for k in logits.argmax(-1).tolist()]
