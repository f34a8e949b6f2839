"""Commands on effects and languages: pool, regress."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import Declare, plain, print_json

METHODS = ("REML", "DL", "PM", "ML", "FE", "EE", "CE", "EB", "HE", "HS", "HSk", "SJ", "SJIT", "DLIT", "PMM")
TESTS = ("z", "t", "knha", "adhoc")
COMMON = ("FE", "EE", "CE")


def declare(command: Declare) -> None:
    """What these commands are called and which options they take."""
    _declare_pool(command("pool", "pool effects of known variance: a meta-analysis of a table, or of our results", [plain()]))

    _declare_regress(command("regress", "what scores or gains owe to pretraining size, distance, overlap and script", [plain()]))


def _declare_regress(regress: argparse.ArgumentParser) -> None:
    regress.add_argument("question", metavar="QUESTION|CSV", nargs="?", help="an experiment, whose runs alone count, or a CSV")
    regress.add_argument("--results", metavar="PATH", help="a runs folder, .parquet, or any .csv with languages (default: runs)")
    regress.add_argument("--outcome", metavar="NAME", help="gain or score; of a CSV its column, or several with commas between")
    regress.add_argument("--language", metavar="COLUMN", help="the column of languages in a CSV")
    regress.add_argument("--task", metavar="COLUMN", help="the column of tasks in a CSV")
    regress.add_argument(
        "--predictors", metavar="A,B", type=_names, default=(), help="other predictors than the prespecified ones"
    )
    regress.add_argument("--overlap", metavar="CSV", help="subword overlap with the pivot: columns language and overlap")
    regress.add_argument("--where", metavar="COLUMN=VALUE", type=_pair, action="append", default=[], help="only these rows")
    regress.add_argument("--split", choices=("dev", "test"), help="the split of results (default: test, dev where there is none)")
    regress.add_argument("--margin", metavar="POINTS", type=float, help="no effect is said to be shown only within this margin")
    regress.add_argument("--level", type=float, default=0.95, help="level of all intervals (default: 0.95)")
    regress.add_argument("--world", choices=("real", "artificial"), help="whose languages a CSV speaks of (default: real)")
    regress.add_argument("--typology", choices=("urielplus",), help="where languages beyond the shipped table are looked up")
    regress.add_argument("--with-pivot", action="store_true", help="keep the pivot, which distances are measured from")
    regress.add_argument("--quick", action="store_true", help="the primary model alone, without the sensitivity table")


def _declare_pool(pool: argparse.ArgumentParser) -> None:
    pool.add_argument(
        "source", metavar="RESULTS|CSV", nargs="?", default="runs", help="a CSV of effects, or results (default: runs)"
    )
    pool.add_argument("--effect", metavar="COLUMN", default="yi", help="the column of effects (default: yi)")
    size = pool.add_mutually_exclusive_group()
    size.add_argument("--variance", metavar="COLUMN", help="the column of sampling variances (default: vi)")
    size.add_argument(
        "--se", metavar="COLUMN", nargs="?", const="", help="the column of standard errors, instead of variances (default: sei)"
    )
    pool.add_argument("--label", metavar="COLUMN", help="the column with the names of the studies")
    pool.add_argument(
        "--cluster", metavar="COLUMN", help="effects with the same value depend on each other: three levels, robust errors"
    )
    pool.add_argument("--moderators", metavar="A,B", type=_names, default=(), help="columns to explain the effects by")
    pool.add_argument(
        "--method", "--tau2", dest="method", choices=METHODS, default="REML", help="estimator of tau2; FE: a common effect"
    )
    pool.add_argument(
        "--test", choices=TESTS, help="z, t, Knapp and Hartung (knha; the default), the same with a factor of at least 1 (adhoc)"
    )
    pool.add_argument("--level", type=float, default=0.95, help="level of all intervals (default: 0.95)")
    pool.add_argument(
        "--where", metavar="COLUMN=VALUE", type=_pair, action="append", default=[], help="only the rows with this value"
    )
    pool.add_argument("--influence", action="store_true", help="how far each study pulls: residuals, Cook's distance")
    pool.add_argument("--leave-one-out", action="store_true", help="the result without each study")
    pool.add_argument("--cumulative", metavar="COLUMN", nargs="?", const="", help="study after study, in the order of a column")
    pool.add_argument("--subgroups", metavar="COLUMN", help="a result for each value of a column, and whether they differ")
    pool.add_argument("--split", choices=("dev", "test"), help="the split of results (default: test, dev where there is none)")
    pool.add_argument(
        "--decompose", metavar="SYSTEM", nargs="?", const="", help="what the average gain in results is made of, task by task"
    )
    pool.add_argument("--bias", action="store_true", help="Egger, Begg, trim and fill, PET-PEESE")
    pool.add_argument("--forest", metavar="FILE.svg", help="write a forest plot")
    pool.add_argument("--funnel", metavar="FILE.svg", help="write a funnel plot with the contours of p")


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
    report = pooling.report(*pooling.read(Path(arguments.source), asked))
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
