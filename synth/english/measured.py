"""Numbers that a system scores: gains ('raises the average by 8.2 points') and levels ('reaches 79.2 accuracy on XNLI')."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Sequence
from dataclasses import replace

from replicate import results, tasks

from .. import vocabulary
from ..records import RELATIONS, Assertion
from . import cues, numbers, units
from .before import before as right_before
from .found import Found
from .numbers import Number
from .scene import AVERAGED, Scene
from .systems import System, rivals, single, systems

DOWN = re.compile(
    r"\b(?:drop|declin|decreas|reduc|los[est]|loss|lower|wors|degrad|hurt|harm|fall|fell|deteriorat|impair|diminish|underperform"
    r"|points?\s+(?:below|behind|less))",
    re.I,
)
UP = re.compile(
    r"\b(?:improv|gain|increas|rais|ris(?:e|es|en|ing)\b|rose|boost|better|higher|outperform|exceed|surpass|beat|benefit|help|enhanc"
    r"|advantage|points?\s+(?:over|above|ahead|more))",
    re.I,
)
WAYS = ((cues.DOWN, DOWN), (cues.UP, UP))
# Less of these is better, so 'reduces the error by 3 points' is no loss.
BAD = re.compile(r"\b(?:error|errors|loss\b|perplexity|gap|gaps|variance|difference|differences|time|cost|deviation)\b", re.I)
ABSOLUTE = re.compile(r"\babsolute\b", re.I)
RELATIVE = re.compile(r"\b(?:relative|relatively|normali[sz]ed)\b(?!\s+to)", re.I)
FROM_TO = re.compile(r"\bfrom\s+(?:\w+\s+){0,3}$", re.I)
THEN_TO = re.compile(r"\s*(?:%|points?)?\s*(?:up\s+|down\s+)?to\s+(?:about\s+)?")
ROUGHLY = (
    r"(?:(?:about|only|just|up\s+to|at\s+least|at\s+most|more\s+than|around|roughly|nearly|almost|over|an?\s+average\s+of)\s+)*"
)
LEVEL = re.compile(
    r"(?:\b(?:reach\w*|achiev\w*|attain\w*|obtain\w*|scor(?:e|es|ed|ing)|get|gets|got|is|are|was|were|has|have|at|with|equals?)\s+"
    r"(?:an?\s+|the\s+|its\s+)?(?:[\w@-]+\s+){0,3}?(?:of\s+)?"
    r"|\b(?:accuracy|F1|F-1|EM|scores?|average|exact\s+match|performance|mAP@20)\s+(?:score\s+)?(?:(?:of|is|was|=|:|to|at)\s*)?)"
    rf"{ROUGHLY}$",
    re.I,
)
# 'reaches 31.0 points of accuracy on Tatoeba': points that are the score itself.
SCORES = r"(?:accuracy|F1|F-1|EM|exact\s+match|mAP@20)"
REACHED = re.compile(
    rf"\b(?:reach\w*|achiev\w*|attain\w*|obtain\w*|scor(?:es?|ed|ing))\s+(?:an?\s+(?:{SCORES}\s+)?(?:score\s+)?of\s+)?{ROUGHLY}$",
    re.I,
)
SCORE_OF = re.compile(rf"\b(?:an?|the|its)\s+{SCORES}\s+(?:score\s+)?of\s+{ROUGHLY}$", re.I)
POINTS_OF = re.compile(
    rf"\s+(?:points?\s+of\s+(?:{SCORES}|the\s+average)|{SCORES}\s+points?)(?=\s*[.,;]|\s*$|\s+(?:on|in|for|over)\b)", re.I
)
PLAIN_POINTS = re.compile(r"\s+points?(?=\s*[.,;]|\s*$|\s+(?:on|in|for)\b)", re.I)
MORE = re.compile(rf"\b(?:more|less|fewer|higher|lower|better|worse|above|below|ahead|behind|than|over(?!{AVERAGED}))\b", re.I)
NO_SCORE = re.compile(
    r"\b(?:correlat\w+|pearson|spearman|kappa|probabilit\w+|BLEU|deviations?|threshold|temperature|ratio|fraction|proportion|share|hours?"
    r"|quality)\b",
    re.I,
)
THEN_METRIC = re.compile(
    r"\s*%?\s*(?:points?\s+)?(?:accuracy|acc\b|F1|F-1|EM\b|exact\s+match|mAP@20)|\s*%?\s+(?:on|for|in)\b", re.I
)


def read(of: Scene, found: Found) -> None:
    """The gains and levels of a statement; a number whose system or target is not named stays with its reason."""
    open_numbers = [one for one in of.numbers if one.start not in found.used and one.unit in ("", units.POINTS, units.PERCENT)]
    changed = _from_to(of, open_numbers, found)
    for number in open_numbers:
        if number in changed:
            continue
        if not number.unit and not any(one.isdigit() for one in number.text):
            found.used.add(number.start)  # 'the two targets': spelt out it counts something, and no score
            continue
        if number.relation == numbers.SPREAD:
            found.used.add(number.start)  # the spread of a number is no number of its own
        elif _points_reached(of, number):
            _level(of, number, found)
        elif way := _way(of, number):
            _gain(of, number, way, found, changed)
        elif given := _given(of, number):
            if given == "gain":
                _gain(of, number, cues.UP, found, changed)
            else:
                found.leave(number, "it may be a gain or the score itself")
        elif number.unit != units.POINTS and _is_level(of, number):
            _level(of, number, found)
        elif number.unit in (units.POINTS, units.PERCENT):
            found.leave(number, "what it measures is not said")
    _once(of, found)


def _once(of: Scene, found: Found) -> None:
    """Two numbers for one and the same thing: the statement tells them apart by something that was not understood."""
    said: dict[Assertion, list[Assertion]] = {}
    for one in found.asserts:
        if one.kind in ("gain", "level") and one.relation not in (numbers.LEAST, numbers.MOST):
            said.setdefault(replace(one, value="", relation=""), []).append(one)
    twice = {one for several in said.values() if len(several) > 1 for one in several}
    if twice:
        found.asserts = [one for one in found.asserts if one not in twice]
        values = {one.value.lstrip("-") for one in twice}
        for number in of.numbers:
            if number.printed.lstrip("-") in values:
                found.leave(number, "one of several numbers for the same thing")


@functools.lru_cache(maxsize=1 << 8)
def _has(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a statement has something anywhere; asked for each of its numbers, looked for once."""
    return bool(pattern.search(text))


