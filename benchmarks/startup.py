"""CPU time of the commands that answer at once, against a program that imports its libraries at the top.

python -m benchmarks.startup --json
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys

from . import _asked

CASES = {
    "replicate --help": ["-m", "replicate", "--help"],
    "replicate plan": ["-m", "replicate", "plan", "stilts", "--scale", "large"],
    "replicate status": ["-m", "replicate", "status"],
    "replicate languages": ["-m", "replicate", "languages"],
    "replicate world": ["-m", "replicate", "world"],
    "synth --help": ["-m", "synth", "--help"],
}
PEER = ["-c", "import torch, transformers, pandas"]
TRIES = 3


def cpu(arguments: list[str]) -> float:
    """The least CPU seconds of a Python process with these arguments, of a few tries."""
    found = []
    for _ in range(TRIES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)


def main() -> None:
    """Measure and print, as a table or as JSON."""
    arguments = _asked.parser("startup", __doc__, "", "--json").parse_args()
    peer = cpu(PEER)
    rows = {name: {"ratio": round(cpu(case) / peer, 3), "peer": round(peer, 3)} for name, case in CASES.items()}
    for row in rows.values():
        row["ours"] = round(row["ratio"] * peer, 3)
    plain = "{:22} {ours:6.3f} s of CPU, {ratio:5.3f} of importing torch and its kin ({peer:.2f} s)"
    _asked.show("startup", rows, arguments.json, lambda name, row: plain.format(name, **row))


if __name__ == "__main__":
    main()
