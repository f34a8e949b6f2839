"""A model before its weights: none are drawn, and no memory is taken for them, until they are read or made."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch

Model = TypeVar("Model", bound=torch.nn.Module)


def blank(make: Callable[[], Model]) -> Model:
    """What `make` builds, with parameters that have a shape alone (`load_state_dict(..., assign=True)` gives them values) and
    buffers as they should be: those of XLM-R's embeddings are in no file."""
    with torch.device("meta"):
        model = make()
    for module in model.modules():
        for name, buffer in list(module.named_buffers(recurse=False)):
            if name == "position_ids":
                module._buffers[name] = torch.arange(buffer.shape[-1], device="cpu").expand(buffer.shape).clone()
            elif name == "token_type_ids":
                module._buffers[name] = torch.zeros(buffer.shape, dtype=buffer.dtype, device="cpu")
            else:
                raise TypeError(f"{type(module).__name__}: nobody knows what belongs into its {name}")
    return model
