"""One line per system: dots at the mean, bars for the interval, small strokes for the single seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..assertions import signed
from ..stats.equivalence import Estimate
from . import svg

ROW, TOP, PLOT, RIGHT = 34, 30, 400, 118


@dataclass(frozen=True)
class Line:
    """A system and its estimates, one per series."""

    label: str
    points: tuple[Estimate | None, ...]


def forest(id: str, title: str, description: str, lines: Sequence[Line], series: Sequence[str], axis: str) -> str:
    """A dot per line and series around the line of no gain."""
    ends = [0.0]
    for one in lines:
        for point in one.points:
            if point:
                ends += [value for value in (point.mean, point.low, point.high) if math.isfinite(value)]
    marks = svg.ticks(min(ends), max(ends))
    low, high = marks[0], marks[-1]
    left = max(len(one.label) for one in lines) * svg.FONT + 14

    def place(value: float) -> float:
        return left + PLOT * (value - low) / (high - low)

    bottom = TOP + ROW * len(lines)
    parts = [svg.line(place(mark), TOP - 4, place(mark), bottom, "grid") for mark in marks]
    parts.append(svg.line(place(0), TOP - 8, place(0), bottom + 5, "axis"))
    parts += [
        svg.text(place(mark), bottom + 20, signed(mark).removesuffix(".0") if mark else "0", "small", "middle") for mark in marks
    ]
    parts.append(svg.text(left + PLOT / 2, bottom + 40, axis, "small", "middle"))
    for index, one in enumerate(lines):
        y = TOP + ROW * index + ROW / 2
        parts.append(svg.text(left - 10, y + 4, one.label, "", "end"))
        parts += [_point(point, place, y + offset, number) for number, (point, offset) in enumerate(_spread(one.points)) if point]
        first = next((point for point in one.points if point), None)
        if first:
            parts.append(svg.text(left + PLOT + 14, y + 4, _words(first), "value"))
    x = left
    for number, name in enumerate(series if len(series) > 1 else ()):
        parts.append(f'<circle class="dot s{number}" cx="{svg.number(x + 5)}" cy="10" r="4.5"/>')
        parts.append(svg.text(x + 15, 14, name, "small"))
        x += 30 + len(name) * 6.2
    return svg.document(id, left + PLOT + RIGHT, bottom + 48, title, description, parts)


def _spread(points: tuple[Estimate | None, ...]) -> list[tuple[Estimate | None, float]]:
    middle = (len(points) - 1) / 2
    return [(point, (number - middle) * 11) for number, point in enumerate(points)]


def _point(point: Estimate, place, y: float, number: int) -> str:
    bar = ""
    if point.known:
        bar = svg.line(place(point.low), y, place(point.high), y, f"bar s{number}")
    return f'{bar}<circle class="dot s{number}" cx="{svg.number(place(point.mean))}" cy="{svg.number(y)}" r="4.5"/>'


def _words(point: Estimate) -> str:
    if not point.known:
        return signed(point.mean)
    return f"{signed(point.mean)} [{signed(point.low)}, {signed(point.high)}]"
