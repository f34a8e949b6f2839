"""Tables of papers as rows and columns of cells, and as rows of the contract."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replicate import results
from replicate.problems import Problem
from synth.__main__ import main
from synth.reading import pages, pdf, reported
from synth.reading.document import Document, Table
from tests import papers
from tests.synth.test_pages import needs_papers, read, real


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Document:
    return read(papers.paper(), tmp_path_factory.mktemp("paper"))


def one_table(typst: str, folder: Path) -> Table:
    found = read(papers.page(typst), folder).tables
    assert len(found) == 1
    return found[0]


# ---- cells


def test_the_rows_of_a_wide_table_are_whole(paper: Document) -> None:
    gains = paper.tables[0]
    assert gains.labels == tuple((name,) for name in papers.SYSTEMS)
    assert gains.grid() == [list(row) for row in papers.SYSTEMS.values()]
    assert gains.header == (("acc", "XNLI"), ("acc", "PAWS-X"), ("F1", "POS"), ("F1 / EM", "XQuAD"), ("Avg.",))
    assert gains.number == "1" and gains.caption.startswith("Table 1: Dev set results.")


def test_plus_minus_stays_in_its_cell_and_a_dash_is_a_cell(paper: Document) -> None:
    assert paper.tables[1].grid() == [list(row) for row in papers.SPREAD.values()]


RULED = "table.hline(), {head}, table.hline(), {body}, table.hline()"


@pytest.mark.parametrize("rule", ["table.hline(start: 1, end: 3), table.hline(start: 3, end: 5),", ""], ids=["ruled", "bare"])
def test_a_header_over_two_columns_belongs_to_both(rule: str, tmp_path: Path) -> None:
    head = f"[], table.cell(colspan: 2)[XQuAD], table.cell(colspan: 2)[MLQA], {rule} [Model], [F1], [EM], [F1], [EM]"
    body = "[mBERT], [64.5], [49.4], [61.4], [44.2], [XLM-R], [76.6], [60.8], [71.6], [53.2]"
    inner = RULED.format(head=head, body=body)
    made = one_table(f"#figure(table(columns: 5, stroke: none, {inner}), caption: [Groups.])", tmp_path)
    assert made.header == (("XQuAD", "F1"), ("XQuAD", "EM"), ("MLQA", "F1"), ("MLQA", "EM"))


def test_labels_beside_and_over_several_rows_name_them_all(tmp_path: Path) -> None:
    body = (
        "table.cell(colspan: 4)[_Trained on English data of every kind_], "
        "table.cell(rowspan: 3, align: horizon)[Base], [Frozen], [90.1], [88.7], [Tuned], [91.2], [89.5], "
        "[Adapter], [91.0], [89.0], "
        "table.hline(), table.cell(rowspan: 2, align: horizon)[Large], [Frozen], [70.1#super[7]], [*95.2*], "
        "[Tuned], [7,122], [\u22120.3]"
    )
    inner = RULED.format(head="[Model], [Mode], [Dev], [Test]", body=body)
    made = one_table(f"#figure(table(columns: 4, stroke: none, inset: (x: 6pt, y: 3pt), {inner}), caption: [Labels.])", tmp_path)
    title = "Trained on English data of every kind"
    assert made.labels == (
        (title, "Base", "Frozen"), (title, "Base", "Tuned"), (title, "Base", "Adapter"), (title, "Large", "Frozen"),
        (title, "Large", "Tuned"),
    )  # fmt: skip
    assert made.grid() == [["90.1", "88.7"], ["91.2", "89.5"], ["91.0", "89.0"], ["70.1", "95.2"], ["7,122", "\u22120.3"]]
    marked, best = made.at(3, 0), made.at(3, 1)
    assert marked is not None and marked.notes == "⁷"
    assert best is not None and best.bold


@pytest.mark.parametrize("lines", ["stroke: 0.5pt", "stroke: none"], ids=["every line", "no line"])
def test_a_table_is_found_by_its_caption_whatever_is_drawn(lines: str, tmp_path: Path) -> None:
    inner = "[Language], [hi], [sw], [ur], [mBERT], [60.0], [49.7], [57.8], [XLM-R Large], [75.6], [73.4], [71.7]"
    made = one_table(f"#figure(table(columns: 4, {lines}, {inner}), caption: [No header rule.])", tmp_path)
    assert made.header == (("hi",), ("sw",), ("ur",))
    assert made.labels == (("mBERT",), ("XLM-R Large",))
    assert made.grid() == [["60.0", "49.7", "57.8"], ["75.6", "73.4", "71.7"]]


def test_a_table_on_its_side_is_read_upright(tmp_path: Path) -> None:
    rows = [[name, *cells] for name, cells in papers.SPREAD.items()]
    turned = papers.table(["Model", "XNLI", "PAWS-X"], rows, "A turned table.")
    made = one_table(f"#rotate(-90deg, reflow: true)[{turned}]", tmp_path)
    assert made.turned
    assert made.grid() == [list(row) for row in papers.SPREAD.values()]


def test_a_label_on_its_side_names_the_rows_beside_it(tmp_path: Path) -> None:
    side = "table.cell(rowspan: 4, align: horizon)[#rotate(-90deg, reflow: true)[With MLM]]"
    rows = "[\\+ 0.1], [\\+ 0.2], [QQP], [\\+ 0.3], [\\- 0.4], [CCG], [\\+ 0.5], [\\+ 0.6], [SQuAD], [\\+ 0.7], [\\+ 0.8]"
    body = f"[], [XLM-R Large], [80.1], [86.5], table.hline(), {side}, [MNLI], {rows}"
    inner = RULED.format(head="[], [], [XNLI], [PAWS-X]", body=body)
    made = read(papers.page(f"#figure(table(columns: 4, stroke: none, {inner}), caption: [Dev set.])"), tmp_path)
    assert made.tables[0].labels[0] == ("XLM-R Large",)
    assert made.tables[0].labels[1:] == (("With MLM", "MNLI"), ("With MLM", "QQP"), ("With MLM", "CCG"), ("With MLM", "SQuAD"))
    found = reported.results_of(made.tables[0], made, "x")
    assert {(row["intermediate"], row["mlm"]) for row in found.rows} == {
        ("baseline", False), ("mnli", True), ("qqp", True), ("ccg", True), ("squad1", True),
    }  # fmt: skip


def test_tables_of_html_and_latex_are_the_same_value(tmp_path: Path) -> None:
    html = b"""<html><body><table><caption>Table 3: Test F1</caption><tr><th></th><th colspan=2>XQuAD</th></tr>
    <tr><th>Model</th><th>F1</th><th>EM</th></tr><tr><td>mBERT</td><td>64.5</td><td>49.4</td></tr></table></body></html>"""
    latex = rb"""\documentclass{article}\begin{document}\begin{table}\caption{Test F1}\begin{tabular}{lcc}\toprule
     & \multicolumn{2}{c}{XQuAD}\\ \cmidrule{2-3} Model & F1 & EM \\ \midrule mBERT & \textbf{64.5} & 49.4 \\ \bottomrule
    \end{tabular}\end{table}\end{document}"""
    for content, name in ((html, "a.html"), (latex, "a.tex")):
        made = read(content, tmp_path, name).tables[0]
        assert made.header == (("XQuAD", "F1"), ("XQuAD", "EM"))
        assert made.labels == (("mBERT",),)
        assert made.grid() == [["64.5", "49.4"]]


def test_a_second_reader_finds_the_numbers_of_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(papers.paper())
    made = pages.read(path)
    assert pdf.cross_check(path, made, 1) == ""
    cell = made.tables[0].cells[0]
    object.__setattr__(cell, "text", "12345.6")
    assert "12345.6" in pdf.cross_check(path, made, 1)


# ---- rows of the contract


def test_a_table_of_gains_becomes_rows_with_their_cells_as_origin(paper: Document) -> None:
    made = reported.results_of(paper.tables[0], paper, "2005.13013v1")
    frame = results.table(made.rows)
    assert len(frame) == 5 + 3 * 5
    row = results.select(frame, intermediate="squad1", target="xquad", metric="em").iloc[0]
    assert (row["quantity"], row["over"], row["value"], row["printed"]) == ("gain", "baseline", 1.3, "+1.3")
    assert row["origin"] == "paper:2005.13013v1#table1.r3.c4"
    level = results.select(frame, intermediate="baseline", target="xnli").iloc[0]
    assert (level["model"], level["split"], level["value"], level["printed"]) == (
        "FacebookAI/xlm-roberta-large",
        "dev",
        80.1,
        "80.1",
    )
    assert level["note"] == "FacebookAI/xlm-roberta-large: the only size that the paper names"
    # The table's average is over four tasks and not over XTREME's nine.
    assert {one.reason for one in made.left} == {"an average over other tasks than XTREME's nine"}


def test_what_a_table_does_not_say_is_listed_and_may_be_given(tmp_path: Path) -> None:
    inner = RULED.format(
        head="[Model], [XNLI], [XQuAD], [Foo]", body="[mBERT], [65.4], [64.5], [1.0], [Our best], [70.0], [71.0], [2.0]"
    )
    made = read(papers.page(f"#figure(table(columns: 4, stroke: none, {inner}), caption: [Scores.])"), tmp_path)
    bare = reported.results_of(made.tables[0], made, "x")
    assert not bare.rows and len(bare.left) == 6
    given = reported.results_of(made.tables[0], made, "x", reported.check_given({"split": "test", "metric": "F1"}))
    assert [(row["target"], row["metric"], row["value"]) for row in given.rows] == [("xquad", "f1", 64.5)]
    reasons = {one.cell.text: one.reason for one in given.left}
    assert "not measured in f1" in reasons["65.4"]
    assert "Foo" in reasons["1.0"]
    assert "best" in reasons["71.0"]
    with pytest.raises(Problem, match="did you mean"):
        reported.check_given({"split": "tset"})


def test_a_spread_and_a_language_are_no_part_of_the_number(tmp_path: Path) -> None:
    inner = RULED.format(
        head="[Model], [de], [Swahili], [Avg]", body="[XLM-R Large], [83.0 ± 0.2], [73.4], [79.2\\%], [mBERT], [71], [–], [65.4]"
    )
    made = read(papers.page(f"#figure(table(columns: 4, stroke: none, {inner}), caption: [XNLI accuracy, test set.])"), tmp_path)
    found = reported.results_of(made.tables[0], made, "x")
    rows = {(row["model"][:4], row["language"]): (row["value"], row["printed"], row["note"]) for row in found.rows}
    assert rows["Face", "de"] == (83.0, "83.0", "± 0.2")
    assert rows["Face", "sw"] == (73.4, "73.4", "")
    assert rows["Face", "all"] == (79.2, "79.2", "")
    assert len(rows) == 5 and not found.left


def test_the_command_prints_the_table_and_writes_the_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "paper.pdf", tmp_path / "rows.csv"
    path.write_bytes(papers.paper())
    assert main(["table", str(path), "--page", "1", "--table", "2", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["schema"] == "synth.tables/1" and shown["tables"][0]["labels"] == [[name] for name in papers.SPREAD]
    assert main(["table", str(path), "--table", "1", "--as", "results", "--id", "2005.13013v1", "--out", str(out)]) == 0
    assert "16 cells mapped to 20 rows, 4 not mapped" in capsys.readouterr().err
    assert len(results.read(out)) == 20
    assert main(["table", str(path), "--table", "9"]) == 4
    assert "there is 1 (page 1), 2 (page 1)" in capsys.readouterr().err


# ---- real papers


@needs_papers
def test_tables_of_real_papers() -> None:
    tables = {table.number: table for table in real("447").tables}
    assert tables["5"].labels[0] == ("Biomed", "BC5CDR", "Li et al. (2016)", "NER")
    assert tables["5"].grid()[0] == ["90.01", "90.41 ± 0.06"]
    assert tables["5"].labels[9] == ("CS", "ACL-ARC", "Jurgens et al. (2018)", "CLS")
    assert tables["4"].grid()[1] == ["9.9", "93.3"] and tables["4"].cells[3].notes == "*"
    assert tables["6"].grid() == [["0.93", "0.89"], ["1.00", "0.96"], ["1.00", "0.92"]]
    entities = next(table for table in real("N18").tables if table.number == "2")
    assert entities.header == (("CS", "prec."), ("CS", "yield"), ("Bio", "prec."), ("Bio", "yield"))
    assert entities.grid()[1] == ["91.5", "1990", "92.1", "3126"]
