"""The audit of sentences, of sentences against tables, of reports and of files: what is said, and what is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replicate.problems import Problem
from synth.__main__ import main
from synth.audit import run, source
from synth.reading.worker import Reader
from tests import audited
from tests.synth.test_audit import SEED, findings, grid, only, written

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def reader():
    with Reader() as one:
        yield one


# ---- sentences


@pytest.mark.parametrize(
    ("sentence", "fits"),
    [
        ("Training improves the average by 5.4 points (68.1 \u2192 74.2).", False),
        ("Training improves the average by 6.1 points (68.1 -> 74.2).", True),
        ("Accuracy rises from 68.1 to 74.2, an improvement of 5.4 points.", False),
        ("The error drops from 20% to 15%, a relative reduction of 25%.", True),
        ("The error drops from 20% to 15%, a reduction of 33%.", False),
        ("Our method reaches 74.2 (vs. 68.1 for the baseline), a gain of 6.1 points.", True),
        ("Summaries were extractive (87% / 74% vs 54% overlap with the source).", True),
        ("Model A improves from 50.0 to 60.0, B by 3.0 points.", True),
        ("In all, 29 of the 40 answers (72.5%) are right.", True),
        ("In all, 29 of the 40 answers (75%) are right.", False),
        ("In all, 72.5% (29/40) of the answers are right.", True),
        ("Of 200 examples, 50 (30%) are wrong.", False),
        ("Of 200 examples, 50 (25%) are wrong.", True),
        ("We saw 120 patients, of whom 48 (45%) improved.", False),
        ("We saw 120 patients, of whom 48 (40%) improved.", True),
        ("The score rises by 3.5 points (70.0 to 72.0).", False),
        ("The score rises by 3.5 points (70.0 to 73.5).", True),
        ("The score rises by 3.5 points (2.0 to 5.0).", True),  # how sure it is of the change
        ("Only 66.6% of the 3 papers do so.", True),  # cut and not rounded
        ("Only 73.5% of the 15 papers do so.", False),
        ("It takes 8% of a 20-ms step.", True),
        ("The groups differ, t(28) = 2.20, p = .036.", True),
        ("The groups differ, t(28) = 2.20, p = .016.", False),
        ("The groups differ, F(2, 57) = 4.10, p < .05.", True),
        ("The groups differ, \u03c7\u00b2(1, N = 90) = 2.10, p < .05.", False),
    ],
)
def test_the_arithmetic_of_a_sentence(sentence: str, fits: bool) -> None:
    assert bool(findings(sentence)) != fits


@pytest.mark.parametrize(("lead", "fits"), [("4.0", True), ("4.5", False)])
def test_a_level_with_its_lead_names_two_cells(lead: str, fits: bool, tmp_path: Path, reader: Reader) -> None:
    path = tmp_path / "paper.md"
    path.write_text(
        f"We measure accuracy.\n\nOur model has 74.0 on MNLI, {lead} points above the Baseline.\n\nTable 1: Results.\n\n"
        "| System | MNLI | QQP |\n|---|---|---|\n| Baseline | 70.0 | 80.0 |\n| Ours | 74.0 | 82.0 |\n"
    )
    outcome = run.audit(path, reader).outcome
    assert outcome.checked["leads of the text in tables"] == 1
    assert [one.printed for one in outcome.findings] == ([] if fits else [lead])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_a_text_is_read_in_whatever_it_is_written(encoding: str, tmp_path: Path, reader: Reader) -> None:
    path = tmp_path / "paper.txt"
    path.write_bytes("The caf\u00e9 study.\r\n\r\nIn all, 29 of the 40 answers (75%) are right.\r\n".encode(encoding))
    (found,) = run.audit(path, reader).outcome.findings
    assert "75% is printed for 29 of 40" in found.what and "caf\u00e9" in source.read(path, reader).pages[0].text


def test_the_abstract_against_the_body() -> None:
    body = "Training on SQuAD first raises the average over all target tasks by 8.3 points."
    told = "Training on SQuAD first raises the average over the target tasks by 8.2 points."
    found = only(body, abstract=told)
    assert (found.kind, found.printed, found.members) == ("abstract and body", "8.2", ("8.3",))
    assert not findings(body, "With MLM the gain is 8.2 points.", abstract=told)  # it stands somewhere: of that, perhaps


def test_sentences_on_different_tasks_do_not_tell_the_same() -> None:
    body = "Training on MNLI first improves {} by 1.6 points on the development set."
    told = "Training on MNLI first improves XNLI by 1.4 points on the development set."
    assert only(body.format("XNLI"), abstract=told).kind == "abstract and body"
    assert not findings(body.format("TyDiQA"), abstract=told)


ACCURACY = grid(
    "Model | XNLI | POS", "mBERT | 65.4 | 70.3", "XLM-R | 79.2 | 72.6", "XLM-R Base | 74.1 | 71.0", caption="Table 2: Accuracy."
)


@pytest.mark.parametrize(
    ("sentence", "fits"),
    [
        ("XLM-R reaches 79.2 on XNLI (Table 2).", True),
        ("XLM-R reaches 79.7 on XNLI (Table 2).", False),
        ("XLM-R reaches 71.0 on XNLI (Table 2).", True),  # a number of another cell: perhaps of that one
        ("XLM-R Large reaches 79.7 on XNLI (Table 2).", True),  # a model that the table does not have
        ("XLM-R reaches 80.1 on the development set of XNLI (Table 2).", True),
        ("In Table 2, XLM-R outperforms mBERT by 13.8 points on XNLI.", True),
        ("In Table 2, XLM-R outperforms mBERT by 11.8 points on XNLI.", False),
        ("XLM-R achieves the highest accuracy on XNLI in Table 2.", True),
        ("mBERT achieves the highest accuracy on XNLI in Table 2.", False),
        ("mBERT achieves one of the best results on XNLI in Table 2.", True),
        ("Table 2 gives the accuracy of the three models.", True),
    ],
)
def test_the_text_against_a_table(sentence: str, fits: bool) -> None:
    assert bool(findings(sentence, tables=[ACCURACY])) != fits


REPORT = """\
# A Report

