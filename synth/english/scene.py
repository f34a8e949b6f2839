"""What one statement speaks of: which systems, above what, on which target, measured how. Read once, used by every kind.

A word that narrows a statement in a way that an assertion cannot say ('on low-resource languages') is kept in `narrowed`;
no assertion is made of such a statement.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from replicate import results, tasks

from .. import vocabulary
from ..records import BEST, CHOSEN, MULTI
from . import cues, lists, numbers, verbs
from .cues import Cue
from .numbers import Number

TRAIN = r"(?:(?:re-?|pre-?)?train(?:ing|ed|s)?|fine-?tun(?:ing|ed|es?)|transfer(?:ring|red|s)?|learning)"
ON = re.compile(
    rf"\b{TRAIN}\s+(?:first\s+|jointly\s+|simultaneously\s+|a\s+model\s+)?(?:on|with|from|using)\s+(?:the\s+|English\s+)*$", re.I
)
WITH = re.compile(r"\b(?:with|from|after|using|via|by|through|of\s+using|adding|including)\s+(?:the\s+)?$", re.I)
PLACE = re.compile(r"\b(?:on|for|in|across|over|to|of|at)\s+(?:the\s+)?(?:\w+\s+(?:and|or)\s+)?$", re.I)
INTERMEDIATE = re.compile(
    r"^\s*(?:v?\d(?:\.\d)?\s*)?(?:as\s+(?:an\s+|the\s+)?)?(?:intermediate|first\b|pre-?training|training\b(?!\s+(?:data|set|examples)))",
    re.I,
)
GENERIC = re.compile(
    r"\bintermediate(?:[\s-]+(?:tasks?|training|fine-?tuning|language))+|\bintermediate\b(?=\s+(?:data|training)|$)|\bSTILTs?\b",
    re.I,
)
MULTITASK = re.compile(
    r"\bmulti-?task(?!ing)(?:[\s-]+(?:intermediate|task|training|learning|models?|fine-?tuning|setup))*|\bMTL\b"
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
    r"(?:\bwith|\bplus|\+|\band|\bcontinu(?:ing|ed)|\badding)\s+(?:the\s+|multilingual\s+|additional\s+|continued\s+)*(?:MLM\b|masked\s+language)",
    re.I,
)
AVERAGE = re.compile(
    r"\b(?:on\s+)?average\b|\bavg\b|\bmean\b|\boverall\b|\bmacro-average\b|\bXTREME(?!-)\b|\btarget[\s-]+(?:task\s+)?(?:tasks?|performance)"
    r"|\bdownstream\b|\bperformance\b",
    re.I,
)
WITHOUT_RETRIEVAL = re.compile(
    r"\b(?:without|excluding|except(?:ing)?(?:\s+for)?|w/o|leaving\s+out)\s+(?:the\s+)?(?:sentence[\s-]+)?retrieval", re.I
)
OTHER_BENCHMARK = re.compile(r"\bXTREME-R\b|\bXTREME-UP\b|\bXGLUE\b|\bSuperGLUE\b|\bGLUE\b")
# Nouns of which only a part may be meant, and the words before them that do not narrow them.
NARROWING = re.compile(
    r"\b(?:on|for|in|across|of|among|within|when|over|to|at)\s+((?:[\w'+-]+\s+){0,6}?)(languages?|tasks?|data\s?sets?|examples?|sentences?"
    r"|domains?|settings?|families|family|scripts?|questions?|classes|runs?|seeds?|scenarios?)\b",
    re.I,
)
NEUTRAL = frozenset(
    "a an the all any each every both many most some several few no none almost nearly our its their these those nine seven eight ten "
    "two three four five six target targets xtreme dev development test validation set sets zero-shot zero shot cross-lingual "
    "crosslingual downstream evaluation intermediate intermediate-task different english of on and in benchmark considered studied "
    "evaluated tested task-specific main other single individual majority vast average target-task whole entire full held-out "
    "language understanding diverse possible available remaining multiple "
    "sentence-retrieval".split()
)
GERUND = re.compile(r"^(?:\w+ly\s+)?\w+ing\b", re.I)


@dataclass(frozen=True)
class System:
    """A way of training, as an assertion names it."""

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


@dataclass(frozen=True)
class Scene:
    """One statement with everything that was found in it."""

    text: str
    numbers: tuple[Number, ...]
    cues: tuple[Cue, ...]
    verb: verbs.Verb | None
    named: tuple[lists.Item, ...] = field(default=())

    def of(self, kind: str) -> tuple[Cue, ...]:
        return tuple(one for one in self.cues if one.kind == kind)

    @property
    def negated(self) -> bool:
        return bool(self.of(cues.NEGATION))

    def left(self, used: Collection[int]) -> tuple[Number, ...]:
        """The numbers that no assertion holds yet."""
        return tuple(one for one in self.numbers if one.start not in used)

    @cached_property
    def rival_span(self) -> tuple[int, int] | None:
        """Where the statement names what something is compared with."""
        return _rival_span(self)

    @cached_property
    def systems(self) -> tuple[System, ...]:
        """What was trained; several where they are enumerated."""
        return _systems(self, rival=False)

    @cached_property
    def rivals(self) -> tuple[System, ...]:
        """What it is compared with."""
        return _systems(self, rival=True) if self.rival_span else ()

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """What it is measured on: tasks, else an average where the statement speaks of one."""
        return _targets(self)

    @cached_property
    def strange(self) -> tuple[str, ...]:
        """Names of tasks or benchmarks that are not known here."""
        unknown = [
            one.id
            for one in self.named
            if one.kind == lists.UNKNOWN and one.id not in KNOWN and PLACE.search(self.text[: one.start])
        ]
        return (*unknown, *(match[0] for match in OTHER_BENCHMARK.finditer(self.text)))

    @cached_property
    def narrowed(self) -> str:
        """The words that narrow a statement to a part that an assertion has no field for."""
        for match in NARROWING.finditer(self.text):
            words = [word for word in match[1].lower().split() if word not in NEUTRAL and not word.isdigit()]
            if match[2].lower().startswith("language") and len(words) == 1 and vocabulary.find(words[0], vocabulary.LANGUAGE):
                continue
            if words and not _names_a_task(match[1]) and not GENERIC.search(match[0]):
                return f"{match[1]}{match[2]}".strip()
        return ""

    @cached_property
    def split(self) -> str:
        found = {one.id for one in self.named if one.kind == vocabulary.SPLIT} & {"dev", "test"}
        found = {one for one in found if re.search(SPLITS[one], self.text, re.I)}
        return found.pop() if len(found) == 1 else ""

    @cached_property
    def language(self) -> str:
        """The one language that is measured; empty where none or several are named."""
        found = [one for one in self.named if one.kind == vocabulary.LANGUAGE]
        found = [one for one in found if re.search(r"\b(?:on|in|for|to|into)\s+(?:the\s+)?$", self.text[: one.start], re.I)]
        found = [one for one in found if not re.match(r"\s+(?:intermediate|tasks?|data)\b", self.text[one.end :])]
        return found[0].id if len({one.id for one in found}) == 1 else ""

    @cached_property
    def spoken(self) -> str:
        """The languages of the intermediate data, where they are others than English."""
        found = [one.id for one in self.named if one.kind == vocabulary.LANGUAGE and SPOKEN.match(self.text[one.end :])]
        return "+".join(sorted(set(found) - {"en"}))

    def metric(self, near: Number | None = None) -> str:
        """The metric that the statement names; the one nearest to a number where there are several."""
        found = [one for one in self.named if one.kind == vocabulary.METRIC]
        if not found:
            return results.SCORE
        if near is None or len({one.id for one in found}) == 1:
            return found[0].id if len({one.id for one in found}) == 1 else results.SCORE
        return min(found, key=lambda one: min(abs(one.start - near.end), abs(near.start - one.end))).id


SPLITS = {"dev": r"\b(?:dev|development|validation)\b", "test": r"\btest\b(?!\s+(?:whether|if|the))"}
SPOKEN = re.compile(r"(?:[\s-]+language)?[\s-]+(?:intermediate|MNLI|SQuAD|data\b)|[\s-]+(?:and|,)\s+\w+\s+intermediate", re.I)
# What looks like the name of a task and is none.
KNOWN = frozenset("NLP NLI QA NLU STILTs STILTS MLM POS NER BERT GPU LLM LLMs PLM LM CI SOTA XLM".split())


def scene(text: str) -> Scene:
    """One statement, looked through."""
    found = verbs.finite(text)
    return Scene(text, numbers.numbers(text), cues.cues(text), found[0] if found else None, lists.names(text, vocabulary.KINDS))


def _names_a_task(words: str) -> bool:
    return any(one.name.kind in (vocabulary.TASK, vocabulary.BENCHMARK) for one in vocabulary.mentions(words))


COMPARING = re.compile(
    r"\b(?:outperform|beat|surpass|exceed|underperform)(?:s|ed|ing|en)?\b|\b(?:improv\w+|gains?|better|higher|lower|worse|stronger|superior|greater|more\s+\w+"
    r"|larger|points|advantages?|drops?|increases?|%|effective)\s+(?:over|than|to|compared\s+(?:with|to)|relative\s+to|against)\b|\b(?:than|compared\s+(?:with|to)"
    r"|relative\s+to|versus|vs\.?|over)(?=\s+(?:the\s+|a\s+)?(?:\w+\s+)?(?:baseline|training|no\b|without|its|our|single|not\b|[A-Z]))",
    re.I,
)
ENDS = re.compile(r",|\s(?:by|across|when|at|and|but|while)\s|\s(?:on|in|for)\s", re.I)


def _rival_span(of: Scene) -> tuple[int, int] | None:
    match = COMPARING.search(of.text)
    if not match:
        return None
    start = match.end()
    if further := re.match(r"\s+(?:than|over|compared\s+(?:with|to))\b", of.text[start:], re.I):
        start += further.end()
    for end in ENDS.finditer(of.text, start):
        before = of.text[start : end.end()]
        if re.search(rf"\b{TRAIN}(?:\s+(?:first|jointly))?\s+(?:on|in|for)\s$", before, re.I) or (
            end[0].strip() == "and" and re.search(r"\b(?:both|between)\b", before)
        ):
            continue
        return start, end.start()
    return start, len(of.text)


def _systems(of: Scene, rival: bool) -> tuple[System, ...]:
    low, high = of.rival_span or (len(of.text), len(of.text))

    def mine(start: int) -> bool:
        return (low <= start < high) == rival

    found = list[System]()
    for match in MULTITASK.finditer(of.text):
        if mine(match.start()) and not re.search(r"\bnot\s+$", of.text[: match.start()]):
            found.append(System(MULTI, match.start()))
    for match in BEST_MODELS.finditer(of.text):
        if mine(match.start()) and PER_TARGET.search(of.text):
            found.append(System(BEST, match.start(), chosen=CHOSEN[0]))
    for item in of.named:
        if item.kind == vocabulary.TASK and mine(item.start) and _role(of, item) == "system":
            found.append(System(item.id, item.start))
        if item.kind == vocabulary.SYSTEM and item.id == results.BASELINE and mine(item.start):
            found.append(System(results.BASELINE, item.start))
    if multi := [one for one in found if one.intermediate in (MULTI, BEST)]:
        found = multi[:1]  # the tasks beside it are what it is made of
    modelled = any(one.kind == vocabulary.MODEL and mine(one.start) for one in of.named)
    if not found and not rival and modelled and not GENERIC.search(of.text):
        found = [System(results.BASELINE, of.verb.start if of.verb else 0)]
    plain = {one.intermediate: one for one in reversed(found)}
    said = of.text[low:high] if rival else of.text[:low] + of.text[high:]
    how = next((name for pattern, name in METHODS if pattern.search(said)), "full")
    mlm = bool(WITH_MLM.search(said)) and not re.search(r"\bwithout\s+(?:\w+\s+)?MLM", said)
    return tuple(
        System(
            one.intermediate,
            one.start,
            mlm,
            how,
            of.spoken if not rival and one.intermediate != results.BASELINE else "",
            _model(of, mine),
            one.chosen,
        )
        for one in sorted(plain.values(), key=lambda one: one.start)
    )


def _model(of: Scene, mine: Any) -> str:
    """The hub id of the model that a statement names; empty for 'XLM-R', which does not say which, and where it names several."""
    found = {one.id for one in of.named if one.kind == vocabulary.MODEL and mine(one.start)}
    return found.pop() if len(found) == 1 else ""


def _role(of: Scene, item: lists.Item) -> str:
    """Whether a task is what was trained on ('system') or what is measured ('target')."""
    if item.id not in tasks.INTERMEDIATE:
        return "target"
    run = next((run for run in lists.runs(of.text, of.named) if item in run), [item])
    before, after = of.text[: run[0].start], of.text[run[-1].end :]
    if ON.search(before) or INTERMEDIATE.match(after) or re.search(r"\bintermediate[\s-](?:tasks?\s+)?$", before):
        return "system"
    if re.match(r"\s+(?:accuracy|F1|EM|scores?|performance|results?)\b", after) or re.search(
        r"\b(?:accuracy|F1|EM|scores?|performance)\s+(?:on|of)\s+$", before
    ):
        return "target"
    if WITH.search(before) or not PLACE.search(before):
        return "target" if _object(of, item) else "system"
    return "target"


def _object(of: Scene, item: lists.Item) -> bool:
    """Whether a task stands behind a verb that another task or system is the subject of: 'MNLI improves SQuAD'."""
    if of.verb is None or item.start < of.verb.end or WITH.search(of.text[: item.start]):
        return False
    low, high = of.rival_span or (0, 0)
    return not low <= item.start < high


def _targets(of: Scene) -> tuple[str, ...]:
    low, high = of.rival_span or (0, 0)
    found = [
        one.id for one in of.named if one.kind == vocabulary.TASK and not low <= one.start < high and _role(of, one) == "target"
    ]
    if found:
        return tuple(dict.fromkeys(found))
    if WITHOUT_RETRIEVAL.search(of.text):
        return (results.WITHOUT_RETRIEVAL,)
    return (results.AVERAGE,) if AVERAGE.search(of.text) else ()


def single(found: Sequence[System]) -> System | None:
    """The only system of a statement."""
    return found[0] if len(found) == 1 else None
