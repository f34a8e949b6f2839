"""Adapters: that they begin as nothing, and where they sit in XLM-R and mT5."""

from __future__ import annotations

import copy

import pytest
import torch
from torch.nn.functional import gelu, layer_norm

from replicate.models import adapters, encoder, nano
from replicate.problems import Problem

from .adapted import HIDDEN, IDS, LAYERS, LENGTHS, adapter, every_kind, needs_peft, shake, small, states, trained

# ---- they begin as nothing ----


@every_kind
@pytest.mark.parametrize("dropout", [0.0, 0.1])
def test_a_fresh_adapter_changes_no_bit_of_any_state(kind, dropout):
    model = small(dropout).train()
    torch.manual_seed(7)
    before = [model.states(IDS, LENGTHS, layer) for layer in range(LAYERS + 1)]
    said = model.predict_masked(before[-1])
    adapters.install(model, adapter(kind), seed=3)
    torch.manual_seed(7)
    after = [model.states(IDS, LENGTHS, layer) for layer in range(LAYERS + 1)]
    assert all(torch.equal(one, two) for one, two in zip(before, after, strict=True))
    assert torch.equal(model.predict_masked(after[-1]), said)


@every_kind
def test_nor_in_mixed_precision(kind):
    model = small()
    with torch.autocast("cpu", torch.bfloat16):
        before = states(model)
        adapters.install(model, adapter(kind), seed=3)
        assert torch.equal(states(model), before)


@pytest.mark.parametrize("kind", ["houlsby", "pfeiffer"])
def test_a_fresh_fusion_of_fresh_adapters_changes_no_bit_either(kind):
    model = small()
    before = states(model)
    for name in ("mnli", "qqp", "sst"):
        adapters.install(model, adapter(kind, name), seed=3)
    adapters.fuse(model, ("mnli", "qqp", "sst"), seed=4)
    assert torch.equal(states(model), before)


@pytest.mark.parametrize("kind", ["houlsby", "pfeiffer"])
def test_a_fresh_fusion_of_one_adapter_is_that_adapter_to_the_last_bit(kind):
    model = trained((kind, "mnli"))
    alone = states(model)
    assert not torch.equal(alone, states(small()))
    adapters.fuse(model, ["mnli"], seed=4)
    assert torch.equal(states(model), alone)


@every_kind
def test_the_seed_decides_the_weights_and_training_keeps_its_random_numbers(kind):
    models = [small() for _ in range(3)]
    torch.manual_seed(5)
    for model, seed in zip(models, (1, 1, 2), strict=True):
        adapters.install(model, adapter(kind), seed)
    drawn = torch.rand(3)
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(3))
    one, two, other = (torch.cat([w.flatten() for w in model.parameters() if w.requires_grad]) for model in models)
    assert torch.equal(one, two) and not torch.equal(one, other)


# ---- where they sit ----


def narrow_and_wide(bottleneck: torch.nn.Module, x: torch.Tensor, function) -> torch.Tensor:
    return bottleneck.up(function(bottleneck.down(x)))


def layer_by_hand(model: encoder.Encoder, x: torch.Tensor, attention_adapter, output_adapter) -> torch.Tensor:
    """XLM-R's layer 0 for one sequence, with two functions of (what a part gives, what it was given, its norm)."""
    layer = model.body.encoder.layer[0]

    def add_and_norm(part, given, norm, adapt):
        return layer_norm(adapt(part, given, norm), (HIDDEN,), norm.weight, norm.bias, norm.eps)

    attention = layer.attention.self(x[None], runs=[(1, len(x))])[0][0]
    middle = add_and_norm(layer.attention.output.dense(attention), x, layer.attention.output.LayerNorm, attention_adapter)
    return add_and_norm(layer.output.dense(layer.intermediate(middle)), middle, layer.output.LayerNorm, output_adapter)


