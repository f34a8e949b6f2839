"""What is trained: all weights, or adapters in a model that stays as it is. The same plan, other steps."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from replicate import devices, evaluation, experiments, plan, steps
from replicate.experiments import options
from replicate.models import shapes
from replicate.plan import Step
from replicate.problems import Problem

UPDATES = 3


def tiny(method: str) -> experiments.Experiment:
    """The tiny experiment, shorter still, with one intermediate and one target."""
    found = options.choose(experiments.find("stilts", "tiny"), only=["squad1", "tydiqa"], method=method)
    short = {"updates": UPDATES, "batch_size": 4, "examples": 8}
    assert found.pretrain is not None
    return replace(
        found,
        pretrain=replace(found.pretrain, **{**short, "examples": None}),
        intermediate={name: replace(recipe, **short) for name, recipe in found.intermediate.items()},
        target={name: replace(recipe, **short) for name, recipe in found.target.items()},
        evaluation={**found.evaluation, "examples": 6},
    )


def carried_out(some: tuple[Step, ...], root: Path) -> dict[str, dict]:
    results = {}
    for step in some:
        (root / step.id).mkdir()
        inputs = {role: root / id for role, id in step.inputs}
        results[step.id] = steps.STEPS[step.kind](step, inputs, root / step.id, lambda done, total: None)
    return results


@pytest.mark.parametrize("method", ["pfeiffer", "lora"])
def test_adapters_are_trained_from_phase_to_phase_and_the_model_stays_as_it_is(method, tmp_path):
    if method == "lora":
        pytest.importorskip("peft")
    some = plan.plan(tiny(method))
    results = carried_out(some, tmp_path)
    pretrained = load_file(tmp_path / some[0].id / "model.safetensors")
    trained = [step for step in some if step.kind == "train"]
    seen = {}
    for step in trained:
        weights = load_file(tmp_path / step.id / "model.safetensors")
        assert all(torch.equal(value, weights[name]) for name, value in pretrained.items())
        seen[step.label] = load_file(tmp_path / step.id / "adapters.safetensors")
        counts = results[step.id]["figures"]["weights"]
        assert 0 < counts["trainable"] < counts["frozen"]
    first, second = (seen[label] for label in ("training on squad1, seed 1", "squad1, then tydiqa, seed 1"))
    assert first.keys() == second.keys() and any(not torch.equal(first[name], second[name]) for name in first)
    assert len({(tmp_path / step.id / "adapters.safetensors").read_bytes() for step in trained}) == len(trained)


def test_what_is_trained_stands_in_every_row_and_the_pretrained_model_is_shared():
    plain, adapted = (plan.plan(tiny(method)) for method in ("full", "adapter"))
    assert {step.id for step in plain} & {step.id for step in adapted} == {plain[0].id}
    rows = {step.settings["row"]["method"] for step in adapted if step.kind == "evaluate"}
    assert rows == {"pfeiffer"} and all("method" not in step.settings for step in plain)
    assert {step.answers for step in adapted} == {""}  # it is not the experiment as it is written down


def test_rates_are_those_of_adapters_and_say_so():
    large = options.choose(experiments.find("stilts", "large"), method="houlsby")
    recipes = (*large.intermediate.values(), *large.target.values())
    assert {recipe.learning_rate for recipe in recipes} == {1e-4}
    assert all("usual for adapters" in recipe.assumed["learning_rate"] for recipe in recipes)


def test_a_method_that_does_not_exist_is_one_line():
    with pytest.raises(Problem, match="unknown method 'adaptor'; did you mean adapter"):
        options.choose(experiments.find("stilts", "tiny"), method="adaptor")


# ---- where it is computed ----


def test_gpus_are_taken_for_models_of_full_size_and_only_where_there_are_some(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert devices.taken("auto", large=True) == devices.taken("cpu", large=True) == []
    with pytest.raises(Problem, match="--device cuda: no GPU is there"):
        devices.taken("cuda", large=True)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,3")
    assert devices.taken("auto", large=True) == devices.taken("cuda", large=False) == ["0", "3"]
    assert devices.taken("auto", large=False) == devices.taken("cpu", large=True) == []
    with pytest.raises(Problem, match="unknown device 'gpu'"):
        devices.taken("gpu", large=True)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_that_torch_does_not_reach_is_one_line(monkeypatch):
    monkeypatch.setenv(devices.DEVICE, "cuda")
    with pytest.raises(Problem, match="this build of torch reaches no GPU"):
        devices.chosen()


def test_a_model_that_says_one_thing_of_everything_is_named():
    many = evaluation.FEW
    assert (
        evaluation.collapsed(["neutral"] * many)
        and evaluation.collapsed([["NOUN", "NOUN"], ["NOUN"]] * many)
        and evaluation.collapsed([""] * many)
    )
    assert not evaluation.collapsed(["neutral"] * (many - 1) + ["entailment"]) and not evaluation.collapsed(
        ["neutral"] * (many - 1)
    )
    assert not evaluation.collapsed([["NOUN", "VERB"]] * many)


# ---- another model ----


def test_mt5_answers_every_kind_of_task_in_words_after_several_tasks_at_once_with_text_mixed_in(tmp_path):
    found = options.choose(experiments.find("stilts", "tiny"), model="mt5")
    short = {"updates": UPDATES, "batch_size": 4, "examples": 8}
    assert found.pretrain is not None
    recipes = {name: replace(recipe, **short) for name, recipe in found.intermediate.items()}
    experiment = replace(
        found,
        pretrain=replace(found.pretrain, **{**short, "examples": None}),
        intermediates=(experiments.Intermediate("multi", ("anli+", "squad1"), mlm=True),),
        intermediate={**recipes, "multi": recipes["anli+"]},
        target={name: replace(recipe, **short) for name, recipe in found.target.items()},
        targets=(*found.targets, "tatoeba"),
        evaluation={**found.evaluation, "examples": 6},
    )
    some = plan.plan(experiment)
    results = carried_out(some, tmp_path)
    (several,) = (step for step in some if step.settings.get("phase") == "intermediate")
    assert set(results[several.id]["figures"]["examples"]) == {"anli+", "squad1", "mlm"}
    evaluations = {step.settings["target"]: step for step in some if step.kind == "evaluate"}
    assert {step.settings["row"]["model"] for step in evaluations.values()} == {"mt5-tiny"}
    told = {target: results[step.id].get("data", {}).get("a1a", {}) for target, step in evaluations.items()}
    assert {target: about["decoding"] for target, about in told.items() if about} == {
        "xnli": "scored", "udpos": "filled", "tydiqa": "copied",
    }  # fmt: skip
    assert all(cell["n"] > 0 and 0 <= cell["value"] <= 100 for step in evaluations.values() for cell in results[step.id]["cells"])


def test_mt5_has_recipes_of_its_own_and_says_why(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "mt5", **shapes.REAL["google/mt5-base"]}))
    base = experiments.find("stilts", "base")
    for model in ("mt5", "hub:google/mt5-large", f"dir:{tmp_path}"):
        assert {recipe.learning_rate for recipe in options.choose(base, model=model).target.values()} == {1e-4}
    assert options.choose(base, model="hub:some/encoder").target == base.target
    large, nano, tiny = (options.choose(experiments.find("stilts", scale), model="mt5") for scale in ("large", "nano", "tiny"))
    recipes = (*large.intermediate.values(), *large.target.values())
    assert {recipe.learning_rate for recipe in recipes} == {1e-4}
    assert all("too low for mT5" in recipe.assumed["learning_rate"] for recipe in recipes)
    assert all("answers copied out of the passage" in one.assumed["decoding"] for one in (large, nano, tiny))
    assert [one.pretrain.span for one in (nano, tiny) if one.pretrain] == [one.intermediate["mlm"].span for one in (nano, tiny)]
    assert {step.answers for step in plan.plan(tiny) if step.kind == "evaluate"} == {""}


def test_a_model_is_named_with_where_it_comes_from():
    large, nano = (experiments.find("stilts", scale) for scale in ("large", "nano"))
    assert options.choose(large, model="mt5").model == "hub:google/mt5-large"
    assert options.choose(large, model="hub:some/encoder").revisions["model"] == ""
    assert options.choose(nano, model="mt5").model == "mt5-nano"
    with pytest.raises(Problem, match="unknown model 'mt6'; did you mean mt5"):
        options.choose(nano, model="mt6")
    with pytest.raises(Problem, match="at scale nano models are ours"):
        options.choose(nano, model="hub:some/encoder")
