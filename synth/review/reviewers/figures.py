"""Figures: do the tables of the version that a claim cites yield its numbers?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...records import Claim, Question, Verdict
from ..review import Mark, Rule
from ..scoring import ASSERTIONS, Reviewer

if TYPE_CHECKING:
    from ...checks.hand import Hand

YIELDED, NAMED, REDONE = "yielded", "cells named", "redone"
RUBRIC = (
    Rule(YIELDED, 7, "the tables of the cited version yield what the claim asserts; half where they yield a part of it"),
    Rule(NAMED, 1, "the cells are named, so that anybody finds them; half where the claim holds in part"),
    Rule(REDONE, 2, "the way from cells to the number is written out; half where the claim holds in part"),
)
PARTS = {"supported": 2, "partly": 1, "refuted": 0}  # in halves


def judge(question: Question, verdicts: Mapping[str, Verdict], hand: Hand) -> tuple[Mark, ...]:
    """A mark for each claim that asserts something, or at least has a figure in it, out of what the tables' check found."""
    return tuple(_mark(claim, verdicts.get(claim.id)) for claim in question.claims)


def _mark(claim: Claim, verdict: Verdict | None) -> Mark:
    # Whether a claim is in the remit is a matter of the claim alone: no outcome of a check can take it out.
    if not claim.asserts and not any(character.isdigit() for character in claim.text):
        return Mark(claim.id, "without figures", "it asserts nothing that a table could hold", applies=False)
    tables = verdict.checks.get("tables") if verdict else None
    if tables is None:
        return Mark(claim.id, "not checked", "the tables of the source were not checked", judged=False)
    if tables.verdict not in PARTS:
        return Mark(claim.id, "of another version" if tables.verdict == "other version" else "open", tables.line, judged=False)
    halves, earned = PARTS[tables.verdict], dict[str, float]()
    for rule in RUBRIC if halves else ():
        if rule.id == YIELDED or (rule.id == NAMED and tables.evidence) or (rule.id == REDONE and tables.recomputation):
            earned[rule.id] = rule.points * halves / 2
    return Mark(claim.id, tables.verdict, tables.line, earned)


REVIEWER = Reviewer(
    "figures", "Do the tables of the cited version yield the numbers?", RUBRIC, judge, holds=ASSERTIONS, check="tables"
)
