"""Whether a passage says what a claim says: things first, then numbers, direction, negation, quantifier, reservation.

Support wants all of it alike. A refutation wants the same things and one of them different: another number for the same,
the opposite direction, a negation. Whatever is only absent decides nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from replicate import results

from .. import vocabulary
from ..english.cues import COMPARATIVE, DIRECTION, DOWN, EACH, HEDGE, MOST, NEGATION, NONE, QUANTIFIER, SOME, UP, Cue
from ..english.numbers import EQUAL, LEAST, LESS, MORE, SPREAD, Number
from ..english.numbers import MOST as AT_MOST
from . import sides
from .align import ALONE, Aligned, Context, Weight, align, same_name
from .opposites import opposite
from .said import Said, Thing

SUPPORTS, WIDER, REFUTES, OPEN = "supports", "wider", "refutes", "open"
ENOUGH, ALL = 0.85, 0.95  # coverage for support, by a statement and by a sentence of several
TOLD, ALIKE = 0.8, 0.7  # coverage for a refutation, and for being compared at all
RETURNED, ALL_RETURNED = 0.3, 0.75  # how much of a passage has to be about the claim: to refute it, to support it as a whole
SAME_WORD = 0.6  # the same cue word counts as the one in its place, as near as that beside the nearest one
NEAR = 0.75  # a number that stands where the claim's stands, as good as the best placed one
STRENGTH = {EACH: 3, MOST: 2, SOME: 1}
OPPOSITE = {UP: DOWN, DOWN: UP}
WEAK_HEDGES = re.compile(r"can|could|suggest\w*|appear\w*|seem\w*|apparent\w*|aims? to|we \w+|tends? to", re.I)
DENIES = re.compile(r"not|cannot|\w+n['\u2019]t|no|none|never|neither|nor|fail\w*(?: to)?", re.I)  # a 'lack of' has an object
# Words that say of a quantity that it goes up or down, or is more or less: they can be each other's opposite.
CHANGES = re.compile(
    r"(?:improv|increas|rais|gain|boost|enhanc|outperform|exceed|surpass|ris|rose|grow|grew|reduc|decreas|lower|hurt|degrad|drop|declin"
    r"|underperform|worsen|deteriorat|harm|impair|fall|fell|lift|help)\w*|(?:high|larg|great|strong|small|weak)(?:er|est)"
    r"|better|best|worse|worst|more|less|fewer|beat\w*|trail\w*",
    re.I,
)
ASKS = re.compile(
    r"(?<!regardless of )(?<!irrespective of )(?<!depending on )\bwhether\b"
    r"|\b(?:to|we) (?:see|observe|analy[sz]e|study|investigate|test|determine|understand|assess|examine|ask|explore)"
    r" (?:how|if|what|which|when|where|why)\b",
    re.I,
)
PARTS = re.compile(
    r";|,\s(?=(?:but|whereas|while|although|though|since|because)\b)|\b(?:but|whereas|while|although|though|however|since|because)\b",
    re.I,
)
CLOSE = 30  # characters beside the claim's words within which a negation still belongs to them
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


def _decided(found: Aligned, enough: float, near: float) -> tuple[str, str]:
    claim, passage = found.claim, found.passage
    if (passage.asks and not claim.asks) or (ASKS.search(passage.text) and not ASKS.search(claim.text)):
        return OPEN, "the passage asks and does not say"
    if found.coverage < ALIKE:
        return OPEN, "the passage speaks of other things"
    if why := _names(found) or _opposites(found):
        return OPEN, why
    numbers, why = _numbers(found, near)
    if numbers == OPEN:
        return OPEN, why
    sign, because = _sign(found)
    if sign == OPEN:
        return OPEN, because
    if REFUTES in (sign, numbers):
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
            and not any(same_name(one.name, other) for other in found.claim.names)
        ):
            return one.text
    return ""


# --- numbers


def _numbers(found: Aligned, near: float) -> tuple[str, str]:
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
        if alike and (rival := next((name for one in alike if (name := _rival(found, one))), "")):
            alike = [one for one in alike if not _rival(found, one)]
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


def _rival(found: Aligned, item: Number | Cue) -> str:
    """What the passage names beside a number or a cue, nearer than the claim's own name of that kind: then it belongs to that."""
    named = [one for one in found.passage.things if one.name]
    own = [one for one in named if one.name and any(same_name(one.name, other) for other in found.claim.names)]
    for one in named:
        same = [mine for mine in own if mine.name and one.name and mine.name.kind == one.name.kind]
        if one not in own and same and _apart(one, item) < min(_apart(mine, item) for mine in same):
            return one.text
    return ""


def _apart(one: Thing, other: Number | Cue) -> int:
    return max(0, one.start - other.end, other.start - one.end)


