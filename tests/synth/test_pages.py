"""Papers read as pages, blocks and sentences: PDFs made by typst in the test, other kinds of source, and bad files."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest

from replicate.problems import Problem
from synth.__main__ import main
from synth.reading import document, lines, pages, pdf, prose, worker
from synth.reading.document import Document
from tests import papers

SHARED = Path(__file__).resolve().parents[3] / "shared" / "pdfs"
needs_papers = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/pdfs")


def read(content: bytes, folder: Path, name: str = "paper.pdf") -> Document:
    path = folder / name
    path.write_bytes(content)
    return pages.read(path)


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Document:
    return read(papers.paper(), tmp_path_factory.mktemp("paper"))


@functools.cache
def real(name: str) -> Document:
    return pages.read(next(SHARED.glob(f"*{name}*.pdf")))


def said(of: Document, *labels: str) -> list[str]:
    return [one.text for one in of.sentences if one.label in labels]


# ---- a paper of two columns


def test_every_sentence_comes_back_whole_and_in_order(paper: Document) -> None:
    body = [one for one in said(paper, "body") if not one.startswith("The value is")]
    assert body == list(papers.SENTENCES) * 4


def test_sections_are_told_by_their_headings(paper: Document) -> None:
    assert said(paper, "abstract") == list(papers.SENTENCES[:2])
    assert said(paper, "related work") == ["Others reported 99.9 points.", *papers.SENTENCES[:3]]
    assert said(paper, "appendix") == list(papers.SENTENCES[:2])
    assert "Another study, with 77.7 points." in said(paper, "references")
    assert {one.heading for one in paper.sentences if one.label == "related work"} == {"2 Related Work", "2.1 Transfer"}
    assert paper.title == "A Paper of Two Columns"


def test_footnotes_captions_and_page_numbers_stand_apart(paper: Document) -> None:
    assert said(paper, "footnote") == [f"¹{papers.NOTE}", "²Another note."]
    assert "Table 2: Test set accuracy." in said(paper, "caption")
    assert next(block.text for block in paper.blocks if block.label == "furniture") == "1"


def test_a_raised_footnote_mark_is_no_digit_of_the_number_before_it(paper: Document) -> None:
    sentence = next(one for one in said(paper, "body") if one.startswith("The value"))
    assert sentence == "The value is 88.85¹ of 100, and the corpus of S2ORC,² has 10² parts."


def test_a_span_is_a_verbatim_quote_of_its_page(paper: Document) -> None:
    for sentence in paper.sentences:
        quoted = "".join(paper.quote(span) for span in sentence.spans)
        assert prose_key(quoted) == prose_key(sentence.text)
        assert sentence.box is not None and sentence.box.left < sentence.box.right


def prose_key(text: str) -> str:
    """Without what line breaks do: spaces and hyphens."""
    return "".join(one for one in text if not one.isspace() and one != "-")


def test_a_document_goes_to_json_and_back(paper: Document) -> None:
    plain = json.loads(json.dumps(paper.to_dict()))
    again = document.from_dict(plain)
    assert again.to_dict() == plain
    assert [one.text for one in again.sentences] == [one.text for one in paper.sentences]


# ---- characters


@pytest.mark.parametrize(
    ("typst", "wanted"),
    [
        ("An efficient office finds flaws.", "An efficient office finds flaws."),
        ("The #smallcaps[Sciber] model is small.", "The Sciber model is small."),
        ("A loss of \u22122.6 points.", "A loss of \u22122.6 points."),
        ("We have 1,104,934 examples.", "We have 1,104,934 examples."),
        ("It is 88.5\\% of 81.1M.", "It is 88.5% of 81.1M."),
        ("Ten to 10#super[\u22125] or 88.85#super[7] it is.", "Ten to 10⁻⁵ or 88.85⁷ it is."),
        ("It holds x#sub[1] twice.", "It holds x₁ twice."),
        ("Saier and Färber wrote \u201ca\u201d, 0.5 ± 0.1.", "Saier and Färber wrote \u201ca\u201d, 0.5 ± 0.1."),
    ],
)
def test_characters_come_back_as_they_are_printed(typst: str, wanted: str, tmp_path: Path) -> None:
    found = said(read(papers.page(typst), tmp_path), "body")
    assert [one.replace("SCIBER", "Sciber") for one in found] == [wanted]


@pytest.mark.parametrize(
    ("broken", "wanted"),
    [
        ("auto-\nmatically", "automatically"),
        ("a cross-\nlingual model", "a cross-lingual model"),
        ("GPT-\n4o", "GPT-4o"),
        ("XLM-\nR", "XLM-R"),
        ("pre-\ntrained", "pre-trained"),
        ("two\nlines", "two lines"),
        ("中文\n文字", "中文文字"),
    ],
)
def test_a_hyphen_at_the_end_of_a_line_stays_where_the_paper_writes_it(broken: str, wanted: str) -> None:
    known = prose.words([prose.Flow(document.Span(1, 0, 0), "cross-lingual and pre-trained, but automatically", "body")])
    assert prose.Joiner(known).join(broken)[0] == wanted


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It works, e.g. for F1. Then it stops.", 2),
        ("Smith et al. (2019) say so. We agree.", 2),
        ("As in Fig. 3 it is 10.5 points. J. Smith wrote it.", 2),
        ("Is it? Yes! “It is.” Good.", 4),
        ("It grows.⁷ Then it falls.", 2),
        ("这是一句。这是两句。", 2),
        ("no end here", 1),
        ("", 0),
    ],
)
def test_sentences_end_where_they_end(text: str, count: int) -> None:
    assert len(prose.split(text)) == count


def test_lines_of_a_page_that_is_turned_are_read_upright(tmp_path: Path) -> None:
    upright = papers.page("#rotate(-90deg, reflow: true)[This line stands on its side. So does this.]")
    assert said(read(upright, tmp_path), "body") == ["This line stands on its side.", "So does this."]
    shown = papers.turned(papers.page("This page is shown turned."), 90)
    assert said(read(shown, tmp_path), "body") == ["This page is shown turned."]


def test_text_that_is_stored_across_columns_is_put_in_order(tmp_path: Path) -> None:
    left, right = (
        [f"The {side} column has a line of words that is number {n}" + "." * (n == 4) for n in range(5)]
        for side in ("left", "right")
    )
    rows = [
        f'#place(top + left, dx: {x}pt, dy: {20 + 13 * row}pt, block(width: 230pt)[#text(size: 8pt)[{text}]])'
        for row, pair in enumerate([*zip(left, right, strict=True)] )
        for x, text in zip((0, 250), pair, strict=True)
    ]  # fmt: skip
    rows += [one.replace("dy: ", "dy: 100pt + ").replace("number", "not number") for one in rows]
    made = read(papers.page("\n".join(rows)), tmp_path)
    text = made.pages[0].text
    assert text.index("The left column has a line of words that is number 4") < text.index("The right column")


# ---- other kinds of source


def test_html_latex_and_text_give_the_same_value(tmp_path: Path) -> None:
    html = b"""<!DOCTYPE html><html><head><title>T</title><script>var x = "no text";</script></head><body><h1>A Title</h1>
    <div class="abstract"><h6>Abstract</h6><p>We gain 8.2 points.</p></div><h2>1 Introduction</h2><p>Caf&eacute; has
    88.85<sup>7</sup> points. It is good.</p><h2>2 Related Work</h2><p>Others had 5.</p>
    <h2>References</h2><p>Smith. 2019.</p></body></html>"""
    latex = rb"""\documentclass{article}\newcommand{\ours}{X-Model}\title{A Title}\begin{document}\maketitle
    \begin{abstract}We gain 8.2 points.\end{abstract}\section{Introduction} % a comment
    Caf\'e has 88.85$^7$ points. It is good.
    \section{Related Work}Others had 5.
    \begin{thebibliography}{9}\bibitem{a} Smith. 2019.\end{thebibliography}\end{document}"""
    paragraphs = ("A Title", "Abstract", "We gain 8.2 points.", "1 Introduction", "Café has 88.85⁷ points. It is\ngood.")
    text = "\n\n".join([*paragraphs, "2 Related Work", "Others had 5.", "References", "Smith. 2019."]).encode()
    for content, name, kind in ((html, "a.html", "html"), (latex, "a.tex", "latex"), (text, "a.txt", "text")):
        made = read(content, tmp_path, name)
        assert made.kind == kind
        assert made.title == "A Title"
        assert said(made, "abstract") == ["We gain 8.2 points."], kind
        assert said(made, "body") == ["Café has 88.85⁷ points.", "It is good."], kind
        assert said(made, "related work") == ["Others had 5."], kind
        assert "Smith." in said(made, "references")[0], kind
        assert "no text" not in made.pages[0].text


# ---- bad files


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\x7fELF\x02\x01\x01\x00\x00", "no PDF"),
        (papers.paper()[:3000], "broken"),
        (papers.encrypted(papers.blank(1)), "encrypted"),
        (papers.blank(3), "no text"),
        (papers.scanned(), "scanned"),
        (papers.blank(pdf.MOST_PAGES + 1), "--page"),
    ],
    ids=["empty", "no PDF", "broken", "encrypted", "blank", "scanned", "huge"],
)
def test_a_bad_file_is_named_with_what_to_do(content: bytes, says: str, tmp_path: Path) -> None:
    with pytest.raises(Problem, match=says) as raised:
        read(content, tmp_path)
    assert str(tmp_path / "paper.pdf") in str(raised.value)


def test_a_bomb_ends_its_process_and_the_batch_goes_on(tmp_path: Path) -> None:
    (tmp_path / "bomb.pdf").write_bytes(papers.bomb(100))
    (tmp_path / "good.txt").write_text("One sentence. And another.")
    with worker.Reader(worker.Limits(seconds=1.0, mebibytes=600)) as reader:
        with pytest.raises(Problem, match="bomb.pdf"):
            reader.read(tmp_path / "bomb.pdf")
        reader.limits = worker.Limits()
        assert len(reader.read(tmp_path / "good.txt").sentences) == 2


def test_the_command_goes_on_after_a_bad_file_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.txt").write_text("1 Introduction\n\nOne sentence. And another.")
    (tmp_path / "bad.pdf").write_bytes(b"%PDF-1.5 nothing")
    assert main(["pages", str(tmp_path / "bad.pdf"), str(tmp_path / "good.txt")]) == 4
    shown = capsys.readouterr()
    assert "And another." in shown.out
    assert "1 of 2 papers could not be read" in shown.err
    assert main(["pages", "no-such-paper"]) == 4
    assert "no such file, and no id" in capsys.readouterr().err


# ---- real papers


@needs_papers
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("447", "We then evaluate a BERT model pretrained on S2ORC (§5), and discuss potential applications to a variety of NLP "
                "and analysis tasks over academic text (§6)."),
        ("447", "On average, LATEX parses contain many more “paragraphs” of body text, because LATEX source files preserve line "
                "breaks rather than paragraph breaks."),
        ("N18", "In both domains, the statistical approach gives the highest precision and the lowest yield."),
    ],
)  # fmt: skip
def test_sentences_of_real_papers_are_whole(name: str, sentence: str) -> None:
    assert sentence in said(real(name), "body")


@needs_papers
def test_a_real_paper_has_its_sections() -> None:
    found = real("447")
    assert found.title == "S2ORC: The Semantic Scholar Open Research Corpus"
    assert len(said(found, "abstract")) == 5
    assert any(one.startswith("⁷pronounced") for one in said(found, "footnote"))
    assert {"abstract", "body", "references", "appendix", "footnote", "caption", "related work"} <= {
        one.label for one in found.sentences
    }
    assert lines.RAISED["7"] == "⁷"
