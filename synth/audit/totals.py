"""Totals: what is labelled so is the sum of its siblings; percentages of a partition make a hundred."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from replicate.results import Interval, total

from ..reading.document import Document
from . import roles
from .findings import LIKELY, POSSIBLE, SURE, Finding, Outcome, between, digit_slip, every, gap
from .values import Value
from .views import View, both, label, place

CLOSE = Decimal("0.02")  # of the sum: what no other total of the table shows has to be nearer
NEAR = Decimal("0.1")  # of the sum: further away, the parts overlap or are not all there
HUNDRED = Decimal(100)
# Every total is compared with all rows of its table: how many totals are, in a table of so many rows.
WORK, FEWEST = 100_000, 20
OFF = Decimal(12)  # points: further from 100, the percentages are of different things


def check(document: Document) -> Outcome:
    """The totals of all tables, and the percentages that ought to make a hundred."""
    made = Outcome()
    for table in document.tables:
        for view in both(table):
            sums = [there for there, role in enumerate(view.roles) if role == roles.TOTAL]
            most = max(FEWEST, WORK // max(1, len(view.paths)))
            for there in sums[:most]:
                made.add(_totals(view, there))
            beyond = ((line, there) for there in sums[most:] for line in range(len(view.lines)))
            if entry := next((found for at in beyond if (found := view.at(*at))), None):
                why = f"one of {len(sums):,} totals; of so long a table the first {most} were compared"
                made.left.append((place(table, entry.cell), why))
            made.add(_hundreds(view))
    return made


def _bases(view: View, there: int) -> Iterator[tuple[str, list[int]]]:
    noun = "rows" if view.turned else "columns"
    derived = (roles.AVERAGE, roles.WEIGHTED, roles.DELTA, roles.RELATIVE, roles.SPREAD, roles.TOTAL)
    others = [one for one in range(len(view.paths)) if one != there and view.roles[one] not in derived]
    sums = [one for one in range(len(view.paths)) if view.roles[one] == roles.TOTAL and one != there]
    path = view.paths[there]
    before = max((one for one in sums if one < there), default=-1)
    after = min((one for one in sums if one > there), default=len(view.paths))
    yield f"{every(len(others))} {noun}", others
    yield f"the {noun} of its group", [one for one in others if len(path) > 1 and view.paths[one][:-1] == path[:-1]]
    yield f"the {noun} before it", [one for one in others if before < one < there]
    yield f"the {noun} after it", [one for one in others if there < one < after]
    yield f"all {noun} before it", [one for one in others if one < there]
    yield f"all {noun} after it", [one for one in others if one > there]
    yield "the other totals", sums
    counts = [one for one in others if view.roles[one] != roles.SHARE]
    yield f"the {noun} of counts", counts


def _exact(values: list[Value]) -> bool:
    """Whole numbers are counts, and exact, where nothing says that they are rounded or shares."""
    return all(one.whole for one in values) and any(int(one.value) % 10 for one in values)


def _made(values: list[Value]) -> Interval:
    if _exact(values):
        whole = sum((one.value for one in values), Decimal(0))
        return Interval(whole, whole)
    return total(one.made for one in values)


def _totals(view: View, there: int) -> Outcome:
    made, fitting, failing = Outcome(), 0, list[tuple[int, Value, str, list[int], list[Value]]]()
    members = 0
    for line in range(len(view.lines)):
        entry = view.at(line, there)
        printed = entry.content.one if entry else None
        if printed is None or view.line_roles[line] in (roles.AVERAGE, roles.DELTA, roles.RELATIVE, roles.SPREAD, roles.RANK):
            continue
        tried = list[tuple[Decimal, str, list[int], list[Value]]]()
        for words, places in _bases(view, there):
            entries = [each for one in places if (each := view.at(line, one))]
            values = [one for each in entries if (one := each.content.one)]
            if len(values) < 2 or len(values) != len(entries) or any(one.unit == "%" for one in values) != (printed.unit == "%"):
                continue
            exact = _exact([*values, printed])
            own = Interval(printed.value, printed.value) if exact else printed.made
            tried.append((gap(own, _made(values)), words, places, values))
        if not tried:
            continue
        least, words, places, values = min(tried, key=lambda one: one[0])
        if least == 0:
            fitting, members = fitting + 1, max(members, len(values))
        elif least <= NEAR * _made(values).high:
            failing.append((line, printed, words, places, values))
        else:
            assert entry is not None
            why = "far from the sum of any of its neighbours: they may overlap, or not all be there"
            made.left.append((place(view.table, entry.cell), f"'{label(view.paths[there])}' {printed.printed}: {why}"))
    made.checked["totals"] = fitting + len(failing)
    if len(failing) > max(1, fitting):
        entry = view.at(failing[0][0], there)
        assert entry is not None
        why = f"'{label(view.paths[there])}' is near the sum of its neighbours and never it"
        made.left.append((place(view.table, entry.cell), why))
        made.checked["totals"] = fitting
        return made
    for line, printed, words, places, values in failing:
        entry = view.at(line, there)
        assert entry is not None
        made_of = _made(values)
        what = f"the total is printed as {printed.printed}; the sum of {words} is {between(made_of)}"
        slip = digit_slip(printed.printed.replace(",", ""), str(sum(int(one.value) for one in values)))
        sure = SURE if fitting else LIKELY if slip else POSSIBLE
        if sure == POSSIBLE and gap(printed.made, made_of) > CLOSE * made_of.high:
            why = "not the sum of its neighbours, and near it: they may overlap, or not all be there"
            made.left.append((place(view.table, entry.cell), f"'{label(view.paths[there])}' {printed.printed}: {why}"))
            continue
        against = (view.members(line, [one for one in places if view.at(line, one)]),)
        numbers = tuple(one.printed for one in values)
        at = place(view.table, entry.cell)
        made.findings.append(Finding("total", sure, what, at, against, printed.printed, made_of, f"sum of {words}", numbers))
    return made


def _hundreds(view: View) -> Outcome:
    """Lines of percentages: where others of the table make a hundred, one that nearly does and does not is wrong."""
    made, whole, off = Outcome(), 0, list[tuple[int, list[int], Interval]]()
    for line in range(len(view.lines)):
        places = [at for at in range(len(view.paths)) if view.at(line, at) and view.roles[at] not in roles.DERIVED]
        values = [one for at in places if (entry := view.at(line, at)) and (one := entry.content.one)]
        shares = view.line_roles[line] == roles.SHARE or all(one.unit == "%" for one in values)
        odd = any(one.signed or one.unit not in ("", "%") for one in values)
        if len(values) < 3 or len(values) != len(places) or not shares or odd:
            continue
        found = total(one.made for one in values)
        if found.low <= HUNDRED <= found.high:
            whole += 1
        elif gap(found, Interval(HUNDRED, HUNDRED)) <= OFF:
            off.append((line, places, found))
    if whole < 2 or whole < 2 * len(off):
        return made
    made.checked["sums of percentages"] = whole + len(off)
    for line, places, found in off:
        first = view.at(line, places[0])
        assert first is not None
        numbers = tuple(entry.cell.text for at in places if (entry := view.at(line, at)))
        noun = "columns" if view.turned else "rows"
        what = f"the percentages make {between(found)} and not 100, as those of {whole} other {noun} do"
        at = view.members(line, places)
        made.findings.append(Finding("percentages", LIKELY, what, at, (), "100", found, "sum", numbers))
    return made
