"""Language by task, one coloured cell each, grouped by family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..assertions import signed
from . import svg

STEPS = 9
MISSING = "\u00b7"
ROW, COLUMN, TOP, GAP, LEGEND = 24, 60, 30, 6, 320


def heatmap(
    id: str,
    title: str,
    description: str,
    rows: Sequence[tuple[str, str, str]],
    columns: Sequence[tuple[str, str]],
    cells: Mapping[tuple[str, str], float],
    diverging: bool = False,
) -> str:
    """`rows` are (key, label, group), `columns` (key, label). Diverging colours turn at zero, others run from low to high."""
    values = list(cells.values()) or [0.0]
    bound = max(abs(value) for value in values) or 1.0
    low, high = (-bound, bound) if diverging else (min(values), max(values))
    left = (max(len(label) for _, label, _ in rows) + max(len(group) for _, _, group in rows)) * svg.FONT + 30
    width = left + max(COLUMN * len(columns) + 2, LEGEND)
    parts = [svg.text(left + COLUMN * (index + 0.5), 18, label, "head", "middle") for index, (_, label) in enumerate(columns)]
    y, before = float(TOP), ""
    for key, label, group in rows:
        if group != before:
            y += GAP if before else 0
            parts.append(svg.text(0, y + 16, group, "group"))
            before = group
        parts.append(svg.text(left - 8, y + 16, label, "", "end"))
        for index, (column, name) in enumerate(columns):
            parts.append(_cell(left + COLUMN * index, y, cells.get((key, column)), low, high, diverging, f"{label}, {name}"))
        y += ROW
    parts.append(_legend(left, y + 14, low, high, diverging))
    return svg.document(id, width, y + 44, title, description, parts)


def _kind(value: float, low: float, high: float, diverging: bool) -> str:
    share = (value - low) / (high - low) if high > low else 0.5
    return f"{'d' if diverging else 'q'}{min(STEPS - 1, max(0, int(share * STEPS)))}"


def _cell(x: float, y: float, value: float | None, low: float, high: float, diverging: bool, name: str) -> str:
    box = f'<rect x="{svg.number(x + 1)}" y="{svg.number(y + 1)}" width="{COLUMN - 2}" height="{ROW - 2}" rx="2"/>'
    if value is None:
        return f'<g class="none">{box}{svg.text(x + COLUMN / 2, y + 16, MISSING, "", "middle")}</g>'
    shown = signed(value) if diverging else f"{value:.1f}"
    tip = f"<title>{svg.clean(f'{name}: {shown}')}</title>"
    kind = _kind(value, low, high, diverging)
    return f'<g class="{kind}">{tip}{box}{svg.text(x + COLUMN / 2, y + 16, shown, "", "middle")}</g>'


def _legend(x: float, y: float, low: float, high: float, diverging: bool) -> str:
    swatches = "".join(
        f'<g class="{"d" if diverging else "q"}{step}"><rect x="{svg.number(x + 40 + 18 * step)}" y="{svg.number(y)}" '
        'width="18" height="10"/></g>'
        for step in range(STEPS)
    )
    ends = (signed(low), signed(high)) if diverging else (f"{low:.0f}", f"{high:.0f}")
    return (
        svg.text(x + 34, y + 10, ends[0], "small", "end")
        + swatches
        + svg.text(x + 46 + 18 * STEPS, y + 10, f"{ends[1]} points", "small")
    )
