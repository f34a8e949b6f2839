"""One loop for all training: packed batches, AdamW, warm-up and linear decay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ..models.encoder import Encoder
from . import batches
from .batches import Batch, Encoded

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
    """

    updates: int
    learning_rate: float
    warmup: float
    weight_decay: float
    clip: float
    cap: int = 2**17
    before: int = 0
    total: int = 0

    def rate(self, update: int) -> float:
        """The learning rate of an update: up linearly, then down linearly to nothing.

        A later part of a training warms up too, a little: its optimiser has no memory yet.
        """
        total = self.total or self.updates
        rising, at = max(1.0, self.warmup * total), self.before + update
        share = min(1.0, (at + 1) / rising) if at < rising else (total - at) / max(1.0, total - rising)
        afresh = min(1.0, (update + 1) / AFRESH) if self.before else 1.0
        return self.learning_rate * max(share, 0.0) * afresh


def masked(
    batch: Batch, share: float, mask: int, vocabulary: int, rng: np.random.Generator, special: int
) -> tuple[np.ndarray, np.ndarray]:
    """BERT's masking: of a share of the tokens (special ones aside) 80% become <mask>, 10% another token, 10% stay."""
    candidates = np.flatnonzero((batch.ids >= special) & (batch.ids != mask))
    chosen = np.sort(rng.choice(candidates, size=max(1, round(share * len(candidates))), replace=False))
    ids, fate = batch.ids.copy(), rng.random(len(chosen))
    ids[chosen[fate < 0.8]] = mask
    other = chosen[fate >= 0.9]
    ids[other] = rng.integers(special, vocabulary, size=len(other))
    return ids, chosen


def teach(
    model: Encoder, lessons: Sequence[Lesson], schedule: Schedule, seed: int, mask: int, report: Report
) -> dict[str, float]:
    """Train the model in place; the same seed gives the same weights. Returns figures of the run."""
    torch.manual_seed(seed)
    decayed = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
    plain = [p for p in model.parameters() if p.requires_grad and p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": schedule.weight_decay}, {"params": plain, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=schedule.learning_rate, fused=True)
    plan = batches.mixture([len(lesson.data) for lesson in lessons], schedule.cap, schedule.updates, seed)
    model.train()
    tokens, last = 0, 0.0
    for update, (number, had) in enumerate(plan):
        lesson = lessons[number]
        batch = batches.pack(lesson.data, batches.drawn(len(lesson.data), lesson.batch_size, seed, had))
        if lesson.loss is None:
            rng = np.random.default_rng([seed, 2, update])
            ids, chosen = masked(batch, lesson.masked, mask, model.config.vocab_size, rng, special=4)
            states = model.states(torch.from_numpy(ids), batch.lengths)
            loss = torch.nn.functional.cross_entropy(
                model.predict_masked(states.index_select(0, torch.from_numpy(chosen))), torch.from_numpy(batch.ids[chosen])
            )
        else:
            states = model.states(torch.from_numpy(batch.ids), batch.lengths)
            loss = lesson.loss(model.heads[lesson.name](states.index_select(0, torch.from_numpy(batch.points))), batch)
        for group in optimiser.param_groups:
            group["lr"] = schedule.rate(update)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), schedule.clip)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        tokens += len(batch.ids)
        last = loss.item() if update == 0 else 0.98 * last + 0.02 * loss.item()
        report(update + 1, schedule.updates)
    return {"updates": schedule.updates, "tokens": tokens, "loss": round(last, 4)}


@torch.no_grad()
def outputs(model: Encoder, head: str, data: Encoded, predict: Callable, budget: int) -> list:
    """What the head says of all items in their own order, from one pass sorted by length."""
    model.eval()
    found: list = [None] * len(data)
    for items in batches.by_budget(data, budget):
        batch = batches.pack(data, items)
        logits = model.heads[head](model.states(torch.from_numpy(batch.ids), batch.lengths)[batch.points])
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
        states = model.states(torch.from_numpy(batch.ids), batch.lengths, layer)
        for item, part in zip(batch.items, states.split(batch.lengths), strict=True):
            found[item] = part.mean(0).numpy()
    return found
