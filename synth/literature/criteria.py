"""Which studies are kept: written criteria, each a predicate that answers yes, no or cannot say, with its reason.

A study that a criterion cannot judge (no abstract, no year) is kept and marked, for a person to look at. What a person
decided (`decisions` of the question file) goes before all rules, and is counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..records import Paper
from . import terms
from .dedupe import Study
from .plan import Plan, Wanted
from .relevance import Ranking, Score

KEPT, OUT, UNSURE = "included", "excluded", "to look at"


@dataclass(frozen=True)
class Judgement:
    """What one criterion says of one study: True keeps it, False excludes it, None cannot say."""

    passes: bool | None
    reason: str


Judge = Callable[[Paper, Score], Judgement]


@dataclass(frozen=True)
class Criterion:
    """One criterion: its name in counts, what it says in a sentence, and its predicate."""

    name: str
    says: str
    judge: Judge


@dataclass(frozen=True)
class Screened:
    """A study with what became of it. `criterion` is the first that excluded it; `by` is a rule or a person."""

    study: Study
    score: Score
    outcome: str
    by: str = "rule"
    criterion: str = ""
    reasons: tuple[str, ...] = ()


def of_plan(plan: Plan) -> tuple[Criterion, ...]:
    """The criteria of a plan, in the order in which they are asked."""
    made = [Criterion("withdrawn", "withdrawn and retracted papers are left out", _not_withdrawn)]
    if any(plan.years):
        made.append(Criterion("years", f"written or published {_years(plan.years)}", _in_years(plan.years)))
    if plan.languages:
        made.append(Criterion("language", f"written in {' or '.join(plan.languages)}", _in_language(plan.languages)))
    made += [Criterion(f"must: {wanted.phrases[0]}", _says("has", wanted), _has(wanted)) for wanted in plan.must]
    made += [Criterion(f"exclude: {wanted.phrases[0]}", _says("has not", wanted), _lacks(wanted)) for wanted in plan.exclude]
    if plan.least:
        made.append(Criterion("relevance", f"relevance to the question of {plan.least:g} or more (of 1)", _relevant(plan.least)))
    return tuple(made)


def screen(studies: Sequence[Study], plan: Plan) -> list[Screened]:
    """Every study with its score and outcome, most relevant first."""
    rules = of_plan(plan)
    papers = [study.paper for study in studies]
    ranking = Ranking.of(terms.content_words(" ".join([plan.question, *plan.should])), papers)
    decided = {decision.id: decision for decision in plan.decisions}
    found = []
    for study in studies:
        score = ranking.score(study.paper)
        said = [(rule, rule.judge(study.paper, score)) for rule in rules]
        against = [(rule, judgement) for rule, judgement in said if judgement.passes is False]
        unsure = [judgement for _, judgement in said if judgement.passes is None]
        decision = next((decided[name] for name in study.aliases if name in decided), None)
        if decision:
            found.append(
                Screened(
                    study, score, KEPT if decision.keep else OUT, "person", "" if decision.keep else "by hand", (decision.why,)
                )
            )
        elif against:
            reasons = tuple(f"{rule.name}: {judgement.reason}" for rule, judgement in against)
            found.append(Screened(study, score, OUT, "rule", against[0][0].name, reasons))
        else:
            found.append(
                Screened(study, score, UNSURE if unsure else KEPT, reasons=tuple(judgement.reason for judgement in unsure))
            )
    return sorted(found, key=lambda one: (-one.score.value, one.study.paper.id))


def _says(verb: str, wanted: Wanted) -> str:
    words = " or ".join(repr(phrase) for phrase in wanted.phrases)
    return f"{verb} {words} in title or abstract{f' ({wanted.why})' if wanted.why else ''}"


def _not_withdrawn(paper: Paper, score: Score) -> Judgement:
    return Judgement(not paper.withdrawn, paper.withdrawn)


def _years(years: tuple[int | None, int | None]) -> str:
    first, last = years
    return f"from {first} to {last}" if first and last else f"since {first}" if first else f"until {last}"


def _in_years(years: tuple[int | None, int | None]) -> Judge:
    first, last = years

    def judge(paper: Paper, score: Score) -> Judgement:
        if not paper.date[:4].isdecimal():
            return Judgement(None, "its year is not said")
        year = int(paper.date[:4])
        return Judgement((first or year) <= year <= (last or year), f"of {year}")

    return judge


def _in_language(languages: Sequence[str]) -> Judge:
    def judge(paper: Paper, score: Score) -> Judgement:
        # Most databases say nothing where a paper is in English, so silence is no reason to look at it.
        return Judgement(not paper.language or paper.language in languages, f"in {paper.language}" if paper.language else "")

    return judge


def _has(wanted: Wanted) -> Judge:
    def judge(paper: Paper, score: Score) -> Judgement:
        if terms.first_within(wanted.phrases, f"{paper.title}\n{paper.abstract}"):
            return Judgement(True, "")
        if not paper.abstract:
            return Judgement(None, f"no abstract to look for {wanted.phrases[0]!r} in")
        return Judgement(False, f"has no {' and no '.join(repr(phrase) for phrase in wanted.phrases)}")

    return judge


def _lacks(wanted: Wanted) -> Judge:
    def judge(paper: Paper, score: Score) -> Judgement:
        for where, text in (("title", paper.title), ("abstract", paper.abstract)):
            if phrase := terms.first_within(wanted.phrases, text):
                return Judgement(False, f"{phrase!r} in its {where}{f': {wanted.why}' if wanted.why else ''}")
        return Judgement(True, "")

    return judge


def _relevant(least: float) -> Judge:
    def judge(paper: Paper, score: Score) -> Judgement:
        if score.value >= least:
            return Judgement(True, "")
        if not paper.abstract:
            return Judgement(None, f"relevance {score.value:.2f} by its title alone")
        return Judgement(False, f"relevance {score.value:.2f}, under {least:g}")

    return judge
