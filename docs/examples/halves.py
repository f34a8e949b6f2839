"""Is half of an intermediate training as good as all of it?

The same task, trained for half as long; everything else is the paper's.
"""

from __future__ import annotations

from dataclasses import replace

from .experiment import Experiment, Intermediate
from .protocol import Contrast, Protocol, rows
from .stilts import BASELINE, stilts

TASK, TARGETS = "squad1", ("xquad", "mlqa", "tydiqa")
PROTOCOL = Protocol(
    design="SQuAD for all of its updates and for half of them, then question answering in other languages.",
    controls="No intermediate training.",
    outcome="Score over languages, half of the training less all of it.",
    answer="Half is as good if the 95% interval lies within the margin; it is worse if the interval lies below 0.",
    margin=1.0,
)


def halves(scale: str = "nano") -> Experiment:
    """The experiment at one of the scales."""
    base = stilts(scale)
    recipe = base.intermediate[TASK]
    half = {"updates": recipe.updates // 2} if recipe.updates else {"epochs": (recipe.epochs or 1) / 2}
    targets = tuple(one for one in base.targets if one in TARGETS)
    return replace(
        base,
        name="halves",
        question="Does half of an intermediate training help as much as all of it?",
        repeats="",
        intermediates=(BASELINE, Intermediate(TASK, (TASK,)), Intermediate(f"{TASK}-half", (TASK,), changes=half)),
        targets=targets,
        parts={},
        protocol=PROTOCOL,
        contrasts=(
            Contrast("half less all", rows(intermediate=f"{TASK}-half"), rows(intermediate=TASK), targets, primary=True),
            Contrast("all less none", rows(intermediate=TASK), rows(intermediate="baseline"), targets),
        ),
    )
