"""Queries answered as far as our tools write them: groups of phrases, all groups, any phrase of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from .works import Work


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def _has(work: Work, phrase: str) -> bool:
    return f" {_plain(phrase)} " in f" {_plain(f'{work.title} {work.abstract}')} "


def boolean(query: str, both: str = " AND ", either: str = " OR ") -> Callable[[Work], bool]:
    """The predicate of a query such as (all:"a b" OR all:c) AND all:d AND submittedDate:[201901010000 TO 202412312359]."""
    tests: list[Callable[[Work], bool]] = []
    for part in query.split(both):
        if dates := re.match(r"submittedDate:\[(\d{4})\d+ TO (\d{4})\d+\]", part.strip()):
            first, last = int(dates[1]), int(dates[2])
            tests.append(lambda work, first=first, last=last: first <= work.year <= last)  # type: ignore[misc]
        else:
            phrases = [re.sub(r"^\(*(?:\w+:)?|\)*$", "", one.strip()).strip('"()') for one in part.split(either)]
            tests.append(lambda work, phrases=phrases: any(_has(work, phrase) for phrase in phrases))  # type: ignore[misc]
    return lambda work: all(test(work) for test in tests)


def ranked(works: Sequence[Work], query: str) -> list[Work]:
    """Those that have at least half of the words, those with most of them first."""
    words = _plain(query).split()
    scored = [(sum(_has(work, word) for word in words), work) for work in works]
    return [work for score, work in sorted(scored, key=lambda one: (-one[0], one[1].number)) if 2 * score >= len(words)]
