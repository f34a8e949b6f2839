"""What a headline average is made of: the share of each task and language in it, with and without retrieval.

An average over tasks counts every task alike, so a gain in two of them can carry it. This takes printed gains of a paper, or
the cells of our runs, and says what the average would be without its largest parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from replicate import tasks
from replicate.problems import Problem, unknown

from . import cells

SCHEMA = "synth.decompose/1"


@dataclass(frozen=True)
class Part:
    """A task's or a language's part of the average: its own gain, the points that it adds, and their share in per cent."""

    name: str
    gain: float
    points: float
    share: float | None
    languages: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Headline:
    """An average gain of one system, taken apart. `half` are the fewest tasks that make more than half of it."""

    system: str
    split: str
    average: float
    tasks: tuple[Part, ...]
    missing: tuple[str, ...]
    without_retrieval: float | None
    without_largest: float | None
    without_two_largest: float | None
    half: tuple[str, ...]


def decompose(gains: Mapping[str, Mapping[str, float]], system: str, split: str) -> Headline:
    """`gains` holds each task's gains by language (`all` where only a mean was printed); tasks count alike, as do languages."""
    if not gains:
        raise Problem(f"{system}: no task has a gain")
    means = {task: sum(values.values()) / len(values) for task, values in gains.items()}
    average = sum(means.values()) / len(means)
    parts = []
    for task in sorted(means, key=lambda name: -means[name]):
        values = gains[task]
        inner = [
            _part(code, value, value / len(values) / len(means), average)
            for code, value in sorted(values.items(), key=lambda pair: -pair[1])
        ]
        whole = _part(task, means[task], means[task] / len(means), average)
        parts.append(Part(whole.name, whole.gain, whole.points, whole.share, tuple(inner) if len(inner) > 1 else ()))
    kept = [mean for task, mean in means.items() if task not in tasks.RETRIEVAL]
    order = sorted(means.values(), key=lambda value: value * average, reverse=True)
    half, total = list[str](), 0.0
    for part in sorted(parts, key=lambda one: one.gain * average, reverse=True):
        if not average or total / average > 0.5:
            break
        half.append(part.name)
        total += part.points
    return Headline(
        system, split, average, tuple(parts), tuple(task for task in tasks.XTREME if task not in means),
        _mean(kept) if len(kept) < len(means) else None, _mean(order[1:]), _mean(order[2:]), tuple(half),
    )  # fmt: skip


def _part(name: str, gain: float, points: float, average: float) -> Part:
    return Part(name, gain, points, 100 * points / average if average else None)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def read(path: Path, system: str | None = None, split: str | None = None) -> list[Headline]:
    """The headlines of a file of results: of one system, or of all that have gains."""
    from replicate import results

    frame = results.read(path)
    frame = results.one_world(frame[frame["target"].isin(tasks.XTREME)])
    printed = frame["origin"].str.startswith("paper:")
    if frame.empty:
        raise Problem(f"{path}: no results of XTREME's tasks")
    found = _printed(frame[printed], split) if printed.any() else _ours(path, split)
    if system is not None and system not in {name for name, _ in found}:
        raise unknown("system", system, {name for name, _ in found})
    return [decompose(gains, name, of) for (name, of), gains in found.items() if system in (None, name)]


Gains = dict[tuple[str, str], dict[str, dict[str, float]]]


def _printed(frame: Any, split: str | None) -> Gains:
    """The printed gains of a paper, a task's as the mean of its score's metrics."""
    from replicate import results

    rows = frame[(frame["quantity"] == "gain") & (frame["over"] == results.BASELINE)]
    if split:
        rows = rows[rows["split"] == split]
    if rows.empty:
        raise Problem("no gains over the baseline are printed here")
    found: Gains = {}
    counts: dict[tuple, int] = {}
    for row in rows.to_dict("records"):
        wanted = results.score_metrics(row["target"])
        if row["metric"] not in wanted:
            continue
        name = row["intermediate"] + ("+mlm" if row["mlm"] else "")
        where = found.setdefault((name, row["split"]), {}).setdefault(row["target"], {})
        counts[(name, row["split"], row["target"], row["language"])] = len(wanted)
        where[row["language"]] = where.get(row["language"], 0.0) + row["value"] / len(wanted)
    return found


def _ours(path: Path, split: str | None) -> Gains:
    """The gains of our runs, each language's as the mean over seeds."""
    rows = cells.of_results(path, outcome="gain", split=split)
    sums: dict[tuple[str, str, str], list[float]] = {}
    for system, task, code, value in zip(rows.system, rows.task, rows.language, rows.y, strict=True):
        sums.setdefault((system, task, code), []).append(float(value))
    found: Gains = {}
    for (system, task, code), values in sums.items():
        if task in tasks.XTREME:
            found.setdefault((system, split or "test"), {}).setdefault(task, {})[code] = sum(values) / len(values)
    return found


def report(found: Sequence[Headline], source: str) -> dict[str, Any]:
    """The headlines as plain data."""
    return {"schema": SCHEMA, "source": source, "headlines": [asdict(one) for one in found]}
