"""Model matrices: an intercept, numbers as they are, words as a column for each level but the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from replicate.problems import Problem

from .columns import Table, missing

INTERCEPT = "intercept"
RANK = 1e-9  # share of a column that has to be left when the columns before it are taken out


@dataclass(frozen=True)
class Design:
    """A model matrix of full rank; `terms` says which columns belong to a moderator."""

    matrix: np.ndarray
    names: tuple[str, ...]
    terms: Mapping[str, tuple[int, ...]]

    @property
    def intercept(self) -> bool:
        return INTERCEPT in self.names

    def rows(self, keep: np.ndarray) -> Design:
        """The same columns for some of the rows; the rank is the caller's to check."""
        return Design(self.matrix[keep], self.names, self.terms)


def ones(count: int) -> Design:
    """The design of a mean."""
    return Design(np.ones((count, 1)), (INTERCEPT,), {INTERCEPT: (0,)})


def of(table: Table, moderators: Sequence[str]) -> Design:
    """Intercept and moderators, out of a table without empty cells in them.

    A Problem where a moderator is one value everywhere, or says what others say already.
    """
    columns, names = [np.ones(len(table))], [INTERCEPT]
    terms: dict[str, tuple[int, ...]] = {INTERCEPT: (0,)}
    for name in moderators:
        if name in terms:
            raise Problem(f"the moderator {name} is named twice")
        made = [(name, table.numbers(name))] if table.numeric(name) else _levels(table, name)
        if len({tuple(row) for row in np.column_stack([column for _, column in made])} if made else ()) < 2:
            raise Problem(f"{table.where}: the moderator {name} has one value in all {len(table)} rows; leave it out")
        terms[name] = tuple(range(len(columns), len(columns) + len(made)))
        columns += [column for _, column in made]
        names += [label for label, _ in made]
    matrix = np.column_stack(columns)
    check_rank(matrix, names, table.where)
    return Design(matrix, tuple(names), terms)


def _levels(table: Table, name: str) -> list[tuple[str, np.ndarray]]:
    cells = table.words(name)
    return [(f"{name}={level}", np.array([cell == level for cell in cells], float)) for level in sorted(set(cells))[1:]]


def complete(table: Table, names: Sequence[str]) -> np.ndarray:
    """Which rows have something in all these columns."""
    known = np.ones(len(table), bool)
    for name in names:
        known &= [not missing(cell) for cell in table.words(name)]
    return known


def check_rank(matrix: np.ndarray, names: Sequence[str], where: str) -> None:
    """A Problem that names the first column that the columns before it add up to."""
    at = redundant(matrix)
    if at is not None:
        before = ", ".join(names[:at])
        raise Problem(f"{where}: {names[at]} is a combination of {before}: their effects cannot be told apart; leave one out")


def redundant(matrix: np.ndarray) -> int | None:
    """The first column that the columns before it add up to; None where the rank is full."""
    sizes = np.linalg.norm(matrix, axis=0)
    if len(matrix) < matrix.shape[1]:
        return len(matrix)
    # What the columns before leave of a column stands on the diagonal of the triangular factor.
    left = np.abs(np.diag(np.linalg.qr(matrix / np.where(sizes > 0, sizes, 1), mode="r")))
    bad = np.flatnonzero((left <= RANK) | (sizes == 0))
    return int(bad[0]) if len(bad) else None
