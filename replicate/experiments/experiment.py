"""The values that an experiment is made of. A function in a file beside this one returns an `Experiment`."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any

from ..problems import Problem
from .protocol import Contrast, Protocol

Json = None | bool | int | float | str | list["Json"] | tuple["Json", ...] | Mapping[str, "Json"]


# What a number has to lie between, so that a run does not fail hours after it was planned.
BOUNDS: dict[str, tuple[float, float]] = {
    "learning_rate": (0, 10), "batch_size": (1, 2**20), "epochs": (0.001, 10_000), "updates": (1, 10**9), "examples": (1, 10**12),
    "warmup": (0, 1), "weight_decay": (0, 10), "clip": (0.001, 1e6), "max_length": (6, 8192), "dropout": (0, 0.99),
    "masked": (0.01, 0.99), "mixing_cap": (1, 10**12), "span": (1, 20), "tokens": (1, 10**15),
}  # fmt: skip


# Fields that came later are named in an id only where they say something: what was there before keeps its id.
LATER: Mapping[str, Json] = {"tokens": None, "fitting": False, "span": 3.0}


@dataclass(frozen=True)
class Recipe:
    """The settings of one phase of training; exactly one of `epochs`, `updates` and `tokens` says how long.

    `batch_size` counts examples per update (documents in pretraining). `examples` caps the training
    examples, None takes all. `masked` is the share of tokens that masked language modelling hides, for mT5 in spans
    of `span` tokens on average. Where
    several tasks are trained at once, `mixing_cap` is the K of min(examples, K) / sum, the share of a task.
    `stop_examples` is the number of dev examples that early stopping looks at, 0 for none. `fitting`: only examples that
    `max_length` holds whole are taken, else longer ones are cut. `assumed` says why, field by field, where the paper is
    silent; it decides nothing and enters no id.
    """

    learning_rate: float
    batch_size: int
    epochs: float | None = None
    updates: int | None = None
    examples: int | None = None
    warmup: float = 0.1
    weight_decay: float = 0.0
    clip: float = 1.0
    max_length: int = 128
    dropout: float = 0.1
    masked: float = 0.15
    mixing_cap: int | None = None
    stop_examples: int = 0
    tokens: int | None = None
    fitting: bool = False
    span: float = 3.0
    assumed: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.epochs, self.updates, self.tokens)) != 1:
            raise ValueError("a recipe needs exactly one of epochs, updates and tokens")
        for name, (low, high) in BOUNDS.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise Problem(f"{name} = {value} makes no training; expected {low:g} to {high:g}")
        for one in types_of(Recipe):
            # 2 and 2.0 are one setting: they must not become two ids.
            value = getattr(self, one)
            if types_of(Recipe)[one] is float and isinstance(value, int):
                object.__setattr__(self, one, float(value))

    def settings(self) -> dict[str, Json]:
        """What decides the result, as it enters the ids of steps."""
        found = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "assumed"}
        return {name: value for name, value in found.items() if name not in LATER or value != LATER[name]}


@dataclass(frozen=True)
class Intermediate:
    """One way to train between pretraining and the target task; no tasks at all is the baseline.

    `languages` of the training data, empty for the pivot alone; of several each gives a part of its own (`apart`), or the
    same first examples. `translated`: as machine translation from the pivot. `shuffled`: the labels are shuffled, a
    control that must not help. `changes` are fields of the phase's recipe that are others here; `columns` is what result rows
    say of it in columns of their own. `joined` says how the target phase uses adapters of several tasks: "fused", it learns
    to weigh those of each task alone; "stacked", it learns one more on top of that of all tasks. `seeds`: only the first so
    many.
    """

    name: str
    tasks: tuple[str, ...] = ()
    mlm: bool = False
    languages: tuple[str, ...] = ()
    translated: bool = False
    shuffled: bool = False
    apart: bool = False
    changes: Mapping[str, Json] = field(default_factory=dict, hash=False)
    columns: Mapping[str, Json] = field(default_factory=dict, hash=False)
    joined: str = ""
    seeds: int | None = None

    @property
    def title(self) -> str:
        return f"{self.name} with MLM" if self.mlm else self.name


@dataclass(frozen=True)
class Part:
    """A named part of an experiment: the words of `--only` that it stands for, and how many seeds; of some variants or arms
    fewer (`fewer`: by name)."""

    only: tuple[str, ...]
    seeds: int | None = None
    fewer: Mapping[str, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Experiment:
    """One research question as a value: all that a plan is made of, and the paper that it repeats.

    `pretrain` is None where the model comes from elsewhere (`model` says "hub:..."). Pretraining walks
    `rounds` times over `shards` shards that are averaged after each round. `intermediate` is keyed by task
    id, with "multi" and "mlm" besides; `target` by the id of the task that is trained on (squad1 for XQuAD).
    `evaluation` holds split, examples (per language), max_length and layer (of retrieval), and under
    "targets" the same keys for single targets. `revisions` pins what `model` and `source` name. `trained_on` names the
    split that a task is trained on where it is not "train". `unavailable` says, by name of an intermediate or a target,
    why it is left out. `changed`: somebody changed a setting, so that it is no longer the experiment as written down.
    `method` says what is trained: all weights ("full"), or an adapter of this kind in a frozen model, as large as
    `adapter_size` says (else as is usual).
    `weights` is "random" where a model of the real shape stands in for the real one, to rehearse a run: no figure of it counts.
    `on_text` are the fields that are others where a scale of the artificial world reads real text.
    `noise` are perturbations (kind, rate) of the evaluation data that every target is evaluated under as well. `selection`:
    every target is evaluated on the pivot's dev set too, for choosing. `arms` are parts of the experiment in which something
    is other that holds for a whole experiment, such as the model or the method; `arm` is the word for this one.
    `protocol` and `contrasts` are what was fixed before the data.
    """

    name: str
    question: str
    scale: str
    world: str
    model: str
    source: str
    pivot: str
    languages: tuple[str, ...]
    intermediates: tuple[Intermediate, ...]
    targets: tuple[str, ...]
    seeds: tuple[int, ...]
    pretrain: Recipe | None
    intermediate: Mapping[str, Recipe]
    target: Mapping[str, Recipe]
    repeats: str
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    rounds: int = 1
    shards: int = 1
    revisions: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Part] = field(default_factory=dict)
    assumed: Mapping[str, str] = field(default_factory=dict)
    trained_on: Mapping[str, str] = field(default_factory=dict)
    unavailable: Mapping[str, str] = field(default_factory=dict)
    changed: bool = False
    on_text: Mapping[str, Any] = field(default_factory=dict)
    method: str = "full"
    weights: str = "pretrained"
    noise: tuple[tuple[str, float], ...] = ()
    selection: bool = False
    adapter_size: Mapping[str, int] = field(default_factory=dict)
    arm: str = ""
    arms: tuple[Experiment, ...] = ()
    protocol: Protocol | None = None
    contrasts: tuple[Contrast, ...] = ()

    @property
    def whole(self) -> tuple[Experiment, ...]:
        """The experiment and its arms."""
        return (self, *self.arms)

    def each(self, change: Callable[[Experiment], Experiment]) -> Experiment:
        """The experiment with a change made to it and to each of its arms."""
        return replace(change(self), arms=tuple(change(one) for one in self.arms))


@cache
def types_of(value: type) -> dict[str, type]:
    """The type of each field that a person may set, `None` aside: {"epochs": float, "batch_size": int, ...}."""
    found = {}
    for name, hint in typing.get_type_hints(value).items():
        if isinstance(hint, types.UnionType):
            hint = next(one for one in typing.get_args(hint) if one is not type(None))
        if hint in (int, float, str, bool):
            found[name] = hint
    return found
