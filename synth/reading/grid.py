"""The lines of a table -> rows, columns, header paths.

Columns are corridors that no row of values crosses and that are wider than a space in every row; a header over several
columns belongs to those that the rule under it, or else its middle, spans.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from .document import Box, Cell, Table, is_number
from .glyphs import Rule, Sheet
from .lines import Line, bold, line

BIN = 0.5  # points
# A row of marks is looked at from its first one alone.
NOTE = re.compile(
    r"((?<![⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰ])[⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰ]+|(?<![†‡§¶∗⋆★♠♣♦♥♢♡])[†‡§¶∗⋆★♠♣♦♥♢♡]+|(?<=[0-9A-Za-z%)])\*{1,3})$"
)
POWER = re.compile(r"(10|[eE]|[⁻⁺]\S{0,40})$")
EMPTY = ("-", "\u2013", "\u2014", "\u2212", "n/a", "N/A", "\u2013\u2013", "--", "")
VALUE = re.compile(r"[0-9]")
OPEN = re.compile(r"[\s/(\u00b1]*[+\-\u2212\u2013\u00b1]?\s*\d")


@dataclass
class Word:
    """What stands between two spaces."""

    text: str
    left: float
    right: float
    start: int
    stop: int


@dataclass
class Row:
    """What stands on one baseline, and in which columns."""

    y: float
    top: float
    bottom: float
    words: list[Word]
    cells: dict[int, list[Word]] = field(default_factory=dict)
    wide: list[tuple[int, int, list[Word]]] = field(default_factory=list)  # chunks over columns first to last


def rows(sheet: Sheet, lines: Sequence[Line]) -> list[Row]:
    """The rows of a table, from top to bottom, words from left to right."""
    made = list[Row]()
    for one in sorted(lines, key=lambda one: one.y):
        words = _words(sheet, one)
        if not words:
            continue
        if made and one.y - made[-1].y < 0.35 * one.size:
            last = made[-1]
            last.words += words
            last.top, last.bottom = min(last.top, one.box.top), max(last.bottom, one.box.bottom)
        else:
            made.append(Row(one.y, one.box.top, one.box.bottom, words))
    for row in made:
        row.words.sort(key=lambda word: word.left)
    return made


def _words(sheet: Sheet, one: Line) -> list[Word]:
    from .lines import spelled

    pieces = spelled(sheet, one.start, one.stop, one.y, one.size)
    words, begin = list[Word](), 0
    for place in range(1, len(pieces) + 1):
        if place == len(pieces) or pieces[place].startswith(" "):
            text = "".join(pieces[begin:place]).strip()
            start, stop = one.start + begin, one.start + place
            if text:
                words.append(Word(text, float(sheet.x[start:stop].min()), float(sheet.right[start:stop].max()), start, stop))
            begin = place
    return words


def space(made: Sequence[Row], size: float) -> float:
    """How wide the widest space between words is here; where columns stand close, the gaps between them are left out."""
    gaps = sorted(
        two.left - one.right
        for row in made
        for one, two in zip(row.words, row.words[1:], strict=False)
        if one.text[-1:].isalpha() and two.text[:1].isalpha() and 0.1 * size < two.left - one.right < 0.8 * size
    )
    if len(gaps) < 3:
        return 0.34 * size
    jumps = [(two / one, place) for place, (one, two) in enumerate(itertools.pairwise(gaps)) if 0.15 * size < one < 0.42 * size]
    jump, place = max(jumps, default=(0.0, 0))
    return min(gaps[place] if jump > 1.2 else statistics.median(gaps), 0.36 * size)


def chunks(words: Sequence[Word], wide: float) -> list[list[Word]]:
    """Words with gaps of less than `wide` between them."""
    made = list[list[Word]]()
    for word in words:
        if made and word.left - made[-1][-1].right < wide:
            made[-1].append(word)
        else:
            made.append([word])
    return made


def corridors(body: Sequence[Row], blank: float, uprights: Sequence[float] = ()) -> list[float]:
    """Where the columns part: the middle of every corridor that rows of values leave free."""
    import numpy as np

    words = [word for row in body for word in row.words]
    if not words:
        return []
    left = min(word.left for word in words)
    count = np.zeros(int((max(word.right for word in words) - left) / BIN) + 2, int)
    for row in body:
        covered = np.zeros(len(count), bool)
        for word in row.words:
            covered[
                int((word.left - left) / BIN + 0.5) : max(int((word.right - left) / BIN), int((word.left - left) / BIN) + 1)
            ] = True
        count += covered
    allowed = len(body) // 25
    free = count <= allowed
    edges = np.flatnonzero(np.diff(np.concatenate(([0], free.astype(int), [0])))).reshape(-1, 2)
    found = []
    for begin, end in edges.tolist():
        middle = left + (begin + end) / 2 * BIN
        if begin == 0 or end >= len(count):
            continue
        gaps = [gap for row in body if (gap := _gap(row, middle)) is not None]
        ruled = any(left + begin * BIN - 1 <= x <= left + end * BIN + 1 for x in uprights)
        if (gaps and (ruled or (statistics.median(gaps) >= 1.4 * blank and min(gaps) >= 1.2 * blank))) or (
            not gaps and end - begin > 4 * blank / BIN
        ):
            found.append(middle)
    return found


def _gap(row: Row, middle: float) -> float | None:
    """How far apart the words on both sides of a place are; None where there is none on a side or one stands over it.

    Between two words of letters the same gap tells less: they may be one label.
    """
    before = [word for word in row.words if word.right <= middle + BIN]
    after = [word for word in row.words if word.left >= middle - BIN]
    if not before or not after or len(before) + len(after) != len(row.words):
        return None
    last, first = max(before, key=lambda word: word.right), min(after, key=lambda word: word.left)
    words = last.text[-1:].isalpha() and first.text[:1].isalpha()
    return (first.left - last.right) * (0.85 if words else 1.0)


def table(
    sheet: Sheet, lines: Sequence[Line], box: Box, rules: Sequence[Rule], page: int, sides: Sequence[tuple[str, Box]] = ()
) -> Table | None:
    """The table in these lines, without its caption; None where they are none. `sides` are texts on their side within it."""
    made = rows(sheet, lines)
    if len(made) < 2:
        return None
    size = statistics.median(one.size for one in lines)
    blank = space(made, size)
    level = sorted((one for one in rules if one.top == one.bottom), key=lambda one: one.top)
    strokes = [one for one in sheet.strokes if one.top == one.bottom and box.top - 2 < one.top < box.bottom + 2]
    strokes = [one for one in strokes if one.left > box.left - 6 and one.right < box.right + 6]
    uprights = [one.left for one in rules if one.top != one.bottom and one.bottom - one.top > 0.7 * size]
    full = [one.top for one in level if one.right - one.left > 0.85 * (box.right - box.left)]
    single = [row for row in made if len(chunks(row.words, 2 * blank)) == 1]
    first = _header_end(made, full)
    body = [row for row in made if row.y > first and row not in single] or [row for row in made if row not in single]
    parts = corridors(body or made, blank, uprights)
    if not parts:
        return None
    columns = _columns(body, parts)
    for row in made:
        _place(row, parts, blank)
    return Layout(sheet, made, columns, parts, full, [*level, *strokes], box, blank, size, page, sides).table()


def _header_end(made: Sequence[Row], full: Sequence[float]) -> float:
    """The y below which the values stand: the first rule across all of the table that has a row above it."""
    for y in full:
        above = [row for row in made if row.y < y]
        if above and len(above) < len(made):
            return y
    numeric = next((row for row in made if sum(is_number(word.text) for word in row.words) * 2 >= len(row.words)), None)
    return numeric.y - 0.5 if numeric else made[0].y + 0.5


def _columns(body: Sequence[Row], parts: Sequence[float]) -> list[tuple[float, float]]:
    """Left and right of the words in every column."""
    edges = [float("-inf"), *parts, float("inf")]
    made = []
    for low, high in itertools.pairwise(edges):
        inside = [word for row in body for word in row.words if low < (word.left + word.right) / 2 <= high]
        fits = [word for word in inside if word.left > low - 2 and word.right < high + 2] or inside
        if fits:
            made.append((min(word.left for word in fits), max(word.right for word in fits)))
        else:
            made.append((low, high))
    return made


def _place(row: Row, parts: Sequence[float], blank: float) -> None:
    """Put the words of a row into their columns; a chunk that stands over a corridor is wide."""

    def column(x: float) -> int:
        return sum(x > part for part in parts)

    # A corridor parts two words of a chunk only where the gap is more than a space.
    made = list[list[Word]]()
    for word in row.words:
        if made:
            last = made[-1][-1]
            gap = word.left - last.right
            between = any(last.right - 1 <= part <= word.left + 1 for part in parts)
            if gap < 1.15 * blank or (gap < 2.2 * blank and not between):
                made[-1].append(word)
                continue
        made.append([word])
    for chunk in made:
        left, right = chunk[0].left, chunk[-1].right
        first, last_column = column(left + min(1.0, (right - left) / 3)), column(right - min(1.0, (right - left) / 3))
        if first == last_column:
            row.cells.setdefault(first, []).extend(chunk)
        else:
            row.wide.append((first, last_column, chunk))


def text_of(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


@dataclass
class Layout:
    """All that is known of a table while its headers are made out."""

    sheet: Sheet
    rows: list[Row]
    columns: list[tuple[float, float]]
    parts: list[float]
    full: list[float]
    level: list[Rule]
    box: Box
    blank: float
    size: float
    page: int
    sides: Sequence[tuple[str, Box]]

    def table(self) -> Table | None:
        """The whole table."""
        from .headers import paths

        head = self._head()
        body = self.rows[head:]
        if not body:
            return None
        stubs = self._stubs(body)
        header = paths(self, self.rows[:head], stubs)
        labels, values, doubts = self._body(body, stubs)
        if not values:
            return None
        cells = list[Cell]()
        for number, row in enumerate(values):
            for column, words in sorted(row.cells.items()):
                if column >= stubs:
                    cells.append(self._cell(number, column - stubs, row, words, labels[number], header[column]))
        if not cells:
            return None
        return Table(
            "", "", self.page, tuple(header[stubs:]), tuple(labels), tuple(cells), stubs,
            self.box, self.sheet.turned, tuple(doubts),
        )  # fmt: skip

    def _head(self) -> int:
        """How many rows are header."""
        end = _header_end(self.rows, self.full)
        head = sum(row.y < end for row in self.rows)
        after = self.rows[head:]
        if any(self._measured(row) for row in self.rows[:head]):
            return 0  # a rule under the first row of values, and no header at all
        numeric = [self._numeric(row) for row in after]
        # A second line of headers may stand under the rule: metrics, or sizes in words, over columns of numbers.
        while numeric and any(numeric[1:]) and not numeric[0] and self._filled(after[0]) > 0.6:
            head, after, numeric = head + 1, after[1:], numeric[1:]
        return head

    def _numeric(self, row: Row) -> bool:
        return any(VALUE.match(text_of(words)) or OPEN.match(text_of(words)) for column, words in row.cells.items() if column)

    def _measured(self, row: Row) -> bool:
        """Whether every cell beside the first column is a measured number; whole numbers may be years or layers."""
        texts = [text_of(words) for column, words in row.cells.items() if column]
        return bool(texts) and not row.wide and all(_measure(text) for text in texts)

    def _filled(self, row: Row) -> float:
        return len([column for column in row.cells if column]) / max(1, len(self.columns) - 1)

    def _stubs(self, body: Sequence[Row]) -> int:
        """How many columns on the left name the rows: those before the first that holds numbers."""
        for column in range(len(self.columns)):
            texts = [text_of(row.cells[column]) for row in body if column in row.cells]
            told = [text for text in texts if text not in EMPTY]
            if told and sum(_value(text) for text in told) * 2 > len(told):
                return max(column, 1)
        return 1

    def _body(self, body: Sequence[Row], stubs: int) -> tuple[list[tuple[str, ...]], list[Row], list[str]]:
        """The label paths of the rows of values, those rows, and what was not sure."""
        from .headers import label_paths

        return label_paths(self, body, stubs)

    def _cell(
        self, number: int, column: int, row: Row, words: list[Word], rows: tuple[str, ...], columns: tuple[str, ...]
    ) -> Cell:
        text, notes = text_of(words), ""
        if VALUE.search(text) and (found := NOTE.search(text)) and not POWER.search(text[: found.start()]):
            text, notes = text[: found.start()].strip(), found[0]
        left, right = words[0].left, words[-1].right
        under = any(
            abs(rule.top - row.y) < 0.35 * self.size + 1 and rule.top > row.y and rule.left > left - 3 and rule.right < right + 3
            for rule in self.level
        )
        return Cell(
            number, column, text, rows, columns, notes, bold(self.sheet, words[0].start, words[0].stop), under,
            Box(left, row.top, right, row.bottom),
        )  # fmt: skip


def _measure(text: str) -> bool:
    """Whether a cell can only be a measured value: whole numbers may be years, and 'F1' is a name."""
    return text[:1] in "0123456789.+-\u2212\u2013(" and _value(text) and not text.isdigit()


def _value(text: str) -> bool:
    """Whether a cell says how much: numbers with signs, slashes, brackets and plus-minus, and hardly a letter."""
    letters = sum(one.isalpha() for one in text)
    digits = sum("0" <= one <= "9" for one in text)
    return digits > 0 and digits >= letters


__all__ = ["Layout", "Row", "Word", "line", "table"]
