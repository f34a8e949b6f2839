"""A command line like one that was given, for hints: what to type next, or once more."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING

from ..problems import Problem

if TYPE_CHECKING:
    from ..experiments import Experiment
    from ..store import Store

OURS = ("tiny", "nano")  # scales whose models bear their name


def same(args: argparse.Namespace, command: str, *more: str) -> str:
    """Another command on the same experiment with the same options, for hints."""
    words = ["python", "-m", "replicate", command, args.experiment]
    for name, value, default in (("--scale", args.scale, "nano"), ("--source", args.source, ""), ("--runs", args.runs, "runs")):
        words += [name, value] if value != default else []
    words += ["--weights", args.weights] if args.weights != "pretrained" else []
    words += ["--train-on", args.train_on] if args.train_on != "train" else []
    words += ["--model", args.model] if args.model else []
    words += ["--method", args.method] if args.method != "full" else []
    words += ["--only", *args.only] if args.only else []
    words += ["--limit", str(args.limit)] if args.limit is not None else []
    words += ["--seeds", str(args.seeds)] if args.seeds is not None else []
    words += ["--set", *args.changes] if args.changes else []
    return shlex.join([*words, *more])


def nothing(args: argparse.Namespace, experiment: Experiment, runs: Store, line: str) -> Problem:
    """The problem for an experiment of which `line` says that nothing is there: what there is instead, and how to make it."""
    from .. import store

    models = sorted({str(row["model"]) for row in store.rows(runs)})
    scales = [scale for scale in OURS if scale != experiment.scale and any(scale in model for model in models)]
    of = f"model {', '.join(models)}" + (f": --scale {' or '.join(scales)}?" if scales else "")
    there = f" (what is there is of other options or experiments, {of})" if models else ""
    return Problem(f"{line}{there}; make them with: {same(args, 'run')}")


def placed(args: argparse.Namespace) -> list[str]:
    """The options of a run that say where and how it computes."""
    words = ["--on", args.on] if args.on != "here" else []
    words += ["--gpus-per-step", f"{args.gpus_per_step:g}"] if args.gpus_per_step is not None else []
    words += ["--device", args.device] if args.device != "auto" else []
    words += ["--workers", str(args.workers)] if args.workers is not None else []
    words += ["--parallel", str(args.parallel)] if args.parallel is not None else []
    words += ["--at-once", str(args.at_once)] if args.at_once else []
    return [*words, "--recompute"] if args.recompute else words
