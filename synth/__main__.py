"""The command line: `python -m synth`. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from . import shadow

if TYPE_CHECKING:
    from replicate.terminal.usage import Parser


# Nothing of `replicate` is imported up here, nor what imports it: synth/shadow.py first looks whose it is.
def groups() -> tuple[ModuleType, ...]:
    """The modules with the commands, in the order of their use."""
    from .commands import (
        auditing,
        beginning,
        claims,
        completing,
        literature,
        papers,
        reading,
        reporting,
        reviewing,
        statistics,
    )

    return (beginning, literature, papers, reading, claims, auditing, reviewing, reporting, statistics, completing)


def parser() -> Parser:
    """The parser of all commands and options."""
    from replicate.terminal.usage import Parser, examples

    top = Parser(
        prog="synth", description="what reports and papers claim, checked against words, printed tables and runs of our own"
    )
    commands = top.add_subparsers(metavar="COMMAND", dest="command", title="commands")

    def command(name: str, help: str, parents: Sequence[Any], *lines: str) -> Parser:
        one = commands.add_parser(name, help=help, description=help, parents=parents)
        examples(one, *(f"{name} {line}".rstrip() for line in lines))
        return one

    for group in groups():
        group.declare(command)
    examples(top, "verify stilts", "report --format html,pdf,md", "verify --help")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command; the exit codes are those of replicate.problems."""
    from replicate.problems import guard
    from replicate.shown import streams

    given = list(sys.argv[1:] if argv is None else argv)
    with streams():
        arguments = parser().parse_args(given)
        if not arguments.command:
            return guard(_welcome, "synth")
        commands = {name: method for group in groups() for name, method in group.COMMANDS.items()}
        return guard(lambda: commands[arguments.command](arguments, given), "synth", arguments.debug)


def _welcome() -> int:
    from replicate.problems import DONE
    from replicate.terminal import standing

    from . import welcome

    print(welcome.welcome(standing.look()), end="")
    return DONE


if __name__ == "__main__":
    sys.exit(shadow.synth())
