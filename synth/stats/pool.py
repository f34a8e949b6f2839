"""Pooling effects of known sampling variance: common effect, random effects, regression on moderators.

The conventions are those of metafor 3.8 (docs/statistics.md lists them): I2 and H2 rest on tau2 and the typical variance,
intervals are normal under `z` and t(k - p) under `t`, `knha` and `adhoc`, the prediction interval with them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from replicate.problems import Problem, unknown

from . import design, heterogeneity
from .design import INTERCEPT, Design
from .distributions import chi2_tail, f_tail, quantile, two_sided
from .heterogeneity import COMMON, METHODS, Effects

TESTS = ("z", "t", "knha", "adhoc")
TINY = float(np.finfo(float).eps)
UNSTABLE, APART, LARGEST = 1e7, 1e14, 1e100


@dataclass(frozen=True)
class Coefficient:
    """One line of a model. What cannot be said (a t of no degrees of freedom) is None."""

    name: str
    estimate: float
    se: float
    statistic: float
    df: float | None
    p: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Fitted:
    """Log likelihood and what is made of it: the restricted one under REML, else the full one."""

    log_likelihood: float
    deviance: float
    aic: float
    bic: float
    aicc: float


@dataclass(frozen=True)
class Joint:
    """Several coefficients at once: chi-squared under z, F else; `df2` is None under z."""

    statistic: float
    df1: int
    df2: int | None
    p: float | None


@dataclass(frozen=True)
class Pool:
    """A fitted model. Q, I2 and H2 are None where an effect of variance 0 forbids them; `r2` where there are no moderators."""

    method: str
    test: str
    level: float
    k: int
    coefficients: tuple[Coefficient, ...]
    cov: np.ndarray
    tau2: float
    tau2_se: float | None
    q: float | None
    q_df: int
    q_p: float | None
    i2: float | None
    h2: float | None
    scale: float
    fit: Fitted
    moderators: Joint | None
    r2: float | None
    design: Design = field(repr=False)
    y: np.ndarray = field(repr=False)
    v: np.ndarray = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def estimate(self) -> Coefficient:
        """The first coefficient: the pooled effect, where there are no moderators."""
        return self.coefficients[0]

    @property
    def beta(self) -> np.ndarray:
        return np.array([one.estimate for one in self.coefficients])

    @property
    def df(self) -> int | None:
        return None if self.test == "z" else self.k - len(self.coefficients)

    @property
    def fitted(self) -> np.ndarray:
        return self.design.matrix @ self.beta


@dataclass(frozen=True)
class Prediction:
    """A pooled effect at given moderators, its interval, and the interval of a new true effect there."""

    estimate: float
    se: float
    low: float | None
    high: float | None
    new_low: float | None
    new_high: float | None


def fit(
    y: Sequence[float] | np.ndarray,
    v: Sequence[float] | np.ndarray,
    model: Design | None = None,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> Pool:
    """The model of effects `y` with sampling variances `v`; a Problem says why there is none."""
    effects, variances, notes = checked(y, v)
    chosen = design.ones(len(effects)) if model is None else model
    _possible(chosen, len(effects), method, test, level)
    basis, upper = np.linalg.qr(chosen.matrix)
    data = Effects(effects, variances, basis)
    found = METHODS[method](data)
    state = heterogeneity.weigh(effects, data.at(found.value).w, basis)
    back = np.linalg.inv(upper)
    scale = _scale(state.rss, data, test)
    if scale == 0 and test != "z":
        raise Problem(
            "the effects lie on the model without any rest, so that Knapp and Hartung's variance is 0; use --test adhoc or z"
        )
    beta, cov = back @ state.b, scale * back @ state.cov @ back.T
    df = None if test == "z" else data.k - data.p
    q, q_p, i2, h2 = _heterogeneity(data, found.value, method)
    if q is None:
        notes.append("no Q, I2 or H2: an effect of variance 0 has no weight in them")
    if found.note:
        notes.append(found.note)
    if test in ("knha", "adhoc") and method in COMMON:
        notes.append("Knapp and Hartung's variance is meant for random effects")
    return Pool(
        method=method,
        test=test,
        level=level,
        k=data.k,
        coefficients=tuple(coefficients(chosen.names, beta, np.sqrt(np.diag(cov)), df, level)),
        cov=cov,
        tau2=float(found.value),
        tau2_se=found.se,
        q=q,
        q_df=data.k - data.p,
        q_p=q_p,
        i2=i2,
        h2=h2,
        scale=scale,
        fit=_fitted(data, state, method),
        moderators=_moderators(chosen, beta, cov, df),
        r2=_r2(effects, variances, chosen, found.value, method),
        design=chosen,
        y=effects,
        v=variances,
        notes=tuple(notes),
    )


def checked(y: Sequence[float] | np.ndarray, v: Sequence[float] | np.ndarray) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Effects and variances as arrays; a Problem for what is not finite, for a negative variance, and for one effect alone."""
    effects, variances = np.asarray(y, float), np.asarray(v, float)
    if effects.ndim != 1 or effects.shape != variances.shape:
        raise Problem(f"{effects.size} effects and {variances.size} variances; every effect has one variance")
    bad = np.flatnonzero(~(np.isfinite(effects) & np.isfinite(variances)))
    if len(bad):
        row = int(bad[0])
        raise Problem(f"row {row + 1}: effect {effects[row]:g}, variance {variances[row]:g}; both have to be finite numbers")
    bad = np.flatnonzero(variances < 0)
    if len(bad):
        row = int(bad[0])
        raise Problem(
            f"row {row + 1}: the variance is {variances[row]:g}; a variance is above 0 (are these standard errors: --se?)"
        )
    if len(effects) < 2:
        raise Problem(f"{len(effects)} effect{'s' * (len(effects) != 1)}: there is nothing to pool; at least two are needed")
    notes = list[str]()
    if (variances == 0).any():
        notes.append(f"{int((variances == 0).sum())} of {len(effects)} effects have the variance 0")
    above = variances[variances > 0]
    if max(float(np.abs(effects).max()), float(variances.max())) > LARGEST:
        raise Problem(f"an effect or a variance above {LARGEST:g} is none that could be pooled; look at its unit")
    if len(above) and above.max() / above.min() > APART:
        raise Problem(
            f"the largest variance is {above.max() / above.min():.0e} times the smallest: more digits than a computer has; "
            "an exact number among estimates has the variance 0"
        )
    if len(above) and above.max() / above.min() >= UNSTABLE:
        notes.append(f"the largest variance is {above.max() / above.min():.0e} times the smallest; the result may be unstable")
    return effects, variances, notes


