"""Claims that stop in the middle, as reports print them: no end, and the length at which programs cut texts off."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

LIMITS = (80, 90, 100, 120, 128, 140, 150, 160, 180, 200, 240, 250, 255, 256, 280, 300, 400, 500, 512, 1000, 1024)
ENDS = re.compile(r"[.!?\u3002\u0964][\"'\u201d\u2019)\]]*$")
ELLIPSIS = re.compile(r"(?:\u2026|\.{3}|\[\u2026\]|\[\.\.\.\])$")
SHORTEST = 40  # a few words without a full stop are a heading or a careless claim


class Stop(NamedTuple):
    """Whether a claim stops in the middle, and whether that may be within a word."""

    cut: bool
    broken: bool


def stops(texts: Sequence[str]) -> list[Stop]:
    """How each claim of a report stops."""
    lengths = limits(texts)
    short = [text for text in texts if len(text) < min(lengths, default=0) - 2]
    # Where claims that are short enough have no full stop either, its absence says nothing.
    careless = bool(short) and sum(not ENDS.search(text) for text in short) > len(short) / 2
    return [_stop(text, lengths, careless) for text in texts]


def limits(texts: Sequence[str]) -> tuple[int, ...]:
    """The lengths at which a report seems to cut its claims: a usual one, or one that several claims share."""
    stopped = [len(text) for text in texts if not ENDS.search(text) and len(text) >= SHORTEST]
    longest = max(map(len, texts), default=0)
    usual = {limit for length in set(stopped) for limit in LIMITS if _at(length, limit)}
    shared = {length for length, number in Counter(stopped).items() if number > 1 and length >= longest - 3}
    return tuple(sorted(usual | shared))


def _at(length: int, limit: int) -> bool:
    """A gap between words at the limit is taken off, so that a claim may be a little shorter."""
    return limit - 2 <= length <= limit + 1


def _stop(text: str, lengths: Sequence[int], careless: bool) -> Stop:
    if ELLIPSIS.search(text):
        return Stop(True, False)
    if ENDS.search(text) or len(text) < SHORTEST:
        return Stop(False, False)
    fitting = [limit for limit in lengths if _at(len(text), limit)]
    usual = [limit for limit in fitting if limit in LIMITS] or fitting
    opened = text.count("(") > text.count(")") or text.count("[") > text.count("]")
    # Shorter than the limit, it was cut between two words.
    return Stop(opened or (bool(fitting) and not careless), not usual or len(text) >= min(usual))
