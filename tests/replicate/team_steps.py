"""Steps that train nothing, by a team: its processes agree at every update, and the first one keeps what they came to.

The environment tells what they do:

    TOY_LOG=file       lines "RANK from UPDATE PID" and "RANK at UPDATE PID"
    TOY_SLEEP=seconds  per update
    TOY_FAIL=RANK      the process that fails at the sixth update, in steps with TOY_WHERE in their label
"""

from __future__ import annotations

import os
import time

from replicate.problems import Failure
from replicate.tasks import TASKS
from replicate.training import gauge, parallel

UPDATES = 10


def train(step, inputs, out, report):
    """Ten updates; each process gives its number, and the sum goes on."""
    team = parallel.team()
    state, (begin, total) = out / "checkpoint" / "state.txt", (0, 0.0)
    if state.exists():
        begin, total = (float(one) for one in state.read_text().split())
    _log("from", int(begin))
    for update in range(int(begin), UPDATES):
        time.sleep(float(os.environ.get("TOY_SLEEP", "0")))
        _log("at", update)
        if update == 5 and os.environ.get("TOY_FAIL") == str(team.rank) and os.environ["TOY_WHERE"] in step.label:
            raise Failure("toy: cpu has no memory for 9 tokens")
        gauge.count(3, 4)
        total += team.agreed(team.rank + 1.0)[0]
        if team.rank == 0 and update < UPDATES - 1:
            state.parent.mkdir(exist_ok=True)
            state.write_text(f"{update + 1} {total}")
        report(update + 1, UPDATES)
    if team.rank:
        raise parallel.Finished
    (out / "model.txt").write_text(str(total))
    return {"updates": UPDATES, "total": total}


def evaluate(step, inputs, out, report):
    """The same points for all."""
    value = float((inputs["model"] / "model.txt").read_text())
    metrics = TASKS[step.settings["target"]].metrics
    (out / "predictions.jsonl").write_text("{}\n")
    pairs = [(language, metric) for language in step.settings["languages"] for metric in metrics]
    return {"cells": [{"language": language, "metric": metric, "value": value, "n": 1} for language, metric in pairs]}


def _log(what: str, update: int) -> None:
    with open(os.environ["TOY_LOG"], "a", encoding="utf-8") as file:
        file.write(f"{parallel.team().rank} {what} {update} {os.getpid()}\n")


STEPS = {"pretrain": train, "average": train, "train": train, "evaluate": evaluate}
