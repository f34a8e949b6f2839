"""Adapters of several trainings put to use together: with which ones a training begins, at steps and in both families."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file

from replicate import experiments, plan, steps
from replicate.experiments import options
from replicate.models import adapters, encoder, nano, seq2seq
from replicate.models.adapters import Adapter, Body
from replicate.plan import Step
from replicate.problems import Problem
from replicate.training import checkpoint

UPDATES = 4
needs_peft = pytest.mark.skipif(
    importlib.util.find_spec("peft") is None, reason="peft, which LoRA goes through, is not installed"
)
BODIES = {"xlmr": Body(32, 2), "mt5": Body(32, 2, decoder=2, attention=32)}


def tiny(model: str) -> Any:
    if model == "xlmr":
        return encoder.new(nano.config("tiny", 50, 0.0), 1).eval()
    return seq2seq.new(nano.mt5("tiny", 50, 0.0), 1).eval()


# ---- sizes ----


@pytest.mark.parametrize("kind", ["houlsby", "pfeiffer", pytest.param("lora", marks=needs_peft)])
@pytest.mark.parametrize("name", BODIES)
def test_a_size_that_is_matched_is_that_of_the_model(kind, name):
    for weights in (700, 3000, 9000):
        if kind == "houlsby" and weights < 1000:
            continue
        one = adapters.matched(kind, "task", weights, BODIES[name])
        model = tiny(name)
        adapters.install(model, one, seed=1)
        assert adapters.counts(model)["by part"]["adapter task"] == adapters.size(one, BODIES[name])


@settings(max_examples=50)
@given(st.sampled_from(["houlsby", "pfeiffer", "lora"]), st.integers(20_000, 10**6))
def test_no_other_size_is_nearer(kind, weights):
    body = Body(64, 4)
    one = adapters.matched(kind, "task", weights, body)
    field = "rank" if kind == "lora" else "width"
    others = [replace(one, **{field: max(1, getattr(one, field) + step)}) for step in (-1, 1)]
    off = abs(adapters.size(one, body) - weights)
    assert all(off <= abs(adapters.size(other, body) - weights) for other in others)


def test_too_few_weights_are_said_with_the_fewest_that_there_are():
    with pytest.raises(Problem, match="adapter task: 100 weights are fewer than the smallest houlsby of this model has, 388"):
        adapters.matched("houlsby", "task", 100, BODIES["xlmr"])


# ---- with what a training begins ----


def shaken(model: Any, seed: int) -> Any:
    rng = torch.Generator().manual_seed(seed)
    for weight in model.parameters():
        if weight.requires_grad:
            weight.data += 0.2 * torch.randn(weight.shape, generator=rng)
    return model


@pytest.fixture(params=["xlmr", "mt5"])
def left(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, list[Path]]:
    """A model, and what three trainings of an adapter each have left."""
    folders = [tmp_path / str(number) for number in range(3)]
    for number, folder in enumerate(folders):
        folder.mkdir()
        model = tiny(request.param)
        adapters.begin(model, "pfeiffer", seed=number)
        adapters.save(shaken(model, number), folder)
    return request.param, folders


def test_a_new_one_on_top_of_others_changes_nothing_yet_and_learns_alone(left):
    name, folders = left
    model, below = tiny(name), tiny(name)
    adapters.begin(model, "pfeiffer", 9, "stacked", folders[:2])
    assert adapters.active(model) == ("0-task", "1-task", "task")
    for number in (0, 1):
        adapters.restore(below, folders[number], prefix=f"{number}-")
    adapters.activate(below, ("0-task", "1-task"))
    assert torch.equal(said(model), said(below)) and not torch.equal(said(model), said(tiny(name)))
    assert learning(model) == {"adapter task"}


def test_a_fusion_weighs_those_of_several_trainings_and_learns_alone(left):
    name, folders = left
    model = tiny(name)
    adapters.begin(model, "pfeiffer", 9, "fused", folders)
    assert adapters.active(model) == (("0-task", "1-task", "2-task"),)
    assert learning(model) == {"fusion 0-task+1-task+2-task"}
    body = BODIES[name]
    assert adapters.counts(model)["trainable"] == adapters.fusion_size("pfeiffer", body)


def test_what_was_joined_comes_back_and_can_be_built_upon(left, tmp_path):
    name, folders = left
    model = tiny(name)
    adapters.begin(model, "pfeiffer", 9, "fused", folders[:2])
    adapters.save(shaken(model, 5), tmp_path)
    again = tiny(name)
    assert adapters.load_into(again, tmp_path) and torch.equal(said(again), said(model))
    adapters.begin(again, "pfeiffer", 1, "stacked")
    assert adapters.active(again) == (("0-task", "1-task"), "task") and learning(again) == {"adapter task"}
    assert torch.equal(said(again), said(model))
    adapters.begin(again, "pfeiffer", 2, "stacked", size={"width": 3})
    assert adapters.active(again)[-1] == "task2" and adapters.of(again).about["task2"].width == 3


def said(model: Any) -> torch.Tensor:
    with torch.no_grad():
        if isinstance(model, seq2seq.Seq2Seq):
            return model.states([np.asarray([5, 6, 7]), np.asarray([8])], [np.asarray([9, 10]), np.asarray([11])])
        return model.states(torch.tensor([0, 5, 6, 2]), [4])


def learning(model: Any) -> set[str]:
    """The parts of a model that learn."""
    found = adapters.counts(model)
    parts = {name: n for name, n in found["by part"].items() if name.startswith(("adapter", "fusion"))}
    names = {name for name in parts if any(w.requires_grad for w in part(model, name))}
    assert sum(parts[name] for name in names) == found["trainable"]
    return names


def part(model: Any, name: str) -> Iterator[torch.Tensor]:
    kind, _, names = name.partition(" ")
    mine = adapters.of(model)
    assert mine is not None
    yield from (mine.part(names) if kind == "adapter" else mine.fusion(tuple(names.split("+")))).parameters()


def test_what_cannot_be_joined_is_said(left, tmp_path):
    name, folders = left
    calls = {
        "unknown way to join adapters 'fuse'; did you mean fused": ("fuse", folders),
        "shared takes those of the model alone": ("shared", folders),
        "fused needs the adapters of earlier trainings": ("fused", []),
        "stacked on nothing": ("stacked", []),
        "no adapters there; expected the folder of a training with adapters": ("fused", [tmp_path]),
    }
    for says, (joined, given_) in calls.items():
        with pytest.raises(Problem, match=says):
            adapters.begin(tiny(name), "pfeiffer", 1, joined, given_)
    model = tiny(name)
    adapters.begin(model, "pfeiffer", 1, "stacked", folders[:2])
    stacked = tmp_path / "stacked"
    stacked.mkdir()
    adapters.save(model, stacked)
    with pytest.raises(Problem, match="3 adapters ran here on one another; a fusion takes one adapter of each training"):
        adapters.begin(tiny(name), "pfeiffer", 1, "fused", [stacked])


# ---- as steps ----


def short(model: str, method: str) -> experiments.Experiment:
    found = options.choose(
        experiments.find("stilts", "tiny"), only=["anli+", "squad1", "xnli", "tydiqa"], model=model, method=method
    )
    less = {"updates": UPDATES, "batch_size": 4, "examples": 8}
    assert found.pretrain is not None
    return replace(
        found,
        pretrain=replace(found.pretrain, **{**less, "examples": None}),
        intermediate={name: replace(recipe, **less) for name, recipe in found.intermediate.items()},
        target={name: replace(recipe, **less) for name, recipe in found.target.items()},
        evaluation={**found.evaluation, "examples": 6},
    )


def nothing(done: int, total: int) -> None:
    """A step's report that nobody reads."""


