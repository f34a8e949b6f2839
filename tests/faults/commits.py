"""A process that commits steps and does nothing else: `python -m tests.faults.commits FOLDER LOG`.

Each step has files, a folder in it, a checkpoint and, every third one, a failure on record that its success takes back.
"""

from __future__ import annotations

import sys
from pathlib import Path

from replicate import plan, store
from replicate.store import CHECKPOINT

COUNT = 12


def step(number: int) -> plan.Step:
    row = {"world": "artificial", "model": "none", "seed": number, "intermediate": "baseline"}
    settings = {"target": "xnli", "split": "test", "row": row}
    return plan.Step("evaluate", settings, (("model", "00aa"),), f"commit {number}")


def write(work: Path, number: int) -> dict[str, object]:
    """What a step leaves: always the same for the same number."""
    (work / CHECKPOINT / "000000001").mkdir(parents=True, exist_ok=True)
    (work / CHECKPOINT / "000000001" / "state.json").write_text("{}")
    (work / "deeper").mkdir()
    for name in ("model.bin", "deeper/predictions.jsonl", "tokens.txt"):
        (work / name).write_bytes(f"{number} {name}\n".encode() * 2000)
    return {"cells": [{"language": "a1a", "metric": "accuracy", "value": float(number), "n": 8}]}


def main(folder: str, log: str) -> int:
    runs = store.open_store(folder)
    store.sound(runs)
    store.clean(runs)
    for number in range(COUNT):
        one = step(number)
        if store.done(runs, one.id):
            continue
        held = store.lease(runs, one.id)
        if held is None:
            raise SystemExit(f"commits: somebody has the lease of {one.id}")
        with (Path(log) / one.id).open("a") as file:
            file.write("begun\n")
        if number % 3 == 0:
            store.fail(runs, one, "a reason")
        work = store.start(runs, one.id)
        store.commit(runs, one, work, write(work, number), {"adopted": False})
        held.release()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
