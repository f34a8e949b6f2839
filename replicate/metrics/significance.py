"""How sure a figure is: intervals of scores, paired tests of two systems on the same examples, many tests at once.

Every score is a ratio of two sums over examples (`scores.Parts`), so one piece of code serves all metrics.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from ..problems import Problem
from .scores import Parts, figure

DRAWS = 10_000
FEWEST_DRAWS = 1_000
WORK = 10_000_000  # numbers that one test may draw: above it there are fewer draws, never fewer than FEWEST_DRAWS
AT_ONCE = 4_000_000  # numbers that are held at a time
EXACT = 12  # examples on which two systems differ; up to here all ways of swapping them are counted
CLOSE = 1e-9  # points; two differences nearer than this are one


@dataclass(frozen=True)
class Comparison:
    """One system less another, in points: the difference, its 95% interval over examples, and two-sided p.

    `p_permutation` swaps the two systems' answers to an example at random (to all examples in all ways where few differ);
    `p_bootstrap` draws examples with replacement. `n` is the number of examples.
    """

    difference: float
    low: float
    high: float
    p_bootstrap: float
    p_permutation: float
    n: int


def interval(parts: Parts, level: float = 0.95) -> tuple[float, float]:
    """The interval of a score over examples like these, in points.

    Wilson's, with the number of yes-or-no answers that would be as sure as these examples: for accuracy that is
    their count, for F1 what the spread of its parts over sentences says; that spread is itself an estimate, so t stands
    in for z. It never leaves 0 to 100, and 200 right of 200 are not taken for certain, as a bootstrap would.
    """
    counted = parts[parts[:, 1] > 0]
    above, below, n = counted[:, 0], counted[:, 1], len(counted)
    if not n:
        return 0.0, 100.0
    total = below.sum()
    share = min(max(above.sum() / total, 0.0), 1.0)
    alike, z = total**2 / (below**2).sum(), NormalDist().inv_cdf((1 + level) / 2)
    if n > 1 and not (((above == 0) | (above == below)) & (below == below[0])).all():
        spread = (((above - share * below) / total) ** 2).sum() * n / (n - 1)
        alike = share * (1 - share) / spread if spread > 0 and 0 < share < 1 else alike
        z = _t(n - 1, level)
    middle, half = share + z**2 / (2 * alike), z * math.sqrt(share * (1 - share) / alike + z**2 / (4 * alike**2))
    low, high = ((middle - half) / (1 + z**2 / alike), (middle + half) / (1 + z**2 / alike))
    return 100 * float(max(min(low, share), 0.0)), 100 * float(min(max(high, share), 1.0))


def _t(freedom: int, level: float) -> float:
    """Student's t on both sides of which the rest of the level lies."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + level) / 2))


def compare(one: Parts, other: Parts, level: float = 0.95, draws: int = DRAWS, seed: int = 0) -> Comparison:
    """`one` less `other` on the same examples, row by row; a Problem where the rows are not as many.

    A bootstrap takes n examples for all there are, and is too sure where they are few: its tails are widened to
    those of t (Hesterberg's expanded percentiles), which changes nothing where they are many. One example says nothing.
    """
    if one.shape != other.shape:
        raise Problem(f"two systems are compared on the same examples; here are {len(one)} and {len(other)}")
    difference, n = figure(one) - figure(other), len(one)
    if n < 2:
        return Comparison(difference, -100.0 * n, 100.0 * n, 1.0, 1.0, n)
    drawn = np.concatenate(list(_resampled(one, other, draws, seed)))
    tail = NormalDist().cdf(-_t(n - 1, level) * math.sqrt(n / (n - 1)))
    low, high = np.quantile(drawn, [tail, 1 - tail])
    below, above = int((drawn <= CLOSE).sum()), int((drawn >= -CLOSE).sum())
    bootstrap = _widened(min(0.5, (min(below, above) + 1) / (len(drawn) + 1)), n)
    return Comparison(difference, float(low), float(high), bootstrap, _permuted(one, other, draws, seed), n)


def _widened(tail: float, n: int) -> float:
    """The two-sided p of a tail of the bootstrap, by t: what `compare` widens its interval by, the other way round."""
    from scipy.special import stdtr

    return min(1.0, 2 * float(stdtr(n - 1, NormalDist().inv_cdf(tail) * math.sqrt((n - 1) / n))))


