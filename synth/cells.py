"""The rows of a regression on languages: an outcome for each language (task, system, seed), out of our results or of any CSV."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from replicate.problems import Problem, unknown

from .stats import columns, gains
from .stats.columns import Table, missing

LANGUAGE = ("language", "lang", "code", "iso", "iso639_1", "iso639_3", "language_code")
TASK = ("task", "target", "dataset")
OUTCOME = ("gain", "score", "value", "accuracy", "f1")
BASELINE = "baseline"
# Columns of numbers that describe languages rather than scores in them.
SAYS_OF_LANGUAGE = re.compile(r"distance|dist_|size|bytes|tokens|gib|log|lat$|lon$|overlap|uriel|rank|seed|^n$", re.IGNORECASE)


@dataclass(frozen=True)
class Cells:
    """One row per outcome. `baseline` and its variance are there where the outcome is a gain over a known level."""

    where: str
    world: str
    outcome: str
    language: tuple[str, ...]
    task: tuple[str, ...]
    system: tuple[str, ...]
    y: np.ndarray
    baseline: np.ndarray | None = None
    baseline_v: np.ndarray | None = None
    table: Table | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.y)

    def keep(self, rows: np.ndarray) -> Cells:
        """These rows alone."""
        at = [int(row) for row in rows]
        return Cells(
            self.where, self.world, self.outcome, tuple(self.language[row] for row in at), tuple(self.task[row] for row in at),
            tuple(self.system[row] for row in at), self.y[at], None if self.baseline is None else self.baseline[at],
            None if self.baseline_v is None else self.baseline_v[at], None if self.table is None else self.table.keep(at),
            self.notes,
        )  # fmt: skip


def is_results(path: Path) -> bool:
    """Whether a path holds results by the contract: a runs folder, Parquet, or a CSV that says so in its first line."""
    if path.is_dir() or path.suffix == ".parquet":
        return True
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.readline().startswith("# replicate.results/")
    except OSError:
        return False


# ---- any CSV ----


def of_table(
    table: Table, outcome: str | None = None, language: str | None = None, task: str | None = None, world: str = "real"
) -> Cells:
    """One row per cell of the outcome columns; several of them are several tasks. Empty cells are left out, and counted."""
    name = language or next((one for one in LANGUAGE if one in table.columns), None)
    if name is None:
        raise Problem(f"{table.where}: no column of languages ({', '.join(LANGUAGE[:3])}); name it with --language")
    codes = table.words(name)
    for row, code in enumerate(codes):
        if missing(code) and code.lower() not in ("na", "nan"):
            raise table.fault(row, name, "no language")
    wanted = _outcomes(table, outcome, name)
    by = task or next((one for one in TASK if one in table.columns), None)
    rows, tasks, values, empty = list[int](), list[str](), list[float](), 0
    for one in wanted:
        numbers = table.numbers(one)
        for row, value in enumerate(numbers):
            if math.isnan(value):
                empty += 1
                continue
            rows.append(row)
            values.append(float(value))
            label = table.words(by)[row] if by else ""
            tasks.append("/".join(part for part in (label, one if len(wanted) > 1 else "") if part) or one)
    if not values:
        raise Problem(f"{table.where}: {', '.join(wanted)} holds no number")
    kept = table.keep(rows)
    note = (f"{empty} empty cell{'s' * (empty != 1)} of {', '.join(wanted)} left out",) if empty else ()
    if outcome and len(wanted) > 1 and outcome not in table.columns and "," not in outcome:
        note = (f"taken for scores: {', '.join(wanted)}", *note)
    title = ", ".join(wanted) if len(wanted) < 4 else f"{len(wanted)} outcomes"
    return Cells(
        table.where, world, title, kept.words(name), tuple(tasks), ("",) * len(values), np.array(values), table=kept, notes=note,
    )  # fmt: skip


def _outcomes(table: Table, outcome: str | None, language: str) -> list[str]:
    numeric = [name for name in table.columns if name != language and table.numeric(name)]
    if outcome in ("score", "scores", "gain", "gains") and outcome not in table.columns and len(numeric) > 1:
        found = [name for name in numeric if not SAYS_OF_LANGUAGE.search(name)]
        if found:
            return found
    if outcome:
        names = [name.strip() for name in outcome.split(",") if name.strip()]
        for name in names:
            table.words(name)
        return names
    usual = next((one for one in OUTCOME if one in table.columns), None)
    if usual:
        return [usual]
    if len(numeric) == 1:
        return numeric
    raise Problem(
        f"{table.where}: which column is the outcome? name it with --outcome (several with commas between are several tasks; "
        f"score: all that do not look like a property of languages); columns of numbers: {', '.join(numeric) or 'none'}"
    )


# ---- our results ----


def of_results(
    path: Path,
    experiments: Sequence[str] = (),
    outcome: str | None = None,
    where: Sequence[tuple[str, str]] = (),
    split: str | None = None,
) -> Cells:
    """Task scores of each language, seed and system: as levels, or as gains over the baseline of the same seed."""
    from replicate import results

    frame = results.read(path, experiments)
    if frame.empty:
        raise Problem(f"{path}: no results; replicate run makes some")
    notes = list[str]()
    if left := frame.attrs.get("left_out"):
        notes.append(f"{left} evaluations with other settings than those of {', '.join(experiments)} left out")
    for column, value in where:
        if column not in frame:
            raise unknown("column of results", column, frame.columns)
        cells = frame[column].astype(str)
        if value not in set(cells):
            raise unknown(f"value of column {column}", value, set(cells))
        # A system is asked about against the baseline, so that stays.
        frame = frame[(cells == value) | (cells == BASELINE)] if column == "intermediate" else frame[cells == value]
    frame = frame[(frame["quantity"] == "level") & (frame["language"] != results.ALL) & (frame["perturbation"] == "")]
    if frame.empty:
        raise Problem(f"{path}: no levels of single languages: means over languages, as papers print them, do not do")
    frame = results.one_world(frame)
    for column in ("model", "method"):
        if frame[column].nunique() > 1:
            names = ", ".join(sorted(set(frame[column])))
            raise Problem(f"{path}: several values of {column} ({names}); choose one with --where {column}=VALUE")
    frame = _one_split(frame, split)
    rows = _scores(frame)
    gain = outcome == "gain" or (outcome is None and any(row["system"] != BASELINE for row in rows))
    if outcome not in (None, "gain", "score"):
        raise unknown("outcome of results", outcome, ("gain", "score"))
    rows, lost = _gains(rows) if gain else (rows, 0)
    if lost:
        notes.append(f"{lost} scores without a baseline of the same seed left out")
    if not rows:
        raise Problem(f"{path}: no score has a baseline of the same seed; use --outcome score")
    return Cells(
        str(path), str(frame["world"].iloc[0]), "gain" if gain else "score", tuple(row["language"] for row in rows),
        tuple(row["target"] for row in rows), tuple(row["system"] for row in rows), np.array([row["y"] for row in rows]),
        np.array([row["base"] for row in rows]) if gain else None, np.array([row["base_v"] for row in rows]) if gain else None,
        notes=tuple(notes),
    )  # fmt: skip


def _one_split(frame: Any, split: str | None) -> Any:
    """One split: the one that was named, else test, with dev for what has no test rows."""
    if split:
        if split not in set(frame["split"]):
            raise unknown("split of these results", split, set(frame["split"]))
        return frame[frame["split"] == split]
    tested = set(frame.loc[frame["split"] == "test", "target"])
    return frame[(frame["split"] == "test") | (~frame["target"].isin(tested) & (frame["split"] == "dev"))]


def _scores(frame: Any) -> list[dict[str, Any]]:
    """A task's score in one language: the mean of its score's metrics, where all of them are there."""
    from replicate import results

    found: dict[tuple, dict[str, tuple[float, float]]] = {}
    for row in frame.to_dict("records"):
        if row["metric"] not in results.score_metrics(row["target"]):
            continue
        system = str(row["intermediate"]) + ("+mlm" if row["mlm"] and row["intermediate"] != "" else "")
        key = (row["target"], str(row["language"]), system, row["seed"], row["split"])
        found.setdefault(key, {})[row["metric"]] = (float(row["value"]), _variance(row))
    rows = []
    for (target, language, system, seed, _), cells in found.items():
        if len(cells) < len(results.score_metrics(target)):
            continue
        values, variances = zip(*cells.values(), strict=True)
        # F1 and EM of one task stand on the same examples: their errors are taken to go together.
        spread = (sum(math.sqrt(one) for one in variances) / len(variances)) ** 2
        rows.append(
            {"target": target, "language": language, "system": system, "seed": seed, "y": sum(values) / len(values), "v": spread}
        )
    return rows


def _variance(row: dict[str, Any]) -> float:
    """The variance of a level over examples: by its interval, else by their number, else unknown."""
    low, high = row.get("low"), row.get("high")
    if low is not None and high is not None and math.isfinite(low) and math.isfinite(high):
        return gains.interval_variance(low, high)
    n = row.get("n")
    return gains.share_variance(row["value"], float(n)) if isinstance(n, (int, float)) and n >= 1 else math.nan


def _gains(rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    base = {(row["target"], row["language"], row["seed"]): row for row in rows if row["system"] == BASELINE}
    found, lost = [], 0
    for row in rows:
        if row["system"] == BASELINE:
            continue
        under = base.get((row["target"], row["language"], row["seed"]))
        if under is None:
            lost += 1
            continue
        found.append({**row, "y": row["y"] - under["y"], "base": under["y"], "base_v": under["v"]})
    return found, lost


def read(
    path: Path,
    experiments: Sequence[str] = (),
    outcome: str | None = None,
    language: str | None = None,
    task: str | None = None,
    where: Sequence[tuple[str, str]] = (),
    split: str | None = None,
    world: str | None = None,
) -> Cells:
    """The cells at a path, whatever it holds."""
    if is_results(path):
        return of_results(path, experiments, outcome, where, split)
    if not path.exists():
        raise Problem(f"{path}: no such file or folder; name results with --results, or a CSV")
    table = columns.read(path)
    for name, value in where:
        table = table.select(name, value)
    return of_table(table, outcome, language, task, world or "real")
