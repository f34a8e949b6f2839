"""Whether a claim and a passage say that it goes the same way: direction, order and negation together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ..english.cues import COMPARATIVE, DIRECTION, DOWN, NEGATION, UP, Cue
from . import sides
from .align import Aligned
from .answers import OPEN, REFUTES, SUPPORTS, Answer
from .said import Said

SAME_WORD = 0.6  # the same cue word counts as the one in its place, as near as that beside the nearest one
OPPOSITE = {UP: DOWN, DOWN: UP}
DENIES = re.compile(r"not|cannot|\w+n['\u2019]t|no|none|never|neither|nor|fail\w*(?: to)?", re.I)  # a 'lack of' has an object
# Words that say of a quantity that it goes up or down, or is more or less: they can be each other's opposite.
CHANGES = re.compile(
    r"(?:improv|increas|rais|gain|boost|enhanc|outperform|exceed|surpass|ris|rose|grow|grew|reduc|decreas|lower|hurt|degrad|drop|declin"
    r"|underperform|worsen|deteriorat|harm|impair|fall|fell|lift|help)\w*|(?:high|larg|great|strong|small|weak)(?:er|est)"
    r"|better|best|worse|worst|more|less|fewer|beat\w*|trail\w*",
    re.I,
)
PARTS = re.compile(
    r";|,\s(?=(?:but|whereas|while|although|though|since|because)\b)|\b(?:but|whereas|while|although|though|however|since|because)\b",
    re.I,
)
NARROWS = re.compile(
    r"(?:\w+,\s)?(?:none of|no|neither of|hardly any|few of)\s[^,;:]*?(?:\b\w{3,}ing\b|\b(?:that|which|who|whose|with|for)\b)",
    re.I,
)
GRADED = re.compile(r"better|best|worse|worst|more|less|fewer|\w{3,}(?:er|est)", re.I)
MORE_SAID = 2  # words behind what narrows a subject that say what is denied of it
LEADING = re.compile(r"(?:as|since|because|while|although|though|whereas)\s[^,;:]*,\s", re.I)
CLOSE = 30  # characters beside the claim's words within which a negation still belongs to them


def direction(found: Aligned) -> Answer:
    """Whether both say it goes the same way: direction, negation and the two sides of a comparison together."""
    claim, passage = found.claim, found.passage
    denied = _denied(claim) != _denied(passage, reach(found))
    swapped = sides.swapped(found)
    turned, plain = "", True
    for cue, other in _facing(found, claim.of(DIRECTION), passage.of(DIRECTION)):
        if other is None:
            return OPEN, f"'{cue.text}' has nothing beside it there"
        if rival := found.rival(other):
            return OPEN, f"'{other.text}' is said there of {rival}"
        if other.value == cue.value:
            continue
        if OPPOSITE.get(cue.value) != other.value:
            return OPEN, f"the claim says '{cue.text}', the passage '{other.text}'"
        turned = f"the claim says '{cue.text}', the passage '{other.text}'"
        plain = plain and bool(CHANGES.fullmatch(cue.text) and CHANGES.fullmatch(other.text))
    if swapped is None:
        swapped = _other_side(found)
        if swapped is None and sides.rival(claim) and not sides.rival(passage) and not passage.of(COMPARATIVE):
            return OPEN, "the passage does not compare the two"
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
        if not _denied(claim) and _narrowed(found):
            return OPEN, "the passage denies something else of them"
        which, where = (claim, "the claim") if _denied(claim) else (passage, "the passage")
        word = which.of(NEGATION)[0].text
        outright = all(DENIES.fullmatch(cue.text) for cue in (*claim.of(NEGATION), *passage.of(NEGATION)))
        return (REFUTES if outright else OPEN), f"{where} denies it ('{word}')"
    if not (turned or swapped or denied) and _denied(claim) and (whose := _denied_of(found)):
        return OPEN, f"the passage denies it of {whose}"
    if turned or swapped or denied:
        return OPEN, "direction, order and negation differ"
    return SUPPORTS, ""


def _facing(found: Aligned, cues: Sequence[Cue], among: Sequence[Cue]) -> list[tuple[Cue, Cue | None]]:
    """Each cue of the claim with the one of the passage in its place; a word that stands in both goes first."""
    left, made = list(among), dict[int, Cue]()
    for cue in cues:
        # 'The lowest yield' faces what stands before 'yield'.
        thing = next((there for one, there in found.places if 0 < one.start - cue.end <= 2), ())
        if beside := next((one for one in left if any(0 < place - one.end <= 2 for place in thing)), None):
            made[cue.start] = beside
            left.remove(beside)
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


def _other_side(found: Aligned) -> bool | None:
    """Whether what the claim compares with is the subject of the passage's cue: 'A is worse than B', 'B is better'.

    None where that cannot be told.
    """
    span = sides.rival(found.claim)
    cues_ = found.passage.of(DIRECTION)
    if span is None or span[1] or len(cues_) != 1 or not GRADED.fullmatch(cues_[0].text):
        return None
    edges = [0, *(match.end() for match in PARTS.finditer(found.passage.text)), len(found.passage.text)]
    low = max(edge for edge in edges if edge <= cues_[0].start)
    high = min(edge for edge in edges if edge > cues_[0].start)
    count = Counter(thing.term for thing, _ in found.places)
    mine, theirs = list[bool](), list[bool]()
    for thing, there in found.places:
        if thing.share == 1.0 and count[thing.term] == 1 and there:
            side = theirs if span[0][0] <= thing.start < span[0][1] else mine
            side.append(any(low <= place < high for place in there))
    return True if mine and theirs and all(theirs) and not any(mine) else None


def _narrowed(found: Aligned) -> bool:
    """Whether all the claim's words stand in what narrows the subject: 'none of the papers evaluating X released their data'."""
    text = found.passage.text
    if not NARROWS.match(text):
        return False
    high = max((min(there) for one, there in found.places if there and one.share == 1.0), default=len(text))
    mine = {one.term for one in found.claim.things}
    return sum(one.start > high and one.share == 1.0 and one.term not in mine for one in found.passage.things) >= MORE_SAID


