"""A CSV as columns that were looked at: numbers are numbers, and what is wrong is named by file, line and column."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from replicate.problems import Problem, unknown

MISSING = ("", "na", "nan", "n/a", "null", ".")
SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Table:
    """Columns of text, all as long as `lines`, which holds the line of the file that each row stands in."""

    where: str
    columns: Mapping[str, tuple[str, ...]]
    lines: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.lines)

    def words(self, name: str) -> tuple[str, ...]:
        """The cells of a column, without blanks around them; a Problem with the nearest names where there is none."""
        if name not in self.columns:
            raise unknown(f"column of {self.where}", name, self.columns)
        return self.columns[name]

    def numbers(self, name: str) -> np.ndarray:
        """The cells as numbers, NaN where a cell is empty; a Problem for words and for infinite numbers."""
        found = np.full(len(self), math.nan)
        for row, cell in enumerate(self.words(name)):
            if missing(cell):
                continue
            try:
                found[row] = float(cell)
            except ValueError:
                raise self.fault(row, name, f"{cell!r} is not a number") from None
            if not math.isfinite(found[row]):
                raise self.fault(row, name, f"{cell} is not finite")
        return found

    def numeric(self, name: str) -> bool:
        """Whether every cell that is not empty is a number, and one is there."""
        cells = [cell for cell in self.words(name) if not missing(cell)]
        return bool(cells) and all(_number(cell) for cell in cells)

    def fault(self, row: int, name: str, what: str) -> Problem:
        """The problem of one cell."""
        return Problem(f"{self.where}, line {self.lines[row]}, column {name}: {what}")

    def keep(self, rows: Sequence[int] | np.ndarray) -> Table:
        """The table of these rows alone."""
        picked = [int(row) for row in rows]
        columns = {name: tuple(cells[row] for row in picked) for name, cells in self.columns.items()}
        return Table(self.where, columns, tuple(self.lines[row] for row in picked))

    def select(self, name: str, value: str) -> Table:
        """The rows whose cell in a column is this one."""
        cells = self.words(name)
        if value not in cells:
            raise unknown(f"value of column {name} in {self.where}", value, set(cells))
        return self.keep([row for row, cell in enumerate(cells) if cell == value])


def missing(cell: str) -> bool:
    """Whether a cell says that there is no number."""
    return cell.lower() in MISSING


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def read(path: str | Path) -> Table:
    """A CSV with a heading; commas, semicolons or tabs between the cells, whichever the heading has most of."""
    path = Path(path)
    if not path.exists():
        raise Problem(f"{path}: no such file")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(f"{path}: not a text file in UTF-8 ({error.reason} at byte {error.start})") from None
    if "\0" in text:
        raise Problem(f"{path}: not a CSV file (it holds a zero byte)")
    return parse(text, str(path))


def parse(text: str, where: str) -> Table:
    """The same, of text that was read already. Lines that start with # before the heading are remarks."""
    lines = re.split(r"\r\n?|\n", text)
    skip = next((number for number, line in enumerate(lines) if line.strip() and not line.startswith("#")), None)
    if skip is None:
        raise Problem(f"{where}: empty; a table needs a heading and rows")
    between = max(SEPARATORS, key=lines[skip].count)
    reader = csv.reader(io.StringIO("\n".join(lines[skip:])), delimiter=between)
    try:
        found = [(cells, reader.line_num + skip) for cells in reader]
    except csv.Error as error:
        raise Problem(f"{where}, line {reader.line_num + skip}: not CSV ({error})") from None
    head = [name.strip() for name in found[0][0]]
    twice = sorted({name for name in head if head.count(name) > 1 and name})
    if twice:
        raise Problem(f"{where}, line {skip + 1}: the column {twice[0]!r} stands twice in the heading")
    rows, numbers = list[list[str]](), list[int]()
    for cells, line in found[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            raise Problem(f"{where}, line {line}: {len(cells)} cells; the heading has {len(head)}")
        rows.append([cell.strip() for cell in cells])
        numbers.append(line)
    if not rows:
        raise Problem(f"{where}: a heading and no rows")
    columns = {name: tuple(row[place] for row in rows) for place, name in enumerate(head)}
    return Table(where, columns, tuple(numbers))
