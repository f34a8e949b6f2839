"""Slips that one cell shows: a decimal more than its column, a spread of zero, an F1 that its precision and recall rule out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from replicate.results import Interval

from ..reading.document import Document, Table
from .findings import LIKELY, POSSIBLE, SURE, Finding, Outcome, between, gap
from .views import Entry, View, label, place, right, view

RUNS = re.compile(r"\b(runs|seeds|folds|trials|restarts|initiali[sz]ations|deviation)\b", re.I)
SCORE = re.compile(r"^(acc|acc\.|accuracy|f1|em|exact match|precision|recall|prec\.?|rec\.?)( score)?( ?\(?%\)?)?$", re.I)
METRICS = {
    "precision": re.compile(r"^(p|prec|precision)\.?( ?\(?%\)?)?$", re.I),
    "recall": re.compile(r"^(r|rec|recall)\.?( ?\(?%\)?)?$", re.I),
    "f1": re.compile(r"^(f|f1|f-1|f1[- ]score|f-?score|f-measure)\.?( ?\(?%\)?)?$", re.I),
}
MACRO = re.compile(r"\b(macro|averaged?|mean|weighted|per[- ]\w+)\b", re.I)
ARROWS = re.compile(r"(?<![\s\u2191\u2193*])[\s\u2191\u2193*]+$")


def check(document: Document) -> Outcome:
    """The slips of all tables."""
    made = Outcome()
    for table in document.tables:
        turned = view(table, turned=True)
        made.add(_decimals(turned))
        made.add(_beyond(turned))
        made.add(_spreads(turned))
        made.add(_f1(table))
    return made


def _column(turned: View, line: int) -> list[Entry]:
    return [entry for at in range(len(turned.paths)) if (entry := turned.at(line, at)) and entry.content.one]


def _decimals(turned: View) -> Outcome:
    """A number with one decimal more than all others of its column and of its row: a footnote mark may be glued to it."""
    made = Outcome()
    printed = Counter(value.places for entry in turned.entries.values() if (value := entry.content.one) and value.places)
    alone = sum(printed.values()) - max(printed.values(), default=0)  # numbers that are not printed as most of the table
    for line in range(len(turned.lines)):
        column = _column(turned, line)
        count = Counter(entry.content.parts[0].places for entry in column)
        usual, often = count.most_common(1)[0] if count else (0, 0)
        if not usual or often < 4:
            continue
        made.checked["columns of decimals"] += 1
        odd = [entry for entry in column if entry.content.parts[0].places != usual]
        if len(odd) != 1 or odd[0].content.parts[0].places != usual + 1:
            continue
        value = odd[0].content.parts[0]
        sizes = [abs(entry.content.parts[0].value) for entry in column if entry is not odd[0]]
        row = [
            one for one in turned.entries.values() if one.cell.row == odd[0].cell.row and one is not odd[0] and one.content.one
        ]
        if alone > 1 or any(one.content.parts[0].places == value.places for one in row) or abs(value.value) * 3 < min(sizes):
            continue
        shorter = value.printed[:-1]
        what = f"{value.printed} has one decimal more than the {often} others of its column; "
        what += f"is it {shorter} with a footnote mark {value.printed[-1]}?"
        others = [entry for entry in column if entry is not odd[0]]
        made.findings.append(
            Finding(
                "decimals",
                POSSIBLE,
                what,
                place(turned.table, odd[0].cell),
                (place(turned.table, others[0].cell),),
                value.printed,
            )
        )
    return made


def _beyond(turned: View) -> Outcome:
    """Scores in points beyond 0 to 100."""
    made = Outcome()
    for line, path in enumerate(turned.lines):
        column = _column(turned, line)
        if not any(SCORE.match(ARROWS.sub("", one)) for one in path) or len(column) < 3:
            continue
        values = [entry.content.parts[0] for entry in column]
        within = sum(1 for one in values if 1 < one.value <= 100 and not one.signed)
        if within < 2 or any(one.signed for one in values):
            continue
        made.checked["ranges"] += 1
        for entry, value in zip(column, values, strict=True):
            if value.made.low > 100 and within >= len(values) - 1:
                what = f"{value.printed} is beyond 100, and {label(path)} goes from 0 to 100"
                others = tuple(place(turned.table, one.cell) for one in column if one is not entry)[:1]
                made.findings.append(Finding("range", SURE, what, place(turned.table, entry.cell), others, value.printed))
    return made


def _spreads(turned: View) -> Outcome:
    """A spread of zero over several runs, where the other spreads of its column are far from zero."""
    made = Outcome()
    table = turned.table
    if not RUNS.search(table.caption):
        return made
    for line in range(len(turned.lines)):
        column = [entry for entry in _column(turned, line) if entry.content.spread]
        spreads = [one for entry in column if (one := entry.content.spread)]
        made.checked["spreads"] += len(spreads)
        zeros = [entry for entry in column if entry.content.spread and not entry.content.spread.value]
        for entry in zeros:
            spread, level = entry.content.spread, entry.content.parts[0]
            assert spread is not None
            far = [one for one in spreads if one.value >= 5 * spread.step]
            saturated = level.value in (Decimal(0), Decimal(1), Decimal(100)) or level.made.high >= 100
            if len(zeros) == 1 and len(far) >= 3 and len(far) == len(spreads) - 1 and spread.places and not saturated:
                what = f"a spread of {spread.printed} over several runs; the {len(far)} others of its column are at least "
                what += f"{min(one.value for one in far).normalize()}"
                others = tuple(place(table, one.cell) for one in column if one is not entry)[:1]
                made.findings.append(Finding("spread", POSSIBLE, what, place(table, entry.cell), others, entry.cell.text))
    return made


def _f1(table: Table) -> Outcome:
    """F1 against precision and recall. The mean of several F1 may lie below what their means make, never above."""
    made, seen = Outcome(), view(table)
    for where in _groups(table.header):
        fits, above, below = 0, list[tuple[Entry, Interval, list[Entry]]](), list[tuple[Entry, Interval, list[Entry]]]()
        for line in range(len(seen.lines)):
            cells = {metric: seen.at(line, at) for metric, at in where.items()}
            three = [one for metric in ("precision", "recall", "f1") if (one := cells[metric]) and one.content.one]
            if len(three) < 3:
                continue
            precision, recall, printed = (one.content.parts[0].made for one in three)
            if precision.low <= 0 or recall.low <= 0:
                continue
            found = Interval(_harmonic(precision.low, recall.low), _harmonic(precision.high, recall.high))
            if not gap(printed, found):
                fits += 1
            else:
                (above if printed.low > found.high else below).append((three[2], found, three[:2]))
        wrong = above + (below if len(above + below) == 1 and fits >= 4 and not MACRO.search(table.caption) else [])
        if fits < 2 or fits < 2 * len(wrong):
            continue
        made.checked["F1 scores"] += fits + len(wrong)
        for entry, found, of in wrong:
            value = entry.content.parts[0].printed
            what = f"F1 is printed as {value}; precision {of[0].cell.text} and recall {of[1].cell.text} make {between(found)}"
            what += right(fits, "F1", "column")
            sure = SURE if any(entry is one for one, _, _ in above) else LIKELY
            against = tuple(place(table, one.cell) for one in of)
            made.findings.append(
                Finding(
                    "F1",
                    sure,
                    what,
                    place(table, entry.cell),
                    against,
                    value,
                    found,
                    "harmonic mean",
                    tuple(one.cell.text for one in of),
                )
            )
    return made


def _harmonic(one: Decimal, other: Decimal) -> Decimal:
    return 2 * one * other / (one + other)


def _groups(header: Sequence[tuple[str, ...]]) -> list[dict[str, int]]:
    """The columns of precision, recall and F1 that belong together: the same path but for the metric."""
    found: dict[tuple[str, ...], dict[str, int]] = {}
    for at, path in enumerate(header):
        for metric, pattern in METRICS.items():
            hit = [number for number, one in enumerate(path) if pattern.match(ARROWS.sub("", one))]
            if len(hit) == 1:
                rest = tuple(one for number, one in enumerate(path) if number != hit[0])
                found.setdefault(rest, {}).setdefault(metric, at)
    return [one for one in found.values() if len(one) == 3]
