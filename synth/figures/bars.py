"""What a sum is made of: a bar for each part, from no effect to its points, the largest on top."""

from __future__ import annotations

from collections.abc import Sequence

from . import svg

ROW, TOP, PLOT, RIGHT, SLIM, MARGIN = 26, 14, 400, 110, 40, 14


def bars(id: str, title: str, description: str, parts: Sequence[tuple[str, float, str]], axis: str, narrow: bool = False) -> str:
    """`parts` are (label, value, what stands beside the bar)."""
    values = [value for _, value, _ in parts]
    marks = svg.ticks(min(0.0, *values), max(0.0, *values), 5 if narrow else 7)
    low, high = marks[0], marks[-1]
    left = MARGIN if narrow else max(len(label) for label, _, _ in parts) * svg.FONT + 14
    plot, row, thick = (svg.NARROW - 2 * MARGIN, SLIM, 12) if narrow else (PLOT, ROW, 14)

    def place(value: float) -> float:
        return left + plot * (value - low) / ((high - low) or 1)

    bottom = TOP + row * len(parts)
    drawn = [svg.line(place(mark), TOP - 4, place(mark), bottom, "grid") for mark in marks]
    for index, (label, value, beside) in enumerate(parts):
        y = TOP + row * index + (row - thick / 2 - 5 if narrow else row / 2)
        kind = "plus" if value >= 0 else "minus"
        start, end = sorted((place(0), place(value)))
        drawn.append(svg.box(start, y - thick / 2, max(end - start, 0.6), thick, kind))
        if narrow:
            drawn.append(svg.text(0, y - 12, svg.clipped(label, svg.NARROW - len(beside) * 6.4), "name"))
            drawn.append(svg.text(svg.NARROW, y - 12, beside, "value", "end"))
        else:
            drawn.append(svg.text(left - 10, y + 4, label, "", "end"))
            drawn.append(svg.text(left + plot + 14, y + 4, beside, "value"))
    drawn.append(svg.line(place(0), TOP - 8, place(0), bottom + 5, "axis"))
    drawn += [svg.text(place(mark), bottom + 20, svg.tick(mark), "small", "middle") for mark in marks]
    drawn.append(svg.text(left + plot / 2, bottom + 40, axis, "small", "middle"))
    return svg.document(id, svg.NARROW if narrow else left + plot + RIGHT, bottom + 48, title, description, drawn)
