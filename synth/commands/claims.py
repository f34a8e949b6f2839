"""Commands on claims: verify."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..plural import counted
from ..report.plain import visible
from ..shortened import shortened
from . import Declare, checking, plain, print_json

if TYPE_CHECKING:
    from ..records import Claim, Evidence, Question, Verdict


SHOWN = 600  # characters of a claim in the table
NAMED = 3  # claims that a note common to several names


def declare(command: Declare) -> None:
    """What this command is called and which options it takes."""
    verify = command(
        "verify",
        "check claims against the source's words, its tables, and our runs",
        [checking.options(), plain()],
        "stilts",
        "stilts --explain squad-gain",
        "--claims claims.jsonl --papers papers/ --json",
    )
    verify.add_argument("--explain", metavar="ID", help="show everything about the claim with this id")
    verify.add_argument("--nli", metavar="MODEL", default="", help="ask this NLI model too (id or folder); it decides nothing")
    verify.add_argument("--embeddings", metavar="MODEL", default="", help="find passages with this sentence encoder as well")
    verify.add_argument("--fail-on", metavar="NAME", choices=["refuted"], help="refuted: exit code 3 when a claim was refuted")


def _verify(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import DONE, REFUTED

    from .. import verify

    found = checking.checked(arguments, arguments.explain or "", arguments.nli, arguments.embeddings)
    if arguments.json:
        claims = [entry for one in found for entry in verify.to_dict(one.question, one.verdicts)]
        left_out = sum(one.question.reported.get("left_out", 0) for one in found)
        print_json({"schema": verify.SCHEMA, "claims": claims, **({"left_out": left_out} if left_out else {})})
    elif arguments.explain:
        told = [(claim, one) for one in found for claim in one.question.claims if claim.id in one.verdicts]
        print("\n\n".join(_explained(claim, one.verdicts[claim.id]) for claim, one in told))
    else:
        print("\n\n".join(_table(one.question, one.verdicts) for one in found))
        print(_summed([verdict for one in found for verdict in one.verdicts.values()]))
    refuted = any(verdict.verdict == "refuted" for one in found for verdict in one.verdicts.values())
    return REFUTED if refuted and arguments.fail_on == "refuted" else DONE


def _width() -> int:
    return max(60, min(110, shutil.get_terminal_size((100, 24)).columns))


def _mark(reported: Mapping[str, Any]) -> str:
    if "verified" not in reported:
        return "\u2013"
    confidence = reported.get("confidence")
    return ("\u2713" if reported["verified"] else "\u2717") + (f" {confidence:.2f}" if isinstance(confidence, float) else "")


def _short(verdict: Verdict) -> str:
    """A check in one cell: the verdict, with the number that it found; a dash where it says nothing."""
    if verdict.verdict == "not enough information":
        return "\u2013"
    other = verdict.data.get("other_version") or {}
    number = other.get("number") or verdict.number
    return f"{verdict.verdict}: {number}" if number else verdict.verdict


def _final(found: Verdict) -> str:
    return found.verdict if found.confidence is None else f"{found.verdict} ({_sure(found.confidence)})"


def _sure(confidence: float) -> str:
    """A probability that never claims certainty."""
    return ">0.99" if confidence > 0.99 else f"{confidence:.2f}"


def _between(low: float, high: float) -> str:
    return "above 0.99" if low > 0.99 else f"{low:.2f} to {_sure(high)}"


def _table(question: Question, found: Mapping[str, Verdict]) -> str:
    """The claims of a question as people read them: a line of verdicts, the claim, and why."""
    from ..checks import CHECKS

    head = ("claim", "reported", *(check.column for check in CHECKS.values()), "verdict")
    lines = [
        (claim.id, _mark(claim.reported), *(_short(found[claim.id].checks[name]) for name in CHECKS), _final(found[claim.id]))
        for claim in question.claims
    ]
    lines = [tuple(map(visible, line)) for line in lines]
    widths = [max(len(row[column]) for row in (head, *lines)) for column in range(len(head))]

    def row(cells: Sequence[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()

    noted = dict[str, list[str]]()
    for id, verdict in found.items():
        for one in verdict.scope:
            noted.setdefault(one, []).append(id)
    shared = {one: list(dict.fromkeys(of)) for one, of in noted.items() if len(of) > 1}
    made = [f"{question.name}: {question.question}", "", row(head), row(["-" * width for width in widths])]
    for claim, line in zip(question.claims, lines, strict=True):
        made.append(row(line))
        made += _wrapped(_told(claim.text), "    ")
        made += _wrapped(f"why: {found[claim.id].line}", "    ")
        made += [line for one in found[claim.id].scope if one not in shared for line in _wrapped(f"note: {one}", "    ")]
    for one, of in shared.items():
        more = f" and {len(of) - NAMED} more" if len(of) > NAMED else ""
        which = "" if len(of) == len(found) else f" on {', '.join(of[:NAMED])}{more}"
        made += _wrapped(f"note{which}: {one}", "")
    return "\n".join(made)


def _told(text: str) -> str:
    """A claim as the table shows it; `--explain` has it whole."""
    return text if len(text) <= SHOWN else f"{shortened(text, SHOWN)} ({len(text):,} characters)"


def _summed(found: Sequence[Verdict]) -> str:
    """How many claims have which verdict, and how well the checks told them from twins."""
    from ..controls import discrimination
    from ..verify import FINALS

    if not found:
        return "\nno claims yet; python -m synth extract ID --to NAME adds those of a paper"
    counts = Counter(one.verdict for one in found)
    made = ["", counted(len(found), "claim") + ": " + ", ".join(f"{counts[name]} {name}" for name in FINALS if counts[name])]
    controls = discrimination.of(found)
    if controls.false.of:
        made += _wrapped(f"controls: {controls}", "")
    if not any(one.confidence is not None for one in found):
        made.append("no verdict has a calibrated confidence; `--explain ID` says why, and shows everything about a claim")
    return "\n".join(made)


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(visible(text), _width(), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _explained(claim: Claim, found: Verdict) -> str:
    """Everything about one claim."""
    made = [
        visible(f"{claim.id}: {found.verdict}"),
        *_wrapped(claim.text, "  "),
        f"  cites {visible(claim.paper) or 'no paper'}; reported {_mark(claim.reported)}"
        + ("; cut off in the report" * claim.cut),
        *_wrapped(f"why: {found.line}", "  "),
    ]
    if found.confidence is None:
        made += _wrapped(f"confidence: none, {found.reason}", "  ")
    else:
        ends = f", 95% interval {_between(*found.interval)}" if found.interval else ""
        made.append(f"  confidence that this verdict is right: {_sure(found.confidence)}{ends}")
    if claim.note:
        made += _wrapped(f"note: {claim.note}", "  ")
    made += [line for one in found.scope for line in _wrapped(f"scope: {one}", "  ")]
    for name, check in found.checks.items():
        made += ["", f"  {name}: {check.verdict}", *_wrapped(check.line, "    ")]
        if check.recomputation:
            made += _wrapped(f"recomputed: {check.recomputation}", "    ")
        for item in check.evidence:
            made += _shown(item)
        for vote in check.data.get("votes", ()):
            made += _wrapped(f"vote of {vote['by']}: {vote['says']} ({vote['probability']:.2f}): {vote['passage']}", "    ")
    if found.twins:
        false = [twin for twin in found.twins if twin.false]
        made += [
            "",
            f"  controls: {counted(len(false), 'false twin')}, {counted(len(found.twins) - len(false), 'paraphrase')}, "
            "judged by the same checks",
        ]
        for twin in found.twins:
            made += _wrapped(
                f"{twin.verdict}: {twin.text} ({'false, ' if twin.false else ''}{twin.kind}: {twin.changed})", "    "
            )
    return "\n".join(made)


def _shown(item: Evidence) -> list[str]:
    """A cell in one line; a passage with its page and characters, whole."""
    if item.page is None:
        return [f"    {item.value:>7}  {item.cell}  [{item.origin}]" + (f"  {item.note}" if item.note else "")]
    place = f"[{item.origin}, p. {item.page}, characters {item.start} to {item.end}]"
    return _wrapped(f"\u201c{item.value}\u201d {place}" + (f" {item.note}" if item.note else ""), "      ")


COMMANDS = {"verify": _verify}
