"""What `python -m replicate` says alone: what to do next, by what was done here before."""

from __future__ import annotations

import argparse
import contextlib
import io
import shlex

from ..terminal import standing
from .again import same

ABOUT = "replicate: intermediate-task training and zero-shot cross-lingual transfer, repeated step by step"
FIRST = (
    ("python -m replicate run stilts --scale tiny", "the whole chain in seconds"),
    ("python -m replicate world", "the artificial world that the demo runs on"),
    ("python -m replicate plan stilts --only demo", "what a run would do, and how long it is"),
    ("python -m replicate run stilts --only demo", "the demo: minutes on a laptop, stop and go on at any time"),
    ("python -m synth verify", "what papers claim, checked against tables and runs"),
)
MANY = 3  # questions of one's own that are named


def welcome(here: standing.Standing) -> str:
    """The whole text."""
    if not here.steps and not here.failed:
        return standing.told(f"{ABOUT}\n\nNothing was run in this folder yet. Begin with:", [*FIRST, *claimed(here)], "replicate")
    counts = f"{here.steps:,} step{'s' * (here.steps != 1)} done" + (f", {here.failed:,} failed" if here.failed else "")
    last = f"; a run of late: {here.last}" if here.last else ""
    steps = [("python -m replicate status", "what is done, running, failed")]
    if args := _again(here.last):
        if here.failed:
            steps.append((same(args, "run"), "goes on, and tries again what failed"))
        steps += [(same(args, "status"), "what that run still lacks"), (same(args, "results", "--wide"), "its table")]
    else:
        steps.append(("python -m replicate results stilts --wide", "a table; with the options of the run"))
    steps += [("python -m synth verify", "what papers claim, beside these runs"), *claimed(here)]
    return standing.told(f"{ABOUT}\n\nruns/: {counts}{last}\nNext:", steps, "replicate")


def _again(command: str) -> argparse.Namespace | None:
    """The options of a run that was given before; None for what this version would not take, and for all experiments."""
    from .declare import parser

    try:
        words = shlex.split(command)
    except ValueError:  # an open quote: nobody's command line
        return None
    if words[:4] != ["python", "-m", "replicate", "run"]:
        return None
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            args = parser().parse_args(words[3:])
    except SystemExit:
        return None
    return None if args.experiment == "all" else args


def claimed(here: standing.Standing) -> list[tuple[str, str]]:
    """The next commands where there are claims of one's own, or reports."""
    return [
        *((f"python -m synth verify {name}", f"the claims in claims/{name}.toml") for name in here.claims[:MANY]),
        *([(f"python -m synth report {here.claims[0]} --open", "a report on them, in the browser")] if here.claims else []),
        *([(here.report, "a report that was made here: open it in a browser")] if here.report else []),
    ]
