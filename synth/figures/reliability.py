"""How often verdicts were right that were given so much confidence: a dot per bin with its interval, and the counts below."""

from __future__ import annotations

from collections.abc import Sequence

from . import svg

SIDE, LEFT, TOP, RIGHT, COUNTS, BOTTOM = 360, 56, 34, 20, 70, 44
Row = tuple[float, int, int]  # mean confidence, right, of


def reliability(
    id: str, title: str, rows: Sequence[Row], intervals: Sequence[tuple[float, float]] = (), narrow: bool = False
) -> str:
    """`rows` are bins of confidence, `intervals` those of their shares; what lies on the diagonal keeps what it says."""
    shares = [right / of for _, right, of in rows]
    total = sum(of for _, _, of in rows)
    side = svg.NARROW - LEFT - RIGHT if narrow else SIDE

    def across(share: float) -> float:
        return LEFT + side * share

    def down(share: float) -> float:
        return TOP + side * (1 - share)

    floor = TOP + side
    marks = [mark / 5 for mark in range(6)]
    parts = [svg.line(LEFT, down(mark), LEFT + side, down(mark), "grid") for mark in marks]
    parts += [svg.text(LEFT - 8, down(mark) + 4, f"{mark:.0%}", "small", "end") for mark in marks]
    parts.append(svg.line(across(0), down(0), across(1), down(1), "axis"))
    parts.append(svg.text(LEFT - 8, TOP - 16, "share that was right", "small"))
    for place, (mean, right, of) in enumerate(rows):
        x, share = across(mean), shares[place]
        if place < len(intervals):
            low, high = intervals[place]
            parts.append(svg.line(x, down(low), x, down(high), "bar s0"))
        tip = f"<title>{svg.clean(f'confidence {mean:.0%}: {right} of {of} right ({share:.0%})')}</title>"
        parts.append(f'<circle class="dot s0" cx="{svg.number(x)}" cy="{svg.number(down(share))}" r="4.5">{tip}</circle>')
    base, most = floor + COUNTS, max((of for _, _, of in rows), default=1)
    for mean, _, of in rows:
        height = max(1.0, (COUNTS - 28) * of / most)
        parts.append(svg.box(across(mean) - 7, base - height, 14, height, "box"))
        parts.append(svg.text(across(mean), base - height - 4, f"{of:,}", "small", "middle"))
    parts.append(svg.line(LEFT, base, LEFT + side, base, "axis"))
    parts += [svg.text(across(mark), base + 18, f"{mark:.0%}", "small", "middle") for mark in marks]
    parts.append(svg.text(LEFT + side / 2, base + 38, f"confidence (below: how many of {total:,} verdicts)", "small", "middle"))
    said = "; ".join(f"confidence {mean:.0%}, right {right} of {of}" for mean, right, of in rows)
    return svg.document(id, LEFT + side + RIGHT, base + BOTTOM, title, said or "no labelled verdicts", parts)