def _denied_of(found: Aligned) -> str:
    """Of whom a passage denies it, where the clause of its negation names another than the claim and not what the claim names."""
    text, things = found.passage.text, found.passage.things
    edges = [0, *(match.end() for match in PARTS.finditer(text)), len(text)]
    if LEADING.match(text):
        edges = sorted({*edges, text.index(",") + 1})
    mine = {thing.term for thing in found.claim.things}
    for cue in found.passage.of(NEGATION):
        low = max(edge for edge in edges if edge <= cue.start)
        high = min(edge for edge in edges if edge > cue.start)
        proper = [one for one in things if one.proper and low < one.start < cue.start]
        own = [one for one in things if one.proper and one.term in mine]
        if own and proper and not any(low <= one.start < high for one in own):
            return proper[0].text
    return ""


def _window(places: Sequence[tuple[int, ...]]) -> tuple[int, int]:
    """Where words stand: those that stand in several places count where the others are."""
    sure = [there[0] for there in places if len(there) == 1] or [one for there in places for one in there]
    low, high = min(sure), max(sure)
    near = [min(there, key=lambda one: max(low - one, one - high, 0)) for there in places]
    return min(low, *near), max(high, *near)


def reach(found: Aligned, close: int = CLOSE) -> tuple[int, int] | None:
    """The part of the passage where the claim's words stand, with what stands close to them in the same clause."""
    places = [place for one, there in found.places for place in there if one.share == 1.0]
    if not places:
        return None
    text = found.passage.text
    low, high = _window([there for one, there in found.places if there and one.share == 1.0])
    parts = [match.end() for match in PARTS.finditer(text)]
    left = max([place for place in parts if place <= low] + [low - close])
    right = min([place for place in parts if place > high] + [len(text), high + close])
    return left, right
