"""Low-rank adaptation of query and value, through peft, which is an extra: loaded when it is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ...problems import Problem
from .form import Adapter, key

if TYPE_CHECKING:
    import torch
    from torch import nn

# Query and value of XLM-R and its kin, and of mT5.
TARGET = r".*(\.attention\.self\.(query|value)|\.(SelfAttention|EncDecAttention)\.(q|v))"
HALVES = ("lora_A", "lora_B")


def library(adapter: Adapter) -> Any:
    """The library; a Problem where it is not installed."""
    try:
        import peft
    except ImportError as error:
        raise Problem(f"adapter {adapter.name}: lora needs peft ({error}); pip install 'stilts-claims[lora]'") from error
    return peft


def inject(model: nn.Module, adapter: Adapter) -> None:
    """Wrap the query and value projections; the packed attention reads what they give, as before."""
    peft = library(adapter)
    config = peft.LoraConfig(
        r=adapter.rank, lora_alpha=adapter.alpha, lora_dropout=0.0, bias="none", target_modules=TARGET, init_lora_weights=True
    )
    peft.inject_adapter_in_model(config, model, key(adapter.name))
    vars(model).pop("peft_config", None)  # what it leaves on the model makes it warn of the next one


def wrapped(model: nn.Module) -> Iterator[tuple[str, Any]]:
    """The projections that peft has wrapped, by name."""
    for name, module in model.named_modules():
        if re.fullmatch(TARGET, name) and hasattr(module, "base_layer"):
            yield name, module


def switch(model: nn.Module, names: Sequence[str]) -> None:
    """Let these run, in sum, and no others."""
    for _, module in wrapped(model):
        module.set_adapter([key(name) for name in names])


def matrices(model: nn.Module, name: str) -> dict[str, torch.Tensor]:
    """The weights of one, each named by its projection and which half it is."""
    return {f"{place}.{half}": getattr(module, half)[key(name)].weight for place, module in wrapped(model) for half in HALVES}


def shapes(model: nn.Module, adapter: Adapter) -> dict[str, tuple[int, ...]]:
    """The shapes that `matrices` will have once it is injected."""
    found: dict[str, tuple[int, ...]] = {}
    for name, module in model.named_modules():
        if re.fullmatch(TARGET, name):
            given, asked = module.in_features, module.out_features
            found |= {f"{name}.lora_A": (adapter.rank, given), f"{name}.lora_B": (asked, adapter.rank)}
    return found
