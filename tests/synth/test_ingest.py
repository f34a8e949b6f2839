"""`synth ingest` on made-up reports: the layouts that machines write and what people write; nothing is lost without a word."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate.problems import BAD_INPUT, DONE, Problem
from synth import question_writer, questions
from synth.__main__ import main
from synth.ingest import build, cut, marks, source
from synth.reading.worker import Reader
from synth.records import NEEDS, QUANTIFIERS, SYSTEMS, Assertion, Claim, Question
from tests.papers import compiled

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
HEAD = """

Adapters and Their Kin in Far Languages

Some Research Group

July 6, 2026

Abstract

We look at adapters. They are small.

1 Introduction

This paper examines: A Study of Adapters. Research question: Do adapters help far languages?.

3 Results

14 papers retrieved. 3 claims extracted; 2 independently verified. Quality review score: 9.3/10.

5 Extracted Claims

"""
TABS = "Claim\tVerified\tConfidence\n{}\n"
PIPES = "| Claim | Verified | Confidence |\n|---|:---:|---:|\n{}\n"
ROWS = [
    ("Training on SQuAD and MNLI raises the average by 8.2 and 7.5 points.", "✓", "0.27"),
    ("MNLI improves XNLI by 1.2 points (on the development set).", "×", "0.10"),
    ("XNLI contains 392,702 training examples.", "✓", "0.15"),
]
TAIL = "\nReferences\n\n- <http://arxiv.org/abs/2104.07412v2>\n- A Study of Adapters. <http://arxiv.org/abs/2008.07651v1>\n"


def read(tmp_path: Path, text: str | bytes, name: str = "report.txt") -> build.Ingested:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with Reader() as reader:
        return build.ingest(source.read(path, reader), titles={})


def table(kind: str, rows=ROWS) -> str:
    return kind.format("\n".join("\t".join(row) if kind == TABS else f"| {' | '.join(row)} |" for row in rows))


def marked(made: build.Ingested) -> list[tuple[object, object]]:
    return [(one.reported.get("verified"), one.reported.get("confidence")) for one in made.question.claims]


# ---- the layouts


@pytest.mark.parametrize("kind", [TABS, PIPES])
def test_a_report_of_a_machine_is_read_whole(tmp_path, kind):
    made = read(tmp_path, HEAD + table(kind) + TAIL)
    question = made.question
    assert question.question == "Do adapters help far languages?" and question.name == "adapters-their-kin-far-languages"
    assert [one.text for one in question.claims] == [row[0] for row in ROWS]
    assert marked(made) == [(True, 0.27), (False, 0.10), (True, 0.15)]
    assert question.papers == ("2104.07412v2", "2008.07651v1")
    assert {one.paper for one in question.claims} == {"2008.07651v1"}, "the paper that it says it examines"
    told = {name: question.reported[name] for name in ("title", "author", "date", "score", "papers_retrieved")}
    assert told == {"title": "Adapters and Their Kin in Far Languages", "author": "Some Research Group", "date": "2026-07-06",
                    "score": 9.3, "papers_retrieved": 14}  # fmt: skip
    assert [(one.kind, one.value) for one in question.claims[0].asserts] == [("gain", "8.2"), ("gain", "7.5")]
    assert [one.id for one in question.claims] == ["squad1-mnli-gain", "mnli-xnli-gain", "xnli-size"]
    assert made.unused == (("Abstract", "1 paragraph"),) and not made.notes


def test_markdown_with_hashes_reads_as_the_same(tmp_path):
    heads = ("Abstract", "1 Introduction", "3 Results", "5 Extracted Claims")
    text = HEAD.strip()
    for head in heads:
        text = text.replace(f"\n{head}\n", f"\n## {head}\n")
    made, plain = read(tmp_path, f"# {text}\n\n{table(PIPES)}{TAIL}", "r.md"), read(tmp_path, HEAD + table(TABS) + TAIL)
    assert [one.text for one in made.question.claims] == [one.text for one in plain.question.claims]
    assert made.question.question == plain.question.question and made.unused == plain.unused


PEOPLE = """---
title: Notes on adapters
author: Jane Roe
date: 5 March 2024
---
# Notes on adapters

## Key claims

