"""Figures: a title and a description, colours of the page, letters that can be read, two widths."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from replicate import resources
from synth.figures import svg
from synth.figures.alone import alone, printed
from synth.figures.bars import bars
from synth.figures.caterpillar import Level, caterpillar
from synth.figures.flow import flow
from synth.figures.forest import Line, forest
from synth.figures.heatmap import heatmap
from synth.figures.scatter import scatter
from synth.stats.equivalence import estimate

COUNTS = {
    "identified": {"arxiv": 10, "acl": 2}, "unusable": 1, "duplicates": 3, "screened": 8, "excluded_by_rule": {"year": 2},
    "excluded_by_hand": 1, "sought": 5, "unsure": 1, "retrieved": 3, "not_retrieved": {"no open copy": 1}, "waiting": 1,
}  # fmt: skip
CELLS = {("de", "xnli"): 70.0, ("de", "panx"): -3.0}
LONG = "A label that is very much longer than a narrow figure has room for"
FIGURES = {
    "heatmap": lambda narrow: heatmap(
        "f", "Title", "Words", [("de", LONG, "IE")], [("xnli", "XNLI"), ("panx", "NER")], CELLS, True, narrow
    ),
    "forest": lambda narrow: forest(
        "f", "Title", "Words", [Line(LONG, (estimate([1.0, 2.0]), None))], ["x", "y"], "points", narrow
    ),
    "scatter": lambda narrow: scatter("f", "Title", "Words", [(0.0, 70.0, LONG), (0.5, 50.0, "B")], "far", "points", narrow),
    "caterpillar": lambda narrow: caterpillar("f", "Title", "Words", [Level(LONG, "IE", 1.0, -1.0, 3.0)], 0.5, "points", narrow),
    "bars": lambda narrow: bars("f", "Title", "Words", [(LONG, 1.0, "+1.0"), ("B", -0.5, "\u22120.5")], "points", narrow),
    "flow": lambda narrow: flow("f", "Title", COUNTS, narrow, False),
}


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_whole_has_a_title_and_a_description_and_keeps_its_width(name, narrow):
    drawn = FIGURES[name](narrow)
    root = ElementTree.fromstring(drawn)
    assert root.find("{*}title").text == "Title" and root.find("{*}desc").text
    assert root.get("aria-labelledby") == "f-title f-desc" and root.get("role") == "img"
    width = float(root.get("viewBox").split()[2])
    assert width == svg.NARROW if narrow else width > svg.NARROW
    ends = [float(one.get("x")) for one in root.iter("{http://www.w3.org/2000/svg}text") if one.get("x")]
    assert all(0 <= end <= width for end in ends)


def test_a_heatmap_marks_what_was_not_measured_and_turns_colour_at_zero():
    columns = [("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")]
    cells = {("x", "a"): -3.0, ("x", "b"): 0.0, ("x", "c"): 3.0}
    drawn = heatmap("h", "t", "d", [("x", "X", "g")], columns, cells, diverging=True)
    assert re.findall(r'<g class="cells (\w+)">.*?<text[^>]*>([^<]*)', drawn) == [
        ("d0", "\u22123.0"), ("d4", "0.0"), ("d8", "+3.0"), ("none", "\u00b7"),
    ]  # fmt: skip


def test_a_heatmap_of_all_languages_stays_small():
    rows = [(f"l{number}", f"Language {number}", f"F{number // 5}") for number in range(40)]
    columns = [(f"t{number}", f"T{number}") for number in range(9)]
    cells = {(row, column): float(hash((row, column)) % 100) for row, _, _ in rows for column, _ in columns}
    assert len(heatmap("h", "t", "d", rows, columns, cells)) < 36_000


def test_a_caterpillar_is_sorted_from_the_highest():
    levels = [
        Level("low", "A", -1.0, -2.0, 0.0),
        Level("high", "B", 2.0, 1.0, 3.0),
        Level("open", "C", 0.5, float("-inf"), float("inf")),
    ]
    drawn = caterpillar("c", "t", "d", levels, 0.5, "points")
    assert re.findall(r">(high|low|open)<", drawn) == ["high", "open", "low"] and "inf" not in drawn


@pytest.mark.parametrize(("low", "high"), [(-3.0, 5.0), (0.0, 0.4), (12.3, 97.9), (0.0, 0.0)])
def test_ticks_hold_the_whole_range(low, high):
    marks = svg.ticks(low, high)
    assert marks[0] <= low and marks[-1] >= high and marks == sorted(set(marks)) and len(marks) <= 9


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "0"), (-0.0, "0"), (0.5, "+0.5"), (-0.25, "\u22120.25"), (0.30000000000000004, "+0.3")]
)
def test_ticks_say_what_they_mark(value, shown):
    assert svg.tick(value) == shown


def test_a_figure_alone_and_on_paper_has_its_colours_in_it():
    for made in (alone(FIGURES["heatmap"](False)), printed(FIGURES["heatmap"](False))):
        style = ElementTree.fromstring(made).find("{*}style").text
        assert "var(" not in style and ".d8 path { fill: #1a665c }" in style
    assert "@media" in alone(FIGURES["bars"](False)) and "@media" not in printed(FIGURES["bars"](False))


# ---- colours


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(scheme):
    page, figures = ((resources.templates() / name).read_text() for name in ("report.css", "figures.css"))
    light, _, dark = page.partition("@media screen and (prefers-color-scheme: dark)")
    named = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light if scheme == "light" else dark))
    for ground in ("paper", "sheet"):
        for ink in ("ink", "soft", "link", "good", "bad", "mixed", "open", "made"):
            assert contrast(named[ink], named[ground]) >= 4.5, (ink, ground)
    for mark in ("dot", "other"):
        assert contrast(named[mark], named["paper"]) >= 3, mark
    bright, _, night = figures.partition("@media screen and (prefers-color-scheme: dark)")
    part = bright if scheme == "light" else night
    fills = dict(re.findall(r"svg \.([qd]\d) path \{ fill: (#[0-9a-f]{6}) \}", part))
    inks = {
        kind: ink
        for kinds, ink in re.findall(r"((?:svg \.[qd]\d text(?:, )?)+) \{ fill: var\(--(\w+)\) \}", part)
        for kind in re.findall(r"\.([qd]\d)", kinds)
    }
    assert len(fills) == len(inks) == 18
    for kind, fill in fills.items():
        assert contrast(named[inks[kind]], fill) >= 4.5, kind
