"""The toy plan carried out in this process, one step after the other: what runs have to come to, and how a store goes on."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from replicate import experiments, plan, store

from .stages import TOYS


def carry_out(runs: Path) -> store.Store:
    """Do what is not done yet of the plan that the stage of toys carries out."""
    there = store.open_store(runs)
    done = store.sound(there)
    store.clean(there)
    methods = _methods()
    for step in plan.needed(plan.plan(experiments.find("stilts", "tiny")), set(done)):
        held = store.lease(there, step.id)
        assert held is not None, f"somebody works on {step.label}"
        if not store.take_up(there, step.id):
            work, inputs = store.start(there, step.id), {role: store.folder(there, id) for role, id in step.inputs}
            store.commit(there, step, work, methods[step.kind](step, inputs, work, lambda done, total: None), {"adopted": False})
        held.release()
    return there


def _methods() -> Any:
    spec = importlib.util.spec_from_file_location("toy_steps_alone", TOYS / "toy_steps.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.STEPS
