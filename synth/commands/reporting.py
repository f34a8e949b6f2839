"""Commands on reports: report."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import Declare, checking, plain, print_json

if TYPE_CHECKING:
    from ..checks.hand import Hand
    from ..records import Question


def declare(command: Declare) -> None:
    """What this command is called and which options it takes."""
    report = command("report", "a page per question", [checking.options(), plain()])
    report.add_argument("--out", metavar="DIR", default="out", help="folder of the pages (default: out)")
    report.add_argument("--open", action="store_true", help="open the page in the browser")
    report.add_argument("--force", action="store_true", help="overwrite files that synth did not make")


def _report(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import DONE, Problem

    from .. import provenance
    from ..questions import find
    from ..report.value import SCHEMA

    out = Path(arguments.out)
    questions = find(arguments.questions, arguments.claims)
    names = [question.name for question in questions]
    if len(set(names)) < len(names):
        raise Problem(
            f"two questions are named {next(name for name in names if names.count(name) > 1)!r}; a page needs a name of its own"
        )
    hand = checking.hand(arguments, questions)
    written = [(question, path) for question in questions for path in _made(question, hand, arguments, given, out)]
    if arguments.json:
        entries = [
            {"question": question.name, "path": str(path), "sha256": provenance.sha256(path)} for question, path in written
        ]
        print_json({"schema": SCHEMA, "reports": entries})
    else:
        for _, path in written:
            print(path)
    if arguments.open:
        import webbrowser

        for _, path in written:
            webbrowser.open(path.resolve().as_uri())
    return DONE


def _made(question: Question, hand: Hand, arguments: argparse.Namespace, given: Sequence[str], out: Path) -> list[Path]:
    from .. import verify
    from ..report.build import build
    from ..report.inputs import gather
    from ..report.write import write

    report = build(gather(question, verify.verdicts(question, hand), hand, given, searches=out))
    return write(report, out, ("html",), force=arguments.force)


COMMANDS = {"report": _report}
