"""`synth ingest` on reports with something wrong: nothing is lost without a word, and marks are known in many spellings."""

from __future__ import annotations

import pytest

from replicate.problems import Problem
from synth.ingest import marks

from .ingested import HEAD, ROWS, TABS, TAIL, marked, read, table


def test_counts_that_do_not_agree_are_said(tmp_path):
    notes = read(tmp_path, HEAD + table(TABS, ROWS[:2]) + TAIL).notes
    assert "the report says 3 claims extracted and has 2" in notes
    assert "the report says 2 claims verified and ticks 1" in notes


def test_a_ragged_table_loses_no_claim(tmp_path):
    text = (
        "# R\n\n| Claim | Verified | Confidence |\n|---|---|---|\n| A claim with | a bar in it. | ✓ | 0.2 |\n| Only a claim. |\n"
        "| | ✓ | 0.1 |\n| Sure of it. | perhaps | high |\n"
    )
    made = read(tmp_path, text, "r.md")
    assert [one.text for one in made.question.claims] == ["A claim with | a bar in it.", "Only a claim.", "Sure of it."]
    assert marked(made) == [(True, 0.2), (None, None), (None, None)]
    said = " ".join(made.notes)
    assert "line 5: 4 cells where the table has 3" in said and "line 7: a row without a claim" in said
    assert "'perhaps' is no mark that is known" in said and "'high' is no confidence" in said
    assert made.question.claims[2].note == "Verified: perhaps; Confidence: high", "kept all the same"


def test_a_row_with_a_cell_too_many_keeps_its_mark_where_that_reads_better(tmp_path):
    text = "R\n\nClaim\tVerified\tConfidence\nMNLI helps XNLI.\t✗\t0.4\tread twice\nSQuAD\thelps BUCC.\t✓\t0.2\n"
    made = read(tmp_path, text)
    assert [one.text for one in made.question.claims] == ["MNLI helps XNLI.", "SQuAD helps BUCC."]
    assert marked(made) == [(False, 0.4), (True, 0.2)] and made.question.claims[0].note == "column 4: read twice"


@pytest.mark.parametrize("rule", ["|:--|:-:|--:|---|", "|-|-|-|-|", "|:---|:---:|---:|:-|"])
def test_the_line_under_the_head_of_a_table_is_no_claim_and_links_at_the_end_are_numbered(tmp_path, rule):
    text = (
        f"# Notes\n\n| Claim | Verified | Confidence | Source |\n{rule}\n| MNLI helps XNLI. | ✅ | 0.77 | [2] |\n"
        "| SQuAD helps BUCC. | ❌ | 88 % | [1] |\n\n"
        "[1]: https://arxiv.org/abs/2005.13013v1\n[2]: https://arxiv.org/abs/2104.07412v2\n"
    )
    question = read(tmp_path, text, "notes.md").question
    assert [(one.text, one.paper) for one in question.claims] == [
        ("MNLI helps XNLI.", "2104.07412v2"), ("SQuAD helps BUCC.", "2005.13013v1")]  # fmt: skip
    assert "author" not in question.reported


def test_a_list_right_under_its_announcement_is_one_of_claims(tmp_path):
    made = read(
        tmp_path, "On adapters\n\nClaims that I found:\n * MNLI helps XNLI\n * SQuAD helps BUCC (confidence 0.8, verified)\n"
    )
    assert [one.text for one in made.question.claims] == ["MNLI helps XNLI", "SQuAD helps BUCC"]
    assert marked(made) == [(None, None), (True, 0.8)]


def test_references_on_lines_of_their_own_are_told_apart(tmp_path):
    text = "T\n\nClaim\tVerified\nMNLI helps XNLI [2].\tyes\n\nReferences\n\n[1] arXiv:2005.13013v1\n[2] arXiv:2104.07412v2\n"
    assert read(tmp_path, text).question.claims[0].paper == "2104.07412v2"


def test_mark_up_and_control_characters_are_taken_out_and_counted(tmp_path):
    text = (
        "T\n\nClaim\tVerified\n\x00SQuAD im\u200bproves <b>XNLI</b><script>alert(1)</script>.\tyes\n" + "word " * 2000 + "\tno\n"
    )
    made = read(tmp_path, text)
    assert made.question.claims[0].text == "SQuAD improves XNLI." and len(made.question.claims[1].text) == 9_999
    said = " ".join(made.notes)
    assert "2 control characters left out" in said and "tags left out of claims" in said and "a claim of 9,999 characters" in said


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"Just text. No claims here.", "no claims; it has 0 tables and no headings"),
        (b"# A\n\n| x | y |\n|---|---|\n| 1 | 2 |\n", "no claims; it has 1 table and the headings 'A'"),
        (b"", "empty, 0 bytes"),
        (b"\n \n", "nothing but blank lines"),
        (bytes(range(256)) * 20, "is it the right file?"),
        (b"# A\n\nClaim\tVerified\n", "no claims"),
    ],
)
def test_a_file_without_claims_is_a_problem_that_says_so(tmp_path, content, says):
    with pytest.raises(Problem, match=says.replace("?", r"\?")):
        read(tmp_path, content)


def test_other_encodings_are_read(tmp_path):
    text = "Tïtle\n\nClaim\tVerified\nMNLI helps naïve readers.\t✓\n"
    assert read(tmp_path, text.encode("utf-16")).question.claims[0].reported["verified"] is True
    latin = read(tmp_path, text.replace("✓", "yes").encode("latin-1"))
    assert latin.question.claims[0].text == "MNLI helps naïve readers." and "Windows-1252" in latin.notes[0]


# ---- marks and confidences


SHARES = {
    "0.27": 0.27,
    "27%": 0.27,
    "27 %": 0.27,
    ".5": 0.5,
    "9/10": 0.9,
    "1": 1.0,
    "1.7": None,
    "high": None,
    "": None,
    "-1": None,
}


@pytest.mark.parametrize(("cell", "value"), SHARES.items())
def test_a_confidence_is_a_share_of_one(cell, value):
    assert marks.confidence(cell) == value


MARKS = {
    "✓": True,
    "✔️": True,
    "×": False,
    "✗": False,
    "x": False,
    "[x]": True,
    "[ ]": False,
    "YES": True,
    "not verified": False,
    "✅ Verified": True,
}


def test_a_column_that_counts_to_a_hundred_says_so_by_its_numbers(tmp_path):
    made = read(tmp_path, "T\n\nClaim\tVerified\tConfidence\nMNLI helps.\tyes\t87\nMNLI hurts.\tno\t9.5\n")
    assert marked(made) == [(True, 0.87), (False, 0.095)]


@pytest.mark.parametrize(("cell", "value"), [*MARKS.items(), ("–", None), ("maybe", None), ("partly supported", None)])
def test_a_mark_is_known_in_many_spellings(cell, value):
    assert marks.tick(cell) is value
