"""Does diversity of language families in the intermediate data change zero-shot transfer?

Mixtures of one, two, four and six families, one language each, at as many examples and as many updates as the training on
the pivot alone. Every family stands in as many mixtures of a size as every other, so that 'this family was seen' and 'many
families were seen' can be told apart: the first is a matter of languages, the second of mixtures.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from .experiment import Experiment, Intermediate, Json, Part
from .protocol import Contrast, Protocol, rows
from .stilts import BASELINE, stilts

QUESTION = "Does the diversity of language families in the intermediate data change zero-shot transfer?"
TARGETS = ("udpos", "panx", "xquad", "mlqa", "tydiqa")  # those that are measured by F1
SIZES = (1, 2, 4, 6)
# One language for each family but the pivot's; of the real ones those that the translated training sets have.
FAMILIES: dict[str, dict[str, tuple[str, ...]]] = {
    "artificial": {"squad1": ("b1a", "c1a", "d1a", "e1a", "f1a", "g1a")},
    "real": {"mnli": ("ar", "sw", "th", "tr", "vi", "zh"), "squad1": ("ar", "vi", "zh")},
}
EXAMPLES = {"mnli": 392_702, "squad1": 87_599}  # all of the English training sets, and no more of a mixture
CELLS = {"nano": Part((), seeds=1)}
PROTOCOL = Protocol(
    design="Mixtures of 1, 2, 4 and 6 families at constant examples and updates, each language giving examples of its own; "
    "every family in equally many mixtures of a size.",
    controls="The same task in the pivot alone (same examples, same updates) and no intermediate training at all.",
    outcome="F1 by language and target as difference from the pivot-only training, and beside it the distance to the pivot's F1.",
    answer="Diversity matters if F1 on families that were not seen rises with the logarithm of the number of families "
    "(95% interval over languages without 0); it does not if the interval lies within the margin.",
    margin=1.0,
)


def families(scale: str = "nano") -> Experiment:
    """The experiment at one of the scales."""
    base = stilts(scale)
    languages = {task: tuple(one for one in codes if one in base.languages) for task, codes in FAMILIES[base.world].items()}
    if scale == "tiny":
        languages = {"squad1": ("b1a",)}
    mixed = {task: mixtures(task, codes, base.world == "real") for task, codes in languages.items()}
    return replace(
        base,
        name="families",
        question=QUESTION,
        repeats="",
        intermediates=(BASELINE, *(one for variants in mixed.values() for one in variants)),
        targets=tuple(one for one in base.targets if one in TARGETS),
        intermediate={
            task: replace(recipe, examples=min(recipe.examples or EXAMPLES[task], EXAMPLES[task]))
            for task, recipe in base.intermediate.items()
            if task in languages
        },
        parts={"cells": CELLS[scale]} if scale in CELLS else {},
        protocol=PROTOCOL,
        contrasts=tuple(one for task, variants in mixed.items() for one in _contrasts(task, base.pivot, variants)),
    )


def mixtures(task: str, languages: Sequence[str], translated: bool) -> tuple[Intermediate, ...]:
    """The task in the pivot alone, then in mixtures of the languages, sizes rising."""
    found = [Intermediate(task, (task,))]
    for size in (one for one in SIZES if one <= len(languages)):
        for chosen in balanced(languages, size):
            columns: dict[str, Json] = {"families": size, "log2_families": math.log2(size)}
            found.append(
                Intermediate(
                    f"{task}-{'+'.join(chosen)}", (task,), languages=chosen, translated=translated, apart=True, columns=columns
                )
            )
    return tuple(found)


def balanced(items: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """Choices of so many items in which every item stands equally often, as few of them as cyclic windows allow."""
    count = len(items)
    starts = range(0, count, math.gcd(count, size))
    return [tuple(items[(start + place) % count] for place in range(size)) for start in starts]


def _contrasts(task: str, pivot: str, variants: Sequence[Intermediate]) -> list[Contrast]:
    mixed = [one for one in variants if one.languages]
    names = tuple(one.name for one in mixed)
    alone, none = rows(intermediate=task), rows(intermediate="baseline")
    found = [
        Contrast(f"{task}: each doubling of families, on families not seen", rows(intermediate=names), alone, TARGETS, "f1",
                 "unseen", along="log2_families", primary=True),
    ]  # fmt: skip
    for size in sorted({len(one.languages) for one in mixed}):
        of = rows(intermediate=tuple(one.name for one in mixed if len(one.languages) == size))
        several = f"{size} famil{'y' if size == 1 else 'ies'}"
        for which in ("seen", "unseen"):
            found.append(Contrast(f"{task}, {several} less the pivot alone, {which}", of, alone, TARGETS, "f1", which))
    found.append(Contrast(f"{task} in the pivot less no intermediate training", alone, none, TARGETS, "f1"))
    for of, words in ((alone, "the pivot alone"), (rows(intermediate=names), "mixtures")):
        found.append(Contrast(f"{task}, {words}: less the pivot's own score", of, {**of, "language": pivot}, TARGETS, "f1"))
    return found
