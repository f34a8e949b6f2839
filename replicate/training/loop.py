"""One loop for all training: packed batches, AdamW, warm-up and linear decay."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from .. import devices
from ..devices import precise
from ..models.encoder import Encoder
from ..problems import Failure
from . import batches, gauge, parallel
from .batches import Batch, Encoded
from .checkpoint import Keeper, State, interruptible, restore, save

Report = Callable[[int, int], None]
Loss = Callable[[torch.Tensor, Batch], torch.Tensor]
AFRESH = 20  # updates over which a later part of a training warms up
RISEN = 1.5  # times the loss of its first updates: from there on a training has diverged


@dataclass(frozen=True)
class Lesson:
    """One task of a training; without a loss it is masked language modelling, which hides the share `masked`, mT5 in spans of
    `span` tokens."""

    name: str
    data: Encoded
    loss: Loss | None
    batch_size: int
    masked: float = 0.15
    span: float = 3.0


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
    optimiser, team = _optimiser(model, schedule), parallel.team()
    plan = batches.mixture([len(lesson.data) for lesson in lessons], schedule.cap, schedule.updates, seed)
    state = (restore(keeper, model, optimiser) if keeper else None) or State(0, {"tokens": 0, "loss": 0.0}, {})
    told, stop = state.figures, False
    if team.agreed(flag=team.agreed(state.update)[0] != team.size * state.update)[1]:
        raise Failure("the processes of this training found different checkpoints; remove the step's folder in runs/aside")
    team.alike(model)
    begin(model)
    with interruptible() as interrupted, gauge.computing():
        while state.update < schedule.updates and not told.get("stopped"):
            number, had = plan[state.update]
            lesson = lessons[number]
            team.seed(seed, state.update)
            batch = batches.pack(lesson.data, batches.drawn(len(lesson.data), lesson.batch_size, seed, had))
            batch = model.prepare(lesson, batch, mask, np.random.default_rng([seed, 2, state.update]))
            loss = _update(model, optimiser, lesson, batch, schedule, state.update, team)
            told["tokens"] += len(batch.ids)
            told["loss"] = loss if state.update == 0 else 0.98 * told["loss"] + 0.02 * loss
            note(told.setdefault("losses", {}).setdefault(lesson.name, [0, 0.0, 0.0]), loss)
            state.update += 1
            if watch and (state.update % watch.every == 0 or state.update == schedule.updates):
                _look(model, watch, state, team)
            report(state.update, schedule.updates)
            _, stop = team.agreed(flag=interrupted())
            if keeper and not team.rank and state.update < schedule.updates and (stop or keeper.due()):
                save(keeper, model, optimiser, state)
            if stop:
                break
    if stop:  # the signal came to another process of the team
        raise KeyboardInterrupt
    if team.rank:
        raise parallel.Finished
    if state.best:
        model.load_state_dict(state.best)
    if not all(bool(one.isfinite().all()) for one in model.parameters()):
        raise Failure(f"{lessons[0].name}: the weights are no numbers any more {_diverged(schedule, state.update - 1)}")
    losses = told.pop("losses", {})
    return {"updates": state.update, **told, "loss": round(told["loss"], 4), **risen(losses)}


def begin(model: Encoder) -> None:
    """The model as it learns: with dropout, and where the run is short of memory, with layers that are computed twice."""
    if devices.recompute():
        body: Any = model.body  # whose method has another name in older versions
        enable = getattr(body, "activation_checkpointing_enable", body.gradient_checkpointing_enable)
        enable({"use_reentrant": False})
    model.train()


def note(losses: list[Any], loss: float) -> None:
    """Keep a task's number of updates, its mean loss over the first of these, and its running loss."""
    losses[0] += 1
    if losses[0] <= AFRESH:
        losses[1] += (loss - losses[1]) / losses[0]
    losses[2] = loss if losses[0] == 1 else 0.9 * losses[2] + 0.1 * loss


