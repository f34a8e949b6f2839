"""What is small and would become large: tables, nesting, packed data, PDFs. It is refused, or read within bounds."""

from __future__ import annotations

import base64
import gzip
import json
import resource
import zlib
from pathlib import Path

import pytest

from replicate import columns, results
from replicate.problems import Problem
from replicate.sources.hub import read as hub
from synth.reading import cells, html
from synth.reading.worker import Limits, Reader
from synth.report import check, inputs
from synth.report.value import SCHEMA
from tests.hostile import run


def grown(before: int) -> int:
    """Mebibytes by which this process grew at most."""
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


# ---- tables


@pytest.mark.parametrize(
    "rows",
    [
        "<tr><td colspan=1000000000 rowspan=1000000000>a</td><td>1</td></tr>" * 400,
        "<tr>" + "<td>1</td>" * 4_000 + "</tr>" + "<tr><td>a</td></tr>" * 4_000,
        "<tr><td colspan=500>a<td>1" * 1_000,
        "<table><tr><td>" * 2_000,
    ],
    ids=["spans", "long and high", "wide", "within each other"],
)
def test_a_table_has_no_more_cells_than_it_may(rows: str) -> None:
    before = peak()
    document = html.read(f"<html><body><table>{rows}</table></body></html>", "t.html")
    assert sum(len(one.cells) for one in document.tables) <= cells.MOST and grown(before) < 300


@pytest.mark.parametrize("tag", ["div", "table", "b", "span class=footnote", "sup"])
def test_html_nested_without_measure_is_read(tag: str) -> None:
    document = html.read(f"<p>A first sentence stands here.</p>{f'<{tag}>' * 5_000}deep{'</' * 5_000}", "t.html")
    assert "A first sentence stands here." in document.pages[0].text


# ---- nesting


def test_files_nested_without_measure_are_a_line_and_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    deep = "[" * 100_000
    (tmp_path / "deep.toml").write_text(f"question = {deep}")
    (tmp_path / "deep.jsonl").write_text(f'{{"id": "a", "claim": {deep}\n')
    (tmp_path / "report.html").write_text(f'<script type="application/json" id="report-data">{deep}</script>')
    for words in (
        ("verify", "--claims", "deep.toml"),
        ("verify", "--claims", "deep.jsonl"),
        ("report", "--check", "report.html"),
    ):
        done = run("synth", *words)
        assert done.code == 4 and done.err.count("\n") <= 2 and "synth: " in done.err, done.err[:300]


def test_a_report_of_one_line_is_read_as_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers of CSV take no field beyond 131,072 characters, and patterns looked for the end of each beginning."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    lines = {
        "words": "word " * 40_000,
        "head": "claim,verdict\n" + "x" * 140_000 + ",yes", "blanks": "a|" + " " * 100_000 + "|b\n--|--",
        "comments": "claim <!-- <script> <a href='x'> " * 3_000, "digits": "SQuAD adds " + "1" * 100_000,
        "marks": "*_`[(" * 10_000,
    }  # fmt: skip
    for name, line in lines.items():
        (tmp_path / f"{name}.txt").write_text(f"A title\n\nClaims\n\n{line}\n\n1. SQuAD adds 8.2 points. [verified]\n")
        done = run("synth", "ingest", f"{name}.txt", "--name", name)
        assert done.code == 0 and "SQuAD adds 8.2 points." in (tmp_path / done.out.splitlines()[0]).read_text(), (name, done.err)


# ---- packed


def finished(data: object) -> str:
    packed = base64.b64encode(zlib.compress(data if isinstance(data, bytes) else json.dumps(data).encode(), 9)).decode()
    return json.dumps({"schema": SCHEMA, "packed": packed})


@pytest.mark.parametrize(
    "data",
    [bytes(inputs.MOST + 1), b"[" * 100_000, {"schema": "synth.report/0"}, [], {"schema": SCHEMA, "question": 1},
     {"schema": SCHEMA, "question": {"name": "x", "question": "q", "claims": [{"id": 1}]}}],
    ids=["large", "deep", "other", "list", "number", "fields"],
)  # fmt: skip
def test_a_finished_report_of_somebody_is_unpacked_within_bounds(tmp_path: Path, data: object) -> None:
    before, path = peak(), tmp_path / "r.html"
    path.write_text(f'<script type="application/json" id="report-data">{finished(data)}</script>')
    with pytest.raises(Problem, match=r"r\.html"):
        check.check(path)
    assert grown(before) < 400


