"""Certainty per finding, by GRADE's five domains: where it starts, what takes it down, and which rule did so.

The levels and domains are those of the GRADE handbook; the rules are ours, for controlled experiments on language models.
GRADE's reasons to go up are for observational studies and are not used. What is rated is the finding, whatever it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..records import FACT, TAKES, Claim, Question, Verdict
from .review import Certainty, Domain
from .reviewers.scope import bears

LEVELS = ("very low", "low", "moderate", "high")
NOT_RATED = "not rated"
MEASURED = tuple(kind for kind, fields in TAKES.items() if fields != FACT)
FOR, AGAINST = {"supported", "reproduced", "direction only"}, {"refuted", "not reproduced"}
DECIDED = {*FOR, *AGAINST, "partly"}


@dataclass(frozen=True)
class Case:
    """One claim with all that is known of it: what the rules look at."""

    claim: Claim
    question: Question
    verdict: Verdict | None
    one_paper: bool

    def word(self, check: str) -> str:
        """What a check says where it says something of the claim; empty where it leaves it open."""
        there = self.verdict.checks.get(check) if self.verdict else None
        if check == "replication" and not self.measured:
            return ""
        return there.verdict if there and there.verdict in DECIDED else ""

    @cached_property
    def measured(self) -> bool:
        """Whether the claim is about an outcome; the others state a set-up, on which a paper is its own authority."""
        return any(one.kind in MEASURED for one in self.claim.asserts)

    @property
    def run(self) -> bool:
        return bool(self.word("replication"))

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(word for check in ("words", "tables", "replication") if (word := self.word(check)))


@dataclass(frozen=True)
class Start:
    """Where the certainty starts: the first of these that holds."""

    rule: str
    level: str
    when: str
    holds: Callable[[Case], bool]


@dataclass(frozen=True)
class Lowers:
    """A rule of a domain: it takes the certainty down a level. `when` says it in words, for readers."""

    domain: str
    rule: str
    when: str
    holds: Callable[[Case], bool]


STARTS = (
    Start("no evidence", NOT_RATED, "no check says anything of the claim", lambda case: not case.words),
    Start("set-up", "high", "it states a set-up, or no outcome was read in it: the source knows", lambda case: not case.measured),
    Start("experiment", "high", "cells or runs of a controlled experiment: alike in all but what is varied",
          lambda case: bool(case.word("tables") or case.word("replication"))),
    Start("words alone", "low", "the source says so; no cell and no run shows it", lambda case: True),
)  # fmt: skip


def _outcome(test: Callable[[Case], bool]) -> Callable[[Case], bool]:
    return lambda case: case.measured and test(case)


def _false_twin(case: Case) -> bool:
    return any(twin.false and twin.verdict == "supported" for twin in (case.verdict.twins if case.verdict else ()))


def _split(case: Case) -> bool:
    return bool({*case.words} & FOR) and bool({*case.words} & AGAINST)


def _versions(case: Case) -> bool:
    tables = case.verdict.checks.get("tables") if case.verdict else None
    other = tables.data.get("other_version") if tables else None
    return bool(
        other and other.get("number") and any(one.value and one.value != other["number"] for one in case.claim.asserts[:1])
    )


def _one_paper(question: Question) -> bool:
    """Whether all claims are out of one paper where there were several."""
    found = question.reported.get("papers_retrieved", 0)
    many = max(len(question.papers), found if isinstance(found, int) else 0)
    return many > 1 and len(question.claims) > 1 and len({claim.paper for claim in question.claims}) == 1


BIAS, INCONSISTENT, INDIRECT, IMPRECISE, PUBLICATION = (
    "risk of bias", "inconsistency", "indirectness", "imprecision", "publication bias",
)  # fmt: skip
DOMAINS = {  # the most levels that a domain takes down
    BIAS: 2, INCONSISTENT: 1, INDIRECT: 1, IMPRECISE: 1, PUBLICATION: 1,
}  # fmt: skip
RULES = (
    Lowers(BIAS, "source alone", "the number is its authors' own: no run of ours decided", _outcome(lambda case: not case.run)),
    Lowers(BIAS, "chosen where measured", "the system was chosen on the very data that it is measured on",
           _outcome(lambda case: any(one.chosen and one.split == "dev" for one in case.claim.asserts))),
    Lowers(BIAS, "check cannot tell", "the checks support a twin that is false by construction", _false_twin),
    Lowers(INCONSISTENT, "checks disagree", "one check speaks for the claim and another one against it", _split),
    Lowers(INCONSISTENT, "versions differ", "another version of the paper has another number", _versions),
    Lowers(INDIRECT, "beside the question", "the claim is not about what the question varies and looks at",
           lambda case: not bears(case.claim, case.question.question)),
    Lowers(IMPRECISE, "no interval", "a single number: no run of ours that decides gives it an interval",
           _outcome(lambda case: not case.run)),
    Lowers(IMPRECISE, "size open", "the direction is certain and the size is not",
           _outcome(lambda case: case.word("replication") == "direction only")),
    Lowers(PUBLICATION, "one paper", "several papers were found, and all claims are out of one of them",
           _outcome(lambda case: case.one_paper)),
)  # fmt: skip
CLEAR = {
    BIAS: "our own runs decided, or it is no outcome", INCONSISTENT: "nothing contradicts", INDIRECT: "it bears on the question",
    IMPRECISE: "the size is known within the margin, or it is no outcome", PUBLICATION: "no sign of a choice among papers",
}  # fmt: skip


def certainties(question: Question, verdicts: Mapping[str, Verdict]) -> tuple[Certainty, ...]:
    """How certain what was found about each claim is."""
    one_paper = _one_paper(question)
    return tuple(_certainty(Case(claim, question, verdicts.get(claim.id), one_paper)) for claim in question.claims)


def _certainty(case: Case) -> Certainty:
    """Every domain is listed, with the rule that fired or why none did."""
    start = next(one for one in STARTS if one.holds(case))
    finding = case.verdict.verdict if case.verdict else "not checked"
    if start.level == NOT_RATED:
        return Certainty(case.claim.id, finding, NOT_RATED, NOT_RATED, start.rule, start.when, ())
    domains = tuple(_domain(name, case) for name in DOMAINS)
    at = LEVELS.index(start.level) - sum(one.down for one in domains)
    return Certainty(case.claim.id, finding, LEVELS[max(at, 0)], start.level, start.rule, start.when, domains)


def _domain(name: str, case: Case) -> Domain:
    fired = [one for one in RULES if one.domain == name and one.holds(case)]
    if not fired:
        return Domain(name, 0, "", CLEAR[name])
    rules, why = ", ".join(one.rule for one in fired), "; ".join(one.when for one in fired)
    return Domain(name, min(len(fired), DOMAINS[name]), rules, why)
