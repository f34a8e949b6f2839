"""Which way of training a statement speaks of, and what it is compared with."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from replicate import results

from .. import vocabulary
from ..records import BEST, CHOSEN, MULTI
from . import cues
from .scene import GENERIC, TRAIN, Scene

MULTITASK = re.compile(
    r"\bmulti-?task(?!ing)(?:[\s-]+(?:intermediate|task|training|learning|models?|fine-?tuning|setup))*|\bMTL\b"
    rf"|\b{cues.ALL_AT_ONCE}\b"
    rf"|\b(?:joint|simultaneous)(?:ly)?\s+(?:intermediate[\s-](?:task\s+)?)?{TRAIN}(?:\s+on\s+(?:all|several|multiple)[\s\w-]*tasks)?",
    re.I,
)
BEST_MODELS = re.compile(r"\bbest[\s-]?(?:performing\s+)?(?:intermediate[\s-]task\s+)?(?:models?|systems?|checkpoints?)\b", re.I)
PER_TARGET = re.compile(r"\b(?:for|of|per|on)\s+(?:each|every)\s+(?:\w+\s+)?(?:target|task)|\bper[\s-](?:target|task)\b", re.I)
METHODS = (
    (re.compile(r"\bLoRA\b", re.I), "lora"),
    (re.compile(r"\bHoulsby\b", re.I), "houlsby"),
    (re.compile(r"\bPfeiffer\b", re.I), "pfeiffer"),
    (re.compile(r"\badapters?\b|\badapter-based\b|\bMAD-X\b", re.I), "adapter"),
)
WITH_MLM = re.compile(
    r"(?:\bwith|\bplus|\+|\band|\bcontinu(?:ing|ed)|\badding)\s+(?:the\s+|multilingual\s+|additional\s+|continued\s+)*"
    r"(?:MLM\b|masked\s+language)",
    re.I,
)
WITHOUT_MLM = re.compile(r"\b(?:without|no|w/o)\s+(?:\w+\s+)?MLM", re.I)


@dataclass(frozen=True)
class System:
    """A way of training, as an assertion names it; `start` is where the statement does."""

    intermediate: str
    start: int
    mlm: bool = False
    method: str = "full"
    languages: str = ""
    model: str = ""
    chosen: str = ""

    def fields(self) -> dict[str, Any]:
        """The fields of an assertion that name this system."""
        return {
            "intermediate": self.intermediate, "mlm": self.mlm, "method": self.method,
            "intermediate_languages": self.languages, "model": self.model,
        }  # fmt: skip


@functools.lru_cache(maxsize=1 << 5)  # asked for again with every number of a statement
def systems(of: Scene) -> tuple[System, ...]:
    """What was trained; several where they are enumerated, none where no one is named."""
    return _found(of, lambda start: not of.compared(start), rival=False)


@functools.lru_cache(maxsize=1 << 5)
def rivals(of: Scene) -> tuple[System, ...]:
    """What it is compared with."""
    return _found(of, of.compared, rival=True) if of.rival_span else ()


def single(found: Sequence[System]) -> System | None:
    """The only system of a statement."""
    return found[0] if len(found) == 1 else None


def _found(of: Scene, mine: Callable[[int], bool], rival: bool) -> tuple[System, ...]:
    found = [(MULTI, match.start()) for match in MULTITASK.finditer(of.text) if mine(match.start())]
    if PER_TARGET.search(of.text):
        found += [(BEST, match.start()) for match in BEST_MODELS.finditer(of.text) if mine(match.start())]
    if not found:  # the tasks beside 'multi-task' are what it is made of
        found = [(one.id, one.start) for one in of.names(vocabulary.TASK) if mine(one.start) and of.role(one) == "system"]
    if not found:
        bare = [one for one in of.names(vocabulary.SYSTEM) if mine(one.start) and one.id == results.BASELINE]
        found = [(one.id, one.start) for one in bare]
    models = {one.id for one in of.names(vocabulary.MODEL) if mine(one.start)}
    if not found and not rival and models and not GENERIC.search(of.text):
        found = [(results.BASELINE, len(of.text))]  # a model alone is one without intermediate training
    low, high = of.rival_span or (len(of.text), len(of.text))
    said = of.text[low:high] if rival else of.text[:low] + of.text[high:]
    how = next((name for pattern, name in METHODS if pattern.search(said)), "full")
    mlm = bool(WITH_MLM.search(said)) and not WITHOUT_MLM.search(said)
    spoken = "" if rival else of.spoken
    model = next(iter(models)) if len(models) == 1 else ""  # of 'XLM-R', which does not say its size, it is empty too
    first: dict[str, int] = {}
    for name, start in sorted(found, key=lambda one: one[1]):
        first.setdefault(name, start)
    return tuple(
        System(name, start, mlm, how, "" if name == results.BASELINE else spoken, model, CHOSEN[0] if name == BEST else "")
        for name, start in first.items()
    )
