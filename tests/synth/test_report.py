"""`synth report`: one page that needs nothing else, says what is so, and lets nothing through."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from replicate import resources
from replicate.problems import BAD_INPUT, DONE
from synth import questions, report, verify
from synth.__main__ import main
from synth.figures.forest import Line, forest
from synth.figures.heatmap import heatmap
from synth.figures.scatter import scatter
from synth.figures.svg import ticks
from synth.stats.equivalence import estimate

EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """Reads a page strictly: every element closed in order; keeps text, links and ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if name in ("href", "src", "xlink:href"):
                self.targets.append(value)
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag not in EMPTY:
            assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


def page(question=None, at_hand=None) -> Page:
    made = report.build(question or questions.find(["stilts"])[0], at_hand or verify.Hand(verify.published()), ["report"])
    return Page(report.html(made))


@pytest.fixture
def with_runs(runs):
    return page(at_hand=verify.hand(runs))


def test_the_page_stands_alone(with_runs):
    outside = [target for target in with_runs.targets if not target.startswith("#")]
    assert all(target.startswith("https://arxiv.org/abs/") for target in outside)
    assert not {"script", "link", "img", "iframe"} & with_runs.tags
    assert len(with_runs.ids) == len(set(with_runs.ids))
    assert {target[1:] for target in with_runs.targets if target.startswith("#")} <= set(with_runs.ids)


def test_a_page_without_runs_says_so_and_shows_no_figure_of_them():
    shown = page()
    assert "Nothing was run by us yet" in shown.text and "figure" not in shown.tags
    assert "Five claims of 2005.13013v2 were checked." in shown.text
    assert "8.3 for 8.2, 7.9 for 7.0, 6.4 for 8.7, 6.1 for 5.4" in shown.text


def test_the_sentences_come_from_the_values(grid):
    shown = page(at_hand=verify.Hand(verify.published(), grid(gains={"squad1": 4.0, "ccg": -1.0}, drift=0)))
    assert "1 of 2 intermediate trainings raised the average" in shown.text
    assert "most of all SQuAD v1.1: +4.0" in shown.text


def test_figures_and_tables_of_the_artificial_world_carry_the_word(runs):
    made = report.build(questions.find(["stilts"])[0], verify.hand(runs), ["report"])
    figures = made.figures["artificial"]
    assert {figure.id.split("-")[1] for figure in figures} == {"forest", "levels", "gains", "transfer"}
    html = report.html(made)
    for block in re.findall(r"<figure.*?</figure>", html, re.S):
        assert "(artificial world)" in re.search(r"<h3>(.*?)</h3>", block, re.S).group(1)
        assert "artificial" in re.search(r"<figcaption>(.*?)</figcaption>", block, re.S).group(1)


def test_one_seed_has_no_interval_and_the_limitations_say_it(grid):
    shown = page(at_hand=verify.Hand(verify.published(), grid(seeds=(1,))))
    assert "one seed: there is no interval" in shown.text and "seeds that are planned and were not run: 2, 3" in shown.text


def test_a_grid_without_all_targets_has_no_average_and_still_a_page(grid):
    shown = page(at_hand=verify.Hand(verify.published(), grid(targets=("xnli", "udpos", "tydiqa"), codes=("a1a", "a1b", "b1a"))))
    assert "All nine" not in shown.text and "so there is no average over the nine" in shown.text


@pytest.mark.parametrize(
    "part",
    [
        "intermediate == 'baseline'",
        "intermediate != 'baseline'",
        "target == 'tatoeba'",
        "language == 'b1a'",
        "seed == 2 and target != 'xnli'",
        "index == 0",
        "index % 3 > 0",
    ],
)
def test_whatever_part_was_run_makes_a_page(grid, part):
    shown = page(at_hand=verify.Hand(verify.published(), grid().query(part)))
    assert "What was run" in shown.text and len(shown.ids) == len(set(shown.ids))


def test_worlds_have_sections_of_their_own(grid):
    real = grid(world="real", model="xlmr", codes=("en", "de", "ru", "zh", "ar"))
    both = verify.results.pd.concat([real, grid()], ignore_index=True)
    made = report.build(questions.find(["stilts"])[0], verify.Hand(verify.published(), both), ["report"])
    assert [one.world for one in made.runs] == ["real", "artificial"]
    shown = Page(report.html(made))
    assert len(shown.ids) == len(set(shown.ids))


NASTY = "<script>alert(1)</script> {{ 7 * 7 }} {% raw %} \"quoted\" 'single' &amp; \u202e\u0000\u0007 שלום 🎉 " + "w" * 10_000


