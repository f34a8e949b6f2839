"""Language by task, one coloured cell each, grouped by family.

Cells of one colour are one path and one group of numbers, so that forty languages by nine tasks stay a small figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from . import svg

STEPS = 9
MISSING = "\u00b7"
ROW, COLUMN, TOP, GAP, LEGEND = 24, 60, 30, 6, 320
SLIM, HEADING, LEANING = 21, 18, 18  # of a narrow figure: a row, the line with a group's name, room for the last turned head


def heatmap(
    id: str,
    title: str,
    description: str,
    rows: Sequence[tuple[str, str, str]],
    columns: Sequence[tuple[str, str]],
    cells: Mapping[tuple[str, str], float],
    diverging: bool = False,
    narrow: bool = False,
) -> str:
    """`rows` are (key, label, group), `columns` (key, label). Diverging colours turn at zero, others run from low to high.

    A `narrow` one has turned heads, groups on lines of their own, and whole numbers.
    """
    values = list(cells.values()) or [0.0]
    bound = max(abs(value) for value in values) or 1.0
    low, high = (-bound, bound) if diverging else (min(values), max(values))
    longest = max((len(label) for _, label, _ in rows), default=4)
    if narrow:
        left = min(longest * 7.2 + 12, 104.0)
        column, height, top = min(46.0, (svg.NARROW - left - LEANING) / max(1, len(columns))), SLIM, 58.0
        width = float(svg.NARROW)
    else:
        left = (longest + max((len(group) for _, _, group in rows), default=0)) * svg.FONT + 30
        column, height, top = float(COLUMN), ROW, float(TOP)
        width = left + max(column * len(columns) + 2, LEGEND)
    parts = [_head(left + column * (index + 0.5), top, label, narrow) for index, (_, label) in enumerate(columns)]
    y, before = top, None
    kinds: dict[str, list[tuple[float, float, str]]] = {}
    for key, label, group in rows:
        if group != before:
            if narrow:
                parts.append(svg.text(0, y + 13, group, "group"))
                y += HEADING
            else:
                y += GAP if before is not None else 0
                parts.append(svg.text(0, y + 16, group, "group"))
            before = group
        words = svg.clipped(label, left - 8, 6.9) if narrow else label
        parts.append(svg.text(left - 6 if narrow else left - 8, y + height * 0.68, words, "row" if narrow else "", "end"))
        for index, (name, _) in enumerate(columns):
            value = cells.get((key, name))
            kind = "none" if value is None else _kind(value, low, high, diverging)
            kinds.setdefault(kind, []).append((left + column * index, y, _shown(value, diverging, narrow)))
        y += height
    parts += [_cells(kind, found, column, height) for kind, found in sorted(kinds.items())]
    parts.append(_legend(left if not narrow else 0, y + 14, low, high, diverging))
    return svg.document(id, width, y + 44, title, description, parts)


def _head(x: float, top: float, label: str, narrow: bool) -> str:
    return svg.turned(x + 3, top - 7, label, "head") if narrow else svg.text(x, top - 12, label, "head", "middle")


def _shown(value: float | None, diverging: bool, narrow: bool) -> str:
    if value is None:
        return MISSING
    if narrow:
        return svg.plus(value, 0) if diverging else f"{value:.0f}"
    return svg.plus(value) if diverging else f"{value:.1f}"


def _kind(value: float, low: float, high: float, diverging: bool) -> str:
    share = (value - low) / (high - low) if high > low else 0.5
    return f"{'d' if diverging else 'q'}{min(STEPS - 1, max(0, int(share * STEPS)))}"


def _cells(kind: str, found: Sequence[tuple[float, float, str]], width: float, height: float) -> str:
    """All cells of one colour: the boxes as one path, then their numbers."""
    across, down = svg.number(width - 2), svg.number(height - 2)
    boxes = "".join(f"M{svg.number(x + 1)} {svg.number(y + 1)}h{across}v{down}h-{across}z" for x, y, _ in found)
    numbers = "".join(
        f'<text x="{svg.number(x + width / 2)}" y="{svg.number(y + height * 0.67)}">{svg.clean(words)}</text>'
        for x, y, words in found
    )
    return f'<g class="cells {kind}"><path d="{boxes}"/>{numbers}</g>'


def _legend(x: float, y: float, low: float, high: float, diverging: bool) -> str:
    letter = "d" if diverging else "q"
    swatches = "".join(
        f'<g class="{letter}{step}"><path d="M{svg.number(x + 40 + 18 * step)} {svg.number(y)}h18v10h-18z"/></g>'
        for step in range(STEPS)
    )
    ends = (svg.plus(low), svg.plus(high)) if diverging else (f"{low:.0f}", f"{high:.0f}")
    return (
        svg.text(x + 34, y + 10, ends[0], "small", "end")
        + swatches
        + svg.text(x + 46 + 18 * STEPS, y + 10, f"{ends[1]} points", "small")
    )
