"""Gains against levels: a row or column of differences is one line of levels less another, for the pair that most cells show."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from replicate.results import Interval, difference

from ..reading.document import Document
from . import roles
from .findings import LIKELY, POSSIBLE, SURE, Finding, Outcome, between, gap
from .values import Value
from .views import View, both, label, place, right

CHANCE, UNLIKELY = 0.03, 0.02  # that a difference fits two levels that it is not of; of all tries together
MOST_PAIRS = 400  # of levels that one line of differences is tried against


@dataclass(frozen=True)
class Form:
    """How a difference is made of two levels."""

    words: str
    made: Callable[[Interval, Interval], Interval | None]


def _relative(of: Interval, over: Interval) -> Interval | None:
    if over.low <= 0:
        return None
    ends = [100 * (top - bottom) / bottom for top in of for bottom in over]
    return Interval(min(ends), max(ends))


def _ratio(of: Interval, over: Interval) -> Interval | None:
    if over.low <= 0 or of.low < 0:
        return None
    return Interval(of.low / over.high, of.high / over.low)


FORMS = (Form("{of} less {over}", difference), Form("{of} over {over} in percent", _relative), Form("{of} by {over}", _ratio))


@dataclass(frozen=True)
class _Delta:
    """A line of differences: where each is printed, and its value. `beside` is the line of its levels, in the same cells."""

    line: int
    values: dict[int, Value]
    beside: bool
    named: bool


def check(document: Document) -> Outcome:
    """The differences of all tables whose levels stand in the same table."""
    made = Outcome()
    for table in document.tables:
        for view in both(table):
            for delta in _deltas(view):
                made.add(_line(view, delta))
    return made


def _deltas(view: View) -> Iterator[_Delta]:
    for line, role in enumerate(view.line_roles):
        entries = {at: entry for at in range(len(view.paths)) if (entry := view.at(line, at))}
        single = {at: one for at, entry in entries.items() if (one := entry.content.one)}
        named = role in (roles.DELTA, roles.RELATIVE)
        signed = [at for at, one in single.items() if one.signed or not one.value]
        if single and (named or (len(signed) >= 2 and len(signed) * 3 >= 2 * len(single))):
            yield _Delta(line, single, False, named)
        beside = {at: one for at, entry in entries.items() if (one := entry.content.beside) and one.signed}
        if beside and not view.turned:
            yield _Delta(line, beside, True, True)


def _levels(view: View, delta: _Delta) -> list[int]:
    found = []
    for line, role in enumerate(view.line_roles):
        values = [entry.content.one for at in range(len(view.paths)) if (entry := view.at(line, at))]
        signed = sum(1 for one in values if one and one.signed)
        if line != delta.line and values and 2 * signed < len(values) and role not in (roles.DELTA, roles.RELATIVE, roles.SPREAD):
            found.append(line)
    return found


def _level(view: View, line: int, at: int) -> Value | None:
    entry = view.at(line, at)
    return entry.content.one if entry else None


def _line(view: View, delta: _Delta) -> Outcome:
    made = Outcome()
    levels = _levels(view, delta)
    if delta.beside:
        pairs = [(delta.line, over) for over in levels]
    else:
        pairs = list(itertools.permutations(levels, 2))
    if not pairs or len(pairs) > MOST_PAIRS:
        return made
    best: tuple[int, int, int, tuple[int, int], Form, list[int], list[int]] | None = None
    compared = fitted = 0
    for number, (of, over) in enumerate(pairs):
        for form in FORMS:
            there = [at for at in delta.values if _level(view, of, at) and _level(view, over, at)]
            fits = [at for at in there if _fits(view, delta, at, of, over, form)]
            if form is FORMS[0]:
                compared, fitted = compared + len(there), fitted + len(fits)
            found = (len(fits), -len(there), -number, (of, over), form, fits, there)
            if best is None or found[:3] > best[:3]:
                best = found
    assert best is not None
    _, _, _, (of, over), form, fits, there = best
    failing = [at for at in there if at not in fits and _made(view, at, of, over, form)]
    only = len(levels) == (1 if delta.beside else 2)
    by_chance = max(CHANCE, (fitted - len(fits)) / max(1, compared - len(there)))
    shown = math.comb(len(there), len(fits)) * by_chance ** len(fits) * len(pairs) * len(FORMS) < UNLIKELY
    if len(fits) >= 2 and len(fits) >= 2 * len(failing) and (shown or not failing):
        sure = SURE if len(fits) > 2 else LIKELY
    elif only and delta.named and there and len(failing) <= max(1, len(fits)) and (fits or not view.turned):
        sure = LIKELY if fits else POSSIBLE
        if not fits:
            form = FORMS[0]
            failing = [at for at in failing if _near(view, delta, at, of, over)]
    else:
        if there and delta.named:
            first = view.at(delta.line, there[0])
            assert first is not None
            noun = "columns" if view.turned else "rows"
            why = f"'{label(view.lines[delta.line])}': no two {noun} of the table make these differences"
            made.left.append((place(view.table, first.cell), why))
        return made
    made.checked["gains"] = len(fits) + len(failing)
    made.findings += [_finding(view, delta, at, of, over, form, sure, len(fits)) for at in failing]
    return made


def _made(view: View, at: int, of: int, over: int, form: Form) -> Interval | None:
    one, two = _level(view, of, at), _level(view, over, at)
    return form.made(one.made, two.made) if one and two else None


def _fits(view: View, delta: _Delta, at: int, of: int, over: int, form: Form) -> bool:
    made, printed = _made(view, at, of, over, form), delta.values[at]
    if made is None:
        return False
    unsigned = not printed.signed and printed.value > 0 and made.high < 0
    return not gap(printed.made, Interval(-made.high, -made.low) if unsigned else made)


def _near(view: View, delta: _Delta, at: int, of: int, over: int) -> bool:
    """Whether a difference that nothing confirms looks like one of these two levels at all."""
    made = _made(view, at, of, over, FORMS[0])
    printed = abs(delta.values[at].value)
    return made is not None and printed <= 3 * max(abs(made.low), abs(made.high)) + 10 * delta.values[at].step


def _finding(view: View, delta: _Delta, at: int, of: int, over: int, form: Form, sure: str, fitting: int) -> Finding:
    entry, printed = view.at(delta.line, at), delta.values[at]
    first, second = view.at(of, at), view.at(over, at)
    made = _made(view, at, of, over, form)
    assert entry and first and second and made is not None
    one, two = label(view.lines[of]), label(view.lines[over])
    words = form.words.format(of=f"'{one}'", over=f"'{two}'")
    cells = f"{first.cell.text} and {second.cell.text}"
    what = f"the difference is printed as {printed.printed}; {words} ({cells}) is {between(made)}"
    if printed.value and not gap(Interval(-printed.made.high, -printed.made.low), made):
        what += "; with the sign turned it would be right"
    what += right(fitting, "difference", view.line)
    members = tuple(x.printed for x in (_level(view, of, at), _level(view, over, at)) if x)
    against = tuple(place(view.table, cell.cell) for cell in ((second,) if delta.beside else (first, second)))
    return Finding("gain", sure, what, place(view.table, entry.cell), against, printed.printed, made, words, members)
