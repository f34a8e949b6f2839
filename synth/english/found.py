"""What a reader of one kind of assertion gives back: assertions, the numbers that they used up, and why others are left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..records import Assertion
from .numbers import Number


@dataclass
class Found:
    """Assertions of one statement, gathered by one reader after another."""

    asserts: list[Assertion] = field(default_factory=list)
    used: set[int] = field(default_factory=set)  # where the numbers start that an assertion holds or that count nothing
    why: dict[int, str] = field(default_factory=dict)  # of a number that is not used, by its start
    open: list[str] = field(default_factory=list)  # what the statement says besides numbers and no assertion holds

    def add(self, asserts: Iterable[Assertion], *numbers: Number) -> None:
        self.asserts += [one for one in asserts if one not in self.asserts]
        self.used |= {one.start for one in numbers}

    def leave(self, number: Number, why: str) -> None:
        self.why.setdefault(number.start, why)
