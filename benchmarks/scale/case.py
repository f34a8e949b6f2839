"""What is measured: a family of cases on inputs of one size, and how a measured case tells its three parts from each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

# Prepares, yields, does what is measured, yields what is to be noted of it, and may go on with what is not measured.
Measured = Callable[[Path, int], Iterator[dict[str, float] | None]]


@dataclass(frozen=True)
class Case:
    """One thing to do at every size. `peer` does what is nearest to it with other means, named `against`.

    `after` names cases of the same family that leave behind what this one needs.
    """

    ours: Measured
    peer: Measured | None = None
    against: str = ""
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Family:
    """Cases on the same inputs: `size` of them at full size, called `unit`; `make` writes them into an empty folder."""

    name: str
    size: int
    unit: str
    make: Callable[[Path, int], None]
    cases: dict[str, Case]
