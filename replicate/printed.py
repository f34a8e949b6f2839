"""Printed numbers: each is the interval of its rounding, and so are their sums, means and differences."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from .problems import Problem


class Interval(NamedTuple):
    """What a printed number may have been before it was rounded; both ends included."""

    low: Decimal
    high: Decimal

    def meets(self, other: Interval) -> bool:
        return self.low <= other.high and other.low <= self.high


NUMBER = re.compile(r"[+\-\u2212]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?")


def interval(printed: str) -> Interval:
    """The interval of rounding of a printed number: 8.2 was between 8.15 and 8.25."""
    text = printed.strip().removesuffix("%").strip()
    if not NUMBER.fullmatch(text) or not any(character.isdigit() for character in text):
        raise Problem(f"{printed!r} is not a printed number")
    value = Decimal(text.replace("\u2212", "-").replace(",", ""))
    half = Decimal(5).scaleb(int(value.as_tuple().exponent) - 1)
    return Interval(value - half, value + half)


def total(intervals: Iterable[Interval]) -> Interval:
    """The sum of printed numbers is as uncertain as all of them together."""
    low, high = zip(*intervals, strict=True)
    return Interval(sum(low, Decimal(0)), sum(high, Decimal(0)))


def mean(intervals: Iterable[Interval]) -> Interval:
    """The mean of printed numbers."""
    all_of_them = list(intervals)
    summed = total(all_of_them)
    return Interval(summed.low / len(all_of_them), summed.high / len(all_of_them))


def difference(of: Interval, over: Interval) -> Interval:
    """One printed number less another."""
    return Interval(of.low - over.high, of.high - over.low)
