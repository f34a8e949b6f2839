"""Twins of a claim: false ones by construction, and true paraphrases. Text and assertions are changed alike.

A false twin of CONTRADICTS excludes the claim: another number for the same thing, the opposite. One of ELSEWHERE says the
same of something else, and is false only where the sources do not happen to say that too. siblings.py makes further ones once
there is a verdict.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from ..records import Claim, Twin
from . import digits, meanings, names, paraphrases

CONTRADICTS = ("number", "unread", "direction", "negation", "quantifier", "swapped")
ELSEWHERE = ("task", "metric", "model", "language", "split", "benchmark", "system")
LONGEST = 1_000  # characters; what is longer is no sentence, and twins of it would say nothing
MAKERS: Mapping[str, Callable[[Claim], Iterator[Twin]]] = {
    "number": digits.falsified,
    "direction": meanings.turned,
    "negation": meanings.negated,
    "quantifier": meanings.requantified,
    "swapped": meanings.swapped,
    "names": names.replaced,
    "paraphrases": paraphrases.paraphrased,
}


def twins(claim: Claim) -> tuple[Twin, ...]:
    """All twins of a claim, always the same ones; none of a text that is no sentence."""
    if len(claim.text) > LONGEST or len(re.findall(r"[^\W\d_]{2,}", claim.text)) < 2:
        return ()
    found: dict[str, Twin] = {}
    for make in MAKERS.values():
        for one in make(claim):
            if _key(one.text) != _key(claim.text):
                found.setdefault(_key(one.text), one)
    return tuple(found.values())


def _key(text: str) -> str:
    """Two texts with the same key are the same claim."""
    return " ".join(text.lower().split()).rstrip(". ")
