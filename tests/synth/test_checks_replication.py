"""Our runs against assertions of every kind: what they reproduce, what they leave open, what no run can measure."""

from __future__ import annotations

import pytest

from replicate import results
from synth.checks import replication
from synth.checks.hand import Hand, measuring
from synth.records import Assertion, Claim, Question

XLMR = "FacebookAI/xlm-roberta-large"
GAINS = {"anli+": 1.0, "squad1": 4.0, "ccg": -3.0}
ASKED = Question("q", "Does it help?", "stilts", (), 0.5, ())


@pytest.fixture(scope="module")
def frames(request):
    """Real runs of one target, three seeds that differ a little: made once."""
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("grids", request.path.parent / "conftest.py")
    assert spec and spec.loader
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    codes = ("en", "de", "fr", "ru", "zh", "ar", "hi", "th")
    kept = {"targets": ("xnli",), "codes": codes, "splits": ("dev",), "drift": 0.02}
    real = made.made(gains=GAINS, world="real", model=XLMR, **kept)
    return {
        "real": Hand(runs=real),
        "one seed": Hand(runs=results.select(real, seed=1)),
        "nano": Hand(runs=made.made(gains=GAINS, targets=("xnli",), drift=0.02)),
    }


def check(hand, *assertions):
    return replication.check(Claim("one", "It helps.", "2005.13013v2", tuple(assertions)), ASKED, hand)


def asserts(kind, intermediate="squad1", **fields):
    return Assertion(kind, intermediate, target="xnli", **{"split": "dev", **fields})


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (asserts("gain", value="4.0"), "reproduced"),
        (asserts("gain", value="3", relation="at least"), "reproduced"),
        (asserts("gain", value="3", relation="at most"), "not reproduced"),
        (asserts("gain", value="8.0"), "direction only"),
        (asserts("level", value="20.0"), "not reproduced"),  # a level has no direction that could be right
        (asserts("greater", rival="anli+"), "reproduced"),
        (asserts("greater", intermediate="ccg", rival="anli+"), "not reproduced"),
        (asserts("best"), "reproduced"),
        (asserts("best", among=("squad1", "anli+", "mnli")), "direction only"),  # MNLI was not run
        (asserts("sign", intermediate="", across="intermediates", quantifier="some"), "reproduced"),
        (asserts("sign", intermediate="", across="intermediates", quantifier="none"), "not reproduced"),
        (asserts("sign", intermediate="", across="intermediates", quantifier="each"), "not reproduced"),  # CCG
        (asserts("sign", intermediate="", across="intermediates", quantifier="most"), "inconclusive"),  # of nine
        (asserts("sign", intermediate="", across="intermediates", quantifier="most", among=tuple(GAINS)), "reproduced"),
        (asserts("sign", across="languages", quantifier="each"), "reproduced"),
        (asserts("greater", rival="squad1", rival_mlm=True), "not run"),
    ],
)
def test_real_runs_answer_every_kind(frames, one, verdict):
    assert check(frames["real"], one).verdict == verdict


@pytest.mark.parametrize(
    "one",
    [
        asserts("gain", value="4.0"),
        asserts("greater", rival="anli+"),
        asserts("sign", intermediate="", across="intermediates", quantifier="some"),
    ],
)
def test_one_seed_decides_nothing_and_the_artificial_world_never_does(frames, one):
    assert check(frames["one seed"], one).verdict == "inconclusive"
    shown = check(frames["nano"], one)
    assert shown.verdict == "illustration" and "artificial world" in shown.line


def test_a_level_is_reproduced_within_the_margin(frames):
    at = check(frames["real"], asserts("level", value="1.0")).data["estimate"]
    assert check(frames["real"], asserts("level", value=f"{at['mean']:.1f}")).verdict == "reproduced"
    assert at["languages"]["n"] == 8 and at["languages"]["mean"] == pytest.approx(at["mean"])


def test_the_interval_over_languages_stands_beside_that_over_seeds(frames):
    found = check(frames["real"], asserts("gain", value="4.0"))
    estimate = found.data["estimate"]
    assert estimate["languages"]["high"] - estimate["languages"]["low"] > estimate["high"] - estimate["low"] > 0
    assert "over 8 languages as a sample the 95% interval is" in found.line


def test_what_is_stated_is_not_run_and_ours_confirm_nothing(frames):
    one = Assertion("size", about="anli+", what="training examples", value="1,104,934")
    found = check(frames["real"], one)
    assert found.verdict == "not run" and found.data["independent"] is False
    assert found.line == "ANLI+: training examples: a run does not measure it (our Task says 1,104,934)"


def test_a_set_up_as_ours_needs_no_run_and_another_one_was_not_run(frames):
    gain = asserts("gain", value="4.0")
    nine, seven = (Assertion("count", about="stilts", what="intermediate tasks", value=value) for value in ("nine", "7"))
    assert check(frames["real"], gain, nine).verdict == "reproduced"
    assert check(frames["real"], gain, seven).verdict == "not run"


def test_every_part_of_a_claim_is_listed_with_its_verdict(frames):
    found = check(frames["real"], asserts("gain", value="4.0"), asserts("best"))
    assert [(one["kind"], one["asserts"], one["claimed"], one["verdict"]) for one in found.data["parts"]] == [
        ("gain", "SQuAD v1.1, XNLI", "4.0", "reproduced"),
        ("best", "SQuAD v1.1 best, XNLI", None, "reproduced"),
    ]


def test_the_experiment_that_measures_a_papers_claims_is_the_one_that_repeats_it():
    assert measuring("2005.13013v2") == ("stilts",) and measuring("2003.11080v5") == ()
