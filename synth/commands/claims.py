"""Commands on claims: verify."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import Declare, checking, plain, print_json

if TYPE_CHECKING:
    from ..records import Claim, Question, Verdict


def declare(command: Declare) -> None:
    """What this command is called and which options it takes."""
    verify = command("verify", "check claims against published tables and our runs", [checking.options(), plain()])
    verify.add_argument("--explain", metavar="ID", help="show everything about the claim with this id")
    verify.add_argument("--fail-on", choices=["refuted"], help="exit code 3 when a claim was refuted")


def _verify(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import DONE, REFUTED, unknown

    from .. import verify
    from ..questions import find

    questions = find(arguments.questions, arguments.claims)
    ids = [claim.id for question in questions for claim in question.claims]
    if arguments.explain and arguments.explain not in ids:
        raise unknown("claim", arguments.explain, ids)
    hand = checking.hand(arguments, questions)
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


COMMANDS = {"verify": _verify}
