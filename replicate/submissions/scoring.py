"""The figures of prediction files: by language with their intervals, means over languages, a benchmark's score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..metrics import measure, scores, significance
from ..metrics.scores import Parts
from ..problems import Problem
from ..tasks import TASKS, Task
from . import layout, read
from .layout import Suite


@dataclass(frozen=True)
class Cell:
    """One figure in points with its 95% interval; NaN ends where none is computed (precision and recall)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Versus:
    """Two systems on one metric in one language: ours less the other's, its interval, and p from permutations, as it is
    and adjusted over the languages of the task (Holm; Benjamini and Hochberg)."""

    metric: str
    other: float
    difference: float
    low: float
    high: float
    p: float
    holm: float = 1.0
    bh: float = 1.0


@dataclass(frozen=True)
class Scored:
    """One language of a task. `n` counts examples (for mining the gold pairs); `missing` and `unknown` are ids that
    only gold or only the predictions have, `other_missing` those that the system compared with lacks."""

    language: str
    n: int
    cells: Mapping[str, Cell]
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    versus: tuple[Versus, ...] = ()
    other_missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class TaskScore:
    """A task over its languages. `lacking` are languages of gold or of the benchmark without predictions or gold."""

    task: Task
    languages: tuple[Scored, ...]
    lacking: tuple[str, ...] = ()

    @property
    def means(self) -> dict[str, float]:
        """The mean over languages of each metric, as XTREME averages: every language weighs the same."""
        metrics = self.languages[0].cells
        return {metric: sum(one.cells[metric].value for one in self.languages) / len(self.languages) for metric in metrics}

    @property
    def score(self) -> float:
        """The task's score: the mean of F1 and exact match for questions, the task's own metric elsewhere."""
        return score(self.task, self.means)


@dataclass(frozen=True)
class SuiteScore:
    """A submission: its tasks, and why tasks of the benchmark are not among them."""

    suite: Suite
    tasks: tuple[TaskScore, ...]
    absent: Mapping[str, str]

    @property
    def groups(self) -> dict[str, float]:
        """The means of the groups whose tasks are all there in all languages."""
        whole = {one.task.id: one.score for one in self.tasks if not one.lacking}
        return {
            group: sum(whole[task] for task in tasks) / len(tasks)
            for group, tasks in self.suite.groups.items()
            if whole.keys() >= set(tasks)
        }

    @property
    def score(self) -> float | None:
        """The mean over all tasks; None where the submission is partial."""
        if self.absent or any(one.lacking for one in self.tasks):
            return None
        return sum(one.score for one in self.tasks) / len(self.tasks)


def own(task: Task) -> tuple[str, ...]:
    """The metrics that make a task's score."""
    return task.metrics if task.kind == "spans" else task.metrics[:1]


def score(task: Task, means: Mapping[str, float]) -> float:
    return sum(means[metric] for metric in own(task)) / len(own(task))


# ---- one language ----


def _sides(task: Task, gold: Sequence[Any], guess: Sequence[Any]) -> dict[str, Parts]:
    """Precision and recall where the figure is F1 of entities or pairs: XTREME's scorer prints them too."""
    if layout.form(task) == "tags":
        found = [(len(a & b), len(b), len(a)) for a, b in zip(scores.entities(gold), scores.entities(guess), strict=True)]
    elif layout.form(task) == "mined":
        found = [(len(set(gold) & set(guess)), len(set(guess)), len(set(gold)))]
    else:
        return {}
    return {
        "precision": scores.of([(both, said) for both, said, _ in found]),
        "recall": scores.of([(both, right) for both, _, right in found]),
    }


