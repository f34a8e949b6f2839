"""Models in files, the same for an encoder and for mT5: stock ones, our own, and what is wrong with either."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import torch
from safetensors.torch import load_file

from ..problems import Problem

Config = TypeVar("Config")
Model = TypeVar("Model", bound=torch.nn.Module)
NAMED = 3  # weights that a Problem names of each sort


def stock(folder: Path, kind: str, form: Callable[..., Config]) -> tuple[Config, dict[str, torch.Tensor]]:
    """Configuration and weights as the hub has them; a Problem where they are of another kind, or not whole."""
    try:
        about = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        found = about["model_type"]
        config = form(**about) if found == kind else None
    except Exception as error:  # json and transformers each raise types of their own
        raise Problem(f"{folder / 'config.json'}: not the configuration of a model ({error})") from error
    if config is None:
        raise Problem(f"{folder / 'config.json'}: the model is {found!r}; expected {kind!r}")
    try:
        return config, load_file(folder / "model.safetensors")
    except Exception as error:  # safetensors raises a type of its own
        raise Problem(f"{folder / 'model.safetensors'}: not whole ({error}); remove it and fetch it again") from error


def wrong(ours: Mapping[str, torch.Tensor], theirs: Mapping[str, torch.Tensor]) -> list[str]:
    """What is missing, unknown or of another shape, the first three of each."""
    shapes = [
        f"{name} has the shape {list(theirs[name].shape)}, expected {list(ours[name].shape)}"
        for name in sorted(set(ours) & set(theirs))
        if theirs[name].shape != ours[name].shape
    ][:NAMED]
    sides = (("no", set(ours) - set(theirs)), ("unknown", set(theirs) - set(ours)))
    return [
        f"{word} {', '.join(sorted(names)[:NAMED])}" + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
        for word, names in sides
        if names
    ] + shapes


@contextmanager
def own(folder: Path) -> Iterator[None]:
    """While a folder is read that we wrote: whatever is wrong with it is a Problem."""
    try:
        yield
    except Problem:
        raise
    except Exception as error:  # json, safetensors and transformers each raise types of their own
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise Problem(f"{folder}: not a model of ours ({said}); remove the folder to make it again") from error


def mean(models: Sequence[Model]) -> Model:
    """The first of several models of one shape, with the mean of the weights of all."""
    states = [model.state_dict() for model in models]
    models[0].load_state_dict({name: torch.stack([one[name] for one in states]).mean(0) for name in states[0]})
    return models[0]
