"""How sure a figure is: intervals that hold as often as they say, tests that are right under the null, adjustments as in R."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate.metrics import scores
from replicate.metrics.significance import benjamini_hochberg, compare, holm, interval
from replicate.problems import Problem

# R 4's p.adjust on the p values of Benjamini and Hochberg's example, as lists of this length (methods "holm" and "BH").
P = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275, 0.34, 0.341, 0.384, 0.569,
     0.594, 0.696, 0.762, 0.94, 0.942, 0.975, 0.986]  # fmt: skip
HOLM = [0.025, 0.192, 0.897, 0.902, 0.902] + [1] * 20
BH = [0.025, 0.1, 0.21, 0.21, 0.21, 0.25, 0.264285714285714, *[0.491071428571429] * 7, 0.5328125, 0.5328125, 0.564705882352941,
      0.781578947368421, 0.781578947368421, 0.87, 0.907142857142857, *[0.986] * 4]  # fmt: skip


def right(*answers: bool) -> scores.Parts:
    return scores.of([(one, 1) for one in answers])


def drawn(rng: np.random.Generator, count: int, share: float) -> scores.Parts:
    """Answers that are right with this chance."""
    return scores.of([(hit, 1) for hit in rng.random(count) < share])


def tagged(rng: np.random.Generator, count: int, systems: int = 1) -> list[scores.Parts]:
    """F1's parts on sentences of different length; the share that is right differs from sentence to sentence."""
    sizes, skill = rng.integers(2, 40, count), rng.beta(6, 2, count)
    return [scores.of(np.stack([2 * rng.binomial(sizes, skill), 2 * sizes], axis=1)) for _ in range(systems)]


# ---- intervals ----


def test_the_interval_of_an_accuracy_is_wilsons_by_hand():
    """81 right of 100: (p + z2/2n ± z sqrt(p(1-p)/n + z2/4n2)) / (1 + z2/n)."""
    low, high = interval(right(*[True] * 81, *[False] * 19))
    z, n, p = 1.959963984540054, 100, 0.81
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert (low, high) == pytest.approx((100 * (middle - half) / (1 + z * z / n), 100 * (middle + half) / (1 + z * z / n)))


@pytest.mark.parametrize(("share", "count"), [(0.5, 40), (0.8, 200), (0.97, 200)])
def test_intervals_of_accuracy_hold_the_truth_about_nineteen_times_in_twenty(share, count):
    rng = np.random.default_rng(0)
    found = [interval(drawn(rng, count, share)) for _ in range(1500)]
    assert 0.925 <= np.mean([low <= 100 * share <= high for low, high in found]) <= 0.98


def test_intervals_of_f1_hold_the_truth_about_nineteen_times_in_twenty():
    rng = np.random.default_rng(1)
    truth = scores.figure(*tagged(rng, 400_000))
    found = [interval(*tagged(rng, 120)) for _ in range(600)]
    assert 0.925 <= np.mean([low <= truth <= high for low, high in found]) <= 0.98


@pytest.mark.parametrize("count", [3, 8, 20])
def test_of_few_sentences_an_interval_is_so_wide_that_it_still_holds_the_truth(count):
    """With the normal's quantile in place of t's it would hold 70, 86 and 92 times in a hundred."""
    rng = np.random.default_rng(1)
    truth = scores.figure(*tagged(rng, 400_000))
    found = [interval(*tagged(rng, count)) for _ in range(1000)]
    assert 0.91 <= np.mean([low <= truth <= high for low, high in found]) <= 0.98


def test_what_was_always_right_is_not_taken_for_certain():
    low, high = interval(right(*[True] * 200))
    assert 97 < low < 99 and high == 100
    assert interval(right()) == (0, 100) and interval(right(False))[1] > 70


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 9)), min_size=1, max_size=30), st.sampled_from([0.5, 0.9, 0.99]))
def test_an_interval_holds_the_figure_and_is_wider_where_more_is_asked(rows, level):
    parts = scores.of([(share * size, size) for share, size in rows])
    low, high = interval(parts, level)
    assert 0 <= low <= scores.figure(parts) + 1e-9 and scores.figure(parts) - 1e-9 <= high <= 100
    inner = interval(parts, level - 0.3)
    assert low <= inner[0] + 1e-9 and inner[1] - 1e-9 <= high


# ---- two systems ----


def test_few_differences_are_counted_in_all_ways_by_hand():
    """Better on 5 examples, worse on none, alike on 15: of 32 ways to swap, 2 give a difference as large."""
    one, other = right(*[True] * 20), right(*[False] * 5, *[True] * 15)
    found = compare(one, other)
    assert found.difference == pytest.approx(25) and found.p_permutation == pytest.approx(2 / 32) and found.n == 20
    assert 0 < found.low < 25 < found.high


