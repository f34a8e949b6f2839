"""Reports in which every text is somebody's attempt at markup: titles, quotes, names of authors, columns of results, records."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from replicate import results
from synth import questions, verify
from synth.checks.hand import Hand
from synth.literature import library, record
from synth.records import Paper
from synth.report import html, rendering
from synth.report.build import build
from synth.report.inputs import gather
from synth.report.write import write
from tests import browser
from tests.hostile import MARKUP, STEERING, UNSEEN
from tests.synth.conftest import made as grid

BAD = " ".join((*MARKUP, STEERING))
SAFE = ("https://", "http://", "#", "./", "data:text/csv")


class Page(HTMLParser):
    """The elements of a page, with their attributes; and what follows each script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One report as HTML, PDF and Markdown. What is hostile: the question file, the library's record of a paper, the record of a
    search, the columns of results that are free text, the name of the author and the command."""
    here = tmp_path_factory.mktemp("hostile")
    said = json.dumps(BAD, ensure_ascii=False)
    (here / "asked.toml").write_text(
        f'question = {said}\nname = "asked"\nexperiment = "stilts"\npapers = ["2401.00001v1", {said}]\n'
        f"[reported]\ntitle = {said}\n"
        f'author = {said}\nscore = 9.3\n{said} = {said}\n[[claim]]\nid = "one"\ntext = {said}\npaper = {said}\nnote = {said}\n'
        f'reported = {{ verified = true, report = {said} }}\n[[claim]]\nid = "two"\ntext = "SQuAD first adds 8.3 points."\n'
        'paper = "2401.00001v1"\n[[claim.assert]]\nkind = "gain"\nintermediate = "squad1"\nvalue = "8.3"\n',
        encoding="utf-8",
    )
    papers = library.Library(here / "papers")
    papers.note(
        Paper("2401.00001v1", BAD, (BAD, "B"), date=BAD, abstract=BAD, venue=BAD, withdrawn=BAD, url="javascript:alert(1)")
    )
    counts = {"identified": {BAD: 1}, "unusable": 0, "duplicates": 0, "screened": 1, "excluded_by_rule": {BAD: 1},
              "excluded_by_hand": 0, "sought": 0, "unsure": 0}  # fmt: skip
    lines = [{"kind": "search", "schema": record.SCHEMA, "when": "2024-01-01T00:00:00Z", "name": "asked", "question": BAD},
             {"kind": "outcome", "database": BAD, "query": BAD, "outcome": BAD, "total": 1, "records": 1},
             {"kind": "counts", **counts}]  # fmt: skip
    (here / "out" / "asked").mkdir(parents=True)
    (here / "out" / "asked" / record.SEARCH).write_text("".join(json.dumps(line) + "\n" for line in lines))
    runs = grid(gains={"squad1": 3.0, "=HYPERLINK(1)<b>": 1.0}, seeds=(1,), targets=("xnli", "udpos")).assign(
        model=BAD, method=BAD
    )
    question = questions.read(here / "asked.toml")
    hand = Hand(verify.published(), results.validate(runs), f"runs {BAD}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        verdicts = verify.verdicts(question, hand)
        made = gather(question, verdicts, hand, ["report", BAD], BAD, here / "out", str(here / "papers"))
        write([made], here / "out", ("html", "pdf", "md"), command=BAD)
    return here / "out"


def test_a_page_has_the_elements_of_its_template_and_no_others(out: Path) -> None:
    for name in ("asked.html", "index.html"):
        text = (out / name).read_text(encoding="utf-8")
        page = Page(text)
        tags = {tag for tag, _ in page.elements}
        assert not tags & {
            "img",
            "iframe",
            "object",
            "embed",
            "link",
            "base",
            "form",
            "foreignobject",
            "animate",
            "set",
            "use",
            "image",
        }
        assert [tag for tag, given in page.elements for attribute in given if attribute.startswith("on")] == []
        links = [str(given[key]) for _, given in page.elements for key in ("href", "src", "xlink:href", "action") if key in given]
        assert [one for one in links if not one.startswith(SAFE) and not re.fullmatch(r"[\w.-]+\.(?:html|pdf|md)", one)] == []
        assert sum(tag == "script" and "type" not in given for tag, given in page.elements) == 1
        assert not UNSEEN.search(text.replace("\u200b", "")) and " 1337 " not in text, "7 * 191"


def test_a_claim_that_ends_a_script_ends_none(out: Path) -> None:
    text = (out / "asked.html").read_text(encoding="utf-8")
    held = re.findall(r'<script type="application/json" id="report-data">(.*?)</script>', text, re.S)
    assert len(held) == 1 and json.loads(held[0])["packed"]
    assert html.page(build(rendering_inputs(held[0]))).count("<script") == text.count("<script")


def rendering_inputs(held: str):
    from synth.report.inputs import unpack

    return unpack(json.loads(held)["packed"], "asked.html")


@pytest.mark.skipif(not browser.where(), reason="no Chromium on this machine: the page was not looked at")
def test_no_script_of_the_content_runs_in_a_browser(out: Path) -> None:
    with browser.tab() as tab:
        tab.open(out / "asked.html")
        tab.run("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        tab.run("document.querySelectorAll('*').forEach((one) => one.dispatchEvent(new MouseEvent('mouseover')))")
        assert tab.run("document.title") not in ("ran", "1") and "script" in tab.run("document.title")
        assert tab.run("performance.getEntriesByType('resource').length") == 0, "nothing is loaded"
        # Even where a text came through as markup, the page's policy would not let it act.
        tab.run(
            "document.body.insertAdjacentHTML('beforeend', `<img src=x onerror=\"document.title='ran'\">"
            "<a id=evil href=\"javascript:document.title='ran'\">x</a>`)"
        )
        tab.run(
            "(() => { const one = document.createElement('script'); one.textContent = \"document.title='ran'\";"
            " document.body.append(one);"
            " document.querySelector('#evil').click(); return new Promise((done) => setTimeout(done, 200)) })()"
        )
        assert tab.run("document.title") != "ran"
        assert tab.run("performance.getEntriesByType('resource').filter((one) => one.responseStatus === 200).length") == 0


def test_markdown_shows_every_text_as_text(out: Path) -> None:
    text = (out / "asked.md").read_text(encoding="utf-8")
    bare = re.sub(r"<!-- stilts-claims: .*? -->", "", re.sub(r"(?s)```.*?```|`[^`\n]*`", "", text))
    for pattern in (
        r"<(?:script|img|svg|a)\b",
        r"\]\(javascript",
        r"!\[y\]",
        r"\*\*bold\*\*",
        r"~~s~~",
        r"https://evil",
        r"<!--",
    ):
        assert not re.search(rf"(?<!\\){pattern}", bare), pattern
    assert not [line for line in bare.splitlines() if line.startswith("# heading")] and not UNSEEN.search(text)
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in bare.splitlines() if line.startswith("| ") and "8.3 points" in line]
    assert set(widths) == {8}, "a pipe of a claim makes no column"


def test_data_of_figures_hold_no_formula(out: Path) -> None:
    tables = [list(csv.reader(io.StringIO(file.read_text("utf-8")))) for file in sorted((out / "asked.figures").glob("*.csv"))]
    held = [cell for table in tables for row in table for cell in row]
    assert any("HYPERLINK" in cell for cell in held)
    assert [cell for cell in held if cell[:1] in "=@" and cell] == []
    names = [file.name for file in (out / "asked.figures").iterdir()]
    assert names and all(re.fullmatch(r"[\w.-]+", name) for name in names)


def test_typst_gets_texts_and_no_code(out: Path) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(out / "asked.pdf")
    text = re.sub(r"\s+", " ", "".join(page.get_textpage().get_text_range() for page in document))
    assert '#read("/etc/passwd")' in text and "root:" not in text and "{{ 7 * 191 }}" in text
    assert "javascript:" not in "".join(_targets(document))


def _targets(document) -> list[str]:
    import ctypes

    import pypdfium2.raw as raw

    found = []
    for page in document:
        at, link = ctypes.c_int(0), raw.FPDF_LINK()
        while raw.FPDFLink_Enumerate(page.raw, at, link):
            action = raw.FPDFLink_GetAction(link)
            size = raw.FPDFAction_GetURIPath(document.raw, action, None, 0) if action else 0
            if size:
                buffer = ctypes.create_string_buffer(size)
                raw.FPDFAction_GetURIPath(document.raw, action, buffer, size)
                found.append(buffer.value.decode("utf-8", "replace"))
    return found


def test_the_crate_is_json_of_names_that_stay_in_their_folder(out: Path) -> None:
    graph = json.loads((out / "ro-crate-metadata.json").read_text("utf-8"))["@graph"]
    for one in graph:
        assert ".." not in one["@id"] and not os.path.isabs(one["@id"])
    text = rendering.deflated([BAD])
    assert re.fullmatch(r"[A-Za-z0-9+/=]+", text)
