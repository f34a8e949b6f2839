"""Score against distance, one labelled dot per language."""

from __future__ import annotations

from collections.abc import Sequence

from . import svg

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 640, 350, 44, 34, 46, 60
LETTER = 6.4  # width of a character of a label
FEW = 16  # points that all get a label, room or not
Box = tuple[float, float, float, float]  # left, top, right, bottom


def scatter(
    id: str,
    title: str,
    description: str,
    points: Sequence[tuple[float, float, str]],
    across: str,
    up: str,
    narrow: bool = False,
) -> str:
    """`points` are (x, y, label). Labels step aside where they would cover each other; those that find no room
    are left out where the figure is `narrow` or the points are many."""
    wide, right_of = (svg.NARROW, 14) if narrow else (WIDTH, RIGHT)
    xs, ys = (
        svg.ticks(0, max(x for x, _, _ in points) or 1, 4 if narrow else 7),
        svg.ticks(min(y for _, y, _ in points), max(y for _, y, _ in points)),
    )
    left = LEFT - 12 if narrow else LEFT

    def right(x: float) -> float:
        return left + (wide - left - right_of) * (x - xs[0]) / (xs[-1] - xs[0])

    def down(y: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (y - ys[0]) / ((ys[-1] - ys[0]) or 1))

    parts = [svg.line(left, down(y), wide - right_of, down(y), "grid") for y in ys]
    parts += [svg.text(left - 8, down(y) + 4, f"{y:g}", "small", "end") for y in ys]
    parts += [svg.text(right(x), HEIGHT - BOTTOM + 18, f"{x:.2g}", "small", "middle") for x in xs]
    parts.append(svg.line(left, HEIGHT - BOTTOM, wide - right_of, HEIGHT - BOTTOM, "axis"))
    parts.append(svg.text((left + wide - right_of) / 2, HEIGHT - 8, across, "small", "middle"))
    parts.append(svg.text(0, 14, up, "small"))
    dots = [(right(x), down(y)) for x, y, _ in points]
    boxes = [(cx - 6, cy - 6, cx + 6, cy + 6) for cx, cy in dots]
    for (cx, cy), (x, y, label) in zip(dots, points, strict=True):
        tip = f"<title>{svg.clean(f'{label}: {y:.1f} at distance {x:.2f}')}</title>"
        parts.append(f'<circle class="dot s0" cx="{svg.number(cx)}" cy="{svg.number(cy)}" r="4.5">{tip}</circle>')
        free, (box, at) = _room(cx, cy, len(label) * LETTER, boxes, left, wide)
        if free or (not narrow and len(points) <= FEW):
            boxes.append(box)
            parts.append(svg.text(at, box[3] - 3, label, "small tag"))
    return svg.document(id, wide, HEIGHT, title, description, parts)


def _room(cx: float, cy: float, length: float, boxes: Sequence[Box], left: float, wide: float) -> tuple[bool, tuple[Box, float]]:
    """Whether there is a place for a label beside its dot that covers no other dot or label; the place, and where it starts."""
    places = [
        (cx + step, cy + drop)
        for drop in (0.0, 12.0, -12.0, 22.0, -22.0)
        for step in ((9.0, -9.0 - length) if not drop else (9.0, -length / 2, -9.0 - length))
    ]
    made = [((x, y - 7, x + length, y + 7), x) for x, y in places]
    free = (one for one in made if left < one[0][0] and one[0][2] < wide and not any(_cover(one[0], box) for box in boxes))
    found = next(free, None)
    return found is not None, found or made[0]


def _cover(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
