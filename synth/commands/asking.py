"""What the commands share that ask services: their options, and the connections made by these."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from replicate.terminal.usage import Parser

if TYPE_CHECKING:
    from ..literature.web import Web
    from ..records import Question

DEADLINE = 120.0


def options() -> Parser:
    """The options of every command that asks a service."""
    made = Parser(add_help=False)
    asking = made.add_argument_group("services that are asked")
    made.add_argument(
        "--claims", metavar="PATH", help="a question file or a folder of them (default: the shipped questions and claims/)"
    )
    made.add_argument("--out", metavar="DIR", default="out", help="folder of the records (default: out)")
    asking.add_argument(
        "--base", metavar="NAME=URL", action="append", default=[], help="address of a service: arxiv=http://127.0.0.1:8801"
    )
    asking.add_argument(
        "--interval",
        metavar="S",
        type=float,
        help="seconds between requests, for servers on this machine alone (default: each service's own rule)",
    )
    asking.add_argument(
        "--deadline", metavar="S", type=float, help=f"seconds for a request and its tries (default: {DEADLINE:g})"
    )
    return made


def web(arguments: argparse.Namespace, note: Callable[[str], None]) -> Callable[[], Web]:
    from replicate import files
    from replicate.problems import Problem

    from .. import provenance
    from ..literature.web import Web

    deadline = DEADLINE if arguments.deadline is None else arguments.deadline
    if not 0 < deadline <= 3600:
        raise Problem(f"--deadline {deadline:g}: wanted a number of seconds up to 3600")
    agent = f"stilts-claims/{provenance.version('stilts-claims')}"
    return lambda: Web(files.cache() / "throttle", agent, deadline, note)


def question(name: str, claims: str | None) -> Question:
    """A question by its name, or by the path of its file."""
    from replicate.problems import Problem

    from .. import questions

    if name.endswith(".toml"):
        path = Path(name)
        if not path.is_file():
            raise Problem(f"{name}: no such question file")
        return questions.read(path)
    return questions.find([name], claims)[0]
