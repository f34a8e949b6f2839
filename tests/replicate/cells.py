"""Rows of results for tests: one cell, or a whole grid of them."""

from __future__ import annotations

from typing import Any

from replicate import results, tasks


def cell(**more: Any) -> dict[str, Any]:
    """One level row of a run; a test names what matters to it."""
    target = more.get("target", "xnli")
    metric = results.score_metrics(target)[0] if target in tasks.TASKS else "accuracy"
    return {
        "origin": "run:00aa", "world": "artificial", "model": "nano", "seed": 1, "intermediate": "baseline", "target": "xnli",
        "language": "aa", "split": "dev", "metric": metric, "value": 50.0, "n": 100, **more,
    }  # fmt: skip


def grid(
    intermediate: str, level: float, seed: int = 1, targets: Any = tasks.XTREME, languages: Any = ("aa", "bb"), **more: Any
) -> list[dict[str, Any]]:
    """A whole grid of cells with the same level everywhere."""
    return [
        cell(intermediate=intermediate, seed=seed, target=target, language=language, metric=metric, value=level, **more)
        for target in targets
        for language in languages
        for metric in results.score_metrics(target)
    ]
