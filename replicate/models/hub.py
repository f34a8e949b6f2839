"""XLM-R as the hub has it: its files on this disk, and its weights in our encoder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..problems import Problem
from .checks import FILES, check, lacking

if TYPE_CHECKING:
    from .encoder import Encoder

KIND = "xlm-roberta"
KINDS = (KIND, "mt5")
HEAD = {"lm_head.dense.": "masked.dense.", "lm_head.layer_norm.": "masked.norm.", "lm_head.bias": "masked.bias"}
# The pooler reads nothing that we train; positions are counted, and the decoder is the embeddings and the bias again.
LEFT_OUT = ("roberta.pooler.", "roberta.embeddings.position_ids", "lm_head.decoder.")


def fetch(model: str, revision: str = "") -> Path:
    """The folder with a model's configuration, weights and tokenizer, of which each can be read.

    `hub:namespace/name` is fetched from the hub, at the revision if one is given, and read from the cache without a network;
    `dir:PATH` is a folder with the same files.
    """
    place, _, name = model.partition(":")
    if place not in ("dir", "hub") or not name:
        raise Problem(f"model {model!r}: expected hub:namespace/name, or dir:PATH with {', '.join(FILES)}")
    folder = _folder(Path(name).expanduser().absolute()) if place == "dir" else _fetched(name, revision)
    check(folder, KINDS)
    return folder


def _fetched(name: str, revision: str) -> Path:
    from ..sources.hub import snapshots

    held = snapshots.snapshot("model", name, revision)
    if "model.safetensors" not in held.paths and any(path.endswith(".bin") for path in held.paths):
        raise Problem(
            f"model {held}: its weights are there as a pickle only, which may run code when it is read; take a model with "
            f"model.safetensors, or convert it and name the folder as dir:PATH"
        )
    if what := lacking(held.paths):
        raise Problem(f"model {held}: it has {what}; expected {', '.join(FILES)}")
    fetched = [snapshots.fetch(held, file) for file in FILES]
    return fetched[0].parent


def _folder(folder: Path) -> Path:
    there = [one.name for one in folder.iterdir() if one.is_file()] if folder.is_dir() else []
    if what := lacking(there):
        raise Problem(f"model {folder}: {what} there; expected {', '.join(FILES)}")
    return folder


def load(folder: Path) -> Encoder:
    """The encoder with the stock weights of a folder: XLM-R's body and its head of masked language modelling."""
    from transformers import XLMRobertaConfig

    from . import encoder, stored

    config, stock = stored.stock(folder, KIND, XLMRobertaConfig)
    model = encoder.Encoder(config)
    weights = {_ours(name): value for name, value in stock.items() if not name.startswith(LEFT_OUT)}
    ours, theirs = ({_stock(name): value for name, value in one.items()} for one in (model.state_dict(), weights))
    wrong = stored.wrong(ours, theirs)
    if wrong:
        raise Problem(f"{folder / 'model.safetensors'}: not the weights of {KIND} with its configuration: {'; '.join(wrong)}")
    model.load_state_dict(weights)
    return model


def _ours(name: str) -> str:
    """Our name of a stock weight; names that are none of XLM-R's stay as they are."""
    if name.startswith("roberta."):
        return "body." + name.removeprefix("roberta.")
    return next((ours + name.removeprefix(theirs) for theirs, ours in HEAD.items() if name.startswith(theirs)), name)


def _stock(name: str) -> str:
    if name.startswith("body."):
        return "roberta." + name.removeprefix("body.")
    return next((theirs + name.removeprefix(ours) for theirs, ours in HEAD.items() if name.startswith(ours)), name)
