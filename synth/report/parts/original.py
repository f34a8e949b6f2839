"""The report that carried the claims: what it says of itself, and what speaks for and against relying on it."""

from __future__ import annotations

from ..inputs import Inputs
from ..value import Block, Bullets, Facts, Paragraph, Section, words

NAMES = {
    "title": "Title", "date": "Date", "report": "Name", "score": "Its own score", "papers_retrieved": "Papers retrieved",
    "claims_extracted": "Claims extracted", "claims_verified": "Claims that it marked as verified",
}  # fmt: skip


def section(inputs: Inputs) -> Section | None:
    """None where nothing is known of such a report, and nothing is wrong with the set of claims."""
    told = [(NAMES[name], words(str(inputs.question.reported[name]))) for name in NAMES if name in inputs.question.reported]
    whole = [one for one in inputs.scoped if not one.claim]
    against = tuple(words(_line(one.line)) for one in whole if one.fault)
    others = tuple(words(_line(one.line)) for one in whole if not one.fault)
    if not (told or against):
        return None
    blocks: list[Block] = [Facts(tuple(told))] if told else []
    if against:
        blocks += [Paragraph(words("What speaks against relying on it:")), Bullets(against)]
    elif told:
        blocks.append(Paragraph(words("Nothing in its set of claims speaks against relying on it.")))
    if others:
        blocks += [Paragraph(words("What else was looked at:")), Bullets(others)]
    return Section("original", "The report that carried these claims" if told else "The set of claims", tuple(blocks), "Original")


def _line(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
