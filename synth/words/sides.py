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
ENDS_THAN = re.compile(r"[,;:]\s|\s(?:on|by|across|at|when)\s")  # 'than the corpus for B'

CLAUSE = re.compile(r"[,;:]\s")

Span = tuple[int, int]


def rival(said: Said) -> tuple[Span, bool] | None:
    """Where the thing stands that another is compared with, and whether it is the one that acts ('beaten by A').

    None where there is no such thing: 'less than 0.3' compares with a number.
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
    for ends in (ENDS if found.re is VERB else ENDS_THAN, CLAUSE):  # 'than were those for B' goes to the end of the clause
        over = ends.search(text, start + 2)
        span = (start, over.start() if over else len(text))
        if any(span[0] <= thing.start < span[1] for thing in said.things):
            return span, bool(passive)
    return None


def swapped(found: Aligned) -> bool | None:
    """Whether claim and passage have the two sides the other way round; None where one of them has no two sides."""
    mine, theirs = rival(found.claim), rival(found.passage)
    if mine is None or theirs is None:
        return None
    ((start, end), acts), ((low, high), does) = mine, theirs
    agree, count = 0.0, Counter(thing.term for thing, _ in found.places)
    for thing, places in found.places:
        if not places or count[thing.term] > 1:
            continue
        here = start <= thing.start < end
        there = {low <= place < high for place in places}
        # What is measured stands on neither side; what one of them has beside the 'than' does.
        if len(there) == 1 and (here or True in there):
            agree += thing.share * found.weight(thing.term) * (1 if here == there.pop() else -1)
    return (agree < 0) != (acts != does)
