"""How far reviewers agree over claims: Krippendorff's alpha, and who dissents where.

The six ask different things of a claim, so a low alpha among all of them is no fault by itself; among those that ask
whether the claim holds it is one. Levels, not points, are compared: for, in part, against.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

from .review import Agreement, Dissent, Opinion

LEVELS = ("against", "in part", "for")
BOUNDS = (3.0, 7.0)  # points from which on a rating is 'in part' and 'for'

Counts = Mapping[float, float]
Distance = Callable[[float, float, Counts], float]


def ordinal(one: float, other: float, counts: Counts) -> float:
    """Squared: how many ratings lie between two values, those of the two themselves as half."""
    low, high = sorted((one, other))
    between = sum(number for value, number in counts.items() if low <= value <= high)
    return (between - (counts[low] + counts[high]) / 2) ** 2


def nominal(one: float, other: float, counts: Counts) -> float:
    return float(one != other)


def interval(one: float, other: float, counts: Counts) -> float:
    return (one - other) ** 2


def alpha(units: Sequence[Sequence[float]], distance: Distance = ordinal) -> float | None:
    """Krippendorff's alpha over units, each with the ratings that it got; a unit with fewer than two ratings is left out.

    1 less the disagreement that was seen over the one expected by chance, both as mean distances between pairs of
    ratings. None without a unit of two ratings, and where all ratings are alike: then chance cannot be told from agreement.
    """
    return _alpha(Counter(tuple(sorted(unit)) for unit in units if len(unit) > 1), distance)


def _alpha(patterns: Mapping[tuple[float, ...], int], distance: Distance) -> float | None:
    """Alpha of units that are counted by what they hold: of thousands of claims few differ."""
    counts = Counter[float]()
    for unit, times in patterns.items():
        for value in unit:
            counts[value] += times
    total = sum(counts.values())
    seen = math.fsum(
        2 * times * sum(distance(one, other, counts) for one, other in combinations(unit, 2)) / (len(unit) - 1)
        for unit, times in patterns.items()
    )
    expected = 2 * math.fsum(counts[one] * counts[other] * distance(one, other, counts) for one, other in combinations(counts, 2))
    return 1 - (total - 1) * seen / expected if expected else None


def _without(patterns: Mapping[tuple[float, ...], int]) -> list[float | None]:
    """Alpha without one unit, for each that differs from the others."""
    return [_alpha({**patterns, unit: times - 1}, ordinal) for unit, times in patterns.items()]


def level(points: float) -> int:
    """0 against, 1 in part, 2 for."""
    return sum(points >= bound for bound in BOUNDS)


def levels(opinions: Sequence[Opinion], claims: Sequence[str]) -> dict[str, dict[str, int]]:
    """By claim and reviewer the level of those that have an opinion."""
    found = dict[str, dict[str, int]]()
    for claim in claims:
        rated = [(one.reviewer, one.rating(claim)) for one in opinions]
        found[claim] = {name: level(points) for name, points in rated if points is not None}
    return found


def agreement(opinions: Sequence[Opinion], claims: Sequence[str]) -> Agreement:
    """The agreement of these reviewers, with its range when one claim is left out."""
    units = [tuple(given.values()) for given in levels(opinions, claims).values() if len(given) > 1]
    found = alpha(units)
    without = _without(Counter(tuple(sorted(unit)) for unit in units))
    known = [one for one in without if one is not None]
    ranged = found is not None and len(known) == len(without) and len(units) > 2  # of one claim alone nothing can be said
    names = tuple(one.reviewer for one in opinions)
    return Agreement(
        reviewers=names,
        alpha=found,
        claims=len(units),
        ratings=sum(map(len, units)),
        low=min(known) if ranged else None,
        high=max(known) if ranged else None,
        line=_said(found, units),
    )


def _said(found: float | None, units: Sequence[Sequence[int]]) -> str:
    if not units:
        return "not defined: no claim was rated by two reviewers"
    if found is None:
        return f"not defined: all ratings are '{LEVELS[units[0][0]]}', which chance would give as well"
    return f"over {len(units)} claim{'s' * (len(units) != 1)} with {sum(map(len, units))} ratings"


def dissents(opinions: Sequence[Opinion], claims: Sequence[str]) -> tuple[Dissent, ...]:
    """Every reviewer whose level for a claim is not the one that most gave; without a majority all of them are listed."""
    found, by_claim = list[Dissent](), levels(opinions, claims)
    for claim in claims:
        given = by_claim[claim]
        counted = Counter(given.values())
        most = [value for value, number in counted.items() if number == max(counted.values())]
        if len(counted) < 2:
            continue
        for one in opinions:
            if one.reviewer not in given or [given[one.reviewer]] == most:
                continue
            others = Counter(
                LEVELS[value] for name, value in sorted(given.items(), key=lambda pair: -pair[1]) if name != one.reviewer
            )
            line = one.by_claim[claim].line
            shown = ", ".join(f"{number} {word}" for word, number in others.items())
            found.append(Dissent(one.reviewer, claim, LEVELS[given[one.reviewer]], shown, line))
    return tuple(found)
