"""The pretrained nano models that ship with the package: how they get from a store into `data/checkpoints/`.

`python -m replicate.checkpoints RUNS [NAME]` takes a pretrained model out of a store and puts it where `replicate run` finds
it; `make checkpoint [NAME=...]` makes it from nothing. Its folder is named by the id of its step, so a change of the world, the
recipe or the code makes it useless, never wrong.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from . import experiments, plan, resources, store
from .experiments import options
from .problems import DONE, Problem, guard, unknown
from .terminal.usage import Parser, examples

COMMAND = "make checkpoint"
# Those that may be shipped: the experiment whose pretraining it is, the model, and what makes it.
MODELS = {
    "xlmr": ("stilts", "", COMMAND),
    "typology": ("typology", "", f"{COMMAND} NAME=typology"),
    "mt5": ("stilts", "mt5", f"{COMMAND} NAME=mt5"),
}


def pretraining(experiment: experiments.Experiment) -> list[plan.Step]:
    """The steps of an experiment's pretraining; the result of the last one is its pretrained model."""
    steps = [step for step in plan.plan(experiment) if step.kind in ("pretrain", "average")]
    if not steps:
        raise Problem(f"{experiment.name} at scale {experiment.scale} pretrains nothing")
    return steps


def ship(runs: store.Store, steps: list[plan.Step], where: Path, command: str = COMMAND) -> Path:
    """Copy the pretrained model to `where`, in place of what the same command made before, with its recipe; its folder."""
    step, last = steps[-1], next(step for step in reversed(steps) if step.kind == "pretrain")
    if not store.done(runs, step.id):
        raise Problem(f"{runs.root}: step {step.id} ({step.label}) is not done; run: {command}")
    source, target = store.folder(runs, step.id), where / step.id
    for old in where.glob("*/"):
        if _made_by(old) in (command, ""):
            shutil.rmtree(old)
    shutil.copytree(source, target)
    record = json.loads((target / store.RESULT).read_text(encoding="utf-8"))
    # The folder that a run used says nothing to others; how to make the model again does.
    record["provenance"]["command"] = command
    (target / store.RESULT).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    recipe = {"made_by": command, "steps": len(steps), "last_of_them": dict(last.settings)}
    (target / "recipe.json").write_text(json.dumps(recipe, indent=1) + "\n", encoding="utf-8")
    return target


def _made_by(folder: Path) -> str:
    """The command that made a shipped model; empty where it does not say."""
    try:
        return str(json.loads((folder / "recipe.json").read_bytes())["made_by"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def parser() -> Parser:
    """The parser of all options."""
    top = Parser(prog="python -m replicate.checkpoints", description="put a pretrained nano model where the package has it")
    top.add_argument("runs", metavar="DIR", help="the runs folder that has the pretrained model")
    top.add_argument("name", metavar="NAME", nargs="?", default="xlmr", help=f"{', '.join(MODELS)} (default: xlmr)")
    examples(top, "runs/checkpoint-xlmr", "runs/checkpoint-mt5 mt5")
    return top


def main() -> int:
    """Ship a pretrained nano model from the store that is named."""
    asked = parser().parse_args()
    if asked.name not in MODELS:
        raise unknown("model to ship", asked.name, MODELS)
    experiment, model, command = MODELS[asked.name]
    steps = pretraining(options.choose(experiments.find(experiment, "nano"), model=model))
    print(ship(store.open_store(Path(asked.runs)), steps, resources.data() / "checkpoints", command))
    return DONE


if __name__ == "__main__":
    sys.exit(guard(main, "replicate.checkpoints"))
