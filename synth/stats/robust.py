"""Standard errors that hold under any dependence within clusters: CR0 to CR2, with Satterthwaite's degrees of freedom.

As clubSandwich 0.5.8: CR2 is unbiased where the working model is right, and the degrees of freedom say how much a few
clusters can tell. A joint test (HTZ) is refused where its degrees of freedom are not above 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from replicate.problems import Problem, unknown

from . import design
from .distributions import f_tail
from .mixed import Mixed
from .penalised import triangle
from .pool import Coefficient, Pool, coefficients

KINDS = ("CR0", "CR1", "CR1S", "CR2")
FLAT = 1e-12  # eigenvalues below this have no inverse root
LARGEST = 4000  # rows of a cluster, whose covariance is a full matrix


@dataclass(frozen=True)
class Robust:
    """Coefficients with their robust covariance; `arrays` is what joint tests are made of."""

    kind: str
    clusters: int
    beta: np.ndarray
    cov: np.ndarray
    lines: tuple[Coefficient, ...]
    names: tuple[str, ...]
    arrays: np.ndarray = field(repr=False)


@dataclass(frozen=True)
class Test:
    """A joint test of coefficients. `why` says why there is no p."""

    __test__ = False  # no test of pytest's

    statistic: float | None
    df1: int
    df2: float | None
    p: float | None
    why: str = ""


def sandwich(
    y: np.ndarray,
    matrix: np.ndarray,
    names: Sequence[str],
    clusters: Sequence[str] | np.ndarray,
    working: Sequence[np.ndarray] | np.ndarray | None = None,
    weights: Sequence[np.ndarray] | np.ndarray | None = None,
    kind: str = "CR2",
    level: float = 0.95,
) -> Robust:
    """Least squares with clusters.

    `working` is the covariance that the rows are taken to have: a vector of variances, or a matrix for each cluster in the
    order of the clusters' names; without it rows are alike and independent. `weights` are its inverse unless they are given.
    """
    if kind not in KINDS:
        raise unknown("robust estimator", kind, KINDS)
    labels = np.asarray(clusters)
    rows = [np.flatnonzero(labels == label) for label in sorted(set(labels.tolist()))]
    n, p = matrix.shape
    design.check_rank(matrix, names, "the model")
    if len(rows) < 2:
        raise Problem("one cluster: how clusters differ cannot be seen; at least two are needed")
    if n != len(labels):
        raise Problem(f"{n} rows and {len(labels)} labels of clusters")
    theta = _blocks(working, rows, np.ones(n))
    inverse = weights is None
    w = [np.linalg.inv(one) for one in theta] if inverse else _blocks(weights, rows, np.ones(n))
    xs = [matrix[at] for at in rows]
    xw = [x.T @ one for x, one in zip(xs, w, strict=True)]
    bread = np.linalg.inv(sum(one @ x for one, x in zip(xw, xs, strict=True)))
    beta = bread @ sum(one @ y[at] for one, at in zip(xw, rows, strict=True))
    left = [y[at] - x @ beta for at, x in zip(rows, xs, strict=True)]
    outer = bread if inverse else bread @ sum(one @ t @ one.T for one, t in zip(xw, theta, strict=True)) @ bread
    adjusted = _adjusted(kind, xs, xw, theta, bread, outer, n)
    pulls = np.array([bread @ one @ rest for one, rest in zip(adjusted, left, strict=True)])
    cov = pulls.T @ pulls
    arrays = _arrays(xs, xw, theta, bread, outer, adjusted)
    df = [_satterthwaite(arrays[place, place]) for place in range(p)]
    lines = coefficients(names, beta, np.sqrt(np.diag(cov)), df, level)
    return Robust(kind, len(rows), beta, cov, tuple(lines), tuple(names), arrays)


def _blocks(given: Sequence[np.ndarray] | np.ndarray | None, rows: Sequence[np.ndarray], ones: np.ndarray) -> list[np.ndarray]:
    if given is None or (isinstance(given, np.ndarray) and given.ndim == 1):
        vector = ones if given is None else given
        return [np.diag(vector[at]) for at in rows]
    if isinstance(given, np.ndarray):
        return [given[np.ix_(at, at)] for at in rows]
    return list(given)


def _adjusted(
    kind: str,
    xs: list[np.ndarray],
    xw: list[np.ndarray],
    theta: list[np.ndarray],
    bread: np.ndarray,
    outer: np.ndarray,
    n: int,
) -> list[np.ndarray]:
    """X'WA of each cluster: what turns its residuals into its part of the covariance."""
    count, p = len(xs), len(bread)
    if kind != "CR2":
        more = {"CR0": 1.0, "CR1": count / (count - 1), "CR1S": count * n / ((count - 1) * (n - p))}[kind]
        return [one * np.sqrt(more) for one in xw]
    made = []
    for x, one, target in zip(xs, xw, theta, strict=True):
        root = np.linalg.cholesky(target)
        hat = x @ bread @ one
        rest = target - hat @ target - target @ hat.T + x @ outer @ x.T
        values, vectors = np.linalg.eigh(root.T @ rest @ root)
        power = np.where(values > FLAT, np.where(values > FLAT, values, 1.0) ** -0.5, 0.0)
        made.append(one @ root @ (vectors * power) @ vectors.T @ root.T)
    return made


