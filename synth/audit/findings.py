"""What an audit says: findings with both places and the recomputation, counts of what was checked, and what could not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from replicate.results import Interval

SCHEMA = "synth.audit/1"
SURE, LIKELY, POSSIBLE = "sure", "likely", "possible"
HOW_SURE = (SURE, LIKELY, POSSIBLE)
LONGEST = 300  # characters of a quote


@dataclass(frozen=True)
class Place:
    """Where something is printed: a cell (table, row, column) or words (quote), on a page; of a CSV file a line."""

    page: int = 0
    table: str = ""
    row: str = ""
    column: str = ""
    quote: str = ""
    line: int = 0

    @property
    def shown(self) -> str:
        if self.line:
            return ", ".join(one for one in (f"line {self.line}", self.row, self.column) if one) + self._quoted
        where = [f"page {self.page}"] if self.page else []
        if self.table:
            where += [self.table, *(f"{name} '{value}'" for name, value in (("row", self.row), ("column", self.column)) if value)]
        return (", ".join(where) or "in the text") + self._quoted

    @property
    def _quoted(self) -> str:
        if not self.quote:
            return ""
        short = self.quote if len(self.quote) <= LONGEST else f"{self.quote[:LONGEST]}\u2026"
        return f': "{short}"'


@dataclass(frozen=True)
class Finding:
    """One contradiction. `made` is what the other place yields; `reading` says how; `members` are the numbers that went in."""

    kind: str
    sure: str
    what: str
    at: Place
    against: tuple[Place, ...]
    printed: str
    made: Interval | None = None
    reading: str = ""
    members: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "sure": self.sure, "what": self.what, "at": _place(self.at),
            "against": [_place(one) for one in self.against], "printed": self.printed,
            "recomputed": self._recomputed(),
        }  # fmt: skip

    def _recomputed(self) -> dict[str, Any] | None:
        if self.made is None:
            return None
        low, high = map(float, self.made)
        return {"reading": self.reading, "members": list(self.members), "low": low, "high": high}


def _place(place: Place) -> dict[str, Any]:
    given = {"page": place.page, "table": place.table, "row": place.row, "column": place.column, "quote": place.quote}
    return {name: value for name, value in {**given, "line": place.line}.items() if value}


@dataclass
class Outcome:
    """What one check did: how many things it compared, by name, what it found, and what it could not compare."""

    checked: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    left: list[tuple[Place, str]] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        self.checked += other.checked
        self.findings += other.findings
        self.left += other.left


@dataclass(frozen=True)
class Audit:
    """What was checked in one document."""

    source: str
    sha256: str
    title: str
    outcome: Outcome
    size: dict[str, int]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "sha256": self.sha256,
            "title": self.title,
            "size": self.size,
            "findings": [one.to_dict() for one in self.outcome.findings],
            "checked": dict(self.outcome.checked),
            "not_checked": [{"at": _place(place), "why": why} for place, why in self.outcome.left],
            "notes": list(self.notes),
        }


def gap(one: Interval, other: Interval) -> Decimal:
    """How far two intervals are apart; 0 where they meet."""
    return max(Decimal(0), one.low - other.high, other.low - one.high)


def digit_slip(one: str, other: str) -> bool:
    """One digit changed, or two neighbours swapped."""
    if len(one) != len(other):
        return False
    off = [at for at, (mine, theirs) in enumerate(zip(one, other, strict=True)) if mine != theirs]
    swapped = len(off) == 2 and one[off[0]] == other[off[1]] and one[off[1]] == other[off[0]]
    return len(off) == 1 or swapped


def every(number: int) -> str:
    """'both' or 'all 7', as people say it of several."""
    return "both" if number == 2 else f"all {number}"


def shown(value: Decimal) -> str:
    """A number as people write it, with no more than four digits behind the point."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def short(made: Interval) -> Interval:
    """An interval of percentages with two digits behind the point."""
    cent = Decimal("0.01")
    return Interval(made.low.quantize(cent), made.high.quantize(cent)) if max(map(abs, made)) < 10**12 else made


def between(made: Interval) -> str:
    """An interval in words: one number, or from where to where."""
    low, high = shown(made.low), shown(made.high)
    return low if low == high else f"between {low} and {high}"


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Surest first, then by place."""
    return sorted(findings, key=lambda one: (HOW_SURE.index(one.sure), one.at.page, one.at.table, one.at.line))
