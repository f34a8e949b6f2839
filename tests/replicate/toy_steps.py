"""Steps that train nothing: they count in the clear, save checkpoints, and write down each time they are called.

Workers of the tests load `toy_steps:STEPS`. A step's numbers come from its id and the files of its inputs, so a
table is right only if every step before it was carried out whole. The environment tells how slow they are and
which ones misbehave:

    TOY_LOG=folder     a file per step id, a line per call: process id, update that it began at
    TOY_SLEEP=seconds  per update of training and pretraining
    TOY_FAIL, TOY_DIE, TOY_FULL, TOY_NAN=text   labels with this text in them raise, kill their worker, find the disk full, ...
"""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import time
from pathlib import Path

from replicate.tasks import TASKS

UPDATES = 10


def _misbehave(step) -> None:
    def asked(name: str) -> bool:
        return os.environ.get(name, "\0") in step.label

    if asked("TOY_FAIL"):
        raise RuntimeError("the toy broke\nin two lines")
    if asked("TOY_DIE"):
        os.kill(os.getpid(), signal.SIGKILL)
    if asked("TOY_FULL"):
        raise OSError(errno.ENOSPC, "No space left on device", "model.txt")


def _log(step, begin: int) -> None:
    if folder := os.environ.get("TOY_LOG"):
        with open(Path(folder) / step.id, "a", encoding="utf-8") as file:
            file.write(f"{os.getpid()} {begin}\n")


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def train(step, inputs, out, report):
    """Ten updates, each one a hash of the one before: a resumed training that skips or repeats one ends elsewhere."""
    _misbehave(step)
    state, begin = _hash(step.id, *((inputs[role] / "model.txt").read_text() for role in sorted(inputs))), 0
    saved = out / "checkpoint" / "state.txt"
    if saved.exists():
        state, at = saved.read_text().split()
        begin = int(at)
    _log(step, begin)
    for update in range(begin, UPDATES):
        time.sleep(float(os.environ.get("TOY_SLEEP", "0")))
        state = _hash(state, str(update))
        saved.parent.mkdir(exist_ok=True)
        saved.with_suffix(".new").write_text(f"{state} {update + 1}")
        saved.with_suffix(".new").replace(saved)
        report(update + 1, UPDATES)
    print("libraries print what they like")  # on stdout, where the worker talks to its parent
    (out / "model.txt").write_text(state)
    return {"updates": UPDATES}


def evaluate(step, inputs, out, report):
    """Points from the hash of the model."""
    _misbehave(step)
    _log(step, 0)
    model = (inputs["model"] / "model.txt").read_text()
    cells = []
    for language in step.settings["languages"]:
        value = int(_hash(model, step.settings["target"], language)[:6], 16) % 10001 / 100
        if os.environ.get("TOY_NAN", "\0") in step.label:
            value = float("nan")
        for metric in TASKS[step.settings["target"]].metrics:
            cells.append({"language": language, "metric": metric, "value": value, "n": 16})
    (out / "predictions.jsonl").write_text("{}\n" * 16)
    return {"cells": cells}


STEPS = {"pretrain": train, "average": train, "train": train, "evaluate": evaluate}
