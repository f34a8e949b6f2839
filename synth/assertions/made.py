"""What cells make: a task's mean over its languages, its score out of its metrics, averages over tasks; all as intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from replicate import results, tasks

from .finding import Row, middle, number
from .light import Changed

Cell = tuple[str, str, str]  # target, metric, language
AS_SCORE = {"metric": results.SCORE}
SYSTEM = ("quantity", "over", "model", "seed", "intermediate", "mlm")


def together(rows: Sequence[Row], **changes: Any) -> Row:
    """The mean of rows, as a row that knows what it is made of."""
    between = results.mean(number(row) for row in rows)
    return {**rows[0], **changes, "printed": "", "value": middle(between), "between": between, "made_of": tuple(rows), "note": ""}


def completed(rows: Sequence[Row]) -> list[Row]:
    """The rows and what they make where it does not stand among them.

    A paper's mean over languages is made only where it prints every language of the task, a run's where it has every
    language that another system of the same model has. Averages of runs are there already.
    """
    systems: dict[tuple[Any, ...], dict[str, dict[Cell, Row]]] = {}
    for row in rows:
        splits = systems.setdefault(tuple(row[name] for name in SYSTEM), {})
        splits.setdefault(row["split"], {})[row["target"], row["metric"], row["language"]] = row
    spoken = _spoken(rows)
    found = list(rows)
    for splits in systems.values():
        for cells in splits.values():
            fresh = _over_languages(cells, spoken)
            cells.update(fresh)
            scores = _scores(cells)
            cells.update(scores)
            found += [*fresh.values(), *scores.values()]
        for split, cells in splits.items():
            if not any(row["origin"].startswith("paper:") for row in cells.values()):
                continue
            for name in results.AVERAGES:
                key = (name, results.SCORE, results.ALL)
                if key not in cells and (parts := members(splits, split, name)):
                    cells[key] = together(parts, target=name, metric=results.SCORE, language=results.ALL, split=split)
                    found.append(cells[key])
    return found


def members(splits: Mapping[str, Mapping[Cell, Row]], split: str, average: str) -> list[Row]:
    """The task scores that an average is made of; none unless all of them are there."""
    parts = []
    for target in results.AVERAGES[average]:
        key = (target, results.SCORE, results.ALL)
        row = splits.get(split, {}).get(key)
        if row is None and split == "dev" and target in results.NO_DEV:
            row = splits.get("test", {}).get(key)
        if row is None:
            return []
        parts.append(row)
    return parts


def _spoken(rows: Iterable[Row]) -> dict[tuple[str, str, str], set[str]]:
    """By model, target and split the languages that a mean over languages takes."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for row in rows:
        if row["language"] != results.ALL:
            there = found.setdefault((row["model"], row["target"], row["split"]), set())
            there.add(row["language"])
            if row["origin"].startswith("paper:") and row["target"] in tasks.TASKS:
                there |= set(tasks.TASKS[row["target"]].languages)
    return found


def _over_languages(cells: Mapping[Cell, Row], spoken: Mapping[tuple[str, str, str], set[str]]) -> dict[Cell, Row]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for (target, metric, language), row in cells.items():
        if language != results.ALL and (target, metric, results.ALL) not in cells:
            groups.setdefault((target, metric), []).append(row)
    return {
        (target, metric, results.ALL): together(rows, language=results.ALL)
        for (target, metric), rows in groups.items()
        if len(rows) == len(spoken[rows[0]["model"], target, rows[0]["split"]])
    }


def _scores(cells: Mapping[Cell, Row]) -> dict[Cell, Row]:
    found: dict[Cell, Row] = {}
    for target, language in {(target, language): None for target, _, language in cells}:
        key = (target, results.SCORE, language)
        if key in cells or target not in tasks.TASKS:
            continue
        parts = [cells.get((target, metric, language)) for metric in results.score_metrics(target)]
        if all(parts):
            whole = [part for part in parts if part is not None]
            found[key] = Changed(whole[0], AS_SCORE) if len(whole) == 1 else together(whole, metric=results.SCORE)
    return found
