"""The values of a review. Points are out of 10 everywhere; None is no opinion, which is neither 0 nor 5 nor 10."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

POINTS = 10.0


@dataclass(frozen=True)
class Rule:
    """One line of a rubric: what earns these points, of each claim or (`whole`) of the question once."""

    id: str
    points: float
    gives: str
    whole: bool = False


@dataclass(frozen=True)
class Mark:
    """What a reviewer says of one claim, or with an empty `claim` of the question as a whole.

    `earned` has the points by rule, `points` is their sum; None where the reviewer could not judge, and `line` says why.
    A claim that is not in the reviewer's remit (`applies` is false) counts neither for nor against. `word` is the
    judgement in a word or two. `possible` is what it could still earn where that is less than the rubric has.
    """

    claim: str
    word: str
    line: str
    earned: Mapping[str, float] = field(default_factory=dict)
    judged: bool = True
    applies: bool = True
    possible: float | None = None

    @property
    def points(self) -> float | None:
        return sum(self.earned.values()) if self.judged and self.applies else None


@dataclass(frozen=True)
class Opinion:
    """One reviewer's score out of 10 with all its marks.

    `score` counts what was shown: a claim in the remit that could not be judged has earned nothing. `ceiling` is the score
    that would be reached if everything that could not be judged earned all its points. `score` is None where
    nothing could be judged; `applies` is false where no claim is in the remit, and then the total leaves the reviewer out.
    """

    reviewer: str
    asks: str
    rubric: tuple[Rule, ...]
    marks: tuple[Mark, ...]
    score: float | None
    ceiling: float
    applies: bool
    line: str

    @property
    def judged(self) -> tuple[Mark, ...]:
        """The marks of claims that were judged."""
        return tuple(mark for mark in self.marks if mark.claim and mark.points is not None)

    @property
    def unjudged(self) -> tuple[Mark, ...]:
        """The marks of claims in the remit without an opinion; each says why."""
        return tuple(mark for mark in self.marks if mark.claim and mark.applies and mark.points is None)

    @property
    def outside(self) -> tuple[Mark, ...]:
        """The marks of claims that are not in the remit."""
        return tuple(mark for mark in self.marks if mark.claim and not mark.applies)

    @cached_property
    def by_claim(self) -> dict[str, Mark]:
        return {mark.claim: mark for mark in self.marks if mark.claim}

    @property
    def most(self) -> float:
        """The points that one claim can earn."""
        return sum(rule.points for rule in self.rubric if not rule.whole)

    def rating(self, claim: str) -> float | None:
        """What this reviewer gives a claim, from 0 to 10; None without an opinion."""
        mark = self.by_claim.get(claim)
        return None if mark is None or mark.points is None else POINTS * mark.points / self.most


@dataclass(frozen=True)
class Agreement:
    """Krippendorff's alpha (ordinal) of some reviewers over the claims that at least two of them rated.

    `alpha` is None where it is not defined, and `line` says why; `low` and `high` are its range when one claim is left
    out, where it is defined without each of them.
    """

    reviewers: tuple[str, ...]
    alpha: float | None
    claims: int
    ratings: int
    low: float | None
    high: float | None
    line: str


@dataclass(frozen=True)
class Dissent:
    """A reviewer whose level for a claim is not that of the majority, or where there is none; `line` is its reason."""

    reviewer: str
    claim: str
    level: str
    others: str
    line: str


@dataclass(frozen=True)
class Total:
    """The reviewers' scores as one number: half their weighted mean, half the lowest of them.

    A reviewer without an opinion counts as nothing earned (`silent`); one without a claim in its remit is left out
    (`outside`). `score` is None where no reviewer has an opinion. `ceiling` is the total of the ceilings. `without` has the
    total when one reviewer is left out, `low` and `high` are its range over all weights between half and double.
    """

    score: float | None
    ceiling: float | None
    mean: float | None
    lowest: float | None
    lowest_by: tuple[str, ...]
    weights: Mapping[str, float]
    without: Mapping[str, float | None]
    low: float | None
    high: float | None
    silent: tuple[str, ...]
    outside: tuple[str, ...]


@dataclass(frozen=True)
class Domain:
    """One of GRADE's domains for one finding: by how many levels the certainty goes down, which rule fired, and why."""

    name: str
    down: int
    rule: str
    line: str


@dataclass(frozen=True)
class Certainty:
    """How certain a finding is: `level` is high, moderate, low or very low; 'not rated' where there is no evidence at all.

    `start` is the level before the domains, `start_rule` and `start_line` say why it is that one.
    """

    claim: str
    finding: str
    level: str
    start: str
    start_rule: str
    start_line: str
    domains: tuple[Domain, ...]


@dataclass(frozen=True)
class Review:
    """All that the reviewers say on one question. `reported` is the score that the report gave itself, out of 10.

    `holding` is the agreement of those reviewers alone that ask whether a claim holds. `notes` are what a reader has to know
    first: nothing to review, nothing at hand.
    """

    question: str
    asked: str
    claims: tuple[str, ...]
    opinions: tuple[Opinion, ...]
    agreement: Agreement
    holding: Agreement
    dissents: tuple[Dissent, ...]
    total: Total
    reported: float | None
    certainty: tuple[Certainty, ...]
    notes: tuple[str, ...] = ()

    def opinion(self, reviewer: str) -> Opinion:
        return next(one for one in self.opinions if one.reviewer == reviewer)
