"""Kenward and Roger's correction: standard errors that know that variances were estimated, and their degrees of freedom.

The usual standard error takes the estimated variances for the true ones, and is too small where groups are few; worst where
a variance happened to be estimated as 0. All variances count here, those at 0 too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from replicate.problems import Problem

from .mixed import Mixed

LARGEST = 3000  # rows that are held as a dense matrix
FLAT = 1e-10


@dataclass(frozen=True)
class Corrected:
    """The corrected covariance of the coefficients, and the degrees of freedom of each."""

    cov: np.ndarray
    df: tuple[float, ...]

    @property
    def se(self) -> np.ndarray:
        return np.sqrt(np.diag(self.cov))


def correct(model: Mixed) -> Corrected:
    """For models fitted by REML whose terms are intercepts, with or without a relation."""
    if not model.reml or any(one.width > 1 for one in model.terms):
        raise Problem("Kenward and Roger's correction is for models of intercepts that were fitted by REML")
    if model.n > LARGEST:
        raise Problem(f"{model.n} rows; the correction is for up to {LARGEST}")
    shapes = [_shape(one) for one in model.terms]
    sizes = [one.variance for one in model.components]
    if model.sampling is None:
        shapes.append(np.eye(model.n))
        sizes.append(model.sigma**2)
        v = sum(size * shape for size, shape in zip(sizes, shapes, strict=True))
    else:
        known = np.diag(model.sampling) if model.sampling.ndim == 1 else model.sampling
        v = known + sum(size * shape for size, shape in zip(sizes, shapes, strict=True))
    x = model.design.matrix
    inverse = np.linalg.inv(v)
    weighted = inverse @ x
    phi = np.linalg.inv(x.T @ weighted)
    turned = [inverse @ shape for shape in shapes]
    moved = [one @ weighted for one in turned]
    first = [-weighted.T @ shape @ weighted for shape in shapes]
    count = len(shapes)
    second = [[moved_r.T @ v @ moved_s for moved_s in moved] for moved_r in moved]
    information = np.empty((count, count))
    for r in range(count):
        for s in range(r + 1):
            trace = float((turned[r] * turned[s].T).sum()) - 2 * float((phi * second[r][s]).sum())
            trace += float((phi @ first[r] @ phi @ first[s]).trace())
            information[r, s] = information[s, r] = trace / 2
    spread = _inverse(information)
    middle = sum(spread[r, s] * (second[r][s] - first[r] @ phi @ first[s]) for r in range(count) for s in range(count))
    cov = phi + 2 * phi @ middle @ phi
    df = []
    for place in range(len(phi)):
        slope = np.array([float((phi @ one @ phi)[place, place]) for one in first])
        below = float(slope @ spread @ slope)
        df.append(2 * float(phi[place, place]) ** 2 / below if below > 0 else math.inf)
    return Corrected((cov + cov.T) / 2, tuple(df))


def _shape(term) -> np.ndarray:
    columns = np.ones(len(term.codes)) if term.columns is None else term.columns[:, 0]
    alike = term.codes[:, None] == term.codes if term.relation is None else term.relation[np.ix_(term.codes, term.codes)]
    return np.outer(columns, columns) * alike


def _inverse(information: np.ndarray) -> np.ndarray:
    """The inverse; directions in which the data say nothing are left out."""
    scale = np.sqrt(np.diag(information))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    kept = values > FLAT
    return (vectors[:, kept] / values[kept]) @ vectors[:, kept].T / np.outer(scale, scale)
