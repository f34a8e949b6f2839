"""What an adapter is, as a value: its form and size, and how many weights that makes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...problems import Problem, unknown

ACTIVATIONS = {"houlsby": "gelu", "pfeiffer": "relu", "lora": ""}  # those of the papers
FUNCTIONS = ("relu", "gelu", "silu")
NAME = re.compile(r"[A-Za-z0-9_-]+")

# What runs, first to last: names, and tuples of names for a fusion of them. ("sw", ("mnli", "qqp")) is a fusion over "sw".
Setup = tuple["str | tuple[str, ...]", ...]


@dataclass(frozen=True)
class Adapter:
    """One adapter: which kind, under which name, how large.

    "houlsby": two bottlenecks a layer, each on what attention or feed-forward give, before add & norm. "pfeiffer": one a
    layer, behind the feed-forward part's add & norm, added to the sum that is then normed. A bottleneck is `width` units wide,
    or hidden / `reduction` where that is 0. `invertible` is MAD-X's addition for language adapters. "lora" goes through peft:
    `rank` and `alpha`.
    """

    kind: str
    name: str
    reduction: int = 16
    invertible: bool = False
    rank: int = 8
    alpha: int = 16
    activation: str = ""  # the kind's own
    width: int = 0

    def __post_init__(self) -> None:
        if self.kind not in ACTIVATIONS:
            raise unknown("kind of adapter", str(self.kind), ACTIVATIONS)
        if not isinstance(self.name, str) or not NAME.fullmatch(self.name):
            raise Problem(f"adapter name {self.name!r}: expected letters, digits, '-' and '_'")
        for setting in ("reduction", "rank", "alpha"):
            value = getattr(self, setting)
            if type(value) is not int or value < 1:
                raise Problem(f"adapter {self.name}: {setting} = {value!r}; expected a whole number from 1")
        if type(self.width) is not int or self.width < 0 or (self.width and self.kind == "lora"):
            raise Problem(f"adapter {self.name}: width = {self.width!r}; expected a whole number from 0, 0 for lora")
        if type(self.invertible) is not bool or (self.invertible and self.kind == "lora"):
            raise Problem(f"adapter {self.name}: invertible = {self.invertible!r}; expected true or false, and false for lora")
        if self.activation and (self.activation not in FUNCTIONS or self.kind == "lora"):
            raise Problem(
                f"adapter {self.name}: activation = {self.activation!r}; expected {', '.join(FUNCTIONS)}, none for lora"
            )

    @property
    def function(self) -> str:
        """The activation that it has: its own, else its kind's."""
        return self.activation or ACTIVATIONS[self.kind]


@dataclass(frozen=True)
class Body:
    """What of a model decides how many weights an adapter has: its width, its layers, and the decoder's where there is one.
    `attention` is the width of all its heads together, 0 where that is the model's own."""

    hidden: int
    layers: int
    decoder: int = 0
    attention: int = 0


def units(adapter: Adapter, hidden: int) -> int:
    """The width of its bottlenecks."""
    if adapter.width:
        return adapter.width
    if adapter.reduction > hidden:
        raise Problem(f"adapter {adapter.name}: reduction = {adapter.reduction}; the model's hidden size is {hidden}")
    return hidden // adapter.reduction


def size(adapter: Adapter, body: Body) -> int:
    """How many weights it adds to a model of this shape; nothing is built for it."""
    if adapter.kind == "lora":
        return _rank_one(body) * adapter.rank
    total = _places(adapter.kind, body) * _bottleneck(body.hidden, units(adapter, body.hidden), body.hidden)
    if adapter.invertible:
        first, second = halves(body.hidden)
        for given, asked in ((second, first), (first, second)):
            total += _bottleneck(given, max(1, given // 2), asked)
    return total


def matched(kind: str, name: str, weights: int, body: Body) -> Adapter:
    """The adapter of a kind whose size comes nearest to so many weights; LoRA's alpha is twice its rank, as by default."""
    if kind == "lora":
        one, least = _rank_one(body), 0
    else:
        Adapter(kind, name)  # a kind that there is
        places = _places(kind, body)
        one, least = places * (2 * body.hidden + 1), places * body.hidden
    steps = round((weights - least) / one)
    if steps < 1:
        raise Problem(f"adapter {name}: {weights} weights are fewer than the smallest {kind} of this model has, {least + one}")
    return Adapter(kind, name, rank=steps, alpha=2 * steps) if kind == "lora" else Adapter(kind, name, width=steps)


def _bottleneck(given: int, units: int, asked: int) -> int:
    return (given * units + units) + (units * asked + asked)


def _places(kind: str, body: Body) -> int:
    return (body.layers + body.decoder) * (2 if kind == "houlsby" else 1)


def _rank_one(body: Body) -> int:
    """What each rank of LoRA costs: two vectors each for query and value; a decoder has these twice in a layer."""
    return (body.layers + 2 * body.decoder) * 2 * (body.hidden + (body.attention or body.hidden))


def fusion_size(kind: str, body: Body) -> int:
    """How many weights a fusion of adapters of this kind has: query and key with bias, value without, at every place."""
    return _places(kind, body) * (2 * (body.hidden * body.hidden + body.hidden) + body.hidden * body.hidden)


def halves(hidden: int) -> tuple[int, int]:
    """Where an invertible adapter divides the embeddings."""
    return hidden // 2, hidden - hidden // 2


def key(name: str) -> str:
    """An adapter's name among modules: "to" and "type" are languages or tasks, and names of a module's own methods."""
    return f"adapter-{name}"


def fused(names: Sequence[str]) -> str:
    """A fusion's name among modules."""
    return f"fusion-{'+'.join(names)}"


def names_in(setup: Setup) -> Iterator[str]:
    """The adapters of a setup, those in fusions too."""
    for one in setup:
        yield from (one,) if isinstance(one, str) else one
