"""What a paper's text says of a claim: every statement of it against every statement of the passages that speak of it."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ..english.atoms import atoms
from ..evidence.index import Index, Listed, Passage
from ..evidence.terms import terms
from .align import Context
from .answers import OPEN, REFUTES, SUPPORTS, WIDER
from .candidates import MUTE, OTHERS, candidates, weight
from .compare import Compared, compare
from .said import Said, said, stated
from .synonyms import group
from .votes import Likeness

LONGEST = 2000  # characters of a claim; what is longer is no claim
Weigh = Callable[[Passage], Callable[[str], float]]
ORDER = (SUPPORTS, REFUTES, WIDER, OPEN)
PART = re.compile(r";\s+(?![^(]*\))")  # no citation has its years parted
PARTED = 12  # statements of a passage that are looked at


@dataclass(frozen=True)
class Judged:
    """What the passages say of one statement: the deciding one first in `passage`; `also` holds one that says otherwise."""

    statement: str
    says: str
    why: str
    coverage: float
    missing: tuple[str, ...]
    passage: Passage | None = None
    also: Passage | None = None
    theirs: bool = False  # it stands only in others' words: the bibliography, related work


def judge(index: Index, paper: Listed | None, text: str, likeness: Likeness | None = None) -> list[Judged]:
    """Each statement of a claim with what the paper's text says of it; with no paper, what any of the papers says."""
    weigh, text = _weigher(index), stated(text)
    parts = [one.text for one in atoms(text)] or [text]
    if len(parts) > 1 and (same := _whole(candidates(index, paper, text, likeness), text, weigh)):
        return [same]
    return [_statement(index, part, candidates(index, paper, part, likeness), weigh) for part in parts]


def _whole(found: Sequence[Passage], text: str, weigh: Weigh) -> Judged | None:
    """A sentence that says all of a claim of several statements."""
    if same := _verbatim(found, text):
        return same
    claim = said(text)
    for passage in found:
        if passage.label not in (*OTHERS, *MUTE):
            one = compare(claim, said(passage.text), weigh(passage), whole=True)
            if one.says == SUPPORTS:
                return Judged(text, SUPPORTS, one.why, one.coverage, one.missing, passage)
    return None


def _weigher(index: Index) -> Weigh:
    """The weights of words by the paper that a passage is of."""
    return lambda passage: _weights(index, int(index.arrays["paper"][passage.number]))


@functools.lru_cache(maxsize=256)
def _weights(index: Index, place: int) -> Callable[[str], float]:
    return weight(index, index.papers[place])


def _verbatim(found: Iterable[Passage], text: str) -> Judged | None:
    """The claim as a sentence of the paper itself."""
    for passage in found:
        if passage.label not in (*OTHERS, *MUTE) and _key(passage.text) == _key(text):
            return Judged(text, SUPPORTS, "the sentence itself", 1.0, (), passage)
    return None


def _key(text: str) -> str:
    return re.sub(r"[\s\u00ad]+", " ", text).strip(" .").casefold()


@functools.lru_cache(maxsize=4096)
def _surroundings(index: Index, number: int) -> Context:
    """What the sentence with this number can point back to."""
    paper = index.papers[int(index.arrays["paper"][number])]
    before = index.text(number - 1) if number > paper.first else ""
    return Context(before, frozenset(group(one.term) for one in terms(paper.title)))


def _statement(index: Index, text: str, found: Sequence[Passage], weigh: Weigh) -> Judged:
    if same := _verbatim(found, text):
        return same
    claim = said(text)
    decided = list[tuple[Compared, Passage]]()
    for passage in found:
        if passage.label not in MUTE:
            around = _surroundings(index, passage.number)
            decided += [(compare(claim, unit, weigh(passage), whole, around), passage) for unit, whole in _units(passage.text)]
    decided.sort(key=lambda one: (ORDER.index(one[0].says), -one[0].coverage))
    own = [one for one in decided if one[1].label not in OTHERS]
    if not own:
        return Judged(text, OPEN, "no passage speaks of it", 0.0, tuple(one.text for one in claim.things if one.share == 1.0))
    best, passage = own[0]
    if best.says == OPEN:
        best, passage = max(own, key=lambda one: one[0].coverage)
        theirs = any(one.says == SUPPORTS for one, place in decided if place.label in OTHERS)
        return Judged(text, OPEN, best.why, best.coverage, best.missing, passage, theirs=theirs)
    against = {SUPPORTS: REFUTES, REFUTES: SUPPORTS}.get(best.says)
    also = next(
        (place for one, place in own if one.says == against and one.coverage >= best.coverage and place.number != passage.number),
        None,
    )
    return Judged(text, best.says, best.why, best.coverage, best.missing, passage, also)


@functools.lru_cache(maxsize=4096)
def _units(text: str) -> tuple[tuple[Said, bool], ...]:
    """The statements of a passage, and all of it as a whole where it has several."""
    parts = [one.text for part in PART.split(text) for one in atoms(part)][:PARTED] or [text]
    made = [(said(part), False) for part in parts]
    return tuple(made if len(made) == 1 else [*made, (said(text), True)])
