"""A tag for each word; the first sub-token of a word carries it, as in the paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from ..metrics.scores import accuracy, chunk_f1, run_f1
from ..problems import Problem
from ..training.batches import Batch, Encoded
from .task import Task


def encode(task: Task, examples: Sequence[Any], labels: tuple[str, ...], tokenizer: Any, limit: int) -> Encoded:
    """Words tokenised one by one; a word without tokens becomes <unk>, what does not fit is cut and counts as wrong."""
    numbers = {label: number for number, label in enumerate(labels)}
    ids, points, targets = [], [], []
    words = tokenizer.encode([word for one in examples for word in one.words])
    taken = 0
    for one in examples:
        if len(one.words) != len(one.tags) or not one.words:
            raise Problem(f"{task.id}: example {one.id} has {len(one.words)} words and {len(one.tags)} tags")
        for tag in one.tags:
            if tag not in numbers:
                raise Problem(f"{task.id}: example {one.id} has the tag {tag!r}; expected one of {', '.join(labels)}")
        tokens, firsts = [tokenizer.begin], []
        for encoded in words[taken : taken + len(one.words)]:
            piece = encoded.ids or [tokenizer.unknown]
            if len(tokens) + len(piece) > limit - 1:
                break
            firsts.append(len(tokens))
            tokens += piece
        taken += len(one.words)
        ids.append(np.asarray([*tokens, tokenizer.end], dtype=np.int64))
        points.append(np.asarray(firsts, dtype=np.int64))
        targets.append(np.asarray([numbers[tag] for tag in one.tags[: len(firsts)]]))
    return Encoded(ids, points, targets, [labels] * len(ids), len(labels))


def loss(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Cross entropy over the tags of all words."""
    return cross_entropy(logits, torch.from_numpy(np.concatenate(batch.targets)).to(logits.device))


def predict(logits: torch.Tensor, batch: Batch, data: Encoded) -> list[Any]:
    """The most probable tag of each word that was read."""
    best, found, begin = logits.argmax(-1).tolist(), [], 0
    for example, count in zip(batch.examples, batch.counts, strict=True):
        found.append([data.extra[example][k] for k in best[begin : begin + count]])
        begin += count
    return found


def score(task: Task, examples: Sequence[Any], predictions: Sequence[Any]) -> dict[str, float]:
    """Span F1 for names (IOB2); for other tags F1 over runs of one tag, XTREME's rule. Accuracy of tokens beside it."""
    gold = [list(one.tags) for one in examples]
    guess = [[*tags, *["" for _ in range(len(g) - len(tags))]] for g, tags in zip(gold, predictions, strict=True)]
    f1 = chunk_f1(gold, guess) if "O" in task.labels else run_f1(gold, guess)
    flat = [[tag for tags in side for tag in tags] for side in (gold, guess)]
    return {"f1": f1, "accuracy": accuracy(*flat)}
