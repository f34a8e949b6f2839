"""Whether small studies say something else than large ones: Egger, Begg, trim and fill, PET-PEESE.

None of these tests sees publication bias itself; heterogeneity and small-study effects of other origin look the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from replicate.problems import Problem, unknown

from . import design, heterogeneity, pool
from .design import INTERCEPT, Design
from .distributions import two_sided
from .pool import Coefficient, Pool

PREDICTORS = ("sei", "vi", "ni", "ninv", "sqrtni", "sqrtninv")
TO_ZERO = ("sei", "vi", "ninv", "sqrtninv")  # predictors that are 0 for a study of infinite size
LARGEST_EXACT = 170  # studies up to which the p of Kendall is counted out where there are no ties
TURNS = 100


@dataclass(frozen=True)
class Asymmetry:
    """Egger's regression: the slope on a measure of precision, and the effect of a study of infinite size."""

    predictor: str
    model: str
    slope: Coefficient
    limit: Coefficient | None


def egger(model: Pool, predictor: str = "sei", classical: bool = False, n: np.ndarray | None = None) -> Asymmetry:
    """The regression test for funnel asymmetry within the model, or as the classical weighted regression with a free scale.

    `n` are sample sizes, for the predictors that are made of them.
    """
    if predictor not in PREDICTORS:
        raise unknown("predictor", predictor, PREDICTORS)
    if predictor in ("sei", "vi"):
        values = np.sqrt(model.v) if predictor == "sei" else model.v
    elif n is None:
        raise Problem(f"the predictor {predictor} needs sample sizes")
    else:
        sizes = np.asarray(n, float)
        values = {"ni": sizes, "ninv": 1 / sizes, "sqrtni": np.sqrt(sizes), "sqrtninv": 1 / np.sqrt(sizes)}[predictor]
    matrix = np.column_stack([model.design.matrix, values])
    if design.redundant(matrix) is not None:
        raise Problem(f"all studies have the same {predictor}: an asymmetry cannot be seen")
    names = (*model.design.names, predictor)
    wider = Design(matrix, names, {**model.design.terms, predictor: (len(names) - 1,)})
    if classical:
        lines = _weighted(model, wider)
    else:
        lines = pool.fit(model.y, model.v, wider, model.method, model.test, model.level).coefficients
    alone = model.design.names == (INTERCEPT,) and predictor in TO_ZERO
    return Asymmetry(predictor, "lm" if classical else "rma", lines[-1], lines[0] if alone else None)


def _weighted(model: Pool, wider: Design) -> tuple[Coefficient, ...]:
    """Least squares weighted by 1 / v, its scale estimated: what Egger proposed."""
    if (model.v == 0).any():
        raise Problem("a variance of 0 has no weight; the classical test needs all variances above 0")
    free = model.k - len(wider.names)
    if free < 1:
        raise Problem(f"{model.k} studies leave no degrees of freedom for a test of asymmetry")
    basis, upper = np.linalg.qr(wider.matrix)
    fit = heterogeneity.weigh(model.y, 1 / model.v, basis)
    back = np.linalg.inv(upper)
    cov = back @ fit.cov @ back.T * fit.rss / free
    return tuple(pool.coefficients(wider.names, back @ fit.b, np.sqrt(np.diag(cov)), free, model.level))


@dataclass(frozen=True)
class Rank:
    """Begg's test: Kendall's tau of effects and variances; `exact` where every order was counted."""

    tau: float
    p: float
    exact: bool


def begg(model: Pool) -> Rank:
    """Kendall's rank correlation of the standardised effects and their variances."""
    if model.moderators is not None:
        raise Problem("the rank test is one of a mean; leave the moderators out")
    if (model.v == 0).any():
        raise Problem("a variance of 0 cannot be standardised by; the rank test needs all variances above 0")
    w = 1 / model.v
    mean = float((w * model.y).sum() / w.sum())
    standard = (model.y - mean) / np.sqrt(model.v - 1 / w.sum())
    return kendall(standard, model.v)


def kendall(x: np.ndarray, y: np.ndarray) -> Rank:
    """Kendall's tau-b: its p counted out where there are no ties, else by the normal distribution."""
    from scipy.stats import kendalltau

    k = len(x)
    ties = len(set(x.tolist())) < k or len(set(y.tolist())) < k
    if len(set(x.tolist())) < 2 or len(set(y.tolist())) < 2:
        raise Problem("all studies have the same variance: a rank test has nothing to go by")
    tau = float(kendalltau(x, y).statistic)
    if not ties and k <= LARGEST_EXACT:
        return Rank(tau, float(kendalltau(x, y, method="exact").pvalue), True)
    # The asymptotic p is left uncorrected for continuity, with the variance under ties.
    upper = np.triu_indices(k, 1)
    s = float(np.sign(np.subtract.outer(x, x)[upper] * np.subtract.outer(y, y)[upper]).sum())
    groups = [np.unique(column, return_counts=True)[1].astype(float) for column in (x, y)]
    one = [float((g * (g - 1) * (2 * g + 5)).sum()) for g in groups]
    two = [float((g * (g - 1) * (g - 2)).sum()) for g in groups]
    three = [float((g * (g - 1)).sum()) for g in groups]
    variance = (k * (k - 1) * (2 * k + 5) - sum(one)) / 18
    variance += two[0] * two[1] / (9 * k * (k - 1) * (k - 2)) if k > 2 else 0.0
    variance += three[0] * three[1] / (2 * k * (k - 1))
    return Rank(tau, two_sided(s / math.sqrt(variance)), False)