@functools.lru_cache(maxsize=1 << 8)
def _ways(text: str) -> tuple[tuple[int, int, str], ...]:
    """Where the words stand that say which way a difference goes."""
    return tuple((*match.span(), way) for way, pattern in WAYS for match in pattern.finditer(text))


def _way(of: Scene, number: Number) -> str:
    """'up' or 'down' where a number is a difference, by the nearest word that says so."""
    if number.unit != units.POINTS and not _by(of.text, number):
        return ""
    if right_before(of.text, number.start).rstrip().endswith("+") or number.text.startswith("+"):
        return cues.UP
    near = [(_gap(start, end, number), way) for start, end, way in _ways(of.text)]
    if not near:
        return cues.DOWN if number.value < 0 else ""
    gap, way = min(near)
    return way if gap < REACH else ""


def _given(of: Scene, number: Number) -> str:
    """'gain' where points are what a training gives; 'either' where they may as well be the score that it reaches."""
    before = right_before(of.text, number.start)
    if number.unit != units.POINTS or not (match := ADDS.search(before) or GIVES.search(before)):
        return ""
    given = number.start - len(before) + match.start()
    if not any(one.start < given and one.intermediate != results.BASELINE for one in systems(of)):
        return ""
    large = bool(GIVES.search(before)) and abs(number.value) >= A_SCORE
    return "either" if large or re.match(r"\s+points?\s+of\s+", of.text[number.end :]) else "gain"


REACH = 90  # characters from 'improvement' to its number, enumerations included


def _gap(start: int, end: int, number: Number) -> int:
    return number.start - end if end <= number.start else 2 * max(0, start - number.end)


CHANGE = (
    r"(?:improve\w*|gains?|increases?|boosts?|drops?|decreases?|declines?|loss|losses|degradations?|reductions?|rise|benefits?"
    r"|advantage)"
)
OF = r"(?:\s+(?:on|in|for|over|from|with)\s+(?:[\w-]+\s+){1,4}?)?\s*\(?\s*(?:of|is|was|were|to\s+be)?\s*"
# 'gives 3.8 points', 'adds 49.8 points': what a training gives is a gain, unless it may be the score itself.
ADDS = re.compile(rf"\b(?:adds?|added|brings?|brought|earns?|earned)\s+{ROUGHLY}$", re.I)
GIVES = re.compile(rf"\b(?:gives?|gave|yields?|yielded)\s+{ROUGHLY}$", re.I)
A_SCORE = 20  # points that 'gives' from here on may be a score as well as a gain
BY = re.compile(rf"(?:\bby\s+|\b{CHANGE}{OF}){ROUGHLY}[+\-\u2212]?$", re.I)