def _possible(model: Design, k: int, method: str, test: str, level: float) -> None:
    if method not in METHODS:
        raise unknown("method", method, METHODS)
    if test not in TESTS:
        raise unknown("test", test, TESTS)
    if not 0 < level < 1:
        raise Problem(f"a level lies between 0 and 1, not at {level:g} (0.95 is usual)")
    needed = model.matrix.shape[1] + (method not in COMMON)
    if needed > k:
        raise Problem(f"{needed} parameters and {k} effects; a model needs at least as many effects as parameters")
    design.check_rank(model.matrix, model.names, "the model")


def _scale(rss: float, data: Effects, test: str) -> float:
    """What Knapp and Hartung multiply the variances by."""
    if test not in ("knha", "adhoc") or data.k == data.p:
        return 1.0
    found = 0.0 if rss <= TINY else rss / (data.k - data.p)
    return max(found, 1.0) if test == "adhoc" else found


def coefficients(
    names: Sequence[str], beta: np.ndarray, se: np.ndarray, df: float | Sequence[float] | None, level: float
) -> list[Coefficient]:
    """Lines of a model: each estimate with its test and interval; `df` for all of them or for each."""
    free: list[float | None] = [df] * len(names) if df is None or isinstance(df, (int, float)) else list(df)
    made = []
    for name, estimate, error, one in zip(names, beta, se, free, strict=True):
        value, spread, known = float(estimate), float(error), one is None or one > 0
        half = quantile(level, one) * spread if known else None
        p = two_sided(value / spread, one) if known else None
        ends = (None, None) if half is None else (value - half, value + half)
        made.append(Coefficient(name, value, spread, value / spread, None if one is None else float(one), p, *ends))
    return made


def _heterogeneity(data: Effects, tau2: float, method: str) -> tuple[float | None, float | None, float | None, float | None]:
    free = data.k - data.p
    if not data.positive:
        return None, None, None, None
    if not free:
        return 0.0, 1.0, 0.0, 1.0
    plain = data.at(0.0)
    q = max(0.0, plain.rss)
    if method in COMMON:
        return q, chi2_tail(q, free), 100 * max(0.0, (q - free) / q) if q else 0.0, q / free
    typical = free / plain.trace
    return q, chi2_tail(q, free), 100 * tau2 / (typical + tau2), tau2 / typical + 1


