"""Whose weights are whose: those of the model without adapters, and how many each part has."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import nn

SAMPLE = 16  # values of each weight: those of another model differ there too


def counts(model: nn.Module) -> dict[str, Any]:
    """How many weights learn and how many are frozen, and how many each part has."""
    learning, parts = Counter[bool](), Counter[str]()
    for name, weight in model.named_parameters():
        learning[weight.requires_grad] += weight.numel()
        parts[_part(name)] += weight.numel()
    return {"trainable": learning[True], "frozen": learning[False], "by part": dict(parts)}


def _part(name: str) -> str:
    if found := re.match(r"adapters\.parts\.adapter-([^.]+)\.(places|invertible)", name):
        return f"{'adapter' if found[2] == 'places' else 'invertible'} {found[1]}"
    if found := re.match(r"adapters\.fusions\.fusion-([^.]+)", name):
        return f"fusion {found[1]}"
    if found := re.search(r"\.lora_[AB]\.adapter-([^.]+)", name):
        return f"adapter {found[1]}"
    return "embeddings" if re.search(r"\.(embeddings|shared|embed_tokens)\.", name) else name.split(".")[0]


def base_weights(model: nn.Module) -> dict[str, torch.Tensor]:
    """The state of the model without its adapters, under the names that it has without them; heads are in it."""
    return {
        name.replace(".base_layer.", "."): value
        for name, value in model.state_dict().items()
        if not name.startswith("adapters.") and not re.search(r"\.lora_[A-Za-z_]+\.", name)
    }


def fingerprint(model: nn.Module) -> str:
    """Tells the body that adapters were trained on from others of its shape, by some values of each of its weights.

    They are rounded to bf16 first, so that a body in bf16 is the one that it was in fp32.
    """
    import torch

    digest = hashlib.sha256()
    for name, value in sorted(base_weights(model).items()):
        if not name.startswith("heads."):
            some = value.detach().flatten()[:SAMPLE].cpu().to(torch.bfloat16).view(torch.int16)
            digest.update(f"{name} {list(value.shape)} {some.tolist()}\n".encode())
    return digest.hexdigest()[:24]
