"""Where adapters sit in a model, and how their modules become the model's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from ...problems import Problem
from . import lora
from .form import Adapter, fused, key

if TYPE_CHECKING:
    from torch import nn

    from .modules import Adapters

# Names of modules, and whether an adapter works on what goes into them or on what comes out. XLM-R and its kin norm behind
# the sum; mT5 norms before it, so that Pfeiffer's place there is what its feed-forward part gives, the sum included.
PLACES = {
    "houlsby": (
        (r"(.*\.)?layer\.\d+\.(attention\.)?output\.dropout", False),
        (r"(.*\.)?(encoder\.block\.\d+\.layer\.[01]|decoder\.block\.\d+\.layer\.[02])\.dropout", False),
    ),
    "pfeiffer": (
        (r"(.*\.)?layer\.\d+\.output\.LayerNorm", True),
        (r"(.*\.)?(encoder\.block\.\d+\.layer\.1|decoder\.block\.\d+\.layer\.2)", False),
    ),
}


def of(model: nn.Module) -> Adapters | None:
    """The adapters of a model; None where it has none."""
    return cast("Adapters | None", getattr(model, "adapters", None))


def held(model: nn.Module) -> Adapters:
    """The adapters of a model, none yet where it had none."""
    from .modules import Adapters

    if (found := of(model)) is None:
        found = Adapters().train(model.training)
        model.add_module("adapters", found)
    return found


def places(model: nn.Module, kind: str) -> list[tuple[str, bool]]:
    """The modules at which this kind works, from the embeddings up, and whether on what goes in."""
    names = [name for name, _ in model.named_modules()]
    found = [(name, before) for name in names for pattern, before in PLACES[kind] if re.fullmatch(pattern, name)]
    if not found:
        raise Problem(f"adapters: {type(model).__name__} has no place for {kind}; they fit XLM-R and its kin, and mT5")
    return found


def hidden(model: nn.Module) -> int:
    """The width of the states that adapters read."""
    return cast(Any, model).config.hidden_size


def build(model: nn.Module, adapter: Adapter) -> nn.Module | None:
    """The modules of an adapter that fit the model and are not in it yet; None for one that peft makes."""
    from . import modules

    if adapter.kind == "lora":
        lora.library(adapter)
        if not lora.shapes(model, adapter):
            raise Problem(f"adapters: {type(model).__name__} has no place for lora; it fits XLM-R and its kin, and mT5")
        return None
    if adapter.invertible and _ends(model) is None:
        raise Problem(f"adapter {adapter.name}: an invertible one needs an encoder with a head of masked language modelling")
    count = len(places(model, adapter.kind))
    return modules.Part(adapter, hidden(model), count)


def attach(model: nn.Module, adapter: Adapter, part: nn.Module | None) -> None:
    """Make it the model's; it is neither active nor learning."""
    mine, like = held(model), next(model.parameters())
    if part is None:
        _inject(model, mine, adapter)
        return
    if adapter.kind not in mine.hooked:
        for number, (name, before) in enumerate(places(model, adapter.kind)):
            mine.hook(adapter.kind, number, model.get_submodule(name), before)
        mine.hooked.add(adapter.kind)
    if adapter.invertible and "invertible" not in mine.hooked:
        mine.hook_ends(*cast("tuple[nn.Module, nn.Module]", _ends(model)))
        mine.hooked.add("invertible")
    mine.parts[key(adapter.name)] = part.to(like.device, like.dtype).requires_grad_(False)
    mine.about[adapter.name] = adapter


def _inject(model: nn.Module, mine: Adapters, adapter: Adapter) -> None:
    learning = {name: weight.requires_grad for name, weight in model.named_parameters()}
    lora.inject(model, adapter)
    lora.switch(model, mine.low())
    for name, weight in model.named_parameters():  # peft has frozen what is not its own, and renamed what it wraps
        weight.requires_grad_(learning.get(name, learning.get(name.replace(".base_layer.", "."), False)))
    mine.about[adapter.name] = adapter


def build_fusion(model: nn.Module, kind: str) -> nn.ModuleList:
    """The modules of a fusion of adapters of this kind, not in the model yet."""
    from torch import nn

    from . import modules

    return nn.ModuleList(modules.Fusion(hidden(model)) for _ in places(model, kind))


def attach_fusion(model: nn.Module, names: tuple[str, ...], fusion: nn.ModuleList) -> None:
    """Make it the model's; it is neither active nor learning."""
    like = next(model.parameters())
    held(model).fusions[fused(names)] = fusion.to(like.device, like.dtype).requires_grad_(False)


@contextmanager
def drawn(seed: int) -> Iterator[None]:
    """Random numbers from this seed, and those of before again afterwards, on every device."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


def _ends(model: nn.Module) -> tuple[nn.Module, nn.Module] | None:
    """The embeddings, and the last norm of the head that is tied to them."""
    body, head = getattr(model, "body", None), getattr(model, "masked", None)
    if body is None or head is None or not hasattr(body, "embeddings") or not hasattr(head, "norm"):
        return None
    return cast(Any, body).embeddings, cast(Any, head).norm
