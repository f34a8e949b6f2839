"""Attention of short sequences on a CPU, as plain products over blocks of sequences of like lengths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import torch

Runs = Sequence[tuple[int, int]]  # (how many neighbours, of which length)
# What a block costs by itself, in the pairs of tokens that are handled in that time, and what a token costs, likewise.
BLOCK, WIDTH = 6000, 30


class Blocks(torch.autograd.Function):
    """Attention within each sequence of a packed row, with a query for each token or one for each sequence.

    The vectors of all tokens and heads are laid out once so that those of sequences of like lengths are one block, (sequence
    and head, token, number): its products then need no copies, and what they give is laid back once. Most sequences are so
    short that the start of a kernel costs more than its arithmetic, so a few tokens more are cheaper than one more block.
    The products are in fp32 whatever is given: so small, they are no slower than in bf16.
    """

    @staticmethod
    def forward(
        ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, runs: Runs, scaling: float
    ) -> torch.Tensor:
        _, heads, tokens, size = key.shape
        layout = _layout(tuple(runs), heads)
        one = query.shape[2] != tokens  # for each sequence, and so in order as they come
        rows = (t[0].transpose(0, 1).reshape(-1, size) for t in (query, key, value))
        q, k, v = (t.float() if one and not n else t.index_select(0, layout.order).float() for n, t in enumerate(rows))
        out, shares = torch.empty_like(q), []
        for bias, a, b, c, o in zip(layout.biases, *map(layout.blocks, (q, k, v, out)), strict=True):
            bias = bias[:, :1] if one and bias.dim() else bias
            shares.append(torch.baddbmm(bias, a, b.mT, beta=min(bias.dim(), 1), alpha=scaling).softmax(-1))
            torch.bmm(shares[-1], c, out=o)
        ctx.save_for_backward(q, k, v, *shares)
        ctx.layout, ctx.scaling, ctx.one, ctx.shape = layout, scaling, one, (-1, heads, size)
        out = out if one else out.index_select(0, layout.back)
        return out.view(1, *ctx.shape).to(query.dtype)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, given: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        q, k, v, *shares = ctx.saved_tensors
        layout, none = ctx.layout, q.new_empty(())
        g = given.reshape(-1, q.shape[-1])
        g = g.float() if ctx.one else g.index_select(0, layout.order).float().index_fill_(0, layout.fill, 0.0)
        found = [torch.empty_like(t) for t in (q, k, v)]
        for share, a, b, c, up, dq, dk, dv in zip(shares, *map(layout.blocks, (q, k, v, g, *found)), strict=True):
            torch.bmm(share.mT, up, out=dv)
            scores = torch._softmax_backward_data(torch.bmm(up, c.mT), share, -1, share.dtype)
            torch.baddbmm(none, scores, b, beta=0, alpha=ctx.scaling, out=dq)
            torch.baddbmm(none, scores.mT, a, beta=0, alpha=ctx.scaling, out=dk)
        rows = (t if ctx.one and not n else t.index_select(0, layout.back) for n, t in enumerate(found))
        dq, dk, dv = (t.to(given.dtype).view(ctx.shape).transpose(0, 1).unsqueeze(0) for t in rows)
        return dq, dk, dv, None, None


@dataclass(frozen=True)
class Layout:
    """Where vectors stand in blocks: `order` takes them there, `back` takes them back, `fill` are places of no token's own.

    `shapes` are (sequences and heads, tokens) of each block, `biases` hide what fills shorter sequences up.
    """

    order: torch.Tensor
    back: torch.Tensor
    fill: torch.Tensor
    shapes: list[tuple[int, int]]
    biases: list[torch.Tensor]

    def blocks(self, rows: torch.Tensor) -> list[torch.Tensor]:
        """Each block's part of the rows, which are one for each token or one for each sequence, and for each head."""
        many = len(rows) == len(self.order)
        parts = rows.split([count * length if many else count for count, length in self.shapes])
        return [part.view(count, -1, rows.shape[-1]) for part, (count, _) in zip(parts, self.shapes, strict=True)]


@lru_cache(maxsize=4)  # the layers of a pass ask one after the other
def _layout(runs: tuple[tuple[int, int], ...], heads: int) -> Layout:
    """The blocks of a batch. What fills a sequence up is its own first token, so that no sequence touches another."""
    lengths = np.repeat([length for _, length in runs], [count for count, _ in runs])
    starts = np.cumsum(lengths) - lengths
    orders, reals, shapes, biases = [], [], [], []
    for begin, end in alike(runs, heads):
        longest = int(lengths[begin:end].max())
        real = np.arange(longest) < lengths[begin:end, None]
        tokens = starts[begin:end, None] + np.where(real, np.arange(longest), 0)
        orders.append((tokens[:, None, :] * heads + np.arange(heads)[:, None]).ravel())
        reals.append(np.repeat(real[:, None], heads, axis=1).ravel())
        shapes.append(((end - begin) * heads, longest))
        bias = np.where(real, 0.0, -np.inf).astype(np.float32).repeat(heads, axis=0)
        biases.append(torch.empty(()) if real.all() else torch.from_numpy(bias)[:, None].expand(-1, longest, -1))
    order, real = np.concatenate(orders), np.concatenate(reals)
    back = np.empty(int(lengths.sum()) * heads, dtype=np.int64)
    back[order[real]] = np.flatnonzero(real)
    return Layout(torch.from_numpy(order), torch.from_numpy(back), torch.from_numpy(np.flatnonzero(~real)), shapes, biases)


def alike(runs: Runs, heads: int) -> list[tuple[int, int]]:
    """Neighbouring sequences that share a block: (first, behind the last). A run joins the one behind it where filling it up
    costs less than a block of its own."""
    groups: list[tuple[int, int]] = []
    end, longest = sum(count for count, _ in runs), 0
    for count, length in reversed(runs):
        if length > longest or count * heads * (longest - length) * (longest + length + WIDTH) > BLOCK:
            groups.append((end, end))
            longest = length
        end -= count
        groups[-1] = (end, groups[-1][1])
    return groups[::-1]
