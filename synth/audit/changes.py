"""Changes in sentences: 'from 68.1 to 74.2, an improvement of 5.4' against its own two ends."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from replicate.results import Interval, difference

from ..english import units
from ..english.numbers import ABOUT, BETWEEN, EQUAL, Number, numbers
from ..reading.document import Document, Sentence
from .findings import SURE, Finding, Outcome, between, gap, short
from .spoken import SAID, interval_of, sentences, spoken

ARROW = r"\s*(?:%|points?)?\s*\(?(?:\u2192|\u27f6|\u21d2|->|-->|=>|\bvs\.?|\bversus\b|\bcompared (?:to|with)\b)\s*"
TO = re.compile(r"\s*(?:%|points?|percent)?\s*\bto\b\s*")
PAIR = re.compile(ARROW)
FROM = re.compile(r"\bfrom\s+(?:about\s+|around\s+|an? (?:average|mean) of\s+)?$", re.I)
CHANGE = re.compile(
    r"(?:\bby|\b(?:improvement|gain|increase|rise|boost|drop|decrease|decline|reduction|loss|difference|change|gap|delta)s?"
    r"(?:\s+\w+)?\s+of)\s*(?:about|around|roughly|only|just|up to|a|an|approximately)?\s*$",
    re.I,
)
STOP = re.compile(r"(?<!i\.e)(?<!e\.g)[.;]\s")
OTHER, NAME = re.compile(r"\b(and|while|whereas|but|then|or|both|respectively)\b"), re.compile(r"\b[A-Z]")
NEAR = 45  # characters between a change and its two ends


def check(document: Document) -> Outcome:
    """The changes of all sentences that print both ends and the change."""
    made = Outcome()
    for sentence, found in sentences(document):
        made.add(_changes(sentence, found))
    return made


def _changes(sentence: Sentence, found: Sequence[Number]) -> Outcome:
    made = Outcome()
    plain = [one for one in found if one.relation in (EQUAL, ABOUT)]
    for first, second in (*_pairs(sentence.text, plain), *_bracketed(sentence.text, found)):
        change = _change(sentence.text, plain, first, second)
        # '(2.0 to 5.0)' behind a change of 3.5 is how sure it is of it, and no pair of ends.
        if change is not None and _in_brackets(sentence.text, first, second) and first.value <= abs(change.value) <= second.value:
            continue
        if change is None or change.relation != EQUAL or first.relation != EQUAL or second.relation != EQUAL:
            continue
        made.checked["changes in sentences"] += 1
        readings = list(_readings(first, second, change, "v" not in sentence.text[first.end : second.start]))
        printed = interval_of(change)
        size = Interval(abs(printed.low), abs(printed.high)) if printed.low >= 0 else Interval(-printed.high, -printed.low)
        gaps = [gap(size, _absolute(one)) for _, one in readings]
        if not readings or min(gaps) == 0:
            continue
        words, found_one = readings[0]
        what = (
            f"a change of {change.text} is printed for {first.text} and {second.text}; {words} is {between(_absolute(found_one))}"
        )
        if len(readings) > 1:
            words, other = readings[1]
            what += f", {words} {between(short(_absolute(other)))}"
        place = spoken(sentence)
        made.findings.append(
            Finding("change", SURE, what, place, (), change.text, _absolute(found_one), readings[0][0], (first.text, second.text))
        )
    return made


def _pairs(text: str, found: Sequence[Number]) -> Iterator[tuple[Number, Number]]:
    for one, two in itertools.pairwise(found):
        gap_text = text[one.end : two.start]
        kind = one.unit == two.unit or (one.unit in SAID and two.unit in SAID and not (one.unit and two.unit))
        listed = re.search(r"[\d%]\s*[,/]\s*$", text[: one.start])
        ends = FROM.search(text[: one.start]) or _in_brackets(text, one, two)
        if kind and not listed and (PAIR.fullmatch(gap_text) or (TO.fullmatch(gap_text) and ends)):
            yield one, two


def _in_brackets(text: str, one: Number, two: Number) -> bool:
    """Whether two numbers stand alone in brackets: 'rises by 3.5 points (70.0 to 72.0)'."""
    return text[: one.start].rstrip().endswith("(") and bool(re.match(r"\s*(?:%|points?)?\s*\)", text[two.end :]))


def _bracketed(text: str, found: Sequence[Number]) -> Iterator[tuple[Number, Number]]:
    """The two ends of '(70.0 to 72.0)', which reads as a range where nothing else is said."""
    for one in found:
        ends = list(re.finditer(r"\d+(?:\.\d+)?", one.text))
        if one.relation != BETWEEN or one.unit not in SAID or len(ends) != 2 or not _in_brackets(text, one, one):
            continue
        if not re.search(r"\bto\b", one.text):
            continue
        first, second = (numbers(each[0])[0] for each in ends)
        yield (
            replace(first, start=one.start, end=one.start + ends[0].end(), unit=one.unit),
            replace(second, start=one.start + ends[1].start(), end=one.end, unit=one.unit),
        )


def _change(text: str, found: Sequence[Number], first: Number, second: Number) -> Number | None:
    """The number beside a pair that says by how much they differ; None where there is none or more than one may."""
    start, end = first.start, second.end
    hits = []
    for one in found:
        if one in (first, second) or one.unit not in SAID:
            continue
        before = one.end <= start and start - one.end <= NEAR
        after = one.start >= end and one.start - end <= NEAR
        between_them = text[one.end : start] if before else text[end : one.start]
        if not (before or after) or any(other.start >= min(one.end, end) and other.end <= max(one.start, start)
                                        for other in found if other not in (one, first, second)):  # fmt: skip
            continue
        signed = text[one.start : one.start + 1] in "+-\u2212" or text[max(0, one.start - 1) : one.start] in ("+", "\u2212")
        bracketed = signed and after and re.fullmatch(r"\s*%?\s*[(,\[]\s*\S?", between_them)
        if (CHANGE.search(text[: one.start].rstrip("+-\u2212")) or bracketed) and _joined(between_them, before):
            hits.append(one)
    return hits[0] if len(hits) == 1 else None


def _joined(between_them: str, before: bool) -> bool:
    """Whether nothing between a change and a pair speaks of something else."""
    if STOP.search(between_them) or OTHER.search(between_them):
        return False
    return "(" in between_them or not NAME.search(between_them) if before else not NAME.search(between_them)


def _readings(first: Number, second: Number, change: Number, ordered: bool) -> Iterator[tuple[str, Interval]]:
    one, two = interval_of(first), interval_of(second)
    if change.unit != units.TIMES:
        yield "the difference", difference(two, one)
    if change.unit != "points" and one.low > 0 and two.low > 0:
        ratios = [top / bottom for top in two for bottom in one]
        if change.unit != units.TIMES:
            yield "in percent of the first", Interval(100 * (min(ratios) - 1), 100 * (max(ratios) - 1))
            if not ordered:
                turned = [top / bottom for top in one for bottom in two]
                yield "in percent of the second", Interval(100 * (min(turned) - 1), 100 * (max(turned) - 1))
        else:
            yield "the second by the first", Interval(min(ratios), max(ratios))
            yield "the first by the second", Interval(1 / max(ratios), 1 / min(ratios))
    if change.unit in ("", units.PERCENT) and first.unit in ("", units.PERCENT) and max(one.high, two.high) < 100:
        rest = difference(Interval(Decimal(100), Decimal(100)), one)
        shift = difference(two, one)
        ends = [100 * top / bottom for top in shift for bottom in rest]
        yield "in percent of what was left to 100", Interval(min(ends), max(ends))


def _absolute(one: Interval) -> Interval:
    if one.low >= 0:
        return one
    return Interval(-one.high, -one.low) if one.high <= 0 else Interval(Decimal(0), max(-one.low, one.high))
