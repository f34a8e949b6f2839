"""The command line of the mutants, and the order in which all is done."""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import pickle
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from replicate.terminal.usage import Parser, examples

from .equal import reasons
from .making import Mutant, mutants
from .processes import PASSED, SURVIVED, carried_out, forked
from .trying import ROOT, Module, Traced, collected, imported, quiet, run, swapped, traced

SCHEMA = "tests.mutants/2"
PRELOADED = ("pytest", "hypothesis", "numpy", "pandas", "pyarrow.parquet")
EVERY = 50  # mutants after which progress is said
One = tuple[int, Mutant]  # the place of its module, and a mutant


@dataclass
class Ended:
    """What one step hands to the next: what became of mutants, and which ones are still to be tried."""

    known: Traced = field(default_factory=Traced)
    became: dict[One, str] = field(default_factory=dict)
    left: list[One] = field(default_factory=list)


def main(given: Sequence[str] | None = None) -> int:
    """0 where every module has the score that is asked, 1 where one is below, 4 where the tests fail without a mutant."""
    parser = Parser(prog="python -m tests.mutants", description="do tests notice small errors in modules?")
    examples(parser, "replicate/results.py --sample 60", "synth/assertions --jobs 2 --json")
    parser.add_argument("modules", type=Path, nargs="+", metavar="FILE", help="replicate/results.py, or a folder of modules")
    parser.add_argument("--tests", metavar="FILE", action="append", help="files of tests (default: those of the modules)")
    parser.add_argument("--sample", metavar="N", type=int, help="so many mutants of each module by chance (default: all)")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="of the sample (default: 1)")
    parser.add_argument("--lines", metavar="A-B", help="only mutants on these lines")
    parser.add_argument("--most", metavar="SECONDS", type=float, default=math.inf, help="CPU seconds of tests for each mutant")
    parser.add_argument("--jobs", metavar="N", type=int, default=1, help="processes at a time (default: 1)")
    parser.add_argument("--least", metavar="SHARE", type=float, default=0.85, help="the score to be reached (default: 0.85)")
    parser.add_argument("--json", action="store_true", help="print JSON with a versioned schema name")
    arguments = parser.parse_args(given)
    modules = [Module(path, path.read_text(encoding="utf-8")) for path in files(arguments.modules)]
    tests = arguments.tests or list(dict.fromkeys(str(test) for one in modules for test in where_tested(one.path)))
    made = [mutants(one.source) for one in modules]
    equal = [reasons(one.path, all) for one, all in zip(modules, made, strict=True)]
    chosen = [(place, one) for place, all in enumerate(made) for one in _chosen(all, equal[place], arguments)]
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        os.environ["TMPDIR"], tempfile.tempdir = folder, folder
        ended = tried(modules, tests, chosen, arguments.jobs, arguments.most)
    if ended.known.failed or not ended.known.seconds:
        which = ", ".join(ended.known.failed[:3]) or "they cannot be collected"
        print(f"mutants: the tests fail without a mutant: {which}", file=sys.stderr)
        return 4
    scored = [_scored(one, made[at], equal[at], at, ended) for at, one in enumerate(modules)]
    seconds = round(sum(os.times()[:4]))
    if arguments.json:
        print(json.dumps({"schema": SCHEMA, "tests": tests, "cpu_seconds": seconds, "modules": scored}, indent=1))
    else:
        _print(scored, seconds)
    return int(any(one["score"] < arguments.least for one in scored))


def files(given: Sequence[Path]) -> list[Path]:
    """The modules that are named, those of a folder in the order of their names."""
    return [file for path in given for file in (sorted(path.resolve().glob("*.py")) if path.is_dir() else [path.resolve()])]


def where_tested(path: Path) -> list[Path]:
    """The files of a module's tests: those that begin with its name, or with that of the package that it is in."""
    package, *inner = path.relative_to(ROOT).with_suffix("").parts
    there = sorted((ROOT / "tests" / package).glob("test_*.py"))
    if len(inner) == 1:
        return [file for file in there if f"{file.stem}_".startswith(f"test_{inner[0]}_")]
    return [file for file in there if f"{file.stem}_".startswith((f"test_{inner[-2]}_", f"test_{inner[-1]}_"))]


def _chosen(all: list[Mutant], equal: dict[int, str], arguments: argparse.Namespace) -> list[Mutant]:
    first, _, last = (arguments.lines or "1-1000000").partition("-")
    able = [one for one in all if one.number not in equal and int(first) <= one.line <= int(last or first)]
    few = arguments.sample is not None and arguments.sample < len(able)
    return random.Random(arguments.seed).sample(able, arguments.sample) if few else able


# ---- the order in which all is done


