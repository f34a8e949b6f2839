"""bf16 where a device multiplies it itself, with weights in fp32; small models on a processor stay in fp32."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from transformers import MT5Config, XLMRobertaConfig

from replicate import devices
from replicate.models import encoder, nano, seq2seq
from replicate.tasks.kinds import KINDS
from replicate.training import loop
from replicate.training.batches import Encoded, encoded, pack, ragged, single

VOCABULARY, CPU = 50, torch.device("cpu")


def wide(attention: float = 0.0) -> encoder.Encoder:
    """An encoder as wide as bf16 asks for, and no larger than needed."""
    config = XLMRobertaConfig(
        vocab_size=VOCABULARY, hidden_size=devices.WIDE, num_hidden_layers=2, num_attention_heads=4, intermediate_size=256,
        max_position_embeddings=80, type_vocab_size=1, pad_token_id=1, hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=attention,
    )  # fmt: skip
    made = encoder.new(config, seed=2)
    made.add_head("pairs", 3)
    return made


def pairs(count: int = 12) -> Encoded:
    rng = np.random.default_rng(1)
    ids = [np.array([0, *rng.integers(5, VOCABULARY, rng.integers(1, 40)), 2]) for _ in range(count)]
    return encoded(ragged(ids), single(np.zeros(count)), single(rng.integers(0, 3, count)), 3, labels=("a", "b", "c"))


@pytest.fixture
def native(monkeypatch):
    """A processor with bf16 arithmetic; one without it computes the same, only slowly."""
    monkeypatch.setattr(devices, "halves", lambda device: True)


def bf16() -> bool:
    return torch.is_autocast_enabled("cpu") and torch.get_autocast_dtype("cpu") == torch.bfloat16


def test_only_wide_models_are_read_in_bf16_on_a_processor(native):
    with devices.precise(encoder.new(nano.config("nano", VOCABULARY), seed=0)):
        assert not bf16()
    with devices.precise(wide()):
        assert bf16()


def test_a_processor_without_bf16_computes_in_fp32(monkeypatch):
    monkeypatch.setattr(devices, "halves", lambda device: False)
    with devices.precise(wide()):
        assert not bf16()


def test_a_processor_is_asked_what_it_has(monkeypatch):
    asked = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    for has in (True, False):
        for name in asked:
            monkeypatch.setattr(torch.cpu, name, lambda has=has: has, raising=False)
        assert devices.halves(CPU) is has
    for name in asked:  # another version of torch may not tell
        monkeypatch.delattr(torch.cpu, name)
    assert devices.halves(CPU) is False


def test_states_are_bf16_from_the_embeddings_on_and_weights_stay_fp32(native):
    model, seen = wide(), list[torch.dtype]()
    for layer in model.body.encoder.layer:
        layer.register_forward_hook(lambda module, given, states: seen.append(states.dtype))
    batch = pack(pairs(), range(12))
    with devices.precise(model):
        loss = model.learn(loop.Lesson("pairs", pairs(), KINDS["pairs"].loss, 12), batch)
    loss.backward()
    assert seen == [torch.bfloat16]  # the last layer is not called: only what a head reads is computed of it
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    assert {weight.grad.dtype for weight in model.parameters() if weight.grad is not None} == {torch.float32}


def test_losses_and_gradients_in_bf16_are_those_in_fp32_within_its_rounding(native):
    model, batch = wide().eval(), pack(pairs(), range(12))
    lesson = loop.Lesson("pairs", pairs(), KINDS["pairs"].loss, 12)
    exact, rounded = copy.deepcopy(model), model
    plain = exact.learn(lesson, batch)
    plain.backward()
    with devices.precise(rounded):
        loss = rounded.learn(lesson, batch)
    loss.backward()
    assert loss.item() == pytest.approx(plain.item(), abs=0.02) and loss.item() != plain.item()
    ours, theirs = (
        torch.cat([one.grad.flatten() for one in made.parameters() if one.grad is not None]) for made in (rounded, exact)
    )
    assert torch.nn.functional.cosine_similarity(ours, theirs, dim=0) > 0.99


def test_a_model_that_answers_in_words_learns_in_bf16_too(native):
    config = MT5Config(
        vocab_size=VOCABULARY, d_model=devices.WIDE, d_kv=32, num_heads=2, d_ff=64, num_layers=1, num_decoder_layers=1,
        pad_token_id=1, decoder_start_token_id=1, eos_token_id=2, dropout_rate=0.0,
    )  # fmt: skip
    model = seq2seq.new(config, seed=0).eval()
    batch = pack(pairs(), range(12))
    plain = model.learn(loop.Lesson("pairs", pairs(), None, 12), batch).item()
    with devices.precise(model):
        loss = model.learn(loop.Lesson("pairs", pairs(), None, 12), batch)
    assert loss.item() == pytest.approx(plain, abs=0.02 * plain)


def test_attention_has_no_dropout_whatever_the_configuration_says():
    """A deviation that `plan --assumptions` lists."""
    model = wide(attention=0.1).train()
    model.set_dropout(0.1)
    assert {layer.attention.self.dropout.p for layer in model.body.encoder.layer} == {0.0}
    assert model.config.attention_probs_dropout_prob == 0.0
