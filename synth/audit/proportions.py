"""Percentages of counts in sentences: '101 of 162 papers (62%)', and shares of a stated n that no whole number yields."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from replicate.results import Interval

from ..english import units
from ..english.numbers import EQUAL, Number
from ..plural import counted
from ..reading.document import Document, Sentence
from .findings import LIKELY, SURE, Finding, Outcome, between, gap, short, shown
from .spoken import SAID, sentences, spoken

RATIO = re.compile(r"of (\d+(?:,\d{3})*)$")
MEASURED = re.compile(r"\b(?:ms|s|min|h|hours?|seconds?|minutes?|days?|GB|MB|kB|epochs?|steps?)\b")
INSIDE = re.compile(r"[\w\s'\u2019/-]{0,50}[(,:=;]\s*(?:or|i\.e\.,?|that is,?|about|~|\u223c|\u2248|roughly)?\s*")
OF_THE = re.compile(r"\s*(?:%|percent)?\s*(?:of|among|on)\s+(?:(?:the|these|those|our|all|its|their|a total of|all of the)\s+)?$")


# 'Of 200 examples, 50 (30%)', '120 patients, of whom 48 (45%)': the whole stands before its part.
ONLY = r"(?:(?:only|just|a total of)\s+)?"
OPENED = re.compile(r"\b[Oo](?:f|ut of)\s+(?:(?:the|these|those|our|all|its|a total of|all of the)\s+)*$")
THEN = re.compile(rf"[^,.;:()\d]{{1,40}},\s+{ONLY}")
OF_WHOM = re.compile(rf"[^,.;:()\d]{{0,40}},?\s+of\s+(?:whom|which|these|those|them)\s*,?\s*{ONLY}")


def check(document: Document) -> Outcome:
    """The percentages of all sentences, each with its count; and counts of one whole beside each other."""
    made = Outcome()
    shares = list[_Share]()
    for sentence, found in sentences(document):
        mine = list(_shares(sentence, found))
        made.add(_percentages(sentence, mine))
        made.add(_impossible(sentence, found, mine))
        shares += mine
    made.add(_same_whole(shares))
    return made


@dataclass(frozen=True)
class _Share:
    """A percentage printed beside a count; `whole` is empty where the sentence does not say of how many."""

    count: Decimal
    whole: Decimal | None
    share: Number
    noun: str
    sentence: Sentence


def _shares(sentence: Sentence, found: Sequence[Number]) -> Iterator[_Share]:
    """'101 of 162 papers (62%)', '62% (101/162)', '119 papers (73%)'."""
    text = sentence.text
    for number, one in enumerate(found):
        ratio = RATIO.match(one.unit)
        whole = Decimal(ratio[1].replace(",", "")) if ratio else None
        plain = one.value == one.value.to_integral_value() and one.relation == EQUAL
        whole = whole or (_told_before(text, found[number - 1], one) if number else None)
        after = found[number + 1] if number + 1 < len(found) else None
        if not plain or (whole is None and one.unit in SAID):
            continue
        if after and after.unit == units.PERCENT and after.relation == EQUAL and _inside(text, one, after):
            noun = one.unit if whole is None else (one.noun or (found[number - 1].noun if number else "")).split(" ")[-1]
            yield _Share(one.value, whole, after, noun, sentence)
        before = found[number - 1] if number else None
        opened = before and re.fullmatch(
            r"\s*%?\s*(?:percent)?[\w\s]{0,25}[(\[,:]\s*(?:i\.e\.,?\s*)?", text[before.end : one.start]
        )
        if before and ratio and before.unit == units.PERCENT and before.relation == EQUAL and opened:
            yield _Share(one.value, Decimal(ratio[1].replace(",", "")), before, one.noun, sentence)


def _told_before(text: str, whole: Number, part: Number) -> Decimal | None:
    """The whole that is named right before its part; None where the number before it is none."""
    counts = whole.value == whole.value.to_integral_value() and whole.relation == EQUAL and whole.unit not in (*SAID[:3], "p")
    between_them = text[whole.end : part.start]
    told = (OPENED.search(text[: whole.start]) and THEN.fullmatch(between_them)) or OF_WHOM.fullmatch(between_them)
    return whole.value if counts and told and 0 <= part.value <= whole.value else None


def _inside(text: str, one: Number, after: Number) -> bool:
    """Whether a percentage stands in brackets right behind a count."""
    gap_text = text[one.end : after.start]
    return bool(INSIDE.fullmatch(gap_text)) and "(" in gap_text and bool(re.match(r"\s*(?:%|percent)\s*[),;]", text[after.end :]))


def _percentages(sentence: Sentence, shares: Sequence[_Share]) -> Outcome:
    made = Outcome()
    for one in shares:
        if one.whole is None or one.whole <= 0:
            continue
        made.checked["percentages of counts"] += 1
        exact = 100 * one.count / one.whole
        if not gap(_cut(one.share), Interval(exact, exact)):
            continue
        value = short(Interval(exact, exact))
        what = f"{one.share.text}% is printed for {one.count} of {one.whole}, which is {between(value)}%"
        made.findings.append(
            Finding(
                "percentage",
                SURE,
                what,
                spoken(sentence),
                (),
                f"{one.share.text}%",
                value,
                "n of N",
                (str(one.count), str(one.whole)),
            )
        )
    return made


def _cut(one: Number) -> Interval:
    """Rounded, or cut after its last digit."""
    return Interval(one.low, one.high + (one.high - one.low) / 2)


def _same_whole(shares: Sequence[_Share]) -> Outcome:
    """Counts with percentages and no whole beside them, where the document names a whole that most of them fit."""
    made = Outcome()
    for noun in dict.fromkeys(one.noun for one in shares if one.whole is None):
        told = [one for one in shares if one.whole is not None and one.noun == noun]
        mine = [one for one in shares if one.whole is None and one.noun == noun]
        for whole in dict.fromkeys(one.whole for one in told if one.whole):
            fits = [one for one in mine if _of(one, whole)]
            failing = [one for one in mine if one not in fits and not _of(one, None, told)]
            if len(fits) < 2 or len(failing) > len(fits):
                continue
            made.checked["percentages of counts"] += len(fits) + len(failing)
            for one in failing:
                if gap(_cut(one.share), Interval(100 * one.count / whole, 100 * one.count / whole)) > 3:
                    continue
                exact = short(Interval(100 * one.count / whole, 100 * one.count / whole)).low
                what = f"{one.share.text}% is printed for {one.count} {noun}; of the {whole} that the document names it is "
                what += f"{shown(exact)}%, and {counted(len(fits), 'other percentage')} of {noun} fit"
                source = next(each for each in told if each.whole == whole)
                found = Interval(exact, exact)
                made.findings.append(
                    Finding("percentage", LIKELY, what, spoken(one.sentence), (spoken(source.sentence),), f"{one.share.text}%",
                            found, "n of N", (str(one.count), str(whole)))
                )  # fmt: skip
    return made


def _of(one: _Share, whole: Decimal | None, others: Sequence[_Share] = ()) -> bool:
    wholes = [whole] if whole else [other.whole for other in others if other.whole]
    return any(not gap(_cut(one.share), Interval(100 * one.count / each, 100 * one.count / each)) for each in wholes)


def _impossible(sentence: Sentence, found: Sequence[Number], shares: Sequence[_Share]) -> Outcome:
    """'73.5% of the 15 papers': no whole number of 15 makes that."""
    made, text = Outcome(), sentence.text
    for one, two in itertools.pairwise(found):
        if not text[two.end : two.end + 1].isspace() or MEASURED.search(two.noun):
            continue
        whole = two.value == two.value.to_integral_value() and two.relation == EQUAL and two.noun
        if (
            one.unit != units.PERCENT
            or one.relation not in (EQUAL,)
            or not whole
            or two.unit in (*SAID, "p")
            or RATIO.match(two.unit)
        ):
            continue
        if not OF_THE.fullmatch(text[one.end : two.start]) or two.value <= 0 or any(each.share == one for each in shares):
            continue
        made.checked["percentages of a stated n"] += 1
        reach = _cut(one)
        low, high = math.ceil(reach.low * two.value / 100), math.floor(reach.high * two.value / 100)
        if low <= high or not 0 <= one.value <= 100:
            continue
        below, above = math.floor(one.value * two.value / 100), math.ceil(one.value * two.value / 100)
        near = " and ".join(
            f"{each} is {shown(round(100 * Decimal(each) / two.value, 2))}%" for each in dict.fromkeys((below, above))
        )
        what = f"no whole number of {two.text} {two.noun} is {one.text}%: {near}"
        made.findings.append(
            Finding("percentage", LIKELY, what, spoken(sentence), (), f"{one.text}%", None, "n of N", (two.text,))
        )
    return made
