"""The command that writes the predictions of a finished experiment as submissions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .. import plan as planning
from .. import store
from ..problems import DONE, Problem, unknown
from ..submissions import export as exporting
from ..submissions import layout
from ..submissions.export import Evaluation
from ..tasks import ALIASES
from .again import nothing
from .show import print_json, table
from .work import chosen

SCHEMA = "replicate.export/1"


def export(args: argparse.Namespace) -> int:
    """One folder for each system that has finished evaluations; what a scorer will miss is said on stderr."""
    experiment = chosen(args)
    runs, out, suite = store.open_store(args.runs, write=False), Path(args.out), layout.SUITES[args.format]
    steps = [step for step in planning.plan(experiment) if step.kind == "evaluate"]
    wanted = [step for step in steps if _asked(args, step)]
    if not wanted:
        raise _nothing(args, steps)
    there = store.sound(runs, [step.id for step in wanted])
    every = [Evaluation(step.id, step.settings, store.folder(runs, step.id) / "predictions.jsonl") for step in wanted]
    found = exporting.systems([one for one in every if one.id in there])
    if not found:
        raise nothing(args, experiment, runs, f"no evaluation of {experiment.name} at this scale is in {runs.name}")
    todo = {
        system.name: {one.settings["target"]: "not evaluated yet" for one in system.evaluations if one.id not in there}
        for system in exporting.systems(every)
    }
    about = {"format": suite.id, "experiment": experiment.name, "scale": experiment.scale}
    manifests = exporting.export(found, suite, out, about, todo, args.force)
    if experiment.world == "artificial":
        print("replicate: artificial world: these folders cannot be submitted", file=sys.stderr)
    for one in manifests:
        for line in one["missing"]:
            print(f"replicate: {one['system']}: {line}", file=sys.stderr)
    written = [one for one in manifests if one["tasks"]]
    if not written:
        raise Problem(f"nothing of {experiment.name} can be exported; the lines above say why")
    if args.json:
        print_json(SCHEMA, {"out": str(out), "systems": manifests})
    else:
        print(f"{'artificial world, ' if experiment.world == 'artificial' else ''}{suite.title}'s format, in {out}")
        files = [sum(len(task["examples"]) for task in one["tasks"].values()) for one in written]
        rows = [(one["system"], len(one["tasks"]), count) for one, count in zip(written, files, strict=True)]
        print(table(rows, ("folder", "tasks", "files")))
    return DONE


def _asked(args: argparse.Namespace, step: planning.Step) -> bool:
    row = step.settings["row"]
    name = args.intermediate and ALIASES.get(args.intermediate.lower(), args.intermediate)
    return (
        (not args.intermediate or row["intermediate"] in (name, args.intermediate))
        and (not args.mlm or row["mlm"])
        and (args.seed is None or row["seed"] == args.seed)
    )


def _nothing(args: argparse.Namespace, steps: list[planning.Step]) -> Problem:
    """Which of the options leaves nothing to export."""
    names = {step.settings["row"]["intermediate"] for step in steps}
    if args.intermediate and ALIASES.get(args.intermediate.lower(), args.intermediate) not in names:
        return unknown("intermediate", args.intermediate, names)
    seeds = sorted({step.settings["row"]["seed"] for step in steps})
    if args.seed is not None and args.seed not in seeds:
        return Problem(f"--seed {args.seed}: the experiment has {' '.join(map(str, seeds))}")
    return Problem("no system of the experiment is what --intermediate, --mlm and --seed ask for together")
