"""Commands on an experiment: run, status, results."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .. import devices, flags, resources, store
from .. import experiments as registry
from .. import plan as planning
from ..costs import room, took
from ..experiments import Experiment
from ..experiments.fit import listed
from ..experiments.options import choose
from ..problems import DONE, FAILED, Problem
from ..sources import faults, open_source
from ..terminal.progress import duration
from .again import placed, same
from .show import print_json, table

if TYPE_CHECKING:
    from ..agenda import Agenda
    from ..run import Hands

KINDS = ("pretrain", "average", "train", "evaluate")


ALL = "all"  # in place of an experiment's name: all of them, sharing their steps


def chosen(args: argparse.Namespace, name: str = "") -> Experiment:
    """The experiment that name and options of a command line mean."""
    if not name and args.experiment == ALL:
        raise Problem(f"{args.command} takes one experiment at a time, not {ALL}: {', '.join(registry.names())}")
    words = [word for one in args.only for word in one.replace(",", " ").split()]
    found = registry.find(name or args.experiment, args.scale, args.source, args.train_on, args.weights)
    return choose(found, words, args.limit, args.seeds, args.changes, args.method, args.model)


def several(args: argparse.Namespace) -> tuple[Experiment, ...]:
    """The experiments that a command line means: one, or all."""
    return tuple(chosen(args, name) for name in (registry.names() if args.experiment == ALL else [args.experiment]))


def together(experiments: Sequence[Experiment]) -> list[planning.Step]:
    """The steps of all experiments, each once, every step after its inputs."""
    return list({step.id: step for one in experiments for step in planning.plan(one)}.values())


def headline(experiment: Experiment) -> str:
    return f"{experiment.name} at scale {experiment.scale}, {where(experiment)}: {experiment.question}"


def where(experiment: Experiment) -> str:
    """The world that an experiment is carried out in, and whether its model is one."""
    world = "artificial world" if experiment.world == "artificial" else "real data"
    return f"{world}, rehearsal with random weights" if experiment.weights == "random" else world


# ---- run ----


def elsewhere(args: argparse.Namespace) -> str | None:
    """The address of the cluster that a run is to be on, "" for one that is started here; None where it needs none."""
    where, has_address, address = args.on.partition("=")
    if where not in ("here", "ray") or (has_address and (where == "here" or not address)):
        raise Problem(f"--on {args.on}: expected here, ray, ray=auto, ray=HOST:PORT or ray=ray://HOST:PORT")
    if where == "here" and args.gpus_per_step is not None:
        raise Problem("--gpus-per-step is for --on ray; on this machine each GPU has one worker")
    if where == "ray" and args.parallel not in (None, 1):
        raise Problem("--parallel spreads a training over the GPUs of this machine; with --on ray each step has one")
    share = 1.0 if args.gpus_per_step is None else args.gpus_per_step
    if not 0 < share <= 1 and not (share > 1 and share.is_integer()):
        raise Problem(f"--gpus-per-step {args.gpus_per_step:g}: expected a share such as 0.25, or a whole number")
    return address if where == "ray" else None


@contextlib.contextmanager
def hands(
    args: argparse.Namespace, address: str | None, large: bool, runs: store.Store
) -> Iterator[Callable[[Agenda], Hands] | None]:
    """Who carries out a run: a cluster, or None for this machine's own workers."""
    if address is None:
        yield None
        return
    from ..cluster import engine, meeting

    share = 1.0 if args.gpus_per_step is None else args.gpus_per_step
    with engine.connected(meeting.Wanted(address, args.device, large, share, args.workers), runs) as found:
        print(f"replicate: {found.says}", file=sys.stderr, flush=True)
        yield found.hands


