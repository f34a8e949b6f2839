"""Claims that check only themselves: no source could make them false, so being true says nothing."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from decimal import Decimal

from .. import vocabulary
from ..english.numbers import SPREAD, Number, numbers
from ..records import Assertion, Claim, Verdict

ITSELF = re.compile(
    r"\b(?:this|the present) (?:report|synthesis|review)\b|\b(?:claims?) (?:were |was )?(?:extracted|verified)\b"
    r"|\bquality (?:review )?score\b",
    re.I,
)  # fmt: skip
MEAN = re.compile(r"\b(?:mean|average) of\b", re.I)
SUM = re.compile(r"\b(?:sum|total) of\b|\badds? up to\b", re.I)
LESS = re.compile(r"\bdifference (?:between|of)\b|\bminus\b", re.I)


def tautology(claim: Claim, verdict: Verdict | None = None) -> str:
    """Why a claim checks only itself; empty where it does not.

    It does where it compares a thing with itself, recomputes a constant out of its own numbers, speaks of the report that
    makes it, or is held against the report's own text or the very sentence that it was taken out of.
    """
    for of in claim.asserts:
        if why := _of_itself(of):
            return why
    if why := _constant(claim.text):
        return why
    if ITSELF.search(claim.text) and not claim.asserts:
        return "it speaks of the report that makes it"
    report = str(claim.reported.get("report", ""))
    origins = {one.origin for one in _evidence(verdict)}
    if report and origins and all(report in origin for origin in origins):
        return f"its only evidence is {report}, the report that makes it"
    return ""


def _of_itself(of: Assertion) -> str:
    if of.kind == "gain" and not of.mlm and of.intermediate == of.over and of.over_model in ("", of.model):
        return f"a gain of {of.intermediate} over itself is zero whatever was measured"
    same = (of.intermediate, of.mlm, of.intermediate_languages) == (of.rival, of.rival_mlm, of.rival_languages)
    if of.kind == "greater" and same:
        return f"it compares {of.intermediate} with itself"
    if of.kind == "best" and of.among and set(of.among) <= {of.intermediate}:
        return f"{of.intermediate} is the best of itself alone"
    return ""


def _constant(text: str) -> str:
    """'The mean of 8.2, 7.5 and 7.0 is 7.6': arithmetic, with nothing named that was measured."""
    found = [one for one in numbers(text) if one.relation != SPREAD]
    if len(found) < 3 or vocabulary.mentions(text, (vocabulary.TASK, vocabulary.MODEL, vocabulary.METRIC, vocabulary.LANGUAGE)):
        return ""
    parts, last = [one.value for one in found[:-1]], found[-1]
    made: list[Decimal] = []
    if MEAN.search(text):
        made.append(sum(parts, Decimal(0)) / len(parts))
    if SUM.search(text):
        made.append(sum(parts, Decimal(0)))
    if LESS.search(text) and len(parts) == 2:
        made.append(abs(parts[0] - parts[1]))
    if not any(_near(one, last) for one in made) or not _listed(text, found[:-1]):
        return ""
    return f"{last.text} follows from its own numbers, whatever was measured"


def _near(size: Decimal, last: Number) -> bool:
    half = Decimal(5).scaleb(int(last.value.as_tuple().exponent) - 1)
    return abs(size - abs(last.value)) <= half


def _listed(text: str, parts: Sequence[Number]) -> bool:
    """Whether the parts stand in one enumeration."""
    gaps = [text[one.end : other.start] for one, other in itertools.pairwise(parts)]
    return all(re.fullmatch(r"(?:\s*%|\s*points)?\s*(?:,|,?\s*and|from|minus|\+)\s*", gap) for gap in gaps)


def _evidence(verdict: Verdict | None) -> list:
    if verdict is None:
        return []
    return [*verdict.evidence, *(one for check in verdict.checks.values() for one in check.evidence)]
