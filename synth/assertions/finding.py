"""What rows or facts say of an assertion: the numbers, the rows they come from, the way there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from replicate import results
from replicate.results import Interval

from ..stats.equivalence import estimate

Row = Mapping[Any, Any]
NOT_MEASURED, NOTHING = "not measured", "among the rows"  # how lines end that say what lacks


@dataclass(frozen=True)
class Finding:
    """What the rows say: a number per seed (a paper has one, of no seed), the rows used, the way there.

    `printed` is the cell itself where there is one. `holds` answers an assertion of yes or no; None leaves
    it open. `missing` says what lacks when nothing was found. `also` holds other readings, `parts` what an assertion
    over several systems, targets or languages found for each of them. `independent` is False where nothing but the
    assertion itself could have come out: a system compared with itself.
    """

    numbers: Mapping[Any, Interval] | None = None
    printed: str = ""
    holds: bool | None = None
    rows: tuple[Row, ...] = ()
    recomputation: str = ""
    missing: str = ""
    note: str = ""
    also: str = ""
    parts: Mapping[str, Finding] = field(default_factory=dict)
    independent: bool = True

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(middle(one) for one in (self.numbers or {}).values())

    @property
    def shown(self) -> str:
        """The number as people print it: the cell, else the mean over seeds."""
        if self.printed:
            return self.printed
        return signed(math.fsum(self.values) / len(self.values)) if self.numbers else ""


def middle(number: Interval) -> float:
    return float((number.low + number.high) / 2)


def signed(value: float) -> str:
    """A gain as people print it: with its sign and a true minus, which zero does not bear."""
    return f"{value:+z.1f}".replace("-", "\u2212")


def exact(value: float) -> Interval:
    """A measured number, which no printer has rounded."""
    one = Decimal(repr(float(value)))
    return Interval(one, one)


def number(row: Row) -> Interval:
    """The interval of a row's value: of its rounding, of what it was made of, or the value alone."""
    if row["printed"]:
        return results.interval(row["printed"])
    return row.get("between") or exact(row["value"])


def leaves(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows as they were printed or measured, those behind what was made of them included once."""
    found: dict[int, Row] = {}
    for row in rows:
        for one in leaves(row["made_of"]) if row.get("made_of") else (row,):
            found.setdefault(id(one), one)
    return tuple(found.values())


def spread(numbers: Mapping[Any, Interval], level: float = 0.95) -> Interval:
    """Where a number lies: in the interval of its rounding, or in that of its mean over several seeds."""
    if len(numbers) == 1:
        return next(iter(numbers.values()))
    ours = estimate([middle(one) for one in numbers.values()], level)
    return Interval(Decimal(repr(ours.low)), Decimal(repr(ours.high)))


def level_shown(row: Row) -> str:
    return row["printed"] or f"{row['value']:.1f}"


def subtraction(found: Mapping[Any, Interval], ours: Mapping[Any, Row], base: Mapping[Any, Row]) -> str:
    """The way to differences of levels, seed by seed."""

    def line(seed: Any) -> str:
        name = "" if seed is None else f"seed {seed}: "
        return f"{name}{level_shown(ours[seed])} \u2212 {level_shown(base[seed])} = {signed(middle(found[seed]))}"

    return "; ".join(line(seed) for seed in found)