def _arrays(
    xs: list[np.ndarray], xw: list[np.ndarray], theta: list[np.ndarray], bread: np.ndarray, outer: np.ndarray,
    adjusted: list[np.ndarray],
) -> np.ndarray:  # fmt: skip
    """P[s, t, i, j]: what clusters i and j give to the covariance of coefficients s and t, expected under the working model."""
    pulls = [bread @ one for one in adjusted]
    flat = np.array([one @ x for one, x in zip(pulls, xs, strict=True)])
    turned = np.array([one @ t @ w.T @ bread for one, t, w in zip(pulls, theta, xw, strict=True)])
    own = np.array([one @ t @ one.T for one, t in zip(pulls, theta, strict=True)])
    crossed = np.einsum("isa,jta->stij", turned, flat)
    found = np.einsum("isa,ab,jtb->stij", flat, outer, flat) - crossed - np.einsum("stij->tsji", crossed)
    place = np.arange(len(xs))
    found[:, :, place, place] += np.einsum("ist->sti", own)
    return found


def _satterthwaite(array: np.ndarray) -> float:
    below = float((array**2).sum())
    return float(np.trace(array)) ** 2 / below if below > 0 else 0.0


def of_pool(model: Pool, clusters: Sequence[str], kind: str = "CR2") -> Robust:
    """The same around a pooled model, whose own variances are the working ones."""
    return sandwich(
        model.y, model.design.matrix, model.design.names, clusters, model.v + model.tau2, kind=kind, level=model.level
    )


def of_mixed(model: Mixed, clusters: Sequence[str], kind: str = "CR2", level: float = 0.95, cut: bool = False) -> Robust:
    """The same around a mixed model; a Problem where a grouping runs across the clusters.

    With `cut` what runs across is left out of the working covariance, which costs precision and nothing else as long as the
    fixed effects take up what clusters share.
    """
    labels = np.asarray(clusters)
    for one in model.terms:
        held: dict[int, str] = {}
        for code, label in zip(one.codes.tolist(), labels.tolist(), strict=True):
            if held.setdefault(code, label) != label and not cut:
                raise Problem(f"{one.name} runs across the clusters: {one.levels[code]} is in {held[code]} and in {label}")
    first, alike, count = _alike(model, labels) if kind != "CR1S" else _each(model)
    root = np.sqrt(count)
    rows = [np.flatnonzero(labels[first] == label) for label in sorted(set(labels.tolist()))]
    if (largest := max(map(len, rows))) > LARGEST:
        raise Problem(f"{largest:,} different rows in one cluster; its covariance is worked out for {LARGEST:,} at most")
    y, matrix = np.bincount(alike, model.y) / root, model.design.matrix[first] * root[:, None]
    working = [_scaled(covariance(model, first[at]), root[at], model) for at in rows]
    return sandwich(y, matrix, model.design.names, labels[first], working, kind=kind, level=level)


