"""What one statement speaks of: names, numbers, cues, targets, splits, languages. Read once, used by every kind of assertion."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from replicate import results, tasks

from .. import vocabulary
from . import cues, lists, narrow, numbers, qualified, verbs
from .before import before as right_before
from .clauses import REPORTING
from .cues import Cue
from .numbers import Number
from .voices import PASSIVE

TRAIN = r"(?:(?:re-?|pre-?)?train(?:ing|ed|s)?|fine-?tun(?:ing|ed|es?)|transfer(?:ring|red|s)?|learning)"
FIRST = r"(?:first\s+|jointly\s+|simultaneously\s+|a\s+model\s+|models\s+)?"
ON = re.compile(rf"\b{TRAIN}\s+{FIRST}(?:on|with|from|using)\s+(?:the\s+|English\s+)*$", re.I)
WITH = re.compile(r"\b(?:with|from|after|using|via|by|through|adding|including)\s+(?:the\s+)?$", re.I)
PLACE = re.compile(r"\b(?:on|for|in|across|over|to|of|at)\s+(?:the\s+)?(?:\w+\s+(?:and|or)\s+)?$", re.I)
INTERMEDIATE = re.compile(
    r"^\s*(?:v?\d(?:\.\d)?\s*)?(?:as\s+(?:an\s+|the\s+)?)?(?:intermediate|first\b|pre-?training"
    r"|training\b(?!\s+(?:data|set|examples)))",
    re.I,
)
INTERMEDIATE_BEFORE = re.compile(r"\bintermediate[\s-](?:tasks?\s+)?$", re.I)
IS_BEST = re.compile(r"\b(?:best|effective|helpful)\s+(?:intermediate\s+)?(?:task|training)\b[^,.]*\b(?:is|was|are)\s+$", re.I)
SCORES = r"(?:accuracy|F1|EM|scores?|performance|results?)\b"
SCORED_ON = re.compile(r"\b(?:accuracy|F1|EM|scores?|performance)\s+(?:on|of)\s+$", re.I)
GENERIC = re.compile(
    r"\bintermediate(?:[\s-]+(?:tasks?|training|fine-?tuning|language))+|\bintermediate\b(?=\s+(?:data|training)|$)|\bSTILTs?\b",
    re.I,
)
AVERAGE = re.compile(
    r"\b(?:on\s+)?average\b|\bavg\b|\bmean\b|\boverall\b|\bmacro-average\b|\bXTREME\b(?!-)|\bdownstream\b|\bperformance\b"
    r"|\btarget[\s-]+(?:task\s+)?(?:tasks?|performance)",
    re.I,
)
WITHOUT_RETRIEVAL = re.compile(
    r"\b(?:without|excluding|except(?:ing)?(?:\s+for)?|w/o|leaving\s+out)\s+(?:the\s+)?(?:sentence[\s-]+)?retrieval", re.I
)
OTHER_BENCHMARK = re.compile(r"\bXTREME-R\b|\bXTREME-UP\b|\bXGLUE\b|\bSuperGLUE\b|\bGLUE\b")
# 'adding MLM to SQuAD' is SQuAD with MLM, over SQuAD without.
ADDS_MLM = re.compile(
    r"\b(?:adding|adds|add|addition\s+of)\s+(?:the\s+|multilingual\s+|continued\s+)*(?:MLM|masked\s+language[\s-]+model(?:l?ing)?)\b"
    r"(?:\s+(?:objective|loss|training))?\s+(?:to|during|in|on\s+top\s+of)\s+(?:the\s+)?(?:intermediate\s+)?(?:training\s+on\s+)?$",
    re.I,
)
SPLITS = {"dev": r"\b(?:dev|development|validation)\b", "test": r"\btest\b(?!\s+(?:whether|if|the))"}
SPOKEN = re.compile(r"(?:[\s-]+language)?[\s-]+(?:intermediate|MNLI|SQuAD|data\b)|[\s-]+(?:and|,)\s+\w+\s+intermediate", re.I)
# What looks like the name of a task and is none.
KNOWN = frozenset("NLP NLI QA NLU STILTs STILTS STILT MLM POS NER BERT GPU LLM LLMs PLM LM CI SOTA XLM LoRA MAD-X MTL".split())
# 'a gain of 5.4 points over the nine target tasks' is one on average, and over nothing that is named.
AVERAGED = r"\s+(?:(?:all|the|our|these|nine|9|of)\s+)*(?:XTREME\s+|target\s+|XTREME\s+target\s+)(?:tasks|datasets)\b"
COMPARING = re.compile(
    r"\b(?:outperform|beat|surpass|exceed|underperform)(?:s|ed|ing|en)?\b"
    r"|\b(?:instead\s+of|rather\s+than|as\s+opposed\s+to|in\s+place\s+of)\b"
    r"|\b(?:improv\w+|gains?|better|higher|lower|worse|stronger|superior|greater|more\s+\w+|larger|points|advantages?|drops?|increases?"
    rf"|%|effective)\s+(?:over(?!{AVERAGED})|than|compared\s+(?:with|to)|relative\s+to|against)\b|\b(?:superior|inferior)\s+to\b"
    r"|\b(?:than|compared\s+(?:with|to)|relative\s+to|versus|vs\.?|over)"
    rf"(?!(?<=over){AVERAGED})(?=\s+(?:the\s+|a\s+)?(?:\w+\s+)?(?:baseline|training|no\b|without|its|our|single|not\b|(?-i:[A-Z])))",
    re.I,
)
ENDS = re.compile(r",|\s(?:by|across|when|at|and|but|while)\s|\s(?:on|in|for)\s", re.I)
TRAINED = re.compile(rf"\b{TRAIN}(?:\s+(?:first|jointly))?\s+(?:on|in|for)\s$", re.I)


@dataclass(frozen=True, eq=False)
class Scene:
    """One statement with everything that was found in it. It is equal to itself alone, so that what is made of it can be kept."""

    text: str
    numbers: tuple[Number, ...]
    cues: tuple[Cue, ...]
    verb: verbs.Verb | None
    named: tuple[lists.Item, ...]

    def of(self, kind: str) -> tuple[Cue, ...]:
        return tuple(one for one in self.cues if one.kind == kind)

    def names(self, kind: str) -> list[lists.Item]:
        return [one for one in self.named if one.kind == kind]

    def left(self, used: Collection[int]) -> tuple[Number, ...]:
        """The numbers that no assertion holds yet."""
        return tuple(one for one in self.numbers if one.start not in used)

    @cached_property
    def rows(self) -> list[list[lists.Item]]:
        """The names that stand in rows."""
        return lists.runs(self.text, self.named)

    @cached_property
    def negated(self) -> bool:
        return bool(self.of(cues.NEGATION))

    @cached_property
    def hedge(self) -> str:
        """The word that takes a statement half back; 'can' and 'suggest' do not."""
        return next((one.text for one in self.of(cues.HEDGE) if one.text.lower() not in ("can", "suggest", "suggests")), "")

    @cached_property
    def rival_span(self) -> tuple[int, int] | None:
        """Where the statement names what something is compared with."""
        match = COMPARING.search(self.text)
        if not match:
            return None
        start = match.end()
        if further := re.match(r"\s+(?:than|over|compared\s+(?:with|to))\b", self.text[start:], re.I):
            start += further.end()
        for end in ENDS.finditer(self.text, start):
            before = self.text[start : end.end()]
            if match.start() and self._enumerated(start, end):
                continue
            if not TRAINED.search(before) and not (end[0].strip() == "and" and re.search(r"\b(?:both|between)\b", before)):
                return start, end.start()
        return start, len(self.text)

    def _enumerated(self, start: int, gap: re.Match[str]) -> bool:
        """Whether a comma or an 'and' stands between rivals of one row: 'outperforms CCG, MNLI and QQP'."""
        rows = [run for run in self.rows if start <= run[0].start]
        row = next((run for run in rows if run[0].end <= gap.start() and gap.end() <= run[-1].start), None)
        return row is not None and bool(re.search(r"\band\b", self.text[row[0].end : row[-1].start]))

    def compared(self, start: int) -> bool:
        """Whether a place belongs to what something is compared with."""
        low, high = self.rival_span or (0, 0)
        return low <= start < high

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """What it is measured on: tasks, else an average where the statement speaks of one."""
        found = [one.id for one in self.names(vocabulary.TASK) if not self.compared(one.start) and self.role(one) == "target"]
        if found:
            return tuple(dict.fromkeys(found))
        if WITHOUT_RETRIEVAL.search(self.text):
            return (results.WITHOUT_RETRIEVAL,)
        return (results.AVERAGE,) if AVERAGE.search(self.text) else ()

    def role(self, item: lists.Item) -> str:
        """Whether a task is what was trained on ('system') or what is measured ('target')."""
        if item.id not in tasks.INTERMEDIATE:
            return "target"
        row = next((run for run in self.rows if run[0].start <= item.start <= run[-1].start and item in run), [item])
        # 'On XNLI, SQuAD drops' and 'compared to MNLI, SQuAD gains' enumerate nothing.
        apart = self.compared(item.start)
        run = [one for one in row if one.id in tasks.INTERMEDIATE and self.compared(one.start) == apart]
        before, after = right_before(self.text, run[0].start), self.text[run[-1].end :]
        if (
            ADDS_MLM.search(before)
            or ON.search(before)
            or INTERMEDIATE.match(after)
            or INTERMEDIATE_BEFORE.search(before)
            or self.compared(item.start)
        ):
            return "system"
        if re.match(rf"\s+{SCORES}", after, re.I) or SCORED_ON.search(before):
            return "target"
        if WITH.search(before) or IS_BEST.search(self.text[: run[0].start]):
            return "system"
        # 'the mean gain is 8.2 points for SQuAD': what is measured is named already.
        others = AVERAGE.search(self.text) or any(one.id not in tasks.INTERMEDIATE for one in self.names(vocabulary.TASK))
        if others and re.search(r"\bfor\s+$", before):
            return "system"
        # 'MNLI improves SQuAD': behind the verb stands what is measured.
        behind = self.verb is not None and item.start >= self.verb.end
        return "target" if behind or (PLACE.search(before) and before.strip().lower() not in ("of", "for")) else "system"

    @cached_property
    def strange(self) -> tuple[str, ...]:
        """Names of tasks or benchmarks that are not known here."""
        unknown = [one.id for one in self.names(lists.UNKNOWN) if one.id not in KNOWN]
        return (*unknown, *(match[0] for match in OTHER_BENCHMARK.finditer(self.text)))

    @cached_property
    def narrowed(self) -> str:
        """The words that narrow a statement to a part, or tie it to a condition, that an assertion has no field for."""
        return narrow.narrowed(self.text, self.verb)

    @cached_property
    def qualified(self) -> str:
        """Why no assertion can say a statement as it is meant: it is trained otherwise, or compared with something unknown."""
        if words := qualified.otherwise(self.text):
            return f"an assertion has no field for '{words}'"
        compared = COMPARING.search(self.text)
        known = (compared.start(), self.rival_span[1]) if compared and self.rival_span else None
        words = qualified.uncompared(self.text, known)
        if not words and self.rival_span and qualified.foreign_baseline(self.text[self.rival_span[0] :]):
            words = self.text[slice(*self.rival_span)].strip(" .")
        return f"what it is compared with is not clear: '{words}'" if words else ""

    @cached_property
    def several(self) -> str:
        """What a statement names twice, so that its number might belong to either: splits, languages, models."""
        spoken = {one.id for one in self.names(vocabulary.LANGUAGE) if not SPOKEN.match(self.text[one.end :])}
        models = {self.text[one.start : one.end] for one in self.names(vocabulary.MODEL) if not self.compared(one.start)}
        found = (("splits", self._splits), ("languages", spoken - {"en"}), ("models", models))
        return next((f"it names several {what}" for what, which in found if len(which) > 1), "")

    @cached_property
    def adds_mlm(self) -> bool:
        """Whether it says what MLM adds to a training: 'adding MLM to SQuAD improves the average'."""
        return any(ADDS_MLM.search(right_before(self.text, one.start)) for one in self.names(vocabulary.TASK))

    @cached_property
    def passive(self) -> bool:
        """Whether something is outperformed and by what could not be made out."""
        return bool(PASSIVE.search(self.text))

    @cached_property
    def _splits(self) -> set[str]:
        named = {one.id for one in self.names(vocabulary.SPLIT)}
        return {name for name, pattern in SPLITS.items() if name in named and re.search(pattern, self.text, re.I)}

    @property
    def split(self) -> str:
        return next(iter(self._splits)) if len(self._splits) == 1 else ""

    @cached_property
    def language(self) -> str:
        """The one language that is measured; empty where none or several are named."""
        found = [one for one in self.names(vocabulary.LANGUAGE) if IN.search(right_before(self.text, one.start))]
        found = [one for one in found if not re.match(r"\s+(?:intermediate|tasks?|data)\b", self.text[one.end :])]
        return found[0].id if len({one.id for one in found}) == 1 else ""

    @cached_property
    def spoken(self) -> str:
        """The languages of the intermediate data, where they are others than English."""
        found = {one.id for one in self.names(vocabulary.LANGUAGE) if SPOKEN.match(self.text[one.end :])}
        return "+".join(sorted(found - {"en"}))

    def metric(self, near: Number | None = None) -> str:
        """The metric that the statement names; the one nearest to a number where there are several."""
        found = self.names(vocabulary.METRIC)
        if len({one.id for one in found}) == 1:
            return found[0].id
        if not found or near is None:
            return results.SCORE
        return min(found, key=lambda one: min(abs(one.start - near.end), abs(near.start - one.end))).id


IN = re.compile(r"\b(?:on|in|for|to|into)\s+(?:the\s+)?$", re.I)


def scene(text: str) -> Scene:
    """One statement, looked through."""
    frame = REPORTING.match(text)  # 'we find that': what is found has the verb that counts
    found = [one for one in verbs.finite(text) if frame is None or one.start >= frame.end()]
    named = lists.names(text, vocabulary.KINDS)
    return Scene(text, numbers.numbers(text), cues.cues(text), found[0] if found else None, named)
