"""The characters of a PDF page with their places, out of pypdfium2, and the lines that are drawn on it.

The library's functions are called by address, thousands of times a page: its own wrappers cost five times as much.
Every page becomes one sheet for each direction of its text, turned so that the text is upright and y grows downwards.
"""

from __future__ import annotations

import ctypes
import functools
import itertools
import math
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy

MOST_CHARACTERS = 60_000  # a page of a paper has 4,000; a page with more is no page
MOST_PATHS = 4_000
THIN = 2.0  # points: a rule is no thicker
SPACE, SURE_SPACE = 0.08, 0.2  # of a letter's size: a gap is a space where the library sees one, and where it sees none
# Accents that are printed as a glyph of their own above or below a letter, and what they make of it.
ACCENTS = {
    "\u00a8": "\u0308", "\u00b4": "\u0301", "`": "\u0300", "\u02c6": "\u0302", "\u02dc": "\u0303", "\u02d8": "\u0306",
    "\u00af": "\u0304", "\u02c7": "\u030c", "\u02da": "\u030a", "\u02d9": "\u0307", "\u00b8": "\u0327", "\u02dd": "\u030b",
    "\u02db": "\u0328",
}  # fmt: skip
# One character may be printed as one glyph and stand for two letters; superscripts are never mapped.
LETTERS = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st",
    "\u0002": "-", "\ufffe": "-", "\u00ad": "-", "\u2010": "-", "\u2011": "-", "\u00a0": " ", "\u2009": " ", "\u202f": " ",
    "\u200b": "", "\ufeff": "",
}  # fmt: skip


class Rule(NamedTuple):
    """A straight line on the page: horizontal where `top == bottom`, else vertical."""

    left: float
    top: float
    right: float
    bottom: float


