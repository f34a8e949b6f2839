"""Twins: false ones by construction, and paraphrases; text and assertions change alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate import results, tasks
from synth.controls.twins import CONTRADICTS, ELSEWHERE, twins
from synth.english.reading import read
from synth.records import Assertion, Claim

HAND = Path(__file__).parent / "data" / "hand_claims.jsonl"
GAIN = Assertion("gain", "squad1", split="dev", value="8.3")


def claim(text, *asserts):
    return Claim("one", text, "2005.13013v1", asserts)


def made(text, *asserts):
    """The twins of a claim by kind: pairs of text and assertions."""
    found: dict[str, list] = {}
    for one in twins(claim(text, *asserts)):
        assert one.false == (one.kind != "paraphrase")
        found.setdefault(one.kind, []).append((one.text, one.asserts))
    return found


def texts(text, kind, *asserts):
    return [one for one, _ in made(text, *asserts).get(kind, [])]


# --- false twins


def test_a_number_is_changed_beyond_its_rounding_and_scaled():
    found = made("Training on SQuAD raises the average by 8.3 points.", GAIN)["number"]
    assert found[0][0] == "Training on SQuAD raises the average by 9.3 points."
    assert [asserts[0].value for _, asserts in found] == ["9.3", "83"]


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("The corpus holds 81.1M papers.", ["The corpus holds 82.1M papers.", "The corpus holds 811M papers."]),
        ("73% of the papers have no table.", ["83% of the papers have no table.", "7.3% of the papers have no table."]),
        ("There are nine target tasks.", ["There are seven target tasks."]),
        ("ANLI+ has 1,104,934 training examples.",
         ["ANLI+ has 1,104,944 training examples.", "ANLI+ has 11,049,340 training examples."]),
        ("The index is 0.536.", ["The index is 0.546.", "The index is 5.36."]),
        ("The graph has about 200M nodes.", ["The graph has about 600M nodes.", "The graph has about 2000M nodes."]),
        ("Only 2 of the 44 papers release their data.", ["Only 3 of the 44 papers release their data."]),
    ],
)  # fmt: skip
def test_numbers_keep_their_form(text, new):
    assert texts(text, "number") == new


def test_a_bound_moves_out_of_reach_of_what_it_bounds():
    assert texts("It covers up to 40 languages.", "number") == ["It covers up to 4 languages."]
    assert texts("It has more than 280M nodes.", "number") == ["It has more than 2800M nodes."]
    assert texts("At least 73% of the papers agree.", "number") == []  # 'at least 63%' and 'at least 7.3%' are true as well


def test_numbers_of_an_enumeration_change_places():
    asserts = tuple(
        Assertion("gain", id, value=value) for id, value in (("squad1", "8.2"), ("mnli", "7.5"), ("hellaswag", "7.0"))
    )
    found = made("Training on SQuAD, MNLI and HellaSwag yields improvements of 8.2, 7.5 and 7.0 points.", *asserts)["number"]
    text, swapped = found[-1]
    assert text.endswith("improvements of 7.5, 8.2 and 7.0 points.")
    assert [one.value for one in swapped] == ["7.5", "8.2", "7.0"]


def test_a_number_that_is_not_asserted_stays():
    found = texts("Training on SQuAD raises the average over 9 tasks by 8.3 points.", "number", GAIN)
    assert found and all("over 9 tasks" in one for one in found)


def test_years_versions_and_names_hold_no_numbers():
    assert texts("SQuAD v2.0 (Rajpurkar et al., 2018) is a span extraction task, see Section 3.", "number") == []


def test_a_task_becomes_another_one_of_its_kind_in_text_and_assertion():
    ((text, (of,)),) = made("Training on SQuAD raises the average by 8.3 points.", GAIN)["task"]
    assert of.intermediate in tasks.INTERMEDIATE and of.intermediate != "squad1"
    assert tasks.TASKS[of.intermediate].title in text and "SQuAD raises" not in text


def test_words_that_are_names_only_elsewhere_stay():
    assert set(made("Basophils promote the development of a valid test.")) == {"negation", "paraphrase"}
    assert texts("It holds on the development sets.", "split") == ["It holds on the test sets."]


def test_a_target_becomes_another_one_with_the_same_metric():
    of = Assertion("gain", "squad1", "xquad", metric="f1", split="dev", value="1.1")
    ((_, (other,)),) = made("Training on SQuAD v1.1 raises XQuAD's F1 by 1.1 points.", of)["task"][1:]
    assert other.target in ("mlqa", "tydiqa") and other.intermediate == "squad1"


def test_the_best_of_several_is_not_the_best_without_it():
    of = Assertion("best", "squad1", among=("squad1", "hellaswag"))
    ((_, (other,)),) = made("SQuAD gives the best average.", of)["task"]
    assert other.intermediate not in ("squad1",) and "squad1" in other.among


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("SQuAD raises XNLI.", "SQuAD lowers XNLI."),
        ("TyDiQA shows consistent improvements.", "TyDiQA shows consistent declines."),
        ("PubMed is more extractive than SQuALITY.", "PubMed is less extractive than SQuALITY."),
        ("It gives the highest precision.", "It gives the lowest precision."),
        ("The graph has more than 280M nodes.", "The graph has at most 280M nodes."),
    ],
)
def test_direction_is_turned(text, new):
    assert new in texts(text, "direction")


def test_a_denied_direction_stays():
    assert texts("Training does not raise the score.", "direction") == []


def test_direction_turns_the_assertion():
    ((_, (of,)),) = made("Training on SQuAD raises the average by 8.3 points.", GAIN)["direction"]
    assert of.value == "-8.3"
    sign = Assertion("sign", across="targets", quantifier="each", intermediate="squad1")
    ((_, (of,)),) = made("Training on SQuAD raises the score of each target.", sign)["direction"]
    assert of.direction == "down"


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("SQuAD raises XNLI.", "SQuAD does not raise XNLI."),
        ("The tasks have no training data.", "The tasks have training data."),
        ("XNLI does not see benefits.", "XNLI does see benefits."),
        ("The model is pretrained from scratch.", "The model is not pretrained from scratch."),
        ("A partial annotation has a higher variance.", "A partial annotation does not have a higher variance."),
        ("101 papers do not perform any evaluation.", "101 papers do perform some evaluation."),
        ("The models that were chosen outperform the others.", "The models that were chosen do not outperform the others."),
        ("Removing duplicates leaves 37M nodes.", "It is not true that removing duplicates leaves 37M nodes."),
    ],
)
def test_a_claim_is_denied_and_a_denial_taken_away(text, new):
    assert texts(text, "negation") == [new]


def test_what_assertions_cannot_say_they_do_not_say():
    assert [asserts for _, asserts in made("SQuAD raises the average by 8.3 points.", GAIN)["negation"]] == [()]


@pytest.mark.parametrize(
    ("text", "quantifier", "new", "then"),
    [
        ("SQuAD raises all targets.", "each", "SQuAD raises no targets.", "none"),
        ("SQuAD raises most targets.", "most", "SQuAD raises no targets.", "none"),
        ("SQuAD raises none of the targets.", "none", "SQuAD raises all of the targets.", "each"),
    ],
)
def test_a_quantifier_becomes_one_that_contradicts_it(text, quantifier, new, then):
    of = Assertion("sign", "squad1", across="targets", quantifier=quantifier)
    ((found, (other,)),) = made(text, of)["quantifier"]
    assert (found, other.quantifier) == (new, then)


def test_sides_of_a_comparison_change_places():
    of = Assertion("greater", "squad1", rival="mnli")
    ((text, (other,)),) = made("SQuAD outperforms MNLI on average.", of)["swapped"]
    assert text == "MNLI outperforms SQuAD on average." and (other.intermediate, other.rival) == ("mnli", "squad1")
    assert texts("FINE units should be preferred over COARSE ones.", "swapped") == [
        "COARSE ones should be preferred over FINE units."
    ]
    assert texts("PubMed is more extractive than SQuALITY.", "swapped") == ["SQuALITY is more extractive than PubMed."]


def test_a_loss_of_more_is_a_gain_of_less():
    """The twin asserts what is read out of its own words: 'lowers by more than 40' is a gain below -40."""
    text = "Intermediate training on SQuAD raises Tatoeba by more than 40 points."
    (other,) = (asserts for changed, asserts in made(text, *read(text).asserts)["direction"] if " lowers " in changed)
    assert other == read(text.replace("raises", "lowers")).asserts
    assert [(one.value, one.relation) for one in other] == [("-40", "less than")]


# --- paraphrases


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("SQuAD yields a gain.", "SQuAD gives a gain."),
        ("Training on SQuAD helps.", "Training on SQuAD v1.1 helps."),
        ("There are nine target tasks.", "There are 9 target tasks."),
        ("SQuAD raises the average on the development sets.", "On the development sets, SQuAD raises the average."),
        ("SQuAD raises the average by 8.3 points.", "The average is raised by 8.3 points by SQuAD."),
        ("QQP outperforms CCG on many tasks.", "CCG is outperformed by QQP on many tasks."),
        ("It brings an improvement of 8.2 points.", "It brings an 8.2-point improvement."),
    ],
)
def test_paraphrases_say_the_same_in_other_words(text, new):
    assert new in texts(text, "paraphrase")


def test_paraphrases_keep_the_assertions_and_no_number_gains_a_digit():
    for text, asserts in made("Training on SQuAD raises the average by 8.3 points.", GAIN)["paraphrase"]:
        assert asserts == (GAIN,) and "8.30" not in text and "8.3" in text


# --- laws

WORDS = "SQuAD MNLI XNLI improves outperforms lowers by 8.2 points of all most tasks is not best in 40 languages , .".split()
values = st.decimals("0.1", "99.9", places=1).map(str)
gains = st.builds(
    lambda system, target, value, form: claim(
        form.format(tasks.TASKS[system].title, tasks.TASKS[target].title, value),
        Assertion("gain", system, target, metric=results.score_metrics(target)[0], split="dev", value=value),
    ),
    st.sampled_from(tasks.INTERMEDIATE), st.sampled_from(tasks.XTREME), values,
    st.sampled_from(["Training on {} raises {} by {} points.", "With {}, {} improves by {} points on the dev set."]),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(gains)
def test_false_twins_change_what_is_asserted_and_paraphrases_do_not(one):
    found = twins(one)
    assert {"number", "direction", "negation", "task"} <= {twin.kind for twin in found}
    assert len({twin.text.lower() for twin in found} | {one.text.lower()}) == len(found) + 1
    for twin in found:
        assert twin.kind in (*CONTRADICTS, *ELSEWHERE, "paraphrase")
        assert (twin.asserts != one.asserts) == twin.false
    assert twins(one) == found


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300) | st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_any_text_may_be_asked_for_twins(text):
    found = twins(claim(text))
    assert len({text, *(twin.text for twin in found)}) == len(found) + 1
    assert all(twin.false == (twin.kind != "paraphrase") for twin in found)


@pytest.mark.parametrize("text", ["", "8.3", "word " * 4000, "\x00\x01"])
def test_what_is_no_sentence_has_no_twins(text):
    assert twins(claim(text)) == ()


def test_claims_written_by_hand_all_have_false_twins():
    claims = [json.loads(line) for line in HAND.read_text(encoding="utf-8").splitlines()]
    assert len(claims) >= 40 and {one["true"] for one in claims} == {True, False}
    for one in claims:
        assert any(twin.false for twin in twins(claim(one["claim"]))), one["claim"]
