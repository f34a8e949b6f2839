"""Several options, one right: each option is read with the context, the head gives it one number."""

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
    """<s> context question </s></s> option </s>, one sequence an option."""
    for one in examples:
        if len(one.options) != task.choices or not 0 <= one.label < task.choices:
            raise Problem(f"{task.id}: example {one.id} has {len(one.options)} options and label {one.label}; "
                          f"expected {task.choices} options")  # fmt: skip
    stems = tokenizer.ids([" ".join(part for part in (one.context, one.question) if part) for one in examples])
    options = tokenizer.ids([option for one in examples for option in one.options])
    ids = ragged(
        [
            tokenizer.pair(stem, options[number * task.choices + k], limit)
            for number, stem in enumerate(stems)
            for k in range(task.choices)
        ]
    )
    return encoded(ids, single(np.zeros(len(ids))), single([one.label for one in examples]), 1, task.choices)


def loss(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Cross entropy over the options of an example."""
    targets = torch.from_numpy(np.concatenate(batch.targets)).to(logits.device)
    return cross_entropy(logits.view(len(targets), -1), targets)


def predict(logits: torch.Tensor, batch: Batch, data: Encoded) -> list[Any]:
    """The index of the option with the highest number."""
    return logits.view(len(batch.items), data.group).argmax(-1).tolist()
