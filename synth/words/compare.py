"""Whether a passage says what a claim says: things first, then numbers, direction, negation, quantifier, reservation.

Support wants all of it alike. A refutation wants the same things and one of them different: another number for the same,
the opposite direction, a negation. Whatever is only absent decides nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from replicate import results

from .. import vocabulary
from ..english.cues import EACH, HEDGE, MOST, NONE, QUANTIFIER, SOME, Cue
from .align import ALONE, Aligned, Context, Weight, align, same_name
from .answers import OPEN, REFUTES, SUPPORTS, WIDER, Answer
from .direction import direction, reach
from .opposites import opposite
from .owners import alone, elsewhere
from .quantities import NEAR, numbers
from .said import Said

ENOUGH, ALL = 0.85, 0.95  # coverage for support, by a statement and by a sentence of several
TOLD, ALIKE = 0.8, 0.7  # coverage for a refutation, and for being compared at all
RETURNED, ALL_RETURNED = 0.3, 0.75  # how much of a passage has to be about the claim: to refute it, to support it as a whole
STRENGTH = {EACH: 3, MOST: 2, SOME: 1}
WEAK_HEDGES = re.compile(r"can|could|suggest\w*|appear\w*|seem\w*|apparent\w*|aims? to|we \w+|tends? to", re.I)
ASKS = re.compile(
    r"(?<!regardless of )(?<!irrespective of )(?<!depending on )\bwhether\b"
    r"|\b(?:to|we) (?:see|observe|analy[sz]e|study|investigate|test|determine|understand|assess|examine|ask|explore)"
    r" (?:how|if|what|which|when|where|why)\b",
    re.I,
)
ADVERB = re.compile(r"overall,|on average\b", re.I)  # a word of the sentence, no name of a mean
CERTAIN = (vocabulary.TASK, vocabulary.MODEL, vocabulary.METRIC, vocabulary.LANGUAGE, vocabulary.SPLIT, vocabulary.BENCHMARK,
           vocabulary.SYSTEM, vocabulary.AVERAGE)  # fmt: skip


@dataclass(frozen=True)
class Compared:
    """What a statement of a passage says of a claim: supports, wider (the claim says more), refutes or open, and why."""

    says: str
    why: str
    coverage: float
    missing: tuple[str, ...] = ()
    statement: str = ""


def compare(claim: Said, passage: Said, weight: Weight, whole: bool = False, context: Context = ALONE) -> Compared:
    """One statement of a claim against one of a passage; with `whole` sentences of several statements, which takes more."""
    found = align(claim, passage, weight, context)
    missing = tuple(one.text for one in found.missing if one.share == 1.0)
    says, why = _decided(found, ALL if whole else ENOUGH, 1.0 if whole else NEAR)
    if whole and says in (SUPPORTS, WIDER) and found.returned < ALL_RETURNED:
        says, why = OPEN, "the passage makes several statements, none of which is the claim"
    return Compared(says, why, found.coverage, missing, passage.text)


def _decided(found: Aligned, enough: float, near: float) -> Answer:
    claim, passage = found.claim, found.passage
    if (passage.asks and not claim.asks) or (ASKS.search(passage.text) and not ASKS.search(claim.text)):
        return OPEN, "the passage asks and does not say"
    if found.coverage < ALIKE:
        return OPEN, "the passage speaks of other things"
    if why := _names(found) or _opposites(found) or elsewhere(found):
        return OPEN, why
    value, why = numbers(found, near)
    if value == OPEN:
        return OPEN, why
    sign, because = direction(found)
    if sign == OPEN:
        return OPEN, because
    if value == sign == REFUTES:
        return OPEN, f"{why}, and {because}"  # '119 papers do not' says nothing against '44 papers do'
    if REFUTES in (sign, value):
        if extra := _extra(found):
            return OPEN, f"{because if sign == REFUTES else why}, but the passage is about {extra}"
        if found.coverage < TOLD or found.returned < RETURNED:
            return OPEN, f"{because if sign == REFUTES else why}, but the passage is about something else"
        return REFUTES, because if sign == REFUTES else why
    if found.coverage < enough:
        return OPEN, "a part of the claim does not stand there"
    return _scope(found)


def _names(found: Aligned) -> str:
    """Names of the claim that the passage does not hold: the passage may say the same of something else."""
    for one in found.missing:
        if one.name is not None:
            others = [other.text for other in found.passage.things if other.name and other.name.kind == one.name.kind]
            instead = f", the passage has {', '.join(dict.fromkeys(others))}" if others else ""
            return f"{one.text} is not named{instead}"
        if one.proper and one.share == 1.0:
            return f"{one.text} is not named"
    mine, theirs = (Counter(one.term for one in said.things if one.name) for said in (found.claim, found.passage))
    for one in found.claim.things:
        if one.name is None or one.name.open or mine[one.term] < 2 or not theirs[one.term]:
            continue
        rivals = [term for term in theirs if term != one.term and term.partition(":")[0] == one.name.kind]
        if rivals and mine[one.term] > theirs[one.term]:
            return f"{one.text} stands there for something else"
    return ""


def _opposites(found: Aligned) -> str:
    """A word of the claim in whose place the passage has its opposite."""
    for one in found.missing:
        for other in found.passage.things:
            if opposite(one.term, other.term) and not any(other.term == own.term for own in found.claim.things):
                return f"the claim says '{one.text}', the passage '{other.text}'"
        for term in found.before:
            if opposite(one.term, term):
                return f"the claim says '{one.text}', the sentence before the passage does not"
    return ""


def _extra(found: Aligned) -> str:
    """What the passage names and the claim does not: then the two may be about different things."""
    for one in found.passage.things:
        if (
            one.name
            and one.name.kind in CERTAIN
            and one.name.id != results.BASELINE
            and not (one.name.kind == vocabulary.AVERAGE and ADVERB.match(found.passage.text[one.start :]))
            and not any(same_name(one.name, other) for other in found.claim.names)
        ):
            return one.text
    return ""


def _scope(found: Aligned) -> Answer:
    """Whether the claim says more than the passage: of all where it speaks of most, without its reservation."""
    claim, passage = found.claim, found.passage
    if why := alone(found):
        return OPEN, why
    for cue, other in _quantified(found):
        if other is None:
            if cue.value in (EACH, MOST):
                return WIDER if cue.value == EACH else OPEN, f"the claim says '{cue.text}', the passage does not"
            continue
        if NONE in (cue.value, other.value) and cue.value != other.value:
            return OPEN, f"the claim says '{cue.text}', the passage '{other.text}'"
        if STRENGTH.get(cue.value, 0) > STRENGTH.get(other.value, 0):
            return WIDER, f"the claim says '{cue.text}', the passage '{other.text}'"
    if not claim.of(QUANTIFIER):
        low, high = reach(found, close=0) or (0, 0)
        limited = [one for one in passage.of(QUANTIFIER) if one.value == SOME and low <= one.end and one.start <= high]
        if limited and not claim.of(HEDGE):
            return WIDER, f"the passage says it of '{limited[0].text}', the claim of all"
    reserved = [one for one in passage.of(HEDGE) if not WEAK_HEDGES.fullmatch(one.text)]
    if reserved and not claim.of(HEDGE):
        return WIDER, f"the passage has a reservation ('{reserved[0].text}')"
    return SUPPORTS, ""


def _quantified(found: Aligned) -> Iterator[tuple[Cue, Cue | None]]:
    """The quantifiers of the claim, each with the passage's where it stands."""
    for cue in found.claim.of(QUANTIFIER):
        other, _ = found.counterpart(cue, found.passage.of(QUANTIFIER))
        yield cue, other
