"""From a reviewer's marks to its score: the same sum for all of them, and one that a reader can redo."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..records import Question, Verdict
from .review import Mark, Opinion, Rule

if TYPE_CHECKING:
    from ..checks.hand import Hand

WORDS, ASSERTIONS = "words", "assertions"
Judge = Callable[[Question, Mapping[str, Verdict], "Hand"], tuple[Mark, ...]]


@dataclass(frozen=True)
class Reviewer:
    """A name, what it asks, its rubric (10 points together), and how it marks the claims of a question.

    `holds` is set where its question is whether a claim holds, and says what of the claim it looks at: its WORDS, or its
    ASSERTIONS alone; `check` is then the check that it looks at. The others ask what the claim and its evidence are worth.
    """

    name: str
    asks: str
    rubric: tuple[Rule, ...]
    judge: Judge
    holds: str = ""
    check: str = ""


def opinion(of: Reviewer, marks: Sequence[Mark]) -> Opinion:
    """The mean of the claims in the remit, an unjudged one as nothing earned, plus what the question as a whole earned.

    Without a judged claim there is no score: what a question earns as a whole is worth nothing by itself.
    """
    claims = [mark for mark in marks if mark.claim and mark.applies]
    whole = [mark for mark in marks if not mark.claim]
    judged = [mark for mark in claims if mark.points is not None]
    most = {True: _points(of.rubric, True), False: _points(of.rubric, False)}

    def ceiling(mark: Mark) -> float:
        if mark.points is not None:
            return mark.points
        return most[not mark.claim] if mark.possible is None else mark.possible

    score = None
    if judged:
        score = _mean([mark.points or 0.0 for mark in claims]) + math.fsum(mark.points or 0.0 for mark in whole)
    top = _mean([ceiling(mark) for mark in claims]) + math.fsum(ceiling(mark) for mark in whole) if claims else 0.0
    return Opinion(of.name, of.asks, of.rubric, tuple(marks), score, top, bool(claims), _line(marks, claims))


def _points(rubric: Sequence[Rule], whole: bool) -> float:
    return math.fsum(rule.points for rule in rubric if rule.whole == whole)


def _mean(values: Sequence[float]) -> float:
    # The exact sum: the order of claims must not reach the last digit.
    return math.fsum(values) / len(values)


def _line(marks: Sequence[Mark], claims: Sequence[Mark]) -> str:
    """Why, in one line: how many claims got which word, then what was found of the question as a whole."""
    if not claims:
        return "no claim in its remit" if any(mark.claim for mark in marks) else "no claims"
    counted = Counter((mark.points is None, mark.word) for mark in claims)
    ordered = sorted(counted.items(), key=lambda one: (one[0][0], -one[1], one[0][1]))
    said = ", ".join(f"{number} {word}" for (_, word), number in ordered)
    whole = [mark.word for mark in marks if not mark.claim]
    return "; ".join([said, *whole])
