"""`python -m tests.faults --kills 50`: what is killed at random moments ends as what nobody disturbed; a line for each stage."""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from replicate.commands.show import print_json, table
from replicate.terminal.usage import Parser, examples

from .kills import ALL, COMMAND, WITHIN, WORKER, Tally, campaign
from .stages import SCALES, STAGES, Stage

SCHEMA = "tests.faults/1"
COLUMNS = tuple("stage kills command worker all within rounds rivals resumed again differences seconds".split())


def main(given: Sequence[str] | None = None) -> int:
    """0 where nothing differs, 1 where something does."""
    parser = Parser(prog="python -m tests.faults", description="kill processes at random and compare the end")
    examples(parser, "--kills 50", "--kills 112 --stage commit --seed 7 --json")
    parser.add_argument("--kills", metavar="N", type=int, default=50, help="kills in all, divided among the stages (default: 50)")
    parser.add_argument("--stage", metavar="NAME", action="append", choices=list(STAGES), help=f"one of {', '.join(STAGES)}")
    parser.add_argument("--scale", choices=SCALES, default="tiny", help="of the real steps in the stage run (default: tiny)")
    parser.add_argument("--seed", metavar="N", type=int, default=None, help="of the random moments (default: another each time)")
    parser.add_argument("--json", action="store_true", help="print JSON with a versioned schema name")
    arguments = parser.parse_args(given)
    seed = time.time_ns() % 10**6 if arguments.seed is None else arguments.seed
    stages = [STAGES[name] for name in dict.fromkeys(arguments.stage or STAGES)]
    began, folder = time.monotonic(), Path(tempfile.mkdtemp(prefix="faults-"))
    tallies = list[Tally]()
    for stage, kills in zip(stages, divided(arguments.kills, stages), strict=True):
        tally, said = Tally(stage.name), 0
        for tally in campaign(stage, kills, arguments.scale, folder / stage.name, random.Random(f"{seed} {stage.name}")):
            done, wrong = sum(tally.kills.values()), len(tally.differences)
            print(f"faults: {stage.name}: {done}/{kills} kills, {wrong} differences", file=sys.stderr, flush=True)
            for line in tally.differences[said:]:
                print(f"faults: {stage.name}: {line}", file=sys.stderr, flush=True)
            said = wrong
        tallies.append(tally)
    found = [line for tally in tallies for line in tally.differences]
    if arguments.json:
        lines = [dict(zip(COLUMNS, _cells(tally), strict=True)) | {"differences": tally.differences} for tally in tallies]
        print_json(SCHEMA, {"seed": seed, "scale": arguments.scale, "stages": lines})
    else:
        print(table(map(_cells, tallies), COLUMNS))
        for tally in tallies:
            for line in tally.differences:
                print(f"{tally.stage}, {line}")
        count, spent = sum(sum(tally.kills.values()) for tally in tallies), time.monotonic() - began
        print(f"{count} kills (seed {seed}, {spent:.0f} s): {f'{len(found)} differences' if found else 'no difference'}")
    if found:
        print(f"faults: what differs lies in {folder}", file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    return 0


def divided(kills: int, stages: Sequence[Stage]) -> list[int]:
    """So many kills by the stages' shares, each at least once."""
    total, shares = sum(stage.share for stage in stages), list[int]()
    for at, stage in enumerate(stages):
        before = sum(one.share for one in stages[:at])
        shares.append(max(1, kills * (before + stage.share) // total - kills * before // total))
    return shares


def _cells(tally: Tally) -> tuple[object, ...]:
    victims = [tally.kills[name] for name in (COMMAND, WORKER, ALL, WITHIN)]
    counts = (tally.rounds, tally.rivals, tally.resumed, tally.again, len(tally.differences), round(tally.seconds))
    return (tally.stage, sum(tally.kills.values()), *victims, *counts)


if __name__ == "__main__":
    sys.exit(main())