def risen(losses: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """What to say of tasks whose loss ended far above where it began: numbers came out, but nothing was learnt."""
    found = [
        f"{name}: the loss rose from {began:.2f} to {ended:.2f}: the training has diverged"
        for name, (updates, began, ended) in losses.items()
        if updates >= 2 * AFRESH and ended > RISEN * began
    ]
    return {"flagged": found} if found else {}


def _optimiser(model: torch.nn.Module, schedule: Schedule) -> torch.optim.Optimizer:
    """AdamW; what is no matrix does not decay."""
    trained = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": schedule.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW([one for one in groups if one["params"]], lr=schedule.learning_rate, fused=True)


def _update(
    model: Encoder, optimiser: torch.optim.Optimizer, lesson: Lesson, batch: Batch, schedule: Schedule, update: int,
    team: parallel.Team,
) -> float:  # fmt: skip
    """One step of the optimiser; the loss before it."""
    for group in optimiser.param_groups:
        group["lr"] = schedule.rate(update)
    total, asked, mine = 0.0, sum(map(len, batch.targets)), team.part(batch)
    for part in batches.split(mine, schedule.at_once) if mine and schedule.at_once else [mine] if mine else []:
        share = sum(map(len, part.targets)) / asked  # 1 where the batch is not divided
        try:
            with precise(model):
                loss = model.learn(lesson, part)
            (loss * share if share < 1 else loss).backward()
        except (RuntimeError, MemoryError) as error:
            if not devices.spent(error):
                raise
            raise Failure(f"{lesson.name}: {no_memory(model.device, part)}") from None
        total += share * loss.item()
    total, _ = team.agreed(total)
    if not math.isfinite(total):
        raise Failure(f"{lesson.name}: the loss is {total} {_diverged(schedule, update)}")
    team.summed(model.parameters())
    torch.nn.utils.clip_grad_norm_(model.parameters(), schedule.clip)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return total


def _diverged(schedule: Schedule, update: int) -> str:
    return (
        f"at update {update + 1} of {schedule.updates}: the training has diverged; a learning rate below "
        f"{schedule.learning_rate:g} or more warm-up may help (--set)"
    )


def no_memory(device: torch.device, part: Batch) -> str:
    """What to change where a device does not hold a batch, or the part of it that it was given."""
    tokens = len(part.ids)
    ways = [f"--at-once {max(1, tokens // 2)} (a batch in parts)"] if len(part.items) > 1 else []
    ways += [] if devices.recompute() else ["--recompute (layers computed twice instead of kept)"]
    ways += ["fewer --workers"] if device.type == "cpu" or not ways else []
    listed = " or ".join(filter(None, (", ".join(ways[:-1]), ways[-1])))
    return f"{device} has no memory for {tokens} tokens at a time; run with {listed}: the experiment stays the same"


def _look(model: Encoder, watch: Watch, state: State, team: parallel.Team) -> None:
    """Score the model on dev; keep its weights where they are the best so far, stop where they were long ago.

    The first process measures for all: where arithmetic is not exact, each might come to another end.
    """
    score, _ = team.agreed(0.0 if team.rank else watch.measure())
    told = state.figures
    model.train()
    if score > told.get("best", -math.inf):
        told |= {"best": score, "best_update": state.update, "since": 0}
        state.best = {} if team.rank else {name: value.detach().clone() for name, value in model.state_dict().items()}
    else:
        told["since"] += 1
        told["stopped"] = told["since"] >= watch.patience


def silent(done: int, total: int) -> None:
    """A report to nobody."""


@torch.no_grad()
def outputs(model: Encoder, head: str, data: Encoded, predict: Callable, budget: int, report: Report = silent) -> list:
    """What the head says of all items in their own order, from one pass sorted by length."""
    model.eval()
    found, done = list[Any]([None] * len(data)), 0
    for items in batches.by_budget(data, budget):
        batch = batches.pack(data, items)
        with precise(model):
            states = model.states(torch.from_numpy(batch.ids).to(model.device), batch.lengths, points=batch.points)
            logits = model.heads[head](states).float().cpu()
        for item, prediction in zip(batch.items, predict(logits, batch, data), strict=True):
            found[item] = prediction
        done += len(items)
        report(done, len(data))
    return found


@torch.no_grad()
def embeddings(model: Encoder, data: Encoded, layer: int, budget: int) -> np.ndarray:
    """The mean of each sequence's hidden states at a layer."""
    model.eval()
    found = np.zeros((len(data), model.config.hidden_size), dtype=np.float32)
    for items in batches.by_budget(data, budget):
        batch = batches.pack(data, items)
        with precise(model):
            states = model.states(torch.from_numpy(batch.ids).to(model.device), batch.lengths, layer).float().cpu()
        for item, part in zip(batch.items, states.split(batch.lengths), strict=True):
            found[item] = part.mean(0).numpy()
    return found
