"""What a source hands over: one frozen value for each form of example."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload


@dataclass(frozen=True)
class Pair:
    """Two sentences and how they stand to each other."""

    id: str
    first: str
    second: str
    label: str


@dataclass(frozen=True)
class Tagged:
    """The words of a sentence, each with its tag."""

    id: str
    words: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Span:
    """A question on a passage. `start` is the offset of the first answer; no answers: there is none."""

    id: str
    question: str
    context: str
    answers: tuple[str, ...]
    start: int


@dataclass(frozen=True)
class Choice:
    """A context, a question on it (may be empty), options, and the index of the right one."""

    id: str
    context: str
    question: str
    options: tuple[str, ...]
    label: int


@dataclass(frozen=True)
class Mining:
    """Two collections of sentences and the pairs (query, candidate) that belong together."""

    id: str
    queries: tuple[str, ...]
    candidates: tuple[str, ...]
    gold: tuple[tuple[int, int], ...]


Example = Pair | Tagged | Span | Choice | Mining


@dataclass(frozen=True)
class Examples(Sequence[Any]):
    """Examples in their order, and what was left out on the way: `skipped` counts it by reason, never silently.

    `notes` say how the data differs from what its name promises (a dev set in place of a training set, a part
    of a file); they go into the record of every step that reads it.
    """

    rows: Sequence[Any]
    skipped: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, index: int) -> Any: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...

    def __getitem__(self, index: int | slice) -> Any:
        return self.rows[index]
