"""The sentences of a document with their numbers."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from replicate.results import Interval

from ..english import units
from ..english.numbers import Number, numbers
from ..reading.document import CAPTION, FOOTNOTE, PROSE, Document, Sentence
from .findings import Place

LABELS = (*PROSE, FOOTNOTE, CAPTION)
LONGEST = 2_000  # characters; what is longer is no sentence
WIDEST = 40  # characters of a number, 'n of N' included
SAID = ("points", units.PERCENT, units.TIMES, "")  # units of a number that counts nothing


def sentences(document: Document, labels: tuple[str, ...] = LABELS) -> Iterator[tuple[Sentence, tuple[Number, ...]]]:
    """What the paper says in its own voice, with the numbers in it; those without a number are left out."""
    for sentence in document.sentences:
        if sentence.label in labels and len(sentence.text) <= LONGEST and (found := _numbers(sentence.text)):
            yield sentence, found


@functools.lru_cache(maxsize=20_000)
def _numbers(text: str) -> tuple[Number, ...]:
    return tuple(one for one in numbers(text) if len(one.text) <= WIDEST)


def interval_of(one: Number) -> Interval:
    return Interval(one.low, one.high)


def spoken(sentence: Sentence) -> Place:
    """A sentence as a place."""
    return Place(sentence.page, quote=sentence.text)
