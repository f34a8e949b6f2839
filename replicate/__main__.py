"""The command line: `python -m replicate`. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from .problems import DONE, guard

WELCOME = """\
replicate: intermediate-task training and zero-shot cross-lingual transfer, repeated step by step

  python -m replicate world                                 the artificial world that the demo runs on
  python -m replicate plan stilts --only demo               what a run would do, and how long it is
  python -m replicate run stilts --scale tiny               the whole chain in seconds
  python -m replicate run stilts --only demo                the demo: minutes on a laptop, stop and go on at any time
  python -m replicate results stilts --only demo --wide     the table
  python -m synth verify                                    what papers claim, checked against tables and runs

All commands: python -m replicate --help
"""


def parser() -> argparse.ArgumentParser:
    """The parser of all commands and options."""
    debug = argparse.ArgumentParser(add_help=False)
    debug.add_argument("--debug", action="store_true", help="show the whole traceback of an error")
    plain = argparse.ArgumentParser(add_help=False, parents=[debug])
    plain.add_argument("--json", action="store_true", help="print JSON with a versioned schema name")

    store = argparse.ArgumentParser(add_help=False)
    store.add_argument(
        "--runs",
        metavar="DIR",
        default="runs",
        help="folder of the finished steps, or a URL such as s3://BUCKET/DIR (default: runs)",
    )
    choice = argparse.ArgumentParser(add_help=False)
    choice.add_argument("--scale", metavar="NAME", default="nano", help="tiny, nano (default), base or large")
    choice.add_argument(
        "--source",
        metavar="NAME",
        default="",
        help="where examples come from: world, hub, xtreme:DIR, folder:DIR, or several with commas (default: as the scale says)",
    )
    choice.add_argument(
        "--weights",
        metavar="NAME",
        default="pretrained",
        help="random, with --source world: rehearse base or large at the model's real shapes, with nothing to fetch",
    )
    choice.add_argument(
        "--train-on",
        metavar="SPLIT",
        default="train",
        help="dev: train on dev sets where training sets are missing; every result says so",
    )
    choice.add_argument(
        "--only",
        metavar="WORD",
        nargs="+",
        action="extend",
        default=[],
        help="intermediates, targets, mlm, no-mlm, shuffled, or a named part such as demo; the baseline always stays",
    )
    choice.add_argument(
        "--model",
        metavar="NAME",
        default="",
        help="xlmr (default), mt5 (text to text), or hub:ID or dir:PATH of XLM-R's kind",
    )
    choice.add_argument(
        "--method", metavar="NAME", default="full", help="what is trained: full (default), adapter (pfeiffer), houlsby or lora"
    )
    choice.add_argument("--limit", metavar="N", type=int, help="at most N examples to train on and to evaluate per language")
    choice.add_argument("--seeds", metavar="N", type=int, help="the first N seeds")
    choice.add_argument(
        "--set",
        metavar="KEY=VALUE",
        nargs="+",
        action="extend",
        default=[],
        dest="changes",
        help="change a setting, for example target.learning_rate=1e-4 intermediate.anli+.epochs=2 languages=a1a,a1b",
    )
    experiment = [plain, store, choice]

    top = argparse.ArgumentParser(prog="replicate", description="Experiments on intermediate-task training, step by step.")
    commands = top.add_subparsers(metavar="COMMAND", dest="command", title="commands")

    def command(name: str, help: str, parents: Sequence[argparse.ArgumentParser]) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help, description=help, parents=list(parents))

    tasks = command("tasks", "the tasks with their data, or one of them in full with examples", [plain])
    tasks.add_argument("task", metavar="TASK", nargs="?", help="id, title or alias")
    tasks.add_argument(
        "--source", metavar="NAME", help="where the examples come from: world (default), hub, xtreme:DIR or folder:DIR"
    )
    tasks.add_argument("--language", metavar="L", help="language of the examples (default: the pivot, or the first with some)")
    tasks.add_argument("--split", metavar="NAME", help="train, dev or test (default: dev, or the first that has some)")
    tasks.add_argument("--count", metavar="N", type=int, default=3, help="how many examples (default: 3)")
    languages = command("languages", "the languages with their distances from the pivot", [plain])
    languages.add_argument(
        "--source", metavar="NAME", default="", help="'world' for the artificial languages (default: the real ones)"
    )
    languages.add_argument(
        "--overlap", action="store_true", help="the share of each language's subwords that the pivot's text has, as CSV"
    )
    languages.add_argument(
        "--model", metavar="NAME", default="", help="of --overlap: hub:ID or dir:PATH (default: the shipped one)"
    )
    stated = command("experiments", "the experiments, or what one of them stated before it had data", [plain])
    stated.add_argument("experiment", metavar="EXPERIMENT", nargs="?")
    stated.add_argument("--scale", metavar="NAME", default="nano", help="tiny, nano (default), base or large")
    plan = command("plan", "what a run would do", experiment)
    plan.add_argument("--steps", action="store_true", help="list every step")
    plan.add_argument("--assumptions", action="store_true", help="list all that was assumed, and where our engine deviates")
    run = command("run", "carry out an experiment; what is done already is not done again", experiment)
    run.add_argument("--workers", metavar="N", type=int, help="worker processes (default: as many as cores and memory allow)")
    run.add_argument(
        "--on",
        metavar="WHERE",
        default="here",
        help="here (default), or a Ray cluster: ray starts one on this machine, ray=auto finds one, ray=HOST:PORT, ray=ray://HOST:PORT",
    )
    run.add_argument(
        "--gpus-per-step",
        metavar="X",
        type=float,
        help="with --on ray: GPUs of each step (default: 1; 0.25 shares one among four)",
    )
    run.add_argument("--device", metavar="NAME", default="auto", help="cpu, cuda, or auto: GPUs for XLM-R where there are some")
    run.add_argument(
        "--at-once", metavar="N", type=int, default=0, help="tokens of a batch on the device at a time, for small cards"
    )
    run.add_argument(
        "--recompute", action="store_true", help="keep less of each layer in training and compute it twice, for small cards"
    )
    run.add_argument(
        "--parallel", metavar="N", type=int, help="spread each training over N processes or GPUs, which divide its batches"
    )
    run.add_argument("--fresh", action="store_true", help="pretrain anew, even where a checkpoint comes with the package")
    run.add_argument("--steps", metavar="MODULE:NAME", default="replicate.steps:STEPS", help=argparse.SUPPRESS)
    status = command("status", "what is done, running, failed and still to do", experiment)
    results = command("results", "the results of an experiment as a table", experiment)
    form = results.add_mutually_exclusive_group()
    form.add_argument(
        "--wide", action="store_true", help="one line per intermediate, one column per target: gains over the baseline"
    )
    form.add_argument("--by-language", action="store_true", help="one column per language, and how scores go with distance")
    results.add_argument("--csv", action="store_true", help="print CSV")
    compare = command("compare", "the results beside the figures of the paper that the experiment repeats", experiment)
    score = command("score", "score prediction files as the official scorers do", [plain])
    score.add_argument("task", metavar="TASK", help="a task, or xtreme or xtreme-r for a whole submission")
    score.add_argument("--gold", metavar="PATH", required=True, help="a file, or a folder of files test-LL.tsv or test-LL.json")
    score.add_argument("--predictions", metavar="PATH", required=True, help="the same for the predictions")
    score.add_argument(
        "--against", metavar="PATH", help="predictions of a second system, compared with the first by paired tests"
    )
    score.add_argument("--language", metavar="L", help="only this language; with single files: their language")
    export = command("export", "write the predictions of a finished experiment as submissions", experiment)
    export.add_argument("--format", choices=["xtreme"], default="xtreme", help="the form of the files (default: xtreme)")
    export.add_argument("--out", metavar="DIR", required=True, help="where to write: one folder for each system")
    export.add_argument("--intermediate", metavar="NAME", help="only systems with this intermediate task")
    export.add_argument("--mlm", action="store_true", help="only systems with multilingual MLM beside the intermediate task")
    export.add_argument("--seed", metavar="N", type=int, help="only this seed")
    export.add_argument("--force", action="store_true", help="replace an earlier export in the same place")
    for one in (plan, run, results, compare, export):
        one.add_argument("experiment", metavar="EXPERIMENT", help="its name; plan, run and status take all, too")
    status.add_argument("experiment", metavar="EXPERIMENT", nargs="?", help="its name, or all")
    world = command("world", "the artificial world: its tree, features and a sentence in each language", [plain])
    world.add_argument("--sample", metavar="TASK", help="show examples of a task instead")
    world.add_argument("--language", metavar="L", help="the language of the examples (default: the pivot)")
    world.add_argument("--split", metavar="NAME", default="dev", help="train, dev or test")
    world.add_argument("--count", metavar="N", type=int, default=3, help="how many examples")
    world.add_argument("--seed", metavar="N", type=int, default=0, help="another draw of sentences")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    args = parser().parse_args(argv)
    if args.command is None:
        print(WELCOME, end="")
        return DONE
    return guard(lambda: _command(args.command)(args), "replicate", args.debug)


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    if name in ("score", "export"):  # numpy, which the others can do without
        from .commands import export, score

        return {"score": score.score, "export": export.export}[name]
    from .commands import compare, plan, results, show, tasks, work

    table = {
        "tasks": tasks.tasks,
        "languages": show.languages,
        "experiments": show.experiments,
        "world": show.world,
        "plan": plan.plan,
        "run": work.run,
        "status": work.status,
        "results": results.results,
        "compare": compare.compare,
    }
    return table[name]


if __name__ == "__main__":
    from . import shadow

    shadow.warn("replicate")
    sys.exit(main())
