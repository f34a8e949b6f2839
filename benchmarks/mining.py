"""Time of finding each sentence's four nearest neighbours both ways, against faiss-cpu, and of mining the pairs.

python -m benchmarks.mining --json           4,000 x 4,000
python -m benchmarks.mining --full           20,000 x 20,000 too, which takes a minute

One thread each, 1,024 dimensions, the same vectors. The two have to find the same neighbours, or there is no figure.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ |= {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

WIDTH, NEIGHBOURS = 1024, 4
SIZES, FULL = (1_000, 4_000), 20_000
BAD_INPUT = 4


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this process, and what the work returned."""
    before = time.process_time()
    found = work()
    return time.process_time() - before, found


def measured(size: int) -> dict[str, float]:
    """Ours and faiss on two collections of so many vectors."""
    import faiss
    import numpy as np

    from replicate.metrics import mining, neighbours

    rng = np.random.default_rng(0)
    ours = rng.standard_normal((size, WIDTH), dtype=np.float32)
    theirs = (ours + 3 * rng.standard_normal((size, WIDTH), dtype=np.float32))[rng.permutation(size)]

    def with_faiss() -> tuple[Any, Any]:
        one, two = ours.copy(), theirs.copy()
        faiss.normalize_L2(one)
        faiss.normalize_L2(two)
        found = []
        for side, other in ((two, one), (one, two)):
            index = faiss.IndexFlatIP(WIDTH)
            index.add(side)
            found.append(index.search(other, NEIGHBOURS)[1])
        return found[0], found[1]

    faiss.omp_set_num_threads(1)
    neighbours.nearest_both(ours[:64], theirs[:64], NEIGHBOURS)  # what is imported is not measured
    own, (forward, backward) = seconds(lambda: neighbours.nearest_both(ours, theirs, NEIGHBOURS))
    peer, (there, back) = seconds(with_faiss)
    alike = float(np.mean([(forward.index == there).mean(), (backward.index == back).mean()]))
    if alike < 0.9999:
        raise SystemExit(f"benchmarks.mining: the neighbours differ from those of faiss ({alike:.4%} are the same)")
    whole, _ = seconds(lambda: mining.mine(ours, theirs))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"ratio": own / peer, "ours": own, "peer": peer, "pairs mined": whole, "most memory (MB)": memory}


def main() -> int:
    """Measure and print, as a table or as JSON."""
    try:
        import faiss  # noqa: F401
    except ImportError:
        print("benchmarks.mining: the peer is faiss-cpu, which is not installed here: pip install faiss-cpu", file=sys.stderr)
        return BAD_INPUT
    sizes = (*SIZES, FULL) if "--full" in sys.argv else SIZES
    rows = {f"{size} x {size}": {key: round(value, 3) for key, value in measured(size).items()} for size in sizes}
    if "--json" in sys.argv:
        print(json.dumps({"mining": rows}))
        return 0
    for name, row in rows.items():
        print(f"{name:14} {row['ours']:7.3f} s of CPU, {row['ratio']:5.3f} of faiss-cpu ({row['peer']:.3f} s); "
              f"with mining {row['pairs mined']:.3f} s, {row['most memory (MB)']:.0f} MB at most")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
