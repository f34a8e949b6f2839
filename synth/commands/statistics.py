"""Commands on effects and languages: pool, regress."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from replicate.terminal.usage import Parser

from . import Declare, named, plain, print_json

METHODS = ("REML", "DL", "PM", "ML", "FE", "EE", "CE", "EB", "HE", "HS", "HSk", "SJ", "SJIT", "DLIT", "PMM")
TESTS = ("z", "t", "knha", "adhoc")
SPLITS, WORLDS = ("dev", "test"), ("real", "artificial")
COMMON = ("FE", "EE", "CE")


def declare(command: Declare) -> None:
    """What these commands are called and which options they take."""
    _declare_pool(
        command(
            "pool",
            "pool effects of known variance: a meta-analysis of a table, or of our results",
            [plain()],
            "effects.csv --effect yi --variance vi",
            "effects.csv --cluster paper --moderators year --bias --forest forest.svg",
            "runs --where target=xnli",
        )
    )
    _declare_regress(
        command(
            "regress",
            "what scores or gains owe to pretraining size, distance, overlap and script",
            [plain()],
            "stilts",
            "scores.csv --language lang --task task --outcome f1 --quick",
        )
    )


def _declare_regress(regress: Parser) -> None:
    regress.add_argument("question", metavar="QUESTION|CSV", nargs="?", help="an experiment, whose runs alone count, or a CSV")
    rows = regress.add_argument_group("what is explained")
    rows.add_argument("--results", metavar="PATH", help="a runs folder, .parquet, or any .csv with languages (default: runs)")
    rows.add_argument("--outcome", metavar="NAME", help="gain (default) or score; of a CSV its column, or several with commas")
    rows.add_argument("--language", metavar="COLUMN", help="the column of languages in a CSV (default: found by its name)")
    rows.add_argument("--task", metavar="COLUMN", help="the column of tasks in a CSV (default: found by its name)")
    rows.add_argument("--where", metavar="COLUMN=VALUE", type=_pair, action="append", default=[], help="only these rows")
    rows.add_argument(
        "--split", metavar="NAME", choices=SPLITS, help="dev or test, of results (default: test, dev where there is none)"
    )
    rows.add_argument(
        "--world", metavar="NAME", choices=WORLDS, help="whose languages a CSV speaks of: real (default) or artificial"
    )
    rows.add_argument("--with-pivot", action="store_true", help="keep the pivot, which distances are measured from")
    model = regress.add_argument_group("by what, and how")
    model.add_argument("--predictors", metavar="A,B", type=_names, default=(), help="other predictors than the prespecified ones")
    model.add_argument("--overlap", metavar="CSV", help="subword overlap with the pivot: columns language and overlap")
    model.add_argument(
        "--typology",
        metavar="NAME",
        choices=("urielplus",),
        help="where languages beyond the shipped table are looked up: urielplus (default: nowhere)",
    )
    model.add_argument("--margin", metavar="POINTS", type=float, help="no effect is said to be shown only within this margin")
    model.add_argument("--level", metavar="X", type=float, default=0.95, help="level of all intervals (default: 0.95)")
    model.add_argument("--quick", action="store_true", help="the primary model alone, without the sensitivity table")


def _declare_pool(pool: Parser) -> None:
    pool.add_argument(
        "source", metavar="RESULTS|CSV", nargs="?", default="runs", help="a CSV of effects, or results (default: runs)"
    )
    rows = pool.add_argument_group("what is pooled")
    rows.add_argument("--effect", metavar="COLUMN", default="yi", help="the column of effects (default: yi)")
    size = rows.add_mutually_exclusive_group()
    size.add_argument("--variance", metavar="COLUMN", help="the column of sampling variances (default: vi)")
    size.add_argument(
        "--se", metavar="COLUMN", nargs="?", const="", help="the column of standard errors, instead of variances (default: sei)"
    )
    rows.add_argument("--label", metavar="COLUMN", help="the column with the names of the studies (default: found by its name)")
    rows.add_argument(
        "--where", metavar="COLUMN=VALUE", type=_pair, action="append", default=[], help="only the rows with this value"
    )
    rows.add_argument(
        "--split", metavar="NAME", choices=SPLITS, help="dev or test, of results (default: test, dev where there is none)"
    )
    model = pool.add_argument_group("the model")
    model.add_argument(
        "--method",
        "--tau2",
        dest="method",
        metavar="NAME",
        choices=METHODS,
        default="REML",
        help=f"estimator of tau2: REML (default), or {', '.join(METHODS[1:])}; FE: a common effect",
    )
    model.add_argument(
        "--test",
        metavar="NAME",
        choices=TESTS,
        help="z, t, knha (Knapp and Hartung; default), or adhoc (the same with a factor of at least 1)",
    )
    model.add_argument("--level", metavar="X", type=float, default=0.95, help="level of all intervals (default: 0.95)")
    model.add_argument("--moderators", metavar="A,B", type=_names, default=(), help="columns to explain the effects by")
    model.add_argument(
        "--cluster", metavar="COLUMN", help="effects with the same value depend on each other: three levels, robust errors"
    )
    more = pool.add_argument_group("what is told beside the pooled effect")
    more.add_argument("--influence", action="store_true", help="how far each study pulls: residuals, Cook's distance")
    more.add_argument("--leave-one-out", action="store_true", help="the result without each study")
    more.add_argument("--cumulative", metavar="COLUMN", nargs="?", const="", help="study after study, in the order of a column")
    more.add_argument("--subgroups", metavar="COLUMN", help="a result for each value of a column, and whether they differ")
    more.add_argument(
        "--decompose", metavar="SYSTEM", nargs="?", const="", help="what the average gain in results is made of, task by task"
    )
    more.add_argument("--bias", action="store_true", help="Egger, Begg, trim and fill, PET-PEESE")
    more.add_argument("--forest", metavar="FILE", help="write a forest plot (.svg)")
    more.add_argument("--funnel", metavar="FILE", help="write a funnel plot with the contours of p (.svg)")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f"{text!r}; expected COLUMN=VALUE")
    return name.strip(), value.strip()


def _pool(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import DONE

    from .. import pooling
    from . import pooled

    asked = pooling.Asked(
        effect=arguments.effect,
        variance=(arguments.se or "sei") if arguments.se is not None else arguments.variance or "vi",
        is_se=arguments.se is not None,
        label=arguments.label,
        moderators=arguments.moderators,
        cluster=arguments.cluster,
        method=arguments.method,
        test=arguments.test or ("z" if arguments.method in COMMON else "knha"),
        level=arguments.level,
        influence=arguments.influence,
        leave_one_out=arguments.leave_one_out,
        cumulative=arguments.cumulative,
        bias=arguments.bias,
        subgroups=arguments.subgroups,
        where=tuple(arguments.where),
        split=arguments.split,
    )
    if arguments.decompose is not None:
        return _decompose(arguments)
    report = pooling.report(*pooling.read(Path(named(arguments.source)), asked))
    for path, draw in ((arguments.forest, pooled.forest), (arguments.funnel, pooled.funnel)):
        if path:
            _write(path, draw(report))
    if arguments.json:
        print_json(report)
    else:
        print(pooled.text(report))
    return DONE


def _decompose(arguments: argparse.Namespace) -> int:
    from replicate.problems import DONE, Problem

    from .. import cells, headline
    from . import pooled

    source = Path(arguments.source)
    if not cells.is_results(source):
        raise Problem(f"{source}: --decompose takes results: a runs folder, .parquet or .csv of replicate's, or a paper's table")
    report = headline.report(headline.read(source, arguments.decompose or None, arguments.split), str(source))
    if arguments.json:
        print_json(report)
    else:
        print(pooled.decomposition(report))
    return DONE


def _write(path: str, figure: str) -> None:
    from replicate.files import whole
    from replicate.problems import Problem

    target = Path(path)
    if target.suffix != ".svg":
        raise Problem(f"{path}: a figure is an .svg file")
    if not target.parent.is_dir():
        raise Problem(f"{path}: there is no folder {target.parent}")
    with whole(target) as file:
        file.write(figure.encode())
    print(f"synth: wrote {path}", file=sys.stderr)


def _regress(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import DONE, Problem

    from .. import regress
    from . import regressed

    named = arguments.question
    as_file = named is not None and (Path(named).exists() or Path(named).suffix in (".csv", ".parquet"))
    if as_file and arguments.results:
        raise Problem(f"{named} and --results {arguments.results}: name one source")
    report = regress.report(
        regress.Asked(
            source=Path(named if as_file else arguments.results or "runs"),
            experiments=() if as_file or named is None else (_experiment(named),),
            outcome=arguments.outcome,
            language=arguments.language,
            task=arguments.task,
            where=tuple(arguments.where),
            split=arguments.split,
            predictors=arguments.predictors,
            overlap=arguments.overlap,
            typology=arguments.typology,
            world=arguments.world,
            level=arguments.level,
            margin=arguments.margin,
            with_pivot=arguments.with_pivot,
            quick=arguments.quick,
        )
    )
    if arguments.json:
        print_json(report)
    else:
        print(regressed.text(report))
    return DONE


def _experiment(name: str) -> str:
    """The experiment of this name."""
    from replicate import experiments
    from replicate.problems import unknown

    if name not in experiments.names():
        raise unknown("question", name, experiments.names())
    return name


COMMANDS: dict[str, Any] = {"pool": _pool, "regress": _regress}
