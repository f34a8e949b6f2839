"""The experiments as they are written down: balanced mixtures, matched budgets, arms, and the parts that a run takes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate import experiments, plan
from replicate.experiments import Part, families, options
from replicate.models import shapes
from replicate.models.adapters.form import Adapter, Body, size
from replicate.problems import Problem

NAMES = experiments.names()


def steps(name: str, scale: str = "nano", *only: str) -> tuple[plan.Step, ...]:
    return plan.plan(options.choose(experiments.find(name, scale), only))


def rows(found, **like):
    return [step for step in found if step.kind == "evaluate" and like.items() <= step.settings["row"].items()]


# ---- what is planned ----


@pytest.mark.parametrize("scale", experiments.SCALES)
@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_can_be_planned_at_every_scale(name, scale):
    found = plan.plan(experiments.find(name, scale))
    assert {"train", "evaluate"} <= {step.kind for step in found}
    made = {step.id for step in found}
    assert all(id in made for step in found for _, id in step.inputs)


def test_no_two_evaluations_of_an_experiment_write_the_same_row():
    for name in NAMES:
        said = Counter(
            (tuple(sorted((key, str(value)) for key, value in step.settings["row"].items())), step.settings["target"],
             step.settings["split"])
            for step in steps(name, "nano", "everything") if step.kind == "evaluate"
        )  # fmt: skip
        assert set(said.values()) == {1}, name


def test_experiments_share_their_steps():
    """The baseline's target trainings are those of the paper's own grid, and so are single tasks in the pivot."""
    of_the_paper = {step.id for step in plan.plan(experiments.find("stilts"))}
    for name, least in (("families", 20), ("adapters", 20), ("non_english", 6)):
        shared = [step for step in plan.plan(experiments.find(name)) if step.kind == "train" and step.id in of_the_paper]
        assert len(shared) >= least, name


def test_a_run_takes_the_cells_and_everything_is_a_word():
    experiment = experiments.find("stilts")
    cells, all_of_it = options.choose(experiment), options.choose(experiment, ["everything"])
    assert all_of_it == experiment
    assert len(plan.plan(cells)) < len(plan.plan(all_of_it)) / 2
    plain = rows(plan.plan(cells), mlm=False)
    seeds = Counter(step.settings["row"]["intermediate"] for step in plain if step.settings["target"] == "xnli")
    assert seeds["baseline"] == seeds["squad1"] == seeds["shuffled-squad1"] == 3
    assert seeds["ccg"] == seeds["multi"] == 1
    assert {step.id for step in plan.plan(cells)} <= {step.id for step in plan.plan(experiment)}


def test_a_part_may_give_an_arm_fewer_seeds_and_leave_a_variant_out():
    experiment = experiments.find("non_english")
    part = Part((), seeds=2, fewer={"mt5": 1, "anli+-d1a-translated": 0})
    chosen = options.choose(replace(experiment, parts={"cells": part}))
    assert [(arm.arm, len(arm.seeds)) for arm in chosen.whole] == [("xlmr", 2), ("mt5", 1)]
    assert all("anli+-d1a-translated" not in [one.name for one in arm.intermediates] for arm in chosen.whole)


def test_an_arm_can_be_run_alone_with_what_was_stated_for_the_whole():
    chosen = options.choose(experiments.find("non_english"), ["mt5"])
    assert (chosen.model, chosen.arms) == ("mt5-nano", ())
    assert chosen.contrasts and chosen.protocol
    with pytest.raises(Problem, match="--model mt5: non_english compares models itself; --only takes one of its arms"):
        options.choose(experiments.find("non_english"), model="mt5")
    with pytest.raises(Problem, match="--method lora: adapters compares methods itself"):
        options.choose(experiments.find("adapters"), method="lora")


def test_an_option_reaches_every_arm():
    chosen = options.choose(experiments.find("adapters"), limit=7, changes=["target.updates=3"])
    assert all(recipe.examples == 7 and recipe.updates == 3 for arm in chosen.whole for recipe in arm.target.values())
    assert all(arm.changed for arm in chosen.whole)


# ---- families ----


@given(st.integers(1, 8), st.integers(1, 8))
def test_every_family_stands_in_as_many_mixtures_as_every_other(count, chosen):
    items = [f"f{one}" for one in range(count)]
    if chosen > count:
        return
    mixtures = families.balanced(items, chosen)
    assert all(len(set(mixture)) == chosen for mixture in mixtures)
    assert len({*map(frozenset, mixtures)}) == len(mixtures)
    assert len({Counter(one for mixture in mixtures for one in mixture)[item] for item in items}) == 1


def test_mixtures_have_one_language_for_each_family_and_as_many_examples():
    found = [step for step in steps("families") if step.kind == "train" and step.settings["phase"] == "intermediate"]
    assert {step.settings["recipe"]["examples"] for step in found} == {16000}
    assert {step.settings["recipe"]["updates"] for step in found} == {800}
    mixed = [step for step in found if len(step.settings["languages"]) > 1]
    assert mixed and all(step.settings["apart"] for step in mixed), "each language gives examples of its own"
    assert all(len({code[0] for code in step.settings["languages"]}) == len(step.settings["languages"]) for step in mixed)
    assert Counter(len(step.settings["languages"]) for step in found) == {1: 7, 2: 3, 4: 3, 6: 1}


# ---- lengths ----


def test_lengths_are_matched_by_updates_or_by_tokens():
    found = [step for step in steps("lengths") if step.kind == "train" and step.settings["phase"] == "intermediate"]
    recipes = [step.settings["recipe"] for step in found]
    by_updates = [recipe for recipe in recipes if recipe["updates"]]
    by_tokens = [recipe for recipe in recipes if recipe.get("tokens")]
    assert len(by_updates) == len(by_tokens) == len(recipes) / 2
    assert len({recipe["updates"] for recipe in by_updates}) == len({recipe["tokens"] for recipe in by_tokens}) == 1
    assert {recipe["max_length"] for recipe in by_updates} == {6, 12, 24, 48}
    assert {recipe["max_length"] for recipe in recipes if recipe.get("fitting")} == {24}


def test_every_target_is_measured_clean_and_under_each_noise():
    found = rows(steps("lengths"), intermediate="baseline")
    noises = Counter((step.settings["row"].get("perturbation", ""), step.settings["row"].get("rate", 0.0)) for step in found)
    assert len(noises) == 7 and set(noises.values()) == {3}
    for step in found:
        assert step.settings.get("perturb", {}).get("kind", "") == step.settings["row"].get("perturbation", "")


def test_a_setting_that_came_later_changes_no_older_id():
    recipe = experiments.find("stilts").target["pawsx"]
    assert not {"tokens", "fitting"} & recipe.settings().keys()
    assert replace(recipe, fitting=True).settings() == {**recipe.settings(), "fitting": True}


# ---- adapters ----


def test_fused_adapters_are_those_that_were_trained_alone():
    found = steps("adapters")
    by_id = {step.id: step for step in found}
    fused = [step for step in found if step.settings.get("adapters") == "fused"]
    assert fused
    for step in fused:
        inputs = dict(step.inputs)
        singles = [by_id[inputs[f"adapter{place}"]] for place in range(3)]
        assert [one.settings["tasks"] for one in singles] == [["anli+"], ["squad1"], ["hellaswag"]]
        assert all(one.settings["method"] == "pfeiffer" and one.settings["phase"] == "intermediate" for one in singles)
        assert by_id[inputs["model"]].kind == "average", "the pretrained model, on which they were trained"
    stacked = [step for step in found if step.settings.get("adapters") == "stacked"]
    assert all(by_id[dict(step.inputs)["model"]].settings["tasks"] == ["anli+", "squad1", "hellaswag"] for step in stacked)


def test_all_ways_of_the_intermediate_phase_have_as_many_updates_and_lora_as_many_weights():
    found = [step for step in steps("adapters") if step.kind == "train" and step.settings["phase"] == "intermediate"]
    assert {step.settings["recipe"]["updates"] for step in found} == {800}
    for scale in ("nano", "large"):
        experiment = experiments.find("adapters", scale)
        shape = shapes.of(experiment.model)
        assert shape is not None
        body = Body(shape.hidden, shape.layers)
        rank = next(arm for arm in experiment.arms if arm.arm == "lora").adapter_size["rank"]
        pfeiffer, lora = size(Adapter("pfeiffer", "task"), body), size(Adapter("lora", "task", rank=rank), body)
        assert lora == pytest.approx(pfeiffer, rel=0.15)


def test_what_is_chosen_is_chosen_on_the_dev_set_of_the_pivot():
    found = [step for step in steps("adapters") if step.kind == "evaluate"]
    dev = [step for step in found if step.settings["split"] == "dev"]
    assert len(dev) == len(found) / 2
    assert {tuple(step.settings["languages"]) for step in dev} == {("a1a",)}


# ---- typology ----


def test_typology_reads_all_languages_of_the_world_with_the_minimal_pairs_and_their_null():
    found = experiments.find("typology")
    assert {"a2a", "a2a-script", "a2a-lexicon", "a2a-order", "a2a-corpus", "a2a-null"} <= set(found.languages)
    assert {"xcopa", "lareqa"} <= set(found.targets)
    real = experiments.find("typology", "large")
    assert len(real.languages) == 50 and "xcopa" in real.targets