def carried_out(step: Step, root: Path) -> dict[str, Any]:
    (root / step.id).mkdir()
    return steps.STEPS[step.kind](step, {role: root / id for role, id in step.inputs}, root / step.id, nothing)


@pytest.fixture(scope="module")
def pretrained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Step]]:
    """By model: where its pretrained model lies, and the step that made it."""
    found = {}
    for model in ("xlmr", "mt5"):
        root = tmp_path_factory.mktemp(model)
        (step,) = (one for one in plan.plan(short(model, "full")) if one.kind == "pretrain")
        carried_out(step, root)
        found[model] = root, step
    return found


@pytest.mark.parametrize("model", ["xlmr", "mt5"])
def test_trainings_of_single_tasks_are_fused_and_stacked_by_a_later_one(model, pretrained):
    root, start = pretrained[model]
    some = plan.plan(short(model, "pfeiffer"))
    singles = [step for step in some if step.settings.get("phase") == "intermediate"]
    (target,) = (
        step for step in some if step.settings.get("phase") == "target" and step.label.startswith("baseline, then tydiqa")
    )
    (evaluated,) = (step for step in some if step.label.startswith("baseline: tydiqa"))
    for step in singles:
        carried_out(step, root)
    inputs = (("model", start.id), *((f"adapter{number}", one.id) for number, one in enumerate(singles)))
    base = load_file(root / start.id / "model.safetensors")
    scores = {}
    for joined in ("fused", "stacked"):
        step = replace(target, settings={**target.settings, "adapters": joined, "adapter_size": {"width": 2}}, inputs=inputs)
        counts = carried_out(step, root)["figures"]["weights"]
        after = load_file(root / step.id / "model.safetensors")
        assert all(torch.equal(value, after[name]) for name, value in base.items())
        kept = load_file(root / step.id / "adapters.safetensors")
        for number, single in enumerate(singles):  # the adapters that were brought stay as they were
            for name, value in load_file(root / single.id / "adapters.safetensors").items():
                assert torch.equal(value, kept[name.replace("adapter/", f"adapter/{number}-")])
        new = "fusion 0-task+1-task" if joined == "fused" else "adapter task"
        assert counts["trainable"] == counts["by part"][new] + counts["by part"].get("heads", 0)
        scores[joined] = carried_out(replace(evaluated, inputs=(("model", step.id),)), root)["cells"]
    assert all(cells for cells in scores.values())


