"""The manual: every link leads somewhere, every command is one, and what the pages show is what comes back.

`tests/manual.py` reads the pages and types what they say; `python -m tests.manual PAGE` brings a page up to date.
"""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from replicate import experiments, results
from replicate.assumptions import assumptions
from synth import questions
from synth.stats.heterogeneity import COMMON, METHODS
from synth.stats.pool import TESTS
from tests import manual
from tests.manual import EXAMPLES, PAGES, ROOT, Shell

DOCS = ROOT / "docs"
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:md|py))`")


def prose(page: Path) -> str:
    """A page without its blocks."""
    return re.sub(r"(?ms)^\s*```.*?^\s*```\s*$", "", page.read_text(encoding="utf-8"))


@functools.cache
def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.+)$", prose(page))
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


# ---- links ----


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_somewhere(page: Path):
    for match in LINK.finditer(prose(page)):
        target, _, anchor = (match[1] or match[2]).partition("#")
        if re.match(r"https?:|mailto:", target):
            continue
        leads = (page.parent / target).resolve() if target else page
        assert leads.exists(), f"{page.name}: {match[0]}: there is no {target}"
        assert not anchor or anchor in anchors(leads), f"{page.name}: {match[0]}: no heading of {leads.name} is #{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_file_that_is_named_is_there(page: Path):
    inside = [(ROOT, page.parent), (ROOT / "synth", ROOT / "replicate")]  # `experiments/x.py` in a page on replicate
    for name in NAMED.findall(prose(page)):
        assert any((folder / name).exists() for pair in inside for folder in pair), f"{page.name} names {name}"


def test_the_index_names_every_page():
    listed = set(re.findall(r"\]\((\w+\.md)\)", (DOCS / "README.md").read_text(encoding="utf-8")))
    assert listed == {page.name for page in DOCS.glob("*.md")} - {"README.md"}


# ---- commands ----


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_is_one_that_the_programs_take(page: Path):
    typed = [(block.where, words) for block in manual.blocks(page) for words in manual.commands(block)]
    for line in manual.INLINE.findall(prose(page)):
        typed += [(page.name, words) for words in manual.commands(manual.Block(page, 0, "inline", line))]
    for where, words in typed:
        if len(words) == 1 or words[1].isupper():
            continue  # `python -m synth` alone, `python -m benchmarks.NAME`
        try:
            manual.parse(words)
        except AssertionError as error:
            raise AssertionError(f"{where}: {error}") from None


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["replicate", "run", "stilts", "--scales", "nano"], "--scales"),
        (["synth", "verifi"], "verifi"),
        (["benchmarks.audit", "--fast"], "--fast"),
    ],
)
def test_a_command_that_is_none_is_noticed(words: list[str], why: str):
    with pytest.raises(AssertionError, match=why):
        manual.parse(words)


def test_what_a_page_shows_may_leave_something_out():
    assert manual.like("a ... c\n...\nlast", "a b c\none\ntwo\nlast\n")
    assert not manual.like("a ... c\n...\nlast", "a b c\none\ntwo\n")
    assert not manual.like("a b", "a b\nc") and manual.like("", "") and not manual.like("", "c")


# ---- what is shown is what comes back ----


def follow(page: Path, shell: Shell) -> None:
    for step, came in manual.follow(page, shell):
        told = f"{step.block.where}: $ {step.typed}\nthe page shows\n{step.shown}\nbut there came\n{came}\n{shell.said}"
        assert manual.like(step.shown, came), told


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout that a reader may change: the packages are copied, what they only read is linked."""
    root = tmp_path / "checkout"
    for package in ("replicate", "synth"):
        shutil.copytree(ROOT / package, root / package)
    for folder in ("data", "reports", "docs", "tests"):
        (root / folder).symlink_to(ROOT / folder)
    return root


@pytest.fixture
def crossref() -> Iterator[str]:
    """The folder of answers that adding.md serves, at a free port."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *about: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(EXAMPLES / "crossref"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield str(server.server_address[1])
        server.shutdown()


def test_a_newcomer_who_follows_the_pages_sees_what_they_show(copy: Path, crossref: str, tmp_path: Path):
    own = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "SYNTH_INTERVAL": "0"}
    shell = Shell(copy, own)
    follow(DOCS / "quickstart.md", shell)
    follow(DOCS / "tutorial.md", shell)
    assert shell.folder == copy / "out" / "tour"
    made = questions.read(shell.folder / "claims" / "kites.toml")
    assert made.claims == questions.read(EXAMPLES / "kites.toml").claims, "what the next pages use is what the tutorial made"
    follow(DOCS / "results.md", shell)
    follow(DOCS / "adding.md", Shell(copy, own, root=copy, replaced={"8899": crossref}))


def test_the_assumptions_are_those_of_the_program(tmp_path: Path):
    follow(DOCS / "assumptions.md", Shell(tmp_path))


@pytest.mark.parametrize("scale", ["base", "large"])
def test_no_assumption_of_any_experiment_is_missing_in_the_page(scale: str):
    page = " ".join((DOCS / "assumptions.md").read_text(encoding="utf-8").split())
    for name in experiments.names():
        said = assumptions(experiments.find(name, scale))
        for why in [*(one.why for one in said.settings), *said.choices.values(), *said.deviations.values()]:
            assert why in page, f"{name}: {why}"


# ---- tables of pages ----


def column(page: str, heading: str, place: int = 0) -> list[str]:
    """The cells of a column of the tables under a heading."""
    text = (DOCS / page).read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [row[place].strip() for row in rows if not set(row[place].strip()) <= set("-")]


def test_the_page_of_results_has_the_columns_of_the_code():
    told = [name.strip("`") for name in column("results.md", "The columns") if name != "column"]
    assert told == [*results.COLUMNS, *results.OPTIONAL, "note"]
    types = dict(zip(told, (cell for cell in column("results.md", "The columns", 1) if cell != "type"), strict=True))
    words = {"string": "text", "Int64": "whole number", "bool": "true or false", "float64": "number"}
    assert {name: words[kind] for name, kind in results.COLUMNS.items()} == {name: types[name] for name in results.COLUMNS}


def test_the_key_of_results_is_that_of_the_code():
    text = (DOCS / "results.md").read_text(encoding="utf-8").partition("## The key\n")[2]
    assert set(re.findall(r"`(\w+)`", text.partition("\n\n")[0])) == set(results.MEASURED)
    alike = text.partition("alike in")[2].partition("and differ")[0]
    assert set(re.findall(r"`(\w+)`", alike)) == set(results.SAME)


def test_every_method_has_a_reference_and_says_when_not_to_use_it():
    heading = "Methods: after whom, and when not"
    methods, after, unfit = (column("statistics.md", heading, place)[1:] for place in range(3))
    assert all(re.search(r"\b(?:19|20)\d\d\b", one) for one in after) and all(unfit)
    named = set(re.findall(r"\w+", " ".join(methods)))
    assert {*METHODS, *COMMON, *TESTS} <= named
