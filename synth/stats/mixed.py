"""Linear mixed models by REML or ML: any number of crossed and nested groupings, intercepts and slopes.

Two kinds share one algebra. Without `sampling` rows have a residual variance that is estimated (as in lme4). With it their
sampling variances, or the whole covariance matrix of their errors, are known (as in metafor's `rma.mv`).
statsmodels' MixedLM is not used: docs/statistics.md says why, and a test pins it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from replicate.problems import Failure, Problem

from . import design, optimise
from .design import Design
from .penalised import Algebra, Solution, Term, triangle
from .pool import Coefficient, Fitted, coefficients

SINGULAR = 1e-4  # a term whose factor has a diagonal below this, relative to the residual, is singular (lme4's rule)


@dataclass(frozen=True)
class Component:
    """The estimated spread of a term: standard deviations of its columns, and their correlations row by row."""

    name: str
    levels: int
    columns: tuple[str, ...]
    sd: tuple[float, ...]
    correlations: tuple[float, ...]
    singular: bool

    @property
    def variance(self) -> float:
        """Of the first column: all there is to an intercept."""
        return self.sd[0] ** 2


@dataclass(frozen=True)
class Mixed:
    """A fitted mixed model. `sigma` is the residual standard deviation; 1 where the sampling variances are known."""

    reml: bool
    known: bool
    beta: np.ndarray
    cov: np.ndarray
    sigma: float
    theta: np.ndarray
    components: tuple[Component, ...]
    fit: Fitted
    n: int
    design: Design = field(repr=False)
    terms: tuple[Term, ...] = field(repr=False)
    y: np.ndarray = field(repr=False)
    sampling: np.ndarray | None = field(repr=False)
    algebra: Algebra = field(repr=False)
    solution: Solution = field(repr=False)
    upper: np.ndarray = field(repr=False)  # turns the coefficients into those of the algebra's orthonormal columns

    @property
    def singular(self) -> tuple[str, ...]:
        """The terms whose variance is 0, or whose effects are tied to each other."""
        return tuple(one.name for one in self.components if one.singular)

    @cached_property
    def left(self) -> np.ndarray:
        """What the fixed effects leave."""
        return self.y - self.design.matrix @ self.beta

    def lines(self, df: float | Sequence[float] | None = None, level: float = 0.95) -> list[Coefficient]:
        """The coefficients with tests; `df` for all of them, or for each, or None for the normal distribution."""
        return coefficients(self.design.names, self.beta, np.sqrt(np.diag(self.cov)), df, level)


def fit(
    y: np.ndarray | Sequence[float],
    model: Design,
    terms: Sequence[Term],
    reml: bool = True,
    sampling: np.ndarray | None = None,
    start: np.ndarray | None = None,
    careful: bool = True,
) -> Mixed:
    """The model of least deviance; a Problem where its parts cannot be told apart.

    `start` is where the search begins; not `careful` saves the last digits, for refits that are compared with each other.
    """
    outcome = np.asarray(y, float)
    _possible(outcome, model, terms, sampling)
    # Orthonormal columns: a predictor far from 0, like a year, costs no digits.
    basis, upper = np.linalg.qr(model.matrix)
    algebra = Algebra(outcome, basis, terms, sampling)
    known = sampling is not None
    even = np.concatenate([_diagonal(one.width) for one in terms]) if terms else np.empty(0, bool)
    scale = _scale(outcome, model, terms, sampling)

    def deviance(theta: np.ndarray) -> float:
        return _deviance(algebra, algebra.solve(theta), reml, known)

    begin = np.where(even, scale, 0.0) if start is None else np.where(even & (start < 0.05 * scale), 0.3 * scale, start)
    theta, value = optimise.least(deviance, begin, even, scale, careful)
    if not math.isfinite(value):
        raise Failure("the model has no stable solution: its fixed effects cannot be told from its random ones")
    return _made(outcome, model, terms, reml, sampling, algebra, upper, _upright(terms, theta), value, scale)


def _upright(terms: Sequence[Term], theta: np.ndarray) -> np.ndarray:
    """The same model with diagonals of at least 0: the sign of a column of a factor means nothing."""
    parts, start = [theta[:0]], 0
    for one in terms:
        factor = triangle(theta[start : start + one.parameters], one.width)
        factor *= np.where(np.diag(factor) < 0, -1.0, 1.0)
        parts.append(factor.T[np.triu_indices(one.width)])
        start += one.parameters
    return np.concatenate(parts)


def _made(
    y: np.ndarray,
    model: Design,
    terms: Sequence[Term],
    reml: bool,
    sampling: np.ndarray | None,
    algebra: Algebra,
    upper: np.ndarray,
    theta: np.ndarray,
    value: float,
    scale: np.ndarray,
) -> Mixed:
    known, found = sampling is not None, algebra.solve(theta)
    free = algebra.n - algebra.p if reml else algebra.n
    sigma = 1.0 if known else math.sqrt(found.rss / free)
    inverse = np.linalg.inv(found.x_factor) @ np.linalg.inv(upper).T
    return Mixed(
        reml=reml, known=known, beta=np.linalg.solve(upper, found.beta), cov=sigma**2 * inverse.T @ inverse, sigma=sigma,
        theta=theta,
        components=tuple(_components(terms, theta, sigma, scale if known else np.ones(len(theta)))),
        fit=_fitted(algebra, upper, value, len(theta), reml, known),
        n=algebra.n, design=model, terms=tuple(terms), y=y, sampling=sampling, algebra=algebra, solution=found, upper=upper,
    )  # fmt: skip


def _possible(y: np.ndarray, model: Design, terms: Sequence[Term], sampling: np.ndarray | None) -> None:
    n, p = model.matrix.shape
    if len(y) != n or any(len(one.codes) != n for one in terms):
        raise Problem(f"{len(y)} outcomes, {n} rows of the design; all parts of a model have the same rows")
    if not np.isfinite(y).all() or not np.isfinite(model.matrix).all():
        raise Problem("an outcome or a predictor is not a finite number")
    design.check_rank(model.matrix, model.names, "the model")
    if n <= p:
        raise Problem(f"{n} rows and {p} fixed effects; a model needs more rows than effects")
    names = [one.name for one in terms]
    if len(set(names)) < len(names):
        raise Problem(f"the grouping {next(name for name in names if names.count(name) > 1)} is named twice")
    for one in terms:
        if len(one.levels) < 2:
            raise Problem(f"the grouping {one.name} has one level, {one.levels[0]}: its variance cannot be seen")
        if sampling is None and one.relation is None and len(one.levels) * one.width >= n:
            raise Problem(
                f"the grouping {one.name} has {len(one.levels)} levels for {n} rows: its effects are those of the residual"
            )
    if sampling is not None:
        size = sampling if sampling.ndim == 1 else np.diag(sampling)
        if not np.isfinite(sampling).all() or (size <= 0).any():
            raise Problem("known sampling variances are finite and above 0")
    elif float(np.linalg.norm(y - model.matrix @ np.linalg.lstsq(model.matrix, y, rcond=None)[0])) <= 1e-10 * (
        float(np.linalg.norm(y)) or 1.0
    ):
        raise Problem("the fixed effects explain every outcome exactly; there is no spread to model")


def _scale(y: np.ndarray, model: Design, terms: Sequence[Term], sampling: np.ndarray | None) -> np.ndarray:
    """The size that each parameter may be expected to have: 1 relative to a residual, else the spread of the outcome."""
    if sampling is None:
        return np.concatenate([np.ones(one.parameters) for one in terms]) if terms else np.empty(0)
    left = y - model.matrix @ np.linalg.lstsq(model.matrix, y, rcond=None)[0]
    size = sampling if sampling.ndim == 1 else np.diag(sampling)
    spread = max(float(left.std()), math.sqrt(float(size.mean()))) / math.sqrt(max(len(terms), 1))
    parts = []
    for one in terms:
        widths = np.ones(one.width) if one.columns is None else np.sqrt((one.columns**2).mean(axis=0))
        rows = np.concatenate([np.full(1, 1 / widths[row]) for column in range(one.width) for row in range(column, one.width)])
        parts.append(spread * rows)
    return np.concatenate(parts) if parts else np.empty(0)


def _diagonal(width: int) -> np.ndarray:
    return np.array([row == column for column in range(width) for row in range(column, width)])


def _deviance(algebra: Algebra, found: Solution, reml: bool, known: bool) -> float:
    """Minus twice the log likelihood, up to a constant of the data."""
    free = algebra.n - algebra.p if reml else algebra.n
    value = found.log_det + (found.log_det_x if reml else 0.0)
    if known:
        return value + found.rss
    return value + free * (1 + math.log(2 * math.pi * found.rss / free)) if found.rss > 0 else -math.inf


def _fitted(algebra: Algebra, upper: np.ndarray, value: float, parameters: int, reml: bool, known: bool) -> Fitted:
    n, p = algebra.n, algebra.p
    free = n - p if reml else n
    count = p + parameters + (0 if known else 1)
    deviance = value
    if known:
        # metafor's restricted likelihood has |X'X| in it, which the orthonormal columns make 1; lme4's has not.
        deviance += free * math.log(2 * math.pi) + algebra.log_det_v
    elif reml:
        deviance += 2 * float(np.log(np.abs(np.diag(upper))).sum())
    weight = math.log(free if known else n)
    room = max(free if known else n, count + 2)
    return Fitted(
        -deviance / 2,
        deviance,
        deviance + 2 * count,
        deviance + weight * count,
        deviance + 2 * count * room / (room - count - 1),
    )


def _components(terms: Sequence[Term], theta: np.ndarray, sigma: float, scale: np.ndarray) -> list[Component]:
    found, start = [], 0
    for one in terms:
        where = slice(start, start + one.parameters)
        factor = triangle(theta[where], one.width)
        spread = factor @ factor.T * sigma**2
        sd = np.sqrt(np.diag(spread))
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation = spread / np.outer(sd, sd)
        below = [float(correlation[row, column]) for row in range(one.width) for column in range(row)]
        smallest = (np.diag(factor) / triangle(scale[where], one.width).diagonal()).min()
        found.append(
            Component(
                one.name, len(one.levels), one.column_names, tuple(sd.tolist()),
                tuple(value if math.isfinite(value) else 0.0 for value in below), bool(smallest < SINGULAR),
            )
        )  # fmt: skip
        start = where.stop
    return found
