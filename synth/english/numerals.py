"""Single numbers as they are written, in digits or in words: their value, and what they may have been before rounding."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from . import places

UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen"
)
TENS = {name: 10 * place for place, name in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
SMALL = {name: place for place, name in enumerate(UNITS.split())}
POWERS = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
LETTERS = {"k": 3, "K": 3, "M": 6, "B": 9, "bn": 9}
DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+"
GLUED = r"%|x\b|\u00d7|ms\b|s\b|h\b|min\b|[kMGT]i?B\b|pp\b|p\.p\.|pts?\b|-fold\b"
WRITTEN = re.compile(
    rf"(?P<sign>(?<![\w.)\]%])[+\-\u2212\u2013]\s?)?(?P<digits>{DIGITS})"
    rf"(?:\^(?P<power>\d{{1,3}})|[eE](?P<exponent>[+\-\u2212]?\d{{1,3}})|\s?[\u00d7x]\s?10\s?\^?(?P<ten>[\-\u2212]?\d{{1,2}})"
    rf"|(?P<letter>bn|[kKMB])(?!\w)|\s(?P<word>hundred|thousand|million|billion|trillion)\b)?"
)
WORD = "|".join([*TENS, *sorted(SMALL, key=len, reverse=True), *POWERS, "dozen"])
SPELT = re.compile(
    rf"(?<![\w-])(?:a\s+(?=hundred|thousand|million|billion|dozen))?(?:{WORD})(?:(?:[\s-]|\s+and\s+)(?:{WORD}))*\b", re.I
)


@dataclass(frozen=True)
class Numeral:
    """`text[start:end]` is a number; `half` is half a unit of its last digit, 0 where the number is exact as it stands."""

    start: int
    end: int
    value: Decimal
    half: Decimal
    whole: bool  # an integer without scale, which counts things exactly where it counts things
    spelt: bool = False


def numerals(text: str) -> tuple[Numeral, ...]:
    """Every number of a text from left to right, those of names, citations and references left out."""
    hidden = places.covered(places.nameless(text))
    found = [one for match in WRITTEN.finditer(text) if (one := _written(text, match))]
    taken = places.covered([(one.start, one.end) for one in found])  # '2 million' is read already
    found += [one for match in SPELT.finditer(text) if not taken(*match.span()) and (one := _spelt(match))]
    return tuple(sorted((one for one in found if not hidden(one.start, one.end)), key=lambda one: one.start))


def _written(text: str, match: re.Match[str]) -> Numeral | None:
    start = match.start("digits")
    before, after = text[max(0, start - 2) : start], text[match.end() : match.end() + 8]
    signed = match["sign"] is not None
    if not signed and (re.search(r"[\w.@^_$\\]$", before) or re.search(r"[^\W\d]-$", before)):
        return None
    if re.match(rf"(?!{GLUED})[^\W\d_]", after) or re.match(r"[.,]?\d", after):
        return None
    if signed and match["sign"][-1].isspace() and match["sign"][0] != "\u2212":
        signed = False  # '3 - 5' and 'this - 5 points': a dash, not a sign
    digits = match["digits"].replace(",", "")
    value = Decimal(digits)
    half = Decimal(5).scaleb(int(value.as_tuple().exponent) - 1)
    whole = "." not in digits
    if match["power"]:
        value, half = value ** int(match["power"]), Decimal(0)
    scale = _scale(match)
    if scale:
        value, half, whole = value.scaleb(scale), half.scaleb(scale), False
    if signed and match["sign"][0] in "-\u2212\u2013":
        value = -value
    return Numeral(match.start() if signed else start, match.end(), value, half, whole)


def _scale(match: re.Match[str]) -> int:
    if written := match["exponent"] or match["ten"]:
        return int(written.replace("\u2212", "-"))
    if match["letter"]:
        return LETTERS[match["letter"]]
    return POWERS[match["word"].lower()] if match["word"] else 0


def _spelt(match: re.Match[str]) -> Numeral | None:
    """'twenty-five', 'two million'. 'one' and 'zero' alone are mostly no numbers; numbers.py asks for their unit."""
    total, part, before = 0, 0, ""
    for word in re.findall(r"[a-z]+", match[0].lower()):
        if word in ("a", "and"):
            continue
        if word in POWERS and POWERS[word] > 2:
            total, part = total + (part or 1) * 10 ** POWERS[word], 0
        elif word == "hundred":
            part = (part or 1) * 100
        elif word == "dozen":
            part = (part or 1) * 12
        elif before and (before not in (*TENS, *POWERS) or (word in TENS and before in TENS)):
            return None  # 'one two three' is no number
        else:
            part += TENS.get(word, SMALL.get(word, 0))
        before = word
    value = Decimal(total + part)
    return Numeral(match.start(), match.end(), value, Decimal("0.5"), True, True)
