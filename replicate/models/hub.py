"""XLM-R as the hub has it: its files on this disk, and its weights in our encoder."""

from __future__ import annotations

import json
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
    from safetensors.torch import load_file
    from transformers import XLMRobertaConfig

    from . import encoder

    try:
        about = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        found = about["model_type"]
        config = XLMRobertaConfig(**about)
    except Exception as error:  # json and transformers each raise types of their own
        raise Problem(f"{folder / 'config.json'}: not the configuration of a model ({error})") from error
    if found != KIND:
        raise Problem(f"{folder / 'config.json'}: the model is {found!r}; expected {KIND!r}")
    try:
        stock = load_file(folder / "model.safetensors")
    except Exception as error:  # safetensors raises a type of its own
        raise Problem(f"{folder / 'model.safetensors'}: not whole ({error}); remove it and fetch it again") from error
    model = encoder.Encoder(config)
    ours = model.state_dict()
    weights = {_ours(name): value for name, value in stock.items() if not name.startswith(LEFT_OUT)}
    wrong = [f"no {_names(set(ours) - set(weights))}"] if set(ours) - set(weights) else []
    wrong += [f"unknown {_names(set(weights) - set(ours))}"] if set(weights) - set(ours) else []
    wrong += [
        f"{_stock(name)} has the shape {list(weights[name].shape)}, expected {list(ours[name].shape)}"
        for name in ours
        if name in weights and weights[name].shape != ours[name].shape
    ][:3]
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


def _names(names: set[str]) -> str:
    """The first of them, under their names in the file, and how many more."""
    first = sorted(_stock(name) for name in names)
    return ", ".join(first[:3]) + (f" and {len(first) - 3} more" if len(first) > 3 else "")
