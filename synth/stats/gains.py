"""Gains in points with their sampling variances: from answers to the same examples, from seeds, from reported levels.

Gains of several systems over one baseline share its error, so they covary; the matrix that comes with them says how much.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from replicate.problems import Problem

from .distributions import quantile


@dataclass(frozen=True)
class Gains:
    """Gains in points and the covariance matrix of their errors."""

    y: np.ndarray
    cov: np.ndarray

    @property
    def v(self) -> np.ndarray:
        """The variances alone."""
        return np.diag(self.cov).copy()


def paired(baseline: np.ndarray, systems: Sequence[np.ndarray]) -> Gains:
    """Gains of systems over a baseline that answered the same examples.

    An answer is a score (0 or 1, or a share), or a row of the two sums that a ratio like F1 is made of, as
    replicate.metrics.scores has them. Examples are drawn at random; what two systems get wrong together counts.
    """
    before = _parts(baseline)
    parts = [_parts(system) for system in systems]
    if any(len(one) != len(before) for one in parts):
        raise Problem(f"the baseline has {len(before)} examples, the systems {', '.join(str(len(one)) for one in parts)}")
    if len(before) < 2:
        raise Problem(f"{len(before)} examples say nothing of their spread; at least two are needed")
    pulls = np.array([_influence(one) - _influence(before) for one in parts])
    pulls -= pulls.mean(axis=1, keepdims=True)
    n = pulls.shape[1]
    return Gains(np.array([_score(one) - _score(before) for one in parts]), pulls @ pulls.T * n / (n - 1))


def _parts(answers: np.ndarray) -> np.ndarray:
    array = np.asarray(answers, float)
    made = np.column_stack([array, np.ones(len(array))]) if array.ndim == 1 else array
    if made.ndim != 2 or made.shape[1] != 2 or not np.isfinite(made).all():
        raise Problem("answers are numbers, or pairs of the sums of a ratio, all of them finite")
    if made[:, 1].sum() <= 0:
        raise Problem("no example counts: the sums below the line are 0")
    return made


def _score(parts: np.ndarray) -> float:
    return float(100 * parts[:, 0].sum() / parts[:, 1].sum())


def _influence(parts: np.ndarray) -> np.ndarray:
    """How many points each example moves the ratio (the delta method)."""
    below = parts[:, 1].sum()
    return 100 * (parts[:, 0] - parts[:, 0].sum() / below * parts[:, 1]) / below


def of_seeds(baseline: Sequence[float], systems: Sequence[Sequence[float]]) -> Gains:
    """Mean gains over seeds, seed by seed: what a seed does to all systems cancels out, what the baseline did stays."""
    before = np.asarray(baseline, float)
    differences = np.array([np.asarray(system, float) - before for system in systems])
    n = len(before)
    if n < 2:
        raise Problem("one seed has no spread; at least two are needed, or the variance over examples")
    centred = differences - differences.mean(axis=1, keepdims=True)
    return Gains(differences.mean(axis=1), centred @ centred.T / (n - 1) / n)


def of_levels(baseline: tuple[float, float], systems: Sequence[tuple[float, float]], correlation: float = 0.0) -> Gains:
    """Gains from reported levels, each a (points, variance); `correlation` is that of two systems' errors on the same examples.

    0 takes the test sets for different ones, which is what is left to do when only levels were printed: too wide, never too
    narrow, where the systems were scored on the same examples.
    """
    if not -1 < correlation < 1:
        raise Problem(f"a correlation lies between -1 and 1, not at {correlation:g}")
    y = np.array([points for points, _ in systems]) - baseline[0]
    errors = np.sqrt([variance for _, variance in systems])
    shared = correlation * np.outer(errors, errors)
    np.fill_diagonal(shared, errors**2)
    with_base = correlation * errors * math.sqrt(baseline[1])
    return Gains(y, shared + baseline[1] - with_base[:, None] - with_base[None, :])


def share_variance(points: float, n: float) -> float:
    """The variance, in points, of an accuracy of so many points on n examples; half an example more each way at 0 and 100."""
    if not 0 <= points <= 100 or n < 1:
        raise Problem(f"{points:g} points of {n:g} examples: points lie between 0 and 100, and there is at least one example")
    hits = points / 100 * n
    if hits <= 0 or hits >= n:
        hits, n = hits + 0.5, n + 1
    return 1e4 * hits / n * (1 - hits / n) / n


def interval_variance(low: float, high: float, level: float = 0.95) -> float:
    """The variance behind an interval whose ends were reported."""
    return ((high - low) / (2 * quantile(level))) ** 2
