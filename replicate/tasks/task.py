"""The Task value: what is asked, in which form, where its data lies, and how it is scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = ("pairs", "tags", "spans", "choices", "retrieval", "text")
ROLES = ("intermediate", "target", "text")
FORMS = ("rows", "ud", "collection")


def _values(default: Mapping[str, Any] | None = None) -> Any:
    """A field that holds a dictionary; it stays out of the hash, which a dictionary has none of."""
    return field(default_factory=lambda: dict(default or {}), hash=False)


@dataclass(frozen=True)
class Dataset:
    """A data set of the hub that holds examples of a task, and how its rows are read.

    `{language}` in `config` and `keep` is the set's own code of a language: `codes` has those that differ from ours, several
    where a language is spread over several configs (`configs` fills them in). `splits` says which of the set's splits ours
    are, several joined by "+". `columns` says in which column lies each field of the example (`sources/rows.py` lists the
    fields of each kind); `labels` are the set's own names of the task's labels, in the task's order, where they differ.
    `keep` is "COLUMN:PREFIX": only the rows whose column begins so, for sets that hold several languages in one config.
    `form` is "rows", "ud" (words joined as XTREME joins them: `mwt` holds the surface forms) or "collection" (one row with
    two lists of sentences and a list `gold` of pairs counted from 1). `revision` is pinned where one is known. `mirrors`
    hold the same examples elsewhere, each with its own config, columns and languages. `sizes` are examples by our split,
    in English where the set has it, else in any one of its languages. `translated`: machine translation from English.
    `doubt` says what is unproven, in one line.
    """

    id: str
    columns: Mapping[str, str] = field(hash=False)
    splits: Mapping[str, str] = _values({"train": "train", "dev": "validation", "test": "test"})
    config: str = ""
    revision: str = ""
    labels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    codes: Mapping[str, str | tuple[str, ...]] = _values()
    keep: str = ""
    form: str = "rows"
    mirrors: tuple[Dataset, ...] = ()
    licence: str = ""
    sizes: Mapping[str, int] = _values()
    translated: bool = False
    doubt: str = ""

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise ValueError(f"data set {self.id}: form {self.form!r} is none of {', '.join(FORMS)}")

    def configs(self, language: str) -> tuple[str, ...]:
        """The configs that hold a language, in the order in which they are read; one empty name where the set has none."""
        codes = self.codes.get(language, language)
        return tuple(self.config.format(language=code) for code in ((codes,) if isinstance(codes, str) else codes))

    def kept(self, language: str) -> tuple[str, str] | None:
        """The column and the prefix that its value has in the rows of this language; None: all rows are."""
        if not self.keep:
            return None
        column, _, prefix = self.keep.format(language=self.codes.get(language, language)).partition(":")
        return column, prefix


@dataclass(frozen=True)
class Task:
    """One task of the paper or of its benchmarks.

    `train` is the id of the task whose training data it uses (XQuAD and MLQA train on SQuAD),
    None where nothing is trained (retrieval). `metrics` are the cells that an evaluation writes, in
    points; the first one is the task's own. `languages` are those of its benchmark, `wider` those that XTREME-R adds to
    XTREME's. `hub` are the sets that its examples come from; where several hold the same split and language, all are
    read, one after the other (ANLI+ is ANLI, MNLI and SNLI). `absent` says by split why it is on no hub set and what to
    do, `unavailable` the same of the whole task. `sizes` are examples by split and `licence` that of the data, where no
    set on the hub says it.
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
    wider: tuple[str, ...] = ()
    hub: tuple[Dataset, ...] = ()
    absent: Mapping[str, str] = _values()
    unavailable: str = ""
    licence: str = ""
    sizes: Mapping[str, int] = _values()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"task {self.id}: kind {self.kind!r} is none of {', '.join(KINDS)}")
        if self.role not in ROLES:
            raise ValueError(f"task {self.id}: role {self.role!r} is none of {', '.join(ROLES)}")

    def size(self, split: str = "train", language: str = "en") -> int | None:
        """How many examples its data has, translations apart; None where that is not known."""
        found = [one.sizes.get(split) for one in self.hub if language in one.languages and not one.translated]
        known = [count for count in found if count is not None]
        return sum(known) if known else self.sizes.get(split)