def _numbers(draws: int, rows: int) -> tuple[int, int]:
    """How many draws are made of so many rows, and how many at a time."""
    draws = max(min(draws, WORK // max(rows, 1)), min(draws, FEWEST_DRAWS))
    return draws, max(1, AT_ONCE // max(rows, 1))


def _resampled(one: Parts, other: Parts, draws: int, seed: int) -> Iterator[np.ndarray]:
    """Differences between the two on examples drawn with replacement."""
    rows, rng = len(one), np.random.default_rng([seed, 1])
    left, step = _numbers(draws, rows)
    both, even = np.concatenate([one, other], axis=1), np.full(rows, 1 / rows)
    while left > 0:
        weights = rng.multinomial(rows, even, size=min(step, left)).astype(np.float64)
        yield _difference(weights @ both)
        left -= step


def _difference(sums: np.ndarray) -> np.ndarray:
    """The difference in points, of sums of (numerator, denominator) of both systems."""
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = [np.where(sums[:, k + 1] > 0, sums[:, k] / sums[:, k + 1], 0.0) for k in (0, 2)]
    return 100 * (shares[0] - shares[1])


def _permuted(one: Parts, other: Parts, draws: int, seed: int) -> float:
    """The share of ways to swap the two systems' rows that gives at least this difference, either way."""
    differ = (one != other).any(1)
    kept, swapped = one[differ], other[differ]
    total, count = np.concatenate([one.sum(0), other.sum(0)]), int(differ.sum())
    change = np.concatenate([swapped - kept, kept - swapped], axis=1)
    observed = abs(float(_difference(total[None])[0])) - CLOSE
    if count <= EXACT:
        ways = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
        return float((np.abs(_difference(total + ways @ change)) >= observed).mean())
    rng = np.random.default_rng([seed, 2])
    draws, step = _numbers(draws, count)
    hits, left = 0, draws
    while left > 0:
        ways = rng.integers(0, 2, size=(min(step, left), count)).astype(np.float64)
        hits += int((np.abs(_difference(total + ways @ change)) >= observed).sum())
        left -= step
    return (hits + 1) / (draws + 1)


# ---- many tests at once ----


def holm(ps: Sequence[float]) -> list[float]:
    """Adjusted p: below a level, the chance of even one false discovery is below it (Holm). NaN stays and does not count."""
    values, order, known = _ordered(ps)
    steps = values[order] * (known - np.arange(known))
    return _placed(values, order, np.minimum(np.maximum.accumulate(steps), 1.0))


def benjamini_hochberg(ps: Sequence[float]) -> list[float]:
    """Adjusted p: below a level, the expected share of false discoveries is below it. NaN stays and does not count."""
    values, order, known = _ordered(ps)
    steps = values[order] * known / np.arange(1, known + 1)
    return _placed(values, order, np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0))


def benjamini_yekutieli(ps: Sequence[float]) -> list[float]:
    """As `benjamini_hochberg`, under any dependence of the tests: larger by the harmonic sum of their number."""
    values, order, known = _ordered(ps)
    harmonic = (1 / np.arange(1, known + 1)).sum()
    steps = values[order] * known / np.arange(1, known + 1) * harmonic
    return _placed(values, order, np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0))


def hochberg(ps: Sequence[float]) -> list[float]:
    """As `holm`, smaller where tests are independent or positively dependent. NaN stays and does not count."""
    values, order, known = _ordered(ps)
    steps = values[order] * (known - np.arange(known))
    return _placed(values, order, np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0))


def hommel(ps: Sequence[float]) -> list[float]:
    """As `hochberg`, and never larger: the closed test of Simes. NaN stays and does not count."""
    values, order, known = _ordered(ps)
    if not known:
        return values.tolist()
    ranks, sorted_ps = np.arange(1, known + 1), values[order]
    least = np.full(known, float((known * sorted_ps / ranks).min()))
    found = least.copy()
    for size in range(known - 1, 1, -1):
        first, last = known - size + 1, np.arange(known - size + 1, known)
        bound = float((size * sorted_ps[last] / np.arange(2, size + 1)).min())
        least[:first] = np.minimum(size * sorted_ps[:first], bound)
        least[last] = least[known - size]
        found = np.maximum(found, least)
    return _placed(values, order, np.minimum(np.maximum(found, sorted_ps), 1.0))


def bonferroni(ps: Sequence[float]) -> list[float]:
    """Each p times their number, at most 1. NaN stays and does not count."""
    values, order, known = _ordered(ps)
    return _placed(values, order, np.minimum(values[order] * known, 1.0))


def _ordered(ps: Sequence[float]) -> tuple[np.ndarray, np.ndarray, int]:
    values = np.asarray(ps, dtype=np.float64)
    known = np.flatnonzero(~np.isnan(values))
    if ((values[known] < 0) | (values[known] > 1)).any():
        raise Problem("p values lie between 0 and 1")
    return values, known[np.argsort(values[known], kind="stable")], len(known)


def _placed(values: np.ndarray, order: np.ndarray, adjusted: np.ndarray) -> list[float]:
    found = values.copy()
    found[order] = adjusted
    return found.tolist()