def score_language(task: Task, code: str, gold: Path, predictions: Path, against: Path | None = None) -> Scored:
    """The figures of one file of predictions, compared with a second one where that is given."""
    if task.id == "mlqa" and not code:
        raise Problem(f"{predictions}: MLQA's scorer has to know the language of the answers; add --language")
    right = read.gold(task, gold)
    said = read.guess(task, predictions, right)
    cells = {}
    for metric, parts in measure.measure(task, right.rows, said.rows, code).items():
        cells[metric] = Cell(scores.figure(parts), *significance.interval(parts))
    for metric, parts in _sides(task, right.rows, said.rows).items():
        cells[metric] = Cell(scores.figure(parts), float("nan"), float("nan"))
    versus, lacks = [], tuple[str, ...]()
    if against is not None:
        other = read.guess(task, against, right)
        lacks = other.missing
        for metric, (ours, theirs) in measure.paired(task, right.rows, said.rows, other.rows, code).items():
            if metric in own(task):
                found = significance.compare(ours, theirs)
                other_figure = scores.figure(theirs)
                versus.append(Versus(metric, other_figure, found.difference, found.low, found.high, found.p_permutation))
    return Scored(code, len(right.rows), cells, said.missing, said.unknown, tuple(versus), lacks)


def _adjusted(found: Sequence[Scored]) -> tuple[Scored, ...]:
    """The p of each comparison adjusted over the languages, metric by metric."""
    columns = [[one.versus[place] for one in found] for place in range(len(found[0].versus))]
    for number, column in enumerate(columns):
        ps = [one.p for one in column]
        adjusted = zip(column, significance.holm(ps), significance.benjamini_hochberg(ps), strict=True)
        columns[number] = [replace(one, holm=float(holm), bh=float(bh)) for one, holm, bh in adjusted]
    return tuple(replace(one, versus=tuple(column[place] for column in columns)) for place, one in enumerate(found))


# ---- tasks and benchmarks ----


def score_task(
    task: Task,
    gold: Path,
    predictions: Path,
    against: Path | None = None,
    only: str = "",
    expected: Sequence[str] = (),
) -> TaskScore:
    """A task from two files, or from two folders of files by language; `only` restricts to a language, or names that
    of the files. `expected` are the languages without which the task is not whole; default: those of gold."""
    paths = [gold, predictions, *([against] if against else [])]
    for path in paths:
        if not path.exists():
            raise Problem(f"{path}: no such file or folder")
    if len({path.is_dir() for path in paths}) > 1:
        folder, file = (next(path for path in paths if path.is_dir() is kind) for kind in (True, False))
        raise Problem(f"{folder} is a folder and {file} is a file; give files only, or folders only")
    if not gold.is_dir():
        code = only or layout.language_of(predictions) or layout.language_of(gold)
        return TaskScore(task, _adjusted([score_language(task, code, gold, predictions, against)]))
    right, *said = (layout.files(path, task) for path in paths)
    if only:
        for path, found in zip(paths, [right, *said], strict=True):
            if only not in found:
                raise Problem(f"{path}: {layout.name(task, only)} is not in it; there are {' '.join(found)}")
    wanted = [only] if only else list(dict.fromkeys([*expected, *right]))
    there = [code for code in wanted if all(code in found for found in (right, *said))]
    if not there:
        raise Problem(f"{predictions}: no language in common with {gold}")
    rows = [score_language(task, code, right[code], said[0][code], said[1][code] if against else None) for code in there]
    needed = [] if only else list(expected) or list(right)
    return TaskScore(task, _adjusted(rows), tuple(code for code in needed if code not in there))


def score_suite(suite: Suite, gold: Path, predictions: Path, against: Path | None = None) -> SuiteScore:
    """A whole submission: folders with a folder for each task. What is not there is named, and no score made of the rest."""
    for path in (gold, predictions, *([against] if against else [])):
        if not path.is_dir():
            what = "this is a file" if path.exists() else "no such folder"
            raise Problem(f"{path}: {what}; expected a folder with a folder for each task of {suite.title}")
    found, absent = list[TaskScore](), dict[str, str]()
    for id, languages in suite.languages.items():
        sides = {"gold": gold, "predictions": predictions, **({"predictions of the other system": against} if against else {})}
        without = [name for name, path in sides.items() if not (path / id).is_dir()]
        if without:
            absent[id] = f"no {' and no '.join(without)}"
            continue
        other = against / id if against else None
        found.append(score_task(TASKS[id], gold / id, predictions / id, other, expected=languages))
    if not found:
        tasks = ", ".join(suite.languages)
        raise Problem(f"{predictions}: no task in common with {gold}; expected folders named {tasks}")
    return SuiteScore(suite, tuple(found), absent)
