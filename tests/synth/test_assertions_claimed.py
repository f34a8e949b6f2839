"""What the number of a claim allows, and what a text's number is: golden values of `claimed` and `compared`."""

from __future__ import annotations

from decimal import Decimal

import pytest

from replicate import results
from replicate.results import Interval
from synth.assertions import compare
from synth.assertions.claimed import INFINITE, Claimed, claimed, meant
from synth.assertions.compared import Quantity, quantity, same_words
from synth.facts import Fact
from synth.records import Assertion


def between(low, high):
    return Interval(Decimal(low), Decimal(high))


# --- the values that a claim allows


@pytest.mark.parametrize(
    ("value", "relation", "low", "high", "strict", "grey"),
    [
        ("8.2", "=", "8.15", "8.25", False, 0),
        ("-8.2", "=", "-8.25", "-8.15", False, 0),
        ("8.2", "at least", "8.2", INFINITE, False, 0),
        ("8.2", "more than", "8.2", INFINITE, True, 0),
        ("8.2", "at most", -INFINITE, "8.2", False, 0),
        ("8.2", "less than", -INFINITE, "8.2", True, 0),
        ("8.2", "about", "8.15", "8.25", False, "0.05"),  # half a unit beside it does not contradict
        ("999", "about", "998.5", "999.5", False, "0.5"),
        ("1,000", "about", "500", "1500", False, "500"),  # from here on zeros at the end are rounding
        ("392,700", "about", "392650", "392750", False, "50"),
        ("-2,000", "about", "-2500", "-1500", False, "500"),
    ],
)
def test_a_number_with_its_relation_allows_these_values(value, relation, low, high, strict, grey):
    said = Claimed(Decimal(low), Decimal(high), strict, Decimal(grey))
    assert claimed(Assertion("gain", value=value, relation=relation)) == said
    assert said.open is (INFINITE in (said.high, -said.low))
    assert said.interval == (said.low - said.grey, said.high + said.grey)


def test_the_bound_itself_is_allowed_unless_it_is_left_out():
    closed, strict = (Claimed(Decimal(1), Decimal(2), strict) for strict in (False, True))
    assert [closed.takes(Decimal(one)) for one in ("0.9", "1", "1.5", "2", "2.1")] == [False, True, True, True, False]
    assert [strict.takes(Decimal(one)) for one in ("0.9", "1", "1.5", "2", "2.1")] == [False, False, True, False, False]


@pytest.mark.parametrize(
    ("value", "relation", "made", "says"),
    [
        ("8.2", "=", ("8.25", "8.40"), True),  # one value in common is enough
        ("8.2", "=", ("8.26", "8.40"), False),
        ("8.2", "about", ("8.20", "8.60"), True),  # sharp, though its middle is not allowed
        ("8.2", "about", ("8.26", "8.28"), None),  # grey
        ("8.2", "about", ("8.31", "8.40"), False),
        ("8", "at least", ("8.0", "8.4"), True),
        ("8", "at least", ("7.5", "8.1"), None),  # open to one side: its middle counts
        ("8", "at least", ("7.0", "7.9"), False),
        ("9", "at most", ("8.0", "9.4"), True),
        ("9", "at most", ("8.0", "10.4"), None),
    ],
)
def test_what_cells_make_contradicts_only_where_no_value_is_in_common(value, relation, made, says):
    assert meant(results.interval(value), relation).against_made(between(*made)) is says


