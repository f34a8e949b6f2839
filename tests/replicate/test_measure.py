"""One door to all metrics: what each kind of task takes, what it gives, and what two systems are compared on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate.metrics import measure, scores, significance
from replicate.problems import Problem
from replicate.sources import open_source
from replicate.sources.examples import Choice, Mining, Pair, Span, Tagged
from replicate.tasks import TASKS, find

WORLD = open_source("world")
HELD = [id for id, task in TASKS.items() if task.kind != "text" and not WORLD.missing(id, "test", "a1a")]


def perfect(task: str, gold: list) -> list:
    """What a system says that knows the answers."""
    if TASKS[task].kind == "spans":
        return [answers[0] if answers else "" for answers in gold]
    if "map20" in TASKS[task].metrics:
        return [sorted(right) for right in gold]
    return list(gold)


@pytest.mark.parametrize("task", HELD)
def test_who_knows_the_answers_has_a_hundred_points_in_every_metric(task):
    gold = measure.targets(find(task), WORLD.examples(task, "test", "a1a", limit=40))
    measured = measure.measure(find(task), gold, perfect(task, gold), "a1a")
    assert tuple(measured) == TASKS[task].metrics
    assert measure.figures(measured) == pytest.approx(dict.fromkeys(TASKS[task].metrics, 100))
    for parts in measured.values():
        assert parts.dtype == np.float64 and parts.shape == (len(gold), 2)


def test_gold_is_what_is_right_for_an_example():
    assert measure.gold(Pair("1", "a", "b", "neutral")) == "neutral"
    assert measure.gold(Choice("1", "a", "", ("b", "c"), 1)) == 1
    assert measure.gold(Tagged("1", ("a", "b"), ("NOUN", "VERB"))) == ("NOUN", "VERB")
    assert measure.gold(Span("1", "q", "red bread", ("red", "red bread"), 0)) == ("red", "red bread")
    assert measure.gold(Mining("1", ("a",), ("b",), ((0, 0),))) == [(0, 0)]


def test_what_is_right_in_retrieval_depends_on_what_is_asked():
    one = Mining("1", ("a", "b", "c"), tuple("defg"), ((0, 2), (1, 0), (0, 3)))
    assert measure.targets(find("bucc2018"), [one]) == [(0, 2), (1, 0), (0, 3)]
    assert measure.targets(find("lareqa"), [one]) == [{2, 3}, {0}, set()]
    assert measure.targets(find("tatoeba"), [replace(one, gold=((0, 2), (1, 0)))]) == [2, 0, -1]


def test_the_second_squad_and_mlqa_have_scorers_of_their_own():
    gold, said = [("the",), ("«red»",)], ["a", "red"]
    assert measure.figures(measure.measure(find("squad1"), gold, said)) == {"f1": 0, "em": 50}
    assert measure.figures(measure.measure(find("squad2"), gold, said)) == {"f1": 50, "em": 50}
    assert measure.figures(measure.measure(find("mlqa"), gold, said, "en")) == {"f1": 50, "em": 100}
    assert measure.figures(measure.measure(find("xquad"), gold, said, "de")) == {"f1": 0, "em": 50}


def test_mined_pairs_are_a_set_in_whatever_order():
    """By XTREME's bucc_f1: precision 2/3, recall 2/4."""
    gold, said = [("de-1", "en-1"), ("de-2", "en-2"), ("de-3", "en-3"), ("de-4", "en-4")], [("de-2", "en-2"), ("de-9", "en-1")]
    parts = measure.measure(find("bucc2018"), gold, [*said, ("de-1", "en-1"), ("de-2", "en-2")])["f1"]
    assert scores.figure(parts) == pytest.approx(100 * 2 * (2 / 3) * (2 / 4) / (2 / 3 + 2 / 4))
    assert parts.tolist() == [[2, 2], [2, 2], [0, 1], [0, 1], [0, 1]]


def test_of_one_right_candidate_precision_is_the_reciprocal_rank_to_a_depth_of_twenty():
    gold = [{"Q1"}, {"Q2"}, {"Q3"}, {"Q4"}]
    ranked = [["Q1", "Q5"], ["Q5", "Q2", "Q2"], [f"P{k}" for k in range(20)] + ["Q3"], []]
    parts = measure.measure(find("lareqa"), gold, ranked)["map20"]
    assert parts[:, 0].tolist() == [1, 1 / 2, 0, 0]


# ---- what is wrong with predictions ----


@pytest.mark.parametrize("task", ["xnli", "udpos", "xquad", "xcopa", "tatoeba", "lareqa"])
def test_predictions_are_as_many_as_examples(task):
    with pytest.raises(Problem, match=f"{task}: 1 predictions for 2 examples"):
        measure.measure(find(task), [("a",), ("b",)], [("a",)])


def test_more_tags_than_words_are_named():
    with pytest.raises(Problem, match="udpos: sentence 2 has 2 predicted tags; expected 1"):
        measure.measure(find("udpos"), [("NOUN",), ("NOUN",)], [("NOUN",), ("NOUN", "VERB")])


def test_a_question_without_an_answer_is_named():
    with pytest.raises(Problem, match="xquad: question 2 has no answer"):
        measure.measure(find("xquad"), [("a",), ()], ["a", ""])


def test_text_has_no_score():
    with pytest.raises(Problem, match="nothing scores a task of the kind 'text'"):
        measure.measure(replace(find("xnli"), kind="text"), [], [])


# ---- two systems ----

some = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8)


@given(some, some, some)
def test_compared_rows_have_the_figures_of_each_system_alone(gold, one, two):
    task = find("bucc2018")
    ours, theirs = measure.paired(task, gold, one, two)["f1"]
    assert ours.shape == theirs.shape
    for parts, said in ((ours, one), (theirs, two)):
        assert scores.figure(parts) == pytest.approx(scores.figure(measure.measure(task, gold, said)["f1"]))


def test_systems_that_mined_other_pairs_are_compared():
    gold = [(k, k) for k in range(30)]
    found = significance.compare(*measure.paired(find("bucc2018"), gold, gold[:25], [*gold[:10], (3, 4)])["f1"])
    assert found.difference == pytest.approx(200 * 25 / 55 - 200 * 10 / 41) and found.p_permutation < 0.01


def test_systems_on_sentences_are_compared_sentence_by_sentence():
    gold = [("NOUN", "VERB"), ("DET", "NOUN", "VERB")]
    found = measure.paired(find("udpos"), gold, gold, [("NOUN", "VERB"), ("DET", "NOUN", "ADJ")])
    assert tuple(found) == ("f1", "accuracy")
    assert [side.tolist() for side in found["accuracy"]] == [[[2, 2], [3, 3]], [[2, 2], [2, 3]]]
