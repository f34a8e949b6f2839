"""Reports for the tests: made of results by rule, no training and no paper; each is made once."""

from __future__ import annotations

import json
import os
import tempfile
from functools import cache
from pathlib import Path

import pandas as pd

from synth import questions, verify
from synth.checks.hand import Hand
from synth.records import Question
from synth.report.build import build
from synth.report.inputs import Inputs, gather
from synth.report.value import Report

from .conftest import made as grid

NASTY = (
    '<script>alert(1)</script> {{ 7 * 7 }} {% raw %} #panic("x") $x$ *b* `d` @e <f> = g | h \\ "q" \'q\' &amp; '
    "\u202e\u0000\u0007 שלום العربية हिन्दी 中文 🎉 <!-- --> [a](javascript:alert(1)) https://evil.example " + "w" * 10_000
)
PLAIN = """
question = "Does training on SQuAD first help?"
name = "asked"
experiment = "stilts"
papers = ["2005.13013v1"]
[reported]
title = "A report"
score = 9.3
papers_retrieved = 14
[[claim]]
id = "true"
text = "SQuAD first adds 8.3 points."
paper = "2005.13013v1"
reported = { verified = true, confidence = 0.3 }
[[claim.assert]]
kind = "gain"
intermediate = "squad1"
split = "dev"
value = "8.3"
[[claim]]
id = "false"
text = "SQuAD first adds 4.1 points."
paper = "2005.13013v1"
reported = { verified = true, confidence = 0.2 }
[[claim.assert]]
kind = "gain"
intermediate = "squad1"
split = "dev"
value = "4.1"
[[claim]]
id = "unread"
text = "It helps somehow."
paper = "2005.13013v9"
cut = true
"""


def asked(folder: Path, text: str = PLAIN) -> Question:
    """A question file, read."""
    path = folder / "asked.toml"
    path.write_text(text, encoding="utf-8")
    return questions.read(path)


def nasty(folder: Path) -> Question:
    """Every text of a question file is hostile."""
    bad = json.dumps(NASTY, ensure_ascii=False)
    return asked(
        folder,
        f'question = {bad}\nname = "nasty"\npapers = ["<b>", "../../x"]\n[reported]\ntitle = {bad}\nscore = 3\n'
        f'[[claim]]\nid = "x"\ntext = {bad}\npaper = "1v1"\nnote = {bad}\nreported = {{ verified = true, report = {bad} }}\n',
    )


def inputs(question: Question, rows: pd.DataFrame | None = None) -> Inputs:
    """What a report on this question is made from, with these runs."""
    hand = Hand(verify.published()) if rows is None else Hand(verify.published(), rows, "runs.csv")
    return gather(question, verify.verdicts(question, hand), hand, ["report", question.name], papers=os.devnull)


@cache
def runs() -> pd.DataFrame:
    """Three seeds of the whole grid in the artificial world."""
    return grid()


@cache
def whole() -> tuple[Inputs, Report]:
    """The question above with runs: everything that a report can have but a search."""
    with tempfile.TemporaryDirectory() as folder:
        found = inputs(asked(Path(folder)), runs())
    return found, build(found)