def test_houlsby_puts_a_bottleneck_on_what_attention_and_feed_forward_give_before_add_and_norm():
    model = trained(("houlsby", "task"))
    first, second = adapters.of(model).part("task").places[:2]
    by_hand = layer_by_hand(
        model, model.states(IDS[:4], [4], layer=0),
        lambda part, given, norm: part + narrow_and_wide(first, part, gelu) + given,
        lambda part, given, norm: part + narrow_and_wide(second, part, gelu) + given,
    )  # fmt: skip
    torch.testing.assert_close(model.states(IDS[:4], [4], layer=1), by_hand, atol=1e-6, rtol=0)


def test_pfeiffer_puts_one_behind_the_feed_forward_part_which_reads_the_norm_and_adds_before_it():
    model = trained(("pfeiffer", "task"))
    bottleneck = adapters.of(model).part("task").places[0]

    def adapt(part, given, norm):
        normed = layer_norm(part + given, (HIDDEN,), norm.weight, norm.bias, norm.eps)
        return part + given + narrow_and_wide(bottleneck, normed, torch.relu)

    by_hand = layer_by_hand(model, model.states(IDS[:4], [4], layer=0), lambda part, given, norm: part + given, adapt)
    torch.testing.assert_close(model.states(IDS[:4], [4], layer=1), by_hand, atol=1e-6, rtol=0)


def test_an_invertible_adapter_shifts_the_embeddings_and_is_undone_before_the_words_are_guessed():
    model = trained(("invertible", "sw"))
    coupling = adapters.of(model).part("sw").invertible
    shifted = model.states(IDS, LENGTHS, layer=0)
    adapters.activate(model, ())
    plain = model.states(IDS, LENGTHS, layer=0)
    assert torch.equal(shifted, coupling(plain)) and not torch.allclose(shifted, plain, atol=0.1)
    torch.testing.assert_close(coupling.undo(shifted), plain, atol=1e-6, rtol=0)

    head, words = model.masked, model.body.embeddings.word_embeddings.weight
    by_hand = coupling.undo(head.norm(gelu(head.dense(plain)))) @ words.T + head.bias
    adapters.activate(model, ["sw"])
    torch.testing.assert_close(model.predict_masked(plain), by_hand, atol=1e-5, rtol=0)


@every_kind
def test_packed_sequences_do_not_see_each_other_through_adapters(kind):
    model = trained((kind, "task"))
    alone = [model.states(one, [len(one)]) for one in IDS.split(LENGTHS)]
    torch.testing.assert_close(states(model), torch.cat(alone), atol=1e-6, rtol=0)


def test_a_copy_of_a_model_runs_adapters_of_its_own():
    model = trained(("pfeiffer", "task"))
    twin, before = copy.deepcopy(model), states(model)
    shake(model, seed=9)
    assert torch.equal(states(twin), before) and not torch.equal(states(model), before)


# ---- mT5 ----


@pytest.mark.parametrize("kind", ["houlsby", "pfeiffer", pytest.param("lora", marks=needs_peft)])
def test_mt5_takes_adapters_at_the_same_places(kind):
    from replicate.models import seq2seq

    model = seq2seq.new(nano.mt5("tiny", 50, 0.0), 1).eval()
    rows, targets = [one.numpy() for one in IDS.split(LENGTHS)], [one.numpy() for one in IDS.split([6, 4, 3])]
    model.requires_grad_(False)  # torch takes another kernel where the bias of positions learns, which rounds otherwise
    before = model.states(rows, targets)
    adapters.install(model, adapter(kind), seed=3)
    assert torch.equal(model.states(rows, targets), before)
    # Encoder and decoder have two layers each: four places of Pfeiffer's, eight of Houlsby's.
    places = {"houlsby": 8, "pfeiffer": 4}
    if kind in places:
        assert adapters.counts(model)["trainable"] == places[kind] * (32 * 2 + 2 + 2 * 32 + 32)
    model.states(rows, targets).square().sum().backward()
    reached = {name for name, weight in model.named_parameters() if weight.grad is not None}
    assert reached == {name for name, weight in model.named_parameters() if weight.requires_grad}
    shake(model)
    assert not torch.allclose(model.states(rows, targets), before, atol=1e-3)
    with pytest.raises(Problem, match="needs an encoder with a head of masked language modelling"):
        adapters.install(model, adapter("invertible", "sw"), seed=3)
