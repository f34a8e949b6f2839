"""The two sides of a comparison: 'A outperforms B', 'B is outperformed by A', 'compared with B, A gains'."""

from __future__ import annotations

import re
from collections import Counter

from .align import Aligned
from .said import Said

VERB = re.compile(
    r"\b(?:outperform|surpass|exceed|beat|trail|underperform)(?:s|ed|en|ing)?\b|\b(?:lag|fall|fell|lagging)s? behind\b",
    re.I,
)
THAN = re.compile(r"\b(?:than|over|compared (?:with|to|against)|versus|vs\.?|relative to|in comparison (?:with|to))\b", re.I)
PASSIVE = re.compile(r"\s+by\b", re.I)
ENDS = re.compile(r"[,;:]\s|\s(?:on|in|by|for|across|at|when)\s")

CLAUSE = re.compile(r"[,;:]\s")

Span = tuple[int, int]


def rival(said: Said, wide: bool = False) -> tuple[Span, bool] | None:
    """Where the thing stands that another is compared with, and whether it is the one that acts ('beaten by A').

    With `wide` up to the end of the clause. None where there is no such thing: 'less than 0.3' compares with a number.
    """
    text, passive = said.text, None
    if found := VERB.search(text):
        passive = PASSIVE.match(text, found.end())
    else:
        found = THAN.search(text)
    if found is None:
        return None
    start = passive.end() if passive else found.end()
    if any(0 <= number.start - start <= 1 for number in said.numbers):
        return None
    for ends in (CLAUSE,) if wide else (ENDS, CLAUSE):  # 'than were those for B' goes on
        over = ends.search(text, start + 2)
        span = (start, over.start() if over else len(text))
        if any(span[0] <= thing.start < span[1] for thing in said.things):
            return span, bool(passive)
    return None


def swapped(found: Aligned) -> bool | None:
    """Whether claim and passage have the two sides the other way round; None where one of them has no two sides."""
    for wide in (False, True):
        mine, theirs = rival(found.claim, wide), rival(found.passage, wide)
        if mine is None or theirs is None:
            return None
        if agree := _agreement(found, mine[0], theirs[0]):
            return (agree < 0) != (mine[1] != theirs[1])
    return False


def _agreement(found: Aligned, mine: Span, theirs: Span) -> float:
    """How much of what stands on one side in the claim stands on the same side in the passage, less what does not."""
    agree, count = 0.0, Counter((thing.term, places) for thing, places in found.places)
    for thing, places in found.places:
        here, there = mine[0] <= thing.start < mine[1], {theirs[0] <= place < theirs[1] for place in places}
        # What is measured stands on neither side; what one of them has beside the 'than' does.
        if len(there) == 1 and count[thing.term, places] == 1 and (here or True in there):
            agree += thing.share * found.weight(thing.term) * (1 if here == there.pop() else -1)
    return agree
