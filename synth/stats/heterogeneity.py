"""How much true effects differ: estimators of tau2, and its interval by the Q-profile.

One piece of algebra serves all of them: with weights 1 / (v + tau2), what a model leaves of the effects, and the traces
of the projection. The columns of the model are made orthonormal first, so that a moderator like a year costs no digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from replicate.problems import Failure, Problem

TURNS = 500
CLOSE = 2e-14  # of tau2 and the mean variance; steps shorter than this end an iteration
NEAR = 0.03  # of tau2 and the mean variance; steps shorter than this go on as Newton's
NOTHING = 1e-12  # of the mean variance; a tau2 that is still falling below this is 0
COMMON = ("FE", "EE", "CE")


@dataclass(frozen=True)
class State:
    """A weighted fit on orthonormal columns: weights, coefficients, their covariance, residuals, and the sum of squares."""

    w: np.ndarray
    b: np.ndarray
    cov: np.ndarray
    left: np.ndarray
    rss: float
    basis: np.ndarray

    @cached_property
    def second(self) -> np.ndarray:
        """(X'WX)^-1 X'WWX."""
        return self.cov @ self.moment(2)

    @cached_property
    def trace(self) -> float:
        """Of P = W - WX(X'WX)^-1 X'W."""
        return float(self.w.sum() - self.second.trace())

    @cached_property
    def trace_squared(self) -> float:
        """Of PP."""
        mixed = (self.cov * self.moment(3)).sum()
        return float(self.w @ self.w - 2 * mixed + (self.second * self.second.T).sum())

    @cached_property
    def projected(self) -> np.ndarray:
        """Py."""
        return self.w * self.left

    @cached_property
    def score(self) -> float:
        """y'PPy."""
        return float(self.projected @ self.projected)

    @property
    def bend(self) -> float:
        """y'PPPy."""
        weighted = self.w * self.projected
        inner = self.basis.T @ weighted
        return float(self.projected @ weighted - inner @ self.cov @ inner)

    def moment(self, power: int) -> np.ndarray:
        """X'W^power X."""
        return (self.basis.T * self.w**power) @ self.basis

    def log_likelihood(self, restricted: bool) -> float:
        """Of the effects, up to a constant that no weight changes."""
        value = float(np.log(self.w).sum()) - self.rss
        return (value + float(np.linalg.slogdet(self.cov)[1]) if restricted else value) / 2


def weigh(y: np.ndarray, w: np.ndarray, basis: np.ndarray) -> State:
    """The fit of effects on orthonormal columns with these weights."""
    weighted = basis.T * w
    gram = weighted @ basis
    cov = 1 / gram if gram.shape == (1, 1) else np.linalg.inv(gram)
    b = cov @ (weighted @ y)
    left = y - basis @ b
    return State(w, b, cov, left, float((w * left * left).sum()), basis)


@dataclass(frozen=True)
class Tau2:
    """An estimate of tau2 and its standard error (None where the method has none); `note` says what was peculiar."""

    value: float
    se: float | None
    note: str = ""


class Effects:
    """Effects, their variances and the columns of the model, made ready for many fits."""

    def __init__(self, y: np.ndarray, v: np.ndarray, basis: np.ndarray) -> None:
        self.y, self.v, self.basis = y - y.mean(), v, basis
        self.k, self.p = basis.shape
        self.positive = bool((v > 0).all())

    def at(self, tau2: float) -> State:
        total = self.v + tau2
        if (total <= 0).any():
            raise Problem(
                "an effect has the variance 0 and tau2 is estimated as 0: its weight would be infinite; "
                "give its true variance or leave it out"
            )
        return weigh(self.y, 1 / total, self.basis)

    def need_positive(self, method: str) -> None:
        if not self.positive:
            raise Problem(f"{method} cannot weigh an effect of variance 0; use REML, ML, HE or SJ, or give its true variance")

    def hedges(self) -> tuple[float, State]:
        """The unweighted estimate, uncut, and the unweighted fit."""
        plain = weigh(self.y, np.ones(self.k), self.basis)
        kept = self.v.sum() - float(((self.basis**2).T @ self.v).sum())
        return (plain.rss - kept) / (self.k - self.p), plain

    def product_traces(self, fit: State) -> tuple[float, float]:
        """Traces of PVPV and of PVP."""
        b, w, v = fit.basis, fit.w, self.v
        one = (b.T * (w * w * v)) @ b
        two = (b.T * (w * w * v * v * w)) @ b
        cross = fit.cov @ one
        pvpv = float(((w * v) ** 2).sum() - 2 * (fit.cov * two).sum() + (cross * cross.T).sum())
        three = (b.T * (w**3 * v)) @ b
        pvp = float((w * w * v).sum() - 2 * (fit.cov * three).sum() + (fit.second * cross.T).sum())
        return pvpv, pvp


def _common(data: Effects) -> Tau2:
    data.need_positive("a common effect")
    return Tau2(0.0, None)


def _moments_se(data: Effects, fit: State, tau2: float, scale: float) -> float:
    free = data.k - data.p
    return scale * math.sqrt(2 * free + 4 * tau2 * fit.trace + 2 * tau2**2 * fit.trace_squared)


def _dersimonian_laird(data: Effects) -> Tau2:
    data.need_positive("DL")
    fit = data.at(0.0)
    value = max(0.0, (fit.rss - (data.k - data.p)) / fit.trace)
    return Tau2(value, _moments_se(data, fit, value, 1 / fit.trace))


def _hedges(data: Effects) -> Tau2:
    found, plain = data.hedges()
    value, free = max(0.0, found), data.k - data.p
    pvpv, trace = data.product_traces(plain)
    return Tau2(value, math.sqrt(2 * pvpv + 4 * value * trace + 2 * value**2 * free) / free)


def _hunter_schmidt(data: Effects, corrected: bool) -> Tau2:
    data.need_positive("HS")
    fit, more = data.at(0.0), data.k / (data.k - data.p) if corrected else 1.0
    value = max(0.0, (more * fit.rss - data.k) / fit.w.sum())
    return Tau2(value, _moments_se(data, fit, value, more / float(fit.w.sum())))


def _sidik_jonkman(data: Effects) -> Tau2:
    first = float(data.y.var())
    if not first:
        raise Problem("SJ starts from the variance of the effects, and all effects are equal; use another estimator")
    fit, free = data.at(first), data.k - data.p
    value = first * fit.rss / free
    pvpv, pvp = data.product_traces(fit)
    spread = 2 * pvpv + 4 * value * pvp + 2 * value**2 * fit.trace_squared
    return Tau2(value, first / free * math.sqrt(spread))


def _general_se(data: Effects, tau2: float) -> float:
    """Of every estimator that sets the generalised Q to its expectation."""
    return math.sqrt(2 * data.k**2 / (data.k - data.p)) / float((1 / (data.v + tau2)).sum())


def solve_q(data: Effects, target: float) -> float:
    """The tau2 at which the generalised Q is the target; 0 where it is below it already without any.

    Q falls and is convex, so Newton's steps from 0 come up to the root and never pass it.
    """
    value, size = 0.0, float(data.v.mean())
    fit = data.at(value)
    for _ in range(TURNS):
        step = (fit.rss - target) / fit.score if fit.score > 0 else 0.0
        if step <= CLOSE * (value + size):
            return value
        value += step
        fit = data.at(value)
    raise Failure(f"no tau2 was found in {TURNS} steps at which Q is {target:g}")


def _paule_mandel(data: Effects, median: bool) -> Tau2:
    from scipy.special import chdtri

    data.need_positive("PM")
    free = data.k - data.p
    value = solve_q(data, float(chdtri(free, 0.5)) if median else free)
    return Tau2(value, _general_se(data, value))


def _iterated_sj(data: Effects) -> Tau2:
    """Where Sidik and Jonkman's step changes nothing: at Paule and Mandel's estimate."""
    data.need_positive("SJIT")
    return _paule_mandel(data, median=False)


def _iterated_dl(data: Effects) -> Tau2:
    """Where DerSimonian and Laird's estimate with its own weights gives itself."""
    from scipy.optimize import brentq

    data.need_positive("DLIT")
    free, value = data.k - data.p, _dersimonian_laird(data).value

    def off(tau2: float) -> float:
        fit = data.at(tau2)
        return fit.rss - free - tau2 * fit.trace

    if value:
        high = value
        while off(high) > 0:
            high *= 2
        value = float(brentq(off, 0.0, high, xtol=1e-15, rtol=1e-14, maxiter=TURNS))
    fit = data.at(value)
    return Tau2(value, _moments_se(data, fit, value, 1 / fit.trace))


def _step(method: str, data: Effects, fit: State) -> tuple[float, float]:
    """A step of Fisher's scoring, and of Newton's method where the likelihood bends down (else Fisher's again)."""
    if method == "EB":
        more = data.k / (data.k - data.p)
        return (fit.rss * more - data.k) / float(fit.w.sum()), (fit.rss * more - data.k) / (fit.score * more)
    slope = fit.score - (fit.trace if method == "REML" else float(fit.w.sum()))
    expected = fit.trace_squared if method == "REML" else float(fit.w @ fit.w)
    observed = 2 * fit.bend - expected
    return slope / expected, slope / (observed if observed > 0 else expected)


def _likelihood(method: str, data: Effects) -> Tau2:
    """ML, REML and empirical Bayes from Hedges' estimate on, with halved steps at the border of 0."""
    value, size, note = max(0.0, data.hedges()[0]), float(data.v.mean()), ""
    if not data.positive and value == 0:
        value = max(float(data.y.var()), size) / 100
    for turn in range(TURNS):
        step, newton = _step(method, data, data.at(value))
        if abs(step) < NEAR * (value + size) and value + newton > 0:
            step = newton  # Fisher's steps decide which peak is climbed, Newton's climb the rest of it
        elif turn > TURNS // 2:
            step /= 2  # where full steps go to and fro
        while value + step < 0:
            step /= 2
        before, value = value, value + step
        if step < 0 and value < NOTHING * size:
            value = 0.0
            break
        if abs(value - before) <= CLOSE * (value + size):
            break
    else:
        raise Failure(f"{method} did not settle on a tau2 in {TURNS} steps; use PM or DL")
    if method != "EB" and data.positive and value > 1e-5 * size:
        none = data.at(0.0).log_likelihood(method == "REML")
        if none - data.at(value).log_likelihood(method == "REML") > 1e-4:
            value, note = 0.0, "the likelihood has two peaks; the higher one is at tau2 = 0"
    fit = data.at(value)
    if method == "EB":
        return Tau2(value, _general_se(data, value), note)
    information = fit.trace_squared if method == "REML" else float((fit.w**2).sum())
    return Tau2(value, math.sqrt(2 / information), note)


METHODS: dict[str, Callable[[Effects], Tau2]] = {
    "REML": lambda data: _likelihood("REML", data),
    "ML": lambda data: _likelihood("ML", data),
    "DL": _dersimonian_laird,
    "PM": lambda data: _paule_mandel(data, median=False),
    "PMM": lambda data: _paule_mandel(data, median=True),
    "EB": lambda data: _likelihood("EB", data),
    "HE": _hedges,
    "HS": lambda data: _hunter_schmidt(data, corrected=False),
    "HSk": lambda data: _hunter_schmidt(data, corrected=True),
    "SJ": _sidik_jonkman,
    "SJIT": _iterated_sj,
    "DLIT": _iterated_dl,
    **dict.fromkeys(COMMON, _common),
}


def interval(data: Effects, level: float) -> tuple[float, float] | None:
    """Tau2's interval by the Q-profile; None where no tau2 is large enough to be consistent with effects so alike."""
    from scipy.special import chdtri

    free, tail = data.k - data.p, (1 - level) / 2
    above, below = float(chdtri(free, tail)), float(chdtri(free, 1 - tail))
    if data.at(0.0).rss < below:
        return None
    return solve_q(data, above), solve_q(data, below)
