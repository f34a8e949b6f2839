"""The command line: `python -m replicate`. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from .commands.declare import parser
from .problems import DONE, INTERRUPTED, guard
from .shown import streams


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    with streams():
        args = parser().parse_args(argv)
        if args.command is None:
            return guard(_welcome, "replicate")
        return guard(lambda: _command(args.command)(args), "replicate", args.debug)


def _welcome() -> int:
    from .commands import welcome
    from .terminal import standing

    print(welcome.welcome(standing.look()), end="")
    return DONE


def _command(name: str) -> Callable[[argparse.Namespace], int]:
    if name in ("score", "export"):  # numpy, which the others can do without
        from .commands import export, score

        return {"score": score.score, "export": export.export}[name]
    from .commands import compare, completing, plan, results, show, tasks, work

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
        "completion": completing.completion,
    }
    return table[name]


if __name__ == "__main__":
    from . import shadow

    try:
        shadow.warn("replicate")
        sys.exit(main())
    except KeyboardInterrupt:  # before a command was known: nothing was begun
        print("replicate: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