def run(args: argparse.Namespace) -> int:
    from .. import run as running

    if args.workers is not None and args.workers < 1:
        raise Problem(f"--workers {args.workers}: at least one worker is needed")
    first, launched = devices.launched()
    if not first:
        return DONE  # torchrun started this command several times: the first one makes the team itself
    if args.parallel is None and launched > 1:
        args.parallel = launched
    parallel = 1 if args.parallel is None else args.parallel
    if parallel < 1:
        raise Problem(f"--parallel {parallel}: at least one process is needed")
    address, experiments = elsewhere(args), several(args)
    large = any(one.pretrain is None for one in experiments)
    if args.at_once < 0:
        raise Problem(f"--at-once {args.at_once}: expected a number of tokens, or 0 for whole batches")
    cards = [] if address else devices.taken(args.device, large=large)
    if cards and len(cards) < parallel:
        raise Problem(f"--parallel {parallel}: each process needs a GPU of its own, and there are {len(cards)}")
    os.environ[devices.AT_ONCE] = str(args.at_once)
    os.environ[devices.RECOMPUTE] = str(int(args.recompute))
    steps = together(experiments)
    runs = store.open_store(args.runs)
    todo = [part for step in steps if not store.done(runs, step.id) for part in planning.reads(step.kind, step.settings)]
    if wrong := faults(open_source(experiments[0].source), todo):
        more = f" (and {len(wrong) - 1} more such faults)" if len(wrong) > 1 else ""
        raise Problem(f"{wrong[0]}{more}; nothing was run")
    if large and args.weights != "random":
        from ..models import hub

        # Before any worker starts: a model that cannot be had would fail every step in turn.
        for model in {one.model: one for each in experiments for one in each.whole}.values():
            hub.fetch(model.model, model.revisions.get("model", ""))
    workers = args.workers
    if large and not address:
        missing = planning.needed(steps, {step.id for step in steps if store.done(runs, step.id)})
        place = (args.workers, running.cores(), len(cards), parallel, args.at_once, args.recompute)
        workers, says = room.ready(missing, runs, *place)
        print(f"replicate: {says}", file=sys.stderr, flush=True)
    checkpoints = resources.data() / "checkpoints"
    for line in (line for one in experiments for line in (headline(one), *listed(one))):
        print(f"replicate: {line}", file=sys.stderr, flush=True)
    if not planning.needed(steps, {step.id for step in steps if store.done(runs, step.id)}):
        address = None  # nothing is left to do: no cluster need be met
    with hands(args, address, large, runs) as cluster:
        outcome = running.run(
            steps,
            runs,
            title=f"{args.experiment} {args.scale}",
            workers=workers,
            fresh=args.fresh,
            checkpoints=checkpoints if checkpoints.is_dir() else None,
            methods=args.steps,
            command=same(args, "run", *placed(args)),
            cards=cards,
            parallel=parallel,
            hands=cluster,
        )
    labels = {step.id: step.label for step in steps}
    there = len(outcome.before) + len(outcome.finished) + len(outcome.adopted)
    parts = [f"{len(outcome.finished)} steps done in {duration(outcome.seconds)}", f"{len(outcome.before)} were there before"]
    parts += [f"{len(outcome.adopted)} came with the package"] if outcome.adopted else []
    parts += [f"{len(outcome.failed)} failed"] if outcome.failed else []
    parts += [f"{len(outcome.waiting)} wait for those"] if outcome.waiting else []
    print(f"replicate: {', '.join(parts)}", file=sys.stderr)
    if outcome.nodes:
        counts = sorted(Counter(outcome.nodes.values()).items())
        print(f"replicate: steps by node: {', '.join(f'{name} {count}' for name, count in counts)}", file=sys.stderr)
    took_here = took.by_sort(runs, steps, outcome.finished)
    if args.weights == "random" and took_here:
        print(table(took.rows(took_here), took.HEAD), file=sys.stderr)
    for id, reason in outcome.failed.items():
        print(f"replicate: failed: {labels[id]} ({id}): {reason}", file=sys.stderr)
    if args.json:
        print_json(
            "replicate.run/1",
            {
                "experiment": args.experiment,
                "scale": args.scale,
                "steps": len(steps),
                "done": there,
                "finished": list(outcome.finished),
                "adopted": list(outcome.adopted),
                "failed": dict(outcome.failed),
                "waiting": list(outcome.waiting),
                "seconds": round(outcome.seconds, 1),
                "took": took_here,
                "nodes": dict(outcome.nodes),
            },
        )
    if outcome.failed:
        print(f"replicate: why, in full: {runs.failed}; try again: {same(args, 'run', *placed(args))}", file=sys.stderr)
        return FAILED
    if args.experiment != ALL:
        print(f"replicate: the table: {same(args, 'results', '--wide')}", file=sys.stderr)
    return DONE


# ---- status ----


def status(args: argparse.Namespace) -> int:
    runs = store.open_store(args.runs, write=False)
    at_work, failures = set(store.running(runs)), store.failures(runs)
    steps: Sequence[planning.Step] = ()
    if args.experiment:
        steps = together(several(args))
        sound = store.sound(runs, [step.id for step in steps])
        done, against = list(sound), flags.flagged(sound)
    else:
        # All there is, by name alone: reading ten thousand steps would take seconds.
        done, against = [id for id in store.ids(runs) if store.done(runs, id)], {}
    by_id = {step.id: step for step in steps}
    running = [id for id in by_id if id in at_work] if args.experiment else sorted(at_work)
    there = set(done)
    failed = {id: one for id, one in failures.items() if id not in there and (id in by_id or not args.experiment)}
    begun = {*running, *failed}
    todo = [step for step in planning.needed(steps, there) if step.id not in begun]
    damaged = store.damaged(runs)
    kinds = Counter(by_id[id].kind for id in done if id in by_id)
    if args.json:
        data: dict[str, Any] = {
            "runs": runs.name,
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
                "flagged": against,
            }
        print_json("replicate.status/1", data)
        return DONE
    if args.experiment:
        planned = Counter(step.kind for step in steps)
        left = Counter(step.kind for step in todo)
        rows = [(kind, planned[kind], kinds[kind], left[kind]) for kind in KINDS if kind in planned]
        print(table([*rows, ("all", len(steps), len(done), len(todo))], ("kind", "steps", "done", "to do")))
        counts = {"running": running, "failed": failed, "still to do": todo, "damaged": damaged, "flagged": against}
        print(", ".join(f"{what} {len(which)}" for what, which in counts.items()))
        for id in running:
            print(f"running: {by_id[id].label}")
    else:
        print(f"{runs.name}: {len(done)} steps done, running {len(running)}, failed {len(failed)}, damaged {len(damaged)}")
    for id, one in failed.items():
        print(f"failed: {one['label']} ({id}): {one['reason']}")
    for line in flags.lines(against, steps):
        print(line)
    for name in damaged:
        print(f"damaged: {runs.damaged / name}")
    return DONE
