"""A tag for each word; the first sub-token of a word carries it, as in the paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from ..problems import Problem
from ..training.batches import Batch, Encoded, encoded, ragged
from .task import Task

NO_TAG = -100  # what the loss passes over


def encode(task: Task, examples: Sequence[Any], labels: tuple[str, ...], tokenizer: Any, limit: int) -> Encoded:
    """Words tokenised one by one; a word without tokens becomes <unk>, what does not fit is cut and counts as wrong.

    A tag that is none of the labels is a fault where the task names its tags; where they are those met in training
    (supertags), it cannot be learnt and counts as wrong.
    """
    numbers = {label: number for number, label in enumerate(labels)}
    ids, points, targets = [], [], []
    words = tokenizer.ids([word for one in examples for word in one.words])
    taken = 0
    for one in examples:
        if len(one.words) != len(one.tags) or not one.words:
            raise Problem(f"{task.id}: example {one.id} has {len(one.words)} words and {len(one.tags)} tags")
        for tag in one.tags:
            if tag not in numbers and task.labels:
                raise Problem(f"{task.id}: example {one.id} has the tag {tag!r}; expected one of {', '.join(labels)}")
        tokens, firsts = [tokenizer.begin], []
        for word in words[taken : taken + len(one.words)]:
            piece = word or [tokenizer.unknown]
            if len(tokens) + len(piece) > limit - 1:
                break
            firsts.append(len(tokens))
            tokens += piece
        taken += len(one.words)
        ids.append([*tokens, tokenizer.end])
        points.append(firsts)
        targets.append([numbers.get(tag, NO_TAG) for tag in one.tags[: len(firsts)]])
    return encoded(ragged(ids), ragged(points), ragged(targets), len(labels), labels=labels)


def loss(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Cross entropy over the tags of all words."""
    return cross_entropy(logits, torch.from_numpy(np.concatenate(batch.targets)).to(logits.device), ignore_index=NO_TAG)


def predict(logits: torch.Tensor, batch: Batch, data: Encoded) -> list[Any]:
    """The most probable tag of each word that was read."""
    best, found, begin = logits.argmax(-1).tolist(), [], 0
    for count in batch.counts:
        found.append([data.labels[k] for k in best[begin : begin + count]])
        begin += count
    return found
