"""What the commands of `python -m replicate` are called, which options they take, and examples of each."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from ..terminal.usage import COMPLETION, COMPLETION_EXAMPLES, Parser, examples

WHAT, SETTINGS, WHERE, MACHINE = "what to run", "model and settings", "where", "this machine, or a cluster"
SCALE = "tiny (seconds), nano (default; minutes to hours), base or large (XLM-R on real data)"


def parser() -> Parser:
    """The parser of all commands and options."""
    top = Parser(prog="replicate", description="intermediate-task training and zero-shot cross-lingual transfer, step by step")
    commands = top.add_subparsers(metavar="COMMAND", dest="command", title="commands")

    def command(name: str, help: str, *lines: str, parents: Sequence[Parser] = ()) -> Any:
        one: Parser = commands.add_parser(name, help=help, description=help, parents=[*parents, _plain()])
        examples(one, *(f"{name} {line}".rstrip() for line in lines))
        return one

    _declare_lists(command)
    _declare_work(command)
    _declare_answers(command)
    _declare_completion(command)
    examples(top, "run stilts --scale tiny", "results stilts --scale tiny --wide", "run --help")
    return top


def _group(title: str) -> tuple[Parser, argparse._ArgumentGroup]:
    """A parser to inherit from, with its options under a title."""
    made = Parser(add_help=False)
    return made, made.add_argument_group(title)


def _plain() -> Parser:
    """The options that every command has."""
    made = Parser(add_help=False)
    made.add_argument("--json", action="store_true", help="print JSON with a versioned schema name")
    made.add_argument("--debug", action="store_true", help="show the whole traceback of an error")
    return made


def _experiment(help: str, optional: bool = False) -> Parser:
    made = Parser(add_help=False)
    made.add_argument("experiment", metavar="EXPERIMENT", help=help, nargs="?" if optional else None)
    return made


def _what() -> Parser:
    """The part of an experiment, and its data."""
    made, group = _group(WHAT)
    group.add_argument("--scale", metavar="NAME", default="nano", help=SCALE)
    group.add_argument(
        "--only",
        metavar="WORD",
        nargs="+",
        action="extend",
        default=[],
        help="a part: intermediates, targets, mlm, no-mlm, shuffled, or a named part such as demo; the baseline always stays "
        "(default: what the scale takes; everything: the whole grid)",
    )
    group.add_argument("--seeds", metavar="N", type=int, help="the first N seeds (default: those of the scale)")
    group.add_argument(
        "--limit", metavar="N", type=int, help="at most N examples to train on and to evaluate per language (default: all)"
    )
    group.add_argument(
        "--source",
        metavar="NAME",
        default="",
        help="where examples come from: world, hub, xtreme:DIR, folder:DIR, or several with commas (default: as the scale says)",
    )
    group.add_argument(
        "--train-on",
        metavar="SPLIT",
        default="train",
        help="train (default), or dev: dev sets stand in for training sets that are missing, and every result says so",
    )
    return made


def _settings() -> Parser:
    """The model and what is trained of it."""
    made, group = _group(SETTINGS)
    group.add_argument(
        "--model", metavar="NAME", default="", help="xlmr (default), mt5 (text to text), or hub:ID or dir:PATH of XLM-R's kind"
    )
    group.add_argument(
        "--weights",
        metavar="NAME",
        default="pretrained",
        help="pretrained (default), or random, with --source world: rehearse base or large at the model's real shapes",
    )
    group.add_argument(
        "--method", metavar="NAME", default="full", help="what is trained: full (default), adapter (pfeiffer), houlsby or lora"
    )
    group.add_argument(
        "--set",
        metavar="KEY=VALUE",
        nargs="+",
        action="extend",
        default=[],
        dest="changes",
        help="change a setting, for example target.learning_rate=1e-4 intermediate.anli+.epochs=2 languages=a1a,a1b",
    )
    return made


def _where() -> Parser:
    made, group = _group(WHERE)
    group.add_argument(
        "--runs",
        metavar="DIR",
        default="runs",
        help="folder of the finished steps, or a URL such as s3://BUCKET/DIR (default: runs)",
    )
    return made


def _declare_lists(command: Any) -> None:
    """Commands that show what there is."""
    world = command(
        "world",
        "the artificial world: its tree, its features and a sentence in each language",
        "",
        "--sample xnli --language a1b --count 2",
    )
    world.add_argument("--sample", metavar="TASK", help="show examples of a task instead")
    world.add_argument("--language", metavar="L", help="the language of the examples (default: the pivot)")
    world.add_argument("--split", metavar="NAME", default="dev", help="train, dev (default) or test")
    world.add_argument("--count", metavar="N", type=int, default=3, help="how many examples (default: 3)")
    world.add_argument("--seed", metavar="N", type=int, default=0, help="another draw of sentences (default: 0)")

    tasks = command(
        "tasks",
        "the tasks with their data, or one of them in full with examples",
        "",
        "xnli",
        "NER --source world --language a1b --split test --count 2",
    )
    tasks.add_argument("task", metavar="TASK", nargs="?", help="id, title or alias")
    tasks.add_argument(
        "--source", metavar="NAME", help="where the examples come from: world (default), hub, xtreme:DIR or folder:DIR"
    )
    tasks.add_argument("--language", metavar="L", help="language of the examples (default: the pivot, or the first with some)")
    tasks.add_argument("--split", metavar="NAME", help="train, dev or test (default: dev, or the first that has some)")
    tasks.add_argument("--count", metavar="N", type=int, default=3, help="how many examples (default: 3)")

    languages = command(
        "languages",
        "the languages with their distances from the pivot",
        "",
        "--source world",
        "--source world --overlap > overlap.csv",
    )
    languages.add_argument(
        "--source", metavar="NAME", default="", help="hub (default): the real ones; world: the artificial ones"
    )
    languages.add_argument(
        "--overlap", action="store_true", help="the share of each language's subwords that the pivot's text has, as CSV"
    )
    languages.add_argument(
        "--model", metavar="NAME", default="", help="of --overlap: hub:ID or dir:PATH (default: the shipped one)"
    )

    stated = command(
        "experiments",
        "the experiments, or what one of them stated before it had data",
        "",
        "stilts",
        "families --scale large --json",
    )
    stated.add_argument("experiment", metavar="EXPERIMENT", nargs="?", help="its name")
    stated.add_argument("--scale", metavar="NAME", default="nano", help=SCALE)


def _declare_work(command: Any) -> None:
    """Commands that plan and carry out."""
    any_of = _experiment("its name, or all: all of them, sharing their steps")
    shared = [_what(), _settings(), _where()]
    plan = command(
        "plan",
        "what a run would do: steps, settings, hours, memory and disk by device",
        "stilts --only demo",
        "stilts --scale large --assumptions",
        "all --scale large --json",
        parents=[any_of, *shared],
    )
    plan.add_argument("--steps", action="store_true", help="list every step")
    plan.add_argument("--assumptions", action="store_true", help="list all that was assumed, and where our engine deviates")

    run = command(
        "run",
        "carry out an experiment; what is done already is not done again",
        "stilts --scale tiny",
        "stilts --only demo",
        "stilts --only anli+,xnli --seeds 1 --limit 50 --set target.xnli.updates=50",
        "stilts --scale large --source xtreme:download,hub --device cuda",
        parents=[any_of, *shared],
    )
    _declare_machine(run.add_argument_group(MACHINE))
    run.add_argument("--steps", metavar="MODULE:NAME", default="replicate.steps:STEPS", help=argparse.SUPPRESS)

    command(
        "status",
        "what is done, running, failed and still to do",
        "",
        "stilts --only demo",
        "all --runs runs --json",
        parents=[_experiment("its name, or all (default: what lies in the runs folder, whatever it is of)", True), *shared],
    )


def _declare_machine(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--workers", metavar="N", type=int, help="worker processes (default: as many as cores and memory allow)")
    group.add_argument("--device", metavar="NAME", default="auto", help="cpu, cuda, or auto (default): GPUs for XLM-R, if any")
    group.add_argument(
        "--parallel", metavar="N", type=int, help="spread each training over N processes or GPUs, which divide its batches"
    )
    group.add_argument(
        "--at-once", metavar="N", type=int, default=0, help="tokens of a batch on the device at a time, for small cards (0: all)"
    )
    group.add_argument(
        "--recompute", action="store_true", help="keep less of each layer in training and compute it twice, for small cards"
    )
    group.add_argument(
        "--on",
        metavar="WHERE",
        default="here",
        help="here (default), or a Ray cluster: ray starts one on this machine, ray=auto finds one, ray=HOST:PORT, ray=ray://HOST:PORT",
    )
    group.add_argument(
        "--gpus-per-step",
        metavar="X",
        type=float,
        help="with --on ray: GPUs of each step (default: 1; 0.25 shares one among four)",
    )
    group.add_argument("--fresh", action="store_true", help="pretrain anew, even where a checkpoint comes with the package")


def _declare_answers(command: Any) -> None:
    """Commands on what was run."""
    one_of = _experiment("its name")
    shared = [one_of, _what(), _settings(), _where()]
    results = command(
        "results",
        "the results of an experiment as a table",
        "stilts --scale tiny --wide",
        "stilts --only demo --by-language",
        "stilts --only demo --csv > rows.csv",
        parents=shared,
    )
    group = results.add_argument_group("form of the table (default: a line for each score or contrast)")
    form = group.add_mutually_exclusive_group()
    form.add_argument(
        "--wide", action="store_true", help="one line per intermediate, one column per target: gains over the baseline"
    )
    form.add_argument("--by-language", action="store_true", help="one column per language, and how scores go with distance")
    group.add_argument("--csv", action="store_true", help="print CSV")

    command(
        "compare",
        "the results beside the figures of the paper that the experiment repeats",
        "stilts --scale tiny",
        "stilts --scale base --json",
        parents=shared,
    )

    score = command(
        "score",
        "score prediction files as the official scorers do",
        "xnli --gold gold/xnli --predictions mine/xnli",
        "mlqa --gold dev.json --predictions mine.json --language de",
        "xtreme --gold labels/ --predictions mine/ --against other/ --json",
    )
    score.add_argument("task", metavar="TASK", help="a task, or xtreme or xtreme-r for a whole submission")
    score.add_argument("--gold", metavar="PATH", required=True, help="a file, or a folder of files test-LL.tsv or test-LL.json")
    score.add_argument("--predictions", metavar="PATH", required=True, help="the same for the predictions")
    score.add_argument(
        "--against", metavar="PATH", help="predictions of a second system, compared with the first by paired tests"
    )
    score.add_argument("--language", metavar="L", help="only this language; with single files: their language")

    export = command(
        "export",
        "write the predictions of a finished experiment as submissions",
        "stilts --scale tiny --out submissions",
        "stilts --set evaluation.split=test --intermediate squad1 --seed 1 --out submissions --force",
        parents=shared,
    )
    group = export.add_argument_group("what is written")
    group.add_argument("--out", metavar="DIR", required=True, help="where to write: one folder for each system")
    group.add_argument(
        "--format", metavar="NAME", choices=["xtreme"], default="xtreme", help="the form of the files: xtreme (default)"
    )
    group.add_argument("--intermediate", metavar="NAME", help="only systems with this intermediate task")
    group.add_argument("--mlm", action="store_true", help="only systems with multilingual MLM beside the intermediate task")
    group.add_argument("--seed", metavar="N", type=int, help="only this seed")
    group.add_argument("--force", action="store_true", help="replace an earlier export in the same place")


def _declare_completion(command: Any) -> None:
    one = command("completion", COMPLETION, *(line.format("replicate") for line in COMPLETION_EXAMPLES))
    one.add_argument("shell", metavar="SHELL", help="bash, zsh or fish")
