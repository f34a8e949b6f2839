"""Tables that are right and look wrong: averages with weights, gains over what is not shown, bold of other kinds.

Each kind is a function of a random source that gives rows of cells, its header first, and where it is bold.
"""

from __future__ import annotations

import random
from collections.abc import Callable

Rows = list[list[str]]
Bold = set[tuple[int, int]]
Made = tuple[Rows, Bold]


def _levels(chance: random.Random) -> list[list[float]]:
    wide = chance.randint(3, 8)
    return [[chance.gauss(75, 8) for _ in range(wide)] for _ in range(chance.randint(3, 9))]


def _table(levels: list[list[float]], more: str = "", last: list[str] | None = None) -> Rows:
    head = ["System", *(f"Task{at}" for at in range(len(levels[0])))]
    rows = [[f"system {number}", *(f"{one:.1f}" for one in row)] for number, row in enumerate(levels)]
    if last is None:
        return [head, *rows]
    return [[*head, more], *([*row, cell] for row, cell in zip(rows, last, strict=True))]


def _weighted(chance: random.Random, low: float, name: str) -> Made:
    levels = _levels(chance)
    weights = [chance.uniform(low, 2 - low) for _ in levels[0]]
    means = [sum(w * one for w, one in zip(weights, row, strict=True)) / sum(weights) for row in levels]
    return _table(levels, name, [f"{one:.1f}" for one in means]), set()


def uneven(chance: random.Random) -> Made:
    return _weighted(chance, 0.3, "Avg")


def nearly_even(chance: random.Random) -> Made:
    return _weighted(chance, 0.9, "Avg")


def pooled(chance: random.Random) -> Made:
    return _weighted(chance, 0.9, "All")


def hidden(chance: random.Random) -> Made:
    """Averages over three tasks more than the table shows."""
    levels = _levels(chance)
    means = [(sum(row) + 3 * chance.gauss(75, 8)) / (len(row) + 3) for row in levels]
    return _table(levels, "Avg", [f"{one:.1f}" for one in means]), set()


def gains_of_others(chance: random.Random) -> Made:
    levels = _levels(chance)
    rows = [[f"gain {number}", *(f"{chance.gauss(1, 2):+.1f}" for _ in row)] for number, row in enumerate(levels)]
    return [*_table(levels), *rows], set()


def gain_column(chance: random.Random) -> Made:
    levels = _levels(chance)
    return _table(levels, "Gain", [f"{chance.gauss(1, 2):+.1f}" for _ in levels]), set()


def small_gains(chance: random.Random) -> Made:
    levels = [[one / 100 for one in row] for row in _levels(chance)]
    head = ["System", *(f"Task{at}" for at in range(len(levels[0])))]
    rows = [[f"system {number}", *(f"{one:.2f}" for one in row)] for number, row in enumerate(levels)]
    return [
        head,
        *rows,
        *([f"gain {at}", *(f"{chance.gauss(0.02, 0.03):+.2f}" for _ in row)] for at, row in enumerate(levels)),
    ], set()


def macro_f1(chance: random.Random) -> Made:
    """The mean F1 of classes lies below the F1 of the means."""
    pairs = [(chance.uniform(60, 90), chance.uniform(60, 90)) for _ in range(6)]
    rows = [
        [f"system {at}", f"{p:.1f}", f"{r:.1f}", f"{2 * p * r / (p + r) - abs(chance.gauss(0, 1.2)):.1f}"]
        for at, (p, r) in enumerate(pairs)
    ]
    return [["System", "P", "R", "F1"], *rows], set()


def rates(chance: random.Random) -> Made:
    """Percentages beside counts that are of something else."""
    rows = [[f"kind {at}", str(chance.randint(5, 300)), f"{chance.uniform(1, 60):.1f}%"] for at in range(6)]
    return [["Kind", "# documents", "% positive"], *rows], set()


def overlapping(chance: random.Random) -> Made:
    counts = [chance.randint(5, 300) for _ in range(6)]
    total = int(sum(counts) * chance.uniform(0.5, 0.95))
    return [["Kind", "# documents"], *([f"kind {at}", str(one)] for at, one in enumerate(counts)), ["Total", str(total)]], set()


def _best(levels: list[list[float]], rows: range, rank: int = 0) -> Bold:
    return {
        (1 + sorted(rows, key=lambda row: -levels[row][at])[rank], at + 1) for at in range(len(levels[0]))
    }  # fmt: skip


def second_too(chance: random.Random) -> Made:
    levels = _levels(chance)
    whole = range(len(levels))
    return _table(levels), _best(levels, whole) | _best(levels, whole, 1)


def our_own(chance: random.Random) -> Made:
    levels = _levels(chance)
    return _table(levels), {(len(levels), at + 1) for at in range(len(levels[0]))}


def by_parts(chance: random.Random) -> Made:
    levels = _levels(chance)
    half = max(1, len(levels) // 2)
    return _table(levels), _best(levels, range(half)) | _best(levels, range(half, len(levels)))


def sloppy(chance: random.Random) -> Made:
    levels = _levels(chance)
    rows = [[f"system {at}", *(f"{one:.{chance.choice((1, 1, 1, 2))}f}" for one in row)] for at, row in enumerate(levels)]
    return [_table(levels)[0], *rows], set()


HARD: dict[str, Callable[[random.Random], Made]] = {
    "averages with uneven weights": uneven, "averages with nearly even weights": nearly_even, "a pooled 'All'": pooled,
    "averages over more than is shown": hidden, "gains of other systems": gains_of_others,
    "gains over another baseline": gain_column, "gains of hundredths": small_gains, "macro F1": macro_f1,
    "rates beside counts": rates, "a total of parts that overlap": overlapping,
    "the second best bold too": second_too, "our own system bold": our_own, "the best of each part bold": by_parts,
    "decimals as they come": sloppy,
}  # fmt: skip
