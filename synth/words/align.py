"""Where the things of a claim stand in a passage, and which of the passage's cues and numbers stand where the claim's do."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar

from .. import vocabulary
from ..evidence.terms import terms
from .said import Said, Thing
from .synonyms import group

Weight = Callable[[str], float]
REACH = 18.0  # characters over which the neighbourhood of two words fades
BACK, OURS = re.compile(r"\b(?:this|these|those|such|our)\s+", re.I), re.compile(r"\b(?:we|our)\b", re.I)
NEXT, MOST_LENT = 12, 2  # characters from 'this' to what it points to; words of a claim that may stand elsewhere
STEADY = 6  # letters that two words of one family share at least


class Placed(Protocol):
    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


Item = TypeVar("Item", bound=Placed)


@dataclass(frozen=True)
class Context:
    """What a passage can point back to: the sentence before it, and the terms of its paper's title."""

    before: str = ""
    title: frozenset[str] = frozenset()

    @cached_property
    def order(self) -> tuple[str, ...]:
        return tuple(group(one.term) for one in terms(self.before))


ALONE = Context()


@dataclass(frozen=True)
class Aligned:
    """A claim beside a passage: for each thing of the claim the places in the passage where it stands, none where it lacks."""

    claim: Said
    passage: Said
    places: tuple[tuple[Thing, tuple[int, ...]], ...]
    weight: Weight
    lent: frozenset[int] = frozenset()  # where things of the claim begin that the passage only points back to
    before: frozenset[str] = frozenset()  # the terms of the sentence that it points back to

    @cached_property
    def coverage(self) -> float:
        """How much of what the claim speaks of stands in the passage, rare words counting more."""
        whole = sum(one.share * self.weight(one.term) for one, _ in self.places)
        return (
            sum(one.share * self.weight(one.term) for one, there in self.places if self._there(one, there)) / whole
            if whole
            else 0.0
        )

    @property
    def missing(self) -> tuple[Thing, ...]:
        return tuple(one for one, there in self.places if not self._there(one, there))

    @cached_property
    def returned(self) -> float:
        """How much of what the passage speaks of stands in the claim: little in a long sentence about other things too."""
        whole = [one for one in self.passage.things if one.share == 1.0]
        mine = {one.term for one in self.claim.things}
        return sum(one.term in mine for one in whole) / len(whole) if whole else 0.0

    def rival(self, item: Placed) -> str:
        """What the passage names nearer to a number or a cue than the claim's own name of that kind: it belongs to that."""
        named = [one for one in self.passage.things if one.name]
        own = [one for one in named if one.name and any(same_name(one.name, other) for other in self.claim.names)]
        for one in named:
            same = [mine for mine in own if mine.name and one.name and mine.name.kind == one.name.kind]
            nearest = min((_gap(item, mine.start, mine.end) for mine in same), default=0)
            if one not in own and _gap(item, one.start, one.end) < nearest:
                return one.text
        return ""

    def _there(self, thing: Thing, places: tuple[int, ...]) -> bool:
        return bool(places) or thing.start in self.lent

    def counterpart(self, item: Placed, among: Sequence[Item]) -> tuple[Item | None, float]:
        """The one that stands in the passage where `item` stands in the claim: among the same words.

        With how much nearer it stands than the next one, from 0 (not at all) to 1.
        """
        scored = sorted(((self.nearness(item, one), -place, one) for place, one in enumerate(among)), reverse=True, key=_first)
        if not scored:
            return None, 0.0
        best = scored[0][0]
        return scored[0][2], 1.0 if len(scored) == 1 else (best - scored[1][0]) / best if best else 0.0

    def nearness(self, item: Placed, other: Placed) -> float:
        """How alike the neighbourhoods of a place in the claim and of one in the passage are."""
        total = 0.0
        for thing, there in self.places:
            if there:
                here = math.exp(-_gap(item, thing.start, thing.end) / REACH)
                away = min(_gap(other, place, place + len(thing.text)) for place in there)
                total += thing.share * self.weight(thing.term) * here * math.exp(-away / REACH)
        return total