# --- the number that a text is


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("9", "8.5", "9.5", ""), ("8.2", "8.15", "8.25", ""), (".5", "0.45", "0.55", ""), ("\u22120.8", "-0.85", "-0.75", ""),
        ("zero", "-0.5", "0.5", ""), ("Seven", "6.5", "7.5", ""), ("twenty", "19.5", "20.5", ""), ("-5", "-5.5", "-4.5", ""),
        ("1k", "500", "1500", ""), ("2 thousand", "1500", "2500", ""), ("3m", "2.5e6", "3.5e6", ""),
        ("3 Million", "2.5e6", "3.5e6", ""), ("4B", "3.5e9", "4.5e9", ""), ("4bn", "3.5e9", "4.5e9", ""),
        ("4 billion", "3.5e9", "4.5e9", ""), ("10%", "9.5", "10.5", "%"), ("10 %", "9.5", "10.5", "%"),
        ("2^17", "131072", "131072", ""), ("2 ^ 3", "8", "8", ""), ("1.5e3", "1500", "1500", ""), ("1E-5", "1e-5", "1e-5", ""),
        ("40 languages", "39.5", "40.5", ""), ("nine tasks", "8.5", "9.5", ""),
    ],
)  # fmt: skip
def test_a_text_is_a_number_with_its_rounding_and_unit(text, low, high, unit):
    assert quantity(text) == Quantity(between(low, high), unit)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "upto"),
    [
        ("47-20,436", "46.5", "47.5", "", "20436"),
        ("3 to 5", "2.5", "3.5", "", "5"),
        ("3\u20135%", "2.5", "3.5", "%", "5"),
        ("3%-5%", "2.5", "3.5", "%", "5"),
    ],
)
def test_a_range_has_another_end(text, low, high, unit, upto):
    assert quantity(text) == Quantity(between(low, high), unit, Decimal(upto))


@pytest.mark.parametrize("text", ["1-2-3", "top-5", "5 to", "9^9999999", "8k2", "3x", "%", "1e", "twenty-one"])
def test_what_is_no_number_and_no_range_is_words(text):
    assert quantity(text) is None


@pytest.mark.parametrize(
    ("claim", "relation", "fact", "says"),
    [
        ("47-20,436", "=", "47-20,436", True),
        ("50-20,436", "=", "47-20,436", None),  # another range within it
        ("47-20,000", "=", "47-20,436", None),
        ("47-20,436", "at least", "47-20,436", None),
        ("30,000", "at least", "47-20,436", False),
        ("15,000", "about", "47-20,436", None),
        ("10%", "=", "10", None),  # a share and a number are not compared
        ("12%", "=", "10%", False),
        ("nine", "=", "many", None),
        ("many", "=", "nine", None),
    ],
)
def test_ranges_shares_and_words_are_not_compared_with_numbers(claim, relation, fact, says):
    of = Assertion("size", about="x", what="y", value=claim, relation=relation)
    assert compare(of, Fact("paper:p", "x", "y", fact, "text")) is says


# --- words


@pytest.mark.parametrize(
    ("claim", "fact", "says"),
    [
        # one kind of task has several names
        ("textual entailment", "natural language inference", True),
        ("paraphrase identification", "paraphrasing", True),
        ("paraphrasing", "paraphrase detection", True),
        ("extractive question answering", "span extraction", True),
        ("QA", "question answering", True),
        ("multiple choice question answering", "qa", True),
        ("sequence tagging", "tagging", True),
        ("sentence tagging", "word classification", True),
        ("sentence retrieval", "retrieval", True),
        # others are other kinds, unless both may be said of one task
        ("sentence completion", "tagging", False),
        ("tagging", "sentence completion", False),
        ("named entity recognition", "sequence tagging", None),
        ("span extraction", "multiple choice question answering", None),
        ("ner", "retrieval", False),
        # every word of the claim is there, and nothing that turns it round
        ("news", "news and blogs", True),
        ("news and blogs", "news", None),
        ("its news", "news", True),
        ("news", "other news", None),
        ("all news", "all news of May", True),
        ("tags", "tag", True),  # the plural of a word of four letters
        ("bus", "bu", None),
        ("&", "news", None),
        # names of several sorts are compared by the sorts that both have
        ("XLM-R Large", "XLM-R", None),
        ("XNLI", "XNLI and PAWS-X", True),
        ("xlm-r LARGE", "XLM-R Large", True),
        ("XLM-R Large", "XLM-RoBERTa Large", True),
        ("XNLI", "PAWS-X", False),
        ("XNLI", "news", None),
        ("news", "XNLI", None),
    ],
)
def test_words_are_the_same_by_what_they_name(claim, fact, says):
    assert same_words(claim, fact) is says