Alike = tuple[np.ndarray, np.ndarray, np.ndarray]


def _each(model: Mixed) -> Alike:
    """Every row by itself."""
    return np.arange(model.n), np.arange(model.n), np.ones(model.n)


def _alike(model: Mixed, labels: np.ndarray) -> Alike:
    """Rows that differ in their outcome alone: one of each kind, the kind of every row, and how many there are.

    A turn of the axes makes of m such rows their mean, times the root of m, and m - 1 differences. These bear on no
    coefficient and are independent of all else, so the estimates and their errors are those of the means. Of a regression on
    18,000 rows over many seeds the largest cluster had 7,000, and its matrix took a minute and a gigabyte.
    """
    if model.sampling is not None:
        return _each(model)
    columns = [one.columns for one in model.terms if one.columns is not None]
    clusters = np.unique(labels, return_inverse=True)[1]
    seen = np.column_stack([model.design.matrix, clusters, *(one.codes for one in model.terms), *columns])
    mark = seen @ np.random.default_rng(0).random(seen.shape[1])
    _, first, alike, count = np.unique(mark, return_index=True, return_inverse=True, return_counts=True)
    return (first, alike, count.astype(float)) if np.array_equal(seen[first][alike], seen) else _each(model)


def _scaled(made: np.ndarray, root: np.ndarray, model: Mixed) -> np.ndarray:
    """The covariance of means, times the roots of their numbers: what rows share grows with them, their own errors do not."""
    if (root == 1).all():
        return made
    own = np.eye(len(made)) * model.sigma**2
    return (made - own) * np.outer(root, root) + own


def covariance(model: Mixed, rows: np.ndarray) -> np.ndarray:
    """The covariance of some rows' outcomes under the model."""
    if model.sampling is None:
        made = np.eye(len(rows)) * model.sigma**2
    else:
        made = np.diag(model.sampling[rows]) if model.sampling.ndim == 1 else model.sampling[np.ix_(rows, rows)].copy()
    start = 0
    for one in model.terms:
        factor = triangle(model.theta[start : start + one.parameters], one.width) * model.sigma
        start += one.parameters
        columns = np.ones((len(rows), 1)) if one.columns is None else one.columns[rows]
        spread = columns @ factor @ factor.T @ columns.T
        codes = one.codes[rows]
        alike = codes[:, None] == codes if one.relation is None else one.relation[np.ix_(codes, codes)]
        made += spread * alike
    return made


def joint(model: Robust, places: Sequence[int]) -> Test:
    """Whether all these coefficients are 0, by Hotelling's T2 with the degrees of freedom of the clusters (HTZ)."""
    at = list(places)
    q = len(at)
    if not q:
        raise Problem("a joint test needs at least one coefficient")
    p_arrays = model.arrays[np.ix_(at, at)]
    omega = np.einsum("stii->st", p_arrays)
    values, vectors = np.linalg.eigh(omega)
    if values.min() <= FLAT * max(values.max(), FLAT):
        return Test(None, q, None, None, f"{model.clusters} clusters are too few for a joint test of {q} coefficients")
    root = (vectors * values**-0.5) @ vectors.T
    turned = np.einsum("as,stij,tb->abij", root, p_arrays, root)
    first = np.einsum("stij,tsij->st", turned, turned)
    second = np.einsum("ssij,ttij->st", turned, turned)
    freedom = q * (q + 1) / float((first + second).sum())
    df = freedom - q + 1
    covariance_at = model.cov[np.ix_(at, at)]
    if np.linalg.matrix_rank(covariance_at) < q:
        return Test(None, q, df, None, f"{model.clusters} clusters are too few for a joint test of {q} coefficients")
    distance = float(model.beta[at] @ np.linalg.solve(covariance_at, model.beta[at]))
    if df <= 0:
        why = f"no joint test of {q} coefficients: {model.clusters} clusters leave {df:.2f} degrees of freedom"
        return Test(None, q, df, None, why)
    statistic = df / freedom * distance / q
    return Test(statistic, q, df, f_tail(statistic, q, df))
