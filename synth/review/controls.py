"""What the controls take away: a check that cannot tell a claim from a false twin, or a claim that checks only itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ..controls.tautology import tautology
from ..records import Claim, Question, Verdict
from .review import Mark
from .scoring import ASSERTIONS, Reviewer

if TYPE_CHECKING:
    from ..checks.hand import Hand

PASSED = "supported"  # of a false twin: the same checks say of it what they say of the claim
BORNE_OUT = (PASSED, "reproduced")  # of a false twin by one check


def itself(question: Question, verdicts: Mapping[str, Verdict]) -> dict[str, str]:
    """The claims that check only themselves, by id, with the reason."""
    found = {claim.id: tautology(claim, verdicts.get(claim.id)) for claim in question.claims}
    return {id: why for id, why in found.items() if why}


def marks(
    of: Reviewer, question: Question, verdicts: Mapping[str, Verdict], hand: Hand, empty: Mapping[str, str]
) -> tuple[Mark, ...]:
    """A reviewer's marks, without an opinion where a control says that the check was none; nothing can be earned there."""
    telling = {id: verdict for id, verdict in verdicts.items() if id not in empty}
    claims = {claim.id: claim for claim in question.claims}
    return tuple(_held(of, mark, claims, telling, empty) for mark in of.judge(question, telling, hand))


def _held(
    of: Reviewer, mark: Mark, claims: Mapping[str, Claim], verdicts: Mapping[str, Verdict], empty: Mapping[str, str]
) -> Mark:
    if mark.claim in empty and mark.applies:
        return replace(mark, word="checks only itself", line=empty[mark.claim], judged=False, possible=0.0)
    if of.holds and mark.earned and (why := _twin(of, claims[mark.claim], verdicts[mark.claim])):
        return replace(mark, word="not told from a false twin", line=why, judged=False, possible=0.0)
    return mark


def _twin(of: Reviewer, claim: Claim, verdict: Verdict) -> str:
    """The false twin that the checks support, if there is one that this reviewer's check could have told from the claim."""
    passed = [one for one in verdict.twins if one.false and one.verdict == PASSED]
    # Where it is known by which check it passed, the others have told it: what runs say takes nothing from the words.
    passed = [one for one in passed if not one.checks or one.checks.get(of.check) in BORNE_OUT]
    seen = [one for one in passed if of.holds != ASSERTIONS or one.asserts != claim.asserts]
    return f"the checks support a false twin as well ({seen[0].kind}: {seen[0].changed})" if seen else ""
