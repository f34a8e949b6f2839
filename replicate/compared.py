"""Our figures beside those that a paper prints: the same cell of both, their difference, and how sure ours is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from . import printed, resources, results
from .contrasts import Interval, Spread, added, interval_of, spread_of
from .problems import Problem
from .tasks import TASKS

WITHIN, OUTSIDE, NO_INTERVAL = "within the interval", "outside the interval", "no interval"
CELL = ("intermediate", "mlm", "target", "metric", "quantity")
Row = Mapping[str, Any]
System = tuple[str, bool]  # an intermediate, and whether MLM stands beside it
CHOSEN = "best"  # rows of a paper that show whichever system was best on dev: no system of ours


@dataclass(frozen=True)
class Cell:
    """One printed figure and ours.

    `value` is the mean over seeds and languages, of a gain that over the same seed and language of the baseline. `interval` is
    its 95% interval by t over seeds and languages (their variances added, degrees of freedom by Satterthwaite), `by_seed` over
    seeds alone; None where there is one of each. `verdict` says whether the printed figure, as uncertain as its rounding, meets
    `interval`. `missing` is why there is no value; `note` how the two sides differ.
    """

    intermediate: str
    mlm: bool
    target: str
    metric: str
    quantity: str
    split: str
    printed: str
    value: float | None = None
    difference: float | None = None
    interval: Interval | None = None
    by_seed: Interval | None = None
    seeds: int = 0
    languages: int = 0
    verdict: str = ""
    missing: str = ""
    note: str = ""


@dataclass(frozen=True)
class Ours:
    """A figure of ours: a mean over so many seeds and these languages, what it varies by, the splits that it was measured on."""

    value: float
    seeds: Spread | None
    languages: Spread | None
    count: int
    spoken: frozenset[str]
    splits: frozenset[str]


@dataclass(frozen=True)
class Measured:
    """Our values by intermediate, MLM, target and metric, or why there are none; the splits of each target."""

    grids: Mapping[tuple[str, bool, str, str], pd.DataFrame | str]
    splits: Mapping[str, frozenset[str]]


def paper(id: str, model: str) -> pd.DataFrame:
    """What a paper prints of its own systems with this model, without what it quotes of others."""
    path = resources.data() / "published" / f"{id}.csv"
    if not path.is_file():
        raise Problem(f"no figures of {id} come with this version (looked for {path.name} among the published tables)")
    frame = results.read(path)
    return frame[(frame["model"] == model) & (frame["intermediate"] != CHOSEN)]


def compared(ours: pd.DataFrame, theirs: pd.DataFrame) -> list[Cell]:
    """Every cell that the paper prints, in its order, beside ours: that of our split where it prints several."""
    measured, printed_rows = _measured(ours), dict[tuple[Any, ...], list[Row]]()
    for row in theirs.to_dict("records"):
        printed_rows.setdefault(tuple(row[name] for name in CELL), []).append({str(name): value for name, value in row.items()})
    return [_cell(measured, *rows) for rows in printed_rows.values()]


def summary(cells: Sequence[Cell]) -> str:
    """How many printed figures lie within our intervals, and how wide these are: a wide one holds almost any figure."""
    ends = [cell.interval for cell in cells if cell.interval is not None]
    if not ends:
        return "one seed and one language: no interval"
    within, half = sum(cell.verdict == WITHIN for cell in cells), float(np.median([high - low for low, high in ends])) / 2
    return f"{within} of {len(ends)} printed figures lie within our interval; half of these reach {half:.1f} or more each way"


def _measured(ours: pd.DataFrame) -> Measured:
    """What was measured of clean text in single languages; dev sets that only serve choosing are left out."""
    rows = ours[(ours["quantity"] == "level") & (ours["language"] != results.ALL) & (ours["perturbation"] == "")]
    systems = sorted(set(zip(rows["world"], rows["model"], rows["method"], strict=True)))
    if len(systems) > 1:
        raise Problem(f"results of {len(systems)} models or methods together: {'; '.join(' '.join(one) for one in systems)}; "
                      "a paper is compared with one")  # fmt: skip
    tested = rows["target"].isin(list(rows["target"][rows["split"] != "dev"]))
    rows = rows[~tested | (rows["split"] != "dev")]
    grids = {
        (str(intermediate), bool(mlm), str(target), str(metric)): _grid(group)
        for (intermediate, mlm, target, metric), group in rows.groupby(["intermediate", "mlm", "target", "metric"])
    }
    return Measured(grids, {str(target): frozenset(group) for target, group in rows.groupby("target")["split"]})


def _grid(rows: pd.DataFrame) -> pd.DataFrame | str:
    """The values of a cell, seeds down and languages across, without the seeds that lack a language; or why there are none."""
    if rows.duplicated(["seed", "language"]).any():
        return "measured in several ways under one name"
    grid = rows.pivot(index="seed", columns="language", values="value").dropna()
    return "no seed has all languages" if grid.empty else grid


def _cell(measured: Measured, row: Row, *others: Row) -> Cell:
    """The cell that a paper prints in these rows, one for each split."""
    system, target = (str(row["intermediate"]), bool(row["mlm"])), str(row["target"])
    find = _average if target in results.AVERAGES else _task
    found = find(measured, system, target, row["metric"], row["quantity"] == "gain")
    if not isinstance(found, str):
        row = next((one for one in (row, *others) if one["split"] in found.splits), row)
    cell = Cell(*system, target, row["metric"], row["quantity"], row["split"], row["printed"] or f"{row['value']:g}")
    return replace(cell, missing=found) if isinstance(found, str) else _beside(cell, found)


def _beside(cell: Cell, ours: Ours) -> Cell:
    rounding = printed.interval(cell.printed)
    ends = interval_of(ours.value, added(ours.seeds, ours.languages))
    notes = [f"measured on {' and '.join(sorted(ours.splits))}"] if ours.splits - {cell.split} - _stand_in(cell) else []
    expected = set(TASKS[cell.target].languages) if cell.target in TASKS else ours.spoken
    notes += [f"{len(expected)} languages in the paper"] if ours.spoken < expected else []
    meets = ends is not None and rounding.meets(printed.Interval(Decimal(str(ends[0])), Decimal(str(ends[1]))))
    return replace(
        cell,
        value=ours.value,
        difference=ours.value - float(rounding.low + rounding.high) / 2,
        interval=ends,
        by_seed=interval_of(ours.value, ours.seeds),
        seeds=ours.count,
        languages=len(ours.spoken),
        verdict=NO_INTERVAL if ends is None else WITHIN if meets else OUTSIDE,
        note="; ".join(notes),
    )


def _stand_in(cell: Cell) -> set[str]:
    """Splits that count as the paper's own: what has no dev set stands with its test set in a table of dev sets."""
    return {"test"} if cell.split == "dev" and cell.target in (*results.NO_DEV, *results.AVERAGES) else set()


