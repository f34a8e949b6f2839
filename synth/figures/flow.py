"""PRISMA's flow: how many records came from where, what was taken out at each step and why, and what is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..shortened import clipped
from . import svg

MAIN, SIDE, GAP, LINE, PAD, DOWN, LABEL = 300, 330, 48, 18, 12, 34, 34
STEP, INDENT = 12, 32  # of a narrow diagram
LETTER = 7.6  # of a phase's name, which runs upwards
MOST = 8  # reasons that have a line of their own
# A diagram of its own needs its own clothes; inside a report the report's style comes later and wins.
STYLE = (
    "<style>.flow-box{fill:none;stroke:#5b6870;stroke-width:1.2}.flow-arrow{stroke:#5b6870;stroke-width:1.2;fill:none}"
    ".flow-head{fill:#5b6870}.flow-phase{fill:#dce8ed}text{font:13px/1 system-ui,sans-serif;fill:#1d2529}"
    ".flow-name{font-weight:700}.flow-turned{font-size:12px;font-weight:700;fill:#1d2529}"
    "@media (prefers-color-scheme:dark){.flow-box,.flow-arrow{stroke:#9fb0ba}.flow-head{fill:#9fb0ba}.flow-phase{fill:#234050}"
    "text,.flow-turned{fill:#e8edf0}}</style>"
)
NAMES = {"arxiv": "arXiv", "semanticscholar": "Semantic Scholar", "openalex": "OpenAlex", "acl": "ACL Anthology"}


def flow(id: str, title: str, counts: Mapping[str, Any], narrow: bool = False, styled: bool = True) -> str:
    """The diagram of the counts of literature/prisma.py. A `narrow` one has what is taken out under its box, not beside it;
    without its own style (`styled`) it takes that of the page around it."""
    steps = _steps(counts)
    left = LABEL + 14
    parts, y = [STYLE] if styled else [], 10.0
    tops: list[tuple[str, float, float]] = []
    for number, (phase, box, aside) in enumerate(steps):
        if narrow:
            height = max(_height(box) + (_height(aside) + STEP if aside else 0), len(phase) * LETTER + 8)
            parts += _under(left, y, box, aside)
        else:
            height = max(_height(box), _height(aside), len(phase) * LETTER + 8)
            parts += _beside(left, y, height, box, aside)
        if number + 1 < len(steps):
            middle = left + (INDENT / 2 if narrow else MAIN / 2)
            start = y + (_height(box) if narrow else height)
            parts.append(svg.line(middle, start, middle, y + height + DOWN - 6, "flow-arrow"))
            parts.append(_head(middle, y + height + DOWN, 90))
        tops.append((phase, y, y + height))
        y += height + DOWN
    parts += _phases(tops)
    words = "; ".join(" ".join([*box, *(["taken out:", *aside] if aside else [])]) for _, box, aside in steps)
    width = svg.NARROW if narrow else left + MAIN + GAP + SIDE + 10
    return svg.document(id, width, y - DOWN + 10, title, words, parts)


def _beside(left: float, y: float, height: float, box: Sequence[str], aside: Sequence[str]) -> list[str]:
    parts = _box(left, y, MAIN, height, box)
    if aside:
        middle = y + height / 2
        parts += [
            svg.line(left + MAIN, middle, left + MAIN + GAP - 6, middle, "flow-arrow"),
            _head(left + MAIN + GAP, middle, 0),
            *_box(left + MAIN + GAP, y, SIDE, height, aside),
        ]
    return parts


def _under(left: float, y: float, box: Sequence[str], aside: Sequence[str]) -> list[str]:
    """A box over the whole width; what is taken out is a smaller one under it, so that the way down passes at its left."""
    whole = int(svg.NARROW - left)
    parts = _box(left, y, whole, _height(box), [clipped(one, 36) for one in box])
    if aside:
        top = y + _height(box) + STEP
        parts += [
            svg.line(left + INDENT / 2, top + 20, left + INDENT - 6, top + 20, "flow-arrow"),
            _head(left + INDENT, top + 20, 0),
            *_box(left + INDENT, top, int(whole - INDENT), _height(aside), [clipped(one, 30) for one in aside]),
        ]
    return parts


def _steps(counts: Mapping[str, Any]) -> list[tuple[str, list[str], list[str]]]:
    """Phase, box, and the box beside it."""
    came = sum(counts["identified"].values())
    out = sum(counts["excluded_by_rule"].values()) + counts["excluded_by_hand"]
    missing = sum(counts["not_retrieved"].values())
    by_hand = {"by hand": counts["excluded_by_hand"]} if counts["excluded_by_hand"] else {}
    unsure = [f"no rule could judge: {counts['unsure']:,}"] if counts["unsure"] else []
    sources = [f"{NAMES.get(name, name)}: {number:,}" for name, number in counts["identified"].items()]
    taken = [
        f"duplicates: {counts['duplicates']:,}",
        *([f"no title or id: {counts['unusable']:,}"] if counts["unusable"] else []),
    ]
    waiting = [f"not fetched yet: {counts['waiting']:,}"] if counts["waiting"] else []
    return [
        ("Identification", [f"Records identified: {came:,}", *sources],
         [f"Removed before screening: {counts['duplicates'] + counts['unusable']:,}", *taken]),
        ("Screening", [f"Studies screened: {counts['screened']:,}"],
         [f"Excluded: {out:,}", *_reasons({**counts["excluded_by_rule"], **by_hand})]),
        ("Retrieval", [f"Papers sought: {counts['sought']:,}", *unsure],
         [f"Not retrieved: {missing:,}", *_reasons(counts["not_retrieved"]), *waiting]),
        ("Included", [f"Papers retrieved: {counts['retrieved']:,}"], []),
    ]  # fmt: skip


def _reasons(reasons: Mapping[str, int]) -> list[str]:
    ordered = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    shown = [f"{clipped(reason, 40)}: {number:,}" for reason, number in ordered[:MOST]]
    rest = ordered[MOST:]
    return [*shown, *([f"{len(rest)} other reasons: {sum(number for _, number in rest):,}"] if rest else [])]


def _height(lines: Sequence[str]) -> float:
    return 2 * PAD + LINE * len(lines)


def _box(x: float, y: float, width: float, height: float, lines: Sequence[str]) -> list[str]:
    frame = (
        f'<rect class="flow-box" x="{svg.number(x)}" y="{svg.number(y)}" width="{width}" height="{svg.number(height)}" rx="4"/>'
    )
    return [
        frame,
        *(
            svg.text(x + PAD, y + PAD + LINE * number + 13, line, "" if number else "flow-name")
            for number, line in enumerate(lines)
        ),
    ]


def _head(x: float, y: float, angle: int) -> str:
    return (
        f'<path class="flow-head" transform="translate({svg.number(x)} {svg.number(y)}) rotate({angle})" d="M0 0 -8 -4 -8 4z"/>'
    )


def _phases(tops: Sequence[tuple[str, float, float]]) -> list[str]:
    """The names of the phases at the left edge, read upwards."""
    made = []
    for name, top, bottom in tops:
        size = f'width="{LABEL - 8}" height="{svg.number(bottom - top)}"'
        made.append(f'<rect class="flow-phase" x="4" y="{svg.number(top)}" {size} rx="4"/>')
        middle = (top + bottom) / 2
        turned = f'transform="translate({LABEL / 2 + 4:g} {svg.number(middle)}) rotate(-90)"'
        made.append(f'<text class="flow-turned" text-anchor="middle" {turned}>{svg.clean(name)}</text>')
    return made
