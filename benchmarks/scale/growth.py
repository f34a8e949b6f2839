"""How fast a figure grows: the exponent between the two largest sizes, above what is spent at any size."""

from __future__ import annotations

import math
from collections.abc import Sequence

MOST = 1.15  # n log n from n/4 to n, at the sizes measured here, has an exponent of 1.07 to 1.14
FLOORS = {"cpu": 0.5, "mib": 24.0}  # what grows by less is lost in the noise of the machine
GOOD, UNKNOWN = "n log n or better", "too little to tell"


def start(points: Sequence[tuple[int, float]]) -> float:
    """What is spent at any size: where the line through the two smallest sizes meets size 0, and never below 0."""
    (small, low), (next_one, high) = points[:2]
    return min(max(low - (high - low) * small / (next_one - small), 0.0), low)


def exponent(points: Sequence[tuple[int, float]], least: float) -> float | None:
    """p of n ** p between the two largest sizes, without the start; None where the figure grows by less than `least`."""
    begin = start(points)
    (half, before), (whole, after) = points[-2:]
    if after - begin < least:
        return None
    return math.log((after - begin) / max(before - begin, least / 10)) / math.log(whole / half)


def says(found: float | None) -> str:
    """The growth in words."""
    return UNKNOWN if found is None else GOOD if found <= MOST else f"worse than n log n (n^{found:.2f})"
