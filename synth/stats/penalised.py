"""The algebra of mixed models: penalised least squares for given relative sizes of the random effects.

Everything is made of cross products that are formed once, so a fit does not look at its rows again. The largest group of
random effects, whose own block is diagonal, is taken out first; only the others are held as a dense matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from replicate.problems import Problem

LARGEST = 6000  # random effects that are held as a dense matrix


@dataclass(frozen=True)
class Term:
    """Random effects of one grouping: an intercept for each level, or several columns (an intercept and slopes).

    `levels` are the names of the levels, `codes` the level of each row. `relation` is a matrix of how levels resemble each
    other (phylogeny, distance), positive definite; without it they are independent.
    """

    name: str
    codes: np.ndarray
    levels: tuple[str, ...]
    columns: np.ndarray | None = None
    column_names: tuple[str, ...] = ("intercept",)
    relation: np.ndarray | None = None

    @property
    def width(self) -> int:
        return len(self.column_names)

    @property
    def parameters(self) -> int:
        return self.width * (self.width + 1) // 2


def term(
    name: str,
    labels: Sequence[str],
    columns: np.ndarray | None = None,
    column_names: tuple[str, ...] = ("intercept",),
    relation: np.ndarray | None = None,
    levels: Sequence[str] | None = None,
) -> Term:
    """A term out of the label of each row; levels in the order of `levels`, else of their names."""
    order = tuple(levels) if levels is not None else tuple(sorted(set(labels)))
    place = {level: number for number, level in enumerate(order)}
    if missing := set(labels) - set(order):
        raise Problem(f"{name}: {min(missing)} is none of its levels")
    if relation is not None and relation.shape != (len(order), len(order)):
        raise Problem(f"{name}: a relation of {len(order)} levels is a matrix of {len(order)} x {len(order)}")
    return Term(name, np.array([place[label] for label in labels]), order, columns, column_names, relation)


def nested(*labels: Sequence[str]) -> list[str]:
    """Labels of levels within levels: `school 1 of district 11` is another one than that of district 12."""
    return ["/".join(row) for row in zip(*labels, strict=True)]


@dataclass(frozen=True)
class Solution:
    """The fit for one theta: log determinants, residual sum of squares, fixed effects, the factor that they are solved with."""

    log_det: float
    log_det_x: float
    rss: float
    beta: np.ndarray
    x_factor: np.ndarray


class Algebra:
    """Cross products of effects, fixed columns and outcome, and what they give for theta."""

    def __init__(self, y: np.ndarray, x: np.ndarray, terms: Sequence[Term], sampling: np.ndarray | None = None) -> None:
        from scipy import sparse

        self.n, self.p = x.shape
        self.terms = sorted(terms, key=lambda one: (one.relation is not None, -len(one.levels) * one.width))
        self.order = [list(terms).index(one) for one in self.terms]
        sides = np.column_stack([x, y])
        z = [_columns(one) for one in self.terms]
        self.log_det_v = 0.0
        blocks = True
        if sampling is not None and sampling.ndim == 1:
            root = 1 / np.sqrt(sampling)
            sides = sides * root[:, None]
            z = [sparse.diags(root) @ one for one in z]
            self.log_det_v = float(np.log(sampling).sum())
        elif sampling is not None:
            sides, z, self.log_det_v = _whiten(sides, z, sampling)
            blocks = False
        # The first term's own block is diagonal as long as every row belongs to one level and rows are independent.
        self.blocks = blocks and bool(self.terms) and self.terms[0].relation is None
        self.head_width = self.terms[0].width if self.blocks else 1
        self.head_levels = len(self.terms[0].levels) if self.blocks else 0
        tail = self.terms[1:] if self.blocks else self.terms
        head_z = z[0] if self.blocks else sparse.csr_array((self.n, 0))
        tail_z = sparse.hstack(z[1:] if self.blocks else z).tocsr() if tail else sparse.csr_array((self.n, 0))
        if tail_z.shape[1] > LARGEST:
            raise Problem(f"{tail_z.shape[1]} random effects beside the largest grouping; up to {LARGEST} are held at once")
        self.sides = sides.T @ sides
        self.head_sides, self.tail_sides = head_z.T @ sides, tail_z.T @ sides
        self.tail_tail = (tail_z.T @ tail_z).toarray()
        self.head_tail = (head_z.T @ tail_z).toarray()
        own = (head_z.T @ head_z).tocsr()
        c, m = self.head_width, self.head_levels
        if c == 1:
            self.head_head = own.diagonal().reshape(m, 1, 1)
        else:
            self.head_head = np.array([own[i * c : i * c + c, i * c : i * c + c].toarray() for i in range(m)]).reshape(m, c, c)
        self.tail_terms = tail
        self.simple = all(one.width == 1 for one in tail)

    @cached_property
    def slices(self) -> list[slice]:
        """Where each term's parameters stand in theta, in the order of the terms as they were given."""
        given = sorted(range(len(self.terms)), key=lambda place: self.order[place])
        found, start = [slice(0)] * len(self.terms), 0
        for place in given:
            found[place] = slice(start, start + self.terms[place].parameters)
            start += self.terms[place].parameters
        return found

    def _factors(self, theta: np.ndarray) -> list[np.ndarray]:
        return [triangle(theta[where], one.width) for one, where in zip(self.terms, self.slices, strict=True)]

    def _tail_scale(self, factors: Sequence[np.ndarray]) -> np.ndarray:
        """The tail's factor: a vector where every term is an intercept, else a block-diagonal matrix."""
        if self.simple:
            parts = [np.full(len(one.levels), factor[0, 0]) for one, factor in zip(self.tail_terms, factors, strict=True)]
            return np.concatenate(parts) if parts else np.empty(0)
        size = self.tail_tail.shape[0]
        made, start = np.zeros((size, size)), 0
        for one, factor in zip(self.tail_terms, factors, strict=True):
            count = len(one.levels) * one.width
            made[start : start + count, start : start + count] = np.kron(np.eye(len(one.levels)), factor)
            start += count
        return made

    def solve(self, theta: np.ndarray, sides: np.ndarray | None = None) -> Solution:
        """The fit at theta. `sides` turns [X y] into other columns, for a model with an effect that is held fixed."""
        factors = self._factors(theta)
        tail_factors = factors[1:] if self.blocks else factors
        head_sides, tail_sides, gram = self.head_sides, self.tail_sides, self.sides
        if sides is not None:
            head_sides, tail_sides, gram = head_sides @ sides, tail_sides @ sides, sides.T @ gram @ sides
        scale = self._tail_scale(tail_factors)
        m, c = self.head_levels, self.head_width
        if self.simple:
            across, tail = self.head_tail * scale, self.tail_tail * scale[:, None] * scale
            tail_sides = tail_sides * scale[:, None]
        else:
            across, tail = self.head_tail @ scale, scale.T @ self.tail_tail @ scale
            tail_sides = scale.T @ tail_sides
        tail = tail + np.eye(len(tail))
        log_det = 0.0
        head = np.empty((0, 1, 1))
        if m:
            lead = factors[0]
            head = np.linalg.cholesky(lead.T @ self.head_head @ lead + np.eye(c))
            log_det = 2 * float(np.log(np.einsum("iaa->ia", head)).sum())
            across = _within(head, lead, across)
            head_sides = _within(head, lead, head_sides)
            tail -= across.T @ across
            tail_sides = tail_sides - across.T @ head_sides
        # One factorisation gives the tail's factor, its sides, the fixed effects and the rest: [Z X y]'[Z X y] bordered.
        q, p = len(tail), gram.shape[0] - 1
        bordered = np.empty((q + p + 1, q + p + 1))
        bordered[:q, :q], bordered[:q, q:], bordered[q:, :q] = tail, tail_sides, tail_sides.T
        bordered[q:, q:] = gram - head_sides.T @ head_sides
        whole = np.linalg.cholesky(bordered)
        diagonal = np.log(np.diag(whole))
        log_det += 2 * float(diagonal[:q].sum())
        x_factor = whole[q : q + p, q : q + p]
        beta = np.linalg.solve(x_factor.T, whole[q + p, q : q + p])
        return Solution(log_det, 2 * float(diagonal[q : q + p].sum()), float(whole[-1, -1] ** 2), beta, x_factor)


