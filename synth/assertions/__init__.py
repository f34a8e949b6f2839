"""Assertions evaluated on a selection of results, a paper's rows as printed or the levels of our runs, and on facts.

One evaluator per kind, the same for both. Every number is an interval: that of its rounding for a printed
cell, one point for a measured one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ..facts import Facts
from ..records import SPLITS, Assertion
from . import numbers, orders, signs, stated
from .claimed import Claimed, claimed
from .compared import compare
from .finding import NOT_MEASURED, NOTHING, Finding, Row, exact, leaves, middle, number, signed, spread
from .rows import Selection, candidates, measured, pivot, plain, selection
from .spoken import by_language

__all__ = [
    "KINDS", "NOT_MEASURED", "STATED", "Claimed", "Finding", "Row", "Selection", "by_language", "candidates", "claimed",
    "compare", "evaluate", "exact", "leaves", "measured", "middle", "number", "pivot", "plain", "selection", "signed",
    "spread",
]  # fmt: skip
KINDS: Mapping[str, Callable[[Assertion, Selection], Finding]] = {
    "level": numbers.level, "gain": numbers.gain, "best": orders.best, "greater": orders.greater, "sign": signs.sign,
}  # fmt: skip
STATED = ("count", "size", "setup")  # what a paper states and no row measures


def evaluate(of: Assertion, rows: Selection | None, facts: Facts | None = None, margin: float = 0.0) -> Finding:
    """What these rows and facts say of an assertion; where it names no split, dev is asked before test.

    `margin` is for runs: a gain that is below it for certain counts as none where an assertion is on signs.
    """
    if of.kind in STATED:
        return stated.stated(of, facts, rows)
    if rows is None:
        return Finding(missing="no table with results is at hand")
    key = (replace(of, value="", relation="="), margin)
    if key not in rows.known:
        rows.known[key] = _measured(of, rows, margin)
    return rows.known[key]


def _measured(of: Assertion, rows: Selection, margin: float) -> Finding:
    here = rows if of.kind == "greater" else rows.narrowed(of.method, of.intermediate_languages)
    splits = [of.split] if of.split else ["test"] if of.chosen else list(SPLITS)
    tried = list[Finding]()
    for split in splits:
        one = replace(of, split=split)
        tried.append(signs.sign(one, here, margin) if of.kind == "sign" else KINDS[of.kind](one, here))
        if not tried[-1].missing:
            return tried[-1]
    # What was begun says what lacks; of what was not, the first place where it was looked for is named.
    return next((found for found in tried if not found.missing.endswith(NOTHING)), tried[0])
