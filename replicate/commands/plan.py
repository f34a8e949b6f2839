"""The command `plan`: what a run would do, what it would take, and what was assumed."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .. import assumptions, resources, store
from .. import plan as planning
from ..costs import counted, estimates, measured
from ..costs.estimates import CORE, DEVICES, Device
from ..costs.measured import GUESS, Forecast
from ..experiments.fit import listed
from ..problems import DONE
from .show import print_json, table
from .work import ALL, chosen, headline, several, together, where

HOW = {"like": "like steps measured", "measured": "corrected by what was measured", "guess": "a guess"}


@dataclass(frozen=True)
class Outlook:
    """Steps, which of them are done, come with the package and are to be done, and what each will take on which devices."""

    steps: Sequence[planning.Step]
    done: frozenset[str]
    shipped: frozenset[str]
    todo: Sequence[planning.Step]
    forecasts: Mapping[str, Forecast]
    devices: Sequence[Device]

    def total(self, device: Device, steps: Sequence[planning.Step]) -> float:
        """Seconds of all these steps on one device, one after the other."""
        return sum(found[0].seconds for step in steps if (found := self.forecasts[step.id].by_device.get(device.name)))


def outlook(steps: Sequence[planning.Step], runs: store.Store, large: bool) -> Outlook:
    """What a run of these steps on this store would do and take; cards are of interest for models of full size."""
    done = frozenset(step.id for step in steps if store.done(runs, step.id))
    needed = planning.needed(steps, done)
    shipped = frozenset(path.name for path in resources.models()) & {step.id for step in needed}
    said = measured.measured(measured.records(runs))
    devices = [one for one in DEVICES if large or one is CORE or any(name == one.name for name, _ in said.like)]
    return Outlook(
        steps, done, shipped, planning.needed(steps, done | shipped), measured.forecasts(steps, said, devices), devices
    )


def plan(args: argparse.Namespace) -> int:
    if args.experiment == ALL:
        return _all(args)
    experiment = chosen(args)
    steps = planning.plan(experiment)
    found = outlook(steps, store.open_store(args.runs, write=False), experiment.pretrain is None)
    assumed = assumptions.assumptions(experiment)
    if args.json:
        data = {"experiment": asdict(experiment), **_json(found)}
        data["counts"]["assumed"] = assumed.count
        print_json("replicate.plan/1", {**data, **({"assumptions": asdict(assumed)} if args.assumptions else {})})
        return DONE
    print(headline(experiment))
    if args.assumptions:
        print("\n".join(assumptions.lines(assumed, experiment.repeats)))
        return DONE
    repeats = f"repeats {experiment.repeats}" if experiment.repeats else "a question of its own"
    print(f"{repeats}; model {experiment.model}; source {experiment.source}; seeds {_list(experiment.seeds)}")
    print(f"languages ({len(experiment.languages)}): {_list(experiment.languages)}")
    print(f"targets ({len(experiment.targets)}): {_list(experiment.targets)}")
    variants = [one.title for one in experiment.intermediates if one.tasks or not one.mlm]
    print(f"intermediates ({len(variants)}): {', '.join(variants)}\n")
    for line in lines(found):
        print(line)
    for line in listed(experiment):
        print(line)
    print(f"assumed: {assumed.count} settings, choices and deviations that the paper does not state: --assumptions lists them")
    if args.steps:
        print()
        print(table([_row(found, step) for step in steps], ("id", "kind", "", "time", "step")))
    return DONE


def _all(args: argparse.Namespace) -> int:
    """All experiments: what each adds to those before it, and what they take together."""
    experiments = several(args)
    steps = together(experiments)
    found = outlook(steps, store.open_store(args.runs, write=False), any(one.pretrain is None for one in experiments))
    before, rows, counts = set[str](), [], []
    for one in experiments:
        own = {step.id for step in planning.plan(one)}
        added = [step for step in found.todo if step.id in own - before]
        seconds = [found.total(device, added) for device in found.devices]
        counts.append({"experiment": one.name, "steps": len(own), "shared": len(own & before), "to_do": len(added)})
        rows.append((one.name, len(own), len(own & before), len(added), *(map(_time, seconds))))
        before |= own
    if args.json:
        data = _json(found)
        print_json("replicate.plan-all/1", {"scale": args.scale, "experiments": counts, **data})
        return DONE
    print(f"{len(experiments)} experiments at scale {args.scale}, {where(experiments[0])}")
    head = ("experiment", "steps", "shared with those above", "to do", *(one.name for one in found.devices))
    print(f"{table(rows, head)}\n")
    print("\n".join(lines(found)))
    for one in experiments:
        for line in listed(one):
            print(f"{one.name}: {line.strip()}")
    return DONE


def _row(found: Outlook, step: planning.Step) -> tuple[str, ...]:
    by_device = found.forecasts[step.id].by_device
    best = found.devices[-1].name
    time = _time(by_device[best][0].seconds) if best in by_device else ""
    return step.id, step.kind, "done" if step.id in found.done else "", time, step.label


def _list(values: Sequence[object]) -> str:
    return " ".join(map(str, values))


# ---- for people ----


def lines(found: Outlook) -> list[str]:
    """A table of the steps by what they are, and what it says of time, sharing, disk and memory."""
    todo = {step.id for step in found.todo}
    rows = []
    for name, group in (*_sorted(found.steps), ("all", list(found.steps))):
        waiting = [step for step in group if step.id in todo]
        times = [_time(found.total(device, waiting)) if waiting else "" for device in found.devices]
        batches = f"{sum(map(counted.updates, waiting)):,.0f}"
        rows.append((name, len(group), sum(step.id in found.done for step in group), len(waiting), batches, *times))
    said = [table(rows, ("", "steps", "done", "to do", "batches", *(one.name for one in found.devices)))]
    said += [_shipped(found)] if found.shipped else []
    if not found.todo:
        return [*said, "nothing is left to do"]
    return [*said, *_known(found), _shared(found), _disk(found), *_memory(found)]


def _sorted(steps: Sequence[planning.Step]) -> list[tuple[str, list[planning.Step]]]:
    groups: dict[str, list[planning.Step]] = {}
    for step in steps:
        groups.setdefault(counted.sort(step), []).append(step)
    order = {name: place for place, name in enumerate(counted.SORTS)}
    return sorted(groups.items(), key=lambda pair: order.get(pair[0], len(order)))


def _shipped(found: Outlook) -> str:
    spared = len(planning.needed(found.steps, found.done)) - len(found.todo)
    return f"the pretrained model comes with the package: {spared} steps of pretraining are not run (--fresh runs them)"


def _known(found: Outlook) -> list[str]:
    """How the times are known: what was measured, and what guesses rest on."""
    ready = [one for step in found.todo if (one := found.forecasts[step.id]).by_device]
    if not ready:
        return ["time, memory and disk: unknown, for nobody here knows the shape of this model"]
    said, guessed = [], []
    for device in found.devices:
        ways = Counter(one.by_device[device.name][1] for one in ready)
        if set(ways) == {GUESS}:
            guessed.append(device)
        else:
            said.append(f"time on {device.name}: " + ", ".join(f"{HOW[way]} for {count} steps" for way, count in ways.items()))
    if guessed:
        rests = [estimates.ON_CORES] if CORE in guessed else []
        rests += [estimates.ON_CARDS] if any(one.gpu for one in guessed) else []
        rests += [estimates.TO_THE_END] if any(stops(step) for step in found.todo) else []
        said.append(f"time on {', '.join(one.name for one in guessed)}: a guess. It takes it that {'; that '.join(rests)}")
    return [*said, *(["times are of one such device that does it all"] if len(found.devices) > 1 else [])]


def stops(step: planning.Step) -> bool:
    return step.kind == "train" and bool(planning.stops(step.settings))


def _shared(found: Outlook) -> str:
    device = found.devices[-1]
    cost = {step.id: found.total(device, [step]) for step in found.steps}
    said = counted.sharing(found.steps, cost)
    return (
        f"sharing: {said.trainings:,} trainings in place of {said.alone:,}, if each evaluation began from the pretrained model; "
        f"{_time(said.cost)} of training in place of {_time(said.cost_alone)} on {device.name}"
    )


def _disk(found: Outlook) -> str:
    stays, works = _bytes_of(found)
    return f"disk: {_bytes(stays)} when all is done" + (
        f", and {_bytes(works)} for the states of each worker at work" if works else ""
    )


def _bytes_of(found: Outlook) -> tuple[float, float]:
    waiting = [found.forecasts[step.id] for step in found.todo]
    return sum(one.disk for one in waiting), max((one.states for one in waiting), default=0.0)


def _memory(found: Outlook) -> list[str]:
    """The most that a step of the plan needs on each device, and what makes those fit that do not."""
    said: dict[str, list[str]] = {}
    for device in found.devices:
        ready = [(one.by_device[device.name], step) for step in found.todo if (one := found.forecasts[step.id]).by_device]
        if not ready:
            continue
        (most, _, _), step = max(ready, key=lambda pair: pair[0][0].memory)
        line = f"at most {_bytes(most.memory)} a worker ({step.label})"
        line += "".join(f"; {count} steps fit with {options}" for options, count in _needing(ready).items())
        none = sum(options is None for (_, _, options), _ in ready)
        said.setdefault(line + (f"; {none} steps do not fit" if none else ""), []).append(device.name)
    return [f"memory on {', '.join(names)}: {line}" for line, names in said.items()]


def _needing(ready: Sequence[tuple[tuple[estimates.Estimate, str, str | None], planning.Step]]) -> dict[str, int]:
    """How many steps fit with which options; the one number for all of them that divides batches most."""
    asked = Counter(options for (_, _, options), _ in ready if options)
    if not asked:
        return {}
    return {
        min(
            asked, key=lambda options: (-("--recompute" in options), int(options.split()[-1]) if options[-1].isdigit() else 0)
        ): sum(asked.values())
    }


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return (
        f"{seconds / 60:.0f} min"
        if seconds < 5400
        else f"{seconds / 3600:,.1f} h"
        if seconds < 360_000
        else f"{seconds / 3600:,.0f} h"
    )


def _bytes(number: float) -> str:
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if number >= size:
            return f"{number / size:,.1f} {unit}" if number < 10 * size else f"{number / size:,.0f} {unit}"
    return f"{number / 1e3:.0f} kB"


# ---- for other schedulers ----


def _json(found: Outlook) -> dict[str, Any]:
    todo = {step.id for step in found.todo}
    stays, works = _bytes_of(found)
    return {
        "counts": {
            "steps": len(found.steps),
            "done": len(found.done),
            "to_do": len(todo),
            "by_kind": dict(Counter(step.kind for step in found.steps)),
        },
        "shipped": sorted(found.shipped),
        "seconds": {device.name: round(found.total(device, found.todo), 1) for device in found.devices},
        "disk_bytes": round(stays),
        "states_bytes_per_worker": round(works),
        "sharing": asdict(
            counted.sharing(found.steps, {step.id: found.total(found.devices[-1], [step]) for step in found.steps})
        ),
        "sharing_cost_is": f"seconds on {found.devices[-1].name}",
        "guesses_rest_on": [estimates.ON_CORES, estimates.ON_CARDS, estimates.TO_THE_END],
        "steps": [_step_json(found, step, todo) for step in found.steps],
    }


def _step_json(found: Outlook, step: planning.Step, todo: Collection[str]) -> dict[str, Any]:
    about = found.forecasts[step.id]
    by_device = {
        name: {
            "seconds": round(one.seconds, 1),
            "memory_bytes": round(one.memory),
            "known_by": how,
            "fits": options is not None,
            "options": options or "",
        }
        for name, (one, how, options) in about.by_device.items()
    }
    return {
        **step.to_dict(),
        "updates": round(counted.updates(step), 1),
        "done": step.id in found.done,
        "to_do": step.id in todo,
        "estimates": by_device,
        "disk_bytes": round(about.disk),
        "states_bytes": round(about.states),
    }