Systematic search yielded 14 papers. The review gave a quality score of {score}/10.

{papers} papers retrieved. 3 claims extracted; {verified} independently verified. Quality review score: 9.3/10.

| Claim | Verified | Confidence |
|---|---|---|
| Training helps. | \u2713 | 0.27 |
| It helps a lot. | \u2713 | 0.25 |
| It always helps. | \u00d7 | 0.09 |
"""


def test_a_report_of_a_machine_against_its_own_list(tmp_path: Path, reader: Reader) -> None:
    path = tmp_path / "report.md"

    def said(**values: object) -> list[str]:
        path.write_text(REPORT.format(**values))
        return [one.what for one in run.audit(path, reader).outcome.findings]

    assert said(score="9.3", papers=14, verified=2) == []
    assert said(score="9.3", papers=14, verified=3) == ["the report says 3 claims verified, its own list has 2"]
    assert said(score="9.0", papers=13, verified=2) == [
        "papers: 14 in one place, 13 in another", "quality score: 9.0 in one place, 9.3 in another",
    ]  # fmt: skip


# ---- the command


def test_published_rows_are_audited_by_the_rule_of_the_field(capsys: pytest.CaptureFixture[str]) -> None:
    """Of the 20 averages of the paper's table 2 one is not the mean of its row: QQP with MLM."""
    assert main(["audit", str(ROOT / "data/published/2005.13013v1.csv"), "--json", "--fail-on", "finding"]) == 3
    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == "synth.audit/1"
    (one,) = said["documents"]
    assert one["checked"] == {"averages": 20}
    (finding,) = one["findings"]
    assert (finding["kind"], finding["printed"], finding["at"]["row"]) == ("average", "5.1", "xlm-roberta-large, qqp + MLM (dev)")
    assert (finding["recomputed"]["low"], finding["recomputed"]["high"]) == (7.05, 7.15)


def test_a_table_may_be_named_and_findings_are_no_failure_unless_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(audited.planted("an average", SEED)[0], "markdown", tmp_path)
    assert main(["audit", str(path)]) == 0
    assert "average, sure: the average is printed as" in capsys.readouterr().out
    assert main(["audit", str(path), "--table", "2", "--fail-on", "finding"]) == 0
    assert main(["audit", str(path), "--table", "1", "--fail-on", "finding"]) == 3
    assert main(["audit", str(path), "--table", "12"]) == 4
    assert "no table 12; there is 1" in capsys.readouterr().err


def test_a_bad_file_among_others_is_named_and_the_others_are_audited(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, empty, numbers = tmp_path / "good.md", tmp_path / "empty.md", tmp_path / "names.csv"
    good.write_text("In all, 29 of the 40 answers (75%) are right.\n")
    empty.write_text("")
    numbers.write_text("name\nanna\n")
    assert main(["audit", str(good), str(empty), str(numbers)]) == 4
    told = capsys.readouterr()
    assert "75% is printed for 29 of 40, which is 72.5%" in told.out
    assert "empty, 0 bytes" in told.err and "no table: one needs" in told.err and "2 of 3 documents" in told.err


def test_any_table_of_a_csv_file_is_audited(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("model,XNLI,QA_F1,QA_EM,Avg\nA,60.0,70.0,50.0,60.0\nB,62.0,74.0,54.0,63.0\nC,65.0,75.0,53.0,69.5\n")
    with Reader() as one:
        (found,) = run.audit(path, one).outcome.findings
    assert (found.at.row, found.at.column, found.printed) == ("C", "Avg", "69.5")


def test_latex_refers_to_tables_by_their_labels(tmp_path: Path, reader: Reader) -> None:
    path = tmp_path / "paper.tex"
    path.write_text(
        "\\documentclass{article}\\begin{document}\\section{Results}\n"
        "BERT achieves the highest accuracy on XNLI in Table~\\ref{tab:all}.\n\n"
        "\\begin{table}\\caption{Accuracy.}\\label{tab:all}\\begin{tabular}{lcc}\\toprule Model & XNLI & POS\\\\ \\midrule "
        "BERT & 70.1 & 60.2\\\\ XLNet & 72.2 & 63.0\\\\ GPT & 50.1 & 49.0\\\\ "
        "\\bottomrule\\end{tabular}\\end{table}\\end{document}"
    )
    (found,) = run.audit(path, reader).outcome.findings
    assert (found.kind, found.at.shown) == (
        "superlative",
        'in the text: "BERT achieves the highest accuracy on XNLI in Table 1."',
    )


def test_a_folder_is_no_document(tmp_path: Path, reader: Reader) -> None:
    with pytest.raises(Problem, match="a folder"):
        source.read(tmp_path, reader)
