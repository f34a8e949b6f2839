"""Facts: what papers state besides scores, and how a claim's value is held against it."""

from __future__ import annotations

import pytest

from replicate import tasks
from replicate.problems import Problem
from synth import facts
from synth.assertions import compare, evaluate
from synth.assertions.compared import quantity, same_words
from synth.facts import Fact
from synth.records import Assertion


@pytest.fixture(scope="module")
def v1():
    return facts.shipped()["2005.13013v1"]


def stated(about, what, value, relation="="):
    return Assertion("size", about=about, what=what, value=value, relation=relation)


# --- a paper's facts


@pytest.mark.parametrize(
    ("about", "what", "value", "table"),
    [
        ("anli+", "training examples", "1,104,934", "table1"),
        ("ANLI", "train", "1,104,934", "table1"),  # other names of the same
        ("SQuAD v1.1", "task type", "span extraction", "table1"),
        ("the study", "target tasks", "9", "table1"),
        ("XTREME", "languages", "40", "table1"),
        ("stilts", "model", "XLM-R Large", "text"),
    ],
)
def test_a_fact_is_found_by_any_name_of_its_subject(v1, about, what, value, table):
    (found,) = v1.find(about, what)
    assert (found.value, found.table, found.origin) == (value, table, "paper:2005.13013v1")
    assert found.independent


def test_a_training_set_is_known_by_the_target_that_is_trained_on_it(v1):
    (found,) = v1.find("mnli", "training examples")
    assert found.value == "392,702" and found.note == "as printed for XNLI, which is trained on it"
    assert v1.find("mnli", "dev examples") == ()


def test_ours_are_never_a_papers_word(v1):
    own = facts.ours("squad2", "training examples")
    assert own is not None and own.value == f"{tasks.size('squad2'):,}" and not own.independent
    assert v1.find("squad2", "training examples") == ()
    assert evaluate(stated("squad2", "training examples", own.value), None, v1).missing


@pytest.mark.parametrize(
    ("about", "what", "value"),
    [
        ("anli+", "training examples", "1,104,934"),
        ("xtreme", "languages", "40"),
        ("stilts", "intermediate tasks", "9"),
        ("stilts", "model", "FacebookAI/xlm-roberta-large"),
    ],
)
def test_what_our_own_values_say(about, what, value):
    found = facts.ours(about, what, "stilts")
    assert found is not None and found.value == value
    assert facts.ours("stilts", "phases") is None


# --- values


@pytest.mark.parametrize(
    ("claim", "fact", "says"),
    [
        ("1,104,934", "1,104,934", True),
        ("1.1M", "1,104,934", True),
        ("1.1 million", "1,104,934", True),
        ("1.2M", "1,104,934", False),
        ("1,104,935", "1,104,934", False),
        ("nine", "9", True),
        ("nine", "7", False),
        ("131,072", "2^17", True),
        ("0.00001", "1e-5", True),
        ("10%", "10%", True),
        ("10", "10%", None),  # a share and a number are not compared
        ("100", "47-20,436", None),  # in the range, and not the range
        ("10", "47-20,436", False),
        ("47-20,436", "47\u201320,436", True),
        ("550 million", "550M", True),
        ("550M parameters", "550M", True),
        ("550M", "559,890,432", False),
        ("559.89M", "559.9M", None),  # finer than what is stated
    ],
)
def test_numbers_are_compared_as_numbers(claim, fact, says):
    assert compare(stated("x", "y", claim), Fact("paper:p", "x", "y", fact, "text")) is says


@pytest.mark.parametrize(
    ("claim", "fact", "says"),
    [
        ("video captions and Wikihow", "Video captions & Wikihow", True),
        ("Wikihow", "Video captions & Wikihow", True),  # less, and not otherwise
        ("Wikihow and blogs", "Video captions & Wikihow", None),
        ("XLM-RoBERTa Large", "XLM-R Large", True),
        ("XLM-R Base", "XLM-R Large", False),
        ("XLM-R", "XLM-R Large", None),  # either size
        ("NLI", "natural language inference", True),
        ("paraphrase detection", "natural language inference", False),
        ("question answering", "span extraction", None),  # may be said of the same task
        ("SQuAD", "all but SQuAD", None),  # the words are there, and say something else
        ("accuracy", "acc", True),
        ("accuracy", "F1", False),
    ],
)
def test_words_are_compared_by_what_they_name(claim, fact, says):
    assert same_words(claim, fact) is says


@pytest.mark.parametrize("text", ["", "XLM-R Large", "8.2 kelvins", "1.2.3", "v2", "about 9"])
def test_words_are_no_number(text):
    assert quantity(text) is None


# --- files


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fact = ", "p.toml: not TOML"),
        ("fact = 3", "p.toml, field fact: not a list"),
        ('[[fact]]\nabout = "x"', "p.toml: fact 1: a fact has the field about and at least one values"),
        ('[[fact]]\nabout = "x"\nvalues."n" = 9', "p.toml: fact 1 \\(x\\), values.n: 9 is not a text in quotes"),
    ],
)
def test_a_broken_file_is_one_clear_line(tmp_path, text, says):
    (tmp_path / "p.toml").write_text(text)
    with pytest.raises(Problem, match=says):
        facts.read(tmp_path / "p.toml")
