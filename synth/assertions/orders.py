"""best and greater: which of several systems scores more, and by how much."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from replicate import results
from replicate.results import Interval

from ..records import Assertion, title
from .finding import Finding, number
from .numbers import standing
from .rows import Selection

Lead = Mapping[Any, Interval]


def best(of: Assertion, rows: Selection) -> Finding:
    """Whether a system has the highest score of those named (all that are there where none is named)."""
    rivals = [name for name in dict.fromkeys(of.among or rows.trained) if name != of.intermediate]
    if of.among and not rivals:
        return Finding(missing="the best of one system is that system whatever was measured", independent=False)
    found = {name: standing(replace(of, intermediate=name, among=()), rows) for name in (of.intermediate, *rivals)}
    have = {name: one for name, one in found.items() if one.numbers}
    absent = [title(name, of.mlm) for name in found if name not in have]
    if of.intermediate not in have or len(have) < 2:
        return Finding(missing=found[of.intermediate].missing or "no other system to compare with")
    mean = {name: math.fsum(one.values) / len(one.values) for name, one in have.items()}
    order = sorted(mean, key=lambda name: -mean[name])
    leads = {name: lead(of, rows, replace(of, intermediate=name), rows) for name in order if name != of.intermediate}
    rival = next(name for name in order if name != of.intermediate)
    top = order[0]
    return Finding(
        leads[rival],
        printed=have[top].shown,
        holds=_first(list(leads.values()), bool(absent)),
        rows=tuple(row for name in (of.intermediate, rival) for row in have[name].rows),
        recomputation=", ".join(f"{title(name, of.mlm)} {have[name].shown}" for name in order),
        missing="" if leads[rival] else "no seed has both",
        note=f"not at hand: {', '.join(absent)}" if absent else "",
        also=f"best is {title(top, of.mlm)} with {have[top].shown}",
        parts=have,
    )


def _first(leads: list[Lead], more: bool) -> bool | None:
    """Whether a system leads all others for certain, or for certain not; `more` of them are not at hand."""
    if any(one and all(part.high < 0 for part in one.values()) for one in leads):
        return False
    return True if all(one and all(part.low > 0 for part in one.values()) for one in leads) and not more else None


def greater(of: Assertion, rows: Selection) -> Finding:
    """Whether a system scores more than its rival, which may be trained with MLM or on other languages."""
    rival = replace(of, intermediate=of.rival, mlm=of.rival_mlm, intermediate_languages=of.rival_languages)
    names = _name(of), _name(rival)
    if names[0] == names[1]:
        return Finding(missing=f"{names[0]} is compared with itself", independent=False)
    ours, theirs = rows.narrowed(of.method, of.intermediate_languages), rows.narrowed(of.method, rival.intermediate_languages)
    mine, its = standing(of, ours), standing(rival, theirs)
    found = {names[0]: mine, names[1]: its}
    if not mine.numbers:
        return Finding(missing=mine.missing, parts=found)
    if not its.numbers:
        return Finding(missing=f"{names[1]}: not among the rows" if rival.intermediate_languages else its.missing, parts=found)
    ahead = lead(of, ours, rival, theirs)
    first, second = _shown(of, mine, rival), _shown(rival, its, of)
    return Finding(
        ahead,
        printed=f"{first} against {second}",
        holds=_first([ahead], False),
        rows=tuple(row for one in found.values() for row in one.rows),
        recomputation=f"{names[0]} {first}, {names[1]} {second}",
        missing="" if ahead else "no seed has both",
        also=f"{names[0]} {first}, {names[1]} {second}",
        parts=found,
    )


def lead(of: Assertion, ours: Selection, rival: Assertion, theirs: Selection) -> dict[Any, Interval]:
    """How much more a system has than another, seed by seed: of levels where both have them, else of gains."""
    for quantity in ("level", "gain"):
        first = _cells(of, ours, quantity)
        second = _cells(rival, theirs, quantity)
        if quantity == "gain":  # what gains are over has no cell of its own, and needs none
            zero = Interval(Decimal(0), Decimal(0))
            first = first or (dict.fromkeys(second, zero) if _bare(of) else {})
            second = second or (dict.fromkeys(first, zero) if _bare(rival) else {})
        both = [seed for seed in first if seed in second]
        if both:
            return {seed: results.difference(first[seed], second[seed]) for seed in both}
    return {}


def _shown(of: Assertion, found: Finding, other: Assertion) -> str:
    """A system's number beside another's: what both are gains over has a gain of 0."""
    return "0" if _bare(of) and not _bare(other) else found.shown


def _bare(of: Assertion) -> bool:
    return of.intermediate == of.over and not of.mlm


def _cells(of: Assertion, rows: Selection, quantity: str) -> dict[Any, Interval]:
    return {seed: number(row) for seed, row in rows.system(of, of.intermediate, of.mlm, quantity).items()}


def _name(of: Assertion) -> str:
    spoken = of.intermediate_languages
    return title(of.intermediate, of.mlm) + (f" ({spoken})" if spoken else "")
