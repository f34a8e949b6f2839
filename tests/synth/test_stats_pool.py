"""Pooling against metafor 3.8: every estimator and test on data that R ships, then laws that hold on any data.

The numbers of R stand in `tests/data/reference` with the versions that made them.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate.problems import Problem
from synth.stats import columns, design, effects, heterogeneity, influence, pool

REFERENCE = Path(__file__).resolve().parent.parent / "data" / "reference"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "reference"
BCG = json.loads((REFERENCE / "bcg.json").read_text())
Y, V = np.array(BCG["data"]["yi"]), np.array(BCG["data"]["vi"])


def close(ours: float | None, theirs: float | None, tolerance: float = 1e-8) -> bool:
    """The tolerance is relative; of numbers below a thousandth it is that of a thousandth."""
    if ours is None or theirs is None:
        return ours is None and theirs is None
    return abs(ours - theirs) <= tolerance * max(abs(theirs), 1e-3)


def listed(value: object) -> list:
    return value if isinstance(value, list) else [value]


def table() -> columns.Table:
    lines = [",".join(BCG["data"]), *(",".join(map(str, row)) for row in zip(*BCG["data"].values(), strict=True))]
    return columns.parse("\n".join(lines), "bcg.csv")


def differences(model: pool.Pool, reference: dict) -> list[str]:
    """The names of all numbers that are not those of R."""
    pairs: list[tuple[str, float | None, float | None]] = []
    for place, one in enumerate(model.coefficients):
        for name, value in (("b", one.estimate), ("se", one.se), ("stat", one.statistic), ("pval", one.p),
                            ("ci_lb", one.low), ("ci_ub", one.high)):  # fmt: skip
            pairs.append((f"{name} {one.name}", value, listed(reference[name])[place]))
    pairs += [("tau2", model.tau2, reference["tau2"]), ("I2", model.i2, reference["I2"]), ("H2", model.h2, reference["H2"])]
    pairs += [
        ("Q", model.q, reference["Q"]),
        ("Q_p", model.q_p, reference["Q_p"]),
        ("se_tau2", model.tau2_se, reference["se_tau2"]),
    ]
    fit, theirs = model.fit, reference["fit"]
    pairs += [("logLik", fit.log_likelihood, theirs["logLik:"]), ("deviance", fit.deviance, theirs["deviance:"])]
    pairs += [("AIC", fit.aic, theirs["AIC:"]), ("BIC", fit.bic, theirs["BIC:"]), ("AICc", fit.aicc, theirs["AICc:"])]
    if model.moderators:
        pairs += [("QM", model.moderators.statistic, reference["QM"]), ("QM_p", model.moderators.p, reference["QM_p"])]
        pairs += [("R2", model.r2, reference["R2"])]
    elif "pi_lb" in reference:
        new = pool.predict(model)
        pairs += [("pi_lb", new.new_low, reference["pi_lb"]), ("pi_ub", new.new_high, reference["pi_ub"])]
    if "confint_random" in reference:
        around = pool.spread(model)
        for name, found in (("tau^2", around.tau2), ("I^2(%)", around.i2), ("H^2", around.h2)):
            ends = reference["confint_random"][name]
            pairs += [(f"{name} low", found[0], ends["ci.lb"]), (f"{name} high", found[1], ends["ci.ub"])]
    return [f"{name}: {ours} for {right}" for name, ours, right in pairs if not close(ours, right)]


@pytest.mark.parametrize("case", BCG["mean"])
def test_a_mean_is_metafors_by_every_estimator_and_test(case: str):
    method, test = case.split("/")
    assert differences(pool.fit(Y, V, method=method, test=test), BCG["mean"][case]) == []


@pytest.mark.parametrize("case", BCG["moderators"])
def test_a_regression_on_moderators_is_metafors(case: str):
    names, method, test = case.split("/")
    model = pool.fit(Y, V, design.of(table(), names.split("+")), method, test)
    assert differences(model, BCG["moderators"][case]) == []


def test_predictions_at_a_latitude_are_metafors():
    model, reference = pool.fit(Y, V, design.of(table(), ["ablat"])), BCG["predict"]
    for place, latitude in enumerate(reference["newmods"]):
        found = pool.predict(model, [latitude])
        ours = (found.estimate, found.se, found.low, found.high, found.new_low, found.new_high)
        theirs = [reference[name][place] for name in ("pred", "se", "ci_lb", "ci_ub", "pi_lb", "pi_ub")]
        assert all(close(one, other) for one, other in zip(ours, theirs, strict=True))


def test_the_whole_of_the_shared_reference_is_met():
    if not SHARED.is_dir():
        pytest.skip("no ../shared/reference beside this checkout")
    reference = json.loads((SHARED / "bcg_rr.json").read_text())
    bad = {case: found for case, one in reference.items() if (found := differences(pool.fit(Y, V, None, *case.split("/")), one))}
    assert bad == {}


# ---- what has no reference file: metafor 3.8's documentation prints these for the same data ----


def test_influence_of_the_first_study_is_what_metafor_prints():
    found = influence.influence(pool.fit(Y, V))
    assert [round(one, 4) for one in (found[0].residual, found[0].dffits, found[0].cook, found[0].covariance_ratio)] == [
        -0.2181, -0.0407, 0.0017, 1.1164,
    ]  # fmt: skip
    assert [round(one, 4) for one in (found[0].tau2, found[0].q, found[0].hat)] == [0.3362, 151.5826, 0.0506]
    assert math.isclose(sum(one.weight for one in found), 100)


def test_leaving_one_out_is_fitting_the_others():
    found = influence.leave_one_out(pool.fit(Y, V, test="knha"))
    assert found[4].estimate == pool.fit(np.delete(Y, 4), np.delete(V, 4), test="knha").estimate


def test_a_cumulative_analysis_ends_with_the_whole_one():
    model = pool.fit(Y, V, test="knha")
    found = influence.cumulative(model, BCG["data"]["year"])
    assert len(found) == 13 and found[0].estimate.estimate == Y[0]
    assert math.isclose(found[-1].estimate.estimate, model.estimate.estimate, rel_tol=1e-9)


def test_subgroups_are_models_of_their_own():
    model = pool.fit(Y, V)
    found = influence.subgroups(model, BCG["data"]["alloc"])
    rows = np.array(BCG["data"]["alloc"]) == "random"
    assert found.groups["random"].estimate == pool.fit(Y[rows], V[rows]).estimate
    assert found.df == 2 and 0 < found.p < 1


def test_dealing_the_effects_at_random_gives_the_p_of_metafor_within_chance():
    model = pool.fit(Y, V, design.of(table(), ["ablat"]))
    found = influence.permutation(model, 400, seed=1)
    # 400 draws have a standard error of 0.023 around 0.698 and of 0.003 around 0.005.
    assert abs(found[0] - BCG["permutation"]["pval"][0]) < 0.08 and found[1] < 0.025


# ---- hard cases ----


def test_without_heterogeneity_tau2_is_exactly_none():
    y, v = np.array([0.11, 0.10, 0.12, 0.09]), np.full(4, 0.25)
    for method in ("REML", "ML", "DL", "PM", "HE", "EB", "HS", "DLIT", "SJIT", "PMM"):
        model = pool.fit(y, v, method=method)
        assert model.tau2 == 0 and model.i2 == 0
    assert pool.spread(pool.fit(y, v)).tau2 is None  # Q is so small that no tau2 fits: metafor's null set


def test_two_studies_have_a_result_and_one_has_none():
    model = pool.fit([0.1, 0.5], [0.01, 0.02], test="knha")
    assert model.df == 1 and model.estimate.p is not None
    with pytest.raises(Problem, match="at least two"):
        pool.fit([0.1], [0.01])


def test_a_variance_of_zero_goes_where_metafor_lets_it_go():
    y, v = [0.1, 0.9, 0.4, -0.3], [0.0, 0.01, 0.02, 0.03]
    model = pool.fit(y, v)
    assert model.tau2 > 0 and model.q is None and "variance 0" in " ".join(model.notes)
    for method in ("DL", "PM", "FE"):
        with pytest.raises(Problem, match="variance 0"):
            pool.fit(y, v, method=method)


@pytest.mark.parametrize(
    "y, v, says",
    [
        ([0.1, math.nan], [1, 1], "finite"),
        ([0.1, math.inf], [1, 1], "finite"),
        ([0.1, 0.2], [1, -1], "above 0"),
        ([0.1, 0.2], [1, 1, 1], "one variance"),
    ],
)
def test_numbers_that_cannot_be_are_refused_by_row(y: list, v: list, says: str):
    with pytest.raises(Problem, match=says):
        pool.fit(y, v)


def test_equal_effects_have_no_knapp_hartung_variance():
    with pytest.raises(Problem, match="adhoc or z"):
        pool.fit([0.3, 0.3, 0.3], [0.1, 0.2, 0.3], test="knha")
    assert pool.fit([0.3, 0.3, 0.3], [0.1, 0.2, 0.3], test="adhoc").scale == 1


def test_moderators_that_say_nothing_are_named():
    with pytest.raises(Problem, match="the moderator vi2 has one value"):
        design.of(columns.parse("yi,vi2\n1,2\n3,2", "a.csv"), ["vi2"])
    with pytest.raises(Problem, match="b is a combination of intercept, a"):
        design.of(columns.parse("a,b\n1,2\n2,4\n3,6", "a.csv"), ["a", "b"])
    with pytest.raises(Problem, match="parameters and 3 effects"):
        pool.fit([1, 2, 3], [1, 1, 1], design.of(columns.parse("a,b\n1,2\n2,1\n3,7", "a.csv"), ["a", "b"]))


# ---- laws ----

studies = st.integers(3, 12).flatmap(
    lambda k: st.tuples(
        st.lists(st.floats(-3, 3), min_size=k, max_size=k, unique=True),
        st.lists(st.floats(0.01, 4), min_size=k, max_size=k),
    )
)


@settings(max_examples=40, deadline=None)
@given(studies, st.floats(-50, 50), st.floats(0.1, 20), st.sampled_from(["REML", "ML", "DL", "PM"]))
def test_shifting_and_stretching_effects_shifts_and_stretches_the_result(given, shift: float, factor: float, method: str):
    y, v = np.array(given[0]), np.array(given[1])
    one, other = pool.fit(y, v, method=method), pool.fit(y * factor + shift, v * factor**2, method=method)
    assert math.isclose(one.tau2 * factor**2, other.tau2, rel_tol=1e-6, abs_tol=1e-8 * factor**2)
    # At a peak that is nearly flat, tau2 has fewer digits than the likelihood; the mean follows it.
    assert math.isclose(one.beta[0] * factor + shift, other.beta[0], rel_tol=1e-6, abs_tol=1e-6 * factor)


@settings(max_examples=40, deadline=None)
@given(studies)
def test_reml_is_at_a_peak_of_its_likelihood(given):
    y, v = np.array(given[0]), np.array(given[1])
    model = pool.fit(y, v)
    data = heterogeneity.Effects(y, v, np.linalg.qr(np.ones((len(y), 1)))[0])
    here = data.at(model.tau2).log_likelihood(True)
    step = 1e-3 * (model.tau2 + v.mean())
    assert here >= data.at(model.tau2 + step).log_likelihood(True) - 1e-12
    if model.tau2 > step:
        assert here >= data.at(model.tau2 - step).log_likelihood(True) - 1e-12


# ---- effect sizes ----

ESCALC = json.loads((REFERENCE / "escalc.json").read_text())


def sizes(name: str) -> dict[str, np.ndarray]:
    """What a measure takes, out of the data set that it was computed on."""
    if name == "bcg":
        a, b, c, d = (np.array(BCG["data"][one], float) for one in ("tpos", "tneg", "cpos", "cneg"))
        return {"x1": a, "n1": a + b, "x2": c, "n2": c + d}
    names = {
        "normand1999": {"m1": "m1i", "sd1": "sd1i", "n1": "n1i", "m2": "m2i", "sd2": "sd2i", "n2": "n2i"},
        "pritz1997": {"x": "xi", "n": "ni"},
        # R was given the spread before with the mean after, which matters for the ratio alone.
        "prepost_made_up": {"m1": "m_post", "sd1": "sd_post", "m2": "m_pre", "sd2": "sd_pre", "n": "ni", "r": "ri"},
    }[name]
    data = ESCALC["prepost" if name.startswith("prepost") else name]
    return {ours: np.array(data[theirs], float) for ours, theirs in names.items()}


@pytest.mark.parametrize("case", ESCALC["sizes"])
def test_effect_sizes_are_those_of_escalc(case: str):
    source, measure = case.split("/")
    given = sizes(source)
    if measure == "VR":
        given = {name: values for name, values in given.items() if not name.startswith("m")}
    if measure == "ROMC":
        given |= {"sd1": given["sd2"], "sd2": given["sd1"]}
    found = effects.compute(measure.replace("_vtypeUB", "-UB"), **given)
    for ours, theirs in ((found.y, ESCALC["sizes"][case]["yi"]), (found.v, ESCALC["sizes"][case]["vi"])):
        assert all(close(one, other, 1e-10) for one, other in zip(ours.tolist(), theirs, strict=True))


def test_correlations_by_hand():
    found = effects.compute("ZCOR", r=[0.5], n=[28])
    assert math.isclose(found.y[0], math.atanh(0.5)) and found.v[0] == 1 / 25
    assert math.isclose(effects.compute("COR", r=[0.5], n=[28]).v[0], 0.75**2 / 27)


def test_impossible_counts_are_refused():
    with pytest.raises(Problem, match="more events"):
        effects.compute("OR", x1=[5], n1=[4], x2=[1], n2=[4])
    with pytest.raises(Problem, match="takes m1"):
        effects.compute("SMD", x1=[1])
    with pytest.raises(Problem, match="unknown effect size 'SDM'"):
        effects.compute("SDM", x1=[1])
