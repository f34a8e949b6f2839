"""Which maker makes a task's examples, gold by construction.

A maker draws meanings with `rng` and lets `voice` say them. It never asks which language it is, so the
same seed gives the same example in every language: test sets are parallel.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from ..examples import Example
from . import pairs, passages, stories, tagging
from .voice import Voice

MAKERS: dict[str, Callable[[Random, Voice, str], Example]] = {
    "anli+": pairs.anli,
    "mnli": pairs.nli,
    "xnli": pairs.nli,
    "qqp": pairs.qqp,
    "pawsx": pairs.pawsx,
    "squad1": passages.squad1,
    "squad2": passages.squad2,
    "xquad": passages.squad1,
    "mlqa": passages.mlqa,
    "tydiqa": passages.tydiqa,
    "hellaswag": stories.hellaswag,
    "cosmosqa": stories.cosmosqa,
    "csqa": stories.csqa,
    "xcopa": stories.xcopa,
    "udpos": tagging.udpos,
    "ccg": tagging.ccg,
    "panx": tagging.panx,
}
