"""Claims outside our field beside an abstract: a model of labels decides, since no vocabulary binds what they speak of.

In our field, and against a whole paper, typed comparison alone decides; there the model was never measured.
"""

from __future__ import annotations

import functools

from .. import vocabulary
from ..evidence.index import Index, Listed, Passage
from ..reading.document import FRONT
from .answers import OPEN, REFUTES, SUPPORTS
from .candidates import MUTE, OTHERS
from .features import read
from .judge import Judged
from .labels import LABELS, Labelled, label, shipped

LONGEST = 40  # sentences of an abstract
FIELD = (vocabulary.TASK, vocabulary.MODEL, vocabulary.BENCHMARK)
SAYS = dict(zip(LABELS, (SUPPORTS, OPEN, REFUTES), strict=True))


def applies(index: Index, paper: Listed | None, text: str) -> bool:
    """Whether a text is as short as an abstract, and neither it nor the claim names anything of our field."""
    if paper is None or not 0 < paper.last - paper.first <= LONGEST or vocabulary.mentions(text, FIELD):
        return False
    return not _ours(index, paper)


@functools.lru_cache(maxsize=4096)
def _ours(index: Index, paper: Listed) -> bool:
    return any(vocabulary.mentions(one.text, FIELD) for one in index.find(paper.id))


def judge(index: Index, paper: Listed, text: str) -> tuple[Judged, Labelled] | None:
    """What an abstract says of a claim; None where there is no model, or nothing that the abstract says itself."""
    model, own = shipped(), [one for one in index.find(paper.id) if one.label not in (*OTHERS, *MUTE)]
    if model is None or not own:
        return None
    title = " ".join(one.text for one in index.find(paper.id) if one.label == FRONT) or paper.title
    found = label(model, text, title, [one.text for one in own])
    asked = read(text).terms
    weights = {one: model.rarity(one) for one in asked}
    total = sum(weights.values()) or 1.0

    def covered(passage: Passage) -> float:
        return sum(weights[one] for one in read(passage.text).terms if one in weights) / total

    best = max(own, key=covered)
    held = set().union(*(read(one.text).terms for one in own))
    missing = tuple(sorted(asked - held))
    return Judged(text, SAYS[found.label], _why(found), covered(best), missing, best), found


def _why(found: Labelled) -> str:
    chances = ", ".join(f"{name} {value:.0%}" for name, value in zip(LABELS, found.probabilities, strict=True))
    return f"the abstract speaks in {'the same' if found.sense > 0 else 'the opposite'} sense ({chances})"
