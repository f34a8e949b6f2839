"""One loop for all training: packed batches, AdamW, warm-up and linear decay."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ..devices import precise
from ..models.encoder import Encoder
from ..problems import Failure
from . import batches
from .batches import Batch, Encoded
from .checkpoint import Keeper, State, interruptible, restore, save

Report = Callable[[int, int], None]
Loss = Callable[[torch.Tensor, Batch], torch.Tensor]
AFRESH = 20  # updates over which a later part of a training warms up


@dataclass(frozen=True)
class Lesson:
    """One task of a training; without a loss it is masked language modelling, which hides the share `masked`."""

    name: str
    data: Encoded
    loss: Loss | None
    batch_size: int
    masked: float = 0.15


@dataclass(frozen=True)
class Schedule:
    """How long and how fast: learning rate, its warm-up as a share of all updates, decay, clipping, cap of the mixture.

    A training that is one of several in a row says how many updates came `before` and how many there are in `total`.
    `at_once` tokens are on the device at a time, 0 for a whole batch; the gradient is that of the batch either way.
    """

    updates: int
    learning_rate: float
    warmup: float
    weight_decay: float
    clip: float
    cap: int = 2**17
    before: int = 0
    total: int = 0
    at_once: int = 0

    def rate(self, update: int) -> float:
        """The learning rate of an update: up linearly, then down linearly to nothing.

        A later part of a training warms up too, a little: its optimiser has no memory yet.
        """
        total = self.total or self.updates
        rising, at = max(1.0, self.warmup * total), self.before + update
        share = min(1.0, (at + 1) / rising) if at < rising else (total - at) / max(1.0, total - rising)
        afresh = min(1.0, (update + 1) / AFRESH) if self.before else 1.0
        return self.learning_rate * max(share, 0.0) * afresh


@dataclass(frozen=True)
class Watch:
    """Early stopping: `measure()` scores the model on dev after every so many updates; after `patience` of these without a
    better score the training ends. The weights that scored best are the training's result."""

    measure: Callable[[], float]
    every: int = 1000
    patience: int = 30


def teach(
    model: Encoder,
    lessons: Sequence[Lesson],
    schedule: Schedule,
    seed: int,
    mask: int,
    report: Report,
    keeper: Keeper | None = None,
    watch: Watch | None = None,
) -> dict[str, Any]:
    """Train the model in place; the same seed gives the same weights, with a kill in between or without. Figures of the run."""
    torch.manual_seed(seed)
    optimiser = _optimiser(model, schedule)
    plan = batches.mixture([len(lesson.data) for lesson in lessons], schedule.cap, schedule.updates, seed)
    state = (restore(keeper, model, optimiser) if keeper else None) or State(0, {"tokens": 0, "loss": 0.0}, {})
    told = state.figures
    model.train()
    with interruptible() as interrupted:
        while state.update < schedule.updates and not told.get("stopped"):
            number, had = plan[state.update]
            lesson = lessons[number]
            batch = batches.pack(lesson.data, batches.drawn(len(lesson.data), lesson.batch_size, seed, had))
            batch = model.prepare(lesson, batch, mask, np.random.default_rng([seed, 2, state.update]))
            loss = _update(model, optimiser, lesson, batch, schedule, state.update)
            told["tokens"] += len(batch.ids)
            told["loss"] = loss if state.update == 0 else 0.98 * told["loss"] + 0.02 * loss
            state.update += 1
            if watch and (state.update % watch.every == 0 or state.update == schedule.updates):
                _look(model, watch, state)
            report(state.update, schedule.updates)
            if keeper and state.update < schedule.updates and (interrupted() or keeper.due()):
                save(keeper, model, optimiser, state)
            if interrupted():
                break
    if state.best:
        model.load_state_dict(state.best)
    return {"updates": state.update, **told, "loss": round(told["loss"], 4)}


def _optimiser(model: torch.nn.Module, schedule: Schedule) -> torch.optim.Optimizer:
    """AdamW; what is no matrix does not decay."""
    trained = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": schedule.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW([one for one in groups if one["params"]], lr=schedule.learning_rate, fused=True)


def _update(
    model: Encoder, optimiser: torch.optim.Optimizer, lesson: Lesson, batch: Batch, schedule: Schedule, update: int
) -> float:
    """One step of the optimiser; the loss before it."""
    for group in optimiser.param_groups:
        group["lr"] = schedule.rate(update)
    total, asked = 0.0, sum(map(len, batch.targets))
    for part in batches.split(batch, schedule.at_once) if schedule.at_once else [batch]:
        share = sum(map(len, part.targets)) / asked  # 1 where the batch is not divided
        try:
            with precise(model.device):
                loss = model.learn(lesson, part)
            (loss * share if share < 1 else loss).backward()
        except torch.OutOfMemoryError:
            tokens, less = len(part.ids), max(1, len(part.ids) // 2)
            raise Failure(
                f"{lesson.name}: {model.device} has no memory for {tokens} tokens at a time; run with --at-once {less}, "
                "which reads a batch in parts and changes nothing else"
            ) from None
        total += share * loss.item()
    if not math.isfinite(total):
        raise Failure(
            f"{lesson.name}: the loss is {total} at update {update + 1} of {schedule.updates}: the training has diverged; "
            f"a learning rate below {schedule.learning_rate:g} or more warm-up may help (--set)"
        )
    torch.nn.utils.clip_grad_norm_(model.parameters(), schedule.clip)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return total


def _look(model: Encoder, watch: Watch, state: State) -> None:
    """Score the model on dev; keep its weights where they are the best so far, stop where they were long ago."""
    score, told = watch.measure(), state.figures
    model.train()
    if score > told.get("best", -math.inf):
        told |= {"best": score, "best_update": state.update, "since": 0}
        state.best = {name: value.detach().clone() for name, value in model.state_dict().items()}
    else:
        told["since"] += 1
        told["stopped"] = told["since"] >= watch.patience


@torch.no_grad()
def outputs(model: Encoder, head: str, data: Encoded, predict: Callable, budget: int) -> list:
    """What the head says of all items in their own order, from one pass sorted by length."""
    model.eval()
    found: list = [None] * len(data)
    for items in batches.by_budget(data, budget):
        batch = batches.pack(data, items)
        with precise(model.device):
            states = model.states(torch.from_numpy(batch.ids).to(model.device), batch.lengths)
            logits = model.heads[head](states[torch.from_numpy(batch.points).to(model.device)]).float().cpu()
        for item, prediction in zip(batch.items, predict(logits, batch, data), strict=True):
            found[item] = prediction
    return found


@torch.no_grad()
def embeddings(model: Encoder, data: Encoded, layer: int, budget: int) -> np.ndarray:
    """The mean of each sequence's hidden states at a layer."""
    model.eval()
    found = np.zeros((len(data), model.config.hidden_size), dtype=np.float32)
    for items in batches.by_budget(data, budget):
        batch = batches.pack(data, items)
        with precise(model.device):
            states = model.states(torch.from_numpy(batch.ids).to(model.device), batch.lengths, layer).float().cpu()
        for item, part in zip(batch.items, states.split(batch.lengths), strict=True):
            found[item] = part.mean(0).numpy()
    return found
