"""Claims that stop in the middle, as reports print them: no end, and the length at which programs cut texts off."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

LIMITS = (80, 90, 100, 120, 128, 140, 150, 160, 180, 200, 240, 250, 255, 256, 280, 300, 400, 500, 512, 1000, 1024)
ENDS = re.compile(r"[.!?\u3002\u0964][\"'\u201d\u2019)\]]*$")
ELLIPSIS = re.compile(r"(?:\u2026|\.{3}|\[\u2026\]|\[\.\.\.\])$")
SHORTEST = 40  # a few words without a full stop are a heading or a careless claim


def limits(texts: Sequence[str]) -> tuple[int, ...]:
    """The lengths at which a report seems to cut its claims: a usual one, or one that several claims share."""
    stopped = [len(text) for text in texts if not ENDS.search(text) and len(text) >= SHORTEST]
    usual = {limit for length in stopped for limit in LIMITS if limit - 2 <= length <= limit + 1}
    shared = {length for length, number in Counter(stopped).items() if number > 1 and length >= max(map(len, texts)) - 3}
    return tuple(sorted(usual | shared))


def cut(text: str, texts: Sequence[str]) -> bool:
    """Whether a claim stops in the middle; `texts` are all claims of its report."""
    if ELLIPSIS.search(text):
        return True
    if ENDS.search(text) or len(text) < SHORTEST:
        return False
    if text.count("(") > text.count(")") or text.count("[") > text.count("]"):
        return True
    short = [one for one in texts if len(one) < min(limits(texts), default=0) - 2]
    careless = sum(not ENDS.search(one) for one in short) > len(short) / 2  # claims without full stops are no cut ones
    return not (short and careless) and any(limit - 2 <= len(text) <= limit + 1 for limit in limits(texts))


def broken(text: str, texts: Sequence[str]) -> bool:
    """Whether a claim that was cut may stop within a word; at a gap between words the space was taken off, and it is shorter."""
    if ELLIPSIS.search(text):
        return False
    fitting = [limit for limit in limits(texts) if limit - 2 <= len(text) <= limit + 1]
    usual = [limit for limit in fitting if limit in LIMITS] or fitting
    return not usual or len(text) >= min(usual)
