"""Effects that come in clusters: a variance between clusters and one within, sampling errors known (metafor's `rma.mv`)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from replicate.problems import Problem

from . import mixed, penalised, pool, profiles
from .design import INTERCEPT, Design
from .distributions import chi2_tail, quantile
from .mixed import Mixed
from .pool import Coefficient, Joint, Prediction


@dataclass(frozen=True)
class Multilevel:
    """A fitted model with the tests of its coefficients: normal under z, t(k - p) under t."""

    model: Mixed
    test: str
    level: float
    coefficients: tuple[Coefficient, ...]
    moderators: Joint | None
    q: float
    q_df: int
    q_p: float
    prediction: Prediction | None

    @property
    def df(self) -> int | None:
        return None if self.test == "z" else self.model.n - len(self.model.beta)


def fit(
    y: np.ndarray,
    v: np.ndarray,
    design: Design,
    terms: Sequence[penalised.Term],
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> Multilevel:
    """The model with any random terms; `v` holds variances, or the covariance matrix of all sampling errors."""
    if method not in ("REML", "ML"):
        raise Problem(f"a model of several variances is fitted by REML or ML, not by {method}")
    if test not in ("z", "t"):
        raise Problem(f"a model of several variances is tested by z or t, not by {test}")
    model = mixed.fit(y, design, terms, method == "REML", v)
    df = None if test == "z" else model.n - len(model.beta)
    places = [place for place, name in enumerate(design.names) if name != INTERCEPT]
    q = _q(model)
    free = model.n - len(model.beta)
    return Multilevel(
        model, test, level, tuple(model.lines(df, level)),
        pool.joint(model.beta, model.cov, places, df) if places else None,
        q, free, chi2_tail(q, free), None if places else _prediction(model, level, df),
    )  # fmt: skip


def clusters(labels: Sequence[str]) -> list[penalised.Term]:
    """The usual three levels: clusters, and effects within them."""
    rows = [f"{label}/{row}" for row, label in enumerate(labels)]
    return [penalised.term("cluster", labels), penalised.term("cluster/effect", rows)]


def _q(model: Mixed) -> float:
    """What the moderators leave, in units of the sampling errors alone."""
    found = model.algebra.solve(np.zeros(len(model.theta)))
    return found.rss


def _prediction(model: Mixed, level: float, df: int | None) -> Prediction:
    value, variance = float(model.beta[0]), float(model.cov[0, 0])
    spread = sum(one.variance for one in model.components)
    crit = quantile(level, df)
    half, wide = crit * math.sqrt(variance), crit * math.sqrt(variance + spread)
    return Prediction(value, math.sqrt(variance), value - half, value + half, value - wide, value + wide)


def components(found: Multilevel, intervals: bool = True) -> list[dict[str, object]]:
    """The variances, with intervals by the likelihood."""
    lines = profiles.profile(found.model, found.level) if intervals else []
    ends = {one.name: (one.low, one.high) for one in lines}
    return [
        {
            "name": one.name, "levels": one.levels, "variance": one.variance,
            "low": ends.get(one.name, (None, None))[0], "high": ends.get(one.name, (None, None))[1],
        }
        for one in found.model.components
    ]  # fmt: skip
