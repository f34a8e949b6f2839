"""Small-study effects, gains and their covariances, equivalence, corrections for many tests.

The numbers of metafor 3.8 are those that its documentation prints for the trials of the BCG vaccine.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate.metrics import significance
from replicate.problems import Problem
from synth.stats import bias, design, equivalence, gains, pool

BCG = json.loads((Path(__file__).resolve().parent.parent / "data" / "reference" / "bcg.json").read_text())["data"]
Y, V = np.array(BCG["yi"]), np.array(BCG["vi"])


def test_eggers_test_in_both_forms_is_metafors():
    model = pool.fit(Y, V)
    inner, classical = bias.egger(model), bias.egger(model, classical=True)
    assert (round(inner.slope.statistic, 4), round(inner.slope.p, 4)) == (-0.8033, 0.4218)
    assert (round(classical.slope.statistic, 4), classical.slope.df, round(classical.slope.p, 4)) == (-1.4013, 11, 0.1887)
    assert round(inner.limit.estimate, 4) == -0.5104


def test_beggs_test_is_metafors():
    found = bias.begg(pool.fit(Y, V))
    assert (round(found.tau, 4), round(found.p, 4), found.exact) == (0.0256, 0.9524, True)


def test_ties_take_the_normal_distribution_with_their_variance():
    # By hand: 12 pairs go together, one against, one tie on each side.
    found = bias.kendall(np.array([1, 2, 2, 3, 5, 4.0]), np.array([2, 1, 3, 3, 6, 5.0]))
    s, k = 11, 6
    variance = (k * (k - 1) * (2 * k + 5) - 18 - 18) / 18 + 2 * 2 / (2 * k * (k - 1))
    assert not found.exact and math.isclose(found.p, math.erfc(s / math.sqrt(variance) / math.sqrt(2)))


@pytest.mark.parametrize(
    "method, estimator, missing, se", [("REML", "L0", 1, 2.4528), ("FE", "L0", 4, 2.3853), ("FE", "R0", 4, 3.1623)]
)
def test_trim_and_fill_is_metafors(method: str, estimator: str, missing: int, se: float):
    found = bias.trim_and_fill(pool.fit(Y, V, method=method), estimator)
    assert (found.side, found.missing, round(found.se, 4)) == ("right", missing, se)
    assert found.model.k == 13 + missing


def test_pet_peese_takes_pet_where_it_sees_nothing():
    found = bias.pet_peese(pool.fit(Y, V))
    assert found.chosen == "PET" and found.estimate == bias.egger(pool.fit(Y, V), classical=True).limit


def test_studies_of_one_size_have_no_funnel():
    model = pool.fit([0.1, 0.4, 0.2, 0.9], [0.1] * 4)
    for work in (bias.egger, bias.begg, bias.trim_and_fill):
        with pytest.raises(Problem, match="same"):
            work(model)
    with pytest.raises(Problem, match="moderators"):
        x = design.Design(np.column_stack([np.ones(13), BCG["ablat"]]), ("intercept", "ablat"), {})
        bias.begg(pool.fit(Y, V, x))


# ---- gains ----


def test_gains_on_the_same_examples_know_what_is_answered_alike():
    rng = np.random.default_rng(0)
    base = (rng.random(400) < 0.6).astype(float)
    better = np.where(rng.random(400) < 0.2, 1.0, base)
    found = gains.paired(base, [better, base])
    n, difference = 400, 100 * (better - base)
    assert math.isclose(found.y[0], difference.mean()) and math.isclose(found.v[0], difference.var(ddof=1) / n)
    assert found.y[1] == 0 and found.v[1] == 0
    apart = gains.of_levels((60, gains.share_variance(60, n)), [(68, gains.share_variance(68, n))])
    assert found.v[0] < apart.v[0]


def test_gains_over_one_baseline_covary_by_its_variance():
    found = gains.of_levels((60.0, 4.0), [(62.0, 3.0), (65.0, 5.0)])
    assert found.cov.tolist() == [[7.0, 4.0], [4.0, 9.0]]
    assert np.linalg.eigvalsh(gains.of_levels((60.0, 4.0), [(62.0, 3.0), (65.0, 5.0)], 0.5).cov).min() > 0


def test_gains_of_ratios_move_by_the_delta_method():
    parts = np.array([[2.0, 3], [1, 4], [5, 5], [0, 2]])
    worse = parts - np.array([[1.0, 0], [0, 0], [2, 0], [0, 0]])
    found = gains.paired(worse, [parts])
    assert math.isclose(found.y[0], 100 * 3 / 14)
    pull = 100 * ((parts[:, 0] - worse[:, 0]) - 3 / 14 * parts[:, 1]) / 14
    assert math.isclose(found.v[0], ((pull - pull.mean()) ** 2).sum() * 4 / 3)


def test_seeds_are_compared_seed_by_seed():
    found = gains.of_seeds([50, 60, 70], [[52, 62, 72], [51, 60, 75]])
    assert found.y.tolist() == [2, 2] and found.v[0] == 0 and math.isclose(found.v[1], 7 / 3)
    with pytest.raises(Problem, match="one seed"):
        gains.of_seeds([50], [[52]])


# ---- equivalence ----


def test_two_one_sided_tests_and_the_interval_say_the_same():
    inside = equivalence.tost(0.1, 0.2, -0.5, 0.5, df=20)
    assert inside.equivalent and inside.low > -0.5 and inside.high < 0.5
    outside = equivalence.tost(0.3, 0.2, -0.5, 0.5, df=20)
    assert not outside.equivalent and outside.high > 0.5


def test_what_could_have_been_found():
    assert math.isclose(equivalence.detectable(1.0), 2.801585, rel_tol=1e-6)
    assert math.isclose(equivalence.detectable(1.0, power=0.5), 1.959964, rel_tol=1e-6)
    assert equivalence.detectable(1.0, df=5) > 3


def test_small_telescopes():
    # An original of z = 2.5; a third of a chance is an effect of 1.53 standard errors (Simonsohn 2015).
    found = equivalence.replication(0.5, 0.2, 0.1, 0.1)
    assert math.isclose(found.small_effect / 0.2, 1.5286, rel_tol=1e-3)
    assert found.small and found.predicted and not found.same_sign
    assert equivalence.replication(-0.5, 0.2, -0.45, 0.1).same_sign


def test_impossible_margins_and_errors_are_refused():
    for work, says in (
        (lambda: equivalence.tost(0, 1, 1, -1), "the margins are 1 and -1; the first has to be below the second"),
        (lambda: equivalence.tost(0, 0, -1, 1), "a standard error is a finite number above 0, not 0"),
        (lambda: equivalence.tost(0, 1, -1, 1, df=0), "0 degrees of freedom; a test needs more than 0"),
        (lambda: equivalence.detectable(math.nan), "a standard error is a finite number above 0, not nan"),
        (lambda: equivalence.non_inferior(0, 1, -1), "a margin is above 0, not -1"),
        (lambda: equivalence.detectable(1, power=0.01), "a level of 0.05 and a power of 0.01: both lie between 0 and 1"),
    ):
        with pytest.raises(Problem, match=says):
            work()


# ---- many tests ----

P = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216]
ADJUSTED = {  # statsmodels 0.15's multipletests, methods "hommel" and "simes-hochberg"
    "hommel": [0.01, 0.072, 0.185, 0.185, 0.185, 0.216, 0.216, 0.216, 0.216, 0.216],
    "hochberg": [0.01, 0.072, 0.216, 0.216, 0.216, 0.216, 0.216, 0.216, 0.216, 0.216],
}


@pytest.mark.parametrize("name", ADJUSTED)
def test_adjusted_p_values(name: str):
    assert np.allclose(getattr(significance, name)(P), ADJUSTED[name])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_the_corrections_stand_in_their_order(ps: list[float]):
    hommel, hochberg, holm, bonferroni = (
        np.array(work(ps)) for work in (significance.hommel, significance.hochberg, significance.holm, significance.bonferroni)
    )
    bh, by = np.array(significance.benjamini_hochberg(ps)), np.array(significance.benjamini_yekutieli(ps))
    slack = 1e-12
    assert (hommel <= hochberg + slack).all() and (hochberg <= holm + slack).all() and (holm <= bonferroni + slack).all()
    assert (bh <= by + slack).all() and (np.array(ps) <= hommel + slack).all()
