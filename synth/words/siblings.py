"""Numbers side by side in a passage: what stands in the clause, the bracket or the list item of one is not said of another."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from ..english.numbers import Number
from .align import Aligned
from .answers import OPEN, REFUTES, SUPPORTS, Answer
from .said import Thing

Span = tuple[int, int]
STRONG = re.compile(r";|,?\s+(?:while|whereas|but|although|though|however)\b|,\s+(?:and|or|yet)\b|,\s+(?:only|just)\b", re.I)
WEAK = re.compile(r",(?=\s)|\s(?:and|or|vs\.?|versus)\s", re.I)
TAIL = re.compile(r"[,;:]\s|\.\s|\s(?:while|whereas|but|although|though|despite|because|since)\b", re.I)
IN_TURN = re.compile(r"\brespectively\b|\bin turn\b", re.I)
ITEM = re.compile(r"[,:;]\s|\band\s", re.I)


def siblings(found: Aligned, number: Number, one: Number, comparable: Sequence[Number], alike: Sequence[Number]) -> Answer:
    """Whether the claim's words stand with `one`, its number in the passage, or with another of the same unit.

    Another number that the claim names too (`alike` holds those) takes nothing away.
    """
    text = found.passage.text
    others = [other for other in comparable if other != one and other not in alike]
    if not others or IN_TURN.search(text):
        return SUPPORTS, ""
    among = sorted((one, *others), key=lambda each: each.start)
    parts = _parts(text, among)
    own = parts[among.index(one)]
    for other, part in zip(among, parts, strict=True):
        if other is one or own is None or part is None or part == own:
            continue
        theirs = [
            (thing, there)
            for thing, there in found.places
            if thing.share == 1.0 and thing.term != number.unit and there and all(_in(place, part) for place in there)
        ]
        if not theirs:
            continue
        mine = any(
            thing.share == 1.0 and any(_in(place, own) for place in there) and not _counted(thing.start, number)
            for thing, there in found.places
        )
        if mine and one.unit in ("", "%") and len(theirs) == 1 and part == parts[-1] and _ends(theirs[0], part, text):
            continue  # '82% biomedical and 18% other papers': the last noun is that of both
        words = ", ".join(dict.fromkeys(thing.text for thing, _ in theirs))
        if not mine and other.unit == one.unit and other.relation == one.relation and other.value != one.value:
            return REFUTES, f"the passage says {other.text} of '{words}', and {one.text} of something else"
        return OPEN, f"'{words}' stands there with {other.text}, not with {one.text}"
    return SUPPORTS, ""


def owns(found: Aligned, number: Number, one: Number, comparable: Sequence[Number], alike: Sequence[Number]) -> bool:
    """Whether words of the claim stand in the part of `one` alone, and none in that of another number alone."""
    others = [other for other in comparable if other not in alike]
    if not others or siblings(found, number, one, comparable, alike)[0] != SUPPORTS:
        return False
    among = sorted((one, *others), key=lambda each: each.start)
    own = _parts(found.passage.text, among)[among.index(one)]
    return own is not None and any(
        thing.share == 1.0 and there and all(_in(place, own) for place in there) and not _counted(thing.start, number)
        for thing, there in found.places
    )


def _ends(thing: tuple[Thing, tuple[int, ...]], part: Span, text: str) -> bool:
    """Whether a word is the last one of a part."""
    return not re.search(r"\w\W+\w", text[thing[1][-1] : part[1]])


def _counted(start: int, number: Number) -> bool:
    """Whether a word of the claim is what its number counts: that is the same for all of them."""
    return number.end <= start <= number.end + 1 + len(number.noun)


def _in(place: int, part: Span) -> bool:
    return part[0] <= place < part[1]


def _parts(text: str, among: Sequence[Number]) -> list[Span | None]:
    """For each number the part of the text that is its own; what stands before the first one is everybody's.

    None where nothing parts it from the next one ('93 vs 92%').
    """
    edges = [_edge(text, one, other) for one, other in itertools.pairwise(among)]
    first = among[0].start
    if (opens := text.rfind("(", 0, first)) >= 0 and ")" not in text[opens:first] and not text[opens + 1 : first].strip():
        first = max([match.end() for match in ITEM.finditer(text, 0, opens)], default=0)
    over = TAIL.search(text, among[-1].end)
    starts = [first, *edges]
    ends = [*edges, over.start() if over else len(text)]
    return [None if start is None or end is None else (start, end) for start, end in zip(starts, ends, strict=True)]


def _edge(text: str, one: Number, other: Number) -> int | None:
    gap = text[one.end : other.start]
    for pattern in (STRONG, WEAK):
        if found := [match for match in pattern.finditer(gap) if _level(gap, match.start())]:
            return one.end + found[-1].start()
    return None


def _level(gap: str, place: int) -> bool:
    """Whether a comma or an 'and' is outside the brackets that open between two numbers."""
    return gap.count("(", 0, place) <= gap.count(")", 0, place) or gap.count(")", place) < gap.count("(", 0, place)
