"""A model of labels for claims outside our field beside a short text: logistic regression on features of the comparison.

It is fitted on claims that people have labelled (`python -m benchmarks.scifact --fit`) and shipped as data with where they
come from. Only the sense of a text makes a claim supported or refuted: of a claim and its opposite it supports one at most.
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from replicate import resources

from . import sides
from .align import align
from .features import Named, features
from .quantities import numbers_alike
from .said import said

SUPPORTED, NOT_ENOUGH, REFUTED = 0, 1, 2
LABELS = ("supported", "not enough information", "refuted")
SCHEMA = "synth.words/1"
COMPARED = 0.5  # of a claim, before a sentence can be about its two sides
SLACK = 0.2  # of the logit: a sense that is hardly there counts as the opposite one


@dataclass(frozen=True)
class Model:
    """Weights of features: `shared` as (mean, scale), `turns` as scale, a row of `weights` for each and one for none.

    `caution` multiplies the odds that a claim is refuted before one label is chosen: to call a refuted claim supported is
    worse than the other way round. `rarity` holds how many of `texts` texts hold a stem.
    """

    shared: Mapping[str, tuple[float, float]]
    turns: Mapping[str, float]
    weights: np.ndarray
    caution: float
    counts: Mapping[str, int]
    texts: int
    unseen: int
    provenance: Mapping[str, Any]

    def rarity(self, term: str) -> float:
        """How much a stem says: much if few texts hold it."""
        count = self.counts.get(term, self.unseen)
        return math.log(1 + (self.texts - count + 0.5) / (count + 0.5))


@dataclass(frozen=True)
class Labelled:
    """A label with the probability of each, and in which sense the text says it: above 0 the claim's, below the opposite."""

    label: str
    probabilities: tuple[float, float, float]
    sense: float


def label(model: Model, claim: str, title: str, sentences: Sequence[str]) -> Labelled:
    """What a short text says of a claim. A claim that `may_hold` denies is never supported."""
    shared, turns = features(claim, title, sentences, model.rarity)
    row = np.array(
        [*((shared[name] - mean) / scale for name, (mean, scale) in model.shared.items()),
         *(turns[name] / scale for name, scale in model.turns.items())]
    )  # fmt: skip
    return choose(model.weights, row, len(model.shared), model.caution, may_hold(claim, sentences, model.rarity))


def may_hold(claim: str, sentences: Sequence[str], rarity: Callable[[str], float]) -> bool:
    """Whether nothing typed stands against a claim: its numbers stand in one sentence for the same things, and of two sides
    that it compares none stands there in the other's place."""
    read = said(claim)
    compared = sides.rival(read) is not None
    if not read.numbers and not compared:
        return True
    found = [align(read, said(one), rarity) for one in sentences]
    if read.numbers and not any(numbers_alike(one) for one in found):
        return False
    return not compared or not any(one.coverage >= COMPARED and sides.swapped(one) for one in found)


def choose(weights: np.ndarray, row: np.ndarray, shared: int, caution: float, may: bool = True) -> Labelled:
    """The label of a row of features, `shared` of which say nothing of the sense; `may` it be supported?"""
    logits = row @ weights[:-1] + weights[-1]
    odds = np.exp(logits - logits.max())
    probabilities = odds / odds.sum()
    sense = float(row[shared:] @ (weights[shared:-1, SUPPORTED] - weights[shared:-1, REFUTED])) - SLACK
    chosen = probabilities * np.array([1.0 if may and sense > 0 else 0.0, 1.0, caution if sense < 0 else 0.0])
    first, second, third = (float(one) for one in probabilities)
    return Labelled(LABELS[int(chosen.argmax())], (first, second, third), sense)


def fit(rows: np.ndarray, labels: np.ndarray, penalty: float) -> np.ndarray:
    """Weights of a logistic regression for three labels; `penalty` holds them small."""
    from scipy.optimize import minimize

    count, size = rows.shape
    wanted = np.eye(len(LABELS))[labels]

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(size + 1, len(LABELS))
        logits = rows @ weights[:-1] + weights[-1]
        logits -= logits.max(1, keepdims=True)
        logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        error = np.exp(logs) - wanted
        gradient = np.vstack([rows.T @ error + penalty * weights[:-1], error.sum(0)])
        return float(-logs[np.arange(count), labels].sum() + penalty * (weights[:-1] ** 2).sum() / 2), gradient.ravel()

    start = np.zeros((size + 1) * len(LABELS))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return np.asarray(found.x).reshape(size + 1, len(LABELS))


def scales(shared: np.ndarray, turns: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and scale of the shared features, and the scale of those of sense, which keep their zero."""
    tiny = 1e-9
    return shared.mean(0), shared.std(0) + tiny, np.sqrt((turns**2).mean(0)) + tiny


@functools.cache
def shipped() -> Model | None:
    """The model that ships with us; None where its file is missing."""
    path = resources.data() / "calibration" / "words.toml"
    return load(path) if path.is_file() else None


def load(path: Path) -> Model:
    """A model out of its file."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    if data.get("schema") != SCHEMA:
        raise ValueError(f"{path}: schema {data.get('schema')!r} instead of {SCHEMA!r}")
    shared, turns = data["shared"], data["turns"]
    weights = [*(row[2:] for row in shared.values()), *(row[1:] for row in turns.values()), data["intercept"]]
    stems = data["rarity"]["stems"].split()
    return Model(
        {name: (row[0], row[1]) for name, row in shared.items()},
        {name: row[0] for name, row in turns.items()},
        np.array(weights, dtype=float),
        data["caution"],
        dict(zip(stems[::2], map(int, stems[1::2]), strict=True)),
        data["rarity"]["texts"],
        data["rarity"]["unseen"],
        data["provenance"],
    )


def dump(model: Model, about: Named | Mapping[str, Any]) -> str:
    """The file of a model, for people to diff; `about` are figures of the fit."""
    import textwrap

    def numbers(values: Sequence[float]) -> str:
        return "[" + ", ".join(f"{float(value):.6g}" for value in values) + "]"

    def line(name: str, value: Any) -> str:
        return f"{name} = {value}" if isinstance(value, (int, float)) else f'{name} = "{value}"'

    made = ["# Weights of the model of labels (synth/words/labels.py). Made by a script, not by hand.", f'schema = "{SCHEMA}"']
    made += [f"caution = {model.caution:g}", f"intercept = {numbers(model.weights[-1])}", "", "[provenance]"]
    made += [line(name, value) for name, value in model.provenance.items()]
    made += ["", "# On folds of the training claims: what was measured when the weights were fitted.", "[folds]"]
    made += [line(name, value) for name, value in about.items()]
    made += ["", "# mean, scale, then the weights for supported, not enough information, refuted", "[shared]"]
    count = len(model.shared)
    for row, (name, (mean, scale)) in zip(model.weights, model.shared.items(), strict=False):
        made.append(f"{name} = {numbers([mean, scale, *row])}")
    made += ["", "# scale, then the weights", "[turns]"]
    for row, (name, scale) in zip(model.weights[count:], model.turns.items(), strict=False):
        made.append(f"{name} = {numbers([scale, *row])}")
    stems = textwrap.fill(" ".join(f"{stem} {number}" for stem, number in sorted(model.counts.items())), 128)
    made += ["", "# In how many of the texts a stem stands; one that is not here counts as `unseen`.", "[rarity]"]
    made += [f"texts = {model.texts}", f"unseen = {model.unseen}", f'stems = """\n{stems}\n"""']
    return "\n".join(made) + "\n"
