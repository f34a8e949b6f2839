"""Intervals of a mean, and whether a mean is the claimed one within a margin (two one-sided t tests)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

REPRODUCED, DIRECTION, NOT_REPRODUCED, INCONCLUSIVE = "reproduced", "direction only", "not reproduced", "inconclusive"


@dataclass(frozen=True)
class Estimate:
    """The mean of independent repetitions. With one repetition there is no interval: low and high are infinite."""

    mean: float
    low: float
    high: float
    n: int
    level: float = 0.95

    @property
    def known(self) -> bool:
        return self.n > 1

    def __str__(self) -> str:
        if not self.known:
            return f"{_signed(self.mean)} (one seed, no interval)"
        return f"{_signed(self.mean)} ({self.level:.0%} interval {_signed(self.low)} to {_signed(self.high)}, {self.n} seeds)"


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "\u2212")


def estimate(values: Sequence[float], level: float = 0.95) -> Estimate:
    """Mean and t interval of repetitions; their spread is the only uncertainty in it."""
    from scipy.special import stdtrit

    n = len(values)
    mean = math.fsum(values) / n
    if n < 2:
        return Estimate(mean, -math.inf, math.inf, n, level)
    variance = math.fsum((value - mean) ** 2 for value in values) / (n - 1)
    half = float(stdtrit(n - 1, 0.5 + level / 2)) * math.sqrt(variance / n)
    return Estimate(mean, mean - half, mean + half, n, level)


def equivalence(values: Sequence[float], low: float, high: float, margin: float) -> tuple[str, str]:
    """Verdict and reason: is the mean of `values` the claimed number (between low and high) within `margin`?

    Reproduced: the 90% interval lies inside the band, which is the two one-sided tests at 5%. Direction only:
    the claimed sign is certain, the size is another or open. Not reproduced: the 95% interval misses the
    band and the sign is not the claimed one for certain. Else inconclusive.
    """
    ours = estimate(values)
    band = (low - margin, high + margin)
    said = f"claimed {low:g} to {high:g} before rounding, margin {margin:g}"
    if not ours.known:
        return INCONCLUSIVE, f"{ours}; {said}"
    inner = estimate(values, 0.90)
    if band[0] <= inner.low and inner.high <= band[1]:
        return REPRODUCED, f"{ours} is within the margin; {said}"
    positive, negative = low > 0, high < 0
    if (positive and ours.low > 0) or (negative and ours.high < 0):
        return DIRECTION, f"{ours} has the claimed sign, not the claimed size for certain; {said}"
    if ours.high < band[0] or ours.low > band[1]:
        return NOT_REPRODUCED, f"{ours} misses the claim; {said}"
    return INCONCLUSIVE, f"{ours} is too wide to tell; {said}"
