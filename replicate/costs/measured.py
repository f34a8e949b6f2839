"""What steps took, as the store recorded it, and what it says of steps still to come.

Best known is a step of which a like one was measured: other seed, all else equal. Else arithmetic (estimates.py) is corrected by
what steps with the same shape of model took on the same device, and by the tokens that examples had. Else it stands: a guess.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..identity import Step, canonical, from_dict
from ..models import shapes
from ..models.shapes import Shape
from ..store import RESULT, STEP, Store
from ..training import gauge
from . import counted, estimates
from .counted import Work
from .estimates import CORE, Device, Estimate

MOST = 500  # the newest records that are read: a plan answers at once
ENOUGH = 20  # updates of a training that tells of others: the first ones take memory, and make kernels ready
SHORT = 60.0  # seconds in which a training keeps no state
LIKE, MEASURED, GUESS = "like", "measured", "guess"
SEEDED = ("seed", "row", "revision", "weights", "tokenizer")  # settings that decide no time


@dataclass(frozen=True)
class Record:
    """What one step took, on which device."""

    step: Step
    device: Device
    seconds: float
    computing: float | None
    tokens: int
    memory: int


@dataclass(frozen=True)
class Measured:
    """What the records say: seconds and memory of like steps; factors on the arithmetic for a device, a model and whether it
    learns, of computing and beside it; tokens of a task's examples against those assumed. `count` of records."""

    count: int = 0
    like: Mapping[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    computing: Mapping[tuple[str, str, bool], float] = field(default_factory=dict)
    beside: Mapping[tuple[str, str, bool], float] = field(default_factory=dict)
    tokens: Mapping[tuple[str, str], float] = field(default_factory=dict)


@dataclass(frozen=True)
class Forecast:
    """What a step will take: by name of the device an estimate, how it is known, and the options that make it fit there (None:
    it does not). `disk` stays, `states` are there while it works. No estimates where nobody knows the model's shape."""

    by_device: Mapping[str, tuple[Estimate, str, str | None]]
    disk: float
    states: float


def shape(step: Step) -> Shape | None:
    """The shape of a step's model."""
    name = counted.model(step)
    return shapes.of(f"hub:{name}" if name in shapes.REAL else name, counted.world(step))


def key(step: Step) -> str:
    """What steps that take the same time have in common."""
    settings = {name: value for name, value in step.settings.items() if name not in SEEDED}
    if "recipe" in settings:
        settings["recipe"] = {name: value for name, value in settings["recipe"].items() if name != "learning_rate"}
    row = step.settings.get("row", {})
    return canonical([step.kind, counted.model(step), row.get("method"), row.get("max_length"), settings])


# ---- reading ----


def records(runs: Store, wanted: Iterable[str] = ()) -> list[Record]:
    """The newest steps of a store that say what they took, or those with the wanted ids."""
    folders = [runs.steps / id for id in wanted] or _newest(runs.steps)
    found = []
    for folder in folders:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            # What cannot be read says nothing here; `status` and `run` name it.
            record = json.loads((folder / RESULT).read_bytes())
            about = record["measured"]
            device = known(about["device"], "peak_gpu_memory_bytes" in about)
            if device and about.get("processes", 1) == 1 and not record.get("adopted"):
                step = from_dict(json.loads((folder / STEP).read_bytes()))
                memory = about.get("peak_gpu_memory_bytes") or about["peak_memory_bytes"]
                found.append(
                    Record(step, device, about["seconds"], about.get("computing_seconds"), about.get("tokens", 0), memory)
                )
    return found


def _newest(steps: Path) -> list[Path]:
    try:
        with os.scandir(steps) as there:
            dated = sorted(((one.stat().st_mtime, one.name) for one in there if one.is_dir()), reverse=True)
    except OSError:
        return []
    return [steps / name for _, name in dated[:MOST]]


def known(name: str, gpu: bool) -> Device | None:
    """The device that a record names: a GPU by its driver's name; the processor of this machine, not of another one."""
    if not gpu:
        return CORE if name == gauge.processor() else None
    by_length = sorted(estimates.CARDS, key=lambda card: -len(card.says))
    return next((card for card in by_length if name.startswith(card.says)), None)


def measured(found: Sequence[Record]) -> Measured:
    """What records say together."""
    like: dict[tuple[str, str], list[Record]] = defaultdict(list)
    read: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for one in found:
        like[one.device.name, key(one.step)].append(one)
        assumed, task = _assumed(one.step), _task(one.step)
        if one.tokens and assumed and task:
            read[counted.world(one.step), task][0] += one.tokens
            read[counted.world(one.step), task][1] += assumed
    computing, beside = _factors(found)
    return Measured(
        len(found),
        {
            name: (sum(one.seconds for one in group) / len(group), float(max(one.memory for one in group)))
            for name, group in like.items()
        },
        computing,
        beside,
        {name: tokens / assumed for name, (tokens, assumed) in read.items()},
    )


def _factors(found: Sequence[Record]) -> tuple[dict[tuple[str, str, bool], float], dict[tuple[str, str, bool], float]]:
    sums: dict[tuple[str, str, bool], list[float]] = defaultdict(lambda: [0.0] * 4)
    for one in found:
        model, assumed = shape(one.step), _assumed(one.step)
        planned = counted.work(one.step)
        if model is None or (planned.updates < ENOUGH if planned.updates else planned.read < 2 * estimates.TOGETHER):
            continue
        work = _scaled(planned, one.tokens / assumed if one.tokens and assumed else 1.0)
        by_hand = estimates.estimate(one.step.kind, work, model, one.device, _method(one.step))
        total = sums[one.device.name, counted.model(one.step), bool(work.updates)]
        # Where computing was not timed by itself, all is corrected alike.
        spent = one.seconds * by_hand.computing / by_hand.seconds if one.computing is None else one.computing
        for place, value in enumerate((spent, by_hand.computing, one.seconds - spent, by_hand.beside)):
            total[place] += value
    return (
        {name: one[0] / one[1] for name, one in sums.items() if one[0] and one[1]},
        {name: one[2] / one[3] for name, one in sums.items() if one[2] > 0 and one[3]},
    )


def _assumed(step: Step) -> float:
    work = counted.work(step)
    return work.learnt + work.read


def _task(step: Step) -> str:
    """The one task whose examples a step reads; none where they are mixed."""
    if step.kind == "evaluate":
        return str(step.settings["target"])
    if step.kind == "pretrain":
        return "text"
    tasks = step.settings.get("tasks", ())
    return str(tasks[0]) if len(tasks) == 1 and not step.settings.get("mlm") else ""


def _scaled(work: Work, factor: float) -> Work:
    more = {name: getattr(work, name) * factor for name in ("learnt", "said", "read", "answered", "largest")}
    return replace(work, **more)


def _method(step: Step) -> str:
    return str(step.settings.get("method") or "full")


# ---- forecasting ----


def forecasts(steps: Sequence[Step], said: Measured, devices: Sequence[Device] = estimates.DEVICES) -> dict[str, Forecast]:
    """What each step will take, by its id. What is alike is reckoned once."""
    by_key: dict[str, Forecast] = {}
    found, models = {}, dict[str, Shape | None]()
    for step in steps:
        name = key(step)
        # An average says nothing of its model: it has the shape of what it is made from.
        made_from = (models[id] for _, id in step.inputs if id in models)
        models[step.id] = next(made_from, None) if step.kind == "average" else shape(step)
        if name not in by_key:
            by_key[name] = _forecast(step, models[step.id], name, said, devices)
        found[step.id] = by_key[name]
    return found


def _forecast(step: Step, model: Shape | None, name: str, said: Measured, devices: Sequence[Device]) -> Forecast:
    if model is None:
        return Forecast({}, 0.0, 0.0)
    work, method = _scaled(counted.work(step), _factor(step, said)), _method(step)
    by_device: dict[str, tuple[Estimate, str, str | None]] = {}
    for device in devices:
        by_hand = estimates.estimate(step.kind, work, model, device, method)
        group = (device.name, counted.model(step), bool(work.updates))
        needs = estimates.options(step.kind, work, model, device, method) if device.gpu else ""
        if like := said.like.get((device.name, name)):
            by_device[device.name] = (Estimate(like[0], 0.0, like[1]), LIKE, needs)
        else:
            factors = said.computing.get(group), said.beside.get(group)
            computing, beside = by_hand.computing * (factors[0] or 1.0), by_hand.beside * (factors[1] or 1.0)
            how = MEASURED if any(factors) else GUESS
            by_device[device.name] = (Estimate(computing, beside, by_hand.memory), how, needs)
    slowest = max(one.seconds for one, _, _ in by_device.values())
    at_work = estimates.states(work, model, method) if slowest > SHORT else 0.0
    return Forecast(by_device, estimates.disk(step.kind, work, model), at_work)


def _factor(step: Step, said: Measured) -> float:
    """How many tokens there are for each that was assumed; of several tasks the mean of those that are known."""
    tasks = [_task(step)] if _task(step) else list(step.settings.get("tasks", ()))
    found = [said.tokens[counted.world(step), task] for task in tasks if (counted.world(step), task) in said.tokens]
    return sum(found) / len(found) if found else 1.0
