"""The experiments: one file each, found by its name, imported when asked for."""

from __future__ import annotations

import importlib
import pkgutil

from ..problems import Problem, unknown
from .experiment import Experiment, Intermediate, Part, Recipe

__all__ = ["SCALES", "Experiment", "Intermediate", "Part", "Recipe", "find", "names"]

SCALES = ("tiny", "nano", "base", "large")
_OTHERS = {"experiment", "options"}  # files of this folder that are no experiments


def names() -> tuple[str, ...]:
    """The names of all experiments; nothing is imported for it."""
    return tuple(sorted(one.name for one in pkgutil.iter_modules(__path__) if one.name not in _OTHERS))


def find(name: str, scale: str = "nano", source: str = "") -> Experiment:
    """The experiment of this name at this scale; a Problem with the nearest names where there is none.

    `source` takes the examples from elsewhere than the scale does by default.
    """
    if name not in names():
        raise unknown("experiment", name, names())
    if scale not in SCALES:
        raise unknown("scale", scale, SCALES)
    make = getattr(importlib.import_module(f".{name}", __package__), name)
    experiment: Experiment = make(scale)
    kind = experiment.source.partition("@")[0]
    if source and source not in (experiment.source, kind):
        raise Problem(
            f"experiment {name} at scale {scale} takes its examples from {kind!r}, not from {source!r}; "
            "leave --source out, or choose another --scale"
        )
    return experiment
