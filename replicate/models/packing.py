"""Attention over packed sequences: many sequences in one flat row, none of them padded, none sees another.

It goes through transformers' own attention interface, so stock weights run on it unchanged. The library's
own flattening collator is silently wrong with sdpa: its bidirectional mask ignores where sequences end.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface

NAME = "replicate_packed"


def attend(
    module: torch.nn.Module, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attention_mask: Any,
    scaling: float | None = None, dropout: float = 0.0, *, runs: list[tuple[int, int]], **_: Any,
) -> tuple[torch.Tensor, None]:  # fmt: skip
    """Attention within each sequence. `runs` lists (count, length) of neighbours of equal length.

    Neighbours of equal length share one call, which is why batches come sorted by length: at a few dozen
    tokens a sequence the calls cost more than the arithmetic.
    """
    heads, size = query.shape[1], query.shape[-1]
    # One split, not slices: each slice's backward fills a tensor of the whole row, which took a third of all time.
    rows = [t[0].split([count * length for count, length in runs], dim=1) for t in (query, key, value)]
    parts = []
    for (count, length), *row in zip(runs, *rows, strict=True):
        q, k, v = (t.reshape(heads, count, length, size).transpose(0, 1) for t in row)
        out = scaled_dot_product_attention(q, k, v, dropout_p=dropout, scale=scaling)
        parts.append(out.permute(0, 2, 1, 3).reshape(count * length, heads, size))
    return torch.cat(parts).unsqueeze(0), None


AttentionInterface.register(NAME, attend)
AttentionMaskInterface.register(NAME, lambda **_: None)


def runs_of(lengths: list[int]) -> list[tuple[int, int]]:
    """Lengths as runs: (how many neighbours, of which length)."""
    runs: list[tuple[int, int]] = []
    for length in lengths:
        if runs and runs[-1][1] == length:
            runs[-1] = (runs[-1][0] + 1, length)
        else:
            runs.append((1, length))
    return runs
