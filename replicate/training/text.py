"""Monolingual text for masked language modelling: drawn from all languages so that small ones are heard."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any

import numpy as np

from ..models.tokens import Tokenizer
from ..problems import Problem
from ..sources import Source
from .batches import encoded, ragged
from .loop import Lesson

# Text of each language is drawn with its size to this power, so that small languages are heard: XLM-R's own rule.
ALPHA = 0.3


@cache
def corpus(source: Source, language: str, most: int | None = None) -> list[str]:
    """The documents of a language, kept between the steps of a worker: making them again would cost more than a round of
    pretraining."""
    return list(islice(source.text(language), most))


def drawn(source: Source, languages: Sequence[str], count: int, seed: Sequence[int]) -> list[str]:
    """So many documents, each language's share by its size to the power of ALPHA, drawn without order.

    A source that is too large to be counted says how large its languages are, and is read only as far as needed.
    """
    if source.size is None:
        sizes = np.asarray([len(corpus(source, language)) for language in languages], dtype=float)
    else:
        sizes = np.asarray([source.size(language) for language in languages], dtype=float)
    if not sizes.sum():
        raise Problem(f"source {source.name}: no text in any of {' '.join(languages)}")
    shares = sizes**ALPHA * (sizes > 0)
    picks = np.random.default_rng([3, *seed]).choice(len(languages), size=count, p=shares / shares.sum())
    most = np.bincount(picks, minlength=len(languages)).tolist() if source.size else [None] * len(languages)
    queues = [
        _endless(corpus(source, language, most[number]), [4, *seed, number]) if sizes[number] else iter(())
        for number, language in enumerate(languages)
    ]
    return [next(queues[pick]) for pick in picks.tolist()]


def _endless(documents: list[str], seed: Sequence[int]) -> Iterator[str]:
    rng = np.random.default_rng(seed)
    while documents:
        for number in rng.permutation(len(documents)).tolist():
            yield documents[number]


def lesson(documents: list[str], tokenizer: Tokenizer, recipe: Mapping[str, Any]) -> Lesson:
    """Masked language modelling on these documents."""
    data = encoded(ragged(list(_segments(tokenizer, documents, recipe["max_length"]))))
    return Lesson("mlm", data, None, recipe["batch_size"], recipe["masked"], recipe.get("span", 3.0))


def _segments(tokenizer: Tokenizer, documents: list[str], limit: int) -> Iterator[list[int]]:
    """Every second document in two parts, with the separator between them that pairs of sentences will have."""
    for number, ids in enumerate(tokenizer.ids(documents)):
        cut = random.Random(number).randint(1, max(1, len(ids) - 1))
        if number % 2:
            yield tokenizer.pair(ids[:cut], ids[cut:], limit)
        else:
            yield tokenizer.single(ids, limit)
