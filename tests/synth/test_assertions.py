"""One evaluator for every selection: a paper's printed cells, and the levels of our runs."""

from __future__ import annotations

import pytest

from replicate import results
from synth.assertions import evaluate, pivot, selection, signed
from synth.checks.hand import published
from synth.records import Assertion

SQUAD = Assertion("gain", "squad1", split="dev", value="8.2")
BEST_MODELS = Assertion(
    "gain", "best", split="test", chosen="best per target on dev", over_model="FacebookAI/xlm-roberta-large:hu2020", value="6.1"
)


@pytest.fixture(scope="module")
def v1():
    return selection(published()["2005.13013v1"])


def with_dev(frame):
    """Dev cells beside the test cells, on which CCG looks best for POS and SQuAD for all the rest."""
    dev = frame.assign(split="dev", origin="run:dev")
    return results.validate(results.pd.concat([frame, dev], ignore_index=True))


# --- the paper as printed


@pytest.mark.parametrize(
    ("intermediate", "mlm", "target", "metric", "printed"),
    [
        ("squad1", False, "average", "score", "8.3"),
        ("hellaswag", False, "average", "score", "7.9"),
        ("multi", True, "average", "score", "6.8"),
        ("anli+", False, "xnli", "accuracy", "-0.8"),
        ("csqa", True, "tydiqa", "em", "3.1"),
    ],
)
def test_a_printed_gain_is_found_as_printed(v1, intermediate, mlm, target, metric, printed):
    found = evaluate(Assertion("gain", intermediate, target=target, metric=metric, mlm=mlm, split="dev"), v1)
    assert found.printed == found.shown == printed and len(found.rows) == 1
    assert found.rows[0]["origin"] == "paper:2005.13013v1#table2"


def test_a_printed_average_is_made_again_from_its_cells(v1):
    assert "which agrees with the printed average" in evaluate(SQUAD, v1).recomputation


def test_multi_task_of_the_first_version_says_what_it_is_over(v1):
    assert evaluate(Assertion("gain", "multi", split="dev"), v1).note == "all intermediate tasks but SQuAD"


def test_what_the_paper_does_not_print_is_missing_with_a_reason(v1):
    found = evaluate(Assertion("gain", "mnli", split="dev"), v1)
    assert found.numbers is None and found.missing == "MNLI: no average on dev among the rows"


def test_a_gain_between_printed_levels_is_an_interval(v1):
    (gain,) = (evaluate(BEST_MODELS, v1).numbers or {}).values()
    assert gain == results.difference(results.interval("74.2"), results.interval("68.1"))


def test_best_models_name_their_baseline_and_the_other_reading(v1):
    found = evaluate(BEST_MODELS, v1)
    assert found.shown == "6.1" and "Hu et al." in found.note
    assert found.also == "over the paper's own baseline 66.1 it is +8.1"


def test_best_orders_what_is_printed(v1):
    found = evaluate(Assertion("best", "multi", split="dev"), v1)
    assert found.holds is False and found.also == "best is SQuAD v1.1 with 8.3"
    assert evaluate(Assertion("best", "squad1", split="dev"), v1).holds is True


def test_best_stays_open_while_rivals_are_not_at_hand(v1):
    found = evaluate(Assertion("best", "squad1", split="dev", among=("squad1", "hellaswag", "mnli")), v1)
    assert found.holds is None and found.note == "not at hand: MNLI"


# --- our runs


def test_a_gain_of_runs_has_a_number_per_seed(grid):
    found = evaluate(Assertion("gain", "squad1", target="xnli", split="test"), selection(grid(drift=0)))
    assert list(found.numbers or {}) == [1, 2, 3]
    assert found.values == pytest.approx((3.0, 3.0, 3.0))
    assert found.recomputation.startswith("seed 1: ")


def test_the_average_of_runs_is_over_the_nine_targets(grid):
    frame = grid(drift=0)
    averages = results.gains(results.averages(frame))
    expected = averages[(averages["intermediate"] == "squad1") & (averages["target"] == "average")]["value"]
    found = evaluate(Assertion("gain", "squad1", split="test"), selection(frame))
    assert found.values == pytest.approx(tuple(expected)) and tuple(expected) == pytest.approx((3.0,) * 3)
    assert {row["target"] for row in found.rows} == set(frame["target"]) and len(found.rows) == 2 * 9 * 3


def test_an_incomplete_average_is_missing_and_says_what_lacks(grid):
    found = evaluate(Assertion("gain", "squad1", split="test"), selection(grid(targets=("xnli", "udpos"))))
    assert found.numbers is None and "tatoeba" in found.missing and "not measured" in found.missing


def test_noise_and_intermediate_data_of_other_languages_stay_out(grid):
    frame = grid(drift=0)
    other = frame[frame["intermediate"] == "squad1"].assign(intermediate_languages="b1a", value=1.0, origin="run:b")
    noisy = frame.assign(perturbation="swap", rate=0.1, value=2.0, origin="run:n")
    narrow = frame.assign(bottleneck=16, value=3.0, origin="run:k")
    mixed = results.validate(results.pd.concat([frame, other, noisy, narrow], ignore_index=True))
    assert evaluate(Assertion("gain", "squad1", split="test"), selection(mixed)).values == pytest.approx((3.0,) * 3)


def test_a_control_is_never_chosen_nor_best(grid):
    frame = grid(gains={"squad1": 3.0, "shuffled-squad1": 9.0}, drift=0)
    assert "SQuAD v1.1 with +3.0" not in evaluate(Assertion("best", "squad1"), selection(frame)).missing
    chosen = evaluate(BEST_MODELS, selection(with_dev(frame)))
    assert chosen.values == pytest.approx((3.0,) * 3)


def test_the_best_model_per_target_is_chosen_on_dev_and_measured_on_test(grid):
    frame = with_dev(grid(gains={"squad1": 3.0, "ccg": 1.0}, drift=0))
    wins = (frame["split"] == "dev") & (frame["intermediate"] == "ccg") & (frame["target"] == "udpos")
    frame.loc[wins, "value"] += 5.0
    found = evaluate(BEST_MODELS, selection(frame))
    assert found.values == pytest.approx(((8 * 3.0 + 1.0) / 9,) * 3)
    assert "POS CCG" in found.recomputation and "XNLI SQuAD v1.1" in found.recomputation


def test_choosing_needs_both_splits(grid):
    assert "needs both" in evaluate(BEST_MODELS, selection(grid())).missing


def test_the_pivot_is_the_language_at_no_distance():
    assert (pivot("real"), pivot("artificial")) == ("en", "a1a")


def test_a_gain_is_printed_with_a_true_minus_and_zero_without():
    assert [signed(value) for value in (2.34, -1.26, -0.04, 0.0)] == ["+2.3", "\u22121.3", "+0.0", "+0.0"]
