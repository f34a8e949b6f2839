"""Confidence: the probability that a verdict is right, where it comes from, and where there is none."""

from __future__ import annotations

import json
import math
import random
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate.problems import Problem
from synth import calibration
from synth.calibration import Bin, Calibration, Labelled, fit, fitted, platt, score, stratum, together, with_confidence, written
from synth.figures import reliability as figure
from synth.records import Verdict
from synth.reliability import reliability


def verdict(word, coverage=None, text="It helps.", **checks):
    data = {"statements": [{"text": text, "coverage": coverage}]} if coverage is not None else {}
    made = {name: Verdict(name, said, "", data=data if name == "words" else {}) for name, said in checks.items()}
    return Verdict("final", word, "", checks=made)


TABLES = [Labelled("supported by tables", place > 1, None, str(place)) for place in range(100)]
WORDS = [
    Labelled("supported by words, without numbers", draw.random() < level, level, str(number))
    for draw in [random.Random(0)]
    for number in range(400)
    for level in [draw.choice([0.5, 0.6, 0.7, 0.8, 0.9])]
]
LEARNT = Calibration(fit([*TABLES, *WORDS]), ("made up",))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (verdict("supported", tables="supported", words="not enough information"), "supported by tables"),
        (verdict("supported", tables="supported", words="supported"), "supported by tables and words"),
        (verdict("refuted", 0.9, tables="other version", words="refuted"), "refuted by words, without numbers"),
        (verdict("refuted", 0.9, "It has 7 layers.", words="refuted"), "refuted by words, with numbers"),
        (verdict("supported", tables="not enough information", replication="reproduced"), "supported by runs"),
        (verdict("not enough information", tables="not enough information"), ""),
        (verdict("conflicting", tables="supported", words="refuted"), ""),
    ],
)
def test_a_verdict_belongs_to_the_checks_that_decided_it(given, name):
    assert stratum(given) == name


def test_the_confidence_of_a_stratum_is_its_share_with_wilsons_interval():
    found = with_confidence(verdict("supported", tables="supported"), LEARNT)
    assert found.confidence == pytest.approx(99 / 102)  # 98 of 100 were right, one more of each kind counted in
    assert found.interval == (pytest.approx(0.9300, abs=1e-4), pytest.approx(0.9945, abs=1e-4))  # R: binom.wilson(98, 100)
    assert found.reason == "98 of 100 labelled verdicts that are 'supported by tables' were right"


def test_a_better_score_is_a_higher_confidence():
    found = [with_confidence(verdict("supported", at, words="supported"), LEARNT).confidence for at in (0.5, 0.7, 0.9)]
    assert found == sorted(found) and found[0] == pytest.approx(0.5, abs=0.1) and found[-1] == pytest.approx(0.9, abs=0.06)


def test_the_weakest_statement_of_a_claim_counts():
    two = verdict("supported", 0.9, words="supported")
    words = replace(two.checks["words"], data={"statements": [{"text": "A.", "coverage": 0.9}, {"text": "B.", "coverage": 0.6}]})
    assert score(replace(two, checks={"words": words})) == 0.6


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (verdict("refuted", tables="refuted"), "uncalibrated: 0 labelled verdicts are 'refuted by tables', 30 are wanted"),
        (verdict("supported", 0.2, words="supported"), "uncalibrated: a score of 0.20, the labelled verdicts have 0.47 to 0.93"),
        (verdict("supported", words="supported"), "uncalibrated: no score, the labelled verdicts have 0.47 to 0.93"),
        (verdict("not enough information"), "nothing was decided"),
    ],
)
def test_outside_its_domain_there_is_no_confidence(given, reason):
    given = given if given.checks.get("words") is None or score(given) else replace(
        given, checks={"words": replace(given.checks["words"], data={"statements": [{"text": "It helps."}]})}
    )  # fmt: skip
    found = with_confidence(given, LEARNT)
    assert (found.confidence, found.interval, found.reason) == (None, None, reason)


def test_a_model_of_labels_has_a_stratum_of_its_own():
    made = verdict("refuted", 0.9, words="refuted")
    words = replace(made.checks["words"], data={**made.checks["words"].data, "labels": {"supported": 0.2, "refuted": 0.7}})
    made = replace(made, checks={"words": words})
    assert (stratum(made), score(made)) == ("refuted by words of an abstract", 0.7)


def test_a_stratum_needs_enough_labelled_verdicts():
    few = Calibration(fit(TABLES[:29]))
    assert with_confidence(verdict("supported", tables="supported"), few).reason.startswith("uncalibrated: 29 labelled")


def test_platt_is_the_maximum():
    """Where the likelihood of Platt's targets, less the little pull on the slope, has no gradient; it is concave."""
    counts = [(0.5, 20, 50), (0.6, 60, 100), (0.7, 80, 120), (0.8, 90, 110), (0.9, 95, 100)]
    right, of = sum(one[1] for one in counts), sum(one[2] for one in counts)
    high, low = (right + 1) / (right + 2), 1 / (of - right + 2)
    intercept, slope = platt(counts)
    left = [(at, yes * high + (every - yes) * low - every / (1 + math.exp(-intercept - slope * at))) for at, yes, every in counts]
    centre = sum(at for at, _ in left) / len(left)
    assert math.fsum(one for _, one in left) == pytest.approx(0, abs=1e-6)
    assert math.fsum((at - centre) * one for at, one in left) == pytest.approx(calibration.RIDGE * slope, abs=1e-6)
    assert slope > 5