1. ✓ LoRA with MNLI reaches **70.2** on [XNLI](http://example.org/x) (confidence: 27%)
2. ✗ SQuAD improves TyDiQA by 4.5 points
   on the development set. (confidence: 0.1)
3. MNLI gives the largest improvements on Tatoeba. [verified]
- [x] XNLI contains 392,702 training examples, see [the paper](https://arxiv.org/abs/2005.13013v1).
- [ ] Adapters are small.

## Bibliography

1. Phang and others. arXiv:2005.13013v2
2. A book, 2019.
"""


def test_a_list_of_a_person_is_read_with_its_marks(tmp_path):
    made = read(tmp_path, PEOPLE, "notes.md")
    assert [one.text for one in made.question.claims] == [
        "LoRA with MNLI reaches 70.2 on XNLI",
        "SQuAD improves TyDiQA by 4.5 points on the development set.",
        "MNLI gives the largest improvements on Tatoeba.",
        "XNLI contains 392,702 training examples, see the paper.",
        "Adapters are small.",
    ]
    assert marked(made) == [(True, 0.27), (False, 0.1), (True, None), (True, None), (False, None)]
    assert made.question.reported["author"] == "Jane Roe" and made.question.reported["date"] == "2024-03-05"
    assert made.question.claims[3].paper == "2005.13013v1", "a claim that links its paper cites that one"
    assert any("a reference without an id" in note for note in made.notes)


def test_claims_with_headings_of_their_own(tmp_path):
    text = (
        "# On tasks\n\n**Research question:** Do they help?\n\n## Claims\n\n### Claim 1: MNLI improves XNLI by 1.2 points.\n\n"
        "- **Status:** Verified\n- **Confidence:** 0.85\n- **Source:** arXiv:2005.13013v2\n\n### Claim 2\n\nSQuAD hurts BUCC.\n\n"
        "**Status:** Not verified; **Confidence:** 12%\n**Note:** read twice\n\n## Conclusion\n\nSome do.\n"
    )
    made = read(tmp_path, text, "r.md")
    assert [one.text for one in made.question.claims] == ["MNLI improves XNLI by 1.2 points.", "SQuAD hurts BUCC."]
    assert marked(made) == [(True, 0.85), (False, 0.12)] and made.question.claims[1].note == "note: read twice"
    assert made.question.question == "Do they help?" and made.unused == (("Conclusion", "1 paragraph"),)


def test_commas_quotes_and_sources(tmp_path):
    text = 'On tasks\n\nClaim,Verified,Confidence,Source\n"SQuAD, MNLI help.",yes,12%,2005.13013v1\nMNLI helps.,no,,[1]\n' + (
        "\nReferences\n\n[1] arXiv:2104.07412v2\n"
    )
    made = read(tmp_path, text)
    assert [one.text for one in made.question.claims] == ["SQuAD, MNLI help.", "MNLI helps."]
    assert marked(made) == [(True, 0.12), (False, None)]
    assert [one.paper for one in made.question.claims] == ["2005.13013v1", "2104.07412v2"]


def test_html_with_a_table_and_links(tmp_path):
    text = """<!doctype html><html><head><title>On tasks</title></head><body><h1>On tasks</h1><p>Jane Roe</p><p>3 May 2025</p>
    <h2>Question</h2><p>Does <b>MNLI</b> help?</p><h2>Claims</h2><table><tr><th>#</th><th>Claim</th><th>Verdict</th>
    <th>Confidence</th></tr><tr><td>1</td><td>MNLI improves XNLI by <em>1.2</em> points.</td><td>supported</td><td>80 %</td></tr>
    <tr><td>2</td><td>SQuAD hurts BUCC &amp; more.</td><td>refuted</td><td>–</td></tr></table><h2>References</h2>
    <ul><li><a href="https://arxiv.org/abs/2005.13013v2">Phang</a></li></ul></body></html>"""
    made = read(tmp_path, text, "r.html")
    assert [one.text for one in made.question.claims] == ["MNLI improves XNLI by 1.2 points.", "SQuAD hurts BUCC & more."]
    assert marked(made) == [(True, 0.8), (False, None)]
    assert made.question.question == "Does MNLI help?" and made.question.papers == ("2005.13013v2",)
    assert made.question.reported["author"] == "Jane Roe" and made.question.reported["date"] == "2025-05-03"


def test_a_pdf_has_its_marks_beside_its_claims(tmp_path):
    cells = ", ".join(f"[{cell}]" for row in ROWS for cell in row)
    text = (
        "#set page(width: 16cm)\n= Adapters in Far Languages\nSome Group\n\nJuly 6, 2026\n== 1 Introduction\n"
        "Research question: Do adapters help?\n== 5 Extracted Claims\n"
        f"#table(columns: (1fr, auto, auto), [Claim], [Verified], [Confidence], {cells})\n"
        "== References\n- http:\\/\\/arxiv.org/abs/2005.13013v2\n"
    )
    made = read(tmp_path, compiled(text), "r.pdf")
    assert [one.text for one in made.question.claims] == [row[0] for row in ROWS]
    assert marked(made) == [(True, 0.27), (False, 0.10), (True, 0.15)]
    assert made.question.claims[0].reported["page"] == 1 and made.question.papers == ("2005.13013v2",)


# ---- claims that stop in the middle


def test_claims_that_a_program_cut_off_are_known(tmp_path):
    whole = (
        "Multi-task training on all tasks improves the average over the nine target tasks of the benchmark by 8.7 points, which "
        "is a lot."
    )
    broken = (
        "Training on SQuAD, then on the target task, and then measuring on all of the languages of the benchmark improves the "
        "mean by 8.25 points."
    )
    text = "T\n\nClaim\tVerified\n" + "\n".join(f"{one}\tyes" for one in (whole[:120].strip(), broken[:120], "MNLI helps XNLI."))
    claims = read(tmp_path, text).question.claims
    assert [one.cut for one in claims] == [True, True, False]
    assert claims[0].asserts and claims[0].asserts[0].value == "8.7", "what its whole part asserts"
    assert "cut = true" in question_writer.text(Question("a", "b", "", (), 0.5, claims))


@pytest.mark.parametrize(
    ("texts", "which"),
    [
        (["It helps", "It does not help at all", "Nobody knows why it helps some of the languages and not others"], []),
        (["A claim that goes on (and never closes its bracket", "It helps."], [0]),
        (["A claim that someone shortened by hand…", "It helps."], [0]),
        (["x" * 119 + "y", "z" * 120, "It helps."], [0, 1]),
    ],
)
def test_no_full_stop_alone_makes_no_cut_claim(texts, which):
    assert [place for place, stop in enumerate(cut.stops(texts)) if stop.cut] == which


# ---- what goes wrong


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


# ---- the command


def test_several_reports_of_which_one_is_broken(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("good.txt").write_text(HEAD + table(TABS) + TAIL)
    Path("again.txt").write_text(HEAD + table(PIPES) + TAIL)
    Path("bad.txt").write_text("No claims.")
    assert main(["ingest", "good.txt", "bad.txt", "again.txt"]) == BAD_INPUT
    said = capsys.readouterr()
    assert sorted(path.name for path in Path("claims").iterdir()) == [
        "adapters-their-kin-far-languages-2.toml",
        "adapters-their-kin-far-languages.toml",
    ]
    assert "1 of 3 reports was not ingested" in said.err and said.err.count("bad.txt: no claims") == 1
    assert main(["ingest", "good.txt"]) == BAD_INPUT, "never over a file"
    assert "--force" in capsys.readouterr().err
    assert main(["ingest", "good.txt", "--force", "--name", "mine", "--experiment", "adapters", "--json"]) == DONE
    data = json.loads(capsys.readouterr().out)
    entry = data["reports"][0]
    assert data["schema"] == "synth.ingest/1" and entry["path"] == "claims/mine.toml"
    assert entry["claims"][0]["asserts"][0] == {"kind": "gain", "intermediate": "squad1", "value": "8.2"}
    assert questions.read("claims/mine.toml").experiment == "adapters"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.txt"], "no such file"),
        (["."], "a folder; name the reports in it"),
        (["r.txt", "r.txt", "--name", "one"], "--name is for one question"),
        (["r.txt", "--name", "a/b"], "wanted letters, digits"),
        (["r.txt", "--experiment", "adaptors"], "did you mean adapters"),
    ],
)
def test_a_command_that_cannot_be_meant_is_one_line(tmp_path, capsys, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    Path("r.txt").write_text(HEAD + table(TABS) + TAIL)
    assert main(["ingest", *arguments]) == BAD_INPUT
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and says in lines[0]


# ---- the writer


letters = st.characters(exclude_categories=("Cs",))
words = st.text(letters, min_size=1, max_size=20).filter(str.strip)
perhaps = st.just("") | words
plain = st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | words
tables = st.dictionaries(st.text(letters, max_size=8), plain | st.lists(plain, max_size=2), max_size=2)
gains = st.builds(
    Assertion, st.sampled_from(["gain", "level"]), intermediate=st.sampled_from(SYSTEMS), value=st.sampled_from(["8.2", "-1"]),
    mlm=st.booleans(), split=st.sampled_from(["", "dev"]), model=perhaps,
)  # fmt: skip
signs = st.builds(
    Assertion, st.just("sign"), across=st.just("intermediates"), quantifier=st.sampled_from(QUANTIFIERS),
    among=st.lists(st.sampled_from(SYSTEMS), max_size=2).map(tuple),
)  # fmt: skip
facts = st.builds(Assertion, st.sampled_from(["count", "size", "setup"]), about=words, what=words, value=words)
claims = st.builds(
    Claim, st.just("a") | st.just("b-2.c"), words, perhaps, st.lists(gains | signs | facts, max_size=2).map(tuple), tables,
    perhaps, st.booleans(),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    st.builds(
        Question, st.just("mine"), words, st.sampled_from(["", "stilts"]), st.lists(words, max_size=2).map(tuple),
        st.floats(0.01, 100), st.lists(claims, max_size=2, unique_by=lambda one: one.id).map(tuple), tables, st.just(""), tables,
    )
)  # fmt: skip
def test_what_is_written_is_read_again(question):
    assert questions.parsed(question_writer.text(question), "mine.toml") == replace(question, path="mine.toml")


def test_claims_are_added_without_touching_what_stands_there(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('# my notes\nquestion = "Why?" # asked in May\npapers = [\n    "a",\n]\n\n[search]\nterms = [["x"]] # keep\n')
    claim = Claim("one", 'It "helps".', "b", (Assertion("gain", intermediate="mnli", value="1.2"),))
    question_writer.add(path, [claim], ["b"])
    assert path.read_text().startswith(
        '# my notes\nquestion = "Why?" # asked in May\npapers = ["a", "b"]\n\n[search]\nterms = [["x"]] # keep\n'
    )
    made = questions.read(path)
    assert made.claims == (claim,) and made.papers == ("a", "b")


def test_needs_are_written_even_where_they_are_the_default():
    for kind, needs in NEEDS.items():
        written = dict(question_writer.said(Assertion(kind)))
        assert set(needs) <= set(written)


# ---- the five seeds


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds are not here")
def test_the_seeds_are_ingested_whole(tmp_path, capsys):
    seeds = sorted(SEEDS.glob("*.txt"))
    assert main(["ingest", *map(str, seeds), "--out", str(tmp_path), "--json"]) == DONE
    reports = json.loads(capsys.readouterr().out)["reports"]
    assert [len(one["claims"]) for one in reports] == [9, 9, 20, 10, 9]
    ticks = [sum(claim["reported"]["verified"] for claim in one["claims"]) for one in reports]
    assert ticks == [one["reported"]["claims_verified"] for one in reports] == [9, 9, 12, 10, 9]
    assert {claim["paper"] for one in reports for claim in one["claims"]} == {"2005.13013v2"}
    assert not [note for one in reports for note in one["notes"]]
    assert [{part["section"] for part in one["not_used"]} for one in reports] == [{"Abstract", "Limitations"}] * 5
    cut_off = [claim["claim"] for one in reports for claim in one["claims"] if claim["cut"]]
    assert cut_off and not any(claim.endswith(".") for claim in cut_off)
    headline = [one for claim in reports[0]["claims"][:2] for one in claim["asserts"]]
    assert [one.get("value") for one in headline if one["kind"] == "gain"] == ["8.2", "7.5", "7.0", "8.7"]
