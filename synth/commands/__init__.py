"""The commands of `python -m synth`, a file for each group: `declare` names them and their options, `COMMANDS` carries them out.

A command is a function of its arguments and of the command line as it was given; what it returns is the exit code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from replicate.problems import Problem
from replicate.shown import as_json
from replicate.terminal.usage import Parser


class Declare(Protocol):
    """Adds a command by its name, with what it does in a line, the parsers that it shares with others, and examples."""

    def __call__(self, name: str, help: str, parents: Sequence[Parser], *lines: str) -> Parser: ...


def plain() -> Parser:
    """The options that every command has."""
    common = Parser(add_help=False)
    common.add_argument("--json", action="store_true", help="print JSON with a versioned schema name")
    common.add_argument("--debug", action="store_true", help="show the whole traceback of an error")
    return common


def named(name: str) -> str:
    """A file's name as it was given; a Problem for the sign that other programs take for standard input."""
    if name == "-":
        raise Problem("-: standard input is not read; write it to a file, and name that")
    return name


def print_json(data: Mapping[str, Any]) -> None:
    """One JSON document on stdout."""
    print(as_json(data, indent=1))
