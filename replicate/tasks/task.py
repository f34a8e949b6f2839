"""The Task value: what is asked, in which form, where its data lies, and how it is scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

KINDS = ("pairs", "tags", "spans", "choices", "retrieval", "text")
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Dataset:
    """A data set of the hub that holds examples of a task, and how its rows are read.

    `config` and `splits` may hold `{language}` and `{name}` (the English name). `splits` says which of the
    set's splits ours are, several joined by "+". `columns` says in which column lies each field of the
    example (`sources/rows.py` lists the fields of each kind); `labels` are the set's own names of the task's labels, in
    the task's order, where they differ. `keep` restricts rows, for sets that hold several languages.
    `revision` is pinned where one is known; `mirrors` are other ids with the same rows. `sizes` are rows by
    our split. `translated`: machine translation from English. `doubt` says what is unproven, in one line.
    """

    id: str
    columns: Mapping[str, str]
    splits: Mapping[str, str] = field(default_factory=lambda: {"train": "train", "dev": "validation", "test": "test"})
    config: str = ""
    revision: str = ""
    labels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    keep: str = ""
    mirrors: tuple[str, ...] = ()
    licence: str = ""
    sizes: Mapping[str, int] = field(default_factory=dict)
    translated: bool = False
    doubt: str = ""


@dataclass(frozen=True)
class Task:
    """One task of the paper or of its benchmarks.

    `train` is the id of the task whose training data it uses (XQuAD and MLQA train on SQuAD),
    None where nothing is trained (retrieval). `metrics` are the cells that an evaluation writes, in
    points; the first one is the task's own. `hub` are the sets that its examples come from; where several
    hold the same split and language, all are read, one after the other (ANLI+ is ANLI, MNLI and SNLI).
    `unavailable` says why a task has no set on the hub, and what to do. `sizes` are examples by split, for
    the pivot; `licence` is that of the data where no single set says it.
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
    hub: tuple[Dataset, ...] = ()
    unavailable: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"task {self.id}: kind {self.kind!r} is none of {', '.join(KINDS)}")
