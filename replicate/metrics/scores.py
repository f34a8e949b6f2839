"""Accuracy, F1 over tags, SQuAD's F1 and exact match. All in points."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from typing import Any

ARTICLES = re.compile(r"\b(a|an|the)\b")


def accuracy(gold: Sequence[Any], guess: Sequence[Any]) -> float:
    """The share that agrees."""
    return 100 * sum(a == b for a, b in zip(gold, guess, strict=True)) / max(len(gold), 1)


def runs(tags: Sequence[str]) -> set[tuple[str, int, int]]:
    """XTREME's entities of part-of-speech tags, by the rule of its old seqeval: a run of one tag is one entity,
    but tags that begin with S never merge, because that scorer took them for single-token marks."""
    found, begin = set(), 0
    for k in range(1, len(tags) + 1):
        if k == len(tags) or tags[k] != tags[begin] or tags[k].startswith("S"):
            found.add((tags[begin], begin, k))
            begin = k
    return found


def chunks(tags: Sequence[str]) -> set[tuple[str, int, int]]:
    """Entities of IOB2 tags; an I- that follows no entity of its kind begins one, as in conlleval."""
    found: set[tuple[str, int, int]] = set()
    begin, kind = 0, ""
    for k, tag in enumerate([*tags, "O"]):
        mark, _, name = tag.partition("-")
        if kind and (mark != "I" or name != kind):
            found.add((kind, begin, k))
            kind = ""
        if name and not kind:
            begin, kind = k, name
    return found


def _micro(gold: Sequence[Sequence[str]], guess: Sequence[Sequence[str]], entities: Any) -> float:
    pairs = [(entities(a), entities(b)) for a, b in zip(gold, guess, strict=True)]
    both, total = sum(len(a & b) for a, b in pairs), sum(len(a) + len(b) for a, b in pairs)
    return 200 * both / total if total else 0.0


def run_f1(gold: Sequence[Sequence[str]], guess: Sequence[Sequence[str]]) -> float:
    """Micro F1 over runs of tags: XTREME's figure for parts of speech."""
    return _micro(gold, guess, runs)


def chunk_f1(gold: Sequence[Sequence[str]], guess: Sequence[Sequence[str]]) -> float:
    """Micro F1 over named entities."""
    return _micro(gold, guess, chunks)


def normalise(text: str) -> str:
    """SQuAD v1.1's normal form: lower case, no ASCII punctuation, no English articles, single spaces."""
    bare = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return " ".join(ARTICLES.sub(" ", bare).split())


def _token_f1(gold: str, guess: str) -> float:
    ours, theirs = normalise(guess).split(), normalise(gold).split()
    if not ours or not theirs:
        return float(ours == theirs)
    same = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * same / (len(ours) + len(theirs))


def squad(gold: Sequence[Sequence[str]], guess: Sequence[str]) -> dict[str, float]:
    """F1 and exact match against the best of the answers; no answers: the guess has to be empty."""
    f1, em = [], []
    for answers, said in zip(gold, guess, strict=True):
        valid = [a for a in answers if normalise(a)] or [""]
        f1.append(max(_token_f1(a, said) for a in valid))
        em.append(max(float(normalise(a) == normalise(said)) for a in valid))
    count = max(len(f1), 1)
    return {"f1": 100 * sum(f1) / count, "em": 100 * sum(em) / count}
