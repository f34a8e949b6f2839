"""The experiments: one file each, found by its name, imported when asked for."""

from __future__ import annotations

import importlib
import pkgutil

from ..problems import unknown
from ..sources import open_source
from .experiment import Experiment, Intermediate, Part, Recipe
from .fit import fitted, rehearsed

__all__ = ["SCALES", "SMALL", "Experiment", "Intermediate", "Part", "Recipe", "find", "names"]

SCALES = ("tiny", "nano", "base", "large")
SMALL = ("tiny", "nano", "mt5-tiny", "mt5-nano")  # models of ours, for illustration: no figure of theirs is one of XLM-R
TRAIN_ON = ("train", "dev")
WEIGHTS = ("pretrained", "random")
_OTHERS = {"experiment", "fit", "mt5", "options", "protocol"}  # files of this folder that are no experiments


def names() -> tuple[str, ...]:
    """The names of all experiments; nothing is imported for it."""
    return tuple(sorted(one.name for one in pkgutil.iter_modules(__path__) if one.name not in _OTHERS))


def find(name: str, scale: str = "nano", source: str = "", train_on: str = "train", weights: str = "pretrained") -> Experiment:
    """The experiment of this name at this scale; a Problem with the nearest names where there is none.

    `source` takes the examples from elsewhere than the scale does by default; what it lacks is left out, and
    listed under `unavailable`. `train_on` "dev" lets dev sets stand in for training sets that are missing. `weights`
    "random" rehearses the scales base and large on the artificial world.
    """
    if name not in names():
        raise unknown("experiment", name, names())
    if scale not in SCALES:
        raise unknown("scale", scale, SCALES)
    if train_on not in TRAIN_ON:
        raise unknown("set to train on", train_on, TRAIN_ON)
    if weights not in WEIGHTS:
        raise unknown("kind of weights", weights, WEIGHTS)
    make = getattr(importlib.import_module(f".{name}", __package__), name)
    experiment: Experiment = make(scale)
    if weights == "random":
        experiment = rehearsed(experiment, source)
    return fitted(experiment, open_source(source or experiment.source), train_on)
