"""The Task value: what is asked, in which form, and how it is scored."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("pairs", "tags", "spans", "choices", "retrieval", "text")


@dataclass(frozen=True)
class Task:
    """One task of the paper or of its benchmarks.

    `train` is the id of the task whose training data it uses (XQuAD and MLQA train on SQuAD),
    None where nothing is trained (retrieval). `metrics` are the cells that an evaluation writes, in
    points; the first one is the task's own. `score` names the metrics whose mean is the task's score.
    """

    id: str
    title: str
    kind: str
    role: str
    metrics: tuple[str, ...]
    labels: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    train: str | None = None
    languages: tuple[str, ...] = ()
    choices: int = 0
    unanswerable: bool = False
    about: str = ""
    benchmark: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"task {self.id}: kind {self.kind!r} is none of {', '.join(KINDS)}")
