"""Our results beside the figures of the paper that an experiment repeats."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from .. import experiments as registry
from .. import plan as planning
from .. import store
from ..experiments import SMALL, Experiment
from ..problems import DONE, Problem
from .again import nothing, same
from .show import print_json, table
from .work import chosen, headline

if TYPE_CHECKING:
    import pandas as pd

    from ..compared import Cell

SCHEMA = "replicate.compare/1"
ILLUSTRATION = (
    "illustration only: {what}, with other languages and examples than the paper's; "
    "how ours stands to the printed figures says nothing of the paper"
)
HEAD = (
    "intermediate",
    "MLM",
    "target",
    "metric",
    "",
    "paper",
    "ours",
    "95%",
    "difference",
    "seeds x languages",
    "paper's figure",
)


def compare(args: argparse.Namespace) -> int:
    experiment = chosen(args)
    if not experiment.repeats:
        raise Problem(f"{experiment.name} repeats no paper, so there is nothing to compare it with; its own answer: "
                      f"{same(args, 'results')}")  # fmt: skip
    frame = _ours(args, experiment)
    from .. import compared

    # The paper's own model is that of the largest scale, whichever one we ran.
    model = registry.find(experiment.name, registry.SCALES[-1]).model.removeprefix("hub:")
    cells = compared.compared(frame, compared.paper(experiment.repeats, model))
    why = illustration(experiment)
    if args.json:
        about = {"experiment": experiment.name, "scale": experiment.scale, "world": experiment.world}
        print_json(SCHEMA, {**about, "paper": experiment.repeats, "illustration": why, "cells": [asdict(one) for one in cells]})
        return DONE
    have = [one for one in cells if one.value is not None]
    if not have:
        mend = f"{args.runs} holds other results" if Path(args.runs).is_file() else f"run the experiment: {same(args, 'run')}"
        raise Problem(f"none of the {len(cells)} figures of {experiment.repeats} is measured ({_reasons(cells)}); {mend}")
    print(headline(experiment))
    if why:
        print(why)
    print(f"ours beside {experiment.repeats}, in points; 95% intervals over seeds and languages, by t")
    print(table([_line(one) for one in have], HEAD))
    print(compared.summary(have))
    notes = Counter(note for one in have for note in one.note.split("; ") if note)
    if notes:
        print("what differs: " + "; ".join(f"{note} ({count} of {len(have)})" for note, count in notes.items()))
    if len(have) < len(cells):
        print(f"{len(cells) - len(have)} of {len(cells)} figures are not compared: {_reasons(cells)}")
    return DONE


def illustration(experiment: Experiment) -> str:
    """Empty, or why results of this experiment are no replication of a paper."""
    if experiment.weights == "random":
        return ILLUSTRATION.format(what="a model of random weights")
    if experiment.world == "artificial":
        return ILLUSTRATION.format(what="a small model of ours in the artificial world")
    return ILLUSTRATION.format(what="a small model of ours") if experiment.model in SMALL or experiment.scale in SMALL else ""


def _ours(args: argparse.Namespace, experiment: Experiment) -> pd.DataFrame:
    """The rows of the experiment's plan in a runs folder, or those of a file of results."""
    path = Path(args.runs)
    if path.is_file():
        from .. import results

        frame = results.read(path)
        return frame[frame["origin"].str.startswith("run:")]
    runs = store.open_store(args.runs, write=False)
    wanted = [step.id for step in planning.plan(experiment) if step.kind == "evaluate"]
    rows = list(store.rows(runs, wanted))
    if not rows:
        raise nothing(args, experiment, runs, f"no results of {experiment.name} at this scale in {runs.name}")
    from .. import results

    have = len({row["origin"] for row in rows})
    if have < len(wanted):
        print(f"replicate: {len(wanted) - have} of {len(wanted)} evaluations are not done yet: {same(args, 'run')}",
              file=sys.stderr)  # fmt: skip
    return results.table(rows, where=runs.name)


def _line(cell: Cell) -> tuple[str, ...]:
    assert cell.value is not None and cell.difference is not None
    gain = cell.quantity == "gain"
    ours = f"{cell.value:+.1f}" if gain else f"{cell.value:.1f}"
    sign = "+" if gain else ""
    ends = f"{cell.interval[0]:{sign}.1f} to {cell.interval[1]:{sign}.1f}" if cell.interval else ""
    theirs = cell.printed if not gain or cell.printed[0] in "+-\u2212" else f"+{cell.printed}"
    about = (cell.intermediate, "yes" if cell.mlm else "no", cell.target, cell.metric, cell.quantity)
    return (*about, theirs, ours, ends, f"{cell.difference:+.1f}", f"{cell.seeds} x {cell.languages}", cell.verdict)


def _reasons(cells: Sequence[Cell]) -> str:
    counts = Counter(one.missing.split(": ")[-1] for one in cells if one.missing)
    return ", ".join(f"{why} ({count})" for why, count in counts.most_common(4))
