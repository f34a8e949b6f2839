"""The checks, one file each: a claim, its question and what is at hand go in, one Verdict comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..records import Claim, Question, Verdict
from . import replication, tables, words
from .hand import Hand

# In the order in which people read them. A check that is not here was not made, and nothing stands in for it.
CHECKS: Mapping[str, Callable[[Claim, Question, Hand], Verdict]] = {
    "words": words.check,
    "tables": tables.check,
    "replication": replication.check,
}
