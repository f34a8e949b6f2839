"""Averages: what is labelled so is the mean of its siblings by some reading, and where others of its line show which."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal

from replicate.results import Interval

from ..plural import counted
from ..reading.document import Document
from . import roles
from .findings import LIKELY, POSSIBLE, SURE, Finding, Outcome, between, gap
from .readings import Reading, readings, value
from .views import Entry, View, both, label, place, right

NARROW, ENOUGH = 3, 5  # in the last digit that is printed; how many others have to show that a small miss is one
# A caption or a neighbour that says what else an average may be over.
HIDDEN = re.compile(
    r"\b(seeds?|runs?|folds?|trials|annotators|weighted|micro|averaged? (over|across|of)|mean (over|of|and)|all \d+"
    r"|languages)\b",
    re.I,
)


@dataclass
class _Tried:
    """One average cell: the readings that yield what it prints, and the nearest of those that do not."""

    line: int
    entry: Entry
    fits: list[Reading]
    nearest: tuple[Reading, Interval, list[str], int] | None
    gaps: dict[Reading, Decimal]  # how far each is
    missing: bool


def check(document: Document) -> Outcome:
    """The averages of all tables."""
    made = Outcome()
    for table in document.tables:
        for view in both(table):
            for there, role in enumerate(view.roles):
                if role in (roles.AVERAGE, roles.WHOLE):
                    made.add(_line(view, there, role))
    return made


def _line(view: View, there: int, role: str) -> Outcome:
    made = Outcome()
    known = readings(view, there)
    tried = [_tried(view, line, there, known) for line in range(len(view.lines)) if view.at(line, there)]
    tried = [one for one in tried if view.line_roles[one.line] not in (roles.SPREAD, roles.DELTA, roles.RELATIVE, roles.TOTAL)]
    whole = [one for one in tried if one.nearest or one.fits]
    if not whole:
        return made
    fitting = [one for one in whole if one.fits]
    failing = [one for one in whole if not one.fits and not one.missing]
    lacking = len(whole) - len(fitting) - len(failing)
    count = Counter(reading for one in fitting for reading in one.fits)
    usual = max(count, key=lambda one: (count[one], one.plain)) if count else None
    if role == roles.WHOLE and (_narrow(failing, usual) or len(fitting) < max(4, 4 * len(failing))):
        return made  # 'all' names many things; only its neighbours could say that it is a mean here
    if failing:
        sure = _sure(view, there, count[usual] if usual else 0, failing, usual)
        if sure:
            made.findings += [_finding(view, one, usual, sure, len(fitting)) for one in failing]
        else:
            made.left.append((place(view.table, failing[0].entry.cell), _unlike(view, there, failing)))
            failing = []
    if lacking:
        first = next(one for one in whole if one.missing and not one.fits)
        why = f"{counted(lacking, 'average')} beside an empty cell: what the mean is over is not said"
        made.left.append((place(view.table, first.entry.cell), why))
    made.checked["averages"] = len(fitting) + len(failing)
    return made


def _unlike(view: View, there: int, failing: list[_Tried]) -> str:
    named = f"'{label(view.paths[there])}'"
    if _narrow(failing, None):
        return f"{named}: near the mean of what stands beside it and not it; it may be weighted"
    many = f"none of its {len(failing)} numbers is" if len(failing) > 1 else "its number is not"
    return f"{named}: {many} the mean of what stands beside it, by any reading; it may be over something else"


def _narrow(failing: list[_Tried], usual: Reading | None) -> bool:
    """Whether those that fail miss their mean by little: then it may be weighted, and the others fit by chance."""
    least = [(one, one.gaps[usual] if usual and usual in one.gaps else min(one.gaps.values())) for one in failing if one.gaps]
    steps = [off / one.entry.content.parts[0].step for one, off in least]
    return bool(steps) and max(steps) < NARROW


def _sure(view: View, there: int, agree: int, failing: list[_Tried], usual: Reading | None) -> str:
    """How sure it is that those which fail are wrong: `agree` others of their line show how averages are made here."""
    needed = 2 if usual and usual.plain else 3
    if _narrow(failing, usual):
        return LIKELY if agree >= ENOUGH * len(failing) else ""
    if agree >= needed and agree >= 2 * len(failing):
        return SURE
    if len(failing) == 1 and agree == 1 and usual and usual.plain and len(usual.places) > 2:
        return POSSIBLE
    table, one = view.table, failing[0]
    if agree or len(failing) > 1 or one.nearest is None:
        return ""
    reading, made, _, _ = one.nearest
    neighbours = set(view.roles) | set(view.line_roles)
    if roles.SPREAD in neighbours or HIDDEN.search(table.caption) or HIDDEN.search(label(view.paths[there])):
        return ""
    cells = [entry for place in reading.places if (entry := view.at(one.line, place))]
    levels = [part.value for entry in cells for part in entry.content.parts]
    printed = one.entry.content.parts[0].value
    alike = len({len(entry.content.parts) for entry in cells}) == 1 and all(level > 0 for level in levels)
    middle = (made.low + made.high) / 2
    whole = any(part.whole for entry in cells for part in entry.content.parts)
    near = abs(printed - middle) <= max(abs(middle) / 5, (max(levels) - min(levels)) / 2)
    return POSSIBLE if alike and near and max(levels) < 20 * min(levels) and not whole else ""


def _tried(view: View, line: int, there: int, known: tuple[Reading, ...]) -> _Tried:
    entry = view.at(line, there)
    assert entry is not None
    parts = entry.content.parts
    fits, nearest, missing = list[Reading](), None, False
    gaps = dict[Reading, Decimal]()
    for reading in known:
        if not any(view.at(line, one) for one in reading.places):
            continue
        groups = tuple(kept for group in reading.groups if (kept := _present(view, line, group)))
        present = replace(reading, groups=groups)
        missing = missing or present.groups != reading.groups
        if len(present.groups) < 2:
            continue
        made = [value(view, line, present, part, len(parts)) for part in range(len(parts))]
        off = [gap(one.made, found[0]) for one, found in zip(parts, made, strict=True) if found]
        if max(off) == 0:
            fits.append(reading)
            continue
        found = made[off.index(max(off))]
        assert found is not None
        if max(off) < min(gaps.values(), default=max(off) + 1):
            nearest = (reading, found[0], found[1], off.index(max(off)))
        gaps[reading] = max(off)
    return _Tried(line, entry, fits, nearest, gaps, missing)


def _present(view: View, line: int, group: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(one for one in group if view.at(line, one))


def _finding(view: View, one: _Tried, usual: Reading | None, sure: str, fitting: int) -> Finding:
    parts = one.entry.content.parts
    part = one.nearest[3] if one.nearest else 0
    reading = usual or (one.nearest[0] if one.nearest else None)
    assert reading is not None
    found = value(view, one.line, reading, part, len(parts))
    if found is None:
        assert one.nearest is not None
        reading, made, members, part = one.nearest
    else:
        made, members = found
    printed = parts[part].printed
    what = f"the average is printed as {printed}; the mean of {reading.words} is {between(made)}"
    if one.nearest and one.nearest[0].groups != reading.groups and gap(parts[part].made, one.nearest[1]):
        what += f"; the nearest other reading, {one.nearest[0].words}, makes {between(one.nearest[1])}"
    what += right(fitting, "average", view.across)
    what += _slip(view, one, reading, made)
    at = place(view.table, one.entry.cell)
    against = (view.members(one.line, reading.places),)
    return Finding("average", sure, what, at, against, printed, made, reading.words, tuple(members))


def _slip(view: View, one: _Tried, reading: Reading, made: Interval) -> str:
    """The one member whose sign, turned, would yield the average that is printed."""
    printed = one.entry.content.parts[0]
    for group in reading.groups:
        for where in group:
            entry = view.at(one.line, where)
            if entry is None or len(entry.content.parts) > 1 or not entry.content.parts[0].signed:
                continue
            shift = 2 * entry.content.parts[0].value / len(group) / len(reading.groups)
            if gap(printed.made, Interval(made.low - shift, made.high - shift)) == 0:
                return f"; with the sign of {entry.cell.text} ({label(view.paths[where])}) turned it would be right"
    return ""