def test_one_value_does_not_stand_for_a_thousand_million_rows() -> None:
    with pytest.raises(ValueError, match="at most"):
        inputs._frame(json.dumps({"rows": 10**9, "columns": {"origin": ["run:x"]}}))


def test_openings_without_an_end_are_looked_for_once() -> None:
    """Each of these would be sought to the end of the file by a regular expression: a minute for a megabyte."""
    page = ("<style" + "<script" + '<a class="save"' + "<p" + "<") * 40_000
    assert check._of_html(page.encode())[0] == "" and check._of_markdown(("<!-- stilts-claims: {" * 40_000).encode())[0] == ""


def test_a_parquet_of_a_thousand_million_rows_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow
    import pyarrow.parquet

    monkeypatch.setattr(columns, "MOST", 1000)
    path = tmp_path / "r.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"origin": ["run:x"] * 1001}), path)
    with pytest.raises(Problem, match="1,001 rows; a table of results has at most 1,000"):
        results.read(path)


def test_a_line_of_a_packed_data_set_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "LONGEST", 1000)
    monkeypatch.setattr(hub, "MOST", 1 << 20)
    wanted = hub.Wanted(("text",))
    for content, said in ((b'{"text": "' + b"x" * 2000, "in one line"), (b"[\n" + b'{"text": "x"},' * 80_000, "in one list")):
        path = tmp_path / "x.jsonl.gz"
        path.write_bytes(gzip.compress(content))
        with pytest.raises(Problem, match=said):
            list(hub._objects(path, "a set", wanted))
    path.write_bytes(gzip.compress(b'{"text": "a"}\n{"text": "b"}\n'))
    assert [row["text"] for row in hub._objects(path, "a set", wanted)] == ["a", "b"]


# ---- PDF


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    made, places = b"%PDF-1.7\n", list[int]()
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return made + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        size, table, size, len(made)
    )  # fmt: skip


def stream(content: bytes, more: bytes = b"") -> bytes:
    packed = zlib.compress(content, 9)
    return b"<</Length %d/Filter/FlateDecode%s>>stream\n%s\nendstream" % (len(packed), more, packed)


PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
CATALOGUE, PAGES = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
TEXT = b"BT /F 9 Tf 9 50 Td (A line of text.) Tj ET "
BOMBS = {
    "stream": pdf(CATALOGUE, PAGES, PAGE, stream(TEXT + b" " * (40 << 20)), FONT),
    "pages in a ring": pdf(CATALOGUE, b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 1000000>>", PAGE, stream(TEXT), FONT),
    "pages without end": pdf(CATALOGUE, b"<</Type/Pages/Kids[3 0 R]/Count 2147483647>>", PAGE, stream(TEXT), FONT),
    "a form in itself": pdf(
        CATALOGUE, PAGES, PAGE, stream(TEXT + b"/X Do "), FONT,
        stream(b"/X Do ", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>"),
    ),
    "nested": pdf(CATALOGUE, PAGES, b"<</Type/Page/Parent 2 0 R/X " + b"[" * 50_000 + b"]" * 50_000 + b">>"),
    "packed in packed": pdf(
        CATALOGUE, PAGES, PAGE, b"<</Length 300/Filter[/FlateDecode/FlateDecode/FlateDecode]>>stream\n"
        + zlib.compress(zlib.compress(zlib.compress(bytes(20 << 20), 9), 9), 9) + b"\nendstream", FONT,
    ),
}  # fmt: skip


def test_pdfs_that_are_made_to_harm_end_no_batch(tmp_path: Path) -> None:
    """Each is read within time and memory, or is a Problem that names it; the next one is read."""
    sound = tmp_path / "sound.pdf"
    sound.write_bytes(pdf(CATALOGUE, PAGES, PAGE, stream(TEXT), FONT))
    with Reader(Limits(seconds=20, mebibytes=1024)) as reader:
        for name, content in BOMBS.items():
            path = tmp_path / f"{name}.pdf"
            path.write_bytes(content)
            try:
                assert len(reader.read(path).pages) <= 10, name
            except Problem as problem:
                assert name in str(problem) and len(str(problem)) < 600
            assert "A line of text." in reader.read(sound).pages[0].text, name
