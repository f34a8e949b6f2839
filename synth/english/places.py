"""Places of a text where digits are no number of it: names, citations, ids, references to parts of a paper, dates."""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Callable, Sequence

from .. import vocabulary
from . import units

Span = tuple[int, int]
MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
PART = (
    r"(?:Sections?|Sect?s?\.|\u00a7+|Tables?|Tabs?\.|Figures?|Figs?\.|Appendix|Appendices|App\.|Equations?|Eqs?\.|Chapters?"
    r"|Algorithms?|Theorems?|Lemmas?|Footnotes?|Versions?)"
)
ITEM = (
    r"(?:Pages?|pp?\.|Lines?|Rows?|Columns?|Steps?|Phases?|Stages?|Layers?|Seeds?|Parts?|RQ|Questions?|Hypothes[ie]s|Claims?"
    r"|Experiments?|Rounds?|Levels?|Tiers?|Notes?|No\.|#)"
)
NUMBERED, PLAIN = r"[A-Z]?\d{1,3}(?:\.\d{1,2}){0,3}[a-z]?", r"\d{1,3}"
YEAR = r"(?:19[5-9]|20[0-4])\d[a-z]?"
# In the order in which they are looked for; case counts only where a capital tells a name from a word.
PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:https?://|www\.)\S+",
        r"\b10\.\d{4,9}/\S+",
        r"(?i:\barXiv)\s?:?\s?[\w./-]{0,60}?\d[\w./-]*",
        r"(?<![\d.])\d{2}(?:0[1-9]|1[0-2])\.\d{4,5}(?:v\d+)?(?![\d.]\d)",  # the id of an arXiv paper
        r"\b(?:19|20)\d\d\.[a-z]\w*(?:-[\w]+)*\.\d+|\b[A-Z]\d{2}-\d{4}\b",  # ids of the ACL Anthology
        rf"\((?=[^()]*+\))[^()]*(?:,|al\.?|and [A-Z]\w+)\s?{YEAR}(?:\s*[,;][^()]*)?\)",  # (Phang et al., 2018)
        rf"\({YEAR}(?:\s*[,;]\s*{YEAR})*\)",
        r"\[\d{1,3}(?:\s?[,\u2013-]\s?\d{1,3})*\]",
        rf"\b{MONTH}\s+\d{{1,2}}(?:,?\s+\d{{4}})?\b|\b\d{{1,2}}\s+{MONTH}(?:\s+\d{{4}})?\b|\b\d{{4}}-\d\d-\d\d\b",
        *(
            rf"(?<!\w)(?i:{part})[\s~]*{number}(?!\w|[.,]?\d|\s?%)(?:\s*(?:,|,?\s?and|,?\s?or|to|&|\u2013|-)\s*{number}(?!\w|[.,]?\d|\s?%))*"
            for part, number in ((PART, NUMBERED), (ITEM, PLAIN))
        ),
        r"\b(?:GPT|Llama|Gemma|Qwen|PaLM|Claude|Mistral|Gemini)[\s-]\d+(?:\.\d+)?(?!\w)",
        r"\b\d+(?:\.\d+){2,}\b",  # 1.2.3, a version
        r"(?<!\w)[vV]\.?\s?\d+(?:\.\d+)*\b",
        r"\b\d+(?:st|nd|rd|th)\b",
        r"(?:^\s*\(?\d{1,2}[.)]|(?<!\S)\(?\d{1,2}\))(?=\s+[^\W\d])",  # the mark of an item in a list
        r"\b9[059]\s?%\s?(?:CI\b|(?:confidence|credible|prediction) intervals?)",
    )
)
# 'ANLI 3' is a name, 'XNLI 3 points' is none.
NAMED = re.compile(r"\b(?:[A-Z]{3,}|[A-Z](?=\w*[a-z][A-Z])\w++)[+-]?\s(\d)(?![\w/%^\u2013-]|[.,]\d|\s?%)")


def nameless(text: str) -> tuple[Span, ...]:
    """Where digits belong to a name or point to something; what is left of the text may hold numbers."""
    if not any(one.isdigit() for one in text):
        return ()
    found = [match.span() for pattern in PATTERNS for match in pattern.finditer(text)]
    found += [match.span(1) for match in NAMED.finditer(text) if not _measured(text[match.end() :])]
    found += _names(text)
    return tuple(sorted(found))


def _measured(after: str) -> bool:
    return bool(units.measure(after)[0] or units.counted(after)[0])


def _names(text: str) -> list[Span]:
    """Names of the vocabulary that hold digits. In 'MNLI 7.5' the number only follows a name."""
    words, found = list(vocabulary.WORD.finditer(text)), list[Span]()
    for place, word in enumerate(words):
        if not any(one.isdigit() for one in word[0]):
            continue
        for length in range(4, 0, -1):
            starts = range(max(0, place - length + 1), min(place, len(words) - length) + 1)
            spans = [(words[first].start(), words[first + length - 1].end()) for first in starts]
            if named := [span for span in spans if _named(text[slice(*span)])]:
                found += named
                break
    return found


def _named(text: str) -> bool:
    kinds = (vocabulary.TASK, vocabulary.MODEL, vocabulary.METRIC)
    return not re.search(r"[;,]\s", text) and any(one.kind in kinds for one in vocabulary.find(text))


def covered(spans: Sequence[Span]) -> Callable[[int, int], bool]:
    """Whether a piece of the text, from start to end, lies in one of these places."""
    ordered = sorted(spans)
    lows = [low for low, _ in ordered]
    furthest = list(itertools.accumulate((high for _, high in ordered), max))

    def inside(start: int, end: int) -> bool:
        before = bisect.bisect_left(lows, end)
        return before > 0 and furthest[before - 1] > start

    return inside
