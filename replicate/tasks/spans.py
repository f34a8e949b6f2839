"""Answers as spans of a passage; the first token stands for 'no answer'.

A passage that does not fit is read in windows, each a third of the limit further on (384 tokens and 128, XTREME's
own numbers). Each token counts in the window that shows most of what stands around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from ..training.batches import Batch, Encoded, ragged
from .task import Task

LONGEST_ANSWER = 30  # tokens, as in the usual SQuAD post-processing
LONGEST_QUESTION = 64  # tokens, XTREME's own
IMPOSSIBLE = -1e9


def encode(task: Task, examples: Sequence[Any], labels: tuple[str, ...], tokenizer: Any, limit: int) -> Encoded:
    """<s> question </s></s> passage </s>, in as many windows as needed; the head reads the first token and the passage."""
    questions = tokenizer.ids([one.question for one in examples])
    contexts = tokenizer.encode([one.context for one in examples])
    ids, points, targets, owners, spans = [], [], [], [], []
    for number, (one, question, context) in enumerate(zip(examples, questions, contexts, strict=True)):
        asked = question[: min(LONGEST_QUESTION, (limit - 4) // 2)]
        start = len(asked) + 3
        windows = _windows(len(context), limit - start - 1, max(1, limit // 3))
        tokens, offsets, best = context.ids, context.offsets, _best(len(context), windows)
        for window, (low, high) in enumerate(windows):
            ids.append([tokenizer.begin, *asked, tokenizer.end, tokenizer.end, *tokens[low:high], tokenizer.end])
            points.append([0, *range(start, start + high - low)])
            targets.append(_target(one, offsets[low:high], begins=low == 0))
            owners.append(number)
            spans.append([n for k in range(low, high) for n in (*offsets[k], int(best[k] == window))])
    return Encoded(ragged(ids), ragged(points), ragged(targets), 2, 1, np.asarray(owners, dtype=np.int64), (), ragged(spans))


def _windows(length: int, room: int, step: int) -> list[tuple[int, int]]:
    """The parts of a passage of so many tokens: each fills the room, the next begins a step further on."""
    found, low = [(0, min(length, room))], 0
    while found[-1][1] < length:
        low += min(step, room)
        found.append((low, min(length, low + room)))
    return found


def _best(length: int, windows: list[tuple[int, int]]) -> list[int]:
    """For each token the window that shows most of what stands before and after it."""
    if len(windows) == 1:
        return [0] * length
    tokens = np.arange(length)
    shown = [
        np.where((tokens >= a) & (tokens < b), np.minimum(tokens - a, b - 1 - tokens) + 0.01 * (b - a), -1) for a, b in windows
    ]
    return np.argmax(shown, axis=0).tolist()


def _target(one: Any, offsets: list[tuple[int, int]], begins: bool) -> tuple[int, int]:
    """First and last token of the answer among the points; (0, 0) for none, or one that this window does not hold whole."""
    if not one.answers or one.start < 0:
        return 0, 0
    stop = one.start + len(one.answers[0])
    held = [k for k, (a, b) in enumerate(offsets) if a < stop and b > one.start and b > a]
    whole = held and offsets[held[-1]][1] >= stop and (begins or offsets[0][0] <= one.start)
    return (held[0] + 1, held[-1] + 1) if whole else (0, 0)


def loss(logits: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Mean of the cross entropies of first and last token over each passage."""
    padded = torch.nn.utils.rnn.pad_sequence(list(logits.split(batch.counts)), batch_first=True, padding_value=-1e4)
    targets = torch.from_numpy(np.stack(batch.targets)).to(logits.device)
    return (cross_entropy(padded[..., 0], targets[:, 0]) + cross_entropy(padded[..., 1], targets[:, 1])) / 2


def predict(logits: torch.Tensor, batch: Batch, data: Encoded) -> list[Any]:
    """Of each window: how good its best span is, where it lies in the text, and how good 'no answer' is."""
    assert data.spans is not None
    found = []
    for item, part in zip(batch.items, logits.split(batch.counts), strict=True):
        spans = data.spans[item].reshape(-1, 3)
        refusal = float(part[0].sum())
        if not len(spans):
            found.append((IMPOSSIBLE, 0, 0, refusal))
            continue
        begin, end = part[1:, 0], part[1:, 1]
        scores = begin[:, None] + end[None, :]
        allowed = torch.ones_like(scores, dtype=torch.bool).triu().tril(LONGEST_ANSWER - 1)
        allowed &= torch.from_numpy(spans[:, 2] > 0).to(scores.device)[:, None]
        scores = scores.masked_fill(~allowed, IMPOSSIBLE)
        first, last = divmod(int(scores.argmax()), scores.shape[1])
        found.append((float(scores.max()), int(spans[first, 0]), int(spans[last, 1]), refusal))
    return found


def join(task: Task, examples: Sequence[Any], data: Encoded, said: Sequence[Any]) -> list[str]:
    """The text of the best span of all windows; empty where 'no answer' is better and the task allows it."""
    best: list[tuple[float, int, int]] = [(IMPOSSIBLE, 0, 0)] * len(examples)
    refusals = [float("inf")] * len(examples)
    for owner, (score, begin, end, refusal) in zip(data.owners.tolist(), said, strict=True):
        if score > best[owner][0]:
            best[owner] = (score, begin, end)
        refusals[owner] = min(refusals[owner], refusal)
    found = []
    for one, (score, begin, end), refusal in zip(examples, best, refusals, strict=True):
        refused = task.unanswerable and refusal > score
        found.append("" if refused else one.context[begin:end].strip())
    return found
