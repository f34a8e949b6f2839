"""Statements without a number: best, greater, and in how many of a set a gain goes up or down."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from replicate import results

from .. import vocabulary
from ..records import MULTI, Assertion
from . import cues, lists
from .found import Found
from .scene import GENERIC, TRAIN, Scene
from .systems import System, rivals, single, systems

BEST = re.compile(
    r"\b(?:perform(?:s|ed|ing)?|is|are|was|were|works?|does|gives?|gave|yields?|yielded|achiev(?:es?|ed)|reach(?:es|ed)|obtain(?:s|ed)|has|have"
    r"|produc(?:es?|ed)|attains?|brings?|shows?|provid(?:es?|ed)|leads?\s+to)\s+(?:the\s+)?(?:overall\s+|single\s+)?"
    r"(?:best|highest|largest|greatest|biggest|strongest|most\s+effective|most\s+helpful)\b"
    r"|\b(?:benefit|gain|profit)(?:s|ed)?\s+(?:the\s+)?most\s+from\b"
    r"|\b(?:best|most\s+(?:effective|helpful))\s+(?:intermediate\s+)?(?:task|training)\s+(?:\w+\s+){0,5}?(?:is|was)\b",
    re.I,
)
NOT_BEST = re.compile(
    r"\b(?:second|third|next|almost|nearly|one\s+of\s+the|among\s+the|close\s+to\s+the)[\s-]+(?:best|highest|largest|most)|\bbest\s+(?:practice|known)",
    re.I,
)
# The last of a field, and the first in something else than a score, are no words for each of it: 'the worst of all tasks'.
LAST = re.compile(
    r"\b(?:worst|lowest|weakest|poorest|smallest|(?<!at\s)least)\b|\bthe\s+most\b(?!\s+\w+(?:ful|ive)\b)|\bmost\s+(?:of\s+all|among)\b",
    re.I,
)
FIRST = re.compile(r"\b(?:best|highest|largest|greatest|biggest|strongest|top)\b", re.I)
OF_ALL = re.compile(r"\b(?:of|among(?:st)?|between)\s+(?:all|any|every)\b", re.I)
# 'SQuAD improves XNLI the most of all intermediate tasks'
MOST_OF_THEM = re.compile(
    r"\bthe\s+most\s+(?:of|among)\s+all\s+(?:the\s+)?(?:nine\s+)?intermediate\s+tasks\b"
    r"|^(?:of|among)\s+all\s+(?:the\s+)?(?:nine\s+)?intermediate\s+tasks\b.*\bthe\s+most(?=\s*[.;]|\s+(?:on|in)\b|\s*$)",
    re.I,
)
# Above each of the others is the best: 'HellaSwag is better than every other intermediate task on BUCC'.
ABOVE_OTHERS = re.compile(
    r"\b(?:(?:better|stronger|higher|more\s+(?:effective|helpful))\s+than|outperform(?:s|ed)?|beats?|surpass(?:es|ed)?)\s+"
    r"(?:every|any|all(?:\s+of)?)\s+(?:the\s+)?other\s+(?:eight\s+|8\s+)?(?:intermediate[\s-]+)?(?:tasks?|trainings?)\b",
    re.I,
)
GAINS = r"(?:\w+\s+){0,2}?(?:gains?|improvements?|benefits?)"
EFFECTIVE = r"(?:effective|helpful|useful|beneficial|than)"
ABOVE = re.compile(
    rf"\b(?:outperform|beat|surpass|exceed)(?:s|ed|en|ing)?\b|\b(?:better|higher|stronger|superior|more\s+{EFFECTIVE}"
    rf"|(?:larger|greater|bigger)\s+{GAINS})\b",
    re.I,
)
BELOW = re.compile(
    rf"\bunderperform(?:s|ed|ing)?\b|\b(?:worse|lower|weaker|inferior|less\s+{EFFECTIVE}|smaller\s+{GAINS})\b",
    re.I,
)
SETS = (
    ("intermediates", re.compile(r"\bintermediate[\s-]*(?:language\s+understanding\s+)?(?:tasks?|training)\b", re.I)),
    (
        "targets",
        re.compile(
            r"\b(?:target[\s-]*(?:tasks?|datasets?)|(?:XTREME|downstream|evaluation|benchmark)\s+(?:target\s+)?(?:tasks?|datasets?)|tasks?|datasets)\b",
            re.I,
        ),
    ),
    ("languages", re.compile(r"\b(?:target\s+)?languages?\b", re.I)),
)
UPWARD = re.compile(r"\b(?:improv|gain|increas|rais|ris(?:e|es)\b|boost|benefit|help|enhanc|positive)", re.I)
DOWNWARD = re.compile(
    r"\b(?:hurt|harm|degrad|drop|declin|decreas|reduc|lower|wors|loss|los[es]|negative|fall|deteriorat|impair|suffer|damag)", re.I
)
BAD = re.compile(r"\b(?:error|perplexity|gap|variance|difference|cost)s?\b", re.I)
EVEN = re.compile(
    r"\bas\s+\w+(?:\s+\w+)?\s+as\b|\b(?:similar|same|equal|comparable|on\s+par|(?<!exact[\s-])match(?:es|ed)?)\b", re.I
)
FULL = re.compile(r"\bfull(?:y)?[\s-]+(?:model\s+)?fine-?tun", re.I)
RATIO = re.compile(r"of (\d+)")


def read(of: Scene, found: Found) -> None:
    """Best, greater and sign; a statement that is hedged or narrowed is left whole."""
    if (
        of.hedge
        or of.narrowed
        or of.strange
        or of.passive
        or of.qualified
        or len({one.id for one in of.names(vocabulary.METRIC)}) > 1
    ):
        return
    best = BEST.search(of.text) or ABOVE_OTHERS.search(of.text) or (MOST_OF_THEM.search(of.text) and UPWARD.search(of.text))
    if best and not NOT_BEST.search(of.text):
        _best(of, found)
    elif LAST.search(of.text) or (OF_ALL.search(of.text) and FIRST.search(of.text)):
        return
    elif not any(one.kind in ("gain", "level") for one in found.asserts) and not _sign(of, found):
        _greater(of, found)


def _measured(of: Scene, target: str) -> dict[str, str]:
    return {"target": target, "metric": of.metric(), "language": of.language or results.ALL, "split": of.split}


def _best(of: Scene, found: Found) -> None:
    among = _among(of)
    system = single(_outside(of, among) if among else systems(of))
    if system is None or of.negated or system.chosen or system.intermediate == results.BASELINE or _worse(of):
        return
    field = tuple(dict.fromkeys([*(one.id for one in among), system.intermediate])) if among else ()
    for target in of.targets or (results.AVERAGE,):
        found.add([Assertion("best", **{**system.fields(), **_measured(of, target), "among": field})])


def _worse(of: Scene) -> bool:
    """Whether the highest may be something bad: 'the largest drop', 'the lowest error'."""
    return bool(DOWNWARD.search(of.text) or BAD.search(of.text) or LAST.search(MOST_OF_THEM.sub("", of.text)))


def _outside(of: Scene, among: Sequence[lists.Item]) -> list[System]:
    """The systems that are named besides the field."""
    named = [one for one in of.names(vocabulary.TASK) if one not in among and of.role(one) == "system"]
    return [System(one.id, one.start) for one in named] or [one for one in systems(of) if one.intermediate == MULTI]


def _among(of: Scene) -> list[lists.Item]:
    """The systems that are named as the field: 'the best of SQuAD, MNLI and CCG'."""
    match = re.search(r"\b(?:of|among|out\s+of|between)\s+", of.text, re.I)
    if not match:
        return []
    named = [one for one in of.names(vocabulary.TASK) if one.start >= match.end()]
    run = next((run for run in lists.runs(of.text, named) if run[0].start == match.end()), [])
    again = next((place for place, one in enumerate(run) if one.id in [before.id for before in run[:place]]), len(run))
    return run[:again]  # 'of SQuAD and MNLI, SQuAD': where a name comes again the field is over


def _greater(of: Scene, found: Found) -> None:
    """A system above another one; what only improves something is above the baseline."""
    above, below = ABOVE.search(of.text), _below(of)
    up, down = UPWARD.search(of.text), DOWNWARD.search(of.text)
    told = [one for one in of.of(cues.QUANTIFIER) if one.text.lower() != "both"]
    if of.negated or BAD.search(of.text) or told or of.left(found.used) or found.why or of.several or EVEN.search(of.text):
        return
    if (above and below) or not (above or below or bool(up) != bool(down)):
        return
    against = rivals(of)
    if bool(of.rival_span) != bool(against) or (not of.rival_span and (above or below)):
        return
    if not (above or below) and re.search(r"\bthan\b", of.text):
        return
    ours = [one for one in systems(of) if one.intermediate != results.BASELINE or of.rival_span]
    rival = single(against) if of.rival_span else System(results.BASELINE, 0)
    if of.adds_mlm and not of.rival_span and len(ours) == 1:
        rival = replace(ours[0], mlm=False)  # 'adding MLM to SQuAD' is SQuAD with MLM against SQuAD without
    if rival is None or not (len(ours) == 1 or (ours and _apart(of, ours))):
        return
    for system in ours:
        same = (system.intermediate, system.mlm, system.languages) == (rival.intermediate, rival.mlm, rival.languages)
        # 'mBERT outperforms SQuAD' does not say by which model SQuAD is trained.
        bare = system.intermediate == results.BASELINE and system.start == len(of.text)
        if same or bare or system.chosen or rival.chosen or (system.method != "full" and FULL.search(of.text)):
            continue
        first, second = (rival, system) if below or (down and not above) else (system, rival)
        for target in of.targets or ((results.AVERAGE,) if of.rival_span else ()):
            fields: dict[str, Any] = {**first.fields(), "model": system.model, "method": system.method, **_measured(of, target)}
            other = {"rival": second.intermediate, "rival_mlm": second.mlm, "rival_languages": second.languages}
            found.add([Assertion("greater", **{**fields, **other})])


def _below(of: Scene) -> bool:
    """Whether something is said to be lower; in 'most tasks lower XNLI' it is the verb."""
    return any(of.verb is None or match.start() != of.verb.start for match in BELOW.finditer(of.text))


def _apart(of: Scene, several: Sequence[System]) -> bool:
    """Whether a statement on several systems holds for each of them: 'SQuAD and MNLI improve', but not 'training on both'."""
    return not re.sub(r"(?i)\b(?:both|each\s+of)\b", "", of.text[: several[0].start]).strip()


def _sign(of: Scene, found: Found) -> bool:
    """In how many of a set the gain goes one way; says whether the statement is one of this kind."""
    up, down = UPWARD.search(of.text), DOWNWARD.search(of.text)
    if bool(up) == bool(down) or BAD.search(of.text):
        return False
    across, quantifier = _quantified(of)
    if of.adds_mlm:
        return bool(quantifier)  # a sign is over no intermediate training, never over the same one without MLM
    for number in of.numbers:
        if quantifier and RATIO.fullmatch(number.unit) and number.start not in found.used:
            found.leave(number, f"kept as '{quantifier}' of them")
    if not quantifier or ABOVE.search(of.text) or _below(of):
        return False
    direction = cues.UP if up else cues.DOWN
    rival = single(rivals(of))
    over = results.BASELINE if rival is None or rival.mlm else rival.intermediate
    if of.rival_span and rival is None and not re.search(r"\bbaselines?\b", of.text[slice(*of.rival_span)]):
        return True
    how = next(iter(systems(of)), System("", 0))
    fields: dict[str, Any] = {
        "method": how.method, "mlm": how.mlm, "model": how.model, "intermediate_languages": of.spoken,
    }  # fmt: skip
    told = {"across": across, "quantifier": quantifier, "direction": direction, "over": over}
    named = tuple(one.intermediate for one in systems(of) if one.intermediate != results.BASELINE)
    if across == "intermediates":
        for target in of.targets or (results.AVERAGE,):
            found.add(
                [Assertion("sign", **{**fields, **_measured(of, target), **told, "among": named if len(named) > 1 else ()})]
            )
    elif len(named) == 1:
        targets = of.targets if across == "languages" and of.targets else (results.AVERAGE,)
        for target in targets:
            found.add([Assertion("sign", **{**fields, "intermediate": named[0], **_measured(of, target), **told})])
    return True


def _quantified(of: Scene) -> tuple[str, str]:
    """The set that a statement speaks of and the quantifier that stands with it."""
    for cue in of.of(cues.QUANTIFIER):
        after = of.text[cue.end :]
        for across, pattern in SETS:
            match = pattern.search(after)
            between = after[: match.start()] if match else ""
            if match and len(between.split()) <= 3 and not re.search(r"[,;]|\b(?:with|on|for|in|by|from)\b", between):
                if (
                    across != "languages"
                    and cue.value == cues.EACH
                    and re.search(rf"\b{TRAIN}\s+on\s+$", of.text[: cue.start], re.I)
                ):
                    continue  # 'training on all tasks' is a system
                value = cue.value
                if of.negated and value == cues.EACH and cue.text.lower() == "any":
                    return across, cues.NONE
                if of.negated and value != cues.NONE and not cue.text.lower().startswith("not"):
                    return "", ""
                return across, value
    if part := next((one for one in of.numbers if RATIO.fullmatch(one.unit)), None):
        return _share(of, int(part.value), int(part.unit.removeprefix("of ")), part.noun)
    if GENERIC.search(of.text) and of.negated and not of.of(cues.QUANTIFIER) and not single(systems(of)):
        return "intermediates", cues.NONE  # 'XNLI does not benefit from intermediate training'
    manner = next(
        (one for one in of.of(cues.QUANTIFIER) if re.match(r"consistent|always|uniform|across the board", one.text, re.I)), None
    )
    if manner and not of.negated:
        for across, pattern in SETS:
            if re.search(
                rf"\b(?:across|over|on|with|for|from|in)\s+(?:the\s+)?(?:\w+\s+){{0,2}}?{pattern.pattern}", of.text, re.I
            ):
                return across, cues.EACH
    return "", ""


def _share(of: Scene, part: int, whole: int, noun: str) -> tuple[str, str]:
    """'8 of the 9 target tasks' are most of them."""
    across = next((name for name, pattern in SETS if pattern.search(noun)), "")
    if not across or of.negated:
        return "", ""
    value = cues.EACH if part == whole else cues.NONE if part == 0 else cues.MOST if 2 * part > whole else cues.SOME
    return across, value
