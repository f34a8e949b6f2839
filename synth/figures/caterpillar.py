"""Languages in the order of their effect: a dot for the mean, a bar for its interval, the family beside the name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from . import svg

ROW, TOP, PLOT, RIGHT, SLIM, MARGIN = 20, 26, 400, 118, 38, 14


@dataclass(frozen=True)
class Level:
    """One language (or other level) with its mean and interval; without an interval its ends are infinite."""

    label: str
    group: str
    mean: float
    low: float
    high: float

    @property
    def known(self) -> bool:
        return math.isfinite(self.low) and math.isfinite(self.high)


def caterpillar(
    id: str, title: str, description: str, levels: Sequence[Level], mean: float, axis: str, narrow: bool = False
) -> str:
    """The levels from the highest to the lowest, around the line of no effect; a fainter line marks the `mean` of all."""
    ordered = sorted(levels, key=lambda one: (-one.mean, one.label))
    ends = [0.0, mean, *(end for one in ordered for end in (one.mean, one.low, one.high) if math.isfinite(end))]
    marks = svg.ticks(min(ends), max(ends), 5 if narrow else 7)
    low, high = marks[0], marks[-1]
    names = max(len(one.label) for one in ordered) * svg.FONT
    families = max(len(one.group) for one in ordered) * 6.4
    left = MARGIN if narrow else names + families + 30
    plot, row = (svg.NARROW - 2 * MARGIN, SLIM) if narrow else (PLOT, ROW)

    def place(value: float) -> float:
        return left + plot * (value - low) / ((high - low) or 1)

    bottom = TOP + row * len(ordered) + 4
    parts = [svg.line(place(mark), TOP - 6, place(mark), bottom, "grid") for mark in marks]
    parts.append(svg.line(place(mean), TOP - 6, place(mean), bottom, "mean"))
    parts.append(svg.line(place(0), TOP - 8, place(0), bottom + 5, "axis"))
    parts += [svg.text(place(mark), bottom + 20, svg.tick(mark), "small", "middle") for mark in marks]
    parts.append(svg.text(left + plot / 2, bottom + 40, axis, "small", "middle"))
    parts.append(svg.text(place(mean), 12, f"mean {svg.plus(mean)}", "small", "middle"))
    for index, one in enumerate(ordered):
        y = TOP + row * index + (row - 10 if narrow else row / 2)
        said = f"{svg.plus(one.mean)} [{svg.plus(one.low)}, {svg.plus(one.high)}]" if one.known else svg.plus(one.mean)
        if narrow:
            parts.append(svg.text(0, y - 13, svg.clipped(f"{one.label}, {one.group}", svg.NARROW - len(said) * 6.4), "name"))
            parts.append(svg.text(svg.NARROW, y - 13, said, "value", "end"))
        else:
            parts.append(svg.text(0, y + 4, one.group, "small"))
            parts.append(svg.text(left - 10, y + 4, one.label, "", "end"))
            parts.append(svg.text(left + plot + 14, y + 4, said, "value"))
        if one.known:
            parts.append(svg.line(place(one.low), y, place(one.high), y, "bar s0"))
        parts.append(f'<circle class="dot s0" cx="{svg.number(place(one.mean))}" cy="{svg.number(y)}" r="4"/>')
    return svg.document(id, svg.NARROW if narrow else left + plot + RIGHT, bottom + 48, title, description, parts)