def test_a_system_does_not_differ_from_itself():
    (parts,) = tagged(np.random.default_rng(2), 30)
    found = compare(parts, parts)
    assert (found.difference, found.low, found.high, found.p_permutation) == (0, 0, 0, 1) and found.p_bootstrap == 1


@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_the_other_way_round_the_difference_turns_its_sign_and_p_stays(seed):
    rng = np.random.default_rng(seed)
    one, other = drawn(rng, 10, 0.7), drawn(rng, 10, 0.5)
    there, back = compare(one, other, draws=500), compare(other, one, draws=500)
    assert there.difference == pytest.approx(-back.difference)
    assert there.p_permutation == pytest.approx(back.p_permutation)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-6)


@pytest.mark.parametrize("metric", ["accuracy", "f1"])
def test_where_two_systems_are_alike_one_test_in_twenty_says_that_they_differ(metric):
    """400 pairs of systems of the same skill; six standard deviations are allowed."""
    rng = np.random.default_rng(3)
    found = []
    for _ in range(400):
        one, other = tagged(rng, 40, 2) if metric == "f1" else [drawn(rng, 60, 0.7) for _ in range(2)]
        found.append(compare(one, other, draws=200))
    assert np.mean([one.p_permutation <= 0.05 for one in found]) <= 0.05 + 6 * math.sqrt(0.05 * 0.95 / 400)
    assert np.mean([one.p_permutation <= 0.5 for one in found]) >= 0.5 - 6 * math.sqrt(0.25 / 400)
    assert np.mean([one.low <= 0 <= one.high for one in found]) >= 0.95 - 6 * math.sqrt(0.05 * 0.95 / 400)


@pytest.mark.parametrize("count", [6, 12])
def test_of_few_sentences_the_bootstrap_is_not_surer_than_it_may_be(count):
    """Plain percentiles would call 14 and 12 of a hundred systems of the same skill different."""
    rng = np.random.default_rng(5)
    found = [compare(*tagged(rng, count, 2), draws=300) for _ in range(300)]
    assert np.mean([one.p_bootstrap <= 0.05 for one in found]) <= 0.09
    assert np.mean([one.low <= 0 <= one.high for one in found]) >= 0.89


def test_one_example_says_nothing_of_two_systems():
    found = compare(right(True), right(False))
    assert (found.difference, found.low, found.high) == (100, -100, 100)
    assert found.p_bootstrap == found.p_permutation == 1
    assert compare(right(), right()).n == 0


def test_the_same_comparison_gives_the_same_numbers():
    one, other = tagged(np.random.default_rng(6), 50, 2)
    assert compare(one, other, draws=300) == compare(one, other, draws=300) != compare(one, other, draws=300, seed=1)


def test_a_difference_that_is_there_is_found():
    rng = np.random.default_rng(4)
    base = rng.random(500)
    one, other = (scores.of([(hit, 1) for hit in base < share]) for share in (0.75, 0.7))
    found = compare(one, other)
    assert found.p_permutation < 0.001 and found.p_bootstrap < 0.01 and found.low > 0


def test_two_systems_on_other_examples_are_not_compared():
    with pytest.raises(Problem, match="here are 3 and 2"):
        compare(right(True, True, False), right(True, False))


# ---- many tests ----


def test_adjusted_p_are_those_of_r():
    assert holm(P) == pytest.approx(HOLM) and benjamini_hochberg(P) == pytest.approx(BH)
    mixed = np.random.default_rng(0).permutation(len(P))
    assert holm([P[k] for k in mixed]) == pytest.approx([HOLM[k] for k in mixed])
    assert benjamini_hochberg([P[k] for k in mixed]) == pytest.approx([BH[k] for k in mixed])


def test_a_p_that_is_not_known_stays_so_and_does_not_count():
    assert holm([0.01, math.nan, 0.04]) == pytest.approx([0.02, math.nan, 0.04], nan_ok=True)
    assert benjamini_hochberg([0.01, math.nan, 0.04]) == pytest.approx([0.02, math.nan, 0.04], nan_ok=True)
    assert holm([]) == benjamini_hochberg([]) == []


@given(st.lists(st.floats(0, 1), max_size=12))
def test_adjusting_keeps_the_order_and_makes_nothing_surer(ps):
    for adjusted in (holm(ps), benjamini_hochberg(ps)):
        assert all(before <= after + 1e-12 and after <= 1 for before, after in zip(ps, adjusted, strict=True))
        order = np.argsort(ps, kind="stable")
        assert np.all(np.diff(np.asarray(adjusted)[order]) >= -1e-12)
    assert all(bh <= strict + 1e-12 for bh, strict in zip(benjamini_hochberg(ps), holm(ps), strict=True))


def test_what_is_no_p_is_said():
    with pytest.raises(Problem, match="between 0 and 1"):
        holm([0.5, 1.5])
