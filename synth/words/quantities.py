"""The numbers of a claim in a passage: there, for the same thing, with the same value."""

from __future__ import annotations

import re

from ..english.numbers import EQUAL, LEAST, LESS, MORE, SPREAD, Number
from ..english.numbers import MOST as AT_MOST
from .align import Aligned
from .answers import OPEN, REFUTES, SUPPORTS, Answer
from .siblings import owns, siblings

PIECE = re.compile(r"[A-Za-z]\d+[-.]$|(?<![A-Za-z\d.,])\d[\d.,]*[kKMB]?\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?$")
NEAR = 0.75  # a number that stands where the claim's stands, as good as the best placed one


def numbers(found: Aligned, near: float = NEAR) -> Answer:
    """Whether every number of the claim stands in the passage for the same thing."""
    used = set[int]()
    for number in found.claim.numbers:
        if number.relation == SPREAD:
            continue
        among = [
            one
            for one in found.passage.numbers
            if _comparable(number, one) and one.start not in used and not _part_of(found.passage.text, one)
        ]
        best, _ = found.counterpart(number, among)
        if best is None:
            return OPEN, f"{_shown(number)} does not stand there"
        reach = found.nearness(number, best) * near
        equal = [one for one in among if _alike(number, one)]
        # What stands in the number's own clause binds closer than what stands near it.
        alike = [one for one in equal if found.nearness(number, one) >= reach or owns(found, number, one, *_others(found, one))]
        if alike and (rival := next((name for one in alike if (name := found.rival(one))), "")):
            alike = [one for one in alike if not found.rival(one)]
            if not alike:
                return OPEN, f"{_shown(number)} stands there for {rival}"
        if alike:
            one = max(alike, key=lambda one: found.nearness(number, one))
            used.add(one.start)
            says, why = siblings(found, number, one, *_others(found, one))
            if says != SUPPORTS:
                return says, why
            continue
        if equal:
            return OPEN, f"{_shown(number)} stands there for something else"
        if _same_kind(number, best) and len(among) == 1:
            return REFUTES, f"the passage says {_shown(best)}, the claim {_shown(number)}"
        return OPEN, f"{_shown(number)} does not stand there"
    return SUPPORTS, ""


def numbers_alike(found: Aligned) -> bool:
    """Whether every number of the claim stands in the passage for the same thing."""
    return numbers(found)[0] == SUPPORTS


def _comparable(number: Number, other: Number) -> bool:
    if other.relation == SPREAD or (number.unit == "p") != (other.unit == "p"):
        return False
    return number.unit == other.unit or not number.unit or not other.unit


def _others(found: Aligned, one: Number) -> tuple[list[Number], list[Number]]:
    """The numbers of a passage that count the same as one of them, and those among them that the claim names too."""
    beside = [other for other in found.passage.numbers if _beside(found.passage.text, one, other)]
    return beside, [other for other in beside if any(_alike(mine, other) for mine in found.claim.numbers)]


def _part_of(text: str, one: Number) -> bool:
    """Whether a number is a piece of a name ('v3-8'), or the whole of which another is a part ('27 of the 30')."""
    return bool(PIECE.search(text[: one.start]))


def _beside(text: str, one: Number, other: Number) -> bool:
    """Whether two numbers of a passage count the same: '33 papers ..., only 12 report'."""
    if other.start == one.start or other.relation == SPREAD or "p" in (one.unit, other.unit):
        return False
    if one.unit and one.unit == other.unit:
        return True
    if not one.unit and not other.unit:
        return bool(_next(text, one)) and _next(text, one) == _next(text, other)
    return not other.unit and other.value == int(other.value) and one.unit not in ("%", "points")


def _next(text: str, number: Number) -> str:
    """The word behind a number: what it counts, where no unit is known."""
    found = re.match(r"\s([^\W\d_]{3,})", text[number.end :])
    return found[1].lower() if found else ""


def _same_kind(number: Number, other: Number) -> bool:
    """Whether both count or measure the same, so that a different value is a contradiction."""
    if number.relation not in (EQUAL, "about") or other.relation not in (EQUAL, "about"):
        return False
    if number.unit != other.unit:
        return False
    return bool(number.unit) or bool(number.noun and number.noun == other.noun)


def _alike(number: Number, other: Number) -> bool:
    """Whether the passage's number makes the claim's true: a rounding of it, or within the bounds that the claim names."""
    if number.relation == MORE:
        return other.low > number.value or (other.relation == MORE and other.value >= number.value)
    if number.relation == LEAST:
        return other.low >= number.value or (other.relation == LEAST and other.value >= number.value)
    if number.relation == LESS:
        return other.high < number.value or (other.relation == LESS and other.value <= number.value)
    if number.relation == AT_MOST:
        return other.high <= number.value or (other.relation == AT_MOST and other.value <= number.value)
    if number.relation == EQUAL and other.relation not in (EQUAL, "about", "between"):
        return False  # 'more than 40' does not say 40
    if number.relation == "between" or other.relation == "between":
        return (number.low, number.high) == (other.low, other.high) and number.relation == other.relation
    finer = _decimals(number) > _decimals(other)
    return not finer and number.low <= other.value <= number.high if number.low != number.high else number.value == other.value


def _decimals(number: Number) -> int:
    return max(0, -int(number.value.as_tuple().exponent))


def _shown(number: Number) -> str:
    counted = number.unit if number.unit.startswith(number.noun) else number.noun  # '95.5M paper clusters' counts papers
    return f"{number.text} {counted}".strip() if number.unit not in ("", "%") else number.text + number.unit
