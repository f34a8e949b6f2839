"""Steps that compute nothing: a number for each cell out of the ids of the step and its model."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from replicate.identity import Step
from replicate.tasks import TASKS

Report = Callable[[int, int], None]


def number(*parts: str) -> int:
    return int(hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8], 16)


def train(step: Step, inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    (out / "model.txt").write_text(step.id)
    return {"updates": 1}


def evaluate(step: Step, inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    model = (inputs["model"] / "model.txt").read_text() if "model" in inputs else ""
    return {
        "cells": [
            {"language": language, "metric": metric, "value": number(model, step.id, language, metric) % 10_001 / 100, "n": 16}
            for language in step.settings["languages"]
            for metric in TASKS[step.settings["target"]].metrics
        ]
    }


STEPS = {"pretrain": train, "average": train, "train": train, "evaluate": evaluate}