@pytest.mark.parametrize("kind", ["houlsby", pytest.param("lora", marks=needs_peft)])
def test_an_adapter_of_mt5_is_trained_from_phase_to_phase_and_goes_on_after_a_kill(kind, pretrained, monkeypatch, tmp_path):
    root, start = pretrained["mt5"]
    some = [step for step in plan.plan(short("mt5", kind)) if step.kind == "train" and "squad1" in step.label]
    single = next(step for step in some if step.settings["phase"] == "intermediate")
    counts, whole = carried_out(single, root)["figures"]["weights"], root / single.id
    body = Body(32, 2, decoder=2, attention=32)
    assert counts["trainable"] == counts["by part"]["adapter task"] == adapters.size(Adapter(kind, "task"), body)

    def killed(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint.Keeper, "due", lambda self: True)
    inputs = {"model": root / start.id}
    with pytest.raises(KeyboardInterrupt):
        steps.train(single, inputs, tmp_path, killed)
    steps.train(single, inputs, tmp_path, nothing)
    for file in ("model.safetensors", "adapters.safetensors"):
        assert (tmp_path / file).read_bytes() == (whole / file).read_bytes()
    base = load_file(root / start.id / "model.safetensors")
    after = load_file(whole / "model.safetensors")
    assert after.keys() == base.keys() and all(torch.equal(base[name], after[name]) for name in base)
    later = next(step for step in some if step.label.startswith("squad1, then tydiqa"))
    assert carried_out(later, root)["figures"]["weights"] == counts
