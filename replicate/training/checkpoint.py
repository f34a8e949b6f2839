"""A training's state on disk, so that a kill costs minutes: weights, optimiser, random numbers, best so far.

checkpoint/<update>/  model.safetensors, optimiser.safetensors, best.safetensors where there is one, state.json, which says
that the rest is whole. The last two are kept. Nothing is unpickled.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

STATE = "state.json"
LOG = "replicate"  # where what people should know goes: a worker hands it to its run
KEPT = 2
EVERY = 60.0  # seconds between two checkpoints, and no more than a twentieth of the time is spent on them
SHARE = 20


@dataclass
class Keeper:
    """Where a training keeps its state, and when it last did; `every` 0 seconds keeps it after every update."""

    folder: Path
    every: float = EVERY
    last: float = field(default_factory=time.monotonic)
    cost: float = 0.0

    def due(self) -> bool:
        """Whether it is time for the next checkpoint."""
        return not self.every or time.monotonic() - self.last >= max(self.every, SHARE * self.cost)


@dataclass
class State:
    """What a training has come to: updates done, its figures, and the weights that were best on dev."""

    update: int
    figures: dict[str, Any]
    best: dict[str, torch.Tensor]


def save(keeper: Keeper, model: torch.nn.Module, optimiser: torch.optim.Optimizer, state: State) -> None:
    """Write the state whole or not at all; older ones go, all but one."""
    from safetensors.torch import save_file

    began = time.monotonic()
    target, aside = keeper.folder / f"{state.update:09d}", keeper.folder / f".{state.update:09d}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    save_file(_plain(model.state_dict()), aside / "model.safetensors")
    save_file({**_flat(optimiser), **_random()}, aside / "optimiser.safetensors")
    if state.best:
        save_file(_plain(state.best), aside / "best.safetensors")
    (aside / STATE).write_text(json.dumps({"update": state.update, "figures": state.figures}), encoding="utf-8")
    for path in (*aside.iterdir(), aside):
        _sync(path)
    shutil.rmtree(target, ignore_errors=True)
    os.rename(aside, target)
    for path in (keeper.folder, keeper.folder.parent):
        _sync(path)
    for old in _there(keeper.folder)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    keeper.last = time.monotonic()
    keeper.cost = keeper.last - began


def restore(keeper: Keeper, model: torch.nn.Module, optimiser: torch.optim.Optimizer) -> State | None:
    """Put the newest whole state back into model, optimiser and random numbers; None where there is none.

    One that cannot be read, or is of another model, costs the updates since the one before it, and is named.
    """
    found = _there(keeper.folder)
    for place, folder in reversed(list(enumerate(found))):
        try:
            return _restored(folder, model, optimiser)
        except Exception as error:  # json and safetensors raise types of their own
            says = " ".join(str(error).split()) or type(error).__name__
            on = "the one before" if place else "the beginning"
            logging.getLogger(LOG).warning(f"the checkpoint at update {int(folder.name)} is left: {says}; it goes on from {on}")
    return None


def _restored(folder: Path, model: torch.nn.Module, optimiser: torch.optim.Optimizer) -> State:
    from safetensors.torch import load_file

    told = json.loads((folder / STATE).read_bytes())
    weights, kept = load_file(folder / "model.safetensors"), load_file(folder / "optimiser.safetensors")
    best = load_file(folder / "best.safetensors") if (folder / "best.safetensors").exists() else {}
    state = State(told["update"], told["figures"], best)
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    memory = {tuple(name.split(".", 1)): value for name, value in kept.items() if name[0].isdigit()}
    # All is looked at before anything is changed: half a state would be worse than none.
    for held in (weights, best) if best else (weights,):
        _alike({name: value.shape for name, value in model.state_dict().items()}, held)
    for (number, key), value in memory.items():
        if int(number) >= len(parameters) or value.shape not in (parameters[int(number)].shape, torch.Size()):
            raise ValueError(f"it is of another model: {key} of its weight {number} has no place in this one")
    if kept["random"].shape != torch.get_rng_state().shape:
        raise ValueError("its random numbers are of another version of torch")
    model.load_state_dict(weights)
    for (number, key), value in memory.items():
        parameter = parameters[int(number)]
        optimiser.state[parameter][key] = value.to(parameter.device)
    torch.set_rng_state(kept["random"])
    if "random.cuda" in kept and torch.cuda.is_available():
        torch.cuda.set_rng_state(kept["random.cuda"])
    return state


def _alike(shapes: Mapping[str, torch.Size], held: Mapping[str, torch.Tensor]) -> None:
    """Whether these are weights of this model; a ValueError with the first that is not."""
    for name in sorted({*shapes, *held}):
        ours, theirs = shapes.get(name), held[name].shape if name in held else None
        if ours != theirs:
            expected, has = ("none" if shape is None else list(shape) for shape in (ours, theirs))
            raise ValueError(f"it is of another model: {name} has the shape {has}, expected {expected}")


def _there(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob(f"[0-9]*/{STATE}"))


def _flat(optimiser: torch.optim.Optimizer) -> dict[str, torch.Tensor]:
    """AdamW's memory of each parameter, by the parameter's number."""
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    return _plain(
        {f"{n}.{key}": value for n, one in enumerate(parameters) for key, value in optimiser.state.get(one, {}).items()}
    )


def _random() -> dict[str, torch.Tensor]:
    state = {"random": torch.get_rng_state()}
    return {**state, "random.cuda": torch.cuda.get_rng_state()} if torch.cuda.is_available() else state


def _plain(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()}


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Signals that end a training wait until its update is done: half an update is no state. Yields what tells that one came.

    The one that came is sent again at the end, to be answered as it would have been.
    """
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, lambda number, _: came.append(number))
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])