def _fitted(data: Effects, state: heterogeneity.State, method: str) -> Fitted:
    k, p, restricted = data.k, data.p, method == "REML"
    half = math.log(2 * math.pi) / 2
    value = state.log_likelihood(restricted) - half * (k - p if restricted else k)
    count, parameters = (k - p if restricted else k), p + (method not in COMMON)
    deviance = -2 * value
    if not restricted:
        full = -half * k - float(np.log(data.v).sum()) / 2 if data.positive else 0.0
        deviance = -2 * (value - full) if k > p else 0.0
    room = max(count, parameters + 2)
    return Fitted(
        value,
        deviance,
        2 * parameters - 2 * value,
        (parameters * math.log(count) if count else 0.0) - 2 * value,
        2 * parameters * room / (room - parameters - 1) - 2 * value,
    )


def joint(beta: np.ndarray, cov: np.ndarray, at: Sequence[int], df: int | None) -> Joint:
    """The test that all these coefficients are 0."""
    places = list(at)
    value = float(beta[places] @ np.linalg.solve(cov[np.ix_(places, places)], beta[places]))
    if df is None:
        return Joint(value, len(places), None, chi2_tail(value, len(places)))
    return Joint(value / len(places), len(places), df, f_tail(value / len(places), len(places), df) if df > 0 else None)


def _moderators(model: Design, beta: np.ndarray, cov: np.ndarray, df: int | None) -> Joint | None:
    places = [place for place, name in enumerate(model.names) if name != INTERCEPT]
    return joint(beta, cov, places, df) if places else None


def _r2(y: np.ndarray, v: np.ndarray, model: Design, tau2: float, method: str) -> float | None:
    """The share of tau2 that the moderators account for; under a common effect the adjusted share of the weighted squares."""
    if not model.intercept or len(model.names) == 1:
        return None
    alone = design.ones(len(y))
    if method in COMMON:
        total, rest = (heterogeneity.weigh(y, 1 / v, np.linalg.qr(one.matrix)[0]).rss for one in (alone, model))
        free = len(y) - len(model.names)
        return max(0.0, 100 * (1 - (rest / free) / (total / (len(y) - 1)))) if free and total else None
    before = METHODS[method](Effects(y, v, np.linalg.qr(alone.matrix)[0])).value
    return max(0.0, 100 * (before - tau2) / before) if before > 0 else 0.0


def predict(model: Pool, moderators: Sequence[float] = ()) -> Prediction:
    """The effect at these moderators (none: the pooled effect), and where a new true effect would lie."""
    row = np.array([*([1.0] if model.design.intercept else []), *moderators])
    if len(row) != len(model.coefficients):
        raise Problem(f"{len(moderators)} moderators; the model has {', '.join(model.design.names)}")
    value, variance = float(row @ model.beta), float(row @ model.cov @ row)
    if model.df is not None and model.df < 1:
        return Prediction(value, math.sqrt(variance), None, None, None, None)
    crit = quantile(model.level, model.df)
    half, wide = crit * math.sqrt(variance), crit * math.sqrt(variance + model.tau2)
    return Prediction(value, math.sqrt(variance), value - half, value + half, value - wide, value + wide)


@dataclass(frozen=True)
class Spread:
    """Intervals by the Q-profile; None where no tau2 fits effects that are so alike."""

    tau2: tuple[float, float] | None
    i2: tuple[float, float] | None
    h2: tuple[float, float] | None


def spread(model: Pool) -> Spread:
    """The intervals of tau2, I2 and H2."""
    data = Effects(model.y, model.v, np.linalg.qr(model.design.matrix)[0])
    if not data.positive or data.k == data.p or model.method in COMMON:
        return Spread(None, None, None)
    found = heterogeneity.interval(data, model.level)
    if found is None:
        return Spread(None, None, None)
    typical = (data.k - data.p) / data.at(0.0).trace
    share = [100 * tau2 / (tau2 + typical) for tau2 in found]
    return Spread(found, (share[0], share[1]), (found[0] / typical + 1, found[1] / typical + 1))
