"""Check: does each number of a claim stand anywhere in the text of the version that it cites? No proof: it decides nothing."""

from __future__ import annotations

import re

from ..records import Claim, Question, Verdict
from .check import ASIDE, Check
from .hand import Hand
from .tables import NOT_ENOUGH

NAME = "digits"
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?!\w)")


def check(claim: Claim, question: Question, hand: Hand) -> Verdict:
    """'there' or 'absent', with the numbers that are; no opinion where the text is not at hand or the claim has no number."""
    wanted = dict.fromkeys(NUMBER.findall(claim.text))
    passages = hand.index.find(claim.paper) if hand.index is not None else []
    if not wanted or not passages:
        return Verdict(NAME, NOT_ENOUGH, "no number, or no text to look for it")
    there = {number for passage in passages for number in NUMBER.findall(passage.text)}
    absent = ", ".join(number for number in wanted if number not in there)
    if absent:
        return Verdict(NAME, "absent", f"{absent}: in no sentence of {claim.paper}", number=absent)
    return Verdict(NAME, "there", f"{', '.join(wanted)}: each in some sentence of {claim.paper}")


CHECK = Check(NAME, "digits", "The digits", check, ASIDE)
