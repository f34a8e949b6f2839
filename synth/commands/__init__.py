"""The commands of `python -m synth`, a file for each group: `declare` names them and their options, `COMMANDS` carries them out.

A command is a function of its arguments and of the command line as it was given; what it returns is the exit code.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import Any, Protocol


class Declare(Protocol):
    """Adds a command by its name, with what it does in a line and the parsers that it shares with others."""

    def __call__(self, name: str, help: str, parents: list[argparse.ArgumentParser]) -> argparse.ArgumentParser: ...


def plain() -> argparse.ArgumentParser:
    """The options that every command has."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print JSON with a versioned schema name")
    common.add_argument("--debug", action="store_true", help="show the whole traceback of an error")
    return common


def examples(parser: argparse.ArgumentParser, *lines: str) -> None:
    """Show these command lines at the end of a command's help."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "\n".join(["examples:", *(f"  python -m synth {line}" for line in lines)])


def print_json(data: Mapping[str, Any]) -> None:
    """One JSON document on stdout."""
    print(json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1))
