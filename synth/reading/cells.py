"""Rows of cells that may reach over others, from HTML and LaTeX -> Table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from .document import Cell, Table
from .grid import EMPTY, NOTE, POWER, VALUE, _measure, _value
from .layout import CAPTION

MOST = 200_000  # cells; a span of a hostile file may ask for more


@dataclass(frozen=True)
class Piece:
    """A cell as its source has it."""

    text: str
    down: int = 1
    across: int = 1
    head: bool = False
    bold: bool = False


def table(rows: Sequence[Sequence[Piece]], caption: str = "", rules: Sequence[int] = ()) -> Table | None:
    """The table in these rows; `rules` are the rows that a line stands above. None where it has no values."""
    reach: dict[tuple[int, int], tuple[Piece, int, int]] = {}
    for number, row in enumerate(rows):
        column = 0
        for piece in row:
            while (number, column) in reach:
                column += 1
            for down in range(min(piece.down, len(rows) - number)):
                for across in range(piece.across):
                    if len(reach) > MOST:
                        return None
                    reach.setdefault((number + down, column + across), (piece, number, column))
            column += piece.across
    if not reach:
        return None
    width = 1 + max(column for _, column in reach)
    if width * len(rows) > 5 * MOST:  # one long row over many short ones has few cells and a large grid
        return None
    grid = [[reach.get((number, column)) for column in range(width)] for number in range(len(rows))]
    grid = [row for row in grid if any(one and one[0].text for one in row)]
    if len(grid) < 2 or width < 2:
        return None
    head = _head(grid, rules)
    body = list(grid[head:])
    stubs = _stubs(body, width)
    header = [_path([row[column] for row in grid[:head]]) for column in range(width)]
    labels, cells, title, kept = list[tuple[str, ...]](), list[Cell](), "", 0
    before: list[str] = [""] * stubs
    for line in body:
        first = line[0]
        alone = first and all(one is None or one[0] is first[0] or not one[0].text for one in line)
        if first and alone and first[0].across >= width - 1:
            title = first[0].text
            continue
        names = [held[0].text if held else "" for held in line[:stubs]]
        if not any(one and one[0].text for one in line[stubs:]):
            title = " ".join(name for name in names if name)
            continue
        names = [name or (before[place] if place < stubs - 1 else "") for place, name in enumerate(names)]
        before = names
        path = tuple(dict.fromkeys([*([title] if title else []), *(name for name in names if name)]))
        labels.append(path)
        for column in range(stubs, width):
            one = line[column]
            if one and one[0].text and not (one[0].across > 1 and one[2] != column):
                text, notes = one[0].text, ""
                mark = NOTE.search(text) if VALUE.search(text) else None
                if mark and not POWER.search(text[: mark.start()]):
                    text, notes = text[: mark.start()].strip(), mark[0]
                cells.append(Cell(kept, column - stubs, text, path, header[column], notes, one[0].bold))
        kept += 1
    if not cells:
        return None
    named = CAPTION.match(caption)
    return Table(named["number"] if named else "", caption, 1, tuple(header[stubs:]), tuple(labels), tuple(cells), stubs)


Held = tuple[Piece, int, int] | None


def _head(grid: Sequence[Sequence[Held]], rules: Sequence[int]) -> int:
    """How many rows are header: those of header cells, those above the first line inside, or those without a value."""
    marked = 0
    while marked < len(grid) - 1 and all(one is None or one[0].head or not one[0].text for one in grid[marked]):
        marked += 1
    if marked:
        return marked
    inside = [rule for rule in rules if 0 < rule < len(grid)]
    if inside and not any(one and one[2] and _measure(one[0].text) for one in grid[0]):
        return inside[0]
    head = 0
    while head < len(grid) - 1 and not any(_value(one[0].text) for one in grid[head][1:] if one and one[0].text not in EMPTY):
        head += 1
    return head if head < len(grid) - 1 else 1


def _stubs(body: Sequence[Sequence[Held]], width: int) -> int:
    for column in range(width):
        texts = [one[0].text for row in body if (one := row[column]) and one[0].across == 1 and one[0].text not in EMPTY]
        if texts and sum(_value(text) for text in texts) * 2 > len(texts):
            return max(1, column)
    return 1


def _path(column: Sequence[Held]) -> tuple[str, ...]:
    made = list[str]()
    for above, one in pairwise((None, *column)):
        if one and one[0].text and not (above and above[0] is one[0]):
            made.append(one[0].text)
    return tuple(made)
