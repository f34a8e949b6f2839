"""Grounding: do the claims stand in the words of the version that they cite, with a quote to show for it?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...records import Claim, Question, Verdict
from ..review import Mark, Rule
from ..scoring import WORDS, Reviewer

if TYPE_CHECKING:
    from ...checks.hand import Hand

HOLDS, QUOTE, PLACE, VERSION = "holds", "quote", "place", "version"
RUBRIC = (
    Rule(HOLDS, 6, "the words of the source support the claim; half of this line and of those below where they support a part"),
    Rule(QUOTE, 2, "a verbatim quote stands with it"),
    Rule(PLACE, 1, "the quote has its page and its characters there"),
    Rule(VERSION, 1, "the quote is from the very version that the claim cites"),
)
SHARE = {"supported": 1.0, "partly": 0.5, "refuted": 0.0}  # partly: half of each line; refuted: nothing, whatever the quote


def judge(question: Question, verdicts: Mapping[str, Verdict], hand: Hand) -> tuple[Mark, ...]:
    """A mark for each claim out of what the check of the words found."""
    return tuple(_mark(claim, verdicts.get(claim.id)) for claim in question.claims)


def _mark(claim: Claim, verdict: Verdict | None) -> Mark:
    found = verdict.checks.get("words") if verdict else None
    if found is None:
        return Mark(claim.id, "not checked", "the words of the source were not checked", judged=False)
    if found.verdict not in SHARE:
        return Mark(claim.id, "open", found.line, judged=False)
    share = SHARE[found.verdict]
    quotes = [one for one in found.evidence if one.value.strip()]
    there = {
        HOLDS: True,
        QUOTE: bool(quotes),
        PLACE: any(None not in (one.page, one.start, one.end) for one in quotes),
        VERSION: any(_cited(claim, found, one.origin) for one in quotes),
    }
    earned = {rule.id: share * rule.points for rule in RUBRIC if share and there[rule.id]}
    return Mark(claim.id, found.verdict, found.line, earned)


def _cited(claim: Claim, found: Verdict, origin: str) -> bool:
    """Whether a quote is from what the claim cites: that id, or what the check took it for (a file, a DOI)."""
    return bool(claim.paper) and origin.removeprefix("paper:").partition("#")[0] in (claim.paper, found.data.get("paper"))


REVIEWER = Reviewer(
    "grounding",
    "Do the claims stand in the words of the version that they cite, with a quote?",
    RUBRIC,
    judge,
    holds=WORDS,
    check="words",
)
