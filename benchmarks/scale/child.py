"""One measurement in a process of its own: python -m benchmarks.scale.child FAMILY CASE make|ours|peer FOLDER SIZE FILE

FILE gets CPU seconds (those of processes that it started and that have ended, too), wall seconds, and what the case noted.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from . import families


def used() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def main() -> None:
    name, case, role, where, size, out = sys.argv[1:]
    family = families()[name]
    if role == "make":
        family.make(Path(where), int(size))
        return
    chosen = family.cases[case].ours if role == "ours" else family.cases[case].peer
    assert chosen is not None, f"{case} has no peer"
    parts = chosen(Path(where), int(size))
    next(parts)
    wall, cpu = time.monotonic(), used()
    noted = next(parts)
    found = {"cpu": used() - cpu, "wall": time.monotonic() - wall, **(noted or {})}
    next(parts, None)
    Path(out).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
