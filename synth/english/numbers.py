"""Numbers of a sentence with what they count and how they are meant: '8.2, 7.5, and 7.0 points', 'up to 40 languages', '9/9'."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from . import units
from .before import before as right_before
from .numerals import Numeral, numerals

EQUAL, ABOUT, LEAST, MOST, MORE, LESS = "=", "about", "at least", "at most", "more than", "less than"
BETWEEN, SPREAD = "between", "\u00b1"


@dataclass(frozen=True)
class Number:
    """`text[start:end]` of a sentence, the number alone: `value`, and from `low` to `high` what it may have been.

    `unit` is 'points', '%', 'times', or what is counted, in the plural ('languages'); 'of 10' in '9.3/10', 'p' of a p value;
    empty where nothing says it. `noun` is the whole phrase that is counted ('English intermediate tasks'). `relation` is one
    of '=', 'about', 'at least', 'at most', 'more than', 'less than', 'between' (`low` and `high` are the range, `value` its
    lower end), or U+00B1 for the spread of the number before it.
    """

    text: str
    start: int
    end: int
    value: Decimal
    low: Decimal
    high: Decimal
    unit: str = ""
    relation: str = EQUAL
    noun: str = ""

    @property
    def printed(self) -> str:
        """Its characters as a table prints them ('-2.1', '9'); empty for a range, a share, and what has a scale ('1.1M')."""
        if not any(one.isdigit() for one in self.text):
            return str(self.value)
        plain = self.text.lstrip("+").replace("\u2212", "-").replace("\u2013", "-").replace(" ", "")
        return plain if re.fullmatch(r"-?(?:\d[\d,]*)?(?:\.\d+)?", plain) else ""

    def meets(self, other: Number) -> bool:
        """Whether both may be one number, rounded differently."""
        return self.low <= other.high and other.low <= self.high


def _ends(*phrases: str) -> re.Pattern[str]:
    """Phrases at the end of what stands before a number, a space for any gap."""
    return re.compile("(?:" + "|".join(phrases).replace(" ", r"\s+") + r")\s*$", re.I)


NOT = r"(?:\bno|\bnot|n't)"
BEFORE = (
    (_ends(rf"{NOT} (?:more|greater|higher|larger) than", r"\b(?:up to|at most|a maximum of|as many as)", "\u2264|<="), MOST),
    (_ends(rf"{NOT} (?:fewer|less|lower|smaller) than", r"\b(?:at least|a minimum of|as few as)", "\u2265|>="), LEAST),
    (_ends(r"\b(?:(?:more|greater|higher|larger) than|above|exceed(?:ing|s)?|beyond|in excess of|well over)", "(?<!-)>"), MORE),
    (_ends(r"\b(?:(?:less|fewer|lower|smaller) than|under|below|just short of)", "<"), LESS),
    (_ends(r"\b(?:about|approximately|around|roughly|nearly|almost|some|circa|close to|on the order of)", r"\b(?:approx|ca)\.",
           "[~\u2248\u223c]"), ABOUT),
    (_ends(r"\u00b1|\+/-|\\pm"), SPREAD),
)  # fmt: skip
# 'improves over 5 baselines' compares; 'covers over 5 languages' bounds.
OVER, COMPARES = _ends(r"\bover"), _ends(r"\b(?:improv\w+|gains?|gained|averaged?|advantages?|better) over")
AFTER = (
    (re.compile(r"\s?\+(?![\w\d])|\s+or\s+(?:more|higher|better|above)\b|\s+and\s+(?:more|above)\b", re.I), LEAST),
    (re.compile(r"\s+or\s+(?:less|fewer|lower|below)\b|\s+at\s+most\b", re.I), MOST),
)
P_VALUE = re.compile(r"\bp(?:[\s-]?values?)?\s*(?:[<>=\u2264\u2265]=?|of|below|under)\s*$", re.I)
TO = re.compile(r"\s*(?:%|points?|percent)?\s*(?:\u2013|\u2014|-|\bto\b|\bthrough\b)\s*")
AND = re.compile(r"\s*%?\s*\band\b\s*")
LIST = re.compile(r"\s*%?\s*(?:,?\s*(?:and|or|&)\b|,|/)\s*")
OF = re.compile(r"\s+(?:out\s+)?of\s+(?:the\s+|its\s+|our\s+|all\s+)?")
EVERY = re.compile(r"\b(?:every|each|any)\s+(?:single\s+)?$", re.I)
FROM = re.compile(r"\bfrom\s+(?:about\s+|around\s+)?$", re.I)
RANGING = re.compile(r"\b(?:rang(?:e|es|ed|ing)|var(?:y|ies|ied|ying)|anywhere|spans?|spanning)\s+from\s+$", re.I)
YEARS = range(1950, 2050)


@functools.lru_cache(maxsize=1 << 12)
def numbers(text: str) -> tuple[Number, ...]:
    """The numbers of a text in their order; years, citations, ids, numbers of sections and of names are none."""
    raw = numerals(text)
    found, place = list[Number](), 0
    while place < len(raw):
        one, after = raw[place], raw[place + 1] if place + 1 < len(raw) else None
        made, used = _read(text, one, after)
        if made is not None and not _no_number(text, one, made):
            found.append(made)
        place += used
    return tuple(_shared(text, found))


def _read(text: str, one: Numeral, after: Numeral | None) -> tuple[Number | None, int]:
    """A number, or two that make one: a range, a part of a whole."""
    if after is not None:
        gap = text[one.end : after.start]
        if _range(text, one, after, gap):
            first, last = _plain(text, one), _plain(text, after)
            low, high = (one.value, after.value) if _exact(one, last.unit) else (first.low, last.high)
            whole = replace(last, text=text[one.start : after.end], start=one.start, value=first.value, low=low, high=high)
            return replace(whole, relation=BETWEEN), 2
        if _ratio(text, one, after, gap):
            whole = _plain(text, after)
            part = replace(_plain(text, one), text=text[one.start : after.end], end=after.end, noun=whole.noun)
            half = Decimal(0) if one.whole else one.half
            return replace(part, low=one.value - half, high=one.value + half, unit=f"of {after.value}"), 2
    return _plain(text, one), 1


def _range(text: str, one: Numeral, after: Numeral, gap: str) -> bool:
    if after.value <= one.value or one.value < 0:
        return False
    before = right_before(text, one.start)
    if re.search(r"\bbetween\s+$", before, re.I) and AND.fullmatch(gap):
        return True
    if not TO.fullmatch(gap):
        return False
    return not FROM.search(before) or bool(RANGING.search(before)) or bool(units.measure(text[after.end :])[0] == units.POINTS)


def _ratio(text: str, one: Numeral, after: Numeral, gap: str) -> bool:
    """'9/9', '9.3/10', '8 of the nine'; '65.4/50.1' are two numbers, and 'every one of the four' are all four."""
    if not 0 <= one.value <= after.value or not after.whole:
        return False
    if one.spelt and one.value == 1 and EVERY.search(right_before(text, one.start)):
        return False
    return bool(OF.fullmatch(gap)) or (gap.strip() == "/" and (one.whole or after.value in (5, 10, 100)))


def _plain(text: str, one: Numeral) -> Number:
    after = text[one.end :]
    unit, length = units.measure(after)
    bound = next((match.end() for pattern, _ in AFTER if (match := pattern.match(after))), 0)
    counts, noun = ("", "") if unit in (units.POINTS, units.PERCENT) else units.counted(after[length or bound :], one.value != 1)
    unit = unit or counts
    before = right_before(text, one.start)
    relation = _relation(before, after)
    if P_VALUE.search(before):
        unit, noun = "p", ""
    half = Decimal(0) if _exact(one, unit) else one.half
    return Number(
        text[one.start : one.end], one.start, one.end, one.value, one.value - half, one.value + half, unit, relation, noun
    )


def _exact(one: Numeral, unit: str) -> bool:
    """Counts are exact, and so is what is spelt out; a measured 7 may have been 6.6."""
    measured = unit in (units.POINTS, units.PERCENT, units.TIMES, "p")
    return not measured and one.whole and (bool(unit) or one.spelt or one.value >= 1000)


def _relation(before: str, after: str) -> str:
    for pattern, relation in BEFORE:
        if pattern.search(before):
            return relation
    if OVER.search(before) and not COMPARES.search(before):
        return MORE
    return next((relation for pattern, relation in AFTER if pattern.match(after)), EQUAL)


def _no_number(text: str, one: Numeral, made: Number) -> bool:
    """A year, or a word that only looks like a number: 'one of them', 'zero-shot'."""
    if one.spelt and one.value <= 1:
        return not made.unit or (text[one.end : one.end + 1] == "-" and one.value == 0)
    bare = one.whole and not one.spelt and "," not in made.text and not made.unit
    return bare and len(made.text) == 4 and one.value == int(one.value) and int(one.value) in YEARS


def _shared(text: str, found: Sequence[Number]) -> list[Number]:
    """A unit at the end of an enumeration holds for all of it: '8.2, 7.5, and 7.0 points'."""
    made = list(found)
    for place in range(len(made) - 2, -1, -1):
        one, after = made[place], made[place + 1]
        gap = text[one.end : after.start]
        if not one.unit and after.unit in (units.POINTS, units.PERCENT, units.TIMES) and LIST.fullmatch(gap):
            made[place] = replace(one, unit=after.unit)
        elif not one.unit and after.unit and LIST.fullmatch(gap) and "of " not in after.unit:
            made[place] = replace(one, unit=after.unit, noun=after.noun)
        elif after.relation == SPREAD and not one.unit and after.unit:
            made[place] = replace(one, unit=after.unit)
    return made
