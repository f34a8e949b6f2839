"""Words that change what was trained or what it is compared with, and that an assertion has no field for."""

from __future__ import annotations

import re

from .. import vocabulary
from . import cues

TARGET = r"(?:(?:(?:training|fine-?tuning|learning)\s+(?:on\s+)?)?(?:the\s+|each\s+|all\s+|its\s+)*(?:final\s+)?target)"
# In which order, on how much of the data, with which weights: 'training on SQuAD last', 'half of SQuAD'.
OTHERWISE = re.compile(
    rf"\b(?:after|following|instead\s+of|rather\s+than|together\s+with|alongside|jointly\s+with)\s+{TARGET}\b(?:[\s-]+tasks?)?"
    r"|(?<!at\s)\blast\b|\b(?:afterwards?|backwards?)\b|\btrain(?:ed|ing)\b[^,.;]{0,40}\btwice\b|\bin\s+(?:the\s+)?(?:reverse|opposite)(?:d)?(?:\s+order)?\b"
    r"|\b(?:half|quarter|third|tenth|fraction|subset|sample|part|\d+\s?%|percent)\s+of\s+(?:the\s+)?"
    r"(?=[A-Z]|training|data|examples|intermediate)"
    r"|\b(?:frozen|freezing|from\s+scratch|shuffled|unlabell?ed|distilled|ensembles?|ensembled)\b"
    r"|\b(?:in\s+addition\s+to|on\s+top\s+of|besides|nothing\s+but)\b"
    r"|\btwice\s+(?:the|as\s+much)\b|\btranslat(?:ed|ions?)\b|\breversed\b|\bshould\b|\bat\s+(?:best|worst)\b|\b(?:best|worst)\s+case\b"
    r"|\bin\s+an?\s+(?:second|third|later|final)\s+(?:phase|stage|step)\b"
    rf"|\b(?:for|after|within)\s+(?:only\s+|just\s+)?(?:an?|one|half\s+an?|\d[\d,]*|{cues.NUMERAL})\s+(?:epochs?|steps?|iterations?|updates?)\b"
    r"|\badd(?:ing|s)?\s+(?!(?:the\s+|multilingual\s+|continued\s+)*(?:MLM|masked))(?:[\w.+-]+\s+){1,4}?to\s+(?-i:[A-Z])[\w+]*"
    r"|\b(?:another|an?\s+(?:further|additional|extra))\s+(?=\d)",
    re.I,
)
TRAINED = re.compile(r"\b(?:train|fine-?tun)(?:ing|ed|es?)?\s+(?:first\s+)?(?:only\s+)?(?:on|with)\s+(?:only\s+)?$", re.I)
ONLY = re.compile(r"\b(?:only|solely|exclusively)\s+(?:the\s+)?$", re.I)
ONLY_TRAINING = re.compile(
    r"\b(?:only|solely|exclusively)\s+(?=(?:intermediate[\s-](?:task\s+)?)?(?:training|fine-?tuning)\b)"
    r"|\bthe\s+(?:only|sole|single)\s+(?:intermediate[\s-])?(?:one|task|training|dataset|model|system|setting)\b",
    re.I,
)
EXCLUSIVE = re.compile(r"\b(?:only|solely|exclusively|alone)\b", re.I)
ALONE = re.compile(r"\s+(?:alone|only)\b(?!\s+(?:by|\d|on|in|for|with|after|when))", re.I)

COMPARED = re.compile(
    r"\b(?:over|above|below|behind|beyond|than|compared\s+(?:with|to|against)|in\s+comparison\s+(?:with|to)|relative\s+to|versus"
    r"|vs\.?|against|ahead\s+of)(?=\s)",
    re.I,
)
OWN_WORDS = (
    r"(?:the|our|an?|its|their|this|same|own|respective|corresponding|strong|plain|simple|vanilla|standard|no|without|any|target-only"
    r"|zero-shot|cross-lingual|multilingual|monolingual|(?:no-)?intermediate(?:-task|-training)?|task|training|fine-?tuning|model)"
)
HARMLESS = re.compile(
    rf"\s+(?:about\s+|an?\s+|the\s+)?(?:{cues.NUMERAL}|half\b|zero\b)"
    rf"|\s+(?:{OWN_WORDS}[\s-]+)*(?:baselines?\b|(?:no|without)\s+intermediate|intermediate[\s-]+(?:task\s+)?(?:training|fine-?tuning))"
    r"|\s+(?:all|the|our|these|those|several|most|every|each|of|both|different|many)?\s*(?:[\w-]+\s+){0,3}?"
    r"(?:tasks?|data\s?sets?|targets?|languages?|seeds?|runs?|benchmarks?|splits?|time|epochs?)\b",
    re.I,
)
ELSEWHERE = re.compile(
    r"\s+(?:(?:reported|published|given|printed|stated|cited)\b|(?:of|from)\s+(?!\d|XLM|mBERT|our|the\s+same))", re.I
)


def otherwise(text: str) -> str:
    """The words that tie a statement to another order, amount or kind of training than an assertion can say."""
    if match := OTHERWISE.search(text) or ONLY_TRAINING.search(text):
        return match[0].strip()
    if not EXCLUSIVE.search(text):
        return ""
    for one in vocabulary.mentions(text, (vocabulary.TASK, vocabulary.SYSTEM, vocabulary.MODEL)):
        before, after = text[: one.start], text[one.end :]
        if TRAINED.search(before):
            continue
        if (match := ONLY.search(before)) and not re.search(r"\b(?:on|in|for|to)\s+$", before[: match.start()]):
            return text[match.start() : one.end]
        if match := ALONE.match(after):
            return text[one.start : one.end + match.end()]
    return ""


def uncompared(text: str, known: tuple[int, int] | None) -> str:
    """What a statement is compared with where nothing that is known here reads it; `known` is what the statement's own
    comparison spans."""
    for match in COMPARED.finditer(text):
        if known and known[0] <= match.start() < known[1]:
            continue
        if not HARMLESS.match(text, match.end()):
            return text[match.start() : match.end()] + re.split(r"[,;.](?!\d)", text[match.end() :])[0]
    return ""


def foreign_baseline(words: str) -> bool:
    """Whether a baseline is not the statement's own: 'the published XTREME baseline', 'the baseline of the leaderboard'."""
    match = re.search(r"\bbaselines?\b", words, re.I)
    if match is None:
        return False
    before = words[: match.start()]
    for one in sorted(vocabulary.mentions(before, (vocabulary.MODEL,)), key=lambda one: -one.start):
        before = before[: one.start] + before[one.end :]
    rest = re.sub(rf"\b{OWN_WORDS}(?![\w-])", "", before, flags=re.I)
    return bool(re.search(r"\w", rest) or ELSEWHERE.match(words, match.end()))
