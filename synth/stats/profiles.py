"""Intervals of a mixed model by its likelihood, and Satterthwaite's degrees of freedom.

A model with a residual variance is profiled by maximum likelihood, as in lme4: standard deviations, correlations, the
residual and the fixed effects. One with known sampling variances is profiled by the likelihood that it was fitted by, as in
metafor: the variance of each term.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from replicate.problems import Problem

from . import mixed, optimise
from .mixed import Mixed
from .penalised import Solution

ROOT = 1e-5  # relative accuracy of an end
FARTHEST = 5.0  # Fisher's z of a correlation that is taken for 1
FLAT = 1e-6  # curvature below which a variance parameter does not count


@dataclass(frozen=True)
class Profile:
    """The interval of one parameter; an end that the data do not give is None."""

    name: str
    estimate: float
    low: float | None
    high: float | None


def profile(model: Mixed, level: float = 0.95) -> list[Profile]:
    """Intervals of everything that is estimated."""
    return _known(model, level) if model.known else _residual(model, level)


def _drop(level: float) -> float:
    from scipy.special import chdtri

    return float(chdtri(1, 1 - level))


def _known(model: Mixed, level: float) -> list[Profile]:
    """Each variance held at a value, the others refitted."""
    algebra, terms = model.algebra, model.terms
    if any(one.width > 1 for one in terms):
        raise Problem("with known sampling variances, intervals are there for intercepts alone, not for slopes")
    goal = mixed._deviance(algebra, model.solution, model.reml, True) + _drop(level)
    scale = mixed._scale(model.y, model.design, terms, model.sampling)
    found = []
    for place, one in enumerate(terms):
        others = np.array([number for number in range(len(terms)) if number != place], int)
        warm = [model.theta[others]]

        def above(sd: float, place=place, others=others, warm=warm) -> float:
            def inner(rest: np.ndarray) -> float:
                theta = np.empty(len(terms))
                theta[place], theta[others] = sd, rest
                return mixed._deviance(algebra, algebra.solve(theta), model.reml, True)

            start = np.maximum(warm[0], 0.05 * scale[others])
            warm[0], value = optimise.least(inner, start, np.ones(len(others), bool), scale[others], careful=False)
            return value - goal

        low, high = _ends(above, float(model.theta[place]), float(scale[place]), lowest=0.0)
        square = [None if end is None else end**2 for end in (low, high)]
        found.append(Profile(one.name, float(model.theta[place] ** 2), square[0], square[1]))
    return found


def _ends(above: Callable[[float], float], at: float, size: float, lowest: float | None) -> tuple[float | None, float | None]:
    """Where a function of one parameter crosses 0 on both sides of its least; the border itself where it never does."""
    low: float | None
    if lowest is not None and (at <= lowest or above(lowest) <= 0):
        low = lowest
    else:
        low = _cross(above, at, -size, lowest)
    return low, _cross(above, at, size, None)


def _cross(above: Callable[[float], float], at: float, step: float, limit: float | None) -> float | None:
    from scipy.optimize import brentq

    near = at
    for _ in range(40):
        far = near + step
        if limit is not None and (far - limit) * step >= 0:
            far = limit
        if above(far) > 0:
            return float(brentq(above, near, far, xtol=ROOT * max(abs(far), 1e-12), rtol=ROOT))
        if far == limit:
            return limit
        near, step = far, step * 1.6
    return None


# ---- with a residual variance, by maximum likelihood ----


def _residual(model: Mixed, level: float) -> list[Profile]:
    if any(one.width > 2 for one in model.terms):
        raise Problem("intervals by the likelihood are there for terms of one or two columns")
    ml = model if not model.reml else mixed.fit(model.y, model.design, model.terms, reml=False)
    surface = _Surface(ml, level)
    found = [surface.interval(place) for place in range(len(surface.names))]
    return found + [surface.fixed(place) for place in range(len(ml.beta))]


class _Surface:
    """The deviance as a function of standard deviations, correlations (on Fisher's scale while searching) and the residual."""

    def __init__(self, model: Mixed, level: float) -> None:
        self.model, self.algebra = model, model.algebra
        names, values, kinds = list[str](), list[float](), list[str]()
        for one in model.components:
            for column, sd in zip(one.columns, one.sd, strict=True):
                names.append(f"sd {one.name} {column}".removesuffix(" intercept"))
                values.append(sd)
                kinds.append("sd")
            if len(one.sd) == 2:
                names.append(f"correlation {one.name}")
                values.append(min(max(one.correlations[0], -1.0), 1.0))
                kinds.append("correlation")
        self.names, self.kinds = [*names, "sd residual"], [*kinds, "residual"]
        self.values = np.array([*values, model.sigma])
        self.even = np.array([kind != "correlation" for kind in self.kinds])
        self.scale = np.where(self.even, np.maximum(np.abs(self.values), 0.1 * model.sigma), 0.3)
        self.goal = model.fit.deviance + _drop(level)

    def _solution(self, values: np.ndarray) -> Solution:
        values = np.where(self.even, np.abs(values), values)
        sigma, theta, place = values[-1], list[float](), 0
        for one in self.model.terms:
            if one.width == 1:
                theta.append(values[place] / sigma)
            else:
                first, second, r = values[place], values[place + 1], math.tanh(values[place + 2])
                theta += [first / sigma, r * second / sigma, math.sqrt(1 - r * r) * second / sigma]
            place += one.parameters
        return self.algebra.solve(np.array(theta))

    def deviance(self, values: np.ndarray) -> float:
        """Minus twice the log likelihood, the fixed effects at their best."""
        sigma = abs(values[-1])
        if sigma == 0:
            return math.inf
        found = self._solution(values)
        return found.log_det + found.rss / sigma**2 + self.algebra.n * math.log(2 * math.pi * sigma**2)

    def _searched(self) -> np.ndarray:
        inner = np.clip(self.values, -1 + 1e-9, 1 - 1e-9)
        return np.where(self.even, self.values, np.arctanh(inner))

    def interval(self, place: int) -> Profile:
        at = self._searched()
        others = np.array([number for number in range(len(at)) if number != place])
        warm = [at[others]]

        def above(value: float) -> float:
            def inner(rest: np.ndarray) -> float:
                point = np.empty(len(at))
                point[place], point[others] = value, rest
                return self.deviance(point)

            start = np.where(self.even[others], np.maximum(warm[0], 0.02 * self.scale[others]), warm[0])
            warm[0], least = optimise.least(inner, start, self.even[others], self.scale[others], careful=False)
            return least - self.goal

        name, estimate = self.names[place], float(self.values[place])
        if self.kinds[place] == "correlation":
            low, high = self._correlation(above, float(at[place]))
            return Profile(name, estimate, low, high)
        lowest = 0.0 if self.kinds[place] == "sd" else 1e-3 * self.model.sigma
        return Profile(name, estimate, *_ends(above, float(at[place]), float(self.scale[place]) * 0.5, lowest))

    def _correlation(self, above: Callable[[float], float], at: float) -> tuple[float, float]:
        """Ends on the scale of the correlation; -1 and 1 where the likelihood never falls far enough."""
        ends = []
        for side in (-1.0, 1.0):
            limit = side * FARTHEST
            end = _cross(above, min(max(at, -FARTHEST), FARTHEST), side * 0.3, limit)
            ends.append(side if end is None or end == limit else math.tanh(end))
        return ends[0], ends[1]

    def fixed(self, place: int) -> Profile:
        """A fixed effect held at a value: its column moves into the outcome."""
        p = len(self.model.beta)
        se = math.sqrt(self.model.cov[place, place])
        others = np.linalg.qr(np.delete(self.model.upper, place, axis=1))[0]
        warm = [self.model.theta]
        even = np.concatenate([mixed._diagonal(one.width) for one in self.model.terms]) if self.model.terms else np.empty(0, bool)

        def above(value: float) -> float:
            turn = np.zeros((p + 1, p))
            turn[:p, : p - 1], turn[:p, p - 1], turn[p, p - 1] = others, -value * self.model.upper[:, place], 1.0

            def inner(theta: np.ndarray) -> float:
                found = self.algebra.solve(theta, turn)
                return found.log_det + self.algebra.n * (1 + math.log(2 * math.pi * found.rss / self.algebra.n))

            start = np.where(even, np.maximum(warm[0], 0.02), warm[0])
            warm[0], least = optimise.least(inner, start, even, np.ones(len(start)), careful=False)
            return least - self.goal

        value = float(self.model.beta[place])
        low, high = _cross(above, value, -2 * se, None), _cross(above, value, 2 * se, None)
        return Profile(self.model.design.names[place], value, low, high)


# ---- degrees of freedom ----


def satterthwaite(model: Mixed, contrasts: np.ndarray | None = None) -> list[float]:
    """Degrees of freedom of contrasts (default: each coefficient), from how the likelihood bends in the variances.

    The asymptotic covariance of all variance parameters comes from second differences of the deviance; parameters at 0 take
    no part, as they cannot move both ways.
    """
    rows = np.eye(len(model.beta)) if contrasts is None else np.atleast_2d(contrasts)
    rows = np.linalg.solve(model.upper.T, rows.T).T
    algebra = model.algebra
    even = np.concatenate([mixed._diagonal(one.width) for one in model.terms]) if model.terms else np.empty(0, bool)
    scale = mixed._scale(model.y, model.design, model.terms, model.sampling)
    at = np.concatenate([model.theta, [] if model.known else [model.sigma]])
    sizes = np.concatenate([scale, [] if model.known else [model.sigma]])
    free = algebra.n - algebra.p if model.reml else algebra.n

    def solved(point: np.ndarray) -> tuple[Solution, float]:
        return algebra.solve(point[: len(model.theta)]), 1.0 if model.known else float(point[-1])

    def deviance(point: np.ndarray) -> float:
        found, sigma = solved(point)
        value = found.log_det + (found.log_det_x if model.reml else 0.0) + found.rss / sigma**2
        return value + free * math.log(sigma**2)

    def variances(point: np.ndarray) -> np.ndarray:
        found, sigma = solved(point)
        return sigma**2 * (np.linalg.solve(found.x_factor, rows.T) ** 2).sum(axis=0)

    moving = [place for place in range(len(at)) if place >= len(even) or not even[place] or at[place] > 1e-4 * sizes[place]]
    if not moving:
        return [math.inf] * len(rows)
    curve = optimise.hessian(deviance, at, sizes, np.array(moving))
    values, vectors = np.linalg.eigh(curve * np.outer(sizes[moving], sizes[moving]))
    kept = values > FLAT * values.max()
    spread = 2 * (vectors[:, kept] / values[kept]) @ vectors[:, kept].T * np.outer(sizes[moving], sizes[moving])
    slopes = []
    for place in moving:
        step = np.zeros(len(at))
        step[place] = 1e-4 * max(abs(at[place]), sizes[place])
        slopes.append((variances(at + step) - variances(at - step)) / (2 * step[place]))
    slope = np.array(slopes)
    below = np.einsum("ic,ij,jc->c", slope, spread, slope)
    return [float(2 * v**2 / b) if b > 0 else math.inf for v, b in zip(variances(at), below, strict=True)]