def _task(measured: Measured, system: System, target: str, metric: str, gain: bool) -> Ours | str:
    """Our figure of a task, or why there is none."""
    grid = _values(measured, system, target, metric, gain)
    if isinstance(grid, str):
        return grid
    seeds, languages = (spread_of(grid.mean(axis=axis).tolist()) for axis in (1, 0))
    spoken = frozenset(map(str, grid.columns))
    return Ours(float(grid.to_numpy().mean()), seeds, languages, len(grid), spoken, measured.splits[target])


def _average(measured: Measured, system: System, average: str, metric: str, gain: bool) -> Ours | str:
    """Our figure of a mean over tasks, complete or none. The tasks are fixed: it varies by what each of them varies by."""
    parts, members = [], results.AVERAGES[average]
    for target in members:
        grids = [_values(measured, system, target, one, gain) for one in results.score_metrics(target)]
        whole = [grid for grid in grids if not isinstance(grid, str)]
        if len(whole) < len(grids):
            return f"{target}: {next(grid for grid in grids if isinstance(grid, str))}"
        parts.append(sum(whole[1:], whole[0]) / len(whole))
    seeds = sorted(set.intersection(*(set(part.index) for part in parts)))
    if not seeds:
        return "no seed has all tasks"
    by_seed = np.mean([part.loc[seeds].mean(axis=1).to_numpy() for part in parts], axis=0)
    spreads = [spread_of(part.loc[seeds].mean(axis=0).tolist()) for part in parts]
    by_language = added(*(Spread(one.variance / len(parts) ** 2, one.freedom) for one in spreads if one))
    spoken = frozenset[str]().union(*(part.columns for part in parts))
    splits = frozenset[str]().union(*(measured.splits[target] for target in members))
    return Ours(float(by_seed.mean()), spread_of(by_seed.tolist()), by_language, len(seeds), spoken, splits)


def _values(measured: Measured, system: System, target: str, metric: str, gain: bool) -> pd.DataFrame | str:
    """The grid of a level, or of its gain over the baseline of the same seed and language; or why there is none."""
    grid = measured.grids.get((*system, target, metric), "not measured")
    if isinstance(grid, str) or not gain:
        return grid
    base = measured.grids.get((results.BASELINE, False, target, metric), "not measured")
    if isinstance(base, str):
        return f"baseline: {base}"
    gained = grid.sub(base).dropna(axis="columns", how="all").dropna()
    return "no seed that the baseline has too" if gained.empty else gained
