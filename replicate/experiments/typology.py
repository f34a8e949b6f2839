"""Does intermediate training make transfer more robust against typological divergence?

If it does, languages far from the pivot gain more than near ones: the slope of the gain along the distance is above 0. In the
artificial world the languages of minimal pairs are among them, whose truth is known.
"""

from __future__ import annotations

from dataclasses import replace

from ..tasks import TASKS
from .experiment import Experiment, Intermediate, Part
from .protocol import Contrast, Protocol, rows
from .stilts import BASELINE, SHUFFLED, stilts, with_xcopa

QUESTION = "Does intermediate training in English make zero-shot transfer more robust against typological divergence?"
TRAINED = ("anli+", "squad1")
MORE = {"artificial": ("xcopa", "lareqa"), "real": ("xcopa", "lareqa", "mewslix")}  # XTREME-R's; what has no data is left out
CELLS = {"nano": Part(("xnli", "udpos", "tydiqa", "xcopa", "lareqa"))}
PROTOCOL = Protocol(
    design="Baseline and intermediate trainings on targets of XTREME and XTREME-R in all their languages; gain of each language "
    "over the baseline of the same seed, against its distance from the pivot.",
    controls="The same trainings with shuffled labels; in the artificial world twins that differ in one thing, or in nothing.",
    outcome="Slope of the gain along the distance (points from the nearest to the farthest), and the mean gain.",
    answer="Training makes transfer more robust if the slope's 95% interval lies above 0 and the control's does not; "
    "`synth regress typology` is the full model with families, sizes and measurement errors.",
    margin=1.0,
)


def typology(scale: str = "nano") -> Experiment:
    """The experiment at one of the scales."""
    base = with_xcopa(stilts(scale))
    singles = tuple(Intermediate(task, (task,)) for task in TRAINED)
    controls = tuple(one for one in SHUFFLED if one.tasks[0] in TRAINED)
    languages, targets = base.languages, (*base.targets, *MORE[base.world])
    if scale == "nano":
        from ..sources.world import tree

        languages = tuple(tree.BY_CODE)
    if base.world == "real":
        languages = tuple(sorted({code for target in targets for code in (*TASKS[target].languages, *TASKS[target].wider)}))
    return replace(
        base,
        name="typology",
        question=QUESTION,
        repeats="",
        languages=languages,
        intermediates=(BASELINE, *singles, *controls),
        targets=targets,
        parts={"cells": CELLS[scale]} if scale in CELLS else {},
        protocol=PROTOCOL,
        contrasts=tuple(_contrasts((*singles, *controls), targets)),
    )


def _contrasts(variants: tuple[Intermediate, ...], targets: tuple[str, ...]) -> list[Contrast]:
    found = []
    for one in variants:
        of, over = rows(intermediate=one.name), rows(intermediate="baseline")
        found.append(
            Contrast(f"{one.name}: gain along the distance", of, over, targets, along="distance", primary=not one.shuffled)
        )
        found.append(Contrast(f"{one.name}: mean gain", of, over, targets))
    found.append(Contrast("no intermediate training: score along the distance", rows(intermediate="baseline"), targets=targets,
                          along="distance"))  # fmt: skip
    return found
