"""Results by the contract, made by rule instead of training: what the tests of `synth` look at."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest

from replicate import languages, results, tasks

GAINS = {"anli+": 1.5, "squad1": 3.0, "hellaswag": 0.8, "ccg": -0.6, "multi": 2.2}
CODES = ("a1a", "a1b", "a1c", "a2a", "a2b", "b1a", "b2a", "c1a", "d1a", "e1a", "f1a", "g1a")


def made(
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
                        (order > 0 and drift > 0)
                        * (1 if spot % 2 else -1)
                        * ((spot // 2 + place) % 4)
                        * 0.4
                        * (spot < len(codes) // 2 * 2)
                    )
                    for split in splits:
                        for offset, metric in enumerate(results.score_metrics(target)):
                            row = {
                                "origin": f"run:{seed:04x}{order:04x}{place:08x}", "world": world, "model": model, "seed": seed,
                                "intermediate": intermediate, "target": target, "language": code, "split": split,
                                "metric": metric, "value": level - 8 * offset, "n": 200, "max_length": 64,
                                "intermediate_languages": pivot * (order > 0),
                                "low": max(0.0, level - 12), "high": min(100.0, level + 4),
                            }  # fmt: skip
                            rows.append(row)
    return results.table(rows)


@pytest.fixture
def grid() -> Callable[..., pd.DataFrame]:
    """The function that makes results; its arguments are those of `made`."""
    return made


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A CSV of artificial runs, three seeds of the whole grid."""
    path = tmp_path / "runs.csv"
    results.write(made(), path)
    return path


@pytest.fixture
def question(tmp_path: Path) -> Callable[..., Path]:
    """A function that writes a question file of one claim, with the fields of its assertion as given."""

    def write(paper: str = "2005.13013v1", **fields: object) -> Path:
        fields = {"kind": "gain", "intermediate": "squad1", "target": "average", "split": "dev", **fields}
        lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items()]
        head = f'question = "Does it help?"\n[[claim]]\nid = "one"\ntext = "It helps."\npaper = "{paper}"\n[[claim.assert]]\n'
        path = tmp_path / "asked.toml"
        path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write