def _first(scored: tuple[float, int, object]) -> tuple[float, int]:
    return scored[0], scored[1]


def _gap(one: Placed, start: int, end: int) -> int:
    return max(0, start - one.end, one.start - end)


def align(claim: Said, passage: Said, weight: Weight, context: Context = ALONE) -> Aligned:
    """Find the things of a claim in a passage, or where the passage points back to."""
    places = tuple((one, _called(one, claim, _places(one, passage), passage)) for one in claim.things)
    missing = [one for one, there in places if not there and one.share == 1.0]
    found = frozenset(one.start for one in missing if _lends(one, places, passage, context))
    before = frozenset(context.order) if BACK.search(passage.text) else frozenset[str]()
    return Aligned(claim, passage, places, weight, found if len(missing) <= MOST_LENT else frozenset(), before)


def _lends(thing: Thing, places: tuple[tuple[Thing, tuple[int, ...]], ...], passage: Said, context: Context) -> bool:
    """Whether a passage points back to a thing: 'this process' to the 'heuristic process' of the sentence before, 'our' to the
    subject of the paper."""
    if OURS.search(passage.text) and thing.term in context.title:
        return True
    if thing.proper or not context.before:
        return False
    near = [match.end() for match in BACK.finditer(passage.text)]
    named = {one.term for one, there in places for place in there if any(0 <= place - end <= NEXT for end in near)}
    order = context.order
    beside = {place for place, one in enumerate(order) if one == thing.term}
    return any(one in named and any(abs(place - other) <= 2 for other in beside) for place, one in enumerate(order))


APART = re.compile(r"\b(?:no|non|un|anti|without)[-\u2010\u2011][\"'\u201c\u2018]?$", re.I)


def negated(text: str, start: int) -> bool:
    """Whether a prefix makes another name of a word: 'no-hint' is not 'hint'."""
    return bool(APART.search(text[:start]))


def _called(thing: Thing, claim: Said, places: tuple[int, ...], passage: Said) -> tuple[int, ...]:
    """The places where a thing is not the one with a negating prefix, or is, as in the claim."""
    apart = negated(claim.text, thing.start)
    return tuple(place for place in places if negated(passage.text, place) == apart)


def _places(thing: Thing, passage: Said) -> tuple[int, ...]:
    if thing.name is not None:
        named = tuple(one.start for one in passage.things if one.name and same_name(thing.name, one.name))
        if named or any(one.name and one.name.kind == thing.name.kind for one in passage.things):
            return named
        return _spelled(thing.text, passage)
    return passage.places.get(thing.term) or _family(thing, passage)


def _spelled(text: str, passage: Said) -> tuple[int, ...]:
    found = [match.start() for match in re.finditer(re.escape(text), passage.text, re.I)]
    return tuple(found)


def _family(thing: Thing, passage: Said) -> tuple[int, ...]:
    """Where a word of the same family stands ('retrieval', 'retriever'), or the same one written apart or together."""
    if len(thing.term) < STEADY or any(one.isdigit() for one in thing.term):
        return ()
    for one in passage.things:
        if one.name is None and _kin(thing.term, one.term):
            return (one.start,)
    if thing.term in passage.squeezed:
        letters = r"(?<![^\W_])" + r"[\W_]*".join(re.escape(letter) for letter in thing.term)
        return tuple(match.start() for match in re.finditer(letters, passage.text, re.I))
    return ()


def _kin(one: str, two: str) -> bool:
    shared = next((place for place, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return shared >= STEADY and shared * 4 >= 3 * max(len(one), len(two))


def same_name(one: vocabulary.Name, two: vocabulary.Name) -> bool:
    """Whether two names can be one thing: 'XLM-R' without a size may be either of two models."""
    if one.kind != two.kind:
        return False
    mine, theirs = set(one.open or (one.id,)), set(two.open or (two.id,))
    return bool(mine & theirs)
