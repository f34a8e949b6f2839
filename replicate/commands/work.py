"""Commands on an experiment: plan, run, status, results."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .. import devices, resources, store
from .. import experiments as registry
from .. import plan as planning
from ..experiments import Experiment
from ..experiments.fit import listed
from ..experiments.options import choose
from ..problems import DONE, FAILED, Problem
from ..progress import duration
from ..sources import faults, open_source
from .show import print_json, table

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("pretrain", "average", "train", "evaluate")


def chosen(args: argparse.Namespace) -> Experiment:
    """The experiment that name and options of a command line mean."""
    words = [word for one in args.only for word in one.replace(",", " ").split()]
    found = registry.find(args.experiment, args.scale, args.source, args.train_on)
    return choose(found, words, args.limit, args.seeds, args.changes, args.method, args.model)


def same(args: argparse.Namespace, command: str, *more: str) -> str:
    """Another command on the same experiment with the same options, for hints."""
    words = ["python", "-m", "replicate", command, args.experiment]
    for name, value, default in (("--scale", args.scale, "nano"), ("--source", args.source, ""), ("--runs", args.runs, "runs")):
        words += [name, value] if value != default else []
    words += ["--train-on", args.train_on] if args.train_on != "train" else []
    words += ["--model", args.model] if args.model else []
    words += ["--method", args.method] if args.method != "full" else []
    words += ["--only", *args.only] if args.only else []
    words += ["--limit", str(args.limit)] if args.limit is not None else []
    words += ["--seeds", str(args.seeds)] if args.seeds is not None else []
    words += ["--set", *args.changes] if args.changes else []
    return shlex.join([*words, *more])


def headline(experiment: Experiment) -> str:
    where = "artificial world" if experiment.world == "artificial" else "real data"
    return f"{experiment.name} at scale {experiment.scale}, {where}: {experiment.question}"


# ---- plan ----


def plan(args: argparse.Namespace) -> int:
    experiment = chosen(args)
    steps = planning.plan(experiment)
    runs = store.open_store(args.runs, write=False)
    finished = {step.id for step in steps if store.done(runs, step.id)}
    if args.json:
        data = [{**step.to_dict(), "updates": round(planning.updates(step), 1), "done": step.id in finished} for step in steps]
        counts = {"steps": len(steps), "done": len(finished), "by_kind": dict(Counter(step.kind for step in steps))}
        print_json("replicate.plan/1", {"experiment": asdict(experiment), "counts": counts, "steps": data})
        return DONE
    print(headline(experiment))
    print(f"repeats {experiment.repeats}; model {experiment.model}; source {experiment.source}; seeds {_list(experiment.seeds)}")
    print(f"languages ({len(experiment.languages)}): {_list(experiment.languages)}")
    print(f"targets ({len(experiment.targets)}): {_list(experiment.targets)}")
    variants = [one.title for one in experiment.intermediates if one.tasks or not one.mlm]
    print(f"intermediates ({len(variants)}): {', '.join(variants)}\n")
    rows = []
    for kind in KINDS:
        group = [step for step in steps if step.kind == kind]
        if group:
            batches = sum(map(planning.updates, group))
            rows.append((kind, len(group), sum(step.id in finished for step in group), f"{batches:,.0f}"))
    rows.append(("all", len(steps), len(finished), f"{sum(map(planning.updates, steps)):,.0f}"))
    print(table(rows, ("kind", "steps", "done", "batches")))
    if any((resources.data() / "checkpoints" / step.id).is_dir() for step in steps):
        print("the pretrained model comes with the package: without --fresh its pretraining is not run")
    for line in listed(experiment):
        print(line)
    for name, why in experiment.assumed.items():
        print(f"assumed, where the paper is silent: {name}: {why}")
    if args.steps:
        print()
        print(
            table(
                [(step.id, step.kind, "done" if step.id in finished else "", step.label) for step in steps],
                ("id", "kind", "", "step"),
            )
        )
    return DONE


def _list(values: Sequence[object]) -> str:
    return " ".join(map(str, values))


# ---- run ----


def run(args: argparse.Namespace) -> int:
    from .. import run as running

    if args.workers is not None and args.workers < 1:
        raise Problem(f"--workers {args.workers}: at least one worker is needed")
    experiment = chosen(args)
    if args.at_once < 0:
        raise Problem(f"--at-once {args.at_once}: expected a number of tokens, or 0 for whole batches")
    cards = devices.taken(args.device, large=experiment.pretrain is None)
    os.environ[devices.AT_ONCE] = str(args.at_once)
    steps = planning.plan(experiment)
    runs = store.open_store(args.runs)
    todo = [part for step in steps if not store.done(runs, step.id) for part in planning.reads(step.kind, step.settings)]
    if wrong := faults(open_source(experiment.source), todo):
        more = f" (and {len(wrong) - 1} more such faults)" if len(wrong) > 1 else ""
        raise Problem(f"{wrong[0]}{more}; nothing was run")
    if experiment.pretrain is None:
        from ..models import hub

        # Before any worker starts: a model that cannot be had would fail every step in turn.
        hub.fetch(experiment.model, experiment.revisions.get("model", ""))
    checkpoints = resources.data() / "checkpoints"
    for line in (headline(experiment), *listed(experiment)):
        print(f"replicate: {line}", file=sys.stderr, flush=True)
    outcome = running.run(
        steps,
        runs,
        title=f"{experiment.name} {experiment.scale}",
        workers=args.workers,
        fresh=args.fresh,
        checkpoints=checkpoints if checkpoints.is_dir() else None,
        methods=args.steps,
        command=same(args, "run"),
        cards=cards,
    )
    labels = {step.id: step.label for step in steps}
    there = len(outcome.before) + len(outcome.finished) + len(outcome.adopted)
    parts = [f"{len(outcome.finished)} steps done in {duration(outcome.seconds)}", f"{len(outcome.before)} were there before"]
    parts += [f"{len(outcome.adopted)} came with the package"] if outcome.adopted else []
    parts += [f"{len(outcome.failed)} failed"] if outcome.failed else []
    parts += [f"{len(outcome.waiting)} wait for those"] if outcome.waiting else []
    print(f"replicate: {', '.join(parts)}", file=sys.stderr)
    for id, reason in outcome.failed.items():
        print(f"replicate: failed: {labels[id]} ({id}): {reason}", file=sys.stderr)
    if args.json:
        print_json(
            "replicate.run/1",
            {
                "experiment": experiment.name,
                "scale": experiment.scale,
                "steps": len(steps),
                "done": there,
                "finished": list(outcome.finished),
                "adopted": list(outcome.adopted),
                "failed": dict(outcome.failed),
                "waiting": list(outcome.waiting),
                "seconds": round(outcome.seconds, 1),
            },
        )
    if outcome.failed:
        print(f"replicate: why, in full: {runs.failed}; try again: {same(args, 'run')}", file=sys.stderr)
        return FAILED
    print(f"replicate: the table: {same(args, 'results', '--wide')}", file=sys.stderr)
    return DONE


# ---- status ----


def status(args: argparse.Namespace) -> int:
    runs = store.open_store(args.runs, write=False)
    at_work, failures = set(store.running(runs)), store.failures(runs)
    steps: Sequence[planning.Step] = ()
    if args.experiment:
        steps = planning.plan(chosen(args))
        done = list(store.sound(runs, [step.id for step in steps]))
    else:
        # All there is, by name alone: reading ten thousand steps would take seconds.
        done = [id for id in store.ids(runs) if store.done(runs, id)]
    by_id = {step.id: step for step in steps}
    running = [id for id in by_id if id in at_work] if args.experiment else sorted(at_work)
    failed = {id: one for id, one in failures.items() if id not in done and (id in by_id or not args.experiment)}
    todo = [step for step in planning.needed(steps, set(done)) if step.id not in {*running, *failed}]
    damaged = store.damaged(runs)
    kinds = Counter(by_id[id].kind for id in done if id in by_id)
    if args.json:
        data: dict[str, Any] = {
            "runs": str(runs.root),
            "done": len(done),
            "running": running,
            "failed": {id: one["reason"] for id, one in failed.items()},
            "damaged": damaged,
        }
        if args.experiment:
            data |= {
                "experiment": args.experiment,
                "scale": args.scale,
                "steps": len(steps),
                "done_by_kind": dict(kinds),
                "to_do": len(todo),
            }
        print_json("replicate.status/1", data)
        return DONE
    if args.experiment:
        planned = Counter(step.kind for step in steps)
        left = Counter(step.kind for step in todo)
        rows = [(kind, planned[kind], kinds[kind], left[kind]) for kind in KINDS if kind in planned]
        print(table([*rows, ("all", len(steps), len(done), len(todo))], ("kind", "steps", "done", "to do")))
        print(f"running {len(running)}, failed {len(failed)}, still to do {len(todo)}, damaged {len(damaged)}")
        for id in running:
            print(f"running: {by_id[id].label}")
    else:
        print(f"{runs.root}: {len(done)} steps done, running {len(running)}, failed {len(failed)}, damaged {len(damaged)}")
    for id, one in failed.items():
        print(f"failed: {one['label']} ({id}): {one['reason']}")
    for name in damaged:
        print(f"damaged: {runs.damaged / name}")
    return DONE


# ---- results ----


def results(args: argparse.Namespace) -> int:
    experiment = chosen(args)
    runs = store.open_store(args.runs, write=False)
    wanted = [step.id for step in planning.plan(experiment) if step.kind == "evaluate"]
    rows = list(store.rows(runs, wanted))
    if not rows:
        raise Problem(f"no results of {experiment.name} at this scale in {runs.root}; make them with: {same(args, 'run')}")
    have = len({row["origin"] for row in rows})
    if have < len(wanted):
        print(
            f"replicate: {len(wanted) - have} of {len(wanted)} evaluations are not done yet: {same(args, 'run')}", file=sys.stderr
        )
    from .. import results as contract

    frame = contract.table(rows, where=str(runs.root))
    for line in flagged(rows):
        print(f"replicate: {line}", file=sys.stderr)
    world = "artificial world" if experiment.world == "artificial" else "real data"
    if args.wide:
        shown = contract.wide(frame).reset_index()
    elif args.by_language:
        from ..languages import languages
        from ..transfer import by_language

        shown = by_language(frame, languages(experiment.world))
    elif args.csv or args.json:
        shown = frame
    else:
        shown = summary(frame)
    if args.json:
        schema = "replicate.results-wide/1" if args.wide else contract.SCHEMA
        schema = "replicate.results-by-language/1" if args.by_language else schema
        data = json.loads(shown.to_json(orient="records", double_precision=10, force_ascii=False))
        print_json(schema, {"world": experiment.world, "experiment": experiment.name, "scale": experiment.scale, "rows": data})
    elif args.csv:
        if experiment.world == "artificial":
            print("replicate: artificial world", file=sys.stderr)
        if not args.wide and not args.by_language:
            print(f"# {contract.SCHEMA}")
        sys.stdout.write(shown.to_csv(index=False, lineterminator="\n"))
    else:
        seeds = frame["seed"].nunique()
        print(f"{world}, {experiment.name} at scale {experiment.scale}; points, {_means(seeds)}")
        for task, split in experiment.trained_on.items():
            print(f"{task} was trained on its {split} set, for want of a training set")
        print(for_people(shown, signed=args.wide))
    return DONE


def flagged(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What cells say against themselves (a model that has collapsed), a line for each system and target. They stand in
    averages all the same: leaving them out would flatter."""
    noted: dict[tuple[str, ...], set[str]] = {}
    for row in rows:
        if row.get("note"):
            key = (f"{row['intermediate']}{' with MLM' if row['mlm'] else ''}", row["target"], str(row["seed"]), row["note"])
            noted.setdefault(key, set()).add(row["language"])
    return [
        f"{name}, {target}, seed {seed}: {note} in {' '.join(sorted(languages))}"
        for (name, target, seed, note), languages in noted.items()
    ]


