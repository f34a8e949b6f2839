"""Subword overlap with the pivot: how much of a language's text is in pieces that the pivot's text has too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from . import resources
from .problems import Problem
from .sources import Source

DOCUMENTS = 500  # of each language, the first ones
FEWEST = 2  # times that the pivot has to have a piece


def tokenizer(model: str, revision: str = "") -> Any:
    """That of a model of the hub or of a folder (hub:ID, dir:PATH); the shipped small model's where none is named."""
    from .models import hub, tokens

    folder = hub.fetch(model, revision) if model else next(iter(resources.models()), None)
    if folder is None:
        raise Problem("no small model comes with this package; name one with --model hub:ID or dir:PATH")
    return tokens.load(Path(folder))


def overlap(source: Source, read: Any, documents: int = DOCUMENTS) -> dict[str, float]:
    """By language the share of its pieces, counted as often as they stand, that the pivot has; only languages with text."""
    pivot = counts(read, source.text(source.pivot), documents)
    known = {piece for piece, count in pivot.items() if count >= FEWEST}
    found = {}
    for language in source.languages:
        if source.missing("text", "train", language):
            continue
        pieces = counts(read, source.text(language), documents)
        if total := sum(pieces.values()):
            found[language] = sum(count for piece, count in pieces.items() if piece in known) / total
    return found


def counts(read: Any, texts: Iterable[str], documents: int) -> Counter[int]:
    """How often each piece stands in the first documents."""
    found: Counter[int] = Counter()
    for ids in read.ids(list(islice(texts, documents))):
        found.update(ids)
    return found
