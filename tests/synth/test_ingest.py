"""`synth ingest` on made-up reports: the layouts that machines write and what people write."""

from __future__ import annotations

import pytest

from synth import question_writer
from synth.ingest import cut
from synth.records import Question
from tests.papers import compiled

from .ingested import HEAD, PIPES, ROWS, TABS, TAIL, marked, read, table


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


def test_labelled_lines_that_markdown_joins_are_lines_all_the_same(tmp_path):
    head = (
        "# Gains\nAuthor: Jane Roe\nDate: 3 March 2026\n\nThis paper examines: transfer.\n\nResearch question: Does SQuAD help?\n"
    )
    claims = "\n## Claims\n\n- SQuAD gains 8.2 points.\n\n## References\n\n[1] 2005.13013v2\n[2] 1911.02116\n"
    made = read(tmp_path, head + claims, "r.md")
    told = {name: made.question.reported[name] for name in ("author", "date", "examines")}
    assert told == {"author": "Jane Roe", "date": "2026-03-03", "examines": "transfer"}
    assert made.notes == ("1 claim (squad1-gain) does not say which of the 2 papers it cites; paper is left empty",)


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


def test_a_date_alone_on_its_line_is_no_numbered_heading(tmp_path):
    made = read(tmp_path, HEAD.replace("July 6, 2026", "3 March 2026") + table(PIPES) + TAIL)
    assert made.question.reported["date"] == "2026-03-03" and made.unused == (("Abstract", "1 paragraph"),)


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
