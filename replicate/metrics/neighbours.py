"""Nearest neighbours by cosine among many vectors, on the processor, in bounded memory.

The matrix of all cosines is never whole: it is multiplied block by block, and each block serves both directions, the
best candidates of its queries and the best queries of its candidates. Of a block only the highest of each small group
is looked at first; the best k lie in the k groups with the highest tops, so few of the cosines are ever compared.
Equal cosines are ordered by index, the lower first, whatever the blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..problems import Problem

MEMORY = 1 << 30  # bytes for copies and blocks, beside the vectors themselves
BLOCK = 2048  # sides of a block: large enough to multiply at full speed, small enough to stay in the cache
GROUP = 32


@dataclass(frozen=True)
class Neighbours:
    """For each row its nearest others, best first: `cosine` and `index`, both [rows, k]."""

    cosine: np.ndarray
    index: np.ndarray


def nearest_both(queries: np.ndarray, candidates: np.ndarray, k: int, memory: int = MEMORY) -> tuple[Neighbours, Neighbours]:
    """The k nearest candidates of each query and the k nearest queries of each candidate (fewer where fewer are)."""
    forward, backward = _search(queries, candidates, k, memory, both=True)
    return forward, backward


def nearest(queries: np.ndarray, candidates: np.ndarray, k: int, memory: int = MEMORY) -> Neighbours:
    """The k nearest candidates of each query (fewer where there are fewer)."""
    return _search(queries, candidates, k, memory, both=False)[0]


def _search(queries: np.ndarray, candidates: np.ndarray, k: int, memory: int, both: bool) -> list[Neighbours]:
    import torch

    queries, candidates = _checked(queries, "query"), _checked(candidates, "candidate")
    if queries.shape[1] != candidates.shape[1]:
        raise Problem(f"queries have {queries.shape[1]} dimensions, candidates {candidates.shape[1]}; expected the same")
    n, m = len(queries), len(candidates)
    side = _side(n, m, queries.shape[1], k, memory)
    sides = [(n, min(k, m)), (m, min(k, n))][: 1 + both]
    best = [torch.full((rows, width), _NONE, dtype=torch.int64) for rows, width in sides]
    query_units, candidate_units = _units(queries, "query", memory // 4), _units(candidates, "candidate", memory // 4)
    buffer = torch.empty(min(side, n) * min(side, m), dtype=torch.float32)
    with torch.inference_mode():
        for i in range(0, n, side):
            rows = query_units(i, min(i + side, n))
            for j in range(0, m, side):
                columns = candidate_units(j, min(j + side, m))
                cosine = buffer[: len(rows) * len(columns)].view(len(rows), len(columns))
                torch.mm(rows, columns.T, out=cosine)
                _update(best[0][i : i + len(rows)], cosine, j)
                if both:
                    _update(best[1][j : j + len(columns)], cosine.T, i)
    return [Neighbours(_cosine(keys).numpy(), _index(keys).numpy()) for keys in best]


def _checked(vectors: np.ndarray, name: str) -> np.ndarray:
    vectors = np.asarray(vectors)
    if vectors.ndim != 2 or not len(vectors):
        raise Problem(f"the {name} vectors have the shape {vectors.shape}; expected at least one row of numbers for each {name}")
    return vectors


def _side(n: int, m: int, width: int, k: int, memory: int) -> int:
    """The side of a block, so that half the memory holds it, its vectors, and what of it is compared."""
    side = min(BLOCK, max(n, m))
    while side > GROUP and side * (4 * side + 16 * width + 40 * min(side, (2 * k + 1) * GROUP)) > memory // 2:
        side //= 2
    return side


def _units(vectors: np.ndarray, name: str, memory: int) -> Callable[[int, int], Any]:
    """Rows of length 1, as float32: made once where they fit into the memory, else each time they are asked for."""
    import torch

    def made(begin: int, stop: int) -> Any:
        rows = torch.from_numpy(np.ascontiguousarray(vectors[begin:stop], dtype=np.float32))
        length = torch.linalg.vector_norm(rows, dim=1, keepdim=True)
        if not bool(torch.isfinite(length).all()):
            worst = begin + int(torch.nonzero(~torch.isfinite(length))[0, 0])
            raise Problem(f"the vector of {name} {worst} has a value that is no finite number")
        return rows / length.clamp_min(torch.finfo(torch.float32).tiny)  # a vector of zeros stays one

    if vectors.size * 4 > memory:
        return made
    whole = torch.empty(vectors.shape, dtype=torch.float32)
    for begin in range(0, len(vectors), BLOCK):
        whole[begin : begin + BLOCK] = made(begin, min(begin + BLOCK, len(vectors)))
    return lambda begin, stop: whole[begin:stop]


# ---- the best few of a block ----
# A cosine and an index make one whole number that sorts as both do: the bits of the cosine above, less the index
# below. So equal cosines need no rule of their own, and merging is taking the highest numbers.

_NONE = -(1 << 63)


def _pack(cosine: Any, index: Any) -> Any:
    import torch

    bits = (cosine + 0.0).view(torch.int32)  # + 0.0: minus zero is zero
    ordered = bits ^ ((bits >> 31) & 0x7FFFFFFF)
    return ordered.to(torch.int64).mul_(1 << 32).sub_(index)


def _index(keys: Any) -> Any:
    return -keys & 0xFFFFFFFF


def _cosine(keys: Any) -> Any:
    import torch

    ordered = ((keys + _index(keys)) >> 32).to(torch.int32)
    return (ordered ^ ((ordered >> 31) & 0x7FFFFFFF)).view(torch.float32)


def _update(best: Any, cosine: Any, offset: int) -> None:
    """Merge into the best keys of each row what a block adds to them; its columns begin at `offset`.

    Blocks come in the order of their columns, so a cosine as high as the last that is kept comes too late.
    """
    import torch

    k, width = best.shape[1], cosine.shape[1]
    whole = width // GROUP
    if whole <= 2 * k:
        found = _pack(cosine.contiguous(), torch.arange(width))
        best.copy_(torch.cat([best, found - offset], dim=1).topk(k, dim=1).values)
        return
    tops = _tops(cosine[:, : whole * GROUP], whole)
    highest = torch.maximum(tops.amax(1), cosine[:, whole * GROUP :].amax(1)) if width % GROUP else tops.amax(1)
    rows = torch.nonzero((best[:, -1] == _NONE) | (highest > _cosine(best[:, -1]))).flatten()
    groups = _index(_pack(tops[rows], torch.arange(whole)).topk(k, dim=1).values)
    places = (groups[:, :, None] * GROUP + torch.arange(GROUP)).flatten(1)
    rest = torch.arange(whole * GROUP, width).expand(len(rows), -1)
    places = torch.cat([places, rest], dim=1)
    flat = cosine.as_strided((cosine.numel(),), (1,))  # rows or columns of one block, whichever way it is looked at
    picked = flat.index_select(0, (rows[:, None] * cosine.stride(0) + places * cosine.stride(1)).flatten())
    found = _pack(picked.view(places.shape), places)
    best[rows] = torch.cat([best[rows], found - offset], dim=1).topk(k, dim=1).values


def _tops(cosine: Any, groups: int) -> Any:
    """The highest of each group of columns. Reducing along the way the numbers lie is ten times faster."""
    if cosine.stride(1) == 1:
        return cosine.unflatten(1, (groups, GROUP)).amax(2)
    return cosine.T.unflatten(0, (groups, GROUP)).amax(1).T
