"""Commands on reports: report."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from . import Declare, checking, plain, print_json


def declare(command: Declare) -> None:
    """What this command is called and which options it takes."""
    report = command("report", "a page per question", [checking.options(), plain()])
    report.add_argument("--out", metavar="DIR", default="out", help="folder of the pages (default: out)")
    report.add_argument("--open", action="store_true", help="open the page in the browser")
    report.add_argument("--force", action="store_true", help="overwrite files that synth did not make")


def _report(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import DONE, Problem

    from .. import provenance, report
    from ..questions import find

    out = Path(arguments.out)
    questions = find(arguments.questions, arguments.claims)
    names = [question.name for question in questions]
    if len(set(names)) < len(names):
        raise Problem(
            f"two questions are named {next(name for name in names if names.count(name) > 1)!r}; a page needs a name of its own"
        )
    hand = checking.hand(arguments, questions)
    written = [(question, report.write(report.build(question, hand, given), out, arguments.force)) for question in questions]
    if arguments.json:
        entries = [
            {"question": question.name, "path": str(path), "sha256": provenance.sha256(path)} for question, path in written
        ]
        print_json({"schema": report.SCHEMA, "reports": entries})
    else:
        for _, path in written:
            print(path)
    if arguments.open:
        import webbrowser

        for _, path in written:
            webbrowser.open(path.resolve().as_uri())
    return DONE


COMMANDS = {"report": _report}
