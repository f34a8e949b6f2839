"""The total: half the weighted mean of the reviewers' scores, half the lowest of them; and how much hangs on that.

The mean alone lets five reviewers hide a sixth; the lowest alone hears nobody else; a geometric or harmonic mean is 0 as
soon as one is. Half of each never falls when a score rises, never moves by more than the score that moved, and
can be redone in the head.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import product

from .review import Opinion, Total

FACTORS = (0.5, 2.0)  # between which each weight is varied


def combined(scores: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Half the weighted mean, half the lowest."""
    mean = _mean(scores, weights)
    return (mean + min(scores.values())) / 2


def _mean(scores: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return math.fsum(weights[name] * score for name, score in scores.items()) / math.fsum(weights[name] for name in scores)


def total(opinions: Sequence[Opinion], weights: Mapping[str, float] | None = None) -> Total:
    """The total of these opinions; without an opinion of anybody there is none."""
    counted = [one for one in opinions if one.applies]
    named = {one.reviewer: 1.0 for one in opinions} | dict(weights or {})
    silent = tuple(one.reviewer for one in counted if one.score is None)
    outside = tuple(one.reviewer for one in opinions if not one.applies)
    earned = {one.reviewer: one.score or 0.0 for one in counted}
    ceiling = combined({one.reviewer: one.ceiling for one in counted}, named) if counted else None
    if len(silent) == len(counted):
        without: dict[str, float | None] = dict.fromkeys(earned)
        return Total(None, ceiling, None, None, (), named, without, None, None, silent, outside)
    lowest = min(earned.values())
    # A weighted mean is extreme where each weight is: the corners of the box are all there is to look at.
    corners = [
        combined(earned, {name: named[name] * factor for name, factor in zip(earned, factors, strict=True)})
        for factors in product(FACTORS, repeat=len(earned))
    ]
    return Total(
        score=combined(earned, named),
        ceiling=ceiling,
        mean=_mean(earned, named),
        lowest=lowest,
        lowest_by=tuple(name for name, score in earned.items() if score == lowest),
        weights=named,
        without={left: _rest(earned, named, left) for left in earned},
        low=min(corners),
        high=max(corners),
        silent=silent,
        outside=outside,
    )


def _rest(earned: Mapping[str, float], weights: Mapping[str, float], left: str) -> float | None:
    rest = {name: score for name, score in earned.items() if name != left}
    return combined(rest, weights) if rest else None
