"""Does the length of the intermediate examples change how robust transfer is against noise in the characters?

The same task at several lengths: longer examples cut, or only examples taken that fit; at as many updates, or at as many
tokens. Every target is evaluated on clean text and on text with noise of several kinds and rates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from .experiment import Experiment, Intermediate, Json, Part, Recipe
from .protocol import Contrast, Given, Protocol, rows
from .stilts import BASELINE, stilts

QUESTION = "Does the sequence length of the intermediate task change robustness of zero-shot transfer to character noise?"
TASK = "anli+"
# In the artificial world the same fractions of its longest input, but for the shortest: 3 tokens hold the marks of no pair.
LENGTHS = {"real": (32, 64, 128, 256, 512), "artificial": (6, 12, 24, 48)}
# From here on enough examples are so short that as many can be chosen.
CHOSEN = {"real": 32, "artificial": 24}
TARGETS = ("xnli", "udpos", "panx", "tydiqa")
NOISE = tuple((kind, rate) for kind in ("swap", "substitute") for rate in (0.05, 0.15, 0.3))
BOTH = {"updates": "as many updates", "tokens": "as many tokens"}
CELLS = {"nano": Part(("xnli", "udpos", "tydiqa"), seeds=1)}
PROTOCOL = Protocol(
    design="Five lengths by two ways of getting them (cut, chosen) by two budgets (updates, tokens); targets evaluated clean "
    "and under swapped and substituted characters at three rates.",
    controls="No intermediate training under the same noise; the full length.",
    outcome="Loss of points under noise against clean text, by language; its slope along the logarithm of length.",
    answer="Length matters for robustness if the slope of the loss along log2 length excludes 0 (95% over languages) for both "
    "budgets; it does not if both intervals lie within the margin.",
    margin=1.0,
)


def lengths(scale: str = "nano") -> Experiment:
    """The experiment at one of the scales."""
    base = stilts(scale)
    *shorter, longest = LENGTHS[base.world][-2:] if scale == "tiny" else LENGTHS[base.world]
    recipe, begin = base.intermediate[TASK], CHOSEN[base.world]
    variants = [
        one for length in shorter for one in variants_of(recipe, length, longest, ("cut", "chosen")[: 1 + (length >= begin)])
    ]
    variants += variants_of(recipe, longest, longest, ("whole",))
    return replace(
        base,
        name="lengths",
        question=QUESTION,
        repeats="",
        intermediates=(BASELINE, *variants),
        targets=tuple(one for one in base.targets if one in TARGETS),
        noise=NOISE if scale != "tiny" else NOISE[-1:],
        parts={"cells": CELLS[scale]} if scale in CELLS else {},
        protocol=PROTOCOL,
        contrasts=tuple(_contrasts(variants)),
    )


def variants_of(recipe: Recipe, length: int, longest: int, ways: Sequence[str]) -> list[Intermediate]:
    """One length by ways of getting it, at as many updates and at as many tokens."""
    found = []
    for way in ways:
        for held in BOTH:
            changes: dict[str, Any] = {"max_length": length, "fitting": way == "chosen"}
            if held == "tokens":
                changes |= {"tokens": tokens_of(recipe, longest), "updates": None, "epochs": None}
            columns: dict[str, Json] = {"length": length, "log2_length": round(math.log2(length), 4), "way": way, "held": held}
            found.append(Intermediate(f"{TASK}-{length}-{way}-{held}", (TASK,), changes=changes, columns=columns))
    return found


def tokens_of(recipe: Recipe, longest: int) -> int:
    """The tokens that all variants of the second budget read: an eighth of what the recipe's examples hold at most."""
    examples = recipe.updates * recipe.batch_size if recipe.updates else round((recipe.epochs or 1) * (recipe.examples or 10**6))
    return examples * longest // 8


def noise_and_none(systems: str | tuple[str, ...], kind: str) -> tuple[Given, Given]:
    """The rows of these systems under a kind of noise, and without."""
    return rows(intermediate=systems, perturbation=kind), rows(intermediate=systems, perturbation="")


def _contrasts(variants: Sequence[Intermediate]) -> list[Contrast]:
    found = []
    for held, words in BOTH.items():
        for way in ("cut", "chosen"):
            names = tuple(one.name for one in variants if one.columns["held"] == held and one.columns["way"] in (way, "whole"))
            if len(names) < 2:
                continue
            for kind in dict.fromkeys(kind for kind, _ in NOISE):
                of, over = noise_and_none(names, kind)
                name = f"{kind}, {way} examples, {words}: each doubling of length"
                found.append(Contrast(name, of, over, along="log2_length", primary=way == "cut"))
    for kind in dict.fromkeys(kind for kind, _ in NOISE):
        of, over = noise_and_none("baseline", kind)
        found.append(Contrast(f"{kind}, no intermediate training: noise less clean", of, over))
    return found
