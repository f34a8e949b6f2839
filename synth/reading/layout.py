"""Lines -> pieces in reading order: paragraphs, headings, captions, footnotes, and what is set around the text.

The order of the file is the order of reading in what LaTeX makes; where it jumps about, the page is cut into columns.
"""

from __future__ import annotations

import itertools
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .document import Box
from .glyphs import Rule, Sheet
from .lines import MARKS, PLAIN, Line, bold

CAPTION = re.compile(
    r"(?P<what>Table|Tab\.|Figure|Fig\.|Algorithm|Listing|TABLE|FIGURE|FIG\.)\s*(?P<number>[A-Z]{0,2}\.?\d+(?:\.\d+)?[a-z]?|[IVX]+)"
    r"\s*(?:[:.|]|\u2014|\u2013|$|(?=\())"
)
BULLET = re.compile(r"[\u2022\u25cf\u25aa\u25a0\u25cb\u25e6\u2013\u2043\u2217*\-]\s|\(?(?:[0-9]{1,2}|[a-zA-Z]|[ivx]{1,4})[.)]\s")
ENDS = re.compile(r"[.?!:;\u3002\u0964\u061f][\"'\u201d\u2019)\]\u2070\u00b9\u00b2\u00b3\u2074-\u2079]*$")
WORD = re.compile(r"[^\W\d_]{2,}")


@dataclass
class Piece:
    """Lines that belong together, on one sheet."""

    lines: list[Line]
    sheet: int = 0
    bold: bool = False
    label: str = ""
    heading: str = ""
    text: str = ""  # of a table, whose rows are its lines
    parts: list[str] = field(default_factory=list)
    bounded: tuple[int, Box] = (0, Box(0, 0, 0, 0))  # the box of so many lines

    @property
    def box(self) -> Box:
        boxes = [one.box for one in self.lines]
        if len(boxes) != self.bounded[0]:
            left, top, right, bottom = zip(*boxes, strict=True)
            self.bounded = (len(boxes), Box(min(left), min(top), max(right), max(bottom)))
        return self.bounded[1]

    @property
    def size(self) -> float:
        return statistics.median_low(one.size for one in self.lines)

    def shown(self) -> str:
        return self.text or "\n".join(self.parts or [one.text for one in self.lines])

    def wordy(self) -> bool:
        """Whether this is text in sentences: lines of several words each."""
        words = [len(WORD.findall(one.text)) for one in self.lines]
        return sum(words) >= 5 * len(words) or (len(words) > 2 and sum(words[:-1]) >= 4 * len(words[:-1]))

    def prose(self) -> bool:
        """Whether these are lines of text under each other, and not a row of short cells."""
        heights = {round(one.y) for one in self.lines}
        return len(heights) > 1 and len(heights) * 1.3 >= len(self.lines) and self.wordy()


def body_size(lines: Iterable[Line]) -> float:
    """The size that most characters have."""
    count: Counter[float] = Counter()
    for one in lines:
        count[round(one.size, 1)] += len(one.text)
    return count.most_common(1)[0][0] if count else 0.0


def leading(lines: Sequence[Line]) -> float:
    """The usual step from a line to the next, in sizes of the letters."""
    steps = [
        (two.y - one.y) / one.size
        for one, two in itertools.pairwise(lines)
        if 0.7 < (two.y - one.y) / one.size < 2.2 and abs(two.box.left - one.box.left) < 2 * one.size
    ]
    return statistics.median(steps) if steps else 1.25


def pieces(sheet: Sheet, lines: Sequence[Line], number: int = 0) -> list[Piece]:
    """Lines in pieces, in the order of the file."""
    usual = leading(lines)
    level = [rule for rule in sheet.rules if rule.top == rule.bottom]
    heavy = [False] * len(lines)
    for place, one in enumerate(lines):
        heavy[place] = len(one.text) < 120 and bold(sheet, one.start, one.stop)
    made = list[Piece]()
    for place, one in enumerate(lines):
        if made and _goes_on(made[-1], one, usual, level, heavy[place]):
            made[-1].lines.append(one)
            made[-1].bold = made[-1].bold and heavy[place]
        else:
            made.append(Piece([one], number, heavy[place]))
    return made


