"""Replication: do our own runs, of full size and on real languages, show the same?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...records import FACT, TAKES, Question, Verdict
from ..review import Mark, Rule
from ..scoring import ASSERTIONS, Reviewer

if TYPE_CHECKING:
    from ...checks.hand import Hand

DIRECTION, SIZE = "direction", "size"
RUBRIC = (
    Rule(DIRECTION, 6, "our runs show the claimed direction for certain (reproduced, or direction only)"),
    Rule(SIZE, 4, "they show the claimed size as well, within the margin that was stated beforehand (reproduced)"),
)
# Runs that cannot tell, or that only illustrate (the artificial world, a small model), are no opinion, as no runs are.
GIVES: Mapping[str, tuple[str, ...]] = {"reproduced": (DIRECTION, SIZE), "direction only": (DIRECTION,), "not reproduced": ()}
MEASURED = tuple(kind for kind, fields in TAKES.items() if fields != FACT)


def judge(question: Question, verdicts: Mapping[str, Verdict], hand: Hand) -> tuple[Mark, ...]:
    """A mark for each claim that asserts something which a run could measure."""
    points, marks = {rule.id: rule.points for rule in RUBRIC}, list[Mark]()
    for claim in question.claims:
        said = verdicts[claim.id].checks.get("replication") if claim.id in verdicts else None
        if not any(one.kind in MEASURED for one in claim.asserts):
            marks.append(Mark(claim.id, "not to be run", "nothing was read in it that a run could measure", applies=False))
        elif said is None:
            marks.append(Mark(claim.id, "not checked", "our runs were not looked at", judged=False))
        elif said.verdict in GIVES:
            marks.append(Mark(claim.id, said.verdict, said.line, {rule: points[rule] for rule in GIVES[said.verdict]}))
        else:
            marks.append(Mark(claim.id, said.verdict, said.line, judged=False))
    return tuple(marks)


REVIEWER = Reviewer("replication", "Do our own runs show the same?", RUBRIC, judge, holds=ASSERTIONS, check="replication")