def _within(head: np.ndarray, lead: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Each level's rows of a matrix, times its factor and solved by its block."""
    m, c = head.shape[:2]
    if c == 1:
        return matrix * (lead[0, 0] / head[:, 0, 0])[:, None]
    blocks = np.einsum("ab,iak->ibk", lead, matrix.reshape(m, c, -1))
    return np.linalg.solve(head, blocks).reshape(m * c, -1)


def triangle(values: np.ndarray, width: int) -> np.ndarray:
    """The lower triangle that holds these numbers column by column."""
    if width == 1:
        return values.reshape(1, 1).copy()
    made = np.zeros((width, width))
    made.T[np.triu_indices(width)] = values
    return made


def _columns(one: Term):
    """The rows by random effects of a term, sparse; a relation is worked into them."""
    from scipy import sparse

    n, c, m = len(one.codes), one.width, len(one.levels)
    values = np.ones((n, 1)) if one.columns is None else one.columns
    if values.shape != (n, c):
        raise Problem(f"{one.name}: {values.shape[1]} columns for {c} names")
    places = one.codes[:, None] * c + np.arange(c)
    rows = np.repeat(np.arange(n), c)
    made = sparse.csr_array((values.ravel(), (rows, places.ravel())), shape=(n, m * c))
    if one.relation is None:
        return made
    try:
        root = np.linalg.cholesky(one.relation)
    except np.linalg.LinAlgError:
        raise Problem(f"{one.name}: its relation matrix is not positive definite") from None
    return made @ sparse.csr_array(np.kron(root, np.eye(c)))


def _whiten(sides: np.ndarray, z: list, sampling: np.ndarray) -> tuple[np.ndarray, list, float]:
    """Rows turned so that their known sampling errors are independent and of size 1."""
    from scipy import sparse
    from scipy.linalg import solve_triangular

    try:
        root = np.linalg.cholesky(sampling)
    except np.linalg.LinAlgError:
        raise Problem("the sampling covariance matrix is not positive definite; two effects may be one and the same") from None
    turned = [sparse.csr_array(solve_triangular(root, one.toarray(), lower=True)) for one in z]
    return solve_triangular(root, sides, lower=True), turned, 2 * float(np.log(np.diag(root)).sum())
