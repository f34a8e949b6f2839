"""Commands on reviews: review."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..plural import counted
from . import Declare, checking, plain, print_json

if TYPE_CHECKING:
    from ..review.review import Agreement, Certainty, Mark, Opinion, Review, Total

CERTAINTY = "certainty"
NONE = "–"


def declare(command: Declare) -> None:
    """What this command is called and which options it takes."""
    review = command(
        "review",
        "six reviewers on each report: scores, dissents, a total, certainty",
        [checking.options(), plain()],
        "stilts",
        "stilts --explain certainty",
    )
    review.add_argument("--explain", metavar="REVIEWER", help="a reviewer's rubric and what it says of each claim; or: certainty")


def _review(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import DONE, unknown

    from ..review import plain as as_json
    from ..review.panel import review
    from ..review.reviewers import REVIEWERS

    names = [*(one.name for one in REVIEWERS), CERTAINTY]
    if arguments.explain and arguments.explain not in names:
        raise unknown("reviewer", arguments.explain, names)
    found = [review(one.question, one.verdicts, one.hand) for one in checking.checked(arguments)]
    if arguments.json:
        print_json(as_json.document(found))
    else:
        show = (lambda one: _explained(one, arguments.explain)) if arguments.explain else _table
        parts = [show(one) for one in found] + ([_overview(found)] if len(found) > 1 and not arguments.explain else [])
        print("\n\n".join("\n".join(part) for part in parts))
    return DONE


def _wrapped(text: str, indent: str, further: str = "") -> list[str]:
    width = max(60, min(110, shutil.get_terminal_size((100, 24)).columns))
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent + further, break_on_hyphens=False)


def _points(value: float | None) -> str:
    return NONE if value is None else f"{value:.1f}"


# ---- the review as people read it


def _table(of: Review) -> list[str]:
    made = [*_wrapped(f"{of.question}: {of.asked}", "", "  ")]
    for note in of.notes:
        made += _wrapped(note, "  ")
    if not of.claims:
        return made
    made += ["", f"{'reviewer':<16}  {'score':>5}  why", f"{'-' * 16}  {'-' * 5}  {'-' * 3}"]
    for one in of.opinions:
        made += _wrapped(f"{one.reviewer:<16}  {_points(one.score):>5}  {_why(one)}", "", " " * 25)
    made += ["", *_total(of.total), *_reported(of)]
    made += ["", *_agreed(of)]
    made += ["", "dissents", *_dissents(of)]
    made += ["", "certainty of each finding (GRADE)"]
    alike = dict[str, list[str]]()
    for line in of.certainty:
        alike.setdefault(_certain(line), []).append(f"{line.claim} ({line.finding})" if line.domains else line.claim)
    return made + [line for said, ids in alike.items() for line in _wrapped(f"{', '.join(ids)}: {said}", "  ", "  ")]


def _why(of: Opinion) -> str:
    return of.line if of.score is not None or not of.applies else f"no opinion: {of.line}"


def _total(of: Total) -> list[str]:
    if of.score is None or of.mean is None or of.lowest is None or of.low is None or of.high is None:
        top = "" if of.ceiling is None else f"; at most {of.ceiling:.1f} of 10 if all of it turned out well"
        return _wrapped(f"total: none, no reviewer could judge a single claim{top}", "", "  ")
    heard = [name for name in of.lowest_by if name not in of.silent]
    rest = [f"{counted(len(of.silent), 'reviewer')} without an opinion"] if of.silent and not of.lowest else []
    low = f"{of.lowest:.1f} of {' and '.join([*heard, *rest])}"
    made = _wrapped(f"total: {of.score:.1f} of 10, half the mean ({of.mean:.1f}) and half the lowest score ({low})", "", "  ")
    apart = sorted(((value, name) for name, value in of.without.items() if value is not None), key=lambda pair: pair[0])
    if apart and apart[0][0] < apart[-1][0]:
        (least, first), (most, last) = apart[0], apart[-1]
        left = f"{least:.1f} without {first}, {most:.1f} without {last}"
        made += _wrapped(f"{left}; {of.low:.1f} to {of.high:.1f} as weights go from half to double", "  ", "  ")
    if of.silent:
        made += _wrapped(f"no opinion of {', '.join(of.silent)} counts as nothing earned", "  ", "  ")
    made += _wrapped(f"at most {of.ceiling:.1f} if all that could not be judged turned out well", "  ", "  ")
    return made


def _reported(of: Review) -> list[str]:
    return [f"the report's own score: {f'{of.reported:g} of 10' if of.reported is not None else 'none'}"]


def _agreed(of: Review) -> list[str]:
    made = _wrapped(f"agreement of all six: {_alpha(of.agreement)}", "", "  ")
    asked = ", ".join(of.holding.reviewers)
    return made + _wrapped(f"of those that ask whether a claim holds ({asked}): {_alpha(of.holding)}", "  ", "  ")


def _alpha(of: Agreement) -> str:
    if of.alpha is None:
        return f"alpha {of.line}"
    known = of.low is not None and of.high is not None
    between = f"; {of.low:.2f} to {of.high:.2f} with any one claim left out" if known else ""
    return f"alpha {of.alpha:.2f} {of.line}{between}".replace("-", "\u2212")


def _dissents(of: Review) -> list[str]:
    if not of.dissents:
        rated = of.agreement.claims
        return [f"  none on {counted(rated, 'claim')} with several ratings" if rated else "  none: no claim has several ratings"]
    made = list[str]()
    for one in of.dissents:
        made += _wrapped(f"{one.claim}: {one.reviewer} is {one.level}, the others {one.others}; {one.line}", "  ", "  ")
    return made


def _certain(of: Certainty) -> str:
    fired = ", ".join(f"{one.name} \u2212{one.down} ({one.rule})" for one in of.domains if one.down)
    way = f"starts {of.start} ({of.start_rule}); {fired}" if fired else f"starts {of.start} ({of.start_rule})"
    return f"{of.level}, {of.start_line}" if not of.domains else f"{of.level}; {way}"


def _overview(found: Sequence[Review]) -> list[str]:
    """All questions in a table: the reviewers' scores, the total, and the score that each report gave itself."""
    names = [one.reviewer for one in found[0].opinions]
    rows = [("question", *names, "total", "reported")]
    for one in found:
        scores = [_points(one.opinion(name).score) for name in names]
        rows.append((one.question, *scores, _points(one.total.score), _points(one.reported)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rows.insert(1, tuple("-" * width for width in widths))
    return ["  ".join(f"{cell:{'<' if not at else '>'}{widths[at]}}" for at, cell in enumerate(row)) for row in rows]


# ---- one reviewer


def _explained(of: Review, name: str) -> list[str]:
    made = _wrapped(f"{of.question}: {of.asked}", "", "  ")
    if name == CERTAINTY:
        return made + [line for one in of.certainty for line in _domains(one)]
    one = of.opinion(name)
    made += [f"{one.reviewer}: {_points(one.score)} of 10; {one.asks}", "", "  points  of each claim"]
    made += [
        line
        for rule in one.rubric
        if not rule.whole
        for line in _wrapped(f"{rule.points:6g}  {rule.id}: {rule.gives}", "  ", " " * 8)
    ]
    if any(rule.whole for rule in one.rubric):
        made.append("  points  of the question, once")
        made += [
            line
            for rule in one.rubric
            if rule.whole
            for line in _wrapped(f"{rule.points:6g}  {rule.id}: {rule.gives}", "  ", " " * 8)
        ]
    for mark in one.marks:
        made += ["", *_mark(mark, one)]
    return made


def _mark(of: Mark, opinion: Opinion) -> list[str]:
    most = opinion.most if of.claim else sum(rule.points for rule in opinion.rubric if rule.whole)
    if not of.applies:
        head = "not in the remit"
    else:
        head = "no opinion" if of.points is None else f"{of.points:.1f} of {most:g}"
    earned = " + ".join(f"{rule} {points:.2g}" for rule, points in of.earned.items())
    made = [f"  {of.claim or 'the question'}: {head}, {of.word}" + (f" ({earned})" if earned and of.points is not None else "")]
    return made + _wrapped(of.line, "    ")


def _domains(of: Certainty) -> list[str]:
    made = ["", f"  {of.claim}: {of.level} (finding: {of.finding})", f"    starts {of.start}: {of.start_rule}, {of.start_line}"]
    for one in of.domains:
        fall = f"\u2212{one.down}" if one.down else " 0"
        made += _wrapped(f"{fall}  {one.name}: {one.rule + ', ' if one.rule else ''}{one.line}", "    ", " " * 4)
    return made


COMMANDS = {"review": _review}
