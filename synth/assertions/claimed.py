"""The number of a claim as the claim means it, held against a printed cell or against what cells make.

A printed number is the interval of its rounding. Zeros at the end of a large number are rounding where it is 'about' so
many, and what is a unit beside such a number does not contradict it. 'At least' and the like are open to one side. Only
what is disjoint is contradicted.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from replicate import results
from replicate.results import Interval

from ..records import Assertion

INFINITE = Decimal("Infinity")
LARGE = 1000  # of numbers from here on, zeros at the end are rounding


@dataclass(frozen=True)
class Claimed:
    """The values that a claim allows; `strict` leaves out the bound itself, `grey` is what does not contradict on each side."""

    low: Decimal
    high: Decimal
    strict: bool = False
    grey: Decimal = Decimal(0)

    @property
    def interval(self) -> Interval:
        """All that does not contradict the claim."""
        return Interval(self.low - self.grey, self.high + self.grey)

    @property
    def open(self) -> bool:
        return INFINITE in (abs(self.low), abs(self.high))

    def takes(self, value: Decimal) -> bool:
        """Whether the claim allows this one value."""
        return self.low < value < self.high if self.strict else self.low <= value <= self.high

    def against_cell(self, cell: Interval) -> bool | None:
        """A printed cell is its author's word: the claim has to be that number, or that number rounded.

        8.2 and 8.3 touch in 8.25 and are two numbers; None where both share more than that, so that the cell cannot tell.
        """
        if self.takes((cell.low + cell.high) / 2):
            return True
        allowed = self.interval
        return None if allowed.low < cell.high and cell.low < allowed.high else False

    def against_made(self, made: Interval) -> bool | None:
        """What cells make contradicts a claim only where the two have no value in common."""
        if not self.interval.meets(made):
            return False
        sharp = not self.open and Interval(self.low, self.high).meets(made)
        return True if sharp or self.takes((made.low + made.high) / 2) else None


def claimed(of: Assertion) -> Claimed:
    """The claim's number with its relation."""
    return meant(results.interval(of.value), of.relation)


def meant(number: Interval, relation: str) -> Claimed:
    """A number with a relation: 'about 8.2', 'at least 8'."""
    value = (number.low + number.high) / 2
    if relation in ("at least", "more than"):
        return Claimed(value, INFINITE, relation == "more than")
    if relation in ("at most", "less than"):
        return Claimed(-INFINITE, value, relation == "less than")
    if relation == "about":
        half = max(number.high - number.low, _unit(value)) / 2
        return Claimed(value - half, value + half, grey=half)
    return Claimed(number.low, number.high)


def _unit(value: Decimal) -> Decimal:
    """The place of the last digit of a large number that is not a zero: thousands in 392,000."""
    if abs(value) < LARGE:
        return Decimal(0)
    return Decimal(1).scaleb(int(value.normalize().as_tuple().exponent))
