"""What learns in a model with adapters and what stays, and how many weights that are."""

from __future__ import annotations

import subprocess
import sys

import torch
from torch.nn.functional import cross_entropy

from replicate.models import adapters, encoder
from replicate.models.adapters import Body

from .adapted import BODY, IDS, KINDS, LENGTHS, adapter, every_kind, small, trained

# ---- what learns ----


def train(model: encoder.Encoder, updates: int = 20) -> list[float]:
    """Which of three sequences is which, by the state of its first word; the losses on the way."""
    optimiser = torch.optim.AdamW([w for w in model.parameters() if w.requires_grad], lr=1e-2, weight_decay=0.01)
    losses = []
    for _ in range(updates):
        words = model.states(IDS, LENGTHS)[torch.tensor([1, 5, 11])]
        loss = cross_entropy(model.heads["xnli"](words), torch.tensor([0, 1, 2])) + adapters.penalty(model)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())
    return losses


def weights(model: encoder.Encoder) -> dict[str, torch.Tensor]:
    return {name: weight.detach().clone() for name, weight in model.named_parameters()}


def changed(before: dict[str, torch.Tensor], model: encoder.Encoder) -> set[str]:
    return {name for name, weight in model.named_parameters() if not torch.equal(weight, before[name])}


@every_kind
def test_training_moves_the_adapter_and_the_heads_and_no_bit_of_anything_else(kind):
    model = small()
    adapters.install(model, adapter(kind), seed=3)
    before, base = weights(model), {k: v.clone() for k, v in adapters.base_weights(model).items()}
    losses = train(model)
    assert losses[-1] < 0.3 * losses[0]
    moved = changed(before, model)
    assert {name for name in moved if "adapter-task" not in name} == {n for n in before if n.startswith("heads.")}
    # All of it learns; of an invertible one this task reaches all too, for it sits below the first layer.
    assert {name for name in before if "adapter-task" in name} <= moved
    after = adapters.base_weights(model)
    assert all(torch.equal(base[name], after[name]) for name in base if not name.startswith("heads."))


def test_in_a_stack_the_last_one_learns_unless_others_are_named():
    model = trained(("invertible", "sw"), ("pfeiffer", "ner"))
    for setup, learning, parts in (
        (("sw", "ner"), None, {"adapter-ner"}),
        (("sw", "ner"), ("sw", "ner"), {"adapter-ner", "adapter-sw"}),
        (("sw", "ner"), (), set()),
    ):
        adapters.activate(model, setup, trained=learning)
        found = {name.split(".")[2] for name, weight in model.adapters.named_parameters("adapters") if weight.requires_grad}
        assert found == parts
        assert all(weight.requires_grad for weight in model.heads.parameters())


def test_of_a_fusion_the_fusion_alone_learns():
    model = trained(("pfeiffer", "mnli"), ("pfeiffer", "qqp"))
    adapters.fuse(model, ("mnli", "qqp"), seed=4)
    before = weights(model)
    losses = train(model)
    assert losses[-1] < 0.3 * losses[0]
    # A key's bias adds the same to the scores of all, which softmax does not see.
    quiet = {name for name in before if name.endswith("key.bias")}
    moved = {name for name in changed(before, model) if not name.startswith("heads.")} | quiet
    assert moved == {name for name in before if "fusion-mnli+qqp" in name} | quiet


def test_the_words_can_be_guessed_better_with_a_language_adapter_under_a_frozen_head():
    model = small()
    adapters.install(model, adapter("invertible", "sw"), seed=3)
    before, optimiser = weights(model), torch.optim.AdamW([w for w in model.parameters() if w.requires_grad], lr=1e-2)
    losses = []
    for _ in range(20):
        loss = cross_entropy(model.predict_masked(model.states(IDS, LENGTHS)), IDS)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]
    assert {name.split(".")[2] for name in changed(before, model)} == {"adapter-sw"}


def test_gradient_checkpointing_gives_the_same_gradients():
    model = trained(("houlsby", "task")).train()

    def gradients():
        model.zero_grad()
        states = model.states(IDS, LENGTHS)
        states.square().sum().backward()
        return {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}

    plain = gradients()
    model.body.activation_checkpointing_enable()
    again = gradients()
    assert plain.keys() == again.keys() and all(torch.equal(plain[name], again[name]) for name in plain)


# ---- how many weights ----


@every_kind
def test_weights_are_counted_by_part(kind):
    model = small()
    whole = sum(weight.numel() for weight in model.parameters())
    head = 32 * 32 + 32 + 32 * 3 + 3
    adapters.install(model, adapter(kind), seed=3)
    by_hand = {
        "houlsby": {"adapter task": 4 * (32 * 2 + 2 + 2 * 32 + 32)},  # two layers of two bottlenecks of two units
        "pfeiffer": {"adapter task": 2 * (32 * 2 + 2 + 2 * 32 + 32)},
        # Each half of sixteen through eight units to the other.
        "invertible": {"adapter task": 2 * (32 * 2 + 2 + 2 * 32 + 32), "invertible task": 2 * (16 * 8 + 8 + 8 * 16 + 16)},
        "lora": {"adapter task": 2 * 2 * (32 * 8 + 8 * 32)},  # query and value of two layers
    }[kind]
    found, own = adapters.counts(model), sum(by_hand.values())
    assert found["trainable"] == own + head and found["frozen"] == whole - head
    assert {name: n for name, n in found["by part"].items() if "task" in name} == by_hand
    assert set(found["by part"]) == {"embeddings", "body", "masked", "heads", *by_hand}
    assert sum(found["by part"].values()) == found["trainable"] + found["frozen"]
    assert adapters.size(adapter(kind), BODY) == own


def test_a_fusion_is_counted_by_itself():
    model = trained(("houlsby", "mnli"), ("houlsby", "qqp"))
    adapters.fuse(model, ("mnli", "qqp"), seed=4)
    found = adapters.counts(model)
    assert found["by part"]["fusion mnli+qqp"] == 4 * (3 * 32 * 32 + 2 * 32) == adapters.fusion_size("houlsby", BODY)
    assert found["trainable"] == found["by part"]["fusion mnli+qqp"] + found["by part"]["heads"]


def test_the_sizes_for_xlm_r_large_need_no_model():
    sizes = {kind: adapters.size(adapter(kind), Body(1024, 24)) for kind in KINDS}
    assert sizes == {"houlsby": 6_343_680, "pfeiffer": 3_171_840, "invertible": 3_697_664, "lora": 786_432}
    assert adapters.fusion_size("pfeiffer", Body(1024, 24)) == 75_546_624


def test_planning_with_adapters_loads_no_library():
    told = "import sys; from replicate.models import adapters; adapters.size(adapters.Adapter('lora', 'a'), adapters.Body(32, 2))"
    done = subprocess.run([sys.executable, "-c", f"{told}; print('torch' in sys.modules)"], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