class Frame(NamedTuple):
    """How a page lies: by how many degrees its text is turned, its lower left corner, its width and height."""

    angle: int
    left: float
    low: float
    width: float
    height: float

    def turn(self, left: Any, low: Any, right: Any, top: Any) -> tuple[Any, Any, Any, Any]:
        """PDF's coordinates, y upwards, into those of a sheet whose text is upright."""
        left, right, low, top = left - self.left, right - self.left, low - self.low, top - self.low
        if self.angle == 0:
            return left, self.height - top, right, self.height - low
        if self.angle == 270:
            return low, left, top, right
        if self.angle == 180:
            return self.width - right, low, self.width - left, top
        return self.height - top, self.width - right, self.height - low, self.width - left

    def back(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        """Coordinates of a sheet into those of PDF: left, low, right, top."""
        if self.angle == 0:
            found = (left, self.height - bottom, right, self.height - top)
        elif self.angle == 270:
            found = (top, left, bottom, right)
        elif self.angle == 180:
            found = (self.width - right, top, self.width - left, bottom)
        else:
            found = (self.width - bottom, self.height - right, self.width - top, self.height - left)
        return found[0] + self.left, found[1] + self.low, found[2] + self.left, found[3] + self.low


@dataclass(frozen=True)
class Sheet:
    """The characters of one direction, in the order of the file; `pieces` are the same with the spaces before them.

    `x`, `right`, `top`, `bottom` bound a character with the room that its font gives it; `size` is the size of its type,
    `y` its baseline. `index` is the library's number of a character.
    """

    frame: Frame
    turned: int
    width: float
    height: float
    characters: list[str]
    pieces: list[str]
    x: numpy.ndarray
    right: numpy.ndarray
    top: numpy.ndarray
    bottom: numpy.ndarray
    y: numpy.ndarray
    size: numpy.ndarray
    index: numpy.ndarray
    rules: tuple[Rule, ...]
    strokes: tuple[Rule, ...]  # the same before pieces of one line were put together
    font: Callable[[int], str]  # the name of the font of a character


class Api(NamedTuple):
    unicode: Any
    loose: Any
    origin: Any
    angle: Any
    font: Any
    size: Any
    matrix: Any


@functools.cache
def _api() -> Api:
    import pypdfium2.raw as raw

    address, number, pointer = ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p

    def function(name: str, result: Any, *takes: Any) -> Any:
        found = ctypes.cast(getattr(raw, name), ctypes.c_void_p).value or 0
        return ctypes.CFUNCTYPE(result, *takes)(found)

    return Api(
        function("FPDFText_GetUnicode", ctypes.c_uint, address, number),
        function("FPDFText_GetLooseCharBox", number, address, number, pointer),
        function("FPDFText_GetCharOrigin", number, address, number, pointer, pointer),
        function("FPDFText_GetCharAngle", ctypes.c_float, address, number),
        function("FPDFText_GetFontInfo", ctypes.c_ulong, address, number, pointer, ctypes.c_ulong, pointer),
        function("FPDFText_GetFontSize", ctypes.c_double, address, number),
        function("FPDFText_GetMatrix", number, address, number, pointer),
    )


def sheets(page: Any) -> tuple[list[Sheet], str]:
    """The sheets of a page of pypdfium2, the one with most text first, and a note where characters were left out."""
    import numpy as np

    api, text = _api(), page.get_textpage()
    handle = ctypes.cast(text.raw, ctypes.c_void_p).value
    there = text.count_chars()
    count = min(there, MOST_CHARACTERS)
    note = "" if count == there else f"{there:,} characters, the first {count:,} were read"
    # One call gives all letters where each is one character; a page with others is asked letter by letter.
    letters = text.get_text_range(0, count) if count else ""
    if len(letters) != count:
        letters = "".join(chr(api.unicode(handle, number) or 0) for number in range(count))
    boxes, origins = np.zeros((count, 4), np.float32), np.zeros((count, 2))
    box, origin, loose, place = boxes.ctypes.data, origins.ctypes.data, api.loose, api.origin
    for number in range(count):
        loose(handle, number, box + 16 * number)
        place(handle, number, origin + 16 * number, origin + 16 * number + 8)
    visible = np.array([not one.isspace() and one != "\0" for one in letters], bool)
    blank = np.array([one.isspace() for one in letters], bool)
    index = np.flatnonzero(visible)
    spaced = np.zeros(count + 1, bool)
    spaced[1:] = blank
    angles = _angles(api, handle, index, origins)
    shown = page.get_rotation() // 90 % 4
    width, height = page.get_size()
    crop = page.get_cropbox()
    upright = (width, height) if shown % 2 == 0 else (height, width)
    lines = list(_rules(page))

    buffer = ctypes.create_string_buffer(200)

    def font(number: int, keep: Any = text) -> str:  # the library forgets a page's text when nobody holds it
        api.font(handle, int(number), ctypes.addressof(buffer), 200, None)
        return buffer.value.decode("latin-1")

    made = []
    for angle in sorted(set(angles.tolist()), key=lambda one: -int((angles == one).sum())):
        here = index[angles == angle]
        frame = Frame(angle, crop[0], crop[1], *upright)
        b, o = boxes[here].astype(float), origins[here]
        left, top, right, bottom = frame.turn(b[:, 0], b[:, 3], b[:, 2], b[:, 1])  # the library's order: left, top, right, bottom
        _, y, _, _ = frame.turn(o[:, 0], o[:, 1], o[:, 0], o[:, 1])
        size = upright if angle % 180 == 0 else upright[::-1]
        turned = [Rule(*(float(one) for one in frame.turn(*line))) for line in lines]
        characters = [LETTERS.get(letters[number], letters[number]) for number in here]
        kept = _accented(characters, left, right, y)
        characters = [characters[place] for place in kept]
        left, right, top, bottom, y, here = (values[kept] for values in (left, right, top, bottom, y, here))
        _spread(left, right)
        room = _sizes(api, handle, here, bottom - top)
        pieces = _pieces(characters, spaced[here], left, right, room)
        made.append(
            Sheet(
                frame,
                angle,
                size[0],
                size[1],
                characters,
                pieces,
                left,
                right,
                top,
                bottom,
                y,
                room,
                here,
                _flat(turned),
                tuple(_thin(turned)),
                font,
            )
        )
    if not made:
        none = np.zeros(0)
        made.append(
            Sheet(
                Frame(0, crop[0], crop[1], *upright), 0, *upright, [], [], none, none, none, none, none, none, none, (), (), font
            )
        )
    return made, note


def _spread(left: Any, right: Any) -> None:
    """Give each letter of a ligature its part of the box that they share."""
    import numpy as np

    alike = np.flatnonzero((np.abs(np.diff(left)) < 0.01) & (np.abs(np.diff(right)) < 0.01))
    place = 0
    while place < len(alike):
        first = last = int(alike[place])
        while place < len(alike) and alike[place] == last:
            place, last = place + 1, last + 1
        edges = np.linspace(left[first], right[first], last - first + 2)
        left[first : last + 1], right[first : last + 1] = edges[:-1], edges[1:]


def _sizes(api: Api, handle: int | None, index: Any, room: Any) -> Any:
    """The size of the type of every character; asked of the library once for neighbours that are equally tall."""
    import numpy as np

    found = np.zeros(len(index))
    starts = [0, *(np.flatnonzero(np.abs(np.diff(room)) > 0.02) + 1).tolist(), len(index)] if len(index) else [0]
    matrix = (ctypes.c_float * 6)()
    place = ctypes.addressof(matrix)
    for start, stop in itertools.pairwise(starts):
        size = api.size(handle, int(index[start]))
        scale = math.hypot(matrix[2], matrix[3]) if api.matrix(handle, int(index[start]), place) else 1.0
        found[start:stop] = size * scale
    return np.where((found > 0.5) & (found < 500), found, np.maximum(room, 0.5))


def _pieces(characters: list[str], spaced: Any, left: Any, right: Any, size: Any) -> list[str]:
    """The characters, each with the space before it."""
    import numpy as np

    pieces = list(characters)
    gap, scale = left[1:] - right[:-1], np.maximum(size[1:], size[:-1])
    spaces = (spaced[1:] & (gap > SPACE * scale)) | (gap > SURE_SPACE * scale)
    for place in np.flatnonzero(spaces).tolist():
        pieces[place + 1] = " " + pieces[place + 1]
    return pieces


def _accented(characters: list[str], left: Any, right: Any, y: Any) -> list[int]:
    """The places of all characters but accents, which are put on the letter that they stand over."""
    found = [place for place, letter in enumerate(characters) if letter in ACCENTS]
    if not found:
        return list(range(len(characters)))
    gone = set()
    for place in found:
        middle = (left[place] + right[place]) / 2
        for near in (place + 1, place - 1, *range(place - 15, place - 1), *range(place + 2, place + 15)):
            if not 0 <= near < len(characters) or not characters[near].isalpha() or abs(y[near] - y[place]) > 6:
                continue
            if left[near] < middle < right[near]:
                letter = {"\u0131": "i", "\u0237": "j"}.get(characters[near], characters[near])
                characters[near] = unicodedata.normalize("NFC", letter + ACCENTS[characters[place]])
                gone.add(place)
                break
    return [place for place in range(len(characters)) if place not in gone]


def _angles(api: Api, handle: int | None, index: Any, origins: Any) -> Any:
    """By how many degrees each character is turned; asked of the library only where neighbours are not on one line."""
    import numpy as np

    found = np.zeros(len(index), int)
    if len(index) < 1:
        return found
    y, x = origins[index, 1], origins[index, 0]
    level = np.abs(np.diff(y)) < 0.01
    ahead = np.diff(x) > 0
    sure = np.zeros(len(index), bool)
    sure[1:] |= level & ahead
    sure[:-1] |= level & ahead
    for place in np.flatnonzero(~sure):
        degrees = math.degrees(api.angle(handle, int(index[place])))
        found[place] = round(degrees / 90) % 4 * 90 if degrees >= 0 else 0
    return found


def _rules(page: Any) -> Iterator[tuple[float, float, float, float]]:
    """Left, low, right, top of the thin paths of a page, and of the sides of its boxes."""
    import pypdfium2.raw as raw

    width, height = page.get_size()
    values = [ctypes.c_float() for _ in range(4)]
    seen = 0
    for thing, matrix in _things(raw, page.raw, width * height):
        seen += 1
        if seen > MOST_PATHS:
            return
        if not raw.FPDFPageObj_GetBounds(thing, *(ctypes.byref(one) for one in values)):
            continue
        left, low, right, top = _placed([one.value for one in values], matrix)
        wide, high = right - left, top - low
        if min(wide, high) <= 2 * THIN and max(wide, high) > 4:
            yield left, low, right, top
        elif wide > 20 and high > 8 and raw.FPDFPath_CountSegments(thing) <= 6 and _stroked(raw, thing):
            yield from ((left, low, right, low), (left, top, right, top), (left, low, left, top), (right, low, right, top))


Matrix = tuple[float, float, float, float, float, float]
SAME: Matrix = (1, 0, 0, 1, 0, 0)


def _things(raw: Any, page: Any, area: float) -> Iterator[tuple[Any, Matrix]]:
    """The paths of a page with where they are put; also those of a form that holds nearly all of the page.

    Publishers wrap whole pages into a form; a form that is smaller is a figure, whose lines are no table's.
    """
    waiting = [(raw.FPDFPage_CountObjects(page), functools.partial(raw.FPDFPage_GetObject, page), SAME, 0)]
    while waiting:
        number, get, matrix, depth = waiting.pop()
        for place in range(min(number, 20 * MOST_PATHS)):
            thing = get(place)
            kind = raw.FPDFPageObj_GetType(thing)
            if kind == raw.FPDF_PAGEOBJ_PATH:
                yield thing, matrix
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < 3:
                bounds, own = [ctypes.c_float() for _ in range(4)], raw.FS_MATRIX()
                raw.FPDFPageObj_GetBounds(thing, *(ctypes.byref(one) for one in bounds))
                left, low, right, top = _placed([one.value for one in bounds], matrix)
                if (right - left) * (top - low) > area / 3 and raw.FPDFPageObj_GetMatrix(thing, ctypes.byref(own)):
                    inner = _times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
                    count = raw.FPDFFormObj_CountObjects(thing)
                    waiting.append((count, functools.partial(raw.FPDFFormObj_GetObject, thing), inner, depth + 1))


def _times(one: Matrix, two: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    p, q, r, s, t, u = two
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _placed(box: list[float], matrix: Matrix) -> tuple[float, float, float, float]:
    a, b, c, d, e, f = matrix
    corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
    across, up = [a * x + c * y + e for x, y in corners], [b * x + d * y + f for x, y in corners]
    return min(across), min(up), max(across), max(up)


def _stroked(raw: Any, thing: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    return bool(raw.FPDFPath_GetDrawMode(thing, ctypes.byref(fill), ctypes.byref(stroke)) and stroke.value)


def _thin(rules: list[Rule]) -> Iterator[Rule]:
    """Rules as lines without thickness."""
    for left, top, right, bottom in rules:
        across, down = (left + right) / 2, (top + bottom) / 2
        yield Rule(left, down, right, down) if right - left >= bottom - top else Rule(across, top, across, bottom)


def _flat(rules: list[Rule]) -> tuple[Rule, ...]:
    """Rules without thickness; pieces of one line are put together."""
    thin = list(_thin(rules))
    level, upright = [one for one in thin if one.top == one.bottom], [one for one in thin if one.top != one.bottom]
    level.sort(key=lambda one: (round(one.top), one.left))
    upright.sort(key=lambda one: (round(one.left), one.top))
    joined = list[Rule]()
    for one in level:
        last = joined[-1] if joined else None
        if last and last.top == last.bottom and abs(last.top - one.top) < 1 and one.left - last.right < 1:
            joined[-1] = Rule(last.left, last.top, max(last.right, one.right), last.top)
        else:
            joined.append(one)
    flat = len(joined)
    for one in upright:
        last = joined[-1] if len(joined) > flat else None
        if last and abs(last.left - one.left) < 1 and one.top - last.bottom < 1:
            joined[-1] = Rule(last.left, last.top, last.left, max(last.bottom, one.bottom))
        else:
            joined.append(one)
    return tuple(joined)