def _means(seeds: int) -> str:
    return "one seed" if seeds == 1 else f"means over {seeds} seeds"


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """One line per intermediate and target: the mean score over languages and seeds, its gain over the baseline of the
    same seed, and the 95% interval of that gain over seeds (by t; empty for one seed)."""
    import pandas as pd

    from .. import results as contract

    scores = contract.task_scores(frame)
    key = ["intermediate", "mlm", "target"]
    level = scores.groupby(key, sort=False)["value"].agg(["mean", "std", "count"])
    gain = contract.gains(scores).groupby(key, sort=False)["value"].agg(["mean", "sem", "count"])
    half = gain["sem"] * _t(gain["count"])
    gained = pd.DataFrame({"gain": gain["mean"], "low": gain["mean"] - half, "high": gain["mean"] + half})
    shown: pd.DataFrame = level.join(gained).reset_index()
    return shown.rename(columns={"mean": "score", "std": "sd over seeds", "count": "seeds"})


def _t(counts: pd.Series) -> pd.Series:
    """The 97.5% quantile of Student's t for so many seeds."""
    from scipy.stats import t

    return counts.map(lambda count: t.ppf(0.975, count - 1) if count > 1 else float("nan"))


def for_people(frame: pd.DataFrame, signed: bool) -> str:
    """A frame as text: one digit after the point, gains with their sign, nothing where nothing was measured."""
    constant = {"world", "model", "method", "split"}
    columns = [name for name in frame.columns if name not in constant]

    def cell(row: Mapping[Any, Any], name: str) -> str:
        value = row[name]
        if value is None or value != value:
            return ""
        if name == "mlm":
            return "yes" if value else "no"
        if name == "r":
            return f"{value:+.2f}"
        if isinstance(value, float):
            return (
                f"{value:+.1f}"
                if name in ("gain", "low", "high") or (signed and row.get("quantity") == "gain")
                else f"{value:.1f}"
            )
        return str(value)

    rows = [[cell(row, name) for name in columns] for row in frame.to_dict("records")]
    return table(rows, columns)
