"""Noise in the examples of tasks: answers stay what and where they are, and a bad setting is named."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate import tasks
from replicate.perturb import Perturbation, noisy, perturbed, read
from replicate.perturb.graphemes import units
from replicate.perturb.noise import VERSION
from replicate.problems import Problem
from replicate.sources import open_source
from replicate.sources.examples import Choice, Examples, Mining, Pair, Span, Tagged

from .spoken import noises, texts

NOISE = Perturbation("insert", 0.5)


@st.composite
def passages(draw: st.DrawFn) -> tuple[str, Span]:
    """A passage and answers cut out of it, at letters or in the middle of them."""
    code, text = draw(texts())
    begin = draw(st.integers(0, len(text)))
    end = draw(st.integers(begin, min(len(text), begin + 6)))
    more = draw(st.integers(0, len(text)))
    answers = tuple(dict.fromkeys(one for one in (text[begin:end], text[more : more + 2]) if one))
    start = begin if end > begin else text.find(answers[0]) if answers else -1
    return code, Span("s", "Who is it?", text, answers, start)


@given(passages(), noises)
@settings(max_examples=120, deadline=None)
def test_answers_keep_their_characters_and_their_offsets_move_with_them(said: tuple[str, Span], noise: Perturbation):
    code, one = said
    found, count = perturbed(tasks.find("xquad"), one, noise, code)
    assert isinstance(found, Span) and (found.id, found.answers) == (one.id, one.answers)
    assert count.graphemes == len(units(one.context)) + len(units(one.question))
    for answer in one.answers:
        assert found.context.count(answer) >= one.context.count(answer)
    if one.answers:
        assert found.context[found.start : found.start + len(one.answers[0])] == one.answers[0]
        # As many copies stand before the answer as did: it is the same one, unless noise made another by chance.
        before, now = one.context[: one.start].count(one.answers[0]), found.context[: found.start].count(one.answers[0])
        assert now >= before
    else:
        assert found.start == -1


def test_nothing_is_glued_to_an_answer():
    one = Span("s", "Where?", "abc Paris abc", ("Paris",), 4)
    glued = Span("s", "Where?", "imParissen", ("Paris",), 2)
    for seed in range(30):
        found, _ = perturbed(tasks.find("squad1"), one, Perturbation("insert", 1, seed), "en")
        assert isinstance(found, Span) and " Paris " in found.context
        found, _ = perturbed(tasks.find("squad1"), glued, Perturbation("insert", 1, seed), "en")
        assert isinstance(found, Span) and "mPariss" in found.context and len(found.context) == 10 + 5


@given(texts(), st.integers(1, 5), noises)
@settings(max_examples=50, deadline=None)
def test_words_keep_their_number_their_tags_and_a_letter(spoken: tuple[str, str], size: int, noise: Perturbation):
    code, text = spoken
    words = tuple(text[k : k + size] for k in range(0, len(text), size)) or ("x",)
    found, _ = perturbed(tasks.find("udpos"), Tagged("t", words, ("X",) * len(words)), noise, code)
    assert isinstance(found, Tagged) and len(found.words) == len(words) and found.tags == ("X",) * len(words)
    assert all(found.words)
    if noise.kind == "swap":
        assert all(sorted(one) == sorted(other) for one, other in zip(found.words, words, strict=True))


def test_labels_stay_and_all_texts_of_pairs_and_choices_may_be_hit():
    pair, _ = perturbed(tasks.find("xnli"), Pair("p", "A man sleeps", "Someone sleeps", "entailment"), NOISE, "en")
    assert isinstance(pair, Pair) and (pair.id, pair.label) == ("p", "entailment")
    assert pair.first != "A man sleeps" and pair.second != "Someone sleeps"
    one = Choice("c", "It rained all day", "", ("the ground got wet", "the sun shone"), 0)
    choice, count = perturbed(tasks.find("xcopa"), one, NOISE, "en")
    assert isinstance(choice, Choice) and (choice.label, choice.question) == (0, "") and count.hit > 10
    assert choice.context != one.context and all(a != b for a, b in zip(choice.options, one.options, strict=True))


def test_of_a_collection_only_the_side_in_the_language_is_hit():
    one = Mining("m", ("same words", "same words", "other ones"), ("some things",), ((0, 0), (1, 0)))
    asked, _ = perturbed(tasks.find("bucc2018"), one, NOISE, "en")
    assert isinstance(asked, Mining) and asked.candidates == one.candidates and asked.gold == one.gold
    assert asked.queries[0] == asked.queries[1] != one.queries[0]  # mined pairs count equal sentences as one
    found, _ = perturbed(tasks.find("tatoeba"), one, NOISE, "en")  # English asks there
    assert isinstance(found, Mining) and found.queries == one.queries and found.candidates != one.candidates


def test_the_examples_of_a_task_say_what_was_hit():
    task, source = tasks.find("xquad"), open_source("world")
    examples = source.examples("xquad", "dev", "f1a", limit=20)
    setting = {"kind": "swap", "rate": 0.1, "seed": 0}
    found = noisy(examples, task, "f1a", setting)
    assert [one.id for one in found] == [one.id for one in examples] and found.skipped == examples.skipped
    assert all(a.context != b.context for a, b in zip(found, examples, strict=True))
    (note,) = found.notes
    assert note.startswith("perturbed by swap at rate 0.1: ") and re.search(r"\((10|9)\.", note)
    assert noisy(examples, task, "f1a", setting).rows == found.rows
    for nothing in (None, {"kind": "none", "rate": 0}, {"kind": "swap", "rate": 0.0}):
        assert noisy(examples, task, "f1a", nothing) is examples


def test_every_task_of_the_world_can_be_perturbed():
    source = open_source("world")
    for task in tasks.TASKS.values():
        if task.kind != "text" and not source.missing(task.id, "dev", "c1a"):
            found = noisy(source.examples(task.id, "dev", "c1a", limit=4), task, "c1a", {"kind": "substitute", "rate": 0.2})
            assert isinstance(found, Examples) and re.search(r"\((1\d|2\d)\.", found.notes[-1]), task.id


def test_a_setting_says_what_columns_and_steps_hold():
    noise = read({"kind": "swap", "rate": 1})
    assert noise.settings() == {"kind": "swap", "rate": 1.0, "seed": 0, "version": VERSION} and read(noise.settings()) == noise
    assert noise.row() == {"perturbation": "swap", "rate": 1.0}
    assert read(None).row() == {"perturbation": "", "rate": 0.0} and read(None).idle


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"kind": "swop", "rate": 0.1}, "did you mean swap"),
        ({"kind": ["swap"], "rate": 0.1}, "unknown kind"),
        ({"kind": "swap", "rate": 1.1}, "from 0 to 1"),
        ({"kind": "swap", "rate": float("nan")}, "from 0 to 1"),
        ({"kind": "swap", "rate": "0.1"}, "from 0 to 1"),
        ({"kind": "swap", "rate": True}, "from 0 to 1"),
        ({"kind": "swap", "rate": 0.1, "seed": 0.5}, "whole number"),
        ({"kind": "swap", "rate": 0.1, "sead": 1}, "did you mean seed"),
        ({"kind": "swap"}, "needs rate"),
        ({"kind": "none", "rate": 0.1}, "changes nothing"),
        ({"kind": "swap", "rate": 0.1, "version": 0}, "version 0"),
    ],
)
def test_a_bad_setting_is_named(setting: dict, says: str):
    with pytest.raises(Problem, match=says):
        read(setting)
