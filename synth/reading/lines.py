"""Characters -> lines: what stands on one baseline without a wide gap, in the order of the file.

Raised and lowered digits become superscript and subscript characters, so that a footnote mark never joins a number:
'88.85' with note 7 reads '88.85⁷', and '10' with exponent 2 reads '10²'.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from .document import Box
from .glyphs import Sheet

WIDE = 1.5  # of the size of the letters: a wider gap ends a line (columns of a page, cells of a table)
SHIFT = 0.12  # of the size: what stands so far off the baseline is raised or lowered
HIGH = 0.25  # of the size: what stands so far above the baseline is raised, however large (a note's number before small type)
RAISED = dict(zip("0123456789+-\u2212=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
LOWERED = dict(zip("0123456789+-\u2212=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
PLAIN = {mark: plain for table in (RAISED, LOWERED) for plain, mark in table.items()}
MARKS = "*\u2217\u2020\u2021\u00a7\u00b6#\u2660\u2663\u2662\u2661\u22c6\u2605"
BOLD = ("bold", "medi", "black", "heavy", "demi", "cmbx", "sfbx", "-bd", "semib")


@dataclass(frozen=True)
class Line:
    """Characters `start` to `stop` of a sheet. `size` is the height that their font gives them."""

    text: str
    start: int
    stop: int
    box: Box
    y: float
    size: float

    @property
    def width(self) -> float:
        return self.box.right - self.box.left


def lines(sheet: Sheet) -> list[Line]:
    """The lines of a sheet, in the order of the file."""
    import numpy as np

    count = len(sheet.characters)
    if not count:
        return []
    size = sheet.size
    larger = np.maximum(size[1:], size[:-1])
    gap = sheet.x[1:] - sheet.right[:-1]
    step = np.abs(sheet.y[1:] - sheet.y[:-1])
    # A script is smaller than its neighbour, close to it, and overlaps it in height.
    overlap = np.minimum(sheet.bottom[1:], sheet.bottom[:-1]) - np.maximum(sheet.top[1:], sheet.top[:-1])
    script = (step < 0.65 * larger) & (overlap > 0.25 * np.minimum(size[1:], size[:-1])) & (gap < 0.7 * larger) & (gap > -larger)
    level = step < 0.1 * larger
    ends = ~(level | script) | (gap > WIDE * larger) | (gap < -1.0 * larger)
    edges = [0, *(np.flatnonzero(ends) + 1).tolist()]
    return list(_joined(sheet, _lines(sheet, edges, count)))


def _lines(sheet: Sheet, edges: list[int], count: int) -> list[Line]:
    """The lines that begin at these characters; what is alike in all of them is computed at once."""
    import numpy as np

    bounds = [
        reduce.reduceat(values, edges).tolist()
        for reduce, values in (
            (np.minimum, sheet.x), (np.minimum, sheet.top), (np.maximum, sheet.right), (np.maximum, sheet.bottom),
            (np.minimum, sheet.y), (np.maximum, sheet.y), (np.minimum, sheet.size), (np.maximum, sheet.size),
        )
    ]  # fmt: skip
    made = []
    for place, (start, stop) in enumerate(zip(edges, [*edges[1:], count], strict=True)):
        left, top, right, bottom, high, low, least, most = (values[place] for values in bounds)
        if low - high < 0.05 * most and most - least < 0.25 * most:
            text = "".join(sheet.pieces[start:stop]).strip()
            # Most lines are of one font; a bold word on a line of text must not make all of it tall.
            size = most if most - least < 0.02 * most else sorted(sheet.size[start:stop].tolist())[(stop - start) // 2]
            made.append(Line(text, start, stop, Box(left, top, right, bottom), low, size))
        else:
            made.append(line(sheet, start, stop))
    return made


def _joined(sheet: Sheet, made: list[Line]) -> Iterator[Line]:
    """A mark that was drawn as a piece of its own goes to the line that it touches."""
    last: Line | None = None
    for one in made:
        if last is not None and _touches(last, one):
            last = line(sheet, last.start, one.stop)
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


def _touches(last: Line, one: Line) -> bool:
    """Whether `one` goes on where `last` ends: a formula that steps up and down ends lines where there is none."""
    size = max(last.size, one.size)
    height = min(last.box.bottom, one.box.bottom) - max(last.box.top, one.box.top)
    gap = one.box.left - last.box.right
    near = -0.3 * size < gap < 0.7 * size and height > 0.45 * min(last.size, one.size)
    return near and (abs(last.y - one.y) < 0.1 * size or min(len(last.text), len(one.text)) <= 4)


def line(sheet: Sheet, start: int, stop: int) -> Line:
    """The line of these characters, however they step up and down."""
    import numpy as np

    here = slice(start, stop)
    sizes = sheet.size[here]
    full = float(np.median(sizes))
    large = sizes >= 0.85 * full
    y = float(np.median(sheet.y[here][large]))
    left, right = float(sheet.x[here].min()), float(sheet.right[here].max())
    box = Box(left, float(sheet.top[here][large].min()), right, float(sheet.bottom[here][large].max()))
    return Line("".join(spelled(sheet, start, stop, y, full)).strip(), start, stop, box, y, full)


def spelled(sheet: Sheet, start: int, stop: int, y: float, size: float) -> list[str]:
    """The printed pieces of these characters, one for each, with the spaces that stand before them."""
    here = slice(start, stop)
    small = sheet.size[here] < 0.9 * size
    raised = y - sheet.y[here]
    up = ((raised > SHIFT * size) & small) | (raised > HIGH * size)
    down = (sheet.y[here] - y > 0.6 * SHIFT * size) & small
    if not (up.any() or down.any()):
        return sheet.pieces[here]
    letters = _scripts(sheet.characters[here], up.tolist(), down.tolist())
    return [" " * piece.startswith(" ") + letter for piece, letter in zip(sheet.pieces[here], letters, strict=True)]


def _scripts(letters: list[str], up: list[bool], down: list[bool]) -> list[str]:
    """Raised and lowered digits as such; a raised letter only beside a raised digit (note 1a), not in TeX's own name."""
    made = list(letters)
    for place, letter in enumerate(letters):
        if up[place] and letter in RAISED:
            digit = not letter.isalpha()
            beside = [near for near in (place - 1, place + 1) if 0 <= near < len(letters) and up[near]]
            if digit or any(letters[near].isdigit() for near in beside):
                made[place] = RAISED[letter]
        elif down[place] and letter in LOWERED:
            made[place] = LOWERED[letter]
    return made


def bold(sheet: Sheet, start: int, stop: int) -> bool:
    """Whether the first and the middle character are of a bold font."""
    return _bold(sheet.font(sheet.index[start])) and _bold(sheet.font(sheet.index[(start + stop - 1) // 2]))


@functools.cache
def _bold(font: str) -> bool:
    return any(word in font.lower() for word in BOLD)
