"""Is inference transferred better when the intermediate task is in another language than English? XLM-R and mT5.

One task, the same examples in several source languages: spoken by nobody's translation system (native) where the data has
it, and machine-translated from the pivot. The target task stays in the pivot, so all else is zero-shot.
"""

from __future__ import annotations

from dataclasses import replace

from .experiment import Experiment, Intermediate, Part
from .options import with_model
from .protocol import Contrast, Protocol, rows
from .stilts import BASELINE, stilts, with_xcopa

QUESTION = "Does intermediate training in other languages than English change zero-shot inference, in XLM-R and in mT5?"
TASK = {"artificial": "anli+", "real": "mnli"}
TARGETS, PRIMARY = ("xnli", "xcopa"), "xnli"
SOURCES = {"artificial": ("a2a", "b1a", "c1a", "d1a"), "real": ("de", "ru", "ar", "zh", "hi", "sw")}
CELLS = {"nano": Part(("xnli", "xcopa"), seeds=2, fewer={"mt5": 1})}
PROTOCOL = Protocol(
    design="One intermediate task in the pivot or in one other source language, native or machine-translated, same examples "
    "and updates; then the target in the pivot; XLM-R and mT5 alike.",
    controls="The task in the pivot, no intermediate training, and machine translation beside native text where both exist.",
    outcome="Accuracy over languages other than the pivot, as difference to the pivot as source: XNLI primary, XCOPA beside it.",
    answer="Other source languages are better (or worse) if the 95% interval of the mean difference over languages excludes 0; "
    "equal if it lies within the margin. The two models are judged one by one.",
    margin=1.0,
)


def non_english(scale: str = "nano") -> Experiment:
    """The experiment at one of the scales: XLM-R, and mT5 as its second arm."""
    base = with_xcopa(stilts(scale))
    task = TASK[base.world]
    sources = tuple(one for one in SOURCES[base.world] if one in base.languages) or tuple(base.languages[1:2])
    variants = sources_of(task, sources, native=base.world == "artificial")
    xlmr = replace(
        base,
        name="non_english",
        question=QUESTION,
        repeats="",
        arm="xlmr",
        intermediates=(BASELINE, *variants),
        targets=TARGETS,
        parts={"cells": CELLS[scale]} if scale in CELLS else {},
        protocol=PROTOCOL,
    )
    mt5 = replace(with_model(xlmr, "mt5"), changed=False, arm="mt5", protocol=None)
    contrasts = [one for arm in (xlmr, mt5) for one in _contrasts(arm, task, variants)]
    return replace(xlmr, arms=(mt5,), contrasts=tuple(contrasts))


def sources_of(task: str, languages: tuple[str, ...], native: bool) -> tuple[Intermediate, ...]:
    """The task in the pivot, then in each of the languages, native where there is such data and translated."""
    found = [Intermediate(task, (task,))]
    for language in languages:
        if native:
            found.append(Intermediate(f"{task}-{language}", (task,), languages=(language,), columns={"text": "native"}))
        name = f"{task}-{language}-translated"
        found.append(Intermediate(name, (task,), languages=(language,), translated=True, columns={"text": "translated"}))
    return tuple(found)


def _contrasts(arm: Experiment, task: str, variants: tuple[Intermediate, ...]) -> list[Contrast]:
    model = arm.model.removeprefix("hub:")
    pivot, none = rows(intermediate=task, model=model), rows(intermediate="baseline", model=model)
    by_text: dict[str, tuple[str, ...]] = {}
    for one in variants:
        text = str(one.columns.get("text", "pivot"))
        by_text[text] = (*by_text.get(text, ()), one.name)
    found = []
    for target in arm.targets:
        for text in ("native", "translated"):
            if text in by_text:
                of = rows(intermediate=by_text[text], model=model)
                name = f"{arm.arm}, {target}: {text} sources less the pivot"
                found.append(Contrast(name, of, pivot, (target,), primary=target == PRIMARY))
        if {"native", "translated"} <= set(by_text):
            of, over = (rows(intermediate=by_text[text], model=model) for text in ("native", "translated"))
            found.append(Contrast(f"{arm.arm}, {target}: native less translated", of, over, (target,)))
        found.append(Contrast(f"{arm.arm}, {target}: the pivot less no intermediate training", pivot, none, (target,)))
    return found
