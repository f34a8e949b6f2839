"""Words that decide what a sentence says of a thing: negation, direction, quantifier, hedge, comparative.

A cue is a word and not yet a judgement: in 'does not improve' stand a negation and a direction that is up. What belongs to
a name or a number ('no intermediate training', 'lower-resource', 'at most 3') is no cue.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

NEGATION, DIRECTION, QUANTIFIER, HEDGE, COMPARATIVE = "negation", "direction", "quantifier", "hedge", "comparative"
UP, DOWN, SAME = "up", "down", "same"
EACH, MOST, SOME, NONE = "each", "most", "some", "none"


@dataclass(frozen=True)
class Cue:
    """`text[start:end]` of a sentence is a cue of this kind; `value` says which: up, down, same; each, most, some, none."""

    kind: str
    value: str
    start: int
    end: int
    text: str


def forms(verbs: str) -> str:
    """Every form of regular verbs: improve improves improved improving."""
    stems = [(verb[:-1], "e|es|ed|ing") if verb.endswith("e") else (verb, "|s|ed|ing") for verb in verbs.split()]
    return "|".join(f"{stem}(?:{endings})" for stem, endings in stems)


def _any(*parts: str) -> re.Pattern[str]:
    """Words and phrases, a space for any gap, longer ones before shorter ones that they start with."""
    words = "|".join(part.replace(" ", r"\s+") for part in parts)
    return re.compile(rf"(?<![\w-])(?:{words})(?!\w)", re.I)


# Training on them all together is one system, and no word on each of them.
ALL_AT_ONCE = (
    r"(?:all(?:\s+of)?|the(?=\s+(?:nine|9)\b))(?:\s+(?:the|these|our|its|nine|9|English|different))*\s+(?:intermediate[\s-]+)?(?:tasks|datasets)\s+"
    r"(?:at\s+(?:once|the\s+same\s+time)|together|jointly|simultaneously|combined)"
)
NUMERAL = r"(?:\d|two\b|three\b|four\b|five\b|six\b|seven\b|eight\b|nine\b|ten\b)"
# What only looks like a cue: names of the baseline, bounds of numbers, fixed phrases.
HIDDEN = _any(
    r"(?:without(?: any)?|w/o) intermediate(?:[ -](?:task|tasks|training|fine-?tuning))*",
    r"no intermediate(?:-task)? (?:training|fine-?tuning)",
    r"(?:(?<=than\x20)|(?<=over\x20)|(?<=with\x20)|(?<=to\x20))no intermediate tasks?",
    "no (?:more|fewer|less) than|no later|no doubt|not only|at (?:most|best|least)|up to|as well",
    r"exact[ -]match(?:es)?",
    ALL_AT_ONCE,
    "the most|most (?:common|important|likely|recent|complex|effective|similar|popular|notable|promising|useful|frequent)",
    "(?:low|lower|high|higher|less|under)-resourced?|(?:better|best) known|the same|of same|each other|after all",
    r"May \d|(?:training|cross-entropy|validation|test) loss(?:es)?|loss functions?",
    rf"(?:more|less|fewer|greater) than(?=\s+{NUMERAL})",
)
COMPARES = (
    "than|compared (?:with|to|against)|in comparison|relative to|versus|vs\\.?|against|as opposed to|rather than|instead of"
)
PATTERNS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    # 'Not all' is some, and no negation of what follows.
    (QUANTIFIER, SOME, _any(
        "not (?:all|every|always|each|both)|sometimes|some|several|(?:a )?few|certain|occasionally|partly|partially",
        # Results are mixed, or of mixed kinds; the mixed parser is one thing.
        r"mixed(?=\s+(?:results?|effects?|outcomes?|success|evidence|findings?|gains?|impact|on|in|for|across|over)\b|\s*(?:[.,;:)]|$))",
        "varying|a (?:subset|handful|couple|minority) of|at times",
    )),
    (QUANTIFIER, MOST, _any(
        "(?:almost|nearly|virtually|practically) (?:all|every|each|always)|mostly|most|many|(?:the )?(?:vast )?majority",
        "generally|usually|typically|largely|in general|more than half",
    )),
    (QUANTIFIER, EACH, _any(
        "each|all|every|consistent(?:ly)?|always|any|both|across the board|uniform(?:ly)?|universal(?:ly)?|invariabl[ye]",
        "without exception|regardless of|entire(?:ly)?",
    )),
    (QUANTIFIER, NONE, _any("none|no|neither|nor|never|not (?:any|a single)")),
    (NEGATION, "not", _any(
        r"not|cannot|\w+n['\u2019]t|no|none|never|neither|nor|without|fail(?:s|ed|ing|ure)?(?: to)?|lack(?:s|ed|ing)?(?: of)?",
        "absence of|unable to|hardly|barely|scarcely|little (?:to no|if any)|far from",
    )),
    (DIRECTION, SAME, _any(
        "same|equal(?:s|ly)?|similar(?:ly)?|unchanged|unaffected|comparabl[ye]|on par|identical(?:ly)?|neutral|indistinguishable",
        "match(?:es|ed|ing)?|(?:no|little) (?:difference|change|effect|impact|influence)",
    )),
    (DIRECTION, DOWN, _any(
        forms("reduce decrease decline degrade deteriorate diminish impair harm damage worsen weaken underperform suffer"),
        "interfer(?:e|es|ed|ence)|reductions?|hurt(?:s|ing)?|lower(?:s|ed|ing)?|lowest|worse|worst|drop(?:s|ped|ping)?|degradations?|deterioration|harmful",
        "losses|loss|los(?:e|es|t|ing)|fall(?:s|en|ing)?|fell|detriment(?:al)?|inferior|weaker|negative(?:ly)?|below|behind|poorer",
        "shrinks?|shrank|smaller|fewer|less",
    )),
    (DIRECTION, UP, _any(
        forms("improve gain increase outperform exceed surpass boost benefit help raise enhance strengthen"),
        "improvements?|increasingly|higher|highest|better|beat(?:s|en|ing)?|beneficial|helpful|ris(?:e|es|ing|en)|rose|enhancements?",
        "superior|stronger|strongest|greater|larger|advantage(?:s|ous)?|positive(?:ly)?|gr(?:ow|ows|ew|owth)|effective(?:ly)?|useful",
        "above|ahead|more|win(?:s|ning)?|won",
    )),
    (HEDGE, "hedged", _any(
        forms("suggest appear"),
        "may|might|could|can|would|suggestive|seem(?:s|ed|ingly)?|likely|possibl[ye]|perhaps|potential(?:ly)?",
        "probabl[ye]|tend(?:s|ed)? to|hypothesi[sz]e[sd]?|presumably|arguably|to some extent|we (?:believe|expect|speculate)",
        "aims? to|whether|apparent(?:ly)?",
    )),
    (COMPARATIVE, "than", _any(COMPARES, rf"over(?!-|\s+time|\s+(?:a\s+)?{NUMERAL})")),
)  # fmt: skip


@functools.lru_cache(maxsize=1 << 12)
def cues(text: str) -> tuple[Cue, ...]:
    """The cues of a text in their order; 'no' and 'never' are a negation and a quantifier at once."""
    hidden = [match.span() for match in HIDDEN.finditer(text)]
    found, taken = list[Cue](), dict[str, list[tuple[int, int]]]()
    for kind, value, pattern in PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(low < end and start < high for low, high in (*hidden, *taken.get(kind, ()))):
                continue
            found.append(Cue(kind, value, start, end, match[0]))
            taken.setdefault(kind, []).append((start, end))
            if kind == QUANTIFIER and value == SOME and match[0].lower().startswith("not"):
                taken.setdefault(NEGATION, []).append((start, end))
    return tuple(sorted(found, key=lambda one: (one.start, one.end, one.kind)))


def of(kind: str, found: Sequence[Cue]) -> tuple[Cue, ...]:
    """The cues of one kind."""
    return tuple(one for one in found if one.kind == kind)
