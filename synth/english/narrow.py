"""Words that narrow a statement to less than an assertion can say: 'on low-resource languages', 'except XNLI', 'if'."""

from __future__ import annotations

import re

from .. import vocabulary
from .verbs import Verb

HEAD = (
    r"(?P<head>languages?|tasks?|data\s?sets?|examples?|sentences?|domains?|settings?|families|family|scripts?|questions?|classes"
    r"|runs?|seeds?|scenarios?)\b(?!\s+(?:retrieval|classification|completion|tagging|pairs?|answering|tasks?|families))"
)
WORDS = r"(?P<words>(?:[\w'+-]+\s+){0,6}?)"
# Looked for at every preposition, so that in 'over the baseline in all languages' the languages are all.
BEHIND = re.compile(rf"(?=\b(?:on|for|in|across|of|among|within|when|over|to|at|from|with)\s+{WORDS}{HEAD})", re.I)
AT_ONCE = re.compile(rf"\s*{WORDS}{HEAD}", re.I)  # the subject, or what stands right behind the verb
INTERMEDIATE = re.compile(r"\bintermediate\b", re.I)
EXCEPT = re.compile(
    r"\b(?:except(?:ing)?|apart\s+from|other\s+than|with\s+the\s+exception|excluding|but\s+not|aside\s+from)\b"
    r"(?!\s+(?:for\s+)?(?:the\s+)?(?:sentence[\s-]+)?retrieval)(?:[^,.]|[,.](?=\d))*",
    re.I,
)
CONDITION = re.compile(
    r"\b(?:if|unless|provided|as\s+long\s+as|assuming)\b(?:[^,.]|[,.](?=\d))*"
    r"|\bwhen\s+(?!(?:first\s+|further\s+|we\s+)?(?:train|fine-?tun|pre-?train))(?:[^,.]|[,.](?=\d))*"
    r"|\bonly\s+(?:for|on|in|with|after|when)\b(?:[^,.]|[,.](?=\d))*"
    r"|\bwith\s+(?:only\s+)?\d[\d,]*\s+(?:\w+\s+)?(?:examples|shots)\b|\b(?:few|\d+|one|five|ten)-shot\b",
    re.I,
)
JOINED = re.compile(r",?\s(?:whereas|while|although|though)\s|,\s+but\s")
PREPOSITIONS = frozenset("on of in for with by from over across to at after than".split())
NEUTRAL = frozenset(
    "a an the all any each every both many most some several few no none almost nearly our its their these those nine "
    "seven eight ten two three four five six target targets xtreme dev development test validation set sets zero-shot "
    "zero shot cross-lingual crosslingual downstream evaluation intermediate intermediate-task different english of "
    "on and in benchmark considered studied evaluated tested task-specific main other single individual majority vast "
    "average target-task whole entire full held-out language understanding diverse possible available remaining "
    "multiple not certain sentence-retrieval random".split()
)


def narrowed(text: str, verb: Verb | None) -> str:
    """The words that narrow a statement or tie it to a condition; empty where it speaks of the whole."""
    for pattern in (EXCEPT, CONDITION):
        if match := pattern.search(text):
            return match[0].strip()
    if JOINED.search(text):
        return text.strip()  # two statements that did not come apart
    found = [*BEHIND.finditer(text), AT_ONCE.match(text), AT_ONCE.match(text, verb.end) if verb else None]
    return next((f"{match['words']}{match['head']}".strip() for match in found if match and _bare(match) and _part(match)), "")


def _bare(match: re.Match[str]) -> bool:
    """A noun phrase without a further one: 'low-resource languages', but not 'training on all tasks'."""
    return not set(match["words"].lower().split()) & PREPOSITIONS


def _part(match: re.Match[str]) -> bool:
    """Whether the words before a noun leave out some of what it names."""
    if INTERMEDIATE.search(match["words"]):
        return False
    words = [one for one in match["words"].lower().split() if one not in NEUTRAL and not one.isdigit()]
    kinds = {one.name.kind for one in vocabulary.mentions(match["words"])}
    if kinds & {vocabulary.TASK, vocabulary.BENCHMARK}:
        return False
    return bool(words) and not (len(words) == 1 and vocabulary.LANGUAGE in kinds)
