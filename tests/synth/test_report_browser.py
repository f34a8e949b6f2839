"""The pages as a browser shows them: axe-core finds nothing, nothing scrolls sideways, claims sort, filter and unfold.

Needs Chromium; axe-core comes from the Python package axe-core-python, or from the file that AXE names.
"""

from __future__ import annotations

import importlib.resources
import json
import os
from pathlib import Path

import pytest

from synth.report import html
from synth.report.build import build
from synth.report.write import write
from tests import browser

from . import reported

pytestmark = pytest.mark.skipif(not browser.where(), reason="no Chromium on this machine: the pages were not looked at")
MODES = [
    (1280, "light", "screen"),
    (1280, "dark", "screen"),
    (1280, "light", "print"),
    (360, "light", "screen"),
    (360, "dark", "screen"),
]
FIGURES = """[...document.querySelectorAll("figure svg[role=img]")].filter((one) => one.checkVisibility())
  .map((one) => [one.getBoundingClientRect().width, one.viewBox.baseVal.width])"""
RUN = """axe.run(document, {resultTypes: ["violations"]}).then((found) =>
  found.violations.map((one) => one.id + ": " + one.nodes.map((node) => node.html.slice(0, 120)).slice(0, 3).join(" | ")))"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Path:
    """A report with everything, a hostile one, and the index."""
    out = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        made, _ = reported.whole()
        write([made], out)
        (out / "nasty.html").write_text(html.page(build(reported.inputs(reported.nasty(out)))), encoding="utf-8")
    return out


@pytest.fixture(scope="module")
def tab():
    with browser.tab() as one:
        yield one


def axe() -> str:
    """The source of axe-core; the test is skipped where there is none."""
    if named := os.environ.get("AXE"):
        return Path(named).read_text(encoding="utf-8")
    try:
        return (importlib.resources.files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")
    except ModuleNotFoundError:
        pytest.skip("no axe-core: pip install axe-core-python, or set AXE to the path of axe.min.js")


@pytest.mark.parametrize("name", ["asked", "nasty", "index"])
def test_axe_finds_nothing_in_light_dark_print_and_at_360_pixels(pages, tab, name):
    source, found = axe(), {}
    for mode in MODES:
        tab.open(pages / f"{name}.html", mode[0], 900, mode[1], mode[2])
        tab.run("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        tab.run(source)
        found[mode] = tab.run(RUN)
        assert tab.run("document.documentElement.scrollWidth") <= mode[0], f"{name} scrolls sideways: {mode}"
    assert found == {mode: [] for mode in MODES}


def test_figures_are_drawn_for_the_width_that_there_is(pages, tab):
    for width in (1280, 360):
        tab.open(pages / "asked.html", width)
        found = tab.run(FIGURES)
        assert len(found) >= 8 and max(shown for shown, _ in found) <= width
        assert min(shown / drawn for shown, drawn in found) > 0.85, "letters of a figure that is shrunk are too small to read"


def test_claims_sort_filter_and_unfold_by_link(pages, tab):
    order = "JSON.stringify([...document.querySelectorAll('.claim')].filter((one) => !one.hidden).map((one) => one.id))"

    def claims() -> list[str]:
        return [id.removeprefix("claim-") for id in json.loads(tab.run(order))]

    tab.open(pages / "asked.html")
    assert claims() == ["true", "false", "unread"]
    tab.run("document.querySelector('.claims .heads button').click()")
    assert claims() == ["unread", "false", "true"], "by their words: it helps, 4.1 points, 8.3 points"
    assert tab.run("document.querySelector('[role=columnheader]').getAttribute('aria-sort')") == "ascending"
    tab.run("document.querySelectorAll('.claims .heads button')[5].click()")
    assert claims() == ["true", "false", "unread"]
    tab.run("(() => { const box = document.querySelector('.tools input'); box.value = '4.1 squad';"
            " box.dispatchEvent(new Event('input')) })()")  # fmt: skip
    assert claims() == ["false"] and tab.run("document.querySelector('.said').textContent") == "1 of 3 claims"
    tab.run("location.hash = '#claim-true'")
    assert tab.run("new Promise((done) => setTimeout(() => done(document.querySelector('#claim-true details').open), 50))")


def test_the_page_holds_the_same_without_its_script(pages, tab):
    tab.ask("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open(pages / "asked.html")
        shown = tab.ask("DOM.getDocument", depth=-1)["root"]
        assert "SQuAD first adds 8.3 points." in json.dumps(shown, ensure_ascii=False)
        tools = tab.ask("DOM.querySelector", nodeId=shown["nodeId"], selector=".tools[hidden]")
        assert tools["nodeId"], "controls that need the script are not shown without it"
    finally:
        tab.ask("Emulation.setScriptExecutionDisabled", value=False)
