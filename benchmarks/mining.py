"""CPU time of mining translation pairs out of two collections, against faiss's exact search both ways.

python -m benchmarks.mining --json            4,000 x 4,000 sentences of 1,024 numbers
python -m benchmarks.mining --json --full     20,000 x 20,000 too, the size of a collection of BUCC (a minute)
python -m benchmarks.mining --size 10000      another size; may be repeated

Ours is all of `mining.mine`, from raw vectors to pairs. The peer is lengths made 1 and four neighbours in both directions,
without what makes pairs of them: the least that mining on faiss can cost. One thread each, in the same process.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from . import _asked

WIDTH, NEIGHBOURS = 1024, 4
SIZE, FULL = 4_000, 20_000
TRIES, LARGE = 3, 5_000  # large sizes are measured once
CORES = {"avx512f": "SKYLAKEX", "avx2": "HASWELL"}


def core() -> str:
    """The processor by a name that old OpenBLAS knows: the one inside faiss takes a newer one for a Prescott, at a quarter
    of the speed."""
    flags = Path("/proc/cpuinfo")
    known = set(flags.read_text().split()) if flags.exists() else set()
    return next((name for flag, name in CORES.items() if flag in known), "")


# Read once, when the libraries are loaded.
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
if core():
    os.environ.setdefault("OPENBLAS_CORETYPE", core())


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this process, and what the work returned."""
    before = time.process_time()
    found = work()
    return time.process_time() - before, found


def vectors(size: int) -> tuple[Any, Any]:
    """Two collections, half of each a blurred copy of the other's, so that there are pairs to find."""
    import numpy as np

    rng = np.random.default_rng(0)
    queries, candidates = (rng.standard_normal((size, WIDTH), dtype=np.float32) for _ in range(2))
    candidates[: size // 2] += queries[: size // 2]
    return queries, candidates


def search(queries: Any, candidates: Any) -> tuple[Any, Any]:
    """The peer: faiss's nearest candidates of each query, and queries of each candidate."""
    import faiss

    sides = []
    for vectors in (queries, candidates):
        sides.append(vectors.copy())
        faiss.normalize_L2(sides[-1])
    found = []
    for asked, given in (sides, sides[::-1]):
        index = faiss.IndexFlatIP(WIDTH)
        index.add(given)
        found.append(index.search(asked, NEIGHBOURS))
    return found[0], found[1]


def measure(size: int) -> dict[str, float]:
    """Least seconds of both, of a few tries in turn; the pairs have to be the same."""
    from replicate.metrics import mining
    from replicate.metrics.neighbours import Neighbours

    queries, candidates = vectors(size)
    tries = []
    for _ in range(TRIES if size < LARGE else 1):
        ours, pairs = seconds(lambda: mining.mine(queries, candidates, NEIGHBOURS))
        peer, found = seconds(lambda: search(queries, candidates))
        tries.append((ours, peer))
        theirs = {pair[:2] for pair in mining.pairs(*(Neighbours(*side) for side in found))}
        alike = len(theirs & {pair[:2] for pair in pairs}) / len(theirs)
        if alike < 0.999:  # equal margins may fall either way
            raise SystemExit(f"benchmarks.mining: only {alike:.1%} of the pairs are those of faiss")
    ours, peer = (min(column) for column in zip(*tries, strict=True))
    return {"ratio": round(ours / peer, 3), "ours": round(ours, 3), "peer": round(peer, 3)}


def main() -> None:
    """Measure and print, as a table or as JSON."""
    parser = _asked.parser("mining", __doc__, "", "--size 2000 --json")
    parser.add_argument("--full", action="store_true", help=f"also {FULL:,} x {FULL:,}")
    parser.add_argument("--size", type=int, action="append", metavar="N", help=f"sentences on each side (default: {SIZE})")
    arguments = parser.parse_args()
    sizes = [*(arguments.size or [SIZE]), *([FULL] if arguments.full else [])]
    if min(sizes) < NEIGHBOURS:
        parser.error(f"--size is at least {NEIGHBOURS}, the neighbours of each sentence")
    if find_spec("faiss") is None:
        print("benchmarks.mining: the peer, faiss, is not installed; pip install faiss-cpu", file=sys.stderr)
        raise SystemExit(4)
    import torch

    torch.set_num_threads(1)
    rows = {f"{size:,} x {size:,}": measure(size) for size in sizes}
    plain = "{:16} {ours:6.2f} s of CPU, {ratio:5.3f} of faiss both ways ({peer:.2f} s)"
    _asked.show("mining", rows, arguments.json, lambda name, row: plain.format(name, **row))


if __name__ == "__main__":
    main()