def test_all_right_is_never_certain_and_a_falling_share_has_no_slope():
    assert 0.97 < fitted("s", [Bin(0.5, 50, 50), Bin(0.9, 50, 50)]).probability(0.9) < 1
    assert platt([(0.5, 90, 100), (0.9, 50, 100)])[1] == 0


# --- laws

bins = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 60), st.integers(1, 60)), min_size=2, max_size=12, unique_by=lambda one: one[0]
)


@settings(max_examples=60, deadline=None)
@given(bins, st.floats(0, 1))
def test_confidence_is_a_probability_within_its_interval_and_rises_with_the_score(rows, at):
    made = fitted("s", [Bin(place / 20, min(right, of), of) for place, right, of in rows])
    low, high = made.interval(at)
    assert 0 <= low <= made.probability(at) <= high <= 1
    assert made.probability(at) <= made.probability(at + 0.1) + 1e-12


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80))
def test_reliability_counts_everything_once(said):
    found = reliability(said)
    assert sum(one.of for one in found.bins) == found.n == len(said)
    assert 0 <= found.ece <= 1 and 0 <= found.brier <= 1 and abs(found.signed) <= found.ece + 1e-9
    assert found.risk[-1] == (1.0, pytest.approx(1 - sum(right for _, right in said) / len(said)))


def test_reliability_of_what_keeps_its_word_and_of_what_does_not():
    fair = reliability([(0.75, True)] * 75 + [(0.75, False)] * 25)
    assert (fair.ece, fair.signed, fair.brier) == (pytest.approx(0), pytest.approx(0), pytest.approx(0.1875))
    sure = reliability([(0.95, True)] * 50 + [(0.95, False)] * 50)
    assert (sure.ece, sure.signed) == (pytest.approx(0.45), pytest.approx(0.45))
    with pytest.raises(Problem, match="no labelled verdict"):
        reliability([])


# --- files


def test_a_file_of_counts_comes_back(tmp_path):
    path = tmp_path / "twins.toml"
    path.write_text(written([*TABLES, *WORDS], "made up", "a test", {"rows.csv": "0" * 64}), encoding="utf-8")
    found = together([path])
    assert found.sources == ("made up",)
    for name, one in LEARNT.strata.items():
        assert found.strata[name].bins == one.bins and found.strata[name].probability(0.8) == pytest.approx(one.probability(0.8))
    twice = together([path, path])
    assert twice.strata["supported by tables"].of == 200
    assert sum(of for _, _, of in found.reliable) == 500
    assert tomllib.loads(path.read_text())["inputs"] == {"rows.csv": "0" * 64}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("schema = 1", "its schema is 1"),
        ("not toml", "not TOML"),
        (
            'schema = "synth.calibration/1"\nsource = "s"\n[[stratum]]\nname = "a"\ncounts = [[5, 3]]',
            "between 0 and those counted",
        ),
        ('schema = "synth.calibration/1"\nsource = "s"\n[[stratum]]\nname = "a"\ncounts = [["x", 3, 4]]', "wanted: source"),
        ('schema = "synth.calibration/1"', "wanted: source"),
    ],
)
def test_a_bad_file_is_named(tmp_path, text, why):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(Problem, match=why):
        calibration.read(path)


def test_what_ships_is_read_and_says_where_it_comes_from():
    shipped = calibration.shipped()
    assert shipped.sources and all(shipped.sources)
    tables = shipped.strata["supported by tables"]
    assert tables.of >= calibration.ENOUGH and tables.right / tables.of > 0.9
    assert with_confidence(verdict("supported", tables="supported")).confidence > 0.9


def test_the_figure_has_a_dot_for_every_bin():
    rows = [(0.3, 3, 10), (0.95, 90, 100)]
    drawn = figure.reliability("r", "Reliability", rows, [(0.1, 0.6), (0.83, 0.94)])
    assert drawn.startswith("<svg") and drawn.count("<circle") == 2
    assert "confidence 95%, right 90 of 100" in drawn and "of 110 verdicts" in drawn
    assert "<circle" not in figure.reliability("r", "Reliability", [], narrow=True)


def test_the_shipped_counts_are_those_of_the_published_rows():
    """What was learnt from tables that have changed since would be no calibration of these."""
    from replicate.files import sha256

    data = Path(calibration.resources.data())
    found = tomllib.loads((data / "calibration" / "twins.toml").read_text(encoding="utf-8"))
    for name, digest in found["inputs"].items():
        assert sha256(data / "published" / name) == digest, f"run {found['made_by']}"
    assert json.dumps(found["reliability"]["bins"]) and math.isfinite(found["reliability"]["bins"][0][0])
