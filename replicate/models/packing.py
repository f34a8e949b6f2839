"""Attention over packed sequences: many sequences in one flat row, none of them padded, none sees another.

It goes through transformers' own attention interface, so stock weights run on it unchanged. The library's
own flattening collator is silently wrong with sdpa: its bidirectional mask ignores where sequences end.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import numpy as np
import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface

NAME = "replicate_packed"
# The longest sequence whose attention is kept for the backward pass; a longer one's would outweigh all else that is kept.
KEPT = 256

Runs = Sequence[tuple[int, int]]


def attend(
    module: torch.nn.Module, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attention_mask: Any,
    scaling: float | None = None, dropout: float = 0.0, *, runs: Runs, **_: Any,
) -> tuple[torch.Tensor, None]:  # fmt: skip
    """Attention within each sequence. `runs` lists (count, length) of neighbours of equal length.

    Neighbours of equal length share one call, which is why batches come sorted by length: at a few dozen
    tokens a sequence the calls cost more than the arithmetic.
    """
    scaling = query.shape[-1] ** -0.5 if scaling is None else scaling
    if not dropout and query.is_cuda and query.dtype in (torch.bfloat16, torch.float16):
        return _flash(query, key, value, runs, scaling), None
    longest = max(length for _, length in runs)
    if not dropout and query.device.type == "cpu" and query.dtype == torch.float32 and longest <= KEPT:
        return Blocks.apply(query, key, value, tuple(runs), scaling), None
    return _by_run(query, key, value, runs, scaling, dropout), None


AttentionInterface.register(NAME, attend)
AttentionMaskInterface.register(NAME, lambda **_: None)


def _by_run(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, runs: Runs, scaling: float, dropout: float
) -> torch.Tensor:
    """The way that everything can go: a call of the library's attention for each run."""
    heads, size = query.shape[1], query.shape[-1]
    # One split, not slices: each slice's backward fills a tensor of the whole row, which took a third of all time.
    rows = [t[0].split([count * length for count, length in runs], dim=1) for t in (query, key, value)]
    parts = []
    for (count, length), *row in zip(runs, *rows, strict=True):
        q, k, v = (t.reshape(heads, count, length, size).transpose(0, 1) for t in row)
        out = scaled_dot_product_attention(q, k, v, dropout_p=dropout, scale=scaling)
        parts.append(out.permute(0, 2, 1, 3).reshape(count * length, heads, size))
    return torch.cat(parts).unsqueeze(0)


def _flash(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, runs: Runs, scaling: float) -> torch.Tensor:
    """One call for all sequences, of whatever lengths: the GPU's kernel, which has no dropout."""
    from torch.nn.attention.varlen import varlen_attn

    ends = _ends(tuple(runs), query.device)
    longest = max(length for _, length in runs)
    q, k, v = (t[0].transpose(0, 1) for t in (query, key, value))
    out = varlen_attn(q, k, v, ends, ends, longest, longest, scale=scaling)
    return cast(torch.Tensor, out).unsqueeze(0)


@lru_cache(maxsize=4)  # the layers of a pass ask one after the other
def _ends(runs: Runs, device: torch.device) -> torch.Tensor:
    """Where sequences begin, and the end of the last."""
    lengths = [length for count, length in runs for _ in range(count)]
    return torch.from_numpy(np.cumsum([0, *lengths], dtype=np.int32)).to(device)


class Blocks(torch.autograd.Function):
    """Attention of short sequences on a CPU, as plain products.

    The vectors of all tokens and heads are laid out once so that those of a run are one block, (sequence and head, token,
    number): its products then need no copies, and what they give is laid back once. Against a fused kernel for each run this
    takes two thirds of the time, since most sequences are so short that a kernel's own start costs more than its arithmetic.
    """

    @staticmethod
    def forward(
        ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, runs: Runs, scaling: float
    ) -> torch.Tensor:
        _, heads, tokens, size = query.shape
        order, back = _orders(runs, heads)
        q, k, v = (t[0].transpose(0, 1).reshape(tokens * heads, size).index_select(0, order) for t in (query, key, value))
        out, shares, nothing = torch.empty_like(q), [], q.new_empty(())
        for a, b, c, o in zip(*(_blocks(t, runs, heads) for t in (q, k, v, out)), strict=True):
            share = torch.baddbmm(nothing, a, b.transpose(1, 2), beta=0, alpha=scaling).softmax(-1)
            torch.bmm(share, c, out=o)
            shares.append(share)
        ctx.save_for_backward(q, k, v, order, back, *shares)
        ctx.runs, ctx.scaling, ctx.shape = runs, scaling, (tokens, heads, size)
        return out.index_select(0, back).view(1, tokens, heads, size)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, given: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        q, k, v, order, back, *shares = ctx.saved_tensors
        tokens, heads, size = ctx.shape
        g = given.reshape(tokens * heads, size).index_select(0, order)
        found, nothing = [torch.empty_like(q) for _ in range(3)], q.new_empty(())
        rows = (_blocks(t, ctx.runs, heads) for t in (q, k, v, g, *found))
        for share, (a, b, c, up, dq, dk, dv) in zip(shares, zip(*rows, strict=True), strict=True):
            torch.bmm(share.transpose(1, 2), up, out=dv)
            scores = torch._softmax_backward_data(torch.bmm(up, c.transpose(1, 2)), share, -1, share.dtype)
            torch.baddbmm(nothing, scores, b, beta=0, alpha=ctx.scaling, out=dq)
            torch.baddbmm(nothing, scores.transpose(1, 2), a, beta=0, alpha=ctx.scaling, out=dk)
        dq, dk, dv = (t.index_select(0, back).view(tokens, heads, size).transpose(0, 1).unsqueeze(0) for t in found)
        return dq, dk, dv, None, None


@lru_cache(maxsize=4)  # the layers of a pass ask one after the other
def _orders(runs: Runs, heads: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows by token and head, as those that run after run go by sequence, head and token; and the way back."""
    parts, start = [], 0
    for count, length in runs:
        rows = np.arange(start, start + count * length * heads).reshape(count, length, heads)
        parts.append(rows.transpose(0, 2, 1).ravel())
        start += rows.size
    order = np.concatenate(parts)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return torch.from_numpy(order), torch.from_numpy(back)


def _blocks(rows: torch.Tensor, runs: Runs, heads: int) -> list[torch.Tensor]:
    """Each run's part of the rows, as (sequence and head, token, number)."""
    parts = rows.split([count * length * heads for count, length in runs])
    return [part.view(count * heads, length, -1) for part, (count, length) in zip(parts, runs, strict=True)]


def runs_of(lengths: list[int]) -> list[tuple[int, int]]:
    """Lengths as runs: (how many neighbours, of which length)."""
    runs: list[tuple[int, int]] = []
    for length in lengths:
        if runs and runs[-1][1] == length:
            runs[-1] = (runs[-1][0] + 1, length)
        else:
            runs.append((1, length))
    return runs
