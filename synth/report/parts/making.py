"""What the sections share: numbers as people print them, cells, tables, and figures in their two widths."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from replicate import results

from ...records import title
from ..plain import visible
from ..value import Cell, CellKind, Column, Figure, Row, RowKind, Said, words

MINUS = "\u2212"
NONE = "\u2013"
SHORT = {"tydiqa": "TyDiQA", results.AVERAGE: "All nine", results.WITHOUT_RETRIEVAL: "No retrieval"}


def number(value: float | None, digits: int = 1) -> str:
    """A number with so many digits after the point; a dash for none. What rounds to nothing has no sign."""
    if value is None or not math.isfinite(value):
        return NONE
    shown = f"{value:.{digits}f}"
    return (shown.removeprefix("-") if not float(shown) else shown).replace("-", MINUS)


def plus(value: float | None, digits: int = 1) -> str:
    """The same with its sign, for gains."""
    if value is None or not math.isfinite(value):
        return NONE
    shown = f"{value:+.{digits}f}"
    return (shown[1:] if not float(shown) else shown).replace("-", MINUS)


def chance(p: float | None) -> str:
    """A p value."""
    return NONE if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def short(target: str) -> str:
    """A target's name where room is short."""
    return SHORT.get(target) or title(target)


def named(ids: Sequence[str]) -> str:
    """Names of tasks or trainings in a row."""
    return ", ".join(title(id) for id in ids)


def listed(items: Sequence[str]) -> str:
    """One, two and three."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def cell(*parts: Said, kind: CellKind = "", tip: str = "") -> Cell:
    return Cell(words(*parts), kind, visible(tip))


def row(*cells: Cell | Said, kind: RowKind = "") -> Row:
    return Row(tuple(one if isinstance(one, Cell) else cell(one) for one in cells), kind)


def columns(*titles: str, numeric: Sequence[int] = ()) -> tuple[Column, ...]:
    """Columns by their titles; those at `numeric` hold numbers."""
    return tuple(Column(one, at in numeric) for at, one in enumerate(titles))


def figure(
    id: str,
    name: str,
    caption: Said,
    says: str,
    draw: Callable[[str, str, str, bool], str],
    head: Sequence[str],
    data: Sequence[Sequence[str | float | None]],
    artificial: bool,
) -> Figure:
    """A figure in both widths. `draw` gets an id, the title, what a screen reader says, and whether to draw narrow.

    A title of the artificial world says so.
    """
    name = visible(f"{name} (artificial world)" if artificial else name)
    says = visible(says)
    rounded = tuple(tuple(_rounded(one) for one in line) for line in data)
    return Figure(
        id, name, words(caption), draw(id, name, says, False), draw(f"{id}-narrow", name, says, True), says, tuple(head), rounded,
        artificial,
    )  # fmt: skip


def _rounded(value: str | float | None) -> str | float | None:
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return visible(value) if isinstance(value, str) else value
