"""The few pieces that all figures share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from replicate.shown import visible

from .. import shortened

FONT = 7.6  # width of a figure's character at 13 px, for room beside labels
NARROW = 328  # a figure for a page of 360 pixels


def clean(text: str) -> str:
    """Escaped, and with characters named that nobody sees and no document may hold."""
    return escape(visible(text), quote=True)


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    """One line of text."""
    named = f' class="{kind}"' if kind else ""
    placed = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return f'<text x="{number(x)}" y="{number(y)}"{named}{placed}>{clean(words)}</text>'


def turned(x: float, y: float, words: str, kind: str = "", angle: int = -55) -> str:
    """One line of text that runs upwards from a place."""
    named = f' class="{kind}"' if kind else ""
    return f'<text transform="translate({number(x)} {number(y)}) rotate({angle})"{named}>{clean(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    """One straight line."""
    return f'<line class="{kind}" x1="{number(x1)}" y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}"/>'


def box(x: float, y: float, width: float, height: float, kind: str) -> str:
    """One rectangle."""
    size = f'width="{number(width)}" height="{number(height)}"'
    return f'<rect class="{kind}" x="{number(x)}" y="{number(y)}" {size}/>'


def number(value: float) -> str:
    """A coordinate, no longer than it needs to be."""
    return f"{value:.1f}".removesuffix(".0")


def plus(value: float, digits: int = 1) -> str:
    """A number with its sign; what rounds to nothing has none."""
    shown = f"{value:+.{digits}f}"
    return (shown[1:] if not float(shown) else shown).replace("-", "\u2212")


def tick(value: float) -> str:
    """A mark on an axis that turns at zero."""
    shown = f"{value:+.4g}"
    return (shown[1:] if not float(shown) else shown).replace("-", "\u2212")


def clipped(words: str, room: float, letter: float = FONT) -> str:
    """A label that fits: its end is cut where there is no room for it."""
    return shortened.clipped(words, max(3, int(room / letter)))


def document(id: str, width: float, height: float, title: str, description: str, parts: Sequence[str]) -> str:
    """A whole figure with the words that a screen reader needs."""
    return (
        f'<svg role="img" viewBox="0 0 {number(width)} {number(height)}" width="{number(width)}" height="{number(height)}" '
        f'style="--wide: {number(width)}px" '
        f'aria-labelledby="{id}-title {id}-desc" xmlns="http://www.w3.org/2000/svg">'
        f'<title id="{id}-title">{clean(title)}</title><desc id="{id}-desc">{clean(description)}</desc>{"".join(parts)}</svg>'
    )


def ticks(low: float, high: float, most: int = 7) -> list[float]:
    """Round numbers from at or below `low` to at or above `high`."""
    span = max(high - low, 1e-9)
    step = 10.0 ** math.floor(math.log10(span / most))
    for factor in (1, 2, 5, 10):
        if span / (step * factor) <= most:
            step *= factor
            break
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [index * step for index in range(first, last + 1)]
