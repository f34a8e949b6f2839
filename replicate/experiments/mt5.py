"""mT5 in XLM-R's place: its names, and what of the recipes is other for a model that answers in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from .experiment import Experiment, Recipe

HUB = {
    "base": ("hub:google/mt5-base", "2eb15465c5dd7f72a8f7984306ad05ebc3dd1e1f"),
    "large": ("hub:google/mt5-large", ""),
}
SMALL = "mt5-"  # what the names of small models of this kind begin with
RATE = 1e-4  # of mT5 itself: at XLM-R's rates it would learn next to nothing
RATE_WHY = "that of XLM-R is too low for mT5; 1e-4 is usual for T5 with AdamW"
DECODING = "labels scored, tags filled in behind sentinels, answers copied out of the passage; the mT5 paper generates freely"
# The artificial world. Words are a token each and texts short, so what is hidden is a token each too.
SPANS: Mapping[str, Any] = MappingProxyType({"span": 1.0})
PRETRAIN: Mapping[str, Any] = MappingProxyType({"learning_rate": 2e-3})
INTERMEDIATE: Mapping[str, Any] = MappingProxyType({"learning_rate": 4e-4})
TARGET: Mapping[str, Any] = MappingProxyType({"learning_rate": 1e-3})


def with_mt5(experiment: Experiment) -> Experiment:
    """The experiment with mT5; at scale nano pretrained in the artificial world, from `base` on that of the hub."""
    if experiment.pretrain is not None:
        return _small(experiment, experiment.pretrain)
    name, revision = HUB[experiment.scale]
    # A model of random weights has no revision; what its experiment pins is its own.
    pinned = experiment.revisions if experiment.weights == "random" else {**experiment.revisions, "model": revision}
    return suited(replace(experiment, model=name, revisions=pinned))


def suited(experiment: Experiment) -> Experiment:
    """The experiment with rates at which an mT5 of full size learns."""

    def faster(recipe: Recipe) -> Recipe:
        return replace(recipe, learning_rate=RATE, assumed={**recipe.assumed, "learning_rate": RATE_WHY})

    return replace(
        experiment,
        changed=True,
        assumed={**experiment.assumed, "decoding": DECODING},
        intermediate={task: faster(recipe) for task, recipe in experiment.intermediate.items()},
        target={task: faster(recipe) for task, recipe in experiment.target.items()},
    )


def _small(experiment: Experiment, pretrain: Recipe) -> Experiment:
    own = experiment.scale != "tiny"  # whose recipes are for tests
    intermediate = {
        task: replace(recipe, **(SPANS if task == "mlm" else {}), **(INTERMEDIATE if own else {}))
        for task, recipe in experiment.intermediate.items()
    }
    return replace(
        experiment,
        changed=True,
        assumed={**experiment.assumed, "decoding": DECODING},
        model=SMALL + experiment.model,
        pretrain=replace(pretrain, **SPANS, **(PRETRAIN if own else {})),
        intermediate=intermediate,
        target={task: replace(recipe, **(TARGET if own else {})) for task, recipe in experiment.target.items()},
    )
