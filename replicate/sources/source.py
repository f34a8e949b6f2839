"""The interface of a source, and the one place that turns its name into one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..problems import Problem, unknown


@dataclass(frozen=True)
class Source:
    """A place that examples come from.

    `id` names data and revision and enters the ids of steps. `examples(task, split, language, limit)`
    gives the examples (values of `examples.py`) in a fixed order (`translated=True`: as machine translation from the pivot);
    `text(language)` gives documents for masked language modelling; `labels(task)` the tags or classes
    in the order of their numbers.
    """

    id: str
    world: str
    pivot: str
    languages: tuple[str, ...]
    examples: Callable[..., Sequence[Any]]
    text: Callable[[str], Iterator[str]]
    labels: Callable[[str], tuple[str, ...]]


def open_source(name: str) -> Source:
    """The source of this name; a Problem with the valid ones where there is none."""
    kind = re.split("[:@]", name, maxsplit=1)[0]
    if kind == "hub":
        raise Problem(
            "real data and the models of the hub can be planned, not yet run, by this version; --scale nano runs anywhere"
        )
    if kind != "world":
        raise unknown("source", name, ["world"])
    from .world import source

    return source()
