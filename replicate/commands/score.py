"""The command that scores prediction files against gold files, as the official scorers do."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..problems import DONE, Problem
from ..submissions import layout, scoring
from ..submissions.scoring import Scored, SuiteScore, TaskScore
from ..tasks import find
from .show import print_json, table

SCHEMA = "replicate.score/1"
LEVEL = 0.05  # below this adjusted p two systems count as different in the table of a whole submission


def score(args: argparse.Namespace) -> int:
    """One task, or a whole submission where TASK is the name of a benchmark."""
    gold, predictions = Path(args.gold), Path(args.predictions)
    against = Path(args.against) if args.against else None
    about = {"gold": str(gold), "predictions": str(predictions), "against": str(against) if against else None}
    if args.task.lower() in layout.SUITES:
        if args.language:
            raise Problem("--language goes with one task; name the task in place of the benchmark")
        whole = scoring.score_suite(layout.SUITES[args.task.lower()], gold, predictions, against)
        _say([line for one in whole.tasks for line in _doubts(one)] + _absences(whole))
        if args.json:
            print_json(SCHEMA, {**about, **_suite_data(whole)})
        else:
            _print_suite(whole)
        return DONE
    task = find(args.task)
    layout.form(task)  # a Problem for what is not scored, before any file is read
    benchmark = next((suite.languages[task.id] for suite in layout.SUITES.values() if task.id in suite.languages), ())
    found = scoring.score_task(task, gold, predictions, against, args.language or "")
    _say(_doubts(found))
    if args.json:
        print_json(SCHEMA, {**about, **_task_data(found)})
    else:
        _print_task(found, benchmark)
    return DONE


def _say(lines: Sequence[str]) -> None:
    for line in lines:
        print(f"replicate: {line}", file=sys.stderr)


def _doubts(found: TaskScore) -> list[str]:
    """What the figures of a task rest on, where it is not all there."""
    lines = []
    for one in found.languages:
        where, count = f"{found.task.id} {one.language}".rstrip(), len(one.unknown)
        if one.missing:
            effect = "they do not count, as in SQuAD v2's scorer" if found.task.unanswerable else "they count as wrong"
            lines.append(f"{where}: {len(one.missing):,} of {one.n:,} ids have no prediction (first: {one.missing[0]}); {effect}")
        if one.other_missing:
            lines.append(f"{where}: {len(one.other_missing):,} of {one.n:,} ids have no prediction of the other system")
        if one.unknown:
            lines.append(f"{where}: {count:,} predictions have ids that gold has not (first: {one.unknown[0]}); left out")
    if found.lacking:
        count, lacking = len(found.languages), " ".join(found.lacking)
        of = count + len(found.lacking)
        lines.append(f"{found.task.id}: no files for {lacking}; the mean is over {count} of {of} languages")
    return lines


def _absences(whole: SuiteScore) -> list[str]:
    lines = [f"{task}: {why}" for task, why in whole.absent.items()]
    if whole.score is None:
        lines.append(f"the submission is partial: the mean over all {len(whole.suite.languages)} tasks is not made")
    return lines


# ---- one task ----


def _print_task(found: TaskScore, benchmark: Sequence[str]) -> None:
    of = f" of {len(benchmark)}" if len(benchmark) > len(found.languages) else ""
    count = len(found.languages)
    print(f"{found.task.title}, {count}{of} {'language' if count == 1 and not of else 'languages'}: {_score_text(found)}")
    metrics = list(found.languages[0].cells)
    head, rows = ["language", "n"], [[one.language or "-", one.n] for one in found.languages]
    mean: list[object] = ["mean", None]
    for metric in metrics:
        with_ends = not math.isnan(found.languages[0].cells[metric].low)
        head += [metric, "low", "high"] if with_ends else [metric]
        for row, one in zip(rows, found.languages, strict=True):
            cell = one.cells[metric]
            row += [cell.value, cell.low, cell.high] if with_ends else [cell.value]
        mean += [found.means[metric], None, None] if with_ends else [found.means[metric]]
    print(table([*rows, mean] if count > 1 else rows, head))
    print("low and high: the 95% interval over examples like these")
    if found.languages[0].versus:
        print("\nagainst the other system; p from permutations, adjusted over the languages")
        print(table(_versus_rows(found), ("language", "metric", "ours", "theirs", "gain", "low", "high", "p", "Holm", "BH")))


def _score_text(found: TaskScore) -> str:
    metrics = scoring.own(found.task)
    names = " and ".join(metrics)
    return f"{names} {found.score:.2f}" if len(metrics) == 1 else f"score {found.score:.2f} (mean of {names})"


def _versus_rows(found: TaskScore) -> list[list[object]]:
    return [
        [
            one.language or "-", two.metric, one.cells[two.metric].value, two.other, f"{two.difference:+.2f}", f"{two.low:+.2f}",
            f"{two.high:+.2f}", f"{two.p:.4f}", f"{two.holm:.4f}", f"{two.bh:.4f}",
        ]
        for one in found.languages
        for two in one.versus
    ]  # fmt: skip


def _task_data(found: TaskScore) -> dict[str, Any]:
    return {
        "task": found.task.id,
        "score": found.score,
        "mean": found.means,
        "complete": not found.lacking,
        "lacking": list(found.lacking),
        "languages": [_language_data(one) for one in found.languages],
    }


def _language_data(one: Scored) -> dict[str, Any]:
    cells = {
        metric: {"value": cell.value, **({} if math.isnan(cell.low) else {"low": cell.low, "high": cell.high})}
        for metric, cell in one.cells.items()
    }
    data = {"language": one.language, "n": one.n, "metrics": cells, "missing": len(one.missing), "unknown": len(one.unknown)}
    if one.versus:
        data["against"] = {
            two.metric: {
                "value": two.other, "difference": two.difference, "low": two.low, "high": two.high, "p": two.p,
                "holm": two.holm, "bh": two.bh,
            }
            for two in one.versus
        }  # fmt: skip
    return data


# ---- a whole submission ----


def _print_suite(whole: SuiteScore) -> None:
    compared = any(one.languages[0].versus for one in whole.tasks)
    head = ["task", "languages", "score", *(["theirs", "gain", "better", "worse"] if compared else []), "means over languages"]
    rows = []
    for one in whole.tasks:
        languages = f"{len(one.languages)} of {len(one.languages) + len(one.lacking)}"
        means = ", ".join(f"{metric} {value:.2f}" for metric, value in one.means.items())
        rows.append([one.task.id, languages, one.score, *(_won(one) if compared else []), means])
    print(table(rows, head))
    if compared:
        print(f"better, worse: languages where p, adjusted by Holm's rule over the task's languages, is below {LEVEL}")
    for group, value in whole.groups.items():
        print(f"{group} {value:.2f}")
    if whole.score is not None:
        print(f"{whole.suite.title} {whole.score:.2f}: the mean of {len(whole.tasks)} tasks")


def _won(one: TaskScore) -> list[object]:
    """The other system's score, our gain, and in how many languages either is ahead on a metric of the task."""
    metrics = scoring.own(one.task)
    theirs = {
        metric: sum(two.other for each in one.languages for two in each.versus if two.metric == metric) / len(one.languages)
        for metric in metrics
    }
    other = scoring.score(one.task, theirs)
    signs = [{(two.difference > 0) - (two.difference < 0) for two in each.versus if two.holm < LEVEL} for each in one.languages]
    return [other, f"{one.score - other:+.2f}", sum(1 in found for found in signs), sum(-1 in found for found in signs)]


def _suite_data(whole: SuiteScore) -> dict[str, Any]:
    return {
        "task": whole.suite.id,
        "score": whole.score,
        "complete": whole.score is not None,
        "groups": whole.groups,
        "absent": dict(whole.absent),
        "tasks": [_task_data(one) for one in whole.tasks],
    }
