"""What the commands share that check claims: their options, and what lies at hand for the checks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..checks.hand import Hand
    from ..records import Question


def options() -> argparse.ArgumentParser:
    """The options of every command that checks claims."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("questions", metavar="QUESTION", nargs="*", help="names of question files (default: all)")
    common.add_argument(
        "--claims", metavar="PATH", help="a question file or a folder of them (default: the shipped ones and claims/)"
    )
    common.add_argument("--results", metavar="PATH", help="our results: a runs folder, .parquet or .csv (default: runs)")
    return common


def hand(arguments: argparse.Namespace, questions: Sequence[Question]) -> Hand:
    """What is at hand for these questions; says what was left out."""
    from .. import verify

    names = sorted({question.experiment for question in questions if question.experiment})
    hand = verify.hand(arguments.results, names)
    if hand.left_out:
        print(
            f"synth: left out of {hand.where}: {hand.left_out} evaluation{'s' * (hand.left_out != 1)} with other settings than "
            f"those of {', '.join(names)}",
            file=sys.stderr,
        )
    return hand
