"""Attention over packed sequences: many sequences in one flat row, none of them padded, none sees another.

It goes through transformers' own attention interface, so stock weights run on it unchanged. The library's
own flattening collator is silently wrong with sdpa: its bidirectional mask ignores where sequences end.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

import numpy as np
import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface

from .blocks import Blocks, Runs

NAME = "replicate_packed"
# The longest sequence that plain products take: in training, where they keep its attention for the backward pass, and else.
LEARNT, READ = 256, 128
HALVES, AMPERE = (torch.bfloat16, torch.float16), (8, 0)  # what the GPUs' kernel reads, and the oldest that has it


def attend(
    module: torch.nn.Module, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attention_mask: Any,
    scaling: float | None = None, dropout: float = 0.0, *, runs: Runs, **_: Any,
) -> tuple[torch.Tensor, None]:  # fmt: skip
    """Attention within each sequence. `runs` lists (count, length) of neighbours of equal length.

    Neighbours of like length share one call, which is why batches come sorted by length: at a few dozen
    tokens a sequence the calls cost more than the arithmetic. A query for each token, or one for each sequence.
    """
    scaling = query.shape[-1] ** -0.5 if scaling is None else scaling
    if not dropout and query.is_cuda and query.dtype in HALVES and torch.cuda.get_device_capability(query.device) >= AMPERE:
        return _flash(query, key, value, runs, scaling), None
    if not dropout and query.device.type == "cpu" and query.dtype != torch.float64:
        return _by_length(query, key, value, runs, scaling), None
    return _by_run(query, key, value, runs, scaling, dropout), None


AttentionInterface.register(NAME, attend)
AttentionMaskInterface.register(NAME, lambda **_: None)


def _by_length(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, runs: Runs, scaling: float) -> torch.Tensor:
    """On a CPU: what is short as plain products, from the first long sequence on a call for each run."""
    limit = LEARNT if torch.is_grad_enabled() else READ
    short = next((number for number, (_, length) in enumerate(runs) if length > limit), len(runs))
    with torch.autocast("cpu", enabled=False):
        if short == len(runs):
            return Blocks.apply(query, key, value, runs, scaling)
        if not short:
            return _by_run(query, key, value, runs, scaling)
        cut, cut_ = (sum(count * length for count, length in some[:short]) for some in (runs, _asked(query, key, runs)))
        (k, k_), (v, v_) = (t.split([cut, t.shape[2] - cut], dim=2) for t in (key, value))
        q, q_ = query.split([cut_, query.shape[2] - cut_], dim=2)
        return torch.cat([Blocks.apply(q, k, v, runs[:short], scaling), _by_run(q_, k_, v_, runs[short:], scaling)], dim=1)


def _by_run(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, runs: Runs, scaling: float, dropout: float = 0.0
) -> torch.Tensor:
    """The way that everything can go: a call of the library's attention for each run."""
    heads, size = query.shape[1], query.shape[-1]
    asked = _asked(query, key, runs)
    # One split, not slices: each slice's backward fills a tensor of the whole row, which took a third of all time.
    rows = [
        t[0].split([count * length for count, length in some], dim=1) for t, some in ((query, asked), (key, runs), (value, runs))
    ]
    parts = []
    for (count, _), *row in zip(runs, *rows, strict=True):
        q, k, v = (t.reshape(heads, count, -1, size).transpose(0, 1) for t in row)
        out = scaled_dot_product_attention(q, k, v, dropout_p=dropout, scale=scaling)
        parts.append(out.permute(0, 2, 1, 3).reshape(-1, heads, size))
    return torch.cat(parts).unsqueeze(0)


def _asked(query: torch.Tensor, key: torch.Tensor, runs: Runs) -> Runs:
    """The runs of the queries: those of the tokens, or with one query for each sequence."""
    return runs if query.shape[2] == key.shape[2] else [(count, 1) for count, _ in runs]


def _flash(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, runs: Runs, scaling: float) -> torch.Tensor:
    """One call for all sequences, of whatever lengths: the GPU's kernel, which has no dropout."""
    from torch.nn.attention.varlen import varlen_attn

    asked = _asked(query, key, runs)
    most, longest = (max(length for _, length in some) for some in (asked, runs))
    q, k, v = (t[0].transpose(0, 1) for t in (query, key, value))
    ends, ends_ = (_ends(tuple(some), query.device) for some in (asked, runs))
    out = varlen_attn(q, k, v, ends, ends_, most, longest, scale=scaling)
    return cast(torch.Tensor, out).unsqueeze(0)


@lru_cache(maxsize=4)  # the layers of a pass ask one after the other
def _ends(runs: tuple[tuple[int, int], ...], device: torch.device) -> torch.Tensor:
    """Where sequences begin, and the end of the last."""
    lengths = [length for count, length in runs for _ in range(count)]
    return torch.from_numpy(np.cumsum([0, *lengths], dtype=np.int32)).to(device)


def runs_of(lengths: list[int]) -> list[tuple[int, int]]:
    """Lengths as runs: (how many neighbours, of which length)."""
    runs: list[tuple[int, int]] = []
    for length in lengths:
        if runs and runs[-1][1] == length:
            runs[-1] = (runs[-1][0] + 1, length)
        else:
            runs.append((1, length))
    return runs
