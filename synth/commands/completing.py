"""The command that prints a script for the shell's completion: completion."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from replicate.terminal.usage import COMPLETION, COMPLETION_EXAMPLES

from . import Declare, plain


def declare(command: Declare) -> None:
    """What this command is called and which options it takes."""
    one = command("completion", COMPLETION, [plain()], *(line.format("synth") for line in COMPLETION_EXAMPLES))
    one.add_argument("shell", metavar="SHELL", help="bash, zsh or fish")


def names() -> Mapping[str, tuple[str, ...]]:
    """What the arguments of `synth` may be, by option or by what they are called in the help."""
    from replicate import experiments
    from replicate.terminal import completion

    from .. import questions
    from ..literature import databases
    from ..report.write import FORMATS
    from ..review.reviewers import REVIEWERS
    from .reviewing import CERTAINTY

    return {
        "QUESTION": tuple(questions.there()),
        "REVIEWER": (*(one.name for one in REVIEWERS), CERTAINTY),
        "SHELL": completion.SHELLS,
        "NAMES": tuple(FORMATS),
        "--databases": tuple(databases.ALL),
        "--base": tuple(f"{name}=" for name in databases.ALL),
        "--experiment": experiments.names(),
    }


def _completion(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import DONE
    from replicate.terminal import completion

    from ..__main__ import parser

    print(completion.script(parser(), arguments.shell, names()))
    return DONE


COMMANDS = {"completion": _completion}
