"""The numbers of a claim in a passage: there, for the same thing, with the same value."""

from __future__ import annotations

from ..english.numbers import EQUAL, LEAST, LESS, MORE, SPREAD, Number
from ..english.numbers import MOST as AT_MOST
from .align import Aligned
from .answers import OPEN, REFUTES, SUPPORTS, Answer

NEAR = 0.75  # a number that stands where the claim's stands, as good as the best placed one


def numbers(found: Aligned, near: float = NEAR) -> Answer:
    """Whether every number of the claim stands in the passage for the same thing."""
    used = set[int]()
    for number in found.claim.numbers:
        if number.relation == SPREAD:
            continue
        among = [one for one in found.passage.numbers if _comparable(number, one) and one.start not in used]
        best, _ = found.counterpart(number, among)
        if best is None:
            return OPEN, f"{_shown(number)} does not stand there"
        reach = found.nearness(number, best) * near
        alike = [one for one in among if _alike(number, one) and found.nearness(number, one) >= reach]
        if alike and (rival := next((name for one in alike if (name := found.rival(one))), "")):
            alike = [one for one in alike if not found.rival(one)]
            if not alike:
                return OPEN, f"{_shown(number)} stands there for {rival}"
        if alike:
            used.add(max(alike, key=lambda one: found.nearness(number, one)).start)
            continue
        if any(_alike(number, one) for one in among):
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
    return f"{number.text} {number.noun or number.unit}".strip() if number.unit not in ("", "%") else number.text + number.unit
