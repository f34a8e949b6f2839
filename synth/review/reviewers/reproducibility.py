"""Reproducibility: could somebody else find what backs the claims again, and make it again?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...records import Claim, Evidence, Question, Verdict
from ..review import Mark, Rule
from ..scoring import Reviewer

if TYPE_CHECKING:
    from ...checks.hand import Hand

VERSION, BYTES, REDO, SETTINGS, PROTOCOL, RUNS, SEARCH = (
    "version", "bytes", "redo", "settings", "protocol", "runs", "search",
)  # fmt: skip
RUBRIC = (
    Rule(VERSION, 2, "the claim cites a version, and what backs it in that version is at hand"),
    Rule(BYTES, 2, "this evidence is pinned: by the hash of its file, or as a published table that ships with the program"),
    Rule(REDO, 2, "it can be redone: a recomputation is written out, or a quote has page and characters"),
    Rule(SETTINGS, 1, "an experiment answers the question, and lists what it had to assume", whole=True),
    Rule(PROTOCOL, 1, "the experiment states beforehand what would count as an answer", whole=True),
    Rule(RUNS, 1, "rows of runs that can decide are at hand, each with the id of the step that made it", whole=True),
    Rule(SEARCH, 1, "how its papers are to be found is written in the question file", whole=True),
)
POINTS = {rule.id: rule.points for rule in RUBRIC}
# What speaks against a claim, or only lies near it, can be found again as well, and is worth nothing to it.
BACKS = {"words": ("supported", "partly"), "tables": ("supported", "partly"), "replication": ("reproduced", "direction only")}
AGAINST = ("refuted", "not reproduced")
PINNED = re.compile(r"v\d+$|^10\.\d{4,}/|sha256", re.IGNORECASE)  # an arXiv version, a DOI, a hash


def judge(question: Question, verdicts: Mapping[str, Verdict], hand: Hand) -> tuple[Mark, ...]:
    """A mark for each claim by the evidence that backs it, and one for each thing that the question needs once."""
    if not question.claims:
        return ()
    return (*(_mark(claim, verdicts.get(claim.id), hand) for claim in question.claims), *_whole(question, hand))


def _mark(claim: Claim, verdict: Verdict | None, hand: Hand) -> Mark:
    made = verdict.checks if verdict else {}
    checks = [check for name, check in made.items() if check.verdict in BACKS.get(name, ())]
    cited = [one for check in checks for one in check.evidence if _of(claim, check, one.origin)]
    runs = [one for check in checks for one in check.evidence if one.origin.startswith("run:")]
    if not cited and not runs:
        line = "no check found anything in the cited version, or in runs that decide, that backs it"
        lost = any(check.verdict in AGAINST for check in made.values())
        return Mark(claim.id, "nothing backs it", line, judged=False, possible=0.0 if lost else None)
    told = any(check.recomputation for check in checks if any(one in check.evidence for one in (*cited, *runs)))
    there = {
        VERSION: bool(cited and claim.paper) and bool(PINNED.search(claim.paper)),
        BYTES: any(one.sha256 for one in cited) or (bool(cited) and claim.paper in hand.published),
        REDO: told or any(_placed(one) for one in cited),
    }
    lacking = [name for name, found in there.items() if not found]
    names = {VERSION: "a version that is cited and at hand", BYTES: "a hash", REDO: "a way to redo it"}
    word = "can be redone" if not lacking else "can be redone in part"
    line = f"lacks {', '.join(names[one] for one in lacking)}" if lacking else "version, hash and the way to the number are there"
    return Mark(claim.id, word, line, {name: POINTS[name] for name, found in there.items() if found})


def _of(claim: Claim, check: Verdict, origin: str) -> bool:
    """Whether evidence is of the paper that the claim cites; of any paper where it cites none."""
    if origin.startswith("run:"):
        return False
    return not claim.paper or origin.removeprefix("paper:").split("#")[0] in (claim.paper, check.data.get("paper"))


def _placed(one: Evidence) -> bool:
    return one.page is not None and one.start is not None


def _whole(question: Question, hand: Hand) -> tuple[Mark, ...]:
    from replicate import experiments

    from ...checks.hand import decides

    known = question.experiment in experiments.names()
    # The scale that repeats papers is the one that has to assume what they do not say.
    found = experiments.find(question.experiment, "large") if known else None
    recipes = [*found.intermediate.values(), *found.target.values()] if found else []
    assumed = bool(found and found.assumed) or any(recipe.assumed for recipe in recipes)
    pairs = set(zip(hand.runs["world"], hand.runs["model"], strict=True))
    said = (
        (SETTINGS, assumed, "assumptions listed", "no assumptions listed"),
        (PROTOCOL, bool(found and found.protocol), "answer defined beforehand", "nothing says beforehand what would answer it"),
        (RUNS, any(decides(pair) for pair in pairs), "runs at hand", "no runs at hand that could decide"),
        (SEARCH, bool(question.search), "search terms written down", "no search terms written down"),
    )  # fmt: skip
    return tuple(
        Mark("", yes if there else no, yes if there else no, {id: POINTS[id]} if there else {}) for id, there, yes, no in said
    )


REVIEWER = Reviewer("reproducibility", "Could somebody else find what backs the claims again, and make it again?", RUBRIC, judge)
