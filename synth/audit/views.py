"""A table seen along its rows or along its columns: the same check serves an average column and an average row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ..plural import counted
from ..reading.document import Cell, Table
from . import roles
from .findings import Place
from .values import Content, content

NAMES = 12  # labels that a place spells out


@dataclass(frozen=True)
class Entry:
    """A cell that holds a number."""

    cell: Cell
    content: Content


@dataclass
class View:
    """Lines of cells. `paths` name the places within a line, `lines` the lines; turned, the lines are the columns."""

    table: Table
    turned: bool
    lines: tuple[tuple[str, ...], ...]
    paths: tuple[tuple[str, ...], ...]
    entries: dict[tuple[int, int], Entry]
    full: frozenset[tuple[int, int]]  # where something is printed, number or not
    roles: tuple[str, ...] = field(init=False)
    line_roles: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.roles = tuple(roles.of_path(path) for path in self.paths)
        self.line_roles = tuple(roles.of_path(path) for path in self.lines)

    @property
    def line(self) -> str:
        return "column" if self.turned else "row"

    @property
    def across(self) -> str:
        return "row" if self.turned else "column"

    def at(self, line: int, place: int) -> Entry | None:
        return self.entries.get((line, place))

    def members(self, line: int, places: Sequence[int]) -> Place:
        """Some cells of a line as one place."""
        names = [label(self.paths[one]) for one in places]
        shown = ", ".join(names) if len(names) <= NAMES else f"{', '.join(names[:3])} \u2026 {names[-1]} ({len(names)})"
        mine = label(self.lines[line])
        row, column = (shown, mine) if self.turned else (mine, shown)
        return Place(self.table.page, name(self.table), row, column)


def label(path: Sequence[str]) -> str:
    return " | ".join(path)


def name(table: Table) -> str:
    """What people call a table."""
    return f"table {table.number}" if table.number.startswith("no. ") else f"Table {table.number}"


def place(table: Table, cell: Cell) -> Place:
    """Where a cell stands, with what it prints."""
    return Place(table.page, name(table), label(cell.rows), label(cell.columns), cell.text)


def view(table: Table, turned: bool = False) -> View:
    """The table with its rows as lines, or turned with its columns."""
    entries, full = dict[tuple[int, int], Entry](), set[tuple[int, int]]()
    for cell in table.cells:
        where = (cell.column, cell.row) if turned else (cell.row, cell.column)
        full.add(where)
        if made := content(cell.text):
            entries[where] = Entry(cell, made)
    lines, paths = (table.header, table.labels) if turned else (table.labels, table.header)
    return View(table, turned, lines, paths, entries, frozenset(full))


def both(table: Table) -> Iterator[View]:
    yield view(table)
    yield view(table, turned=True)


def right(fitting: int, noun: str, where: str) -> str:
    """How many others of the same row or column fit."""
    verb = "is" if fitting == 1 else "are"
    return f"; {counted(fitting, f'other {noun}')} of this {where} {verb} right" if fitting else ""
