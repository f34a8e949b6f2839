"""Encoded examples and the order in which training sees them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain

import numpy as np


@dataclass(frozen=True)
class Ragged:
    """Rows of different lengths in one flat array: row i is `values[starts[i]:starts[i + 1]]`.

    No Python object a row, so a million rows cost what their numbers cost, and they can lie in a mapped file.
    """

    values: np.ndarray
    starts: np.ndarray

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> np.ndarray:
        return self.values[self.starts[row] : self.starts[row + 1]]

    @property
    def lengths(self) -> np.ndarray:
        """How long each row is."""
        return np.diff(self.starts)


def ragged(rows: Sequence[Sequence[int] | np.ndarray]) -> Ragged:
    """The rows of integers as one flat array."""
    starts = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=starts[1:])
    return Ragged(np.fromiter(chain.from_iterable(rows), dtype=np.int32, count=int(starts[-1])), starts)


def single(values: Sequence[int] | np.ndarray) -> Ragged:
    """Rows of one number each."""
    return Ragged(np.asarray(values, dtype=np.int32), np.arange(len(values) + 1, dtype=np.int64))


def empty(rows: int) -> Ragged:
    """So many rows of nothing."""
    return Ragged(np.zeros(0, dtype=np.int32), np.zeros(rows + 1, dtype=np.int64))


def joined(parts: Sequence[Ragged]) -> Ragged:
    """The rows of all parts, one after the other."""
    starts = [np.zeros(1, dtype=np.int64)]
    total = 0
    for part in parts:
        starts.append(part.starts[1:] + total)
        total += int(part.starts[-1])
    return Ragged(np.concatenate([part.values for part in parts]), np.concatenate(starts))


@dataclass(frozen=True)
class Encoded:
    """Examples as token ids, ready to be packed.

    An item is what the head gives one answer for: `group` sequences in a row (choices), else one. `ids` holds
    a row a sequence. `points` are the positions in each sequence that the head reads; `targets` is what it
    should say, a row an item. `owners` names the example of each item: a long passage is several items.
    `spans` are begin and end in the text for each point, and whether this item shows it best (spans only).
    """

    ids: Ragged
    points: Ragged
    targets: Ragged
    outputs: int
    group: int
    owners: np.ndarray
    labels: tuple[str, ...] = ()
    spans: Ragged | None = None

    def __len__(self) -> int:
        return len(self.targets)

    @cached_property
    def lengths(self) -> np.ndarray:
        """Tokens of each item."""
        return self.ids.lengths.reshape(-1, self.group).sum(1)


def encoded(
    ids: Ragged,
    points: Ragged | None = None,
    targets: Ragged | None = None,
    outputs: int = 0,
    group: int = 1,
    labels: tuple[str, ...] = (),
) -> Encoded:
    """Items that are examples, one each; without points and targets (texts) nothing is asked of them."""
    items = len(ids) // group
    return Encoded(
        ids, points or empty(len(ids)), targets or empty(items), outputs, group, np.arange(items, dtype=np.int64), labels
    )


@dataclass(frozen=True)
class Batch:
    """Packed sequences: flat ids, their lengths, the flat positions to read, the targets, which items."""

    ids: np.ndarray
    lengths: list[int]
    points: np.ndarray
    counts: list[int]
    targets: list[np.ndarray]
    items: list[int]


def pack(data: Encoded, items: Sequence[int]) -> Batch:
    """The items as one row, those of equal length side by side so that attention can take them together."""
    chosen = np.sort(np.asarray(items, dtype=np.int64))
    order = chosen[np.argsort(data.lengths[chosen], kind="stable")].tolist()
    sequences = [s for e in order for s in range(e * data.group, (e + 1) * data.group)]
    rows = [data.ids[s] for s in sequences]
    lengths = [len(row) for row in rows]
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    points = [data.points[s] for s in sequences]
    return Batch(
        ids=np.concatenate(rows).astype(np.int64),
        lengths=lengths,
        points=np.concatenate([row + start for row, start in zip(points, starts, strict=True)]).astype(np.int64),
        counts=[len(row) for row in points],
        targets=[data.targets[e].astype(np.int64) for e in order],
        items=order,
    )


def split(batch: Batch, tokens: int) -> list[Batch]:
    """The batch in parts of at most so many tokens, for cards that do not hold it whole; an item is never divided."""
    group, parts, begin = len(batch.lengths) // len(batch.items), list[Batch](), 0
    sizes = np.asarray(batch.lengths).reshape(-1, group).sum(1)
    tokens_before = np.concatenate([[0], np.cumsum(batch.lengths)])
    points_before = np.concatenate([[0], np.cumsum(batch.counts)])
    while begin < len(batch.items):
        stop = begin + max(1, int(np.searchsorted(np.cumsum(sizes[begin:]), tokens, side="right")))
        first, last = begin * group, stop * group
        low, high = tokens_before[first], tokens_before[last]
        parts.append(
            Batch(
                ids=batch.ids[low:high],
                lengths=batch.lengths[first:last],
                points=batch.points[points_before[first] : points_before[last]] - low,
                counts=batch.counts[first:last],
                targets=batch.targets[begin:stop],
                items=batch.items[begin:stop],
            )
        )
        begin = stop
    return parts


@lru_cache(maxsize=16)
def permutation(count: int, seed: int, epoch: int) -> np.ndarray:
    """The order of an epoch: a function of seed and epoch alone, so that resuming needs no state."""
    order = np.random.default_rng([seed, epoch]).permutation(count)
    order.flags.writeable = False
    return order


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
    """All items, sorted by length, in groups of at most so many tokens: the order of evaluation."""
    group: list[int] = []
    used = 0
    lengths = data.lengths
    for item in np.argsort(lengths, kind="stable").tolist():
        if group and used + lengths[item] > tokens:
            yield group
            group, used = [], 0
        group.append(item)
        used += int(lengths[item])
    if group:
        yield group
