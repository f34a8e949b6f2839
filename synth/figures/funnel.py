"""Effects against their standard errors, with the contours of p around no effect and the funnel around the pooled one."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

from . import svg

WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT = 640, 420, 60, 40, 52, 20
CONTOURS = (0.10, 0.05, 0.01)  # two-sided p at no effect, from the inside out


def funnel(
    id: str,
    title: str,
    description: str,
    points: Sequence[tuple[float, float, str]],
    mean: float,
    filled: Sequence[tuple[float, float]] = (),
    axis: str = "effect",
) -> str:
    """`points` are (effect, standard error, label), the most precise ones on top; `filled` are those of trim and fill."""
    deepest = max([error for _, error, _ in points] + [error for _, error in filled]) * 1.05 or 1.0
    reach = NormalDist().inv_cdf(1 - CONTOURS[-1] / 2) * deepest
    ends = [effect for effect, _, _ in points] + [effect for effect, _ in filled]
    marks = svg.ticks(min([-reach / 2, *ends]), max([reach / 2, *ends]))
    low, high = marks[0], marks[-1]

    def across(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (min(max(value, low), high) - low) / (high - low)

    def down(error: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * error / deepest

    floor = HEIGHT - BOTTOM
    parts = [f'<rect class="c2" x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" height="{floor - TOP}"/>']
    for shade, share in zip((1, 0, 3), reversed(CONTOURS), strict=True):
        parts.append(_cone(0.0, NormalDist().inv_cdf(1 - share / 2), deepest, across, down, low, high, f"c{shade}"))
    parts += [svg.text(across(mark), floor + 18, f"{mark:g}", "small", "middle") for mark in marks]
    depths = svg.ticks(0, deepest, 5)
    parts += [svg.text(LEFT - 8, down(depth) + 4, f"{depth:g}", "small", "end") for depth in depths if depth <= deepest]
    parts.append(svg.line(LEFT, floor, WIDTH - RIGHT, floor, "axis"))
    parts.append(svg.line(across(mean), TOP, across(mean), floor, "bar"))
    for side in (-1, 1):
        end = NormalDist().inv_cdf(0.975) * deepest * side
        parts.append(svg.line(across(mean), TOP, across(mean + end), floor, "grid"))
    for effect, error, label in points:
        tip = f"<title>{svg.clean(f'{label}: {effect:.3f}, standard error {error:.3f}')}</title>"
        parts.append(_dot(across(effect), down(error), "dot", tip))
    parts += [_dot(across(effect), down(error), "hollow", "<title>filled</title>") for effect, error in filled]
    parts.append(svg.text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, axis, "small", "middle"))
    parts.append(svg.text(LEFT - 50, TOP - 22, "standard error", "small"))
    words = "shaded from the inside: p above 0.10, 0.10 to 0.05, 0.05 to 0.01, below 0.01 for no effect"
    parts.append(svg.text(WIDTH - RIGHT, TOP - 22, words, "small", "end"))
    return svg.document(id, WIDTH, HEIGHT, title, description, parts)


def _cone(middle: float, z: float, deepest: float, across, down, low: float, high: float, kind: str) -> str:
    """The area where an effect is less than z standard errors from the middle, cut at the sides of the figure."""
    steps = [deepest * step / 40 for step in range(41)]
    right = [(across(min(middle + z * depth, high)), down(depth)) for depth in steps]
    left = [(across(max(middle - z * depth, low)), down(depth)) for depth in reversed(steps)]
    points = " ".join(f"{svg.number(x)},{svg.number(y)}" for x, y in (*right, *left))
    return f'<polygon class="{kind}" points="{points}"/>'


def _dot(x: float, y: float, kind: str, tip: str) -> str:
    return f'<circle class="{kind}" cx="{svg.number(x)}" cy="{svg.number(y)}" r="4.5">{tip}</circle>'
