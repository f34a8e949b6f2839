"""Commands on claims: verify, report."""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import Declare, plain, print_json

if TYPE_CHECKING:
    from ..checks.hand import Hand
    from ..records import Claim, Question, Verdict


def declare(command: Declare) -> None:
    """What these commands are called and which options they take."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("questions", metavar="QUESTION", nargs="*", help="names of question files (default: all)")
    common.add_argument(
        "--claims", metavar="PATH", help="a question file or a folder of them (default: the shipped ones and claims/)"
    )
    common.add_argument("--results", metavar="PATH", help="our results: a runs folder, .parquet or .csv (default: runs)")
    verify = command("verify", "check claims against published tables and our runs", [common, plain()])
    verify.add_argument("--explain", metavar="ID", help="show everything about the claim with this id")
    verify.add_argument("--fail-on", choices=["refuted"], help="exit code 3 when a claim was refuted")
    report = command("report", "a page per question", [common, plain()])
    report.add_argument("--out", metavar="DIR", default="out", help="folder of the pages (default: out)")
    report.add_argument("--open", action="store_true", help="open the page in the browser")
    report.add_argument("--force", action="store_true", help="overwrite files that synth did not make")


def _hand(arguments: argparse.Namespace, questions: Sequence[Question]) -> Hand:
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


def _verify(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import DONE, REFUTED, unknown

    from .. import verify
    from ..questions import find

    questions = find(arguments.questions, arguments.claims)
    ids = [claim.id for question in questions for claim in question.claims]
    if arguments.explain and arguments.explain not in ids:
        raise unknown("claim", arguments.explain, ids)
    hand = _hand(arguments, questions)
    found = [(question, verify.verdicts(question, hand)) for question in questions]
    if arguments.json:
        claims = [entry for question, verdicts in found for entry in verify.to_dict(question, verdicts)]
        print_json({"schema": verify.SCHEMA, "claims": [one for one in claims if arguments.explain in (None, one["id"])]})
    elif arguments.explain:
        for question, verdicts in found:
            for claim in question.claims:
                if claim.id == arguments.explain:
                    print(_explained(claim, verdicts[claim.id]))
    else:
        print("\n\n".join(_table(question, verdicts) for question, verdicts in found))
    refuted = any(verdict.verdict == "refuted" for _, verdicts in found for verdict in verdicts.values())
    return REFUTED if refuted and arguments.fail_on == "refuted" else DONE


def _width() -> int:
    return max(60, min(110, shutil.get_terminal_size((100, 24)).columns))


def _mark(reported: Mapping[str, Any]) -> str:
    if "verified" not in reported:
        return "\u2013"
    confidence = reported.get("confidence")
    return ("\u2713" if reported["verified"] else "\u2717") + (f" {confidence:.2f}" if isinstance(confidence, float) else "")


def _short(verdict: Verdict) -> str:
    """A check in one cell: the verdict, with the number that it found."""
    other = verdict.data.get("other_version") or {}
    number = other.get("number") or verdict.number
    return f"{verdict.verdict}: {number}" if number and verdict.verdict != "not enough information" else verdict.verdict


def _table(question: Question, found: Mapping[str, Verdict]) -> str:
    """The claims of a question as people read them: a line of verdicts, the claim, and why."""
    head = ("claim", "reported", "tables", "our runs", "verdict")
    lines = [
        (claim.id, _mark(claim.reported), _short(found[claim.id].checks["tables"]), _short(found[claim.id].checks["replication"]),
         found[claim.id].verdict)
        for claim in question.claims
    ]  # fmt: skip
    widths = [max(len(row[column]) for row in (head, *lines)) for column in range(len(head))]

    def row(cells: Sequence[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()

    made = [f"{question.name}: {question.question}", "", row(head), row(["-" * width for width in widths])]
    for claim, line in zip(question.claims, lines, strict=True):
        made.append(row(line))
        made += _wrapped(claim.text, "    ")
        made += _wrapped(f"why: {found[claim.id].line}", "    ")
    return "\n".join(made)


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _width(), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _explained(claim: Claim, found: Verdict) -> str:
    """Everything about one claim."""
    made = [
        f"{claim.id}: {found.verdict}",
        *_wrapped(claim.text, "  "),
        f"  cites {claim.paper}; reported {_mark(claim.reported)}",
    ]
    made.append(f"  confidence: none, {found.reason}" if found.confidence is None else f"  confidence: {found.confidence:.2f}")
    if claim.note:
        made += _wrapped(f"note: {claim.note}", "  ")
    for name, check in found.checks.items():
        made += ["", f"  {name}: {check.verdict}", *_wrapped(check.line, "    ")]
        if check.recomputation:
            made += _wrapped(f"recomputed: {check.recomputation}", "    ")
        for item in check.evidence:
            made += [f"    {item.value:>7}  {item.cell}  [{item.origin}]" + (f"  {item.note}" if item.note else "")]
    return "\n".join(made)


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
    hand = _hand(arguments, questions)
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


COMMANDS = {"verify": _verify, "report": _report}
