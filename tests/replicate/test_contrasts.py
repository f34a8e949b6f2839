"""What an experiment states beforehand, worked out on tables whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from replicate import contrasts, experiments, results
from replicate.experiments.protocol import PICKED, SELECTED, Contrast
from replicate.languages import languages

WORLD = languages("artificial")
NEAR_AND_FAR = ("a1a", "a1b", "a2a", "b1a", "c1a", "d1a", "e1a", "f1a", "g1a")
PIVOT = "a1a"
BASE = {"origin": "run:0", "world": "artificial", "model": "nano", "split": "test", "metric": "accuracy"}


def table(systems, seeds=(1, 2, 3), spoken=NEAR_AND_FAR, **more) -> pd.DataFrame:
    """Rows of xnli: `systems` says what an intermediate scores by (seed, language); more columns where a system is a pair."""
    rows = []
    for name, score in systems.items():
        for seed in seeds:
            for language in spoken:
                row = {"intermediate": name, "target": "xnli", "seed": seed, "language": language, "value": score(seed, language)}
                rows.append({**BASE, **row, **more})
    return results.table(rows)


def only(frame, *stated: Contrast) -> list[contrasts.Estimate]:
    return contrasts.estimates(frame, stated, WORLD, PIVOT)


def test_a_difference_is_paired_by_seed_and_language():
    """However different seeds and languages are, a system that is 3 points better everywhere is 3 points better, for certain."""
    level = lambda seed, language: 40 + 5 * seed + 2 * len(WORLD[language].family) + hash(language[0]) % 7  # noqa: E731
    frame = table({"baseline": level, "mnli": lambda seed, language: level(seed, language) + 3})
    (found,) = only(frame, Contrast("gain", {"intermediate": "mnli"}, {"intermediate": "baseline"}))
    assert found.value == pytest.approx(3)
    assert found.by_seed == pytest.approx((3, 3)) and found.by_language == pytest.approx((3, 3))
    assert (found.seeds, found.languages, found.targets) == (3, len(NEAR_AND_FAR) - 1, ("xnli",))


def test_the_pivot_counts_where_it_is_asked_for():
    frame = table({"baseline": lambda *_: 50, "mnli": lambda _, language: 90 if language == PIVOT else 50})
    of, over = {"intermediate": "mnli"}, {"intermediate": "baseline"}
    others, pivot, every = only(frame, *(Contrast(one, of, over, languages=one) for one in ("others", "pivot", "all")))
    assert others.value == pytest.approx(0)
    assert pivot.value == pytest.approx(40)
    assert every.value == pytest.approx(40 / len(NEAR_AND_FAR))


def test_a_slope_along_the_distance_is_what_was_put_in():
    def gained(_, language):
        return 50 + 12 * WORLD[language].distances["featural"]

    frame = table({"baseline": lambda *_: 50, "mnli": gained})
    (found,) = only(frame, Contrast("slope", {"intermediate": "mnli"}, {"intermediate": "baseline"}, along="distance"))
    assert found.value == pytest.approx(12)
    assert found.by_language == pytest.approx((12, 12))


def test_a_slope_along_a_column_is_paired_by_language():
    parts = [table({"baseline": lambda *_: 50})]
    for length in (8, 16, 32):
        score = lambda _, language, length=length: 50 + 2 * np.log2(length) + (language == "g1a")  # noqa: E731
        parts.append(table({f"mnli-{length}": score}, log2_length=float(np.log2(length))))
    frame = pd.concat(parts, ignore_index=True)
    names = tuple(f"mnli-{length}" for length in (8, 16, 32))
    (found,) = only(frame, Contrast("slope", {"intermediate": names}, {"intermediate": "baseline"}, along="log2_length"))
    assert found.value == pytest.approx(2)


def test_families_that_were_seen_are_told_from_those_that_were_not():
    """The pivot's family is seen by every target training, so it is on neither side of 'not seen'."""
    score = lambda _, language: 60 if language[0] in "bc" else 52  # noqa: E731
    frame = pd.concat(
        [table({"squad1": lambda *_: 50}), table({"squad1-b1a+c1a": score}, intermediate_languages="b1a+c1a")],
        ignore_index=True,
    )
    of, over = {"intermediate": "squad1-b1a+c1a"}, {"intermediate": "squad1"}
    seen, unseen = only(frame, *(Contrast(one, of, over, languages=one) for one in ("seen", "unseen")))
    assert (seen.value, seen.languages) == (pytest.approx(10), 2)
    assert (unseen.value, unseen.languages) == (pytest.approx(2), 4)