@dataclass(frozen=True)
class Filled:
    """Trim and fill: how many studies lack on which side, the filled studies, and the model with them."""

    estimator: str
    side: str
    missing: int
    se: float
    p: float | None
    y: tuple[float, ...]
    v: tuple[float, ...]
    model: Pool


def trim_and_fill(model: Pool, estimator: str = "L0", side: str | None = None) -> Filled:
    """How many studies lack, by Duval and Tweedie's L0, R0 or Q0; `side` is left, right or the model's own guess."""
    if estimator not in MISSING:
        raise unknown("estimator", estimator, MISSING)
    if model.moderators is not None:
        raise Problem("trim and fill is for a mean; leave the moderators out")
    if side is None:
        side = "right" if _leaning(model) < 0 else "left"
    flip = -1.0 if side == "right" else 1.0
    order = np.argsort(flip * model.y, kind="stable")
    y, v, k = flip * model.y[order], model.v[order], model.k
    missing, before, se, mean = 0, -1, 0.0, 0.0
    for _ in range(TURNS):
        if missing == before:
            break
        before = missing
        if k - missing < 2:
            raise Problem("trim and fill trimmed all studies but one; these effects allow no such estimate")
        mean = float(pool.fit(y[: k - missing], v[: k - missing], method=model.method).beta[0])
        centred = y - mean
        # Equal distances are ranked in their order, as R's "first".
        ranks = np.empty(k)
        ranks[np.argsort(np.abs(centred), kind="stable")] = np.arange(1, k + 1)
        raw, se = MISSING[estimator](np.sign(centred) * ranks, k)
        missing = max(0, round(raw))
    else:
        raise Problem("trim and fill went to and fro and settled on no number of missing studies")
    if not missing:
        return Filled(estimator, side, 0, se, _r0_p(0) if estimator == "R0" else None, (), (), model)
    filled = flip * (mean - (y[k - missing :] - mean))
    added = v[k - missing :]
    wider = pool.fit(
        np.concatenate([model.y, filled]), np.concatenate([model.v, added]), None, model.method, model.test, model.level
    )
    p = _r0_p(missing) if estimator == "R0" else None
    return Filled(estimator, side, missing, se, p, tuple(filled.tolist()), tuple(added.tolist()), wider)


def _leaning(model: Pool) -> float:
    matrix = np.column_stack([np.ones(model.k), np.sqrt(model.v)])
    if design.redundant(matrix) is not None:
        raise Problem("all studies have the same variance: the side of missing studies cannot be seen")
    if model.k < 3:
        raise Problem("two studies have no side where others could lack")
    return float(pool.fit(model.y, model.v, Design(matrix, (INTERCEPT, "sei"), {}), model.method).beta[1])


def _r0(signed: np.ndarray, k: int) -> tuple[float, float]:
    below = -signed[signed < 0]
    raw = k - (float(below.max()) if len(below) else 0.0) - 1
    return raw, math.sqrt(2 * max(0.0, raw) + 2)


def _rank_variance(raw: float, k: int) -> float:
    rest = 10 * raw**3 + 27 * raw**2 + 17 * raw - 18 * k * raw**2 - 18 * k * raw + 6 * k**2 * raw
    return max(0.0, (k * (k + 1) * (2 * k + 1) + rest) / 24)


def _l0(signed: np.ndarray, k: int) -> tuple[float, float]:
    raw = (4 * float(signed[signed > 0].sum()) - k * (k + 1)) / (2 * k - 1)
    return raw, 4 * math.sqrt(_rank_variance(raw, k)) / (2 * k - 1)


def _q0(signed: np.ndarray, k: int) -> tuple[float, float]:
    inner = 2 * k**2 - 4 * float(signed[signed > 0].sum()) + 0.25
    raw = k - 0.5 - math.sqrt(max(inner, 0.0))
    below = (k - 0.5) ** 2 - raw * (2 * k - raw - 1)
    return raw, 2 * math.sqrt(_rank_variance(raw, k)) / math.sqrt(below) if below > 0 else math.inf


MISSING = {"L0": _l0, "R0": _r0, "Q0": _q0}


def _r0_p(missing: int) -> float:
    """The chance of so many by R0 where none lack."""
    return 1 - sum(0.5 ** (m + 2) for m in range(-1, missing))


@dataclass(frozen=True)
class PetPeese:
    """The effect of a study without error: PET's where it does not differ from 0 (one-sided 5%), else PEESE's."""

    pet: Coefficient
    peese: Coefficient
    chosen: str

    @property
    def estimate(self) -> Coefficient:
        return self.pet if self.chosen == "PET" else self.peese


def pet_peese(model: Pool) -> PetPeese:
    """Weighted regressions on the standard error and on the variance, scale estimated, and the usual choice between them."""
    if model.moderators is not None:
        raise Problem("PET-PEESE is for a mean; leave the moderators out")
    pet = egger(model, "sei", classical=True).limit
    peese = egger(model, "vi", classical=True).limit
    if pet is None or peese is None or pet.p is None:
        raise Problem("PET-PEESE needs a mean and three studies of different size")
    # The test is one-sided in the direction of the pooled effect.
    towards = pet.estimate * model.estimate.estimate > 0
    return PetPeese(pet, peese, "PEESE" if towards and pet.p < 0.10 else "PET")