def _by(text: str, number: Number) -> bool:
    """'improves by 5.4', 'an improvement of 5.4', '+5.4': a number without a unit that is a difference all the same."""
    return (
        number.text.startswith("+")
        or (number.value < 0 and text.endswith("(", 0, number.start))
        or bool(BY.search(right_before(text, number.start)))
    )


def _gain(of: Scene, number: Number, way: str, found: Found, changed: Sequence[Number]) -> None:
    why = _against(of, number) or (_ADDED if of.adds_mlm else "") or ("less of it may be better" if _has(BAD, of.text) else "")
    if number.unit == units.PERCENT and not _has(ABSOLUTE, of.text) and not _adds_up(number, changed):
        why = why or "a percentage may be points or a share of the old score"
    if of.rival_span and any(number.end <= one.start < of.rival_span[0] for one in of.numbers):
        why = why or "which of its numbers is over what is not clear"
    if _has(RELATIVE, of.text):
        why = why or "a relative change, not points"
    system, over, target = single(systems(of)), _over(of), _target(of, default=True)
    why = why or _foreign(of, number, target)
    other = _other_model(of) if over is None else ""
    over = results.BASELINE if other else over
    if why or isinstance(target, tuple) or system is None or over is None or (_same(system, over) and not other):
        nameless = "what it is over is not named" if over is None else "no single system is named"
        unbound = target[0] if isinstance(target, tuple) else nameless
        found.leave(number, why or unbound)
        return
    value = _signed(number, way)
    made = Assertion(
        "gain",
        **{**system.fields(), "target": target, "over": over, "over_model": other, "chosen": system.chosen, "value": value},
        metric=_metric(of, number, target),
        language=of.language or results.ALL,
        split=of.split,
    )
    found.add(_related(made, number, way), number)


_ADDED = "what MLM adds is over the same training without it, and no gain is counted from there"


def _adds_up(number: Number, changed: Sequence[Number]) -> bool:
    """'from 68.1% to 74.2% (+6.1%)': what is the difference of two scores is in points."""
    return len(changed) == 2 and abs(changed[1].value - changed[0].value) == abs(number.value)


def _signed(number: Number, way: str) -> str:
    """The number's own characters, with a minus where the statement says that it goes down."""
    return f"-{number.printed}" if way == cues.DOWN and number.value > 0 else number.printed


TURNED = {numbers.LEAST: numbers.MOST, numbers.MOST: numbers.LEAST, numbers.MORE: numbers.LESS, numbers.LESS: numbers.MORE}


def _related(made: Assertion, number: Number, way: str = cues.UP) -> list[Assertion]:
    """An assertion with the relation of its number; a range is two of them, and a loss turns relations round."""
    falls = way == cues.DOWN and number.value > 0
    if number.relation == numbers.BETWEEN:
        low, high = re.findall(r"\d[\d,]*(?:\.\d+)?", number.text)
        low, high = (f"-{high}", f"-{low}") if falls else (low, high)
        return [replace(made, value=low, relation=numbers.LEAST), replace(made, value=high, relation=numbers.MOST)]
    relation = TURNED.get(number.relation, number.relation) if falls else number.relation
    said = replace(made, relation=relation if relation in RELATIONS else numbers.EQUAL)
    if made.kind == "gain" and number.value > 0 and number.relation in (numbers.MOST, numbers.LESS):
        # 'hurts by at most 6 points' is no gain, however far above -6 it may be.
        return [said, replace(made, value="0", relation=numbers.MOST if falls else numbers.LEAST)]
    return [said]


def _is_level(of: Scene, number: Number) -> bool:
    if _has(NO_SCORE, of.text) or number.relation == numbers.BETWEEN:
        return False
    before, after = right_before(of.text, number.start), of.text[number.end :]
    return bool(LEVEL.search(before) or THEN_METRIC.match(after))


def _points_reached(of: Scene, number: Number) -> bool:
    """Points that are the score itself and no difference: 'reaches 31.0 points of accuracy on Tatoeba'."""
    if number.unit != units.POINTS or _has(NO_SCORE, of.text):
        return False
    before, after = right_before(of.text, number.start), of.text[number.end :]
    reached = (REACHED.search(before) and POINTS_OF.match(after)) or (SCORE_OF.search(before) and PLAIN_POINTS.match(after))
    return bool(reached) and number.relation != numbers.BETWEEN and not MORE.search(re.split(r"[,;]\s", after, maxsplit=1)[0])


