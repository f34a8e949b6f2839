"""Our results as effects to pool: the gain of each system on each task, its variance, and what gains over one baseline share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from replicate.problems import Problem

from . import cells
from .stats.columns import Table

COLUMNS = ("label", "system", "task", "gain", "variance", "languages", "seeds")


def table(path: Path, where: Sequence[tuple[str, str]] = (), split: str | None = None) -> tuple[Table, np.ndarray, list[str]]:
    """A row per system and task, the covariance matrix of all gains, and what has to be said of them.

    The error of a gain is that of the test examples, system and baseline taken as independent, and that of the training, by the
    spread of seeds within tasks. Gains on one task share the baseline's part of both.
    """
    found = cells.of_results(path, outcome="gain", where=where, split=split)
    if found.baseline_v is None or found.baseline is None:
        raise Problem(f"{path}: no gains over a baseline")
    by: dict[tuple[str, str], dict[str, list[int]]] = {}
    for row, key in enumerate(zip(found.system, found.task, strict=True)):
        by.setdefault(key, {}).setdefault(found.language[row], []).append(row)
    seeds = max(len(rows) for groups in by.values() for rows in groups.values())
    if not np.isfinite(found.baseline_v).all():
        raise Problem(f"{path}: cells without a number of examples or an interval have no variance to pool by")
    lines, shared, gains_of_seeds = list[list[str]](), list[float](), list[np.ndarray]()
    for (system, task), groups in by.items():
        means = [float(np.mean(found.y[rows])) for rows in groups.values()]
        # Examples are the same in every seed, so more seeds do not make their error smaller.
        base = sum(float(np.mean(found.baseline_v[rows])) for rows in groups.values()) / len(groups) ** 2
        shared.append(base)
        lines.append([f"{system}: {task}", system, task, repr(float(np.mean(means))), "", str(len(groups)), str(seeds)])
        per_seed = [np.mean([found.y[rows[seed]] for rows in groups.values() if len(rows) > seed]) for seed in range(seeds)]
        gains_of_seeds.append(np.array(per_seed, float))
    spread = _seed_variance(gains_of_seeds)
    notes = [] if spread is not None else ["one seed: what another training would give is not in the variances"]
    # A level of the system is about as sure as one of the baseline on the same examples.
    training = 0.0 if spread is None else spread / seeds
    v = [2 * base + training for base in shared]
    for line, value in zip(lines, v, strict=True):
        line[COLUMNS.index("variance")] = repr(value)
    tasks = [line[2] for line in lines]
    cov = np.diag(v)
    for one in range(len(lines)):
        for other in range(one):
            if tasks[one] == tasks[other]:
                cov[one, other] = cov[other, one] = min(shared[one], shared[other]) + training / 2
    columns = {name: tuple(line[place] for line in lines) for place, name in enumerate(COLUMNS)}
    return Table(str(path), columns, tuple(range(1, len(lines) + 1))), cov, [*found.notes, *notes]


def _seed_variance(groups: Sequence[np.ndarray]) -> float | None:
    """The variance between seeds of a task's gain, pooled over tasks and systems."""
    sums, free = 0.0, 0
    for values in groups:
        known = values[np.isfinite(values)]
        if len(known) > 1:
            sums += float(((known - known.mean()) ** 2).sum())
            free += len(known) - 1
    return sums / free if free and math.isfinite(sums) else None
