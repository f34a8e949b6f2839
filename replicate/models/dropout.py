"""Dropout at a quarter of the price: on a CPU, drawing what to drop number by number costs more than anything but products.

Sixteen random bits a number are enough, and a fast generator gives four numbers' at a time. It is seeded from torch's own
generator at each call, so a training's seed and its checkpoints decide what is dropped, as they do for torch's dropout.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

STEPS = 2**16  # of a share


class Dropout(nn.Dropout):
    """As torch's dropout; the share is rounded to 1/65,536."""

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        dropped = round(self.p * STEPS)
        if not self.training or not dropped:
            return states
        if states.device.type != "cpu" or dropped == STEPS:
            return super().forward(states)
        seed = int(torch.randint(2**62, ()))
        words = np.random.SFC64(seed).random_raw(-(-states.numel() // 4))
        bits = torch.from_numpy(words.view(np.int16))[: states.numel()].view(states.shape)
        kept = torch.ge(bits, dropped - STEPS // 2, out=torch.empty_like(states)).mul_(STEPS / (STEPS - dropped))
        return Product.apply(states, kept)


class Product(torch.autograd.Function):
    """States times what is kept of them; only that is remembered."""

    @staticmethod
    def forward(ctx: Any, states: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(kept)
        return states * kept

    @staticmethod
    def backward(ctx: Any, given: torch.Tensor) -> tuple[torch.Tensor, None]:
        return given * ctx.saved_tensors[0], None


def lighten(model: nn.Module) -> None:
    """Every dropout of a model by ours; weights and names stay as they are."""
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child) is nn.Dropout:
                setattr(module, name, Dropout(child.p))
