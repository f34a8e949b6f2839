"""Percentages of counts in tables: a column of counts beside a column of percentages, or 'count (percent)' in a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from replicate.results import Interval

from ..reading.document import Cell, Document
from . import roles
from .findings import LIKELY, SURE, Finding, Outcome, between, gap, short, shown
from .values import Value
from .views import View, both, label, place, right

WHOLE_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?![\w.])|(?<![\w.,-])\d{2,7}(?![\w.,%])")


@dataclass(frozen=True)
class _Pair:
    """A count and the percentage printed for it."""

    line: int
    count: Value
    share: Value
    cell: Cell
    of: Cell


@dataclass(frozen=True)
class _Base:
    """What the percentages may be of: one number for all, or one for each line."""

    words: str
    whole: dict[int, Interval]


def check(document: Document) -> Outcome:
    """The percentages of all tables whose counts stand beside them."""
    made = Outcome()
    for table in document.tables:
        for view in both(table):
            for pairs, counts in _pairs(view):
                made.add(_line(view, pairs, counts))
    return made


def _pairs(view: View) -> Iterator[tuple[list[_Pair], int]]:
    """Counts with their percentages, and the place of the counts."""
    lines = range(len(view.lines))
    for at in range(len(view.paths)):
        inside = list[_Pair]()
        for line in lines:
            entry = view.at(line, at)
            one = entry.content.one if entry else None
            if entry and one and entry.content.beside and entry.content.beside.unit == "%" and not entry.content.beside.signed:
                inside.append(_Pair(line, one, entry.content.beside, entry.cell, entry.cell))
        if len(inside) >= 3 and not view.turned:
            yield inside, at
        if not _is_count(view, at):
            continue
        for other in range(len(view.paths)):
            if other != at and _is_share(view, other):
                there = list[_Pair]()
                for line in lines:
                    count, share = view.at(line, at), view.at(line, other)
                    if count and share and count.content.one and share.content.one and view.line_roles[line] != roles.TOTAL:
                        there.append(_Pair(line, count.content.one, share.content.one, share.cell, count.cell))
                if len(there) >= 3:
                    yield there, at


def _is_count(view: View, at: int) -> bool:
    values = _values(view, at)
    return bool(values) and all(one and not one.places and one.unit in ("", "k", "K", "M") and one.value >= 0 for one in values)


def _is_share(view: View, at: int) -> bool:
    values, units = _values(view, at), ("%", "") if view.roles[at] == roles.SHARE else ("%",)
    return bool(values) and all(one and one.unit in units and 0 <= one.value <= 100 for one in values)


def _values(view: View, at: int) -> list[Value | None]:
    return [entry.content.one for line in range(len(view.lines)) if (entry := view.at(line, at))]


def _bases(view: View, pairs: list[_Pair], counts: int) -> Iterator[_Base]:
    lines = [pair.line for pair in pairs]
    whole = [pair.count for pair in pairs if view.line_roles[pair.line] not in roles.DERIVED]
    added = sum((one.value for one in whole), Decimal(0))
    if all(one.whole for one in whole):
        yield _Base(f"of their sum, {shown(added)}", dict.fromkeys(lines, Interval(added, added)))
    for line in range(len(view.lines)):
        entry = view.at(line, counts)
        one = entry.content.one if entry else None
        if one and (view.line_roles[line] == roles.TOTAL or re.match(r"(total|all|overall)\b", label(view.lines[line]), re.I)):
            yield _Base(f"of '{label(view.lines[line])}', {one.printed}", dict.fromkeys(lines, _counted(one)))
    for found in dict.fromkeys(WHOLE_NUMBER.findall(view.table.caption)):
        number = Decimal(found.replace(",", ""))
        if number >= max(pair.count.value for pair in pairs):
            yield _Base(f"of the {found} that the caption names", dict.fromkeys(lines, Interval(number, number)))
    for at in range(len(view.paths)):
        if at != counts and _is_count(view, at):
            there = {line: _counted(one) for line in lines if (entry := view.at(line, at)) and (one := entry.content.one)}
            if len(there) == len(lines):
                yield _Base(f"of '{label(view.paths[at])}'", there)


def _counted(one: Value) -> Interval:
    return Interval(one.value, one.value) if one.whole else one.made


def _of(count: Value, whole: Interval) -> Interval | None:
    made = _counted(count)
    return Interval(100 * made.low / whole.high, 100 * made.high / whole.low) if whole.low > 0 else None


def _fits(pair: _Pair, whole: Interval) -> bool:
    made = _of(pair.count, whole)
    return made is not None and not gap(pair.share.cut, made)


def _line(view: View, pairs: list[_Pair], counts: int) -> Outcome:
    made = Outcome()
    tried = [(sum(_fits(pair, base.whole[pair.line]) for pair in pairs), base) for base in _bases(view, pairs, counts)]
    if not tried:
        return made
    fits, base = max(tried, key=lambda one: one[0])
    failing = [pair for pair in pairs if not _fits(pair, base.whole[pair.line])]
    if fits < 2 or fits < 2 * len(failing):
        return made
    made.checked["percentages of counts"] = len(pairs)
    for pair in failing:
        found = _of(pair.count, base.whole[pair.line])
        if found is None or any(_fits(pair, other.whole[pair.line]) for _, other in tried):
            continue
        what = f"{pair.share.printed} is printed for {pair.count.printed}, which {base.words} is {between(short(found))}%"
        against = (place(view.table, pair.of),) if pair.of is not pair.cell else ()
        at = place(view.table, pair.cell)
        sure = SURE if fits > 2 else LIKELY
        what += right(fits, "percentage", view.across)
        made.findings.append(
            Finding("percentage", sure, what, at, against, pair.share.printed, found, base.words, (pair.count.printed,))
        )
    return made
