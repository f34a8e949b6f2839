"""Enumerations: names and numbers side by side, and the sentences that each pair of them stands for."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from replicate import tasks

from .. import vocabulary
from . import numbers, verbs
from .numbers import Number

BETWEEN = re.compile(r"\s*(?:,?\s*(?:and|or|&)\b|,|/|\+)\s*(?:(?:on|for|from|to|with|the|of)\s+)*")
RESPECTIVELY = re.compile(r",?\s*\(?\brespectively\b\)?,?(?=\s|[.;]|$)")
KINDS = (vocabulary.TASK, vocabulary.MODEL, vocabulary.LANGUAGE, vocabulary.SYSTEM, vocabulary.METRIC, vocabulary.SPLIT)
# What looks like a name without being in the vocabulary: SST-2, CoLA, WiC.
LIKE = re.compile(r"(?<![\w-])(?=\w*[A-Z]\w*(?:[A-Z]|-[A-Z\d]))[A-Z][\w+-]*(?:\s+v?\d+\.\d+)?")
UNKNOWN = "unknown"
TARGETS = frozenset(tasks.TASKS) - frozenset(tasks.INTERMEDIATE)


@dataclass(frozen=True)
class Item:
    """A name at `text[start:end]`; its kind is 'unknown' where the vocabulary does not have it."""

    start: int
    end: int
    kind: str
    id: str


@functools.lru_cache(maxsize=1 << 12)
def names(text: str, kinds: tuple[str, ...] = KINDS) -> tuple[Item, ...]:
    """The names of a text from left to right, with those that only look like one."""
    found = [Item(one.start, one.end, one.name.kind, one.name.id) for one in vocabulary.mentions(text, kinds)]
    found = [one for place, one in enumerate(found) if not any(one.start == other.start for other in found[:place])]
    for match in LIKE.finditer(text):
        if not any(match.start() < one.end and one.start < match.end() for one in found):
            found.append(Item(match.start(), match.end(), UNKNOWN, match[0]))
    return tuple(sorted(found, key=lambda one: one.start))


def runs(text: str, items: Sequence[Item]) -> list[list[Item]]:
    """Names in a row: 'SQuAD, MNLI, and HellaSwag'."""
    found = list[list[Item]]()
    for item in items:
        last = found[-1][-1] if found else None
        if last and BETWEEN.fullmatch(text[last.end : item.start]) and UNKNOWN in (last.kind, item.kind, *_same(last, item)):
            found[-1].append(item)
        else:
            found.append([item])
    return [run for run in found if len(run) > 1]


def _same(one: Item, other: Item) -> tuple[str, ...]:
    """Names of one kind may stand in a row; a task and a metric ('XNLI / accuracy') do not."""
    return (UNKNOWN,) if one.kind == other.kind else ()


def rows(text: str, found: Sequence[Number]) -> list[list[Number]]:
    """Numbers in a row: '8.2, 7.5, and 7.0'."""
    made = list[list[Number]]()
    for number in found:
        last = made[-1][-1] if made else None
        gap = text[last.end : number.start] if last else ""
        if last and last.unit == number.unit and LISTED.fullmatch(gap):
            made[-1].append(number)
        else:
            made.append([number])
    return [row for row in made if len(row) > 1]


LISTED = re.compile(r"\s*(?:%|points?)?\s*(?:,?\s*(?:and|&)\b|,|/)\s*(?:(?:by|of|to|a|an)\s+)*")


def respective(text: str) -> list[str]:
    """'SQuAD and MNLI yield 8.2 and 7.5 points' as a sentence for each pair; the text alone where nothing is parallel."""
    counted = rows(text, numbers.numbers(text))
    if len(counted) != 1:
        return [text]
    (row,) = counted
    named = [run for run in runs(text, names(text)) if len(run) == len(row) and not _crosses(run, row)]
    if len(named) != 1 or len({one.id for one in named[0]}) < len(named[0]):
        return [text]
    made = list[str]()
    for name, number in zip(named[0], row, strict=True):
        changes = {(named[0][0].start, named[0][-1].end): text[name.start : name.end], _span(row): number.text}
        swapped = _put(text, changes | _agreeing(text, named[0][-1].end))
        made.append(re.sub(r"\s+([.;,])", r"\1", RESPECTIVELY.sub("", swapped)))
    return made


def _agreeing(text: str, subject: int) -> dict[tuple[int, int], str]:
    """The change of a verb that stands right behind several names and then behind one: 'yield' to 'yields'."""
    found = [one for one in verbs.finite(text) if one.start >= subject and not text[subject : one.start].strip()]
    return {(found[0].start, found[0].end): verbs.third(found[0].base, True)} if found and not found[0].past else {}


def _crosses(run: Sequence[Item], row: Sequence[Number]) -> bool:
    """Whether names and numbers alternate; pairs() reads those."""
    return run[0].start < row[-1].end and row[0].start < run[-1].end


def _span(row: Sequence[Number]) -> tuple[int, int]:
    return row[0].start, row[-1].end


def _put(text: str, changes: dict[tuple[int, int], str]) -> str:
    for (start, end), new in sorted(changes.items(), reverse=True):
        text = text[:start] + new + text[end:]
    return text


# '8.2 points for SQuAD', '7.5 for MNLI'; 'SQuAD by 8.2', 'SQuAD (+8.2)', 'SQuAD: 8.2'.
FOR = re.compile(r"\s*(?:%|points?)?\s*(?:\(?\s*(?:for|on|with|from|in)\s+|\()(?:the\s+)?")
BY = re.compile(r"\s*(?:\(\s*\+?|:\s*|=\s*|\s(?:only\s+|just\s+)?(?:by|of|with|at|to)\s+\+?)")
NEXT = re.compile(r"\s*(?:%|points?)?\s*\)?\s*(?:,?\s*(?:and|&|whereas|while|but)\b|,|;)\s*(?:(?:by|to|of)\s+)?")


Pair = tuple[int, int, str]  # from a number to its name or the other way round, and the words


def pairs(text: str) -> list[str]:
    """'8.2 points for SQuAD, 7.5 for MNLI' as a sentence for each pair; the text alone where there are none."""
    found, named = numbers.numbers(text), [one for one in names(text) if one.kind != vocabulary.METRIC]
    made = list[Pair]()
    unit = next((one.unit for one in found if one.unit in ("points", "%")), "")
    for number in found:
        for name in named:
            if FOR.fullmatch(text[number.end : name.start]):
                made.append((number.start, name.end, text[number.start : name.end]))
            elif BY.fullmatch(text[name.end : number.start]):
                made.append((name.start, number.end, text[name.start : number.end]))
    made.sort()
    groups = list[list[Pair]]()
    for pair in made:
        if groups and pair[0] >= groups[-1][-1][1] and NEXT.fullmatch(text[groups[-1][-1][1] : pair[0]]):
            groups[-1].append(pair)
        else:
            groups.append([pair])
    if len(groups) == 1 and len(gapped := _gapped(text, groups[0], found, named, unit)) > 1:
        return gapped
    whole = [group for group in groups if len(group) > 1]
    if len(whole) != 1:
        return [text]
    (group,) = whole
    last = group[-1]
    changes = _agreeing(text, last[1])
    made_of = [_put(text, changes | {(group[0][0], last[1]): _with_unit(one[2], unit, text[last[1] :])}) for one in group]
    return [_own_metric(one) for one in made_of]


def _own_metric(text: str) -> str:
    """A sentence of a pair without the metric that stands for others of its row: 'PAWS-X by 0.7 and XQuAD by 1.1 F1 points'."""
    measured = [tasks.TASKS[one.id].metrics for one in names(text) if one.kind == vocabulary.TASK and one.id in TARGETS]
    for one in names(text):
        alien = one.kind == vocabulary.METRIC and measured and not any(one.id in metrics for metrics in measured)
        if alien and re.match(r"\s+points?\b", text[one.end :]):
            return text[: one.start].rstrip() + text[one.end :]
    return text


def _gapped(text: str, group: Sequence[Pair], found: Sequence[Number], named: Sequence[Item], unit: str) -> list[str]:
    """'SQuAD improves by 8.2 points, MNLI by 7.5': the verb of the first holds for the others."""
    first = group[0][0]
    numbers_before, names_before = [one for one in found if one.end <= first], [one for one in named if one.end <= first]
    if len(numbers_before) != 1 or not names_before or not NEXT.fullmatch(text[numbers_before[0].end : first]):
        return []
    (number,), name = numbers_before, names_before[0]
    others = [
        (one, other) for one in named for other in found if any(low <= one.start and other.end <= high for low, high, _ in group)
    ]
    kind = {one.kind for one, _ in others}
    if kind != {name.kind} or sum(one.kind == name.kind for one in names_before) != 1 or not verbs.finite(text[: number.start]):
        return []
    head, tail = text[: number.end], text[group[-1][1] :]
    made = [head + ("" if number.unit != unit or unit == "%" else f" {unit}") + tail]
    for low, high, _ in group:
        here = next(one for one in named if low <= one.start and one.end <= high)
        there = next(one for one in found if low <= one.start and one.end <= high)
        swapped = _put(head, {(name.start, name.end): text[here.start : here.end], (number.start, number.end): there.text})
        made.append(swapped + (unit if unit == "%" else f" {unit}" if unit else "") + tail)
    return made


def _with_unit(pair: str, unit: str, after: str) -> str:
    """A pair with the unit that the first or the last one bears for all."""
    if not unit or unit in pair or after.lstrip(" )").startswith((unit, "point")):
        return pair
    number = numbers.numbers(pair)
    if not number or number[-1].unit:
        return pair
    end = number[-1].end
    return pair[:end] + (unit if unit == "%" else f" {unit}") + pair[end:]


def inside(text: str, start: int, end: int) -> bool:
    """Whether a piece of the text stands within an enumeration of names and separates nothing but these."""
    spans = [(run[0].start, run[-1].end, len(run)) for run in runs(text, names(text))]
    return any(low < start and end <= high and length > 2 for low, high, length in spans)


__all__ = ["Item", "inside", "names", "pairs", "respective", "rows", "runs"]
