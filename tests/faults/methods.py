"""The real steps, with a checkpoint after nearly every update and a line on record for each time that one is begun.

Workers load `tests.faults.methods:STEPS`. A kill in the middle of a training is then one in the middle of checkpoints too.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from replicate import steps
from replicate.training import checkpoint

LOG = "TOY_LOG"  # as the toy steps have it
EVERY = "FAULTS_EVERY"  # seconds between two checkpoints


def _logged(method: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    def carry_out(step: Any, *given: Any) -> dict[str, Any]:
        with open(Path(os.environ[LOG]) / step.id, "a", encoding="utf-8") as file:
            file.write(f"{os.getpid()}\n")
        return method(step, *given)

    return carry_out


checkpoint.SHARE = 0  # at most a twentieth of the time goes to checkpoints: not here
steps.Keeper = partial(checkpoint.Keeper, every=float(os.environ.get(EVERY, "0.2")))  # type: ignore[misc,assignment]
STEPS = {kind: _logged(method) for kind, method in steps.STEPS.items()}
