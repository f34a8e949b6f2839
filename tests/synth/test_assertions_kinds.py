"""Level, greater and sign; claims that name a model, a method or languages; laws that hold for every table."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate import results
from replicate.results import Interval
from synth.assertions import claimed, evaluate, selection
from synth.assertions.claimed import Claimed, meant
from synth.assertions.signs import NEEDED, holds
from synth.checks.hand import published
from synth.records import QUANTIFIERS, Assertion

from . import cells
from .cells import XLMR, cell


@pytest.fixture(scope="module")
def v1():
    return selection(published()["2005.13013v1"])


# --- level


@pytest.mark.parametrize(
    ("fields", "shown", "recomputed"),
    [
        ({"target": "xnli", "split": "test"}, "79.5", ""),
        ({"target": "xnli", "split": "test", "model": "human"}, "92.8", ""),
        ({"target": "tydiqa", "metric": "em", "split": "dev"}, "61.0", ""),
        ({"target": "tydiqa", "split": "dev"}, "68.3", "mean of 75.7 and 61.0"),  # F1 and EM as one
        ({"intermediate": "squad1", "split": "dev"}, "75.5", "67.2 +8.3 = 75.5"),  # only the gain is printed
    ],
)
def test_a_level_is_printed_or_made_of_cells(v1, fields, shown, recomputed):
    found = evaluate(Assertion("level", **{"intermediate": "baseline", **fields}), v1)
    assert found.shown == shown and found.recomputation.startswith(recomputed)


def test_several_models_are_told_apart_or_the_claim_has_to_name_one():
    rows = cells.rows(cell(model="mBERT", value="65.4"), cell(model=XLMR, value="79.2"))
    found = evaluate(Assertion("level", "baseline", target="xnli", metric="accuracy"), rows)
    assert found.missing.endswith(f"XNLI is there for {XLMR}, mBERT, and the claim names no model")
    named = Assertion("level", "baseline", target="xnli", metric="accuracy", model="XLM-R Large")
    assert evaluate(named, rows).shown == "79.2"


def test_a_mean_over_some_languages_is_not_a_papers_mean():
    codes = "ar bg de el en es fr hi ru sw th tr ur vi zh".split()
    some, every = (cells.rows(*(cell(language=code) for code in spoken)) for spoken in (codes[:5], codes))
    asked = Assertion("level", "baseline", target="xnli")
    assert evaluate(asked, some).missing and evaluate(asked, every).shown == "50.0"


# --- gains out of printed gains


def test_a_score_of_two_metrics_and_an_average_are_made_of_printed_gains(v1):
    made = evaluate(Assertion("gain", "squad1", target="tydiqa", split="dev"), v1)
    assert (made.numbers or {})[None] == Interval(Decimal("6.45"), Decimal("6.55"))
    other = evaluate(Assertion("gain", "squad1", target="average-without-retrieval", split="dev"), v1)
    assert other.values[0] == pytest.approx((-1.4 + 0.7 - 1.6 + 0.2 + 1.2 + 2.2 + 6.5) / 7)


def test_a_gain_over_another_task_is_the_difference_of_two_gains(v1):
    found = evaluate(Assertion("gain", "hellaswag", over="ccg", split="dev"), v1)
    assert found.recomputation == "+7.9 − +3.7 = +4.2"
    assert (found.numbers or {})[None] == Interval(Decimal("4.1"), Decimal("4.3"))


# --- greater


@pytest.mark.parametrize(
    ("fields", "holds"),
    [
        ({"intermediate": "squad1", "rival": "squad1", "rival_mlm": True}, True),
        ({"intermediate": "multi", "rival": "multi", "rival_mlm": True}, False),
        ({"intermediate": "squad1", "rival": "baseline"}, True),
        ({"intermediate": "baseline", "rival": "qqp", "target": "xnli", "metric": "accuracy"}, True),
        ({"intermediate": "qqp", "rival": "squad1", "target": "xnli", "metric": "accuracy"}, None),  # -1.4 twice
    ],
)
def test_greater_is_a_matter_of_order(v1, fields, holds):
    assert evaluate(Assertion("greater", split="dev", **fields), v1).holds is holds


def test_what_is_compared_with_itself_is_no_evidence(v1):
    for one in (
        Assertion("greater", "squad1", rival="squad1", split="dev"),
        Assertion("best", "squad1", among=("squad1",), split="dev"),
        Assertion("gain", "squad1", over="squad1", value="0", split="dev"),
    ):
        found = evaluate(one, v1)
        assert found.missing and not found.independent


def test_translated_data_is_another_training_of_the_same_task(grid):
    frame = grid(gains={"mnli": 2.0, "translated-mnli": -1.0}, targets=("xnli",), drift=0)
    other = frame["intermediate"] == "translated-mnli"
    frame.loc[other, "intermediate_languages"] = "b1a+c1a"
    rows = selection(frame)
    asked = {"target": "xnli", "rival": "mnli", "split": "test"}
    found = evaluate(Assertion("greater", "mnli", rival_languages="translated", **asked), rows)
    assert found.holds and found.values == pytest.approx((3.0,) * 3)
    named = evaluate(Assertion("gain", "mnli", target="xnli", intermediate_languages="c1a+b1a", split="test"), rows)
    assert named.values == pytest.approx((-1.0,) * 3)


def test_another_method_has_a_baseline_of_its_own(grid):
    full = grid(gains={"squad1": 3.0}, targets=("xnli",), drift=0)
    slim = grid(gains={"squad1": 1.0}, targets=("xnli",), drift=0).assign(method="pfeiffer", origin="run:slim")
    rows = selection(results.validate(results.pd.concat([full, slim], ignore_index=True)))
    asked = {"target": "xnli", "split": "test"}
    assert evaluate(Assertion("gain", "squad1", **asked), rows).values == pytest.approx((3.0,) * 3)
    assert evaluate(Assertion("gain", "squad1", method="pfeiffer", **asked), rows).values == pytest.approx((1.0,) * 3)


# --- sign


@pytest.mark.parametrize(
    ("fields", "quantifiers", "count"),
    [
        ({"across": "intermediates", "target": "tydiqa"}, "most some", "up in 6 of 7"),
        ({"across": "intermediates", "target": "xnli"}, "none", "up in 0 of 7"),
        ({"across": "intermediates", "target": "bucc2018"}, "each most some", "up in 7 of 7"),
        ({"across": "intermediates", "target": "xnli", "direction": "down"}, "each most some", "down in 7 of 7"),
        ({"across": "targets", "intermediate": "squad1"}, "most some", "up in 7 of 9"),
        ({"across": "targets", "intermediate": "hellaswag", "mlm": True}, "some", "up in 4 of 9"),
    ],
)
def test_a_quantifier_counts_what_goes_up_for_certain(v1, fields, quantifiers, count):
    for quantifier in QUANTIFIERS:
        found = evaluate(Assertion("sign", quantifier=quantifier, split="dev", **fields), v1)
        assert (found.holds, found.printed) == (quantifier in quantifiers.split(), count)


def test_a_printed_zero_is_not_up_and_a_number_on_both_sides_of_zero_leaves_it_open():
    gains = (cell(name, value, quantity="gain") for name, value in (("squad1", "0.0"), ("mnli", "0.4"), ("ccg", "-1.2")))
    rows = cells.rows(*gains, cell(value="50.0"))
    found = evaluate(Assertion("sign", across="intermediates", quantifier="each", target="xnli", split="test"), rows)
    assert found.also == "XNLI: up in 1 of 3 intermediates; not up: SQuAD v1.1, CCG" and found.holds is False
    levels = cells.rows(cell(value="50"), cell("ccg", "50.4"))
    assert evaluate(Assertion("sign", across="intermediates", quantifier="each", target="xnli"), levels).holds is None


def test_what_is_named_and_not_at_hand_leaves_it_open(v1):
    asked = Assertion("sign", across="intermediates", quantifier="each", target="bucc2018", split="dev", among=("qqp", "mnli"))
    found = evaluate(asked, v1)
    assert found.holds is None and found.note == "not at hand: MNLI"


def test_languages_of_runs_are_counted_over_seeds(grid):
    rows = selection(grid(gains={"squad1": 9.0}, targets=("xnli",), drift=0))
    found = evaluate(Assertion("sign", "squad1", target="xnli", across="languages", quantifier="each", split="test"), rows)
    assert found.holds is True and found.printed == "up in 12 of 12" and len(found.parts) == 12


# --- laws


@given(st.integers(1, 12), st.data())
def test_each_implies_most_implies_some_and_none_is_the_negation_of_some(count, data):
    up = data.draw(st.integers(0, count))
    flat = data.draw(st.integers(0, count - up))
    each, most, some, none = (holds(name, up, flat, count) for name in ("each", "most", "some", "none"))
    assert not (each and most is not True) and not (most and some is not True)
    assert none is (None if some is None else not some)
    if up + flat == count:  # nothing open, nothing undecided
        assert None not in (each, most, some, none) and most is (up > count / 2)


numbers = st.decimals(-99, 99, places=1).map(Decimal)


@given(numbers, numbers, st.sampled_from(["=", "about", "at least", "at most", "more than", "less than"]), st.data())
def test_widening_a_printed_interval_never_turns_supported_into_refuted(value, said, relation, data):
    wanted, at = meant(results.interval(str(said)), relation), results.interval(str(value))
    wider = Interval(at.low - data.draw(st.decimals(0, 9, places=2)), at.high + data.draw(st.decimals(0, 9, places=2)))
    for against in (Claimed.against_cell, Claimed.against_made):
        assert not (against(wanted, at) is True and against(wanted, wider) is False)
        assert not (against(wanted, wider) is False and against(wanted, at) is not False)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_does_not_matter(v1, seed):
    first, second = v1, selection(published()["2005.13013v1"].sample(frac=1, random_state=seed).reset_index(drop=True))
    for one in (
        Assertion("gain", "squad1", split="dev"),
        Assertion("best", "squad1", split="dev"),
        Assertion("level", "baseline", target="tydiqa", split="test"),
        Assertion("sign", across="intermediates", quantifier="most", target="tydiqa", split="dev"),
    ):
        found, again = evaluate(one, first), evaluate(one, second)
        assert (found.numbers, found.holds, found.shown, found.also) == (again.numbers, again.holds, again.shown, again.also)


@pytest.mark.parametrize("quantifier", ["each", "most", "some"])
def test_more_than_half_is_most(quantifier):
    assert [NEEDED[quantifier](count) for count in (1, 2, 3, 4, 9)] == {
        "each": [1, 2, 3, 4, 9], "most": [1, 2, 2, 3, 5], "some": [1, 1, 1, 1, 1],
    }[quantifier]  # fmt: skip


# --- relations


@pytest.mark.parametrize(
    ("value", "relation", "cell", "says"),
    [
        ("8.3", "=", "8.3", True),
        ("8.2", "=", "8.3", False),  # they touch in 8.25 and are two numbers
        ("8.4", "=", "8.3", False),
        ("8.31", "=", "8.3", None),  # finer than what is printed
        ("8", "=", "8.3", True),  # the cell, rounded
        ("8.2", "about", "8.3", None),
        ("9.3", "about", "8.3", False),
        ("392,000", "about", "392,702", None),
        ("400,000", "about", "392,702", True),
        ("500,000", "about", "392,702", False),
        ("8", "at least", "8.0", True),
        ("8.3", "more than", "8.3", None),
        ("8.3", "more than", "8.5", True),
        ("8.3", "more than", "8.2", False),
        ("8.3", "at most", "8.2", True),
        ("8.3", "less than", "9", False),
    ],
)
def test_a_relation_says_which_cells_a_number_allows(value, relation, cell, says):
    assert claimed(Assertion("gain", value=value, relation=relation)).against_cell(results.interval(cell)) is says
