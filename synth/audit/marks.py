"""Marks of the best: a bold number that a number without the mark beats, where the other marks show what they mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ..reading.document import Document, Table
from . import roles
from .findings import LIKELY, SURE, Finding, Outcome
from .views import Entry, View, both, label, place

APART = re.compile(
    r"\b(human|oracle|upper ?bound|gold|topline|supervised|translate-(train|test)|ceiling|reference|chance)\b", re.I
)


@dataclass(frozen=True)
class _Meaning:
    """What a mark may mean: best of its row or column, among all of them or in its group."""

    turned: bool
    grouped: bool


def check(document: Document) -> Outcome:
    """The bold cells of all tables."""
    made = Outcome()
    for table in document.tables:
        made.add(_table(table))
    return made


def _table(table: Table) -> Outcome:
    made = Outcome()
    views = {view.turned: view for view in both(table)}
    marked = [entry for entry in views[False].entries.values() if entry.cell.bold and entry.content.one]
    if len(marked) < 2 or len(marked) * 2 > len(views[False].entries):
        return made
    beaten: dict[int, dict[_Meaning, Entry | None]] = {}
    for number, entry in enumerate(marked):
        beaten[number] = dict(_beaten(views, entry))
    votes = Counter(meaning for found in beaten.values() for meaning, by in found.items() if by is None)
    reach = {turned: _reach(view) for turned, view in views.items()}
    votes = Counter({meaning: often for meaning, often in votes.items() if reach[meaning.turned] >= 0.9 * max(reach.values())})
    if not votes:
        return made
    usual = max(votes, key=lambda one: (votes[one], one.turned, not one.grouped))
    fits = votes[usual]
    meant = [meaning for meaning, often in votes.items() if often * 4 >= fits * 3]
    failing = [number for number, found in beaten.items() if found and all(found.get(meaning) for meaning in meant)]
    failing = [number for number in failing if usual in beaten[number] and not _own(views, marked[number])]
    explained = len(beaten) - len([found for found in beaten.values() if all(found.get(meaning) for meaning in meant)])
    if fits < 2 or _several(views[usual.turned]) or explained < 3 * len(failing) or fits * 3 < 2 * explained:
        if failing:
            first = marked[failing[0]].cell
            made.left.append((place(table, first), "what bold means in this table could not be made out"))
        return made
    made.checked["best marks"] = explained + len(failing)
    for number in failing:
        by = beaten[number][usual]
        assert by is not None
        made.findings.append(_finding(table, marked[number], by, usual, explained))
    return made


def _reach(view: View) -> float:
    """The share of rows or columns that have a mark: what is marked line by line is marked in all of them."""
    lines = {line for line, _ in view.entries}
    return len({line for (line, _), entry in view.entries.items() if entry.cell.bold}) / max(1, len(lines))


def _several(view: View) -> bool:
    """Whether most rows or columns have several marks: the best of parts that nothing names, or all that are not worse."""
    marks: dict[int, set[str]] = {}
    for (line, _), entry in view.entries.items():
        if entry.cell.bold:
            marks.setdefault(line, set()).add(entry.cell.text)
    return sum(len(texts) > 1 for texts in marks.values()) * 4 > len(marks)


def _own(views: dict[bool, View], entry: Entry) -> bool:
    """Whether a whole row or column is bold: then bold may name a system, and not the best."""
    for turned, view in views.items():
        line = entry.cell.column if turned else entry.cell.row
        cells = [one for at in range(len(view.paths)) if (one := view.at(line, at))]
        if len(cells) > 1 and all(one.cell.bold for one in cells):
            return True
    return False


def _beaten(views: dict[bool, View], entry: Entry) -> Iterator[tuple[_Meaning, Entry | None]]:
    """For every meaning that the mark may have here the cell that beats it; None where none does."""
    for turned, view in views.items():
        line = entry.cell.column if turned else entry.cell.row
        mine = entry.cell.row if turned else entry.cell.column
        for grouped in (False, True):
            group = _rivals(view, line, mine, grouped)
            if len(group) > 1:
                yield _Meaning(turned, grouped), _better(view, line, entry, group)


def _rivals(view: View, line: int, mine: int, grouped: bool) -> list[Entry]:
    found = []
    for at in range(len(view.paths)):
        entry = view.at(line, at)
        if entry is None or entry.content.one is None or APART.search(label(view.paths[at])):
            continue
        if grouped and view.paths[at][:-1] != view.paths[mine][:-1]:
            continue
        if view.roles[at] in (roles.DELTA, roles.RELATIVE, roles.SPREAD, roles.COUNT, roles.TOTAL) and at != mine:
            continue
        found.append(entry)
    return found


def _better(view: View, line: int, entry: Entry, group: list[Entry]) -> Entry | None:
    """A cell without the mark that is better than this one, if by the line's direction (by both, where it is not said) one is."""
    towards = roles.direction(view.lines[line]) or roles.direction([view.table.caption])
    if not view.turned and not towards:
        towards = _shared(view)
    plain = [one for one in group if not one.cell.bold]
    found = list[Entry]()
    for sign in (towards,) if towards else (1, -1):
        better = [one for one in plain if _above(one, entry, sign)]
        if not better:
            return None
        found.append(max(better, key=lambda one: sign * _middle(one)))
    return found[0]


def _shared(view: View) -> int:
    """The direction of all the columns of a row, where they have one."""
    found = {roles.direction(path) for path in view.paths}
    return found.pop() if len(found) == 1 else 0


def _middle(entry: Entry) -> float:
    one = entry.content.one
    return float(one.value) if one else 0.0


def _above(one: Entry, other: Entry, sign: int) -> bool:
    """Whether one is strictly better; numbers that may be the same before rounding are not."""
    mine, theirs = one.content.one, other.content.one
    assert mine and theirs
    return mine.made.low >= theirs.made.high if sign > 0 else mine.made.high <= theirs.made.low


def _finding(table: Table, entry: Entry, by: Entry, usual: _Meaning, explained: int) -> Finding:
    line = "column" if usual.turned else "row"
    where = f"its group of the {line}" if usual.grouped else f"its {line}"
    higher = "higher" if _middle(by) > _middle(entry) else "lower"
    what = f"{entry.cell.text} is marked as the best, and {by.cell.text} in {where} is {higher} and not marked"
    what += f"; {explained} other marks of this table stand at the best"
    sure = SURE if explained >= 5 else LIKELY
    return Finding("best mark", sure, what, place(table, entry.cell), (place(table, by.cell),), entry.cell.text,
                   by.content.parts[0].made, f"best of {where}", (by.cell.text,))  # fmt: skip
