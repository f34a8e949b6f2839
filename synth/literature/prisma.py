"""PRISMA's counts: how many records came, and what became of each. They balance, or there are none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .criteria import OUT, UNSURE, Screened
from .dedupe import Study


@dataclass(frozen=True)
class Counts:
    """The flow of records into studies into papers. Making one checks that every sum holds."""

    identified: Mapping[str, int]  # records of each database
    unusable: int  # records without a title or a name
    duplicates: int  # records of studies that were there already
    screened: int  # studies
    excluded_by_rule: Mapping[str, int]  # by the first criterion that excluded
    excluded_by_hand: int
    sought: int  # studies that were kept: their papers are wanted
    unsure: int  # of these, what no rule could judge
    retrieved: int = 0
    not_retrieved: Mapping[str, int] = field(default_factory=dict)  # by reason
    waiting: int = 0  # not fetched yet

    def __post_init__(self) -> None:
        sums = {
            "identified = unusable + duplicates + screened": (
                sum(self.identified.values()), self.unusable + self.duplicates + self.screened,
            ),
            "screened = excluded + sought": (
                self.screened, sum(self.excluded_by_rule.values()) + self.excluded_by_hand + self.sought,
            ),
            "sought = retrieved + not retrieved + waiting": (
                self.sought, self.retrieved + sum(self.not_retrieved.values()) + self.waiting,
            ),
        }  # fmt: skip
        for what, (left, right) in sums.items():
            assert left == right, f"PRISMA counts do not balance: {what} is {left} = {right}"
        counts = [*self.identified.values(), *self.excluded_by_rule.values(), *self.not_retrieved.values()]
        counts += [
            self.unusable,
            self.duplicates,
            self.screened,
            self.excluded_by_hand,
            self.sought,
            self.retrieved,
            self.waiting,
        ]
        assert min(counts) >= 0 and 0 <= self.unsure <= self.sought, f"a PRISMA count below 0: {self}"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def count(identified: Mapping[str, int], unusable: int, studies: Sequence[Study], screened: Sequence[Screened]) -> Counts:
    """The counts of a search; nothing is fetched yet."""
    records = sum(len(study.records) for study in studies)
    kept = [one for one in screened if one.outcome != OUT]
    rules = Counter(one.criterion for one in screened if one.outcome == OUT and one.by == "rule")
    return Counts(
        identified=dict(identified),
        unusable=unusable,
        duplicates=records - len(studies),
        screened=len(screened),
        excluded_by_rule=dict(rules.most_common()),
        excluded_by_hand=sum(one.outcome == OUT and one.by == "person" for one in screened),
        sought=len(kept),
        unsure=sum(one.outcome == UNSURE for one in kept),
        waiting=len(kept),
    )


def after_fetching(counts: Mapping[str, Any], outcomes: Iterable[str]) -> Counts:
    """The counts of a search with what became of its papers: "" where one was retrieved, else the reason why not."""
    reasons = Counter(outcomes)
    retrieved = reasons.pop("", 0)
    missing = sum(reasons.values())
    known = {name: counts[name] for name in counts if name not in ("retrieved", "not_retrieved", "waiting")}
    return Counts(
        **known, retrieved=retrieved, not_retrieved=dict(reasons.most_common()), waiting=counts["sought"] - retrieved - missing
    )
