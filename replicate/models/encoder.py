"""The encoder: XLM-R's body at any size, with a head for each task that it is trained on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import XLMRobertaConfig, XLMRobertaModel

from ..problems import Problem
from ..training import gauge
from . import adapters, stored
from .blank import blank
from .dropout import Dropout, lighten
from .masking import masked
from .packing import NAME, Runs, attend, runs_of

FIRST_POSITION = 2  # XLM-R counts positions from behind the padding index


class Head(nn.Module):
    """Reads what a kind of task asks for off the hidden states; RoBERTa's own form of head."""

    def __init__(self, hidden: int, outputs: int, dropout: float) -> None:
        super().__init__()
        self.dense, self.dropout, self.out = nn.Linear(hidden, hidden), Dropout(dropout), nn.Linear(hidden, outputs)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        return self.out(self.dropout(torch.tanh(self.dense(self.dropout(states)))))


class Masked(nn.Module):
    """The head of masked language modelling, tied to the embeddings."""

    def __init__(self, body: XLMRobertaModel) -> None:
        super().__init__()
        hidden, vocabulary = body.config.hidden_size, body.config.vocab_size
        self.dense, self.norm = nn.Linear(hidden, hidden), nn.LayerNorm(hidden)
        self.bias = nn.Parameter(torch.zeros(vocabulary))

    def forward(self, states: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
        states = self.norm(nn.functional.gelu(self.dense(states)))
        return nn.functional.linear(states, embeddings, self.bias)


class Encoder(nn.Module):
    """A body, its masked-language-modelling head, and task heads by name."""

    def __init__(self, config: XLMRobertaConfig) -> None:
        super().__init__()
        config.attention_probs_dropout_prob = 0.0  # see deviations.py
        self.body = XLMRobertaModel(config, add_pooling_layer=False)
        self.body.set_attn_implementation(NAME)
        self.body.embeddings.register_forward_hook(_narrowed)
        lighten(self.body)
        self.masked = Masked(self.body)
        self.heads = nn.ModuleDict()

    @property
    def config(self) -> XLMRobertaConfig:
        return self.body.config

    def add_head(self, name: str, outputs: int) -> None:
        """A new head; one that exists is initialised again, as the paper does between phases."""
        self.heads[name] = Head(self.config.hidden_size, outputs, self.config.hidden_dropout_prob)

    def set_dropout(self, share: float) -> None:
        """Hidden dropout, everywhere but in attention."""
        self.config.hidden_dropout_prob = share
        for name, module in self.named_modules():
            if isinstance(module, nn.Dropout) and not name.endswith(".attention.self.dropout"):
                module.p = share

    def states(
        self, ids: torch.Tensor, lengths: list[int], layer: int | None = None, points: np.ndarray | None = None
    ) -> torch.Tensor:
        """Hidden states [tokens, hidden] of packed sequences: of an inner layer where one is asked for, or at `points` alone."""
        if layer is not None and not 0 <= layer <= self.config.num_hidden_layers:
            raise Problem(f"evaluation.layer = {layer}: the model has the layers 0 to {self.config.num_hidden_layers}")
        gauge.count(len(ids))
        starts = np.cumsum(lengths) - lengths
        positions = torch.from_numpy(np.arange(len(ids)) - np.repeat(starts, lengths) + FIRST_POSITION).to(ids.device)
        states, runs = self.body.embeddings(input_ids=ids.unsqueeze(0), position_ids=positions.unsqueeze(0)), runs_of(lengths)
        blocks = list(self.body.encoder.layer[:layer])
        last = blocks.pop() if points is not None else None
        for block in blocks:
            states = block(states, None, runs=runs)
        if last is None or points is None:
            return states[0]
        alone = len(points) == len(lengths) and bool(((starts <= points) & (points < starts + lengths)).all())
        return _read(last, states, runs, torch.from_numpy(points).to(ids.device), alone)[0]

    def predict_masked(self, states: torch.Tensor) -> torch.Tensor:
        """Logits over the vocabulary."""
        return self.masked(states, self.body.embeddings.word_embeddings.weight)

    @property
    def device(self) -> torch.device:
        return self.body.embeddings.word_embeddings.weight.device

    def prepare(self, lesson: Any, batch: Any, mask: int, rng: np.random.Generator) -> Any:
        """The batch as it is read: where a lesson has no loss of its own, with tokens hidden and these to be guessed."""
        if lesson.loss is not None:
            return batch
        ids, chosen = masked(batch.ids, lesson.masked, mask, self.config.vocab_size, rng)
        ends = np.cumsum(batch.lengths)
        counts = np.diff(np.searchsorted(chosen, ends), prepend=0)
        targets = np.split(batch.ids[chosen], np.cumsum(counts)[:-1])
        return replace(batch, ids=ids, points=chosen, counts=counts.tolist(), targets=targets)

    def learn(self, lesson: Any, batch: Any) -> torch.Tensor:
        """The loss of a prepared batch, a mean over all that it asks."""
        read = self.states(torch.from_numpy(batch.ids).to(self.device), batch.lengths, points=batch.points)
        if lesson.loss is not None:
            return lesson.loss(self.heads[lesson.name](read), batch) + adapters.penalty(self)
        targets = torch.from_numpy(np.concatenate(batch.targets)).to(self.device)
        return nn.functional.cross_entropy(self.predict_masked(read), targets) + adapters.penalty(self)


def _narrowed(module: nn.Module, given: Any, states: torch.Tensor) -> torch.Tensor:
    """A hook for the embeddings: under autocast on a processor, states are bf16 from there on.

    All that follows takes what it is given, norms and sums too (with statistics in fp32), so nothing is cast again and half
    as much is read and written. Without it each sum with the fp32 embeddings is fp32, and cast before every product.
    """
    if states.device.type == "cpu" and torch.is_autocast_enabled("cpu"):
        return states.to(torch.get_autocast_dtype("cpu"))
    return states


def _read(block: Any, states: torch.Tensor, runs: Runs, points: torch.Tensor, alone: bool) -> torch.Tensor:
    """What the last block makes of some of the tokens, one of each sequence (`alone`) or any. They look at all others, but
    behind attention none is needed that is not read: where few are, that spares five sixths of the block's products."""
    chosen, look = states.index_select(1, points), block.attention.self
    if alone:
        asked = ((look.query, chosen), (look.key, states), (look.value, states))
        q, k, v = (project(t).unflatten(-1, (look.num_attention_heads, -1)).transpose(1, 2) for project, t in asked)
        found = attend(look, q, k, v, None, look.scaling, runs=runs)[0].flatten(2)
    else:
        found = look(states, None, runs=runs)[0].index_select(1, points)
    middle = block.attention.output(found, chosen)
    return block.output(block.intermediate(middle), middle)


def new(config: XLMRobertaConfig, seed: int) -> Encoder:
    """An encoder with random weights that the seed decides."""
    torch.manual_seed(seed)
    return Encoder(config)


def save(model: Encoder, folder: Path, heads: bool = True) -> None:
    """Weights as safetensors and the configuration as JSON; adapters, which the base goes without, in files of their own."""
    weights = {k: v.contiguous() for k, v in adapters.base_weights(model).items() if heads or not k.startswith("heads.")}
    save_file(weights, folder / "model.safetensors")
    described = {"model_type": "xlm-roberta", **model.config.to_diff_dict()}
    outputs = {name: head.out.out_features for name, head in model.heads.items() if isinstance(head, Head)} if heads else {}
    (folder / "config.json").write_text(
        json.dumps({"config": described, "heads": outputs}, indent=1, sort_keys=True, default=str)
    )
    if adapters.of(model):
        adapters.save(model, folder, heads=False)


def load(folder: Path, heads: bool = False) -> Encoder:
    """The encoder in a folder, with its task heads or without: only the encoder is carried over between phases."""
    with stored.own(folder):
        about = json.loads((folder / "config.json").read_text())
        weights = load_file(folder / "model.safetensors")
        model = blank(lambda: Encoder(XLMRobertaConfig(**about["config"])))
        for name, outputs in about["heads"].items() if heads else ():
            model.add_head(name, outputs)
        kept = {k: v for k, v in weights.items() if heads or not k.startswith("heads.")}
        model.load_state_dict(kept, assign=True)
        adapters.load_into(model, folder, heads=False)
    return model


def average(folders: list[Path]) -> Encoder:
    """The mean of the weights of several encoders of one shape."""
    return stored.mean([load(folder) for folder in folders])
