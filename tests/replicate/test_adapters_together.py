"""Adapters that run together: stacks, fusions, LoRA beside a bottleneck; and what does not go together."""

from __future__ import annotations

import pytest
import torch

from replicate.models import adapters
from replicate.problems import Problem

from .adapted import HIDDEN, adapter, needs_peft, shake, small, states, trained


def test_a_stack_runs_one_on_top_of_the_other_and_without_names_the_model_is_as_it_was():
    model = trained(("invertible", "sw"), ("invertible", "to"), ("pfeiffer", "ner"))
    seen = {}
    for names in ((), ("sw",), ("ner",), ("sw", "ner"), ("ner", "sw"), ("to", "ner")):
        adapters.activate(model, names)
        seen[names] = states(model)
        assert adapters.active(model) == names
    assert torch.equal(seen[()], states(small()))
    assert all(not torch.allclose(seen[a], seen[b], atol=1e-3) for a in seen for b in seen if a != b)


def test_in_a_stack_the_later_one_reads_what_the_earlier_one_leaves():
    model = trained(("houlsby", "sw"), ("houlsby", "ner"))
    adapters.activate(model, ("sw", "ner"))
    held = adapters.of(model)
    given = torch.randn(5, HIDDEN, generator=torch.Generator().manual_seed(0))
    between = given + held.part("sw").places[1](given)
    expected = between + held.part("ner").places[1](between)
    assert torch.equal(held.walk("houlsby", 1, given, lambda x: x), expected)


def test_a_fusion_weighs_what_adapters_add_by_attention_and_adds_the_mixture():
    model = trained(("pfeiffer", "mnli"), ("pfeiffer", "qqp"))
    adapters.fuse(model, ("mnli", "qqp"), seed=4)
    shake(model)
    held, fusion = adapters.of(model), adapters.of(model).fusion(("mnli", "qqp"))[1]
    x = torch.randn(5, HIDDEN, generator=torch.Generator().manual_seed(0))
    added = torch.stack([held.part(name).places[1](x) for name in ("mnli", "qqp")])
    scores = torch.stack([(fusion.query(x) * fusion.key(one)).sum(-1) for one in added])
    values = added @ (torch.eye(HIDDEN) + fusion.value).T
    expected = x + (scores.softmax(0)[..., None] * values).sum(0)
    torch.testing.assert_close(held.walk("pfeiffer", 1, x, lambda x: x), expected, atol=1e-5, rtol=0)


def test_a_fusion_can_stand_on_a_language_and_is_drawn_to_the_identity_while_it_learns():
    model = trained(("invertible", "sw"), ("pfeiffer", "mnli"), ("pfeiffer", "qqp"))
    adapters.fuse(model, ["mnli", "qqp"], seed=4, over=["sw"])
    assert adapters.active(model) == ("sw", ("mnli", "qqp"))
    assert adapters.penalty(model) == 0.0
    adapters.of(model).fusion(("mnli", "qqp"))[0].value.data[3, 4] = 2.0
    assert adapters.penalty(model).item() == pytest.approx(0.01 * 4)
    adapters.activate(model, ["sw", "mnli"])
    assert adapters.penalty(model) == 0.0 == adapters.penalty(small())


CALLS = {
    "unknown adapter 'nre'; did you mean ner?": lambda model: adapters.activate(model, ("sw", "nre")),
    "the fusion of ner, pos is not there; fuse them first": lambda model: adapters.activate(model, (("ner", "pos"),)),
    "sw, sw: one of them comes twice": lambda model: adapters.activate(model, ("sw", "sw")),
    "bottlenecks that run together are of one kind": lambda model: adapters.activate(model, ("ner", "old")),
    "pos cannot learn: it is not active": lambda model: adapters.activate(model, ("ner",), trained=("pos",)),
    "sw is invertible, which can be stacked but not fused": lambda model: adapters.fuse(model, ("sw", "ner"), 1),
    "expected one adapter or several different ones": lambda model: adapters.fuse(model, (), 1),
    "the model has one of this name already": lambda model: adapters.install(model, adapter(name="ner"), 1),
    "reduction = 64; the model's hidden size is 32": lambda model: adapters.install(model, adapter(name="x", reduction=64), 1),
}


@pytest.mark.parametrize("says", CALLS)
def test_what_does_not_go_together_is_said_and_nothing_changes(says):
    model = trained(("invertible", "sw"), ("pfeiffer", "ner"), ("pfeiffer", "pos"), ("houlsby", "old"))
    adapters.activate(model, ("sw", "ner"))
    before, counted = states(model), adapters.counts(model)
    with pytest.raises(Problem) as error:
        CALLS[says](model)
    assert says in str(error.value)
    assert torch.equal(states(model), before) and adapters.counts(model) == counted


@needs_peft
def test_lora_and_a_bottleneck_can_run_together_and_each_alone():
    model = trained(("lora", "sw"), ("pfeiffer", "ner"))
    seen = {}
    for names in ((), ("sw",), ("ner",), ("sw", "ner")):
        adapters.activate(model, names)
        seen[names] = states(model)
    assert torch.equal(seen[()], states(small()))
    assert all(not torch.allclose(seen[a], seen[b], atol=1e-3) for a in seen for b in seen if a != b)
    with pytest.raises(Problem, match="sw is lora, which can be stacked but not fused"):
        adapters.fuse(model, ("sw",), seed=1)
