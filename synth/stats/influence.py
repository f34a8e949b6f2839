"""What a pooled result owes to single studies: all but one, one after the other, and how far each one pulls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from replicate.problems import Failure, Problem

from . import design, pool
from .design import Design
from .pool import Pool

FLAT = 100 * float(np.finfo(float).eps)


@dataclass(frozen=True)
class Pull:
    """One study: its studentised deleted residual, and what changes without it. None where the rest allows no model."""

    residual: float | None
    dffits: float | None
    cook: float | None
    covariance_ratio: float | None
    tau2: float | None
    q: float | None
    hat: float
    weight: float
    dfbetas: tuple[float, ...]
    influential: bool


def refit(model: Pool, rows: np.ndarray) -> Pool | None:
    """The same model of some of the studies; None where they are too few or a moderator stands still among them."""
    kept = model.design.rows(rows)
    if design.redundant(kept.matrix) is not None:
        return None
    try:
        return pool.fit(model.y[rows], model.v[rows], kept, model.method, model.test, model.level)
    except (Problem, Failure):
        return None


def without(k: int, at: int) -> np.ndarray:
    """The places of all rows but one."""
    return np.delete(np.arange(k), at)


def leave_one_out(model: Pool) -> list[Pool | None]:
    """The model without each study in turn."""
    return [refit(model, without(model.k, row)) for row in range(model.k)]


def cumulative(model: Pool, order: Sequence[float] | None = None) -> list[Pool | None]:
    """The model of the first study, the first two and so on, in the order of some number (a year) or of the table.

    One study alone is its own effect, with a normal interval.
    """
    if model.moderators is not None:
        raise Problem("a cumulative analysis is one of a mean; leave the moderators out")
    places = np.arange(model.k) if order is None else np.argsort(np.asarray(order, float), kind="stable")
    return [_single(model, int(places[0])), *(refit(model, places[:count]) for count in range(2, model.k + 1))]


def _single(model: Pool, row: int) -> Pool:
    value, se = float(model.y[row]), math.sqrt(model.v[row])
    line = pool.coefficients(model.design.names, np.array([value]), np.array([se]), None, model.level)
    return replace(
        model, test="z", k=1, coefficients=tuple(line), cov=np.array([[se**2]]), tau2=0.0, tau2_se=None, q=0.0, q_df=0,
        q_p=1.0, i2=0.0, h2=1.0, scale=1.0, y=model.y[[row]], v=model.v[[row]], design=design.ones(1),
    )  # fmt: skip


def influence(model: Pool) -> list[Pull]:
    """How far each study pulls the model, by the measures and marks of metafor's `influence`."""
    x, beta, p = model.design.matrix, model.beta, len(model.coefficients)
    w = 1 / (model.v + model.tau2)
    plain = np.linalg.inv((x.T * w) @ x)
    hat = np.einsum("ij,jk,ik->i", x, plain, x) * w
    inverse = np.linalg.inv(model.cov)
    found = []
    for row in range(model.k):
        rest = refit(model, without(model.k, row))
        weight = 100 * float(w[row] / w.sum())
        if rest is None:
            found.append(Pull(None, None, None, None, None, None, float(hat[row]), weight, (), False))
            continue
        moved = beta - rest.beta
        total = model.v[row] + rest.tau2
        left = float(model.y[row] - x[row] @ rest.beta)
        left = 0.0 if abs(left) < FLAT else left
        spread = total * rest.scale + float(x[row] @ rest.cov @ x[row])
        dffits = float(x[row] @ moved) / math.sqrt(rest.scale * hat[row] * total)
        other = np.linalg.inv((x.T / (model.v + rest.tau2)) @ x)
        dfbetas = moved / np.sqrt(rest.scale * np.diag(other))
        cook = float(moved @ inverse @ moved)
        ratio = float(np.linalg.det(rest.cov) / np.linalg.det(model.cov))
        marked = (
            abs(dffits) > 3 * math.sqrt(p / (model.k - p))
            or _chi2_below(cook, p) > 0.5
            or hat[row] > 3 * p / model.k
            or bool((np.abs(dfbetas) > 1).any())
        )
        found.append(
            Pull(
                left / math.sqrt(spread), dffits, cook, ratio, rest.tau2, rest.q, float(hat[row]), weight,
                tuple(float(one) for one in dfbetas), bool(marked),
            )
        )  # fmt: skip
    return found


def _chi2_below(value: float, df: int) -> float:
    from scipy.special import chdtr

    return float(chdtr(df, value))


@dataclass(frozen=True)
class Subgroups:
    """A model of each group, and the test that they differ: each group with its own tau2, or one for all."""

    groups: dict[str, Pool | None]
    q: float | None
    df: int
    p: float | None


def subgroups(model: Pool, labels: Sequence[str]) -> Subgroups:
    """The mean of each group, each with its own tau2; Q between them on their standard errors under z."""
    if model.moderators is not None:
        raise Problem("subgroups are of a mean; leave the moderators out, or name the column among them")
    names = sorted(set(labels))
    if len(names) < 2:
        raise Problem(f"one subgroup, {names[0]}; at least two are needed")
    rows = {name: np.array([row for row, label in enumerate(labels) if label == name]) for name in names}
    groups = {name: refit(model, rows[name]) if len(rows[name]) > 1 else _single(model, int(rows[name][0])) for name in names}
    known = [one for one in groups.values() if one is not None]
    if len(known) < 2:
        return Subgroups(groups, None, len(known) - 1, None)
    means, variances = (np.array(column) for column in zip(*((one.beta[0], one.cov[0, 0]) for one in known), strict=True))
    mean = (means / variances).sum() / (1 / variances).sum()
    q = float(((means - mean) ** 2 / variances).sum())
    return Subgroups(groups, q, len(known) - 1, pool.chi2_tail(q, len(known) - 1))


def permutation(model: Pool, draws: int = 1000, seed: int = 0) -> list[float]:
    """Two-sided p of each coefficient when effects are dealt to the moderators' rows at random; of a mean, when signs are.

    The observed arrangement is one of the draws.
    """
    rng = np.random.default_rng(seed)
    observed = np.array([abs(one.statistic) for one in model.coefficients])
    hits, done = np.ones(len(observed)), 1
    for _ in range(draws):
        if model.moderators is None:
            y, x = model.y * rng.choice([-1.0, 1.0], model.k), model.design
        else:
            y, x = model.y, Design(model.design.matrix[rng.permutation(model.k)], model.design.names, model.design.terms)
        try:
            drawn = pool.fit(y, model.v, x, model.method, model.test, model.level)
        except (Problem, Failure):
            continue
        done += 1
        hits += np.array([abs(one.statistic) for one in drawn.coefficients]) >= observed - 1e-12
    return [float(one) for one in hits / done]
