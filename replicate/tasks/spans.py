"""Answers as spans of a passage; the first token stands for 'no answer'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from ..metrics.scores import squad
from ..training.batches import Batch, Encoded
from .task import Task

LONGEST_ANSWER = 30  # tokens, as in the usual SQuAD post-processing


def encode(task: Task, examples: Sequence[Any], labels: tuple[str, ...], tokenizer: Any, limit: int) -> Encoded:
    """<s> question </s></s> passage </s>; the head reads the first token and the passage. What does not fit is cut."""
    questions = tokenizer.encode([one.question for one in examples])
    contexts = tokenizer.encode_with_offsets([one.context for one in examples])
    ids, points, targets, extra = [], [], [], []
    for one, question, context in zip(examples, questions, contexts, strict=True):
        asked = list(question.ids)[: limit // 2]
        offset = len(asked) + 3
        kept = min(len(context.ids), limit - offset - 1)
        ids.append(np.asarray([tokenizer.begin, *asked, tokenizer.end, tokenizer.end, *context.ids[:kept], tokenizer.end]))
        points.append(np.concatenate([[0], np.arange(offset, offset + kept)]).astype(np.int64))
        spans = context.offsets[:kept]
        targets.append(np.asarray(_target(one, spans)))
        extra.append((one.context, spans, task.unanswerable))
    return Encoded(ids, points, targets, extra, 2)


def _target(one: Any, spans: list[tuple[int, int]]) -> tuple[int, int]:
    """First and last token of the answer among the points; (0, 0) for none, or one that was cut off."""
    if not one.answers:
        return 0, 0
    stop = one.start + len(one.answers[0])
    held = [k for k, (a, b) in enumerate(spans) if a < stop and b > one.start and b > a]
    whole = held and spans[held[-1]][1] >= stop
    return (held[0] + 1, held[-1] + 1) if whole else (0, 0)


def loss(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Mean of the cross entropies of first and last token over each passage."""
    padded = torch.nn.utils.rnn.pad_sequence(list(logits.split(batch.counts)), batch_first=True, padding_value=-1e4)
    targets = torch.from_numpy(np.stack(batch.targets)).to(logits.device)
    return (cross_entropy(padded[..., 0], targets[:, 0]) + cross_entropy(padded[..., 1], targets[:, 1])) / 2


def predict(logits: torch.Tensor, batch: Batch, data: Encoded) -> list[Any]:
    """The text of the best span; empty where 'no answer' is better and the task allows it."""
    found = []
    for example, part in zip(batch.examples, logits.split(batch.counts), strict=True):
        context, spans, may_refuse = data.extra[example]
        if not spans:
            found.append("")
            continue
        begin, end = part[1:, 0], part[1:, 1]
        scores = begin[:, None] + end[None, :]
        allowed = torch.ones_like(scores, dtype=torch.bool).triu().tril(LONGEST_ANSWER - 1)
        scores = scores.masked_fill(~allowed, -1e9)
        best = int(scores.argmax())
        first, last = divmod(best, scores.shape[1])
        refused = may_refuse and float(part[0].sum()) > float(scores.max())
        found.append("" if refused else context[spans[first][0] : spans[last][1]].strip())
    return found


def score(task: Task, examples: Sequence[Any], predictions: Sequence[Any]) -> dict[str, float]:
    """SQuAD's F1 and exact match."""
    return squad([one.answers for one in examples], predictions)