def _level(of: Scene, number: Number, found: Found) -> None:
    why, system, target = _against(of, number), single(systems(of)), _target(of, default=False)
    why = why or _foreign(of, number, target)
    if why or system is None or isinstance(target, tuple) or not 0 <= number.value <= 100:
        unbound = target[0] if isinstance(target, tuple) else "no single system is named" if system is None else "no score"
        found.leave(number, why or unbound)
        return
    made = Assertion(
        "level",
        **{**system.fields(), "target": target, "value": _signed(number, cues.UP)},
        metric=_metric(of, number, target),
        language=of.language or results.ALL,
        split=of.split,
    )
    found.add(_related(made, number), number)


def _from_to(of: Scene, there: Sequence[Number], found: Found) -> list[Number]:
    """'from 70.1 to 78.3' are two levels: of the baseline, and of the system."""
    for first, second in itertools.pairwise(there):
        if FROM_TO.search(right_before(of.text, first.start)) and THEN_TO.fullmatch(of.text[first.end : second.start]):
            system, over, target = single(systems(of)), _over(of), _target(of, default=False)
            why = _against(of, first) or (target[0] if isinstance(target, tuple) else "no single system is named")
            if system is None or over is None or isinstance(target, tuple) or _against(of, first) or system.intermediate == over:
                found.leave(first, why)
                found.leave(second, why)
                return [first, second]
            for number, intermediate in ((first, over), (second, system.intermediate)):
                own = system.fields() if intermediate == system.intermediate else {"intermediate": over, "model": system.model}
                made = Assertion(
                    "level",
                    **{**own, "target": target, "value": _signed(number, cues.UP)},
                    metric=_metric(of, number, target),
                    language=of.language or results.ALL,
                    split=of.split,
                )
                found.add(_related(made, number), number)
            return [first, second]
    return []


def _against(of: Scene, number: Number) -> str:
    """Why no number of this statement can be read at all."""
    if of.negated:
        return "the statement is negated"
    if of.hedge:
        return f"the statement is hedged ('{of.hedge}')"
    if of.passive:
        return "what outperforms it is not clear"
    if of.qualified:
        return of.qualified
    if of.narrowed:
        return f"what it is said of is narrower than an assertion can be: '{of.narrowed}'"
    if of.several:
        return of.several
    if not number.printed and number.relation != numbers.BETWEEN:
        return "no score is written like this"
    return ""


def _over(of: Scene) -> str | None:
    """What a difference is over: the baseline where nothing else is named; None where it is named and not known."""
    if of.rival_span is None:
        return results.BASELINE
    if there := rivals(of):
        rival = single(there)
        return rival.intermediate if rival and not rival.mlm and not rival.languages else None
    words = of.text[slice(*of.rival_span)].strip(" .")
    return results.BASELINE if not words or re.fullmatch(r"(?:the|our|a|its)?\s*(?:\w+\s+)?baselines?", words, re.I) else None


def _other_model(of: Scene) -> str:
    """The model that a difference is over: 'XLM-R Large improves over mBERT by 13.8 points'."""
    found = {one.id for one in of.names(vocabulary.MODEL) if of.compared(one.start)}
    return found.pop() if len(found) == 1 and not rivals(of) else ""


def _same(system: System, over: str) -> bool:
    return system.intermediate == over and not system.mlm


def _target(of: Scene, default: bool) -> str | tuple[str]:
    """The one thing that is measured; the reason, as a tuple of one, where it is not clear."""
    if of.strange:
        return (f"{of.strange[0]} is no task that is known here",)
    if len(of.targets) == 1:
        return of.targets[0]
    if of.targets:
        return ("one number for several targets",)
    return results.AVERAGE if default else ("what it is measured on is not named",)


def _foreign(of: Scene, number: Number, target: str | tuple[str]) -> str:
    """Why a number cannot be of the metric that stands with it: a metric belongs to the tasks that have it."""
    named, task = of.metric(number), tasks.TASKS.get(target) if isinstance(target, str) else None
    return "" if task is None or named in (results.SCORE, *task.metrics) else f"{task.title} is not measured by {named}"


def _metric(of: Scene, number: Number, target: str) -> str:
    """The metric that is named; the score where none is, or where the task has only this one."""
    named = of.metric(number)
    return results.SCORE if target in tasks.TASKS and tasks.TASKS[target].metrics == (named,) else named
