"""A tiny XLM-R, adapters of every kind, and a model that has learnt with them: what the tests of adapters look at."""

from __future__ import annotations

import importlib.util

import pytest
import torch

from replicate.models import adapters, encoder, nano
from replicate.models.adapters import Adapter, Body

HIDDEN, LAYERS = 32, 2  # of the model "tiny"
BODY = Body(HIDDEN, LAYERS)
IDS, LENGTHS = torch.tensor([0, 7, 8, 2, 0, 9, 10, 11, 12, 2, 0, 13, 2]), [4, 6, 3]
HAS_PEFT = importlib.util.find_spec("peft") is not None
needs_peft = pytest.mark.skipif(not HAS_PEFT, reason="peft, which LoRA goes through, is not installed")
KINDS = {
    "houlsby": {"kind": "houlsby"},
    "pfeiffer": {"kind": "pfeiffer"},
    "invertible": {"kind": "pfeiffer", "invertible": True},
    "lora": {"kind": "lora"},
}
every_kind = pytest.mark.parametrize("kind", [pytest.param(k, marks=needs_peft) if k == "lora" else k for k in KINDS])


def small(dropout: float = 0.0, seed: int = 1) -> encoder.Encoder:
    model = encoder.new(nano.config("tiny", 50, dropout), seed)
    model.add_head("xnli", 3)
    return model.eval()


def adapter(kind: str = "pfeiffer", name: str = "task", **more) -> Adapter:
    return Adapter(name=name, **{**KINDS[kind], **more})


def states(model: encoder.Encoder) -> torch.Tensor:
    return model.states(IDS, LENGTHS).detach()


def shake(model: torch.nn.Module, seed: int = 0) -> None:
    """Other weights for all that learns, as after a training."""
    rng = torch.Generator().manual_seed(seed)
    for weight in model.parameters():
        if weight.requires_grad:
            weight.data += 0.2 * torch.randn(weight.shape, generator=rng)


def trained(*kinds: tuple[str, str]) -> encoder.Encoder:
    """A model with adapters (kind, name) that have learnt something."""
    model = small()
    for number, (kind, name) in enumerate(kinds):
        adapters.install(model, adapter(kind, name), seed=number)
        shake(model, number)
    return model
