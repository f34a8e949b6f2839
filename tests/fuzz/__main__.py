"""`python -m tests.fuzz --minutes 2`: hostile input for every reader; a line for each family."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

# Read by the libraries when they are imported: the watch counts the processor time of one thread.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", HF_HUB_OFFLINE="1")

from replicate.commands.show import print_json, table
from replicate.terminal.usage import Parser, examples

from .campaign import Tally, campaign
from .child import settle
from .families import FAMILIES
from .family import MARK, Family
from .law import ROOT, judged

SCHEMA = "tests.fuzz/1"
COLUMNS = tuple("family inputs refused lines worst slowest seconds failures".split())


def main(given: Sequence[str] | None = None) -> int:
    """0 where every reader kept the law, 1 where one did not."""
    parser = Parser(prog="python -m tests.fuzz", description="hostile input for every reader of the product")
    examples(parser, "--minutes 2", "--minutes 1 --only results questions --seed 7")
    parser.add_argument("--minutes", metavar="N", type=float, default=2, help="in all, divided among the families (default: 2)")
    parser.add_argument("--only", metavar="FAMILY", nargs="+", choices=list(FAMILIES), help=f"of {', '.join(FAMILIES)}")
    parser.add_argument("--seed", metavar="N", type=int, default=None, help="of the random numbers (default: another each time)")
    parser.add_argument("--keep", action="store_true", help="keep small inputs that reach new lines in the corpus")
    parser.add_argument("--blind", action="store_true", help="note no lines: more inputs, chosen by chance alone")
    parser.add_argument("--input", metavar="FILE", type=Path, nargs="+", help="judge these files of the corpus, and nothing else")
    parser.add_argument("--json", action="store_true", help="print JSON with a versioned schema name")
    arguments = parser.parse_args(given)
    if absent := [path for path in arguments.input or () if not path.is_file() or path.resolve().parent.name not in FAMILIES]:
        parser.error(f"--input {absent[0]}: no file of the corpus, which has a folder for each family: {', '.join(FAMILIES)}")
    if arguments.input:
        return max(repeated(path) for path in arguments.input)
    seed = time.time_ns() % 10**6 if arguments.seed is None else arguments.seed
    families = [FAMILIES[name] for name in dict.fromkeys(arguments.only or FAMILIES)]
    tallies = list[Tally]()
    for family in families:
        tallies.append(campaign(family, arguments.minutes * 60 / len(families), seed, arguments.keep, not arguments.blind, _say))
        _say(tallies[-1])
    found = [fault for tally in tallies for fault in tally.faults]
    if arguments.json:
        lines = [
            dict(zip(COLUMNS, _cells(tally), strict=True)) | {"failures": [str(path) for path, _ in tally.faults]}
            for tally in tallies
        ]
        print_json(SCHEMA, {"seed": seed, "guided": not arguments.blind, "families": lines})
    else:
        print(table(map(_cells, tallies), COLUMNS))
        for path, verdict in found:
            where = path.relative_to(ROOT)
            print(f"\n{verdict.fault.strip()}\n  python -m tests.fuzz --input {where}")
        count, spent = sum(tally.inputs for tally in tallies), sum(tally.seconds for tally in tallies)
        print(f"{count:,} inputs (seed {seed}, {spent:.0f} s): {f'{len(found)} failures' if found else 'no failure'}")
    return 1 if found else 0


def repeated(path: Path) -> int:
    """Judge one file of the corpus in this process; its traceback, its hang and its memory are to be seen as they are."""
    family: Family = FAMILIES[path.resolve().parent.name]
    door, data = family.door(path.name.partition(MARK)[0]), path.read_bytes()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        if not os.fork():
            out = os.dup(1)
            settle(Path(folder))
            verdict = judged(door, data, Path(folder))
            said = verdict.fault or verdict.said or "read"
            os.write(
                out,
                f"{path.name}: {'FAILS: ' if verdict.fault else ''}{said.strip()} ({verdict.seconds:.2f} s)\n".encode(
                    "utf-8", "backslashreplace"
                ),
            )
            os._exit(bool(verdict.fault))
        return int(os.waitstatus_to_exitcode(os.wait()[1]) != 0)


def _say(tally: Tally) -> None:
    rate = tally.inputs / tally.seconds if tally.seconds else 0
    print(
        f"fuzz: {tally.family}: {tally.inputs:,} inputs, {rate:.0f}/s, {tally.reached} lines, {len(tally.faults)} failures",
        file=sys.stderr,
        flush=True,
    )


def _cells(tally: Tally) -> tuple[object, ...]:
    worst = f"{tally.worst:.2f}"
    return (
        tally.family,
        tally.inputs,
        tally.refused,
        tally.reached,
        worst,
        tally.slowest,
        round(tally.seconds),
        len(tally.faults),
    )


if __name__ == "__main__":
    sys.exit(main())
