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
    layer, behind the feed-forward part's add & norm, added to the sum that is then normed. A bottleneck has hidden /
    `reduction` units. `invertible` is MAD-X's addition for language adapters. "lora" goes through peft: `rank` and `alpha`.
    """

    kind: str
    name: str
    reduction: int = 16
    invertible: bool = False
    rank: int = 8
    alpha: int = 16
    activation: str = ""  # the kind's own

    def __post_init__(self) -> None:
        if self.kind not in ACTIVATIONS:
            raise unknown("kind of adapter", str(self.kind), ACTIVATIONS)
        if not isinstance(self.name, str) or not NAME.fullmatch(self.name):
            raise Problem(f"adapter name {self.name!r}: expected letters, digits, '-' and '_'")
        for setting in ("reduction", "rank", "alpha"):
            value = getattr(self, setting)
            if type(value) is not int or value < 1:
                raise Problem(f"adapter {self.name}: {setting} = {value!r}; expected a whole number from 1")
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


def units(adapter: Adapter, hidden: int) -> int:
    """The width of its bottlenecks."""
    if adapter.reduction > hidden:
        raise Problem(f"adapter {adapter.name}: reduction = {adapter.reduction}; the model's hidden size is {hidden}")
    return hidden // adapter.reduction


def size(adapter: Adapter, hidden: int, layers: int) -> int:
    """How many weights it adds to an encoder of this shape; nothing is built for it."""
    if adapter.kind == "lora":  # two matrices each for query and value
        return layers * 2 * 2 * hidden * adapter.rank
    width = units(adapter, hidden)
    places = layers * (2 if adapter.kind == "houlsby" else 1)
    total = places * ((hidden * width + width) + (width * hidden + hidden))
    if adapter.invertible:
        first, second = halves(hidden)
        for given, asked in ((second, first), (first, second)):
            inner = max(1, given // 2)
            total += (given * inner + inner) + (inner * asked + asked)
    return total


def fusion_size(kind: str, hidden: int, layers: int) -> int:
    """How many weights a fusion of adapters of this kind has: query and key with bias, value without, at every place."""
    return layers * (2 if kind == "houlsby" else 1) * (2 * (hidden * hidden + hidden) + hidden * hidden)


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