def tried(modules: Sequence[Module], tests: Sequence[str], chosen: list[One], jobs: int, most: float) -> Ended:
    """What becomes of mutants: of those in functions in one process that has collected the tests, of the others anew."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for library in PRELOADED:
        importlib.import_module(library)
    from hypothesis import HealthCheck, Phase, settings

    # A counterexample is enough: it need not become a small one, nor be kept.
    settings.register_profile(
        "mutants",
        phases=(Phase.explicit, Phase.generate),
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    said = os.fdopen(os.dup(2), "w", buffering=1)
    ended: Ended = _of_child(partial(_together, modules, tests, chosen, jobs, most, said)) or Ended()
    works = [partial(_anew, modules[place], one, tests, ended.known, most) for place, one in ended.left]
    _note(ended, ended.left, works, jobs, said)
    return ended


def _of_child(work: Callable[[], Any]) -> Any:
    """What a function gives in a child; None where it did not come to its end."""
    with tempfile.NamedTemporaryFile() as file:

        def kept() -> int:
            Path(file.name).write_bytes(pickle.dumps(work()))
            return PASSED

        os.waitpid(forked(kept), 0)
        data = Path(file.name).read_bytes()
    return pickle.loads(data) if data else None


def _together(modules: Sequence[Module], tests: Sequence[str], chosen: list[One], jobs: int, most: float, said: TextIO) -> Ended:
    ended = Ended()
    quiet()

    def then(items: list[Any]) -> None:
        ended.known = _of_child(partial(traced, items, modules)) or Traced()
        by_name, known = {item.nodeid: item for item in items}, ended.known
        order = [by_name[name] for name in known.order(by_name)]
        if known.failed or not known.seconds or _of_child(partial(run, order)) != PASSED:
            known.failed = known.failed or ["in another order"]
            return
        works, swaps = list[Callable[[], int]](), list[One]()
        for place, one in chosen:
            covering = [by_name[name] for name in known.order(known.of(modules[place], one))]
            work = swapped(modules[place], one, covering, known.seconds, most) if covering else None
            if work:
                swaps.append((place, one))
                works.append(work)
            elif one.in_function and not covering:
                ended.became[place, one] = SURVIVED
            else:
                ended.left.append((place, one))
        cost = sum(known.seconds.values())
        print(f"mutants: {len(items)} tests, {cost:.0f} CPU seconds traced; {len(works)} mutants in functions, "
              f"{len(ended.left)} at import", file=said)  # fmt: skip
        _note(ended, swaps, works, jobs, said)

    collected(tests, then)
    return ended


def _anew(module: Module, one: Mutant, tests: Sequence[str], known: Traced, most: float) -> int:
    quiet()
    return imported(module, one, tests, known, most)


def _note(ended: Ended, which: list[One], works: Sequence[Callable[[], int]], jobs: int, said: TextIO) -> None:
    """What becomes of each; survivors are said at once, for who waits."""
    for count, (at, what) in enumerate(carried_out(works, jobs), 1):
        ended.became[which[at]] = what
        if what == SURVIVED:
            print(f"mutants: survived {_told(which[at][1])}", file=said)
        if count % EVERY == 0 or count == len(works):
            survived = sum(what == SURVIVED for what in ended.became.values())
            print(f"mutants: {count}/{len(works)}, {survived} survived", file=said)


def _told(one: Mutant) -> str:
    return f"line {one.line} {'.'.join(one.within)}: {one.kind}: {_short(one.before)}  ->  {_short(one.after)}"


# ---- what is printed


def _scored(module: Module, all: list[Mutant], equal: dict[int, str], place: int, ended: Ended) -> dict[str, Any]:
    became = {one: what for (at, one), what in ended.became.items() if at == place}
    survivors = sorted((one for one, what in became.items() if what == SURVIVED), key=lambda one: one.number)
    score = 1 - len(survivors) / len(became) if became else 1.0
    return {
        "module": str(module.path.relative_to(ROOT)),
        "mutants": len(all),
        "equal": len(equal),
        "tried": len(became),
        **Counter(became.values()),
        "score": round(score, 4),
        "survivors": [
            {"line": one.line, "within": ".".join(one.within), "kind": one.kind, "before": one.before, "after": one.after}
            for one in survivors
        ],
    }


def _print(scored: list[dict[str, Any]], seconds: int) -> None:
    for one in scored:
        for left in one["survivors"]:
            print(f"{one['module']}:{left['line']}: {left['kind']}: {_short(left['before'])}  ->  {_short(left['after'])}")
        counts = ", ".join(f"{what} {one[what]}" for what in ("killed", "timed out", "survived") if what in one)
        print(f"{one['module']}: {one['mutants']} mutants, {one['equal']} of them equal; of {one['tried']} tried: {counts}; "
              f"score {one['score']:.1%}")  # fmt: skip
    print(f"{seconds} CPU seconds", file=sys.stderr)


def _short(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:87]}..."


if __name__ == "__main__":
    sys.exit(main())
