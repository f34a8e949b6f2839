"""The shapes of models as numbers: what XLM-R and mT5 are made of at each size, and how many weights that makes.

Nothing is loaded for it, so a plan can be costed, and a model of random weights be made, before anything is fetched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import nano

ENCODER, TEXT = "xlm-roberta", "mt5"  # what config.json calls the two kinds of model
RELATIVE = 32  # buckets of mT5's relative positions
# Each name of the hub with what its config.json says.
REAL: dict[str, dict[str, Any]] = {
    "FacebookAI/xlm-roberta-base": {
        "model_type": ENCODER, "num_hidden_layers": 12, "hidden_size": 768, "num_attention_heads": 12,
        "intermediate_size": 3072, "vocab_size": 250_002, "max_position_embeddings": 514,
    },
    "FacebookAI/xlm-roberta-large": {
        "model_type": ENCODER, "num_hidden_layers": 24, "hidden_size": 1024, "num_attention_heads": 16,
        "intermediate_size": 4096, "vocab_size": 250_002, "max_position_embeddings": 514,
    },
    "google/mt5-base": {
        "model_type": TEXT, "num_layers": 12, "num_decoder_layers": 12, "d_model": 768, "d_kv": 64, "num_heads": 12,
        "d_ff": 2048, "vocab_size": 250_112,
    },
    "google/mt5-large": {
        "model_type": TEXT, "num_layers": 24, "num_decoder_layers": 24, "d_model": 1024, "d_kv": 64, "num_heads": 16,
        "d_ff": 2816, "vocab_size": 250_112,
    },
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """A model in numbers. `inner` is the width between the two halves of a feed-forward layer, `attention` that of all heads
    together; mT5's decoder has as many layers as its encoder. `positions` 0: they are relative."""

    kind: str
    layers: int
    hidden: int
    heads: int
    attention: int
    inner: int
    vocabulary: int
    positions: int = 0

    @property
    def reading(self) -> int:
        """The weights that each token which is read is multiplied with."""
        gates = 3 if self.kind == TEXT else 2
        return self.layers * (4 * self.hidden * self.attention + gates * self.hidden * self.inner)

    @property
    def saying(self) -> int:
        """The same for each token that is said or guessed: mT5's decoder, and the output layer of both."""
        said = self.layers * (8 * self.hidden * self.attention + 3 * self.hidden * self.inner) if self.kind == TEXT else 0
        return said + self.hidden * self.vocabulary

    @property
    def weights(self) -> int:
        """All weights of the model as it lies on disk, without heads of tasks."""
        wide, h = self.vocabulary * self.hidden, self.hidden
        if self.kind == TEXT:
            norms = self.layers * (2 + 3) * h + 2 * h
            return 2 * wide + self.reading + (self.saying - wide) + norms + 2 * RELATIVE * self.heads
        biases = self.layers * (4 * h + self.inner + h + 4 * h)
        masked = h * h + h + 2 * h + self.vocabulary
        return wide + (self.positions + 1) * h + 2 * h + self.reading + biases + masked


def of(model: str, world: str = "real") -> Shape | None:
    """The shape of a model by its name in an experiment: ours, the hub's, or that of a folder; None where it is not known."""
    kind, _, name = model.partition(":")
    if kind == "dir":
        return described(Path(name).expanduser() / "config.json")
    about = REAL.get(name) if kind == "hub" else _small(model, world)
    return shape(about) if about else None


def described(path: Path) -> Shape | None:
    """The shape that a config.json describes; None where it cannot be read or is of another kind of model."""
    try:
        about = json.loads(path.read_bytes())
        return shape(about.get("config", about))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def shape(about: Mapping[str, Any]) -> Shape:
    """The shape that a configuration's fields mean."""
    if about["model_type"] == TEXT:
        heads, width = about["num_heads"], about["d_kv"]
        return Shape(
            TEXT, about["num_layers"], about["d_model"], heads, heads * width, about["d_ff"], about["vocab_size"]
        )  # fmt: skip
    if about["model_type"] != ENCODER:
        raise KeyError(about["model_type"])
    hidden = about["hidden_size"]
    return Shape(
        ENCODER, about["num_hidden_layers"], hidden, about["num_attention_heads"], hidden, about["intermediate_size"],
        about["vocab_size"], about["max_position_embeddings"],
    )  # fmt: skip


def _small(model: str, world: str) -> dict[str, Any] | None:
    text = model.startswith("mt5-")
    size = model.removeprefix("mt5-")
    if size not in nano.SIZES:
        return None
    wide = {"vocab_size": nano.vocabulary(size, world)}
    if text:
        return {"model_type": TEXT, **nano.MT5_SIZES[size], **wide}
    return {"model_type": ENCODER, **nano.SIZES[size], **wide, "max_position_embeddings": nano.LONGEST + 2}