def _goes_on(piece: Piece, one: Line, usual: float, level: Sequence[Rule], heavy: bool) -> bool:
    """Whether a line is the next one of a piece."""
    last, first = piece.lines[-1], piece.lines[0]
    size = max(last.size, one.size)
    if abs(one.y - last.y) < 0.1 * size and 0 <= one.box.left - last.box.right < 3.5 * size:
        # A number and its heading, a bullet and its text; or a line of text with a wide gap in it.
        return len(last.text) <= 6 or (WORD.search(last.text) is not None and piece.lines[0] is not last and one.width > 4 * size)
    step = one.y - last.y
    if step <= 0.3 * size or step > 1.22 * usual * size or abs(one.size - last.size) > 0.07 * size:
        return False
    overlap = min(one.box.right, last.box.right) - max(one.box.left, last.box.left)
    if overlap < 0.3 * min(one.width, last.width):
        return False
    if piece.bold and not heavy and len(piece.lines) < 3 and one.text[:1].isupper() and last.box.right < one.box.right - 3 * size:
        return False  # a heading that nothing but its weight tells from the text below
    if heavy and not piece.bold and len(one.text) < 60 and ENDS.search(last.text):
        return False
    if any(last.y < rule.top < one.y - 0.2 * size and rule.left < one.box.right and rule.right > one.box.left for rule in level):
        return False
    if CAPTION.match(one.text) and ENDS.search(last.text) and step > 1.1 * usual * size:
        return False
    if BULLET.match(one.text) and (ENDS.search(last.text) or one.box.left < last.box.left - 0.5 * size):
        return False
    if noted(one.text) and (one.text[0] in PLAIN or ENDS.search(last.text)):
        return False
    indent = one.box.left - min(other.box.left for other in piece.lines[-3:])
    if indent > 0.7 * size and len(piece.lines) >= 1 and ENDS.search(last.text) and first is not one:
        return one.box.left - last.box.left < 0.7 * size or (
            len(piece.lines) == 1 and last.box.left < one.box.left and _hangs(last, one)
        )
    # An entry of a reference list stands out to the left of the lines of the entry before.
    outdent = last.box.left - one.box.left
    return not (outdent > 0.6 * size and len(piece.lines) >= 2 and abs(first.box.left - one.box.left) < 0.3 * size)


def _hangs(last: Line, one: Line) -> bool:
    return last.width > 1.02 * one.width


def noted(text: str) -> bool:
    """Whether a text begins with a footnote mark."""
    return bool(text) and ((text[0] in PLAIN and PLAIN[text[0]].isalnum()) or text[0] in MARKS.replace("#", ""))


# ---- order


def ordered(made: Sequence[Piece]) -> tuple[list[Piece], bool]:
    """The pieces in reading order, and whether that is not the order of the file."""
    read = [one for one in made if one.prose()]
    back = sum(not _follows(one.box, two.box) for one, two in itertools.pairwise(read))
    if len(read) < 4 or back * 4 < len(read):
        return list(made), False
    places = _columns([one.box for one in made])
    cut = [made[place] for place in places]
    again = [one for one in cut if one.prose()]
    still = sum(not _follows(one.box, two.box) for one, two in itertools.pairwise(again))
    return (cut, True) if still < back else (list(made), False)


def down_columns(lines: Sequence[Line]) -> tuple[list[Line], bool]:
    """The lines one column after the other, and whether the file has them row by row across the columns."""
    across = sum(
        abs(one.y - two.y) < 0.1 * one.size
        and two.box.left > one.box.right
        and min(len(WORD.findall(one.text)), len(WORD.findall(two.text))) >= 4
        for one, two in itertools.pairwise(lines)
    )
    if across < 4 or across * 6 < len(lines):
        return list(lines), False
    return [lines[place] for place in _columns([one.box for one in lines])], True


def _follows(one: Box, two: Box) -> bool:
    below = two.top >= one.bottom - 3 and min(one.right, two.right) > max(one.left, two.left)
    return below or two.left >= one.right - 3


def _columns(boxes: Sequence[Box]) -> list[int]:
    """The places of boxes in reading order: what reaches over the gutter parts the page, between it left comes before right."""
    left, right = min(one.left for one in boxes), max(one.right for one in boxes)
    middles = [left + (right - left) * part / 100 for part in range(35, 66)]
    gutter = min(
        middles, key=lambda x: (sum(one.left < x - 1 and one.right > x + 1 for one in boxes), abs(x - (left + right) / 2))
    )
    order = sorted(range(len(boxes)), key=lambda place: (boxes[place].top, boxes[place].left))
    made, sides = list[int](), ([], [])  # type: tuple[list[int], tuple[list[int], list[int]]]
    for place in order:
        box = boxes[place]
        if box.left < gutter - 1 and box.right > gutter + 1:
            made += [*sides[0], *sides[1], place]
            sides = ([], [])
        else:
            sides[(box.left + box.right) / 2 > gutter].append(place)
    return [*made, *sides[0], *sides[1]]
