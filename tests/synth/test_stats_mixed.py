"""Mixed models against lme4 1.1-31 and metafor 3.8, robust errors against clubSandwich 0.5.8, and where statsmodels is not used.

The numbers of R stand in `tests/data/reference` with the versions that made them.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from replicate.problems import Problem
from synth.stats import columns, design, kenward, mixed, multilevel, penalised, pool, predicted, profiles, robust
from synth.stats.design import INTERCEPT, Design

REFERENCE = Path(__file__).resolve().parent.parent / "data" / "reference"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "reference"
LME4 = json.loads((REFERENCE / "lme4.json").read_text())
SCHOOLS = json.loads((REFERENCE / "konstantopoulos.json").read_text())


def close(ours: float, theirs: float, tolerance: float) -> bool:
    """The tolerance is relative; of numbers below a thousandth it is that of a thousandth."""
    return abs(ours - theirs) <= tolerance * max(abs(theirs), 1e-3)


def words(values: list) -> list[str]:
    return [f"{value:g}" if isinstance(value, float) else value for value in values]


def sleep(case: str) -> mixed.Mixed:
    data = LME4["sleepstudy"]
    days, subjects = np.array(data["Days"], float), words(data["Subject"])
    matrix = np.column_stack([np.ones(len(days)), days])
    chosen = {
        "random_slopes": [penalised.term("Subject", subjects, matrix, ("intercept", "Days"))],
        "random_intercept": [penalised.term("Subject", subjects)],
        "uncorrelated": [penalised.term("Subject", subjects), penalised.term("Subject.1", subjects, days[:, None], ("Days",))],
    }[case.rsplit("_", 1)[0]]
    reml = LME4["sleepstudy_models"][case]["REML"]
    return mixed.fit(data["Reaction"], Design(matrix, (INTERCEPT, "Days"), {}), chosen, reml)


def penicillin(reml: bool = True) -> mixed.Mixed:
    data = LME4["penicillin"]
    terms = [penalised.term("plate", data["plate"]), penalised.term("sample", data["sample"])]
    return mixed.fit(data["diameter"], design.ones(len(data["plate"])), terms, reml)


def schools(year: bool = False, reml: bool = True) -> mixed.Mixed:
    """Effects in schools in districts, sampling variances known."""
    district, school = words(SCHOOLS["data"]["district"]), words(SCHOOLS["data"]["school"])
    terms = [penalised.term("district", district), penalised.term("district/school", penalised.nested(district, school))]
    chosen = design.ones(len(district))
    if year:
        years = np.array(SCHOOLS["data"]["year"]) - 1990
        chosen = Design(np.column_stack([np.ones(len(years)), years]), (INTERCEPT, "year"), {})
    return mixed.fit(SCHOOLS["data"]["yi"], chosen, terms, reml, np.array(SCHOOLS["data"]["vi"]))


# ---- lme4 ----


def agrees(model: mixed.Mixed, reference: dict) -> None:
    """Fixed effects and likelihood to six digits, standard deviations to four."""
    assert all(close(a, b, 1e-6) for a, b in zip(model.beta, reference["fixef"].values(), strict=True))
    errors = reference["se"] if isinstance(reference["se"], list) else [reference["se"]]
    assert all(close(a, b, 1e-6) for a, b in zip(np.sqrt(np.diag(model.cov)), errors, strict=True))
    ours = [number for one in model.components for number in (*one.sd, *one.correlations)] + [model.sigma]
    assert all(close(a, b["sdcor"], 1e-4) for a, b in zip(ours, reference["varcomp"], strict=True))
    assert close(model.fit.log_likelihood, reference["logLik"], 1e-6)
    assert close(model.fit.aic, reference["AIC"], 1e-6) and close(model.fit.bic, reference["BIC"], 1e-6)


@pytest.mark.parametrize("case", LME4["sleepstudy_models"])
def test_intercepts_and_slopes_are_lme4s(case: str):
    agrees(sleep(case), LME4["sleepstudy_models"][case])


@pytest.mark.parametrize("case", LME4["penicillin_models"])
def test_crossed_intercepts_are_lme4s(case: str):
    agrees(penicillin(case.endswith("REML")), LME4["penicillin_models"][case])


def test_profile_intervals_are_lme4s():
    for model, reference in (
        (sleep("random_intercept_REML"), LME4["sleepstudy_models"]["random_intercept_REML"]),
        (penicillin(), LME4["penicillin_models"]["crossed_REML"]),
    ):
        found = profiles.profile(model)
        low, high = reference["profile_ci"]["lb"], reference["profile_ci"]["ub"]
        assert all(close(one.low, a, 1e-3) and close(one.high, b, 1e-3) for one, a, b in zip(found, low, high, strict=True))


def test_the_profile_of_a_correlation_is_lme4s():
    model, reference = sleep("random_slopes_ML"), LME4["sleepstudy_models"]["random_slopes_ML"]["profile_ci"]
    found = next(one for one in profiles.profile(model) if one.name == "correlation Subject")
    assert close(found.low, reference["lb"][1], 1e-3) and close(found.high, reference["ub"][1], 1e-3)


def test_satterthwaites_degrees_of_freedom_are_those_of_lmertest():
    for case in ("random_slopes_REML", "random_intercept_REML", "uncorrelated_REML"):
        reference = LME4["sleepstudy_models"][case]["satterthwaite"]["df"]
        assert all(close(a, b, 1e-4) for a, b in zip(profiles.satterthwaite(sleep(case)), reference, strict=True))
    crossed = LME4["penicillin_models"]["crossed_REML"]["satterthwaite"]["df"]
    assert close(profiles.satterthwaite(penicillin())[0], crossed, 1e-4)


def test_predicted_effects_and_their_spread_are_lme4s():
    reference = LME4["sleepstudy_models"]["random_slopes_REML"]
    lines = predicted.effects(sleep("random_slopes_REML"))["Subject"]
    for place, row in enumerate(reference["ranef"]["Subject"]):
        first, second = lines[2 * place], lines[2 * place + 1]
        assert first.level == row["id"] and second.column == "Days"
        assert close(first.value, row["(Intercept)"], 1e-4) and close(second.value, row["Days"], 1e-4)
        assert close(first.conditional_sd, reference["condsd"]["Subject"][place][0], 1e-4)


def test_kenward_and_roger_agree_with_the_exact_test_of_a_balanced_design():
    # With one row per day and subject the test of Days is exactly t with 17 degrees of freedom, and nothing is corrected.
    model = sleep("uncorrelated_REML")
    with pytest.raises(Problem, match="intercepts"):
        kenward.correct(sleep("random_slopes_REML"))
    balanced = penicillin()
    found = kenward.correct(balanced)
    assert close(found.se[0], math.sqrt(balanced.cov[0, 0]), 1e-4)
    assert model.singular == ()


# ---- metafor's rma.mv ----


@pytest.mark.parametrize("case, reml", [("three_level_REML", True), ("three_level_ML", False)])
def test_three_levels_are_metafors(case: str, reml: bool):
    model, reference = schools(reml=reml), SCHOOLS[case]
    ours = [model.beta[0], math.sqrt(model.cov[0, 0]), *(one.variance for one in model.components)]
    assert all(close(a, b, 1e-6) for a, b in zip(ours, [reference["b"], reference["se"], *reference["sigma2"]], strict=True))
    fit, theirs = model.fit, reference["fit"]
    ours = [fit.log_likelihood, fit.aic, fit.bic, fit.aicc]
    assert all(close(a, theirs[b], 1e-6) for a, b in zip(ours, ("logLik:", "AIC:", "BIC:", "AICc:"), strict=True))


def test_three_levels_with_a_moderator_and_with_t_are_metafors():
    model, reference = schools(year=True), SCHOOLS["three_level_year"]
    assert all(close(a, b, 1e-6) for a, b in zip(model.beta, reference["b"], strict=True))
    district = words(SCHOOLS["data"]["district"])
    found = multilevel.fit(
        SCHOOLS["data"]["yi"], np.array(SCHOOLS["data"]["vi"]), design.ones(56), multilevel.clusters(district), test="t"
    )
    theirs, line = SCHOOLS["three_level_t"], found.coefficients[0]
    ours = (line.p, line.low, line.high, found.prediction.new_low, found.prediction.new_high, found.q)
    names = ("pval", "ci_lb", "ci_ub", "pi_lb", "pi_ub", "Q")
    assert all(close(a, theirs[b], 1e-6) for a, b in zip(ours, names, strict=True))


def test_likelihood_intervals_of_the_variances_are_metafors():
    for one, (part, name) in zip(profiles.profile(schools()), (("1", "sigma^2.1"), ("2", "sigma^2.2")), strict=True):
        theirs = SCHOOLS["three_level_REML"]["confint"][part][name]
        assert close(one.low, theirs["ci.lb"], 1e-3) and close(one.high, theirs["ci.ub"], 1e-3)


def test_predicted_effects_of_districts_are_metafors():
    found = predicted.effects(schools())
    for term, reference in SCHOOLS["blup_district"].items():
        lines = {one.level: one for one in found[term]}
        for name, value, se in zip(reference["id"], reference["intrcpt"], reference["se"], strict=True):
            assert close(lines[name].value, value, 1e-5) and close(lines[name].prediction_sd, se, 1e-5)


def test_a_full_covariance_matrix_is_what_its_diagonal_says_when_nothing_is_shared():
    one = schools()
    other = mixed.fit(one.y, one.design, one.terms, True, np.diag(one.sampling))
    assert close(other.beta[0], one.beta[0], 1e-7) and close(other.fit.deviance, one.fit.deviance, 1e-9)


def test_a_model_of_one_tau2_is_the_pooled_one():
    y, v = np.array(SCHOOLS["data"]["yi"]), np.array(SCHOOLS["data"]["vi"])
    rows = penalised.term("row", [str(row) for row in range(len(y))])
    one, other = mixed.fit(y, design.ones(56), [rows], True, v), pool.fit(y, v)
    assert close(one.components[0].variance, other.tau2, 1e-6)
    assert close(one.fit.log_likelihood, other.fit.log_likelihood, 1e-10)


# ---- clubSandwich ----


@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2"])
def test_robust_errors_are_those_of_clubsandwich(kind: str):
    reference = SCHOOLS[f"robust_{kind}_district"]
    line = robust.of_mixed(schools(), words(SCHOOLS["data"]["district"]), kind).lines[0]
    ours = (line.estimate, line.se, line.statistic, line.df, line.p, line.low, line.high)
    names = ("beta", "se", "t", "df", "p", "ci_lb", "ci_ub")
    assert all(close(a, reference[b], 1e-6) for a, b in zip(ours, names, strict=True))


def test_a_joint_test_of_one_coefficient_is_the_test_of_that_coefficient():
    found = robust.of_mixed(schools(year=True), words(SCHOOLS["data"]["district"]))
    line, reference = found.lines[1], SCHOOLS["robust_CR2_year"]
    assert close(line.df, reference["df"][1], 1e-6) and close(line.p, reference["p"][1], 1e-6)
    joint = robust.joint(found, [1])
    assert math.isclose(joint.statistic, line.statistic**2) and math.isclose(joint.p, line.p)


def test_a_joint_test_that_the_clusters_cannot_carry_is_refused_with_its_degrees_of_freedom():
    rng = np.random.default_rng(0)
    clusters = [str(row // 5) for row in range(20)]
    matrix = np.column_stack([np.ones(20), *(rng.normal(size=4)[np.arange(20) // 5] for _ in range(2)), rng.normal(size=20)])
    found = robust.sandwich(rng.normal(size=20), matrix, ("intercept", "a", "b", "c"), clusters)
    joint = robust.joint(found, [1, 2, 3])
    assert joint.p is None and "4 clusters" in joint.why


def test_cr2_is_unbiased_where_the_working_model_is_right():
    """The expected sandwich, by its own arrays, is the covariance of least squares."""
    rng = np.random.default_rng(1)
    clusters = [str(one) for one in rng.integers(0, 8, 40)]
    matrix = np.column_stack([np.ones(40), rng.normal(size=40)])
    found = robust.sandwich(rng.normal(size=40), matrix, ("intercept", "x"), clusters)
    assert np.allclose(np.einsum("stii->st", found.arrays), np.linalg.inv(matrix.T @ matrix))


def test_a_grouping_across_the_clusters_is_refused():
    with pytest.raises(Problem, match="runs across the clusters"):
        robust.of_mixed(penicillin(), LME4["penicillin"]["plate"])


# ---- what is hard, and what is refused ----


def test_a_variance_at_zero_is_found_and_named():
    rng = np.random.default_rng(3)
    y = rng.normal(size=60)
    group = [str(row % 6) for row in range(60)]
    y -= np.array([y[row % 6 :: 6].mean() for row in range(60)])
    model = mixed.fit(y, design.ones(60), [penalised.term("group", group)])
    assert model.components[0].sd == (0.0,) and model.singular == ("group",)


def test_a_relation_of_nothing_changes_nothing_and_a_bad_one_is_refused():
    data = LME4["penicillin"]
    plates = sorted(set(data["plate"]))
    term = penalised.term("plate", data["plate"], relation=np.eye(len(plates)))
    terms = [term, penalised.term("sample", data["sample"])]
    model = mixed.fit(data["diameter"], design.ones(len(data["plate"])), terms)
    assert close(model.fit.log_likelihood, penicillin().fit.log_likelihood, 1e-9)
    one, other = predicted.effects(model)["plate"], predicted.effects(penicillin())["plate"]
    assert all(
        close(a.value, b.value, 1e-5) and close(a.conditional_sd, b.conditional_sd, 1e-5) for a, b in zip(one, other, strict=True)
    )
    bad = penalised.term("plate", data["plate"], relation=np.ones((len(plates), len(plates))))
    with pytest.raises(Problem, match="positive definite"):
        mixed.fit(data["diameter"], design.ones(len(data["plate"])), [bad])


@pytest.mark.parametrize(
    "labels, says",
    [(["a"] * 8, "one level"), ([str(row) for row in range(8)], "those of the residual"), (["a", "b"] * 3, "same rows")],
)
def test_groupings_that_nothing_can_be_seen_by_are_refused(labels: list[str], says: str):
    with pytest.raises(Problem, match=says):
        mixed.fit(np.arange(8.0) ** 2, design.ones(8), [penalised.term("group", labels)])


def test_a_predictor_far_from_zero_costs_no_digits():
    one = schools(year=True)
    years = np.array(SCHOOLS["data"]["year"])
    raw = Design(np.column_stack([np.ones(56), years]), (INTERCEPT, "year"), {})
    other = mixed.fit(one.y, raw, one.terms, True, one.sampling)
    assert close(other.beta[1], one.beta[1], 1e-9) and close(other.fit.log_likelihood, one.fit.log_likelihood, 1e-9)


# ---- why statsmodels is not used for these (../shared/design.md) ----


@pytest.mark.filterwarnings("ignore")
def test_statsmodels_mixed_model_stops_short_of_the_best_likelihood_and_says_converged():
    smf = pytest.importorskip("statsmodels.formula.api")
    import pandas

    rng = np.random.default_rng(3)
    a, b = np.repeat(np.arange(8), 6), np.tile(np.arange(6), 8)
    y = rng.normal(0, 1, 48) + rng.normal(0, 0.2, 8)[a] + rng.normal(0, 0, 6)[b]
    frame = pandas.DataFrame({"y": y, "a": a, "b": b, "one": 1})
    theirs = smf.mixedlm("y ~ 1", frame, groups="one", vc_formula={"a": "0 + C(a)", "b": "0 + C(b)"}).fit(reml=True)
    terms = [penalised.term("a", [str(one) for one in a]), penalised.term("b", [str(one) for one in b])]
    ours = mixed.fit(y, design.ones(48), terms)
    assert theirs.converged and (theirs.vcomp > 0.005).all()
    assert ours.singular == ("a", "b") and ours.fit.log_likelihood > theirs.llf + 0.05


def test_statsmodels_combine_effects_lets_tau2_be_negative():
    meta = pytest.importorskip("statsmodels.stats.meta_analysis")
    y, v = np.array([0.11, 0.10, 0.12, 0.09]), np.full(4, 0.25)
    assert meta.combine_effects(y, v, method_re="dl").tau2 < -0.2
    assert pool.fit(y, v, method="DL").tau2 == 0


def test_the_shared_rows_are_fitted_as_lme4_fitted_them():
    if not (SHARED / "data" / "bench20k.csv").is_file():
        pytest.skip("no ../shared/reference beside this checkout")
    table = columns.read(SHARED / "data" / "bench20k.csv")
    chosen = design.of(table, ["syn", "logsize", "overlap"])
    terms = [penalised.term(name, table.words(name)) for name in ("family", "lang", "task")]
    model = mixed.fit(table.numbers("gain"), chosen, terms)
    # A peak of the likelihood: no small step in any direction is better.
    least = mixed._deviance(model.algebra, model.solution, True, False)
    for place in range(3):
        for step in (-1e-3, 1e-3):
            theta = model.theta.copy()
            theta[place] += step
            assert mixed._deviance(model.algebra, model.algebra.solve(theta), True, False) > least
