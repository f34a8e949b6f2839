"""Do adapters trained on several intermediate tasks at once transfer better than the best adapter of one task?

Several tasks are brought together in three ways: one adapter for all of them (shared), adapters of single tasks that the target
training learns to weigh (fused), and a new adapter on top of the shared one (stacked). Beside them all weights, and LoRA
with as many of them.
"""

from __future__ import annotations

from dataclasses import replace

from ..models import shapes
from ..models.adapters.form import Adapter, Body, matched, size
from .experiment import Experiment, Intermediate, Part
from .options import adapted
from .protocol import SELECTED, Contrast, Protocol, rows
from .stilts import BASELINE, stilts

QUESTION = "Does an adapter trained on several intermediate tasks at once transfer better than the best single one?"
TASKS = ("anli+", "squad1", "hellaswag")
TARGETS = ("udpos", "panx", "xquad", "mlqa", "tydiqa")  # those that are measured by F1
MULTI = Intermediate("multi", TASKS)
FUSED, STACKED = Intermediate("fused", TASKS, joined="fused"), Intermediate("stacked", TASKS, joined="stacked")
SINGLES = tuple(Intermediate(task, (task,)) for task in TASKS)
CELLS = {"nano": Part(("udpos", "panx", "tydiqa"), seeds=1)}
PROTOCOL = Protocol(
    design="Adapters of one task each against shared, fused and stacked adapters of three tasks; all trainings of the "
    "intermediate phase have as many updates (on real data the epochs that the paper gives each task), and LoRA has as many "
    "weights as the adapters.",
    controls="Adapters without intermediate training; all weights, single and multi-task.",
    outcome="Mean F1 over languages, the adapter of several tasks less the best single one, chosen on the pivot's dev set.",
    answer="Several tasks at once are better if the 95% interval over languages lies above 0 for the shared adapter; the other "
    "ways of joining are secondary.",
    margin=1.0,
)


def adapters(scale: str = "nano") -> Experiment:
    """The experiment at one of the scales: all weights, and adapters and LoRA as arms."""
    base = stilts(scale)
    tasks = tuple(one for one in TASKS if one in base.intermediate)
    singles = tuple(one for one in SINGLES if one.name in tasks)
    multi, fused, stacked = (replace(one, tasks=tasks) for one in (MULTI, FUSED, STACKED))
    long = base.intermediate[tasks[0]]
    recipes = {**base.intermediate, "multi": base.intermediate.get("multi", long)}
    if long.updates:  # the updates are what is matched; on real data each task has the epochs of the paper
        recipes |= {name: replace(recipes[name], updates=long.updates) for name in (*tasks, "multi")}
    full = replace(
        base,
        name="adapters",
        question=QUESTION,
        repeats="",
        arm="full",
        intermediates=(BASELINE, *singles, multi),
        intermediate=recipes,
        targets=tuple(one for one in base.targets if one in TARGETS),
        selection=True,
        parts={"cells": CELLS[scale]} if scale in CELLS else {},
    )
    pfeiffer, lora = (replace(adapted(full, method), changed=False, arm=method) for method in ("pfeiffer", "lora"))
    pfeiffer = replace(pfeiffer, intermediates=(*full.intermediates, fused, stacked))
    lora = replace(lora, adapter_size=as_large(full.model))
    return replace(
        full, arms=(pfeiffer, lora), protocol=PROTOCOL, contrasts=tuple(_contrasts(tuple(one.name for one in singles)))
    )


def as_large(model: str) -> dict[str, int]:
    """The rank at which LoRA has as many weights as a Pfeiffer adapter of the usual width in this model."""
    shape = shapes.of(model)
    if shape is None:
        return {}
    body = Body(shape.hidden, shape.layers)
    one = matched("lora", "task", size(Adapter("pfeiffer", "task"), body), body)
    return {"rank": one.rank, "alpha": one.alpha}


def _contrasts(singles: tuple[str, ...]) -> list[Contrast]:
    best = rows(intermediate=SELECTED, method="pfeiffer")
    found = []
    for name, words in {"multi": "shared", "fused": "fused", "stacked": "stacked"}.items():
        of = rows(intermediate=name, method="pfeiffer")
        found.append(Contrast(f"{words} adapters of several tasks less the best single one", of, best, TARGETS, "f1",
                              candidates=singles, primary=name == "multi"))  # fmt: skip
    for method in ("pfeiffer", "lora", "full"):
        chosen, none = rows(intermediate=SELECTED, method=method), rows(intermediate="baseline", method=method)
        found.append(Contrast(f"{method}: the best single task less none", chosen, none, TARGETS, "f1", candidates=singles))
    for method in ("lora", "full"):
        of, over = (rows(intermediate="multi", method=one) for one in ("pfeiffer", method))
        found.append(Contrast(f"several tasks: adapters less {method}", of, over, TARGETS, "f1"))
    return found
