"""The files of adapters: they come back bit for bit, meet in one model, and say what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from replicate.models import adapters, encoder, nano
from replicate.problems import Problem

from .adapted import adapter, every_kind, needs_peft, shake, small, states, trained


@every_kind
def test_adapters_and_heads_come_back_from_their_small_files_bit_for_bit(kind, tmp_path):
    model = trained((kind, "to"))  # a language, and a method of every module
    adapters.save(model, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["adapters.json", "adapters.safetensors"]
    assert {name.split("/")[0] for name in load_file(tmp_path / "adapters.safetensors")} == {"adapter", "head"}
    again = encoder.new(nano.config("tiny", 50, 0.0), 1).eval()
    torch.manual_seed(5)
    assert adapters.load_into(again, tmp_path)
    drawn = torch.rand(3)
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(3))
    assert torch.equal(states(again), states(model)) and adapters.active(again) == ("to",)
    assert torch.equal(again.heads["xnli"](states(model)), model.heads["xnli"](states(model)))
    assert adapters.counts(again) == adapters.counts(model)


def test_a_model_folder_is_the_base_with_two_small_files_beside_it(tmp_path):
    model = trained(("pfeiffer", "task"))
    save_file(adapters.base_weights(model), tmp_path / "model.safetensors")
    adapters.save(model, tmp_path, heads=False)
    base = small()
    base.load_state_dict(load_file(tmp_path / "model.safetensors"))
    head = base.heads["xnli"]
    assert adapters.load_into(base, tmp_path)
    assert torch.equal(states(base), states(model)) and base.heads["xnli"] is head


@needs_peft
def test_the_base_has_its_own_names_again_under_lora():
    model = trained(("lora", "one"), ("lora", "two"))
    assert adapters.base_weights(model).keys() == small().state_dict().keys()


def test_a_folder_without_adapters_leaves_the_model_as_it_is(tmp_path):
    model = small()
    assert not adapters.load_into(model, tmp_path) and adapters.of(model) is None
    assert adapters.counts(model)["frozen"] == 0


def test_adapters_of_several_folders_meet_in_one_model(tmp_path):
    """A language and two tasks that were trained apart, on one base, are stacked and fused."""
    for number, (kind, name) in enumerate((("invertible", "sw"), ("pfeiffer", "mnli"), ("pfeiffer", "qqp"))):
        (tmp_path / name).mkdir()
        model = small()
        adapters.install(model, adapter(kind, name), seed=number)
        shake(model, number)
        adapters.save(model, tmp_path / name)
    model = small()
    for name in ("sw", "mnli", "qqp"):
        assert adapters.restore(model, tmp_path / name) == (name,)
    assert adapters.active(model) == () and torch.equal(states(model), states(small()))
    adapters.fuse(model, ("mnli", "qqp"), seed=4, over=["sw"])
    shake(model)
    (tmp_path / "all").mkdir()
    adapters.save(model, tmp_path / "all")
    again, part = small(), small()
    adapters.load_into(again, tmp_path / "all")
    assert adapters.active(again) == ("sw", ("mnli", "qqp")) and torch.equal(states(again), states(model))
    adapters.restore(part, tmp_path / "all", names=["sw", "mnli"])
    assert {name.split(".")[2] for name, _ in part.adapters.named_parameters("adapters")} == {"adapter-sw", "adapter-mnli"}


def told(folder: Path, **changes) -> None:
    path = folder / "adapters.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def reshape(folder: Path) -> None:
    path = folder / "adapters.safetensors"
    found = load_file(path)
    name = "adapter/task/places.0.up.weight"
    save_file(found | {name: found[name].T.contiguous()}, path)


def without(folder: Path) -> None:
    path = folder / "adapters.safetensors"
    save_file({name: value for name, value in load_file(path).items() if not name.startswith("head/")}, path)


def cut(folder: Path) -> None:
    path = folder / "adapters.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def described(**changes) -> list[dict]:
    return [{"kind": "pfeiffer", "name": "task", **changes}]


DAMAGE = {
    "no weights": (lambda folder: (folder / "adapters.safetensors").unlink(), "not whole"),
    "weights cut off": (cut, "not whole"),
    "no description": (lambda folder: (folder / "adapters.json").unlink(), "not a description of adapters"),
    "description a list": (lambda folder: (folder / "adapters.json").write_text("[]"), "not a description of adapters"),
    "a later format": (lambda folder: told(folder, format=2), "format 2; this version reads format 1"),
    "another kind": (lambda folder: told(folder, adapters=described(kind="houlsby")), "no adapter/task/places.2.down"),
    "another size": (lambda folder: told(folder, adapters=described(reduction=8)), "has the shape"),
    "another name": (lambda folder: told(folder, adapters=described(name="job"), active=["job"]), "no adapter/job/places"),
    "one more": (lambda folder: told(folder, adapters=[], active=[]), "unknown adapter/task/places"),
    "an unknown kind": (lambda folder: told(folder, adapters=described(kind="prefix")), "unknown kind of adapter 'prefix'"),
    "an unknown setting": (lambda folder: told(folder, adapters=described(depth=2)), "not a description of adapters"),
    "no name": (lambda folder: told(folder, adapters=described(name="../x")), "expected letters, digits"),
    "active and not there": (lambda folder: told(folder, active=["sw"]), "not a description of adapters"),
    "a fusion of nothing": (lambda folder: told(folder, fusions=[[]]), "not a description of adapters"),
    "weights turned round": (reshape, "adapter/task/places.0.up.weight has the shape [2, 32], expected [32, 2]"),
    "no head": (without, "no head/xnli/dense.weight"),
    "a head of another size": (lambda folder: told(folder, heads={"xnli": 2}), "head/xnli/out.weight has the shape"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_files_that_do_not_fit_are_named_in_one_line_and_change_nothing(damage, tmp_path):
    adapters.save(trained(("pfeiffer", "task")), tmp_path)
    harm, says = DAMAGE[damage]
    harm(tmp_path)
    model = small()
    before, head = model.state_dict(), model.heads["xnli"]
    with pytest.raises(Problem) as error:
        adapters.load_into(model, tmp_path)
    assert str(error.value).startswith(str(tmp_path / "adapters.")) and says in str(error.value)
    assert "\n" not in str(error.value)
    assert model.state_dict().keys() == before.keys() and model.heads["xnli"] is head
    assert torch.equal(states(model), states(small()))


def test_adapters_of_another_base_are_refused(tmp_path):
    adapters.save(trained(("pfeiffer", "task")), tmp_path)
    with pytest.raises(Problem, match="adapters of another model of this shape; load the base that they were trained on"):
        adapters.load_into(small(seed=2), tmp_path)
    with pytest.raises(Problem, match=r"another shape \(hidden 32 layers 2\); this one has hidden 128 layers 4"):
        adapters.load_into(encoder.new(nano.config("nano", 50), 1), tmp_path)
    half = small().to(torch.bfloat16)
    assert adapters.load_into(half, tmp_path), "a base in bf16 is still that base"