def numbers_alike(found: Aligned) -> bool:
    """Whether every number of the claim stands in the passage for the same thing."""
    return _numbers(found, NEAR)[0] == SUPPORTS


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


# --- direction and negation


def _sign(found: Aligned) -> tuple[str, str]:
    """Whether both say it goes the same way: direction, negation and the two sides of a comparison together."""
    claim, passage = found.claim, found.passage
    reach = _reach(found)
    denied = _denied(claim) != _denied(passage, reach)
    swapped = sides.swapped(found)
    turned, plain = "", True
    for cue, other in _facing(found, claim.of(DIRECTION), passage.of(DIRECTION)):
        if other is None:
            return OPEN, f"'{cue.text}' has nothing beside it there"
        if rival := _rival(found, other):
            return OPEN, f"'{other.text}' is said there of {rival}"
        if other.value == cue.value:
            continue
        if OPPOSITE.get(cue.value) != other.value:
            return OPEN, f"the claim says '{cue.text}', the passage '{other.text}'"
        turned = f"the claim says '{cue.text}', the passage '{other.text}'"
        plain = plain and bool(CHANGES.fullmatch(cue.text) and CHANGES.fullmatch(other.text))
    if swapped is None and any(True for _ in claim.of(COMPARATIVE)):
        swapped = False
    if bool(turned) and swapped and not denied:
        return SUPPORTS, ""  # 'A is better than B', 'B is worse than A'
    if turned and denied and not swapped:
        # 'hurts' makes 'does not help' true; 'does not help' does not make 'hurts' true.
        return (SUPPORTS, "") if _denied(claim) else (OPEN, f"{turned}, and one of them denies it")
    if turned and not swapped and not denied:
        return (REFUTES if plain else OPEN), turned
    if swapped and not turned and not denied:
        return REFUTES, "the passage compares them the other way round"
    if denied and not turned and not swapped:
        which, where = (claim, "the claim") if _denied(claim) else (passage, "the passage")
        word = which.of(NEGATION)[0].text
        outright = all(DENIES.fullmatch(cue.text) for cue in (*claim.of(NEGATION), *passage.of(NEGATION)))
        return (REFUTES if outright else OPEN), f"{where} denies it ('{word}')"
    if turned or swapped or denied:
        return OPEN, "direction, order and negation differ"
    return SUPPORTS, ""


def _facing(found: Aligned, cues: Sequence[Cue], among: Sequence[Cue]) -> list[tuple[Cue, Cue | None]]:
    """Each cue of the claim with the one of the passage in its place; a word that stands in both goes first."""
    left, made = list(among), dict[int, Cue]()
    for cue in cues:
        # 'The lowest yield' faces what stands before 'yield'.
        thing = next((there for one, there in found.places if 0 < one.start - cue.end <= 2), ())
        if one := next((one for one in left if any(0 < place - one.end <= 2 for place in thing)), None):
            made[cue.start] = one
            left.remove(one)
    for same in (True, False):
        for cue in cues:
            if cue.start in made or not (left or made):
                continue
            if not left:
                left = list(made.values())
            best = max(left, key=lambda one: found.nearness(cue, one))
            if same:
                near = [one for one in left if one.text.lower() == cue.text.lower()]
                first = max(near, key=lambda one: found.nearness(cue, one), default=None)
                if first is None or found.nearness(cue, first) < SAME_WORD * found.nearness(cue, best):
                    continue
                best = first
            made[cue.start] = best
            left.remove(best)
    return [(cue, made.get(cue.start)) for cue in cues]


def _denied(said: Said, within: tuple[int, int] | None = None) -> bool:
    """Whether a statement is denied; of a passage only where the claim's words stand."""
    there = [cue for cue in said.of(NEGATION) if within is None or (cue.end >= within[0] and cue.start <= within[1])]
    return len(there) % 2 == 1


def _reach(found: Aligned, close: int = CLOSE) -> tuple[int, int] | None:
    """The part of the passage where the claim's words stand, with what stands close to them in the same clause."""
    places = [place for one, there in found.places for place in there if one.share == 1.0]
    if not places:
        return None
    low, high, text = min(places), max(places), found.passage.text
    parts = [match.end() for match in PARTS.finditer(text)]
    left = max([place for place in parts if place <= low] + [low - close])
    right = min([place for place in parts if place > high] + [len(text), high + close])
    return left, right


# --- how much is said


def _scope(found: Aligned) -> tuple[str, str]:
    """Whether the claim says more than the passage: of all where it speaks of most, without its reservation."""
    claim, passage = found.claim, found.passage
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
        low, high = _reach(found, close=0) or (0, 0)
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
