"""Where a fast way took the place of a slow one it gives the same: the slow ones stand here."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate import results
from replicate.problems import Problem
from synth import vocabulary
from synth.assertions.light import Changed, light
from synth.checks.scope import Scoped, concerning, with_scope
from synth.english import places
from synth.english.numbers import numbers
from synth.records import Claim, Verdict
from synth.report import inputs
from synth.stats import mixed, penalised, robust
from synth.stats.design import INTERCEPT, Design

SENTENCES = (
    "Training on SQuAD v1.1 first raises XLM-R Large by 8.2 points on XNLI, and mT5-Base by at most 3.",
    "No more than 40 languages gain over 5 points of F1 / EM on MLQA; Modern Greek and Chinese (Mandarin) lose.",
    "The masked language modeling runs (w/o MLM) reach between 2.1 and 3.4 points, p < 0.05, on the dev set.",
)
WORDS = [*" ".join(SENTENCES).split(), "e\u0301", "the", "ner", "POS", "\n", "-", "Large", "v2", "\u2212", "a;b"]


def every_span(text: str) -> list[tuple[str, str, int, int]]:
    """The names of a text by trying all spans of up to six words at every place, the longest first."""
    words, found, place = list(vocabulary.WORD.finditer(text)), [], 0
    while place < len(words):
        for last in range(min(len(words), place + 6), place, -1):
            start, end = words[place].start(), words[last - 1].end()
            gaps = [text[one.end() : two.start()] for one, two in itertools.pairwise(words[place:last])]
            if any(len(gap.strip()) > 1 or set(gap) & set("\n;:,") for gap in gaps):
                continue
            there = [one for one in vocabulary.find(text[start:end]) if not vocabulary._common(text[start:end], one)]
            if there:
                found += [(one.kind, one.id, start, end) for one in there]
                place = last
                break
        else:
            place += 1
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=20))
def test_names_are_those_that_looking_at_every_span_finds(drawn: list[str]):
    text = " ".join(drawn)
    assert [(one.name.kind, one.name.id, one.start, one.end) for one in vocabulary.mentions(text)] == every_span(text)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_stands_far_before_a_number_says_nothing_about_it(sentence: str):
    far = "We looked at many things. " * 40
    near = [(one.text, one.value, one.low, one.high, one.unit, one.relation, one.noun) for one in numbers(sentence)]
    long = [(one.text, one.value, one.low, one.high, one.unit, one.relation, one.noun) for one in numbers(far + sentence)]
    assert near == long and near


spans = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)).map(lambda one: (one[0], one[0] + one[1])), max_size=8)


@given(spans, st.integers(0, 40), st.integers(0, 12))
def test_a_place_is_covered_where_any_span_reaches_into_it(there: list[tuple[int, int]], start: int, length: int):
    end = start + length
    assert places.covered(there)(start, end) == any(low < end and start < high for low, high in there)


def test_the_findings_on_a_claim_are_those_among_all():
    draw = random.Random(0)
    claims = [Claim(f"c{number}", "A claim.", f"p{number % 3}" if number % 4 else "") for number in range(12)]
    found = [
        Scoped("kind", f"line {number}", draw.choice(["", "c1", "c5", "c7"]), draw.choice(["", "p0", "p1"]), draw.random() < 0.5)
        for number in range(40)
    ]
    of = concerning(found)
    for claim in claims:
        verdict = Verdict("final", draw.choice(["refuted", "supported"]), "")
        assert with_scope(verdict, claim, of(claim)) == with_scope(verdict, claim, found)


def repeated(draws: int) -> tuple[mixed.Mixed, list[str]]:
    """A mixed model of rows that come several times, alike in all but their outcome; and clusters around its groups."""
    rng = np.random.default_rng(draws)
    group = np.repeat(rng.integers(0, 12, 24), rng.integers(1, 6, 24))
    x = (group * 7 % 5) / 2 + (np.arange(len(group)) % 2 if draws % 2 else 0)
    y = 0.3 * x + rng.normal(size=12)[group] + rng.normal(size=len(group))
    chosen = Design(np.column_stack([np.ones(len(x)), x]), (INTERCEPT, "x"), {})
    return mixed.fit(y, chosen, [penalised.term("group", [str(one) for one in group])]), [str(one % 6) for one in group]


@pytest.mark.parametrize("draws", range(4))
@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2"])
def test_robust_errors_of_means_are_those_of_the_rows(draws: int, kind: str):
    model, clusters = repeated(draws)
    labels = np.array(clusters)
    rows = [np.flatnonzero(labels == label) for label in sorted(set(clusters))]
    working = [robust.covariance(model, at) for at in rows]
    slow = robust.sandwich(model.y, model.design.matrix, model.design.names, clusters, working, kind=kind)
    fast = robust.of_mixed(model, clusters, kind)
    assert len(robust._alike(model, labels)[0]) < model.n
    assert np.allclose(fast.beta, slow.beta, rtol=1e-9) and np.allclose(fast.cov, slow.cov, rtol=1e-8, atol=1e-12)
    assert np.allclose(fast.arrays, slow.arrays, rtol=1e-7, atol=1e-12)
    assert [one.df for one in fast.lines] == pytest.approx([one.df for one in slow.lines], rel=1e-7)


def test_a_cluster_too_large_for_a_matrix_is_said(monkeypatch):
    model, clusters = repeated(0)
    monkeypatch.setattr(robust, "LARGEST", 1)
    with pytest.raises(Problem, match="different rows in one cluster"):
        robust.of_mixed(model, clusters)


def measured(count: int) -> pd.DataFrame:
    """Rows of runs with a seed that nobody knows and a column of an experiment."""
    return results.table(
        {
            "origin": f"run:{number // 3}", "world": "real", "model": "xlmr", "seed": None if number % 3 else number,
            "intermediate": "mnli", "target": "xnli", "language": ("en", "de", "sw")[number % 3], "split": "test",
            "metric": "accuracy", "value": number / 7, "n": 10, "max_length": 64 + number // 3, "text": ("", 'a,"b"')[number % 2],
        }
        for number in range(count)
    )  # fmt: skip


def test_light_rows_are_those_of_dictionaries():
    frame = measured(9)
    rows = light(frame, seed=[None] * len(frame))
    assert all(dict(one) == {**other, "seed": None} for one, other in zip(rows, frame.to_dict("records"), strict=True))
    changed = Changed(rows[3], {"metric": "score", "note": "new"})
    assert dict(changed) == {**rows[3], "metric": "score", "note": "new"} and len(changed) == len(rows[3]) + 1
    assert "cell" not in changed and changed.get("cell") is None and rows[3]["metric"] == "accuracy"


@pytest.mark.parametrize("most", [3, 100])
def test_the_rows_of_a_report_come_out_of_it_as_they_went_in(most: int, monkeypatch):
    monkeypatch.setattr(inputs, "MANY", most)
    frame = measured(20)
    pd.testing.assert_frame_equal(inputs._frame(inputs._columns(frame)), frame)
