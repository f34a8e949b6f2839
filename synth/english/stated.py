"""What a statement says of a task or of the study itself: counts, sizes, set-up."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .. import vocabulary
from ..facts import STUDY
from ..records import RELATIONS, Assertion
from . import cues, lists, numbers
from .before import before as right_before
from .found import Found
from .numbers import Number
from .scene import GENERIC, Scene
from .systems import systems

EXAMPLES = ("examples", "samples", "instances", "sentences", "pairs", "questions")
SET_OF = re.compile(
    r"(?:(?:We|They)\s+\w+\s+that\s+)?the\s+(train(?:ing)?|dev(?:elopment)?|validation|test)\s+(?:set|data|split)\s+of\b", re.I
)
COUNTS = (
    "languages tasks datasets benchmarks models seeds runs phases stages labels classes families scripts layers parameters "
    "epochs steps corpora genres domains systems methods settings documents annotators"
).split()
OWN = re.compile(
    r"\b(?:we|our|the\s+(?:study|paper|authors?|experiments?|methodology|method|approach|work)|this\s+(?:study|paper|work)|experiments?"
    r"|methodology)\b",
    re.I,
)
# What a task or a benchmark does with what it has; 'SQuAD improves three tasks' counts nothing of SQuAD.
HOLDS = re.compile(
    r"\b(?:contain|compris|includ|consist|has\b|have\b|had\b|cover|span|evaluat|test(?:s|ed)\b|come|available|with|provid|offer|is\b|are\b)",
    re.I,
)
PASSIVE = re.compile(
    r"\b(?:is|are|was|were)\s+(?:\w+ly\s+)?(?:studied|used|considered|evaluated|investigated|examined|compared|tested|covered|included)\b",
    re.I,
)
SETTINGS = re.compile(
    r"\b(learning\s+rate|batch\s+size|warm-?up|dropout|weight\s+decay|max(?:imum|\.)?\s+(?:sequence\s+)?length"
    r"|sequence\s+length)"
    r"\s*(?:of|is|was|=|:|to)?\s*$",
    re.I,
)
KIND = re.compile(
    r"\b(?:is|are|was|were)\s+(?:(?:an?|the|two|both|all)\s+)*(?:English\s+|cross-lingual\s+|multilingual\s+|intermediate\s+|target\s+)*"
    r"((?:[\w-]+\s+){0,3}?[\w-]+)\s+(?:intermediate\s+|target\s+)*(?:tasks?|targets?|data\s?sets?|benchmarks?)\b",
    re.I,
)
KIND_OF = re.compile(
    r"\b(?:is|are|was|were)\s+(?:(?:an?|the|two|both)\s+)?(?:intermediate\s+|target\s+)?tasks?\s+(?:of|for)\s+([\w -]+?)"
    r"(?=\s+(?:that|which|with|without|and\s+have)\b|[,.;]|$)",
    re.I,
)
APPOSED = re.compile(
    r"^,\s+(?:the\s+)?(?:two\s+|both\s+|an?\s+)?((?:[\w-]+\s+){0,3}?[\w-]+)\s+(?:intermediate\s+|target\s+)*tasks?\b", re.I
)
SOURCED = re.compile(
    r"\b(?:sourced|drawn|taken|derived|collected|built|created|extracted|comes?|came)\s+(?:mainly\s+|mostly\s+)?from\s+(?:the\s+)?"
    r"([^,;.()]+?)(?=\s+(?:and\s+(?:has|is|contains)|with|that|which|by|in\s+\d)\b|[,;.()]|$)",
    re.I,
)
NO_KIND = frozenset(
    "worst best-performing worst-performing strongest weakest highest lowest largest smallest "
    "difficult hard easy popular common new good different same similar challenging useful standard best only first second main "
    "single target intermediate".split()
)
STARTING = re.compile(
    r"\bstarting\s+point|\bfor\s+all\s+(?:our\s+|the\s+)?experiments|\b(?:base|pretrained|underlying|backbone)\s+(?:model|encoder)"
    r"|\bas\s+(?:the|our|a)\s+(?:encoder|backbone)|\bstart(?:s|ing)?\s+from",
    re.I,
)
NO_TRAINING = re.compile(
    r"\b(?:no|without|lack(?:s|ing)?(?:\s+of)?)\s+(?:any\s+|its\s+own\s+|their\s+own\s+)?training\s+(?:data|examples|set)", re.I
)


def read(of: Scene, found: Found) -> None:
    """Counts, sizes and set-up, of a task where one is named and else of the study."""
    if of.hedge and of.hedge.lower() not in ("could", "whether"):
        return
    for number in of.numbers:
        if SETTINGS.search(right_before(of.text, number.start)):
            _setting(of, number, found)
        elif number.unit in EXAMPLES and number.relation != numbers.SPREAD:
            _size(of, number, found)
        elif number.unit in COUNTS:
            _count(of, number, found)
    _once(of, found)
    _kinds(of, found)
    _model(of, found)


def _once(of: Scene, found: Found) -> None:
    """Two counts of one and the same thing are of different things: 'three annotators from a pool of six annotators'."""
    for one in list(found.asserts):
        others = [
            other for other in found.asserts if (other.about, other.what) == (one.about, one.what) and other.value != one.value
        ]
        if others:
            found.asserts = [other for other in found.asserts if other != one and other not in others]
            for number in of.numbers:
                if _value(number) in (one.value, *(other.value for other in others)):
                    found.leave(number, f"one of several counts of {one.what}")


def _value(number: Number) -> str:
    """The characters of the claim; evaluating reads '9' and 'nine' alike."""
    if any(one.isdigit() for one in number.text):
        return number.printed or number.text
    return number.text.lower()


def _stated(kind: str, about: str, what: str, number: Number) -> list[Assertion]:
    if number.relation == numbers.BETWEEN:
        return []
    relation = number.relation if number.relation in RELATIONS else numbers.EQUAL
    return [Assertion(kind, about=about, what=what, value=_value(number), relation=relation)]


def _size(of: Scene, number: Number, found: Found) -> None:
    named = _tasks(of)
    part = (
        re.search(r"\b(train\w*|dev\w*|validation|test)\b", number.noun, re.I)
        or re.match(r"[\s\w]*?\bfor\s+(training|development|validation|testing)\b", of.text[number.end :], re.I)
        or SET_OF.match(of.text)
    )
    if (
        number.unit in ("sentences", "questions", "pairs")
        and not part
        and not re.search(r"\b(?:contain|compris|consist|has|have)", of.text)
    ):
        return
    if len(named) != 1 or of.negated:
        found.leave(number, "of which task it is the size is not clear" if not of.negated else "the statement is negated")
        return
    words = {"train": "training examples", "dev": "dev examples", "val": "dev examples", "tes": "test examples"}
    what = next((words[start] for start in words if part and part[1].lower().startswith(start)), "examples")
    found.add(_stated("size", named[0], what, number), number)


def _count(of: Scene, number: Number, found: Found) -> None:
    """How many languages, tasks, phases; of what is the subject of the statement."""
    what = "tasks" if number.unit == "datasets" and "task" in number.noun else number.unit
    noun = number.noun.lower()
    if what == "tasks":
        as_such = re.search(r"\bas\s+(intermediate|target)\s+tasks", of.text[number.end :], re.I)
        noun += f" {as_such[1].lower()}" if as_such else ""
        what = (
            "intermediate tasks"
            if "intermediate" in noun
            else "target tasks"
            if "target" in noun or "xtreme" in noun
            else "tasks"
        )
    if what in ("phases", "stages"):
        what = "phases"
    before = of.text[: number.start]
    if re.search(r"\b(?:the|these|those)\s+$", before):
        found.used.add(number.start)  # 'the two tasks' are counted elsewhere
        return
    if of.negated:
        found.leave(number, "the statement is negated")
        return
    subject = of.text[: of.verb.start] if of.verb and of.verb.start < number.start else before
    about = _about(of, subject)
    benchmark = about in [one.id.lower() for one in of.names(vocabulary.BENCHMARK)] and not of.of(cues.DIRECTION)
    own = about == STUDY and not of.of(cues.DIRECTION) and not (number.value == 1 and number.text.isalpha())
    holds = benchmark or (about not in ("", STUDY) and HOLDS.search(of.text[len(subject) : number.start]))
    if (own and what != "tasks") or holds:
        found.add(_stated("count", about, what, number), number)
    elif what in ("tasks", "target tasks", "intermediate tasks", "languages", "seeds"):
        found.used.add(number.start)  # it says of which set the statement speaks: 'the average over nine tasks'


def _about(of: Scene, subject: str) -> str:
    """What a count belongs to: a benchmark or task that is the subject, else the study, where it is the one who acts."""
    here = [one for one in of.named if one.end <= len(subject)]
    for kind in (vocabulary.BENCHMARK, vocabulary.TASK):
        found = {one.id for one in here if one.kind == kind}
        if len(found) == 1:
            return found.pop().lower()
    models = [of.text[one.start : one.end] for one in here if one.kind == vocabulary.MODEL]
    if len(models) == 1 and not OWN.search(subject):
        return models[0]
    return (
        STUDY
        if OWN.search(subject) or PASSIVE.search(of.text) or (not here and not systems(of) and GENERIC.search(of.text))
        else ""
    )


def _setting(of: Scene, number: Number, found: Found) -> None:
    match = SETTINGS.search(right_before(of.text, number.start))
    named = _tasks(of)
    if match and re.match(r",|\s+(?:or|and|to)\s+[\d.]", of.text[number.end :]) and _goes_on(of, number):
        found.leave(number, f"one of several values of the {match[1].lower()}")
    elif match and len(named) <= 1 and not of.negated:
        what = re.sub(r"\s+", " ", match[1].lower())
        found.add(_stated("setup", named[0] if named else STUDY, what, number), number)


def _goes_on(of: Scene, number: Number) -> bool:
    """Whether further numbers follow in an enumeration: 'a learning rate of 1e-5, 2e-5 or 3e-5'."""
    after = next((one for one in of.numbers if one.start > number.end), None)
    return after is not None and bool(re.fullmatch(r"\s*(?:,|,?\s*(?:or|and|to))\s*", of.text[number.end : after.start]))


def _tasks(of: Scene) -> list[str]:
    return list(dict.fromkeys(one.id for one in of.named if one.kind == vocabulary.TASK))


def _kinds(of: Scene, found: Found) -> None:
    """'X is a span extraction task sourced from Wikipedia'."""
    first = [one for one in of.named if one.kind == vocabulary.TASK]
    kind = KIND_OF.search(of.text) or KIND.search(of.text)
    if first and kind:
        subjects = [one for one in first if one.end <= kind.start() and not _denied(of, one.end, kind.end())]
        _say(found, subjects, "kind", kind[1])
        if NO_TRAINING.search(of.text, kind.end()):
            found.add(Assertion("size", about=one.id, what="training examples", value="0") for one in subjects)
    else:
        for place, one in enumerate(first):
            apposed = APPOSED.match(of.text[one.end :])
            if apposed and "intermediate" not in apposed[0] and not _denied(of, one.end, one.end + apposed.end()):
                _say(found, first[: place + 1], "kind", apposed[1])
                break
    if source := SOURCED.search(of.text):
        subjects = [one for one in first if one.end <= source.start() and not _denied(of, one.end, source.end())]
        _say(found, subjects, "genre", source[1])


def _denied(of: Scene, start: int, end: int) -> bool:
    """Whether a negation stands between a name and what is said of it."""
    return any(start <= one.start < end for one in of.of(cues.NEGATION))


def _say(found: Found, subjects: Sequence[lists.Item], what: str, value: str) -> None:
    words = value.strip()
    if not words or re.search(r"\b(?:than|other|better|worse|more|less)\b", words, re.I) or set(words.lower().split()) & NO_KIND:
        return
    found.add(Assertion("setup", about=one.id, what=what, value=words) for one in subjects)


def _model(of: Scene, found: Found) -> None:
    """'uses the pretrained XLM-R Large as the starting point'."""
    models = [one for one in of.named if one.kind == vocabulary.MODEL]
    if len(models) != 1 or of.negated or not STARTING.search(of.text) or not OWN.search(of.text):
        return
    found.add([Assertion("setup", about=STUDY, what="model", value=of.text[models[0].start : models[0].end])])