def test_choosing_on_what_is_measured_flatters_and_choosing_on_other_seeds_does_not():
    """Twenty systems that are all as good as none: the best of them seems to gain, until it is chosen fairly."""
    noise = np.random.default_rng(5).normal(0, 3, size=(20, 3))
    systems = {f"s{k}": lambda seed, _, k=k: float(50 + noise[k, seed - 1]) for k in range(20)}
    frame = table({"baseline": lambda *_: 50, **systems})
    over, names = {"intermediate": "baseline"}, tuple(systems)
    picked, fair = only(
        frame, *(Contrast(how, {"intermediate": how}, over, candidates=names) for how in (PICKED, SELECTED))
    )  # fmt: skip
    assert picked.value == pytest.approx(noise.max(axis=0).mean())
    others = [noise[:, [one for one in range(3) if one != seed]].mean(axis=1).argmax() for seed in range(3)]
    assert fair.value == pytest.approx(np.mean([noise[best, seed] for seed, best in enumerate(others)]))
    assert picked.value - fair.value > 1
    assert fair.interval[0] < 0 < fair.interval[1], "chance of seeds counts, though all languages agree"


def test_the_dev_set_of_the_pivot_chooses_where_it_was_evaluated():
    test = table({"baseline": lambda *_: 50, "mnli": lambda *_: 55, "qqp": lambda *_: 45}, seeds=(1,))
    dev = table({"mnli": lambda *_: 60, "qqp": lambda *_: 70}, seeds=(1,), spoken=(PIVOT,), split="dev")
    contrast = Contrast("best", {"intermediate": SELECTED}, {"intermediate": "baseline"}, candidates=("mnli", "qqp"))
    (found,) = only(pd.concat([test, dev], ignore_index=True), contrast)
    assert (found.value, found.chosen) == (pytest.approx(-5), ("xnli: qqp",))
    (without,) = only(test, contrast)
    assert without.value is None and "nothing to choose by" in without.missing


def test_noise_is_compared_with_the_same_system_without_it():
    clean = table({"mnli": lambda *_: 60})
    noisy = table({"mnli": lambda *_: 48}, perturbation="swap", rate=0.1)
    of, over = ({"intermediate": "mnli", "perturbation": one} for one in ("swap", ""))
    (found,) = only(pd.concat([clean, noisy], ignore_index=True), Contrast("loss", of, over))
    assert found.value == pytest.approx(-12)


def test_several_systems_under_noise_are_each_compared_with_themselves():
    """A long one that is better anyway loses no more for it: the slope is that of the loss."""
    parts = []
    for length, score, loss in ((8, 40, 10), (16, 60, 8), (32, 80, 6)):
        more = {"log2_length": float(np.log2(length))}
        parts.append(table({f"mnli-{length}": lambda *_, score=score: score}, **more))
        noise = {"perturbation": "swap", "rate": 0.1}
        parts.append(table({f"mnli-{length}": lambda *_, score=score, loss=loss: score - loss}, **more, **noise))
    names = tuple(f"mnli-{length}" for length in (8, 16, 32))
    of, over = ({"intermediate": names, "perturbation": one} for one in ("swap", ""))
    slope, mean = only(
        pd.concat(parts, ignore_index=True), Contrast("slope", of, over, along="log2_length"), Contrast("mean", of, over)
    )
    assert (slope.value, mean.value) == (pytest.approx(2), pytest.approx(-8))


def test_what_is_not_there_has_no_value_and_says_why():
    (found,) = only(table({"baseline": lambda *_: 50}), Contrast("gain", {"intermediate": "mnli"}, {"intermediate": "baseline"}))
    assert found.value is None and found.missing == "no rows of intermediate mnli"


def test_p_is_corrected_among_the_primary_contrasts_alone():
    rng = np.random.default_rng(3)
    draws = {name: {one: float(rng.normal(size, 2)) for one in NEAR_AND_FAR} for name, size in (("qqp", 1.5), ("mnli", 3))}
    systems = {name: lambda _, language, name=name: 50 + draws[name][language] for name in draws}
    frame, over = table({"baseline": lambda *_: 50, **systems}), {"intermediate": "baseline"}
    stated = [Contrast(one, {"intermediate": one}, over, primary=True) for one in draws]
    two = only(frame, *stated)
    beside = only(frame, *stated, Contrast("more", {"intermediate": "mnli"}, over))
    smaller, larger = sorted(two, key=lambda one: one.p)
    assert smaller.p_holm == pytest.approx(2 * smaller.p) and larger.p_holm == pytest.approx(max(larger.p, 2 * smaller.p))
    assert [one.p_holm for one in beside[:2]] == [one.p_holm for one in two]
    assert beside[2].p_holm == pytest.approx(beside[2].p)


@pytest.mark.parametrize("scale", ["tiny", "nano", "large"])
@pytest.mark.parametrize("name", experiments.names())
def test_every_experiment_says_beforehand_what_would_count_as_an_answer(name, scale):
    """And its contrasts name only what it plans to measure."""
    experiment = experiments.find(name, scale)
    stated = experiment.protocol
    assert stated and all((stated.design, stated.controls, stated.outcome, stated.answer)) and stated.margin > 0
    assert any(one.primary for one in experiment.contrasts)
    variants = {one.name for arm in experiment.whole for one in arm.intermediates}
    left_out = {one for arm in experiment.whole for one in arm.unavailable}
    for one in experiment.contrasts:
        for side in (one.of, one.over):
            names = side.get("intermediate", ())
            names = names if isinstance(names, tuple) else (names,)
            assert {str(each) for each in names} <= variants | {SELECTED, PICKED} | {each.split(" with ")[0] for each in left_out}
