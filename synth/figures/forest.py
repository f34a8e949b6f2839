"""One line per system: dots at the mean, bars for the interval, small strokes for the single seeds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..stats.equivalence import Estimate
from . import svg

ROW, TOP, PLOT, RIGHT = 34, 30, 400, 118
SLIM, UNDER, MARGIN = 46, 26, 14  # of a narrow figure: a line, its plot under the label, room at both ends


@dataclass(frozen=True)
class Line:
    """A system and its estimates, one per series."""

    label: str
    points: tuple[Estimate | None, ...]


@dataclass(frozen=True)
class Study:
    """An effect with its interval; `weight` in per cent gives the size of its box. A `summary` is drawn as a diamond."""

    label: str
    mean: float
    low: float
    high: float
    weight: float = 0.0
    summary: bool = False
    new: tuple[float, float] | None = None  # where a new true effect would lie


def studies(id: str, title: str, description: str, lines: Sequence[Study], axis: str) -> str:
    """A box per study, as large as its weight, and a diamond per summary, around the line of no effect."""
    ends = [0.0, *(end for one in lines for end in (one.low, one.high, *(one.new or ())))]
    marks = svg.ticks(min(ends), max(ends))
    low, high = marks[0], marks[-1]
    left = max(len(one.label) for one in lines) * svg.FONT + 14
    row = 22

    def place(value: float) -> float:
        return left + PLOT * (value - low) / (high - low)

    bottom = TOP + row * len(lines) + 6
    heaviest = max(one.weight for one in lines) or 1.0
    parts = [svg.line(place(mark), TOP - 4, place(mark), bottom, "grid") for mark in marks]
    parts.append(svg.line(place(0), TOP - 8, place(0), bottom + 5, "axis"))
    parts += [svg.text(place(mark), bottom + 20, f"{mark:g}", "small", "middle") for mark in marks]
    parts.append(svg.text(left + PLOT / 2, bottom + 40, axis, "small", "middle"))
    for index, one in enumerate(lines):
        y = TOP + row * index + row / 2
        parts.append(svg.text(left - 10, y + 4, one.label, "group" if one.summary else "", "end"))
        if one.new:
            parts.append(svg.line(place(one.new[0]), y, place(one.new[1]), y, "new"))
        parts.append(_diamond(one, place, y) if one.summary else _box(one, place, y, heaviest))
        words = f"{one.mean:.2f} [{one.low:.2f}, {one.high:.2f}]".replace("-", "\u2212")
        parts.append(svg.text(left + PLOT + 14, y + 4, words, "value"))
    return svg.document(id, left + PLOT + RIGHT + 40, bottom + 48, title, description, parts)


def _box(one: Study, place: Callable[[float], float], y: float, heaviest: float) -> str:
    half = 2.5 + 5.5 * math.sqrt(one.weight / heaviest)
    x, size = place(one.mean), svg.number(2 * half)
    box = f'<rect class="box" x="{svg.number(x - half)}" y="{svg.number(y - half)}" width="{size}" height="{size}"/>'
    return svg.line(place(one.low), y, place(one.high), y, "bar") + box


def _diamond(one: Study, place: Callable[[float], float], y: float) -> str:
    points = ((place(one.low), y), (place(one.mean), y - 7), (place(one.high), y), (place(one.mean), y + 7))
    return f'<polygon class="diamond" points="{" ".join(f"{svg.number(a)},{svg.number(b)}" for a, b in points)}"/>'


def forest(
    id: str, title: str, description: str, lines: Sequence[Line], series: Sequence[str], axis: str, narrow: bool = False
) -> str:
    """A dot per line and series around the line of no gain. A `narrow` one has the labels above the dots."""
    ends = [0.0]
    for one in lines:
        for point in one.points:
            if point:
                ends += [value for value in (point.mean, point.low, point.high) if math.isfinite(value)]
    marks = svg.ticks(min(ends), max(ends), 5 if narrow else 7)
    low, high = marks[0], marks[-1]
    left = MARGIN if narrow else max(len(one.label) for one in lines) * svg.FONT + 14
    plot, row = (svg.NARROW - 2 * MARGIN, SLIM) if narrow else (PLOT, ROW)

    def place(value: float) -> float:
        return left + plot * (value - low) / ((high - low) or 1)

    bottom = TOP + row * len(lines) + (4 if narrow else 0)
    parts = [svg.line(place(mark), TOP - 4, place(mark), bottom, "grid") for mark in marks]
    parts.append(svg.line(place(0), TOP - 8, place(0), bottom + 5, "axis"))
    parts += [svg.text(place(mark), bottom + 20, svg.tick(mark), "small", "middle") for mark in marks]
    parts.append(svg.text(left + plot / 2, bottom + 40, axis, "small", "middle"))
    for index, one in enumerate(lines):
        y = TOP + row * index + (UNDER + 6 if narrow else row / 2)
        first = next((point for point in one.points if point), None)
        if narrow:
            said = _words(first) if first else ""
            room = svg.NARROW - len(said) * 6.4 - 8
            parts.append(svg.text(0, y - 16, svg.clipped(one.label, room), "name"))
            parts.append(svg.text(svg.NARROW, y - 16, said, "value", "end"))
        else:
            parts.append(svg.text(left - 10, y + 4, one.label, "", "end"))
            if first:
                parts.append(svg.text(left + plot + 14, y + 4, _words(first), "value"))
        parts += [_point(point, place, y + offset, number) for number, (point, offset) in enumerate(_spread(one.points)) if point]
    x = 0.0 if narrow else left
    for number, name in enumerate(series if len(series) > 1 else ()):
        parts.append(f'<circle class="dot s{number}" cx="{svg.number(x + 5)}" cy="10" r="4.5"/>')
        parts.append(svg.text(x + 15, 14, name, "small"))
        x += 30 + len(name) * 6.2
    return svg.document(id, svg.NARROW if narrow else left + plot + RIGHT, bottom + 48, title, description, parts)


def _spread(points: tuple[Estimate | None, ...]) -> list[tuple[Estimate | None, float]]:
    middle = (len(points) - 1) / 2
    return [(point, (number - middle) * 11) for number, point in enumerate(points)]


def _point(point: Estimate, place: Callable[[float], float], y: float, number: int) -> str:
    bar = ""
    if point.known:
        bar = svg.line(place(point.low), y, place(point.high), y, f"bar s{number}")
    return f'{bar}<circle class="dot s{number}" cx="{svg.number(place(point.mean))}" cy="{svg.number(y)}" r="4.5"/>'


def _words(point: Estimate) -> str:
    if not point.known:
        return svg.plus(point.mean)
    return f"{svg.plus(point.mean)} [{svg.plus(point.low)}, {svg.plus(point.high)}]"
