"""The same report as HTML, PDF and Markdown: alone, safe, the same bytes again, and able to be checked."""

from __future__ import annotations

import io
import json
import re
from html.parser import HTMLParser

import pytest

from replicate.problems import BAD_INPUT, DONE, FAILED, Problem
from synth.__main__ import main
from synth.report import check, html, markdown, pdf, rendering
from synth.report.build import build
from synth.report.write import write

from . import reported

EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SIZE = 400_000  # bytes of a page


class Page(HTMLParser):
    """Reads a page strictly: every element closed in order; keeps text, links, ids and what would run."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.words: list[str] = []
        self.handlers: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        for name, value in attributes:
            if name == "id":
                self.ids.append(value)
            if name in ("href", "src", "xlink:href"):
                self.targets.append(value)
            if name.startswith("on"):
                self.handlers.append(name)
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag not in EMPTY:
            assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


@pytest.fixture(scope="module", autouse=True)
def pinned():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        yield


@pytest.fixture(scope="module")
def whole():
    return reported.whole()


@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    return build(reported.inputs(reported.nasty(tmp_path_factory.mktemp("nasty"))))


@pytest.fixture(scope="module")
def files(whole, tmp_path_factory):
    """The report in all formats, with an index and metadata, on the disk."""
    out = tmp_path_factory.mktemp("out")
    write([whole[0]], out, ("html", "pdf", "md"), command="synth report")
    return out


# ---- HTML


def test_a_page_stands_alone_and_stays_small(files):
    text = (files / "asked.html").read_text(encoding="utf-8")
    shown = Page(text)
    outside = [target for target in shown.targets if not target.startswith(("#", "data:text/csv"))]
    assert outside and all(target.startswith("https://arxiv.org/abs/") for target in outside)
    assert not {"link", "img", "iframe"} & shown.tags and not shown.handlers and len(text) < SIZE
    assert len(shown.ids) == len(set(shown.ids))
    assert {target[1:] for target in shown.targets if target.startswith("#")} <= set(shown.ids)


def test_only_our_own_script_may_run(files):
    text = (files / "asked.html").read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text).group(1)
    scripts = re.findall(r"<script>(.*?)</script>", text, re.S)
    assert "default-src 'none'" in policy and len(scripts) == 1 and f"'{rendering.hashed(scripts[0])}'" in policy


def test_every_figure_comes_in_two_widths_with_its_data(files, whole):
    text = (files / "asked.html").read_text(encoding="utf-8")
    figures = whole[1].figures()
    for one in figures:
        assert text.count(f'id="{one.id}-title"') == 1 and text.count(f'id="{one.id}-narrow-title"') == 1
        width = float(re.search(r'viewBox="0 0 ([\d.]+)', one.narrow).group(1))
        assert width <= 340, one.id
    assert text.count('href="data:text/csv') == len(figures)


def test_very_many_claims_keep_their_evidence_packed(whole, monkeypatch):
    monkeypatch.setitem(rendering._environment.__wrapped__.__globals__, "AT_ONCE", 2)
    rendering._environment.cache_clear()
    try:
        text = html.page(whole[1])
    finally:
        rendering._environment.cache_clear()
    shown = Page(text)
    assert 'class="claims many"' in text and "SQuAD first adds 8.3 points." in shown.text and "Controls:" not in shown.text
    assert len(re.findall(r'class="kept">[A-Za-z0-9+/=]+<', text)) == 1


# ---- what others write is data


def test_hostile_texts_are_shown_and_do_nothing_in_html(nasty):
    shown = Page(html.page(nasty))
    assert shown.tags & {"f", "b"} == set() and not shown.handlers
    assert "<script>alert(1)</script> {{ 7 * 7 }}" in shown.text and "\u27e8U+202E\u27e9" in shown.text
    assert not [target for target in shown.targets if "javascript" in target or "evil" in target]


def test_hostile_texts_are_shown_and_do_nothing_in_markdown(nasty):
    text = markdown.text(nasty)
    assert "\\<script\\>alert(1)\\</script\\>" in text and "\\[a\\](javascript" in text and "https\\://evil" in text
    assert not re.search(r"(?<!\\)<script", text) and "{{ 7 \\* 7 }}".replace("{", "\\{").replace("}", "\\}") in text


def test_hostile_texts_are_shown_and_do_nothing_in_pdf(nasty):
    import pypdf

    pages = pypdf.PdfReader(io.BytesIO(pdf.document(nasty))).pages
    text = re.sub(r"\s+", " ", pages[0].extract_text())
    assert "<script>alert(1)</script> {{ 7 * 7 }}" in text and "U+1F389" in text


# ---- PDF


def test_the_pdf_is_tagged_fit_for_archives_and_the_same_again(files, whole):
    import pypdf

    content = (files / "asked.pdf").read_bytes()
    assert content == pdf.document(whole[1])
    reader = pypdf.PdfReader(io.BytesIO(content))
    about = reader.xmp_metadata.rdf_root.toxml()
    assert re.search(r"pdfuaid:part[^1]*1", about) and re.search(r"pdfaid:part[^3]*3", about)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"] and reader.trailer["/Root"]["/Lang"] == "en"
    assert reader.metadata.title == whole[1].title and "report-data.json" in reader.attachments


def test_the_fonts_hold_the_scripts_of_all_languages():
    for text in "Aß Ελλ Рус עבר عرب हिन বাং ਪੰਜ ગુજ தமி తెల മല ไทย မြန် ქარ 中日 한국 かな →✓✗≥".split():
        assert pdf.shown(text) == text
    assert pdf.shown("🎉") == "\u27e8U+1F389\u27e9"


# ---- check


@pytest.mark.parametrize("kind", ["html", "pdf", "md"])
def test_a_finished_report_holds(files, kind):
    found = check.check(files / f"asked.{kind}")
    assert found.holds and found.numbers > 100 and found.verdicts == 6


@pytest.mark.parametrize("kind", ["html", "md"])
def test_a_number_that_was_changed_by_hand_is_found(files, tmp_path, capsys, kind):
    text, says, instead = (files / f"asked.{kind}").read_text(encoding="utf-8"), "+8.3 points", "+9.3 points"
    assert says in text
    path = tmp_path / f"asked.{kind}"
    path.write_text(text.replace(says, instead), encoding="utf-8")
    assert main(["report", "--check", str(path)]) == FAILED
    said = capsys.readouterr().out
    assert "does not hold" in said and instead in said and says in said


def test_a_difference_far_into_a_line_is_what_is_printed():
    from synth.commands.reporting import _brief

    says, holds = _brief(f"{'a word ' * 60}+9.3 points {'more ' * 60}", f"{'a word ' * 60}+8.3 points {'more ' * 60}")
    assert "+9.3 points" in says and "+8.3 points" in holds and says.startswith("\u2026 ") and says.endswith(" \u2026")
    assert _brief("short", "") == ("short", "")


def test_captions_of_markdown_open_no_emphasis_that_they_do_not_close(files):
    text = (files / "asked.md").read_text(encoding="utf-8").partition("<!-- stilts-claims")[0]
    assert not [line for line in text.splitlines() if line.count("**") % 2]


def test_a_verdict_that_its_own_data_do_not_give_is_found(files, whole):
    from dataclasses import replace

    from synth.report.inputs import pack

    lied = {**whole[0].verdicts, "false": replace(whole[0].verdicts["true"])}
    packed = pack(replace(whole[0], verdicts=lied))
    made = html.page(replace(whole[1], data=packed))
    path = files / "lied.html"
    path.write_text(made, encoding="utf-8")
    found = check.check(path)
    assert any(one.startswith("false, tables: the report says supported") for one in found.changed)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.html", "<p>mine</p>", "no data of a report"),
        ("a.html", '<script type="application/json" id="report-data">{"schema": "x", "packed": ""}</script>', "schema 'x'"),
        (
            "a.html",
            '<script type="application/json" id="report-data">{"schema": "synth.report/2", "packed": "%%"}</script>',
            "damaged",
        ),
        ("a.pdf", "not a pdf", "not a PDF"),
        ("a.docx", "", ".html, .pdf or .md"),
    ],
)
def test_what_is_no_report_is_said_in_a_line(tmp_path, name, content, says):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Problem, match=re.escape(says)):
        check.check(path)


# ---- files


def test_the_metadata_name_every_file_by_its_hash(files):
    graph = json.loads((files / "ro-crate-metadata.json").read_text())["@graph"]
    made = {one["@id"]: one for one in graph if one["@type"] == "File"}
    there = {str(path.relative_to(files)) for path in files.rglob("*") if path.is_file()} - {
        "ro-crate-metadata.json",
        "lied.html",
    }
    assert set(made) == there and all(len(one["sha256"]) == 64 for one in made.values())


def test_the_index_leads_to_every_report(files):
    shown = Page((files / "index.html").read_text(encoding="utf-8"))
    assert {"./asked.html", "./asked.pdf", "./asked.md"} <= set(
        shown.targets
    ) and "Does training on SQuAD first help?" in shown.text


def test_reports_are_made_again_but_nothing_of_others_is_overwritten(tmp_path, capsys):
    question = tmp_path / "asked.toml"
    question.write_text('question = "What?"\npapers = []\n', encoding="utf-8")
    out = tmp_path / "out"
    arguments = ["report", "--claims", str(question), "--out", str(out), "--format", "html,md"]
    assert main([*arguments, "--author", "A. Reader"]) == DONE and "A. Reader" in (out / "asked.html").read_text()
    capsys.readouterr()
    assert main([*arguments, "--json"]) == DONE
    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == "synth.report/2" and {one["question"] for one in said["reports"]} == {"asked", "index"}
    (out / "asked.html").write_text("<p>mine</p>")
    assert main(arguments) == BAD_INPUT
    assert "was not made by synth" in capsys.readouterr().err and (out / "asked.html").read_text() == "<p>mine</p>"
    assert main([*arguments, "--force"]) == DONE and "<p>mine</p>" not in (out / "asked.html").read_text()


def test_an_out_that_is_a_file_is_one_clear_line(tmp_path, capsys):
    (tmp_path / "out").touch()
    assert main(["report", "--out", str(tmp_path / "out"), "--results", str(tmp_path / "runs")]) != DONE
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "file" in said


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("own.html.j2", "<p>\n{% if %}\n", "line 2"),
        ("own.html.j2", "<p>\n\n{{ report.nothing }}\n", "line 3"),
        ("own.md.j2", "{{ report.title | nofilter }}", "line 1"),
        ("own.typ", "#let x = 1\n#y\n", "unknown variable"),
        ("own.txt", "x", ".html.j2"),
    ],
)
def test_a_template_with_an_error_names_file_and_line(tmp_path, capsys, name, text, says):
    template, question = tmp_path / name, tmp_path / "asked.toml"
    template.write_text(text, encoding="utf-8")
    question.write_text('question = "What?"\npapers = []\n', encoding="utf-8")
    arguments = ["report", "--claims", str(question), "--out", str(tmp_path / "out"), "--format", "html,md,pdf"]
    assert main([*arguments, "--template", str(template)]) == BAD_INPUT
    said = capsys.readouterr().err
    assert name in said and says in said


def test_a_template_of_the_working_folder_with_an_error_names_its_line_too(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.html.j2").write_text("<p>\n{{ report.nothing.more }}\n", encoding="utf-8")
    (tmp_path / "asked.toml").write_text('question = "What?"\npapers = []\n', encoding="utf-8")
    assert main(["report", "--claims", "asked.toml", "--out", "out", "--template", "own.html.j2"]) == BAD_INPUT
    assert "own.html.j2, line 2: UndefinedError" in capsys.readouterr().err


def test_a_template_of_ones_own_is_used(tmp_path):
    template, question = tmp_path / "own.html.j2", tmp_path / "asked.toml"
    template.write_text("<title>{{ report.title }}</title>", encoding="utf-8")
    question.write_text('question = "What <b>?"\npapers = []\n', encoding="utf-8")
    arguments = ["report", "--claims", str(question), "--out", str(tmp_path / "out"), "--template", str(template)]
    assert main(arguments) == DONE
    assert (tmp_path / "out" / "asked.html").read_text() == "<title>What &lt;b&gt;?</title>"
