"""Whether a number is the claimed one: intervals, two one-sided tests, what could have been found, what a replication says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from replicate.problems import Problem

from .distributions import quantile, two_sided, upper

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


# ---- of an estimate and its standard error ----


@dataclass(frozen=True)
class Tost:
    """Two one-sided tests: `p` is the larger of both. Equivalent: the interval of twice the error level lies in the margins."""

    p_low: float
    p_high: float
    p: float
    low: float
    high: float
    equivalent: bool


def tost(mean: float, se: float, low: float, high: float, df: float | None = None, alpha: float = 0.05) -> Tost:
    """Whether an effect lies between two margins."""
    _checked(se, df)
    if not low < high:
        raise Problem(f"the margins are {low:g} and {high:g}; the first has to be below the second")
    above, below = upper((mean - low) / se, df), upper((high - mean) / se, df)
    half = quantile(1 - 2 * alpha, df) * se
    return Tost(above, below, max(above, below), mean - half, mean + half, max(above, below) < alpha)


def non_inferior(mean: float, se: float, margin: float, df: float | None = None) -> float:
    """One-sided p of the null that an effect is worse than minus the margin."""
    _checked(se, df)
    if margin <= 0:
        raise Problem(f"a margin is above 0, not {margin:g}")
    return upper((mean + margin) / se, df)


def detectable(se: float, df: float | None = None, alpha: float = 0.05, power: float = 0.8) -> float:
    """The smallest true effect that a two-sided test finds with this power, for what it is known with."""
    _checked(se, df)
    if not (0 < alpha < 1 and alpha < power < 1):
        raise Problem(f"a level of {alpha:g} and a power of {power:g}: both lie between 0 and 1, the power above the level")
    more = math.copysign(quantile(abs(2 * power - 1), df), power - 0.5)
    return (quantile(1 - alpha, df) + more) * se


@dataclass(frozen=True)
class Replication:
    """What a replication says of an original result; every criterion by itself.

    `predicted`: the new effect lies in the interval that the original one predicts for it. `consistent`: both intervals of the
    difference include 0. `same_sign`: significant in the same direction. `small`: the new effect is smaller than one that the
    original study had a third of a chance to find (small telescopes), which speaks against the original.
    """

    prediction: tuple[float, float]
    predicted: bool
    difference: float
    difference_p: float
    same_sign: bool
    small_effect: float
    small_p: float
    small: bool


def replication(
    original: float, original_se: float, new: float, new_se: float, alpha: float = 0.05, chance: float = 1 / 3
) -> Replication:
    """The usual criteria, on estimates with normal errors."""
    _checked(original_se, None)
    _checked(new_se, None)
    spread = math.hypot(original_se, new_se)
    half = quantile(1 - alpha) * spread
    low, high = original - half, original + half
    telescope = _found_with(chance, original_se, alpha)
    towards = math.copysign(1.0, original)
    small_p = 1 - upper((towards * new - telescope) / new_se)
    return Replication(
        (low, high),
        low <= new <= high,
        new - original,
        two_sided((new - original) / spread),
        two_sided(new / new_se) < alpha and new * original > 0,
        telescope,
        small_p,
        small_p < alpha,
    )


def _found_with(chance: float, se: float, alpha: float) -> float:
    """The effect that a two-sided test with this standard error finds so often."""
    from scipy.optimize import brentq

    crit = quantile(1 - alpha)
    return float(brentq(lambda z: upper(crit - z) + upper(crit + z) - chance, 0.0, 20.0)) * se


def _checked(se: float, df: float | None) -> None:
    if not (math.isfinite(se) and se > 0):
        raise Problem(f"a standard error is a finite number above 0, not {se:g}")
    if df is not None and not df > 0:
        raise Problem(f"{df:g} degrees of freedom; a test needs more than 0")
