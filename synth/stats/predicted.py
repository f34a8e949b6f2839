"""Predicted random effects (BLUPs) of a mixed model, with two standard deviations and their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .distributions import quantile
from .mixed import Mixed


@dataclass(frozen=True)
class Effect:
    """A level's effect in one column. `conditional_sd` takes the fixed effects for known (as lme4), `prediction_sd` does not (as
    metafor); the interval is of the latter."""

    level: str
    column: str
    value: float
    conditional_sd: float
    prediction_sd: float
    low: float
    high: float


def effects(model: Mixed, level: float = 0.95, df: float | None = None) -> dict[str, list[Effect]]:
    """The effects of every term, level by level."""
    algebra, found = model.algebra, model.solution
    scale = _scale(model)
    inner = _inverse(model)
    # Random effects from what the fixed ones leave, and how they move with the fixed effects.
    cross = np.vstack([algebra.head_sides, algebra.tail_sides])
    sides = scale.T @ cross
    solved = inner @ sides
    values = scale @ (solved[:, -1] - solved[:, :-1] @ found.beta)
    moved = scale @ solved[:, :-1]
    conditional = np.einsum("ij,jk,ik->i", scale, inner, scale) * model.sigma**2
    prediction = conditional + np.einsum("ij,jk,ik->i", moved, _fixed(model), moved)
    crit = quantile(level, df)
    made: dict[str, list[Effect]] = {}
    start = 0
    for one in algebra.terms:
        count = len(one.levels) * one.width
        where = slice(start, start + count)
        value, inner_var, full_var = values[where], conditional[where], prediction[where]
        if one.relation is not None:
            value, inner_var, full_var = _related(model, one.name, where, scale, inner, solved)
        lines = []
        for place in range(count):
            level_name, column = one.levels[place // one.width], one.column_names[place % one.width]
            sd = float(np.sqrt(max(full_var[place], 0.0)))
            lines.append(
                Effect(
                    level_name, column, float(value[place]), float(np.sqrt(max(inner_var[place], 0.0))), sd,
                    float(value[place] - crit * sd), float(value[place] + crit * sd),
                )
            )  # fmt: skip
        made[one.name] = lines
        start = where.stop
    return {one.name: made[one.name] for one in model.terms}


def _fixed(model: Mixed) -> np.ndarray:
    """The covariance of the fixed effects of the algebra's own columns."""
    return model.upper @ model.cov @ model.upper.T


def _scale(model: Mixed) -> np.ndarray:
    """The factor of all random effects, relative to the residual."""
    algebra = model.algebra
    size = algebra.head_levels * algebra.head_width + len(algebra.tail_tail)
    made, start = np.zeros((size, size)), 0
    for one, factor in zip(algebra.terms, algebra._factors(model.theta), strict=True):
        count = len(one.levels) * one.width
        made[start : start + count, start : start + count] = np.kron(np.eye(len(one.levels)), factor)
        start += count
    return made


def _inverse(model: Mixed) -> np.ndarray:
    """(L'Z'ZL + I)^-1."""
    algebra, scale = model.algebra, _scale(model)
    m, c = algebra.head_levels, algebra.head_width
    size, h = len(scale), m * c
    gram = np.zeros((size, size))
    for place in range(m):
        gram[place * c : place * c + c, place * c : place * c + c] = algebra.head_head[place]
    gram[:h, h:], gram[h:, :h], gram[h:, h:] = algebra.head_tail, algebra.head_tail.T, algebra.tail_tail
    return np.linalg.inv(scale.T @ gram @ scale + np.eye(size))


def _related(
    model: Mixed, name: str, where: slice, scale: np.ndarray, inner: np.ndarray, solved: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same of a term whose levels are related: turned back from the independent effects that it was worked into."""
    one = next(term for term in model.terms if term.name == name)
    assert one.relation is not None
    root = np.kron(np.linalg.cholesky(one.relation), np.eye(one.width)) @ scale[where]
    moved = root @ solved[:, :-1]
    value = root @ solved[:, -1] - moved @ model.solution.beta
    conditional = np.einsum("ij,jk,ik->i", root, inner, root) * model.sigma**2
    return value, conditional, conditional + np.einsum("ij,jk,ik->i", moved, _fixed(model), moved)
