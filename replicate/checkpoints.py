"""The pretrained nano model that ships with the package: how it gets from a store into `data/checkpoints/`.

`python -m replicate.checkpoints RUNS` takes the pretrained model of `stilts --scale nano` out of a store and
puts it where `replicate run` finds it; `make checkpoint` makes it from nothing. Its folder is named by the id
of its step, so a change of the world, the recipe or the code makes it useless, never wrong.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from . import experiments, plan, resources, store
from .problems import DONE, USAGE, Problem, guard

COMMAND = "make checkpoint"


def pretraining(experiment: experiments.Experiment) -> list[plan.Step]:
    """The steps of an experiment's pretraining; the result of the last one is its pretrained model."""
    steps = [step for step in plan.plan(experiment) if step.kind in ("pretrain", "average")]
    if not steps:
        raise Problem(f"{experiment.name} at scale {experiment.scale} pretrains nothing")
    return steps


def ship(runs: store.Store, steps: list[plan.Step], where: Path) -> Path:
    """Copy the pretrained model to `where`, in place of those that were there, with its recipe; the folder that it has now."""
    step, last = steps[-1], next(step for step in reversed(steps) if step.kind == "pretrain")
    if not store.done(runs, step.id):
        raise Problem(f"{runs.root}: step {step.id} ({step.label}) is not done; run: {COMMAND}")
    source, target = store.folder(runs, step.id), where / step.id
    for old in where.glob("*/"):
        shutil.rmtree(old)
    shutil.copytree(source, target)
    record = json.loads((target / store.RESULT).read_text(encoding="utf-8"))
    # The folder that a run used says nothing to others; how to make the model again does.
    record["provenance"]["command"] = COMMAND
    (target / store.RESULT).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    recipe = {"made_by": COMMAND, "steps": len(steps), "last_of_them": dict(last.settings)}
    (target / "recipe.json").write_text(json.dumps(recipe, indent=1) + "\n", encoding="utf-8")
    return target


def main() -> int:
    """Ship the pretrained nano model from the store that is named."""
    if len(sys.argv) != 2:
        print("usage: python -m replicate.checkpoints RUNS", file=sys.stderr)
        return USAGE
    steps = pretraining(experiments.find("stilts", "nano"))
    print(ship(store.open_store(Path(sys.argv[1])), steps, resources.data() / "checkpoints"))
    return DONE


if __name__ == "__main__":
    sys.exit(guard(main, "replicate.checkpoints"))