def test_claims_are_data_and_never_markup(tmp_path):
    path = tmp_path / "nasty.toml"
    text = json.dumps(NASTY, ensure_ascii=False)
    path.write_text(f'question = {text}\n[[claim]]\nid = "x"\ntext = {text}\npaper = "1v1"\nnote = {text}\n', encoding="utf-8")
    shown = page(questions.read(path))
    assert "script" not in shown.tags and "<script>alert(1)</script>" in shown.text and "{{ 7 * 7 }}" in shown.text


def test_a_page_is_written_again_but_nothing_of_others_is_overwritten(tmp_path, capsys, runs):
    out = tmp_path / "out"
    arguments = ["report", "stilts", "--out", str(out), "--results", str(runs)]
    assert main(arguments) == DONE and main([*arguments, "--json"]) == DONE
    said = json.loads(capsys.readouterr().out.partition("\n")[2])
    assert said["schema"] == "synth.report/1" and said["reports"][0]["path"] == str(out / "stilts.html")
    (out / "stilts.html").write_text("<p>mine</p>")
    assert main(arguments) == BAD_INPUT
    assert "was not made by synth" in capsys.readouterr().err and (out / "stilts.html").read_text() == "<p>mine</p>"
    assert main([*arguments, "--force"]) == DONE and "<p>mine</p>" not in (out / "stilts.html").read_text()
    assert [path.name for path in out.iterdir()] == ["stilts.html"]


def test_an_out_that_is_a_file_is_one_clear_line(tmp_path, capsys):
    (tmp_path / "out").touch()
    assert main(["report", "--out", str(tmp_path / "out"), "--results", str(tmp_path / "runs")]) != DONE
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "file" in said


def test_the_same_input_makes_the_same_page(monkeypatch, runs):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    question = questions.find(["stilts"])[0]
    first, second = (report.html(report.build(question, verify.hand(runs), ["report"])) for _ in range(2))
    assert first == second and "2023-11-14" in first


# --- figures


def test_every_figure_has_a_title_and_a_description():
    for drawn in (
        heatmap("h", "Title", "Words", [("de", "German", "IE")], [("xnli", "XNLI")], {("de", "xnli"): 70.0}),
        forest("f", "Title", "Words", [Line("A", (estimate([1.0, 2.0]), None))], ["x", "y"], "points"),
        scatter("s", "Title", "Words", [(0.0, 70.0, "A"), (0.5, 50.0, "B")], "far", "points"),
    ):
        assert re.search(r'<title id="\w-title">Title</title><desc id="\w-desc">Words</desc>', drawn)
        Page(drawn)


def test_a_heatmap_marks_what_was_not_measured_and_turns_colour_at_zero():
    columns = [("a", "A"), ("b", "B"), ("c", "C"), ("d", "D")]
    drawn = heatmap(
        "h", "t", "d", [("x", "X", "g")], columns, {("x", "a"): -3.0, ("x", "b"): 0.0, ("x", "c"): 3.0}, diverging=True
    )
    assert re.findall(r'<g class="(\w+)">(?:<title>|<rect[^>]*/><text[^>]*>·)', drawn) == ["d0", "d4", "d8", "none"]


@pytest.mark.parametrize(("low", "high"), [(-3.0, 5.0), (0.0, 0.4), (12.3, 97.9), (0.0, 0.0)])
def test_ticks_hold_the_whole_range(low, high):
    marks = ticks(low, high)
    assert marks[0] <= low and marks[-1] >= high and marks == sorted(set(marks)) and len(marks) <= 9


# --- colours


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(scheme):
    css = (resources.templates() / "report.css").read_text()
    light, dark = css.split("@media (prefers-color-scheme: dark)")
    part = light if scheme == "light" else dark.split("@media (prefers-reduced-motion")[0]
    named = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part))
    for ground in ("paper", "sheet"):
        for ink in ("ink", "soft", "link", "good", "bad", "mixed", "open", "made"):
            assert _contrast(named[ink], named[ground]) >= 4.5, (ink, ground)
    fills = dict(re.findall(r"\.([qd]\d) rect \{ fill: (#[0-9a-f]{6}) \}", part))
    inks = {
        kind: ink
        for kinds, ink in re.findall(r":is\(([^)]*)\) text \{ fill: var\(--(\w+)\) \}", part)
        for kind in kinds.split(", ")
    }
    assert len(fills) == len(inks) == 18
    for kind, fill in fills.items():
        assert _contrast(named[inks[f".{kind}"]], fill) >= 4.5, kind
