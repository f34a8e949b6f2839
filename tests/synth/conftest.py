"""Results by the contract, made by rule instead of training: what the tests of `synth` look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pytest

from replicate import languages, results, tasks

GAINS = {"anli+": 1.5, "squad1": 3.0, "hellaswag": 0.8, "ccg": -0.6, "multi": 2.2}
CODES = ("a1a", "a1b", "a1c", "a2a", "a2b", "b1a", "b2a", "c1a", "d1a", "e1a", "f1a", "g1a")


def grid(
    gains: Mapping[str, float] = GAINS,
    seeds: Sequence[int] = (1, 2, 3),
    targets: Sequence[str] = tasks.XTREME,
    splits: Sequence[str] = ("test",),
    world: str = "artificial",
    model: str = "nano",
    codes: Sequence[str] = CODES,
    drift: float = 0.3,
) -> pd.DataFrame:
    """Level cells: far languages score less, an intermediate adds its gain, a seed drifts a little."""
    known, rows = languages.languages(world), []
    pivot = "a1a" if world == "artificial" else "en"
    for seed in seeds:
        for order, intermediate in enumerate(("baseline", *gains)):
            for place, target in enumerate(targets):
                for spot, code in enumerate(codes):
                    distance = known[code].distances.get("featural", 0.0)
                    if target in tasks.RETRIEVAL and distance == 0:
                        continue
                    level = 85 - 3 * place - 45 * distance + gains.get(intermediate, 0.0)
                    level += drift * ((seed * 7 + order * 3 + place * (order > 0)) % 5 - 2)
                    # What a training gives differs by language, and cancels out over all of them.
                    level += (
                        (order > 0) * (1 if spot % 2 else -1) * ((spot // 2 + place) % 4) * 0.4 * (spot < len(codes) // 2 * 2)
                    )
                    for split in splits:
                        for offset, metric in enumerate(results.score_metrics(target)):
                            row = {
                                "origin": f"run:{seed:04x}{order:04x}{place:08x}", "world": world, "model": model, "seed": seed,
                                "intermediate": intermediate, "target": target, "language": code, "split": split,
                                "metric": metric, "value": level - 8 * offset, "n": 200, "max_length": 64,
                                "intermediate_languages": pivot * (order > 0),
                            }  # fmt: skip
                            rows.append(row)
    return results.table(rows)


@pytest.fixture
def runs(tmp_path):
    """A CSV of artificial runs, three seeds of the whole grid."""
    path = tmp_path / "runs.csv"
    results.write(grid(), path)
    return path
