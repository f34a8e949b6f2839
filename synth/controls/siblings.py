"""Numbers of the passage that decided in each other's place: a check that binds a number to the wrong clause takes them too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..english.numbers import ABOUT, EQUAL, Number, numbers
from ..records import Claim, Twin, Verdict
from .digits import MEASURED, valued
from .edits import Edit, twin

KIND = "sibling"
ENOUGH = 3  # siblings of a claim
WORDS = "words"  # the check whose evidence is passages
DECIDED = ("supported", "partly")
PLAIN = (EQUAL, ABOUT)  # a bound may hold of a sibling as well


def siblings(claim: Claim, verdict: Verdict) -> tuple[Twin, ...]:
    """The claim with another number of its passage in the place of its own, at most three times; none where no passage decided.

    Both numbers are of one unit, or both count things, and are not one number rounded differently. Those that the claim does
    not state itself come first. What the assertions do not hold is left to the words alone.
    """
    found: dict[str, Twin] = {}
    for own, other in _pairs(claim, _passages(verdict)):
        edit = Edit(own.start, own.end, other.text)
        made = twin(claim, KIND, [edit], valued(claim.asserts, own.text, other.text))
        found.setdefault(made.text, made)
    return tuple(found.values())[:ENOUGH]


def _passages(verdict: Verdict) -> tuple[str, ...]:
    """What the passages say that bear the claim out."""
    words = verdict.checks.get(WORDS)
    if words is None or words.verdict not in DECIDED:
        return ()
    return tuple(one.value for one in words.evidence if not one.note)


def _pairs(claim: Claim, passages: Iterable[str]) -> list[tuple[Number, Number]]:
    """Numbers of the claim, each with another one of a passage that states it: last those with another unit."""
    mine = [one for one in numbers(claim.text) if one.relation in PLAIN]
    pairs = [pair for text in passages for pair in _of(mine, numbers(text))]
    return sorted(pairs, key=lambda pair: (any(pair[1].meets(one) for one in mine), len({one.unit for one in pair} - {""}) > 1))


def _of(mine: Iterable[Number], theirs: Iterable[Number]) -> Iterator[tuple[Number, Number]]:
    there = [one for one in theirs if one.relation in PLAIN]
    for own in mine:
        kinds = {_kind(one) for one in there if own.meets(one)}
        yield from ((own, one) for one in there if _kind(one) in kinds and not own.meets(one))


def _kind(one: Number) -> str:
    """'points', '%' or 'times', a part of a whole, a fraction without a unit, a count: of what, a sentence may leave out."""
    if one.unit in MEASURED or one.unit.startswith("of ") or one.unit == "p":
        return one.unit
    return "a fraction" if "." in one.text and not one.unit and one.value % 1 else "a count"
