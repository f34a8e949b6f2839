"""Encoded examples and the order in which training sees them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Encoded:
    """Examples as token ids, ready to be packed.

    `ids` holds one array a sequence; an example is `group` sequences in a row (choices), else one.
    `points` are the positions in each sequence that the head reads; `targets` is what it should say,
    one array an example. `extra` keeps, for each example, what turns outputs into predictions.
    """

    ids: list[np.ndarray]
    points: list[np.ndarray]
    targets: list[np.ndarray]
    extra: list[Any]
    outputs: int
    group: int = 1

    def __len__(self) -> int:
        return len(self.targets)

    def length(self, example: int) -> int:
        """Tokens of one example."""
        return sum(len(s) for s in self.ids[example * self.group : (example + 1) * self.group])


@dataclass(frozen=True)
class Batch:
    """Packed sequences: flat ids, their lengths, the flat positions to read, the targets, which examples."""

    ids: np.ndarray
    lengths: list[int]
    points: np.ndarray
    counts: list[int]
    targets: list[np.ndarray]
    examples: list[int]


def pack(data: Encoded, examples: Sequence[int]) -> Batch:
    """The examples as one row, those of equal length side by side so that attention can take them together."""
    order = sorted(examples, key=lambda e: (data.length(e), e))
    sequences = [s for e in order for s in range(e * data.group, (e + 1) * data.group)]
    lengths = [len(data.ids[s]) for s in sequences]
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    return Batch(
        ids=np.concatenate([data.ids[s] for s in sequences]),
        lengths=lengths,
        points=np.concatenate([data.points[s] + start for s, start in zip(sequences, starts, strict=True)]),
        counts=[len(data.points[s]) for s in sequences],
        targets=[data.targets[e] for e in order],
        examples=order,
    )


def permutation(count: int, seed: int, epoch: int) -> np.ndarray:
    """The order of an epoch: a function of seed and epoch alone, so that resuming needs no state."""
    return np.random.default_rng([seed, epoch]).permutation(count)


def drawn(count: int, size: int, seed: int, update: int) -> list[int]:
    """The examples of one update: the epochs' permutations laid end to end, cut into batches."""
    found: list[int] = []
    position = update * size
    while len(found) < size:
        epoch, begin = divmod(position, count)
        part = permutation(count, seed, epoch)[begin : begin + size - len(found)]
        found += part.tolist()
        position += len(part)
    return found


def mixture(sizes: Sequence[int], cap: int, updates: int, seed: int) -> list[tuple[int, int]]:
    """For each update: which task, and how many updates that task has had before.

    Tasks are drawn in proportion to min(size, cap), the paper's rule.
    """
    weights = np.minimum(np.asarray(sizes, dtype=float), cap)
    picks = np.random.default_rng([seed, 1]).choice(len(sizes), size=updates, p=weights / weights.sum())
    had = [0] * len(sizes)
    schedule = []
    for task in picks.tolist():
        schedule.append((task, had[task]))
        had[task] += 1
    return schedule


def by_budget(data: Encoded, tokens: int) -> Iterator[list[int]]:
    """All examples, sorted by length, in groups of at most so many tokens: the order of evaluation."""
    group: list[int] = []
    used = 0
    for example in sorted(range(len(data)), key=lambda e: (data.length(e), e)):
        length = data.length(example)
        if group and used + length > tokens:
            yield group
            group, used = [], 0
        group.append(example)
        used += length
    if group:
        yield group
