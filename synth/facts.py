"""What papers state besides scores: sizes, counts, set-up. `[[fact]]` tables of data/published/<paper>.toml, and our own.

    [[fact]]
    about = "anli+"
    table = "table1"
    values."training examples" = "1,104,934"

A value is the paper's own spelling. Ours come from the Task and Experiment values; they are never a paper's word.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from replicate import experiments, resources, tasks
from replicate.problems import Problem, unreadable

from . import vocabulary

STUDY = "stilts"  # what facts on the study itself are about
SELF = frozenset(("study", "thestudy", "thisstudy", "paper", "thepaper", "experiment", "experiments", STUDY))
TRAINING = "training examples"
# What else people call a thing; the first word of each is ours.
PLENTY = {
    other: name
    for name, others in {
        TRAINING: ("train", "training", "train examples", "training set", "training size", "train size", "examples", "size"),
        "dev examples": ("dev", "development examples", "validation examples", "dev size"),
        "test examples": ("test", "test size"),
        "kind": ("task", "task type", "type", "kind of task"),
        "genre": ("source", "domain", "genre/source", "genre or source"),
        "languages": ("target languages", "number of languages", "langs", "lang."),
        "intermediate tasks": ("intermediate task", "number of intermediate tasks", "intermediates"),
        "target tasks": ("target task", "number of target tasks", "targets", "tasks of the benchmark"),
        "model": ("pretrained model", "starting point", "encoder"),
        "phases": ("training phases", "steps of training"),
    }.items()
    for other in others
}

# Headers of tables on data, as vocabulary.key has them.
SPELLED = {vocabulary.key(other): name for other, name in PLENTY.items() if name not in ("model", "phases")} | {
    vocabulary.key(name): name for name in ("kind", "genre", "languages", "metric", "metrics")
}
SIZES = (TRAINING, "dev examples", "test examples", "languages")


@dataclass(frozen=True)
class Fact:
    """One value that a text states, with the place where it does."""

    origin: str  # paper:<id and version>, or ours
    about: str
    what: str
    value: str
    table: str
    note: str = ""

    @property
    def independent(self) -> bool:
        """Whether it comes from a paper rather than from us."""
        return self.origin.startswith("paper:") or not self.origin


@dataclass(frozen=True, eq=False)
class Facts:
    """The facts of one paper, found by what they are about. `whole`: its tables of results were understood to the last cell."""

    facts: tuple[Fact, ...] = ()
    source: Mapping[str, Any] = field(default_factory=dict)  # title, authors, date, url of the paper
    whole: bool = False

    @cached_property
    def _by(self) -> dict[tuple[str, str], list[Fact]]:
        found: dict[tuple[str, str], list[Fact]] = {}
        for one in self.facts:
            found.setdefault((subject(one.about), sort(one.what)), []).append(one)
        return found

    def find(self, about: str, what: str) -> tuple[Fact, ...]:
        """The facts on a thing; the training set of a task also where it stands for a target that is trained on it."""
        own = self._by.get((subject(about), sort(what)), [])
        if own or sort(what) != TRAINING:
            return tuple(own)
        sharing = [task for task in tasks.TASKS.values() if task.train == subject(about) and task.id != subject(about)]
        return tuple(
            Fact(one.origin, about, one.what, one.value, one.table, f"as printed for {task.title}, which is trained on it")
            for task in sharing
            for one in self._by.get((task.id, TRAINING), [])
        )


def subject(about: str) -> str:
    """The id of what a fact is about: a task's, or the study's own."""
    word = about.strip().lower()
    if vocabulary.key(about) in SELF:
        return STUDY
    if word in tasks.ALIASES:
        return tasks.ALIASES[word]
    named = vocabulary.find(about, vocabulary.TASK)
    return named[0].id if len(named) == 1 else word


def sort(what: str) -> str:
    """What a fact says of its subject, in our word for it."""
    word = " ".join(what.lower().split())
    return PLENTY.get(word, word)


def shipped(folder: Path | None = None) -> dict[str, Facts]:
    """The facts that ship with us, by the paper's id and version."""
    folder = folder or resources.data() / "published"
    return {path.stem: read(path) for path in sorted(folder.glob("*.toml"))}


def read(path: str | Path) -> Facts:
    """The facts in a TOML file; a Problem names file, entry and field."""
    path = Path(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise Problem(f"{path}: not TOML: {unreadable(error)}") from error
    entries = data.pop("fact", [])
    if not isinstance(entries, list) or not all(isinstance(one, dict) for one in entries):
        raise Problem(f"{path}, field fact: not a list of [[fact]] tables")
    paper, found = str(data.get("id", path.stem)), list[Fact]()
    for place, entry in enumerate(entries, 1):
        values = entry.get("values")
        about = entry.get("about")
        if not isinstance(about, str) or not isinstance(values, dict) or not values:
            raise Problem(f'{path}: fact {place}: a fact has the field about and at least one values."NAME" = "VALUE"')
        for what, value in values.items():
            if not isinstance(value, str):
                raise Problem(f"{path}: fact {place} ({about}), values.{what}: {value!r} is not a text in quotes")
            found.append(Fact(f"paper:{paper}", about, what, value, str(entry.get("table", "text")), str(entry.get("note", ""))))
    return Facts(tuple(found), data)


# ---- what our own values say


def ours(about: str, what: str, experiment: str = "") -> Fact | None:
    """What our Task and Experiment values say of a thing; no paper's word, and no run's either."""
    id, name = subject(about), sort(what)
    if id in tasks.TASKS:
        return _fact(about, what, _of_task(tasks.TASKS[id], name), "Task")
    spoken = {code for one in tasks.XTREME for code in tasks.TASKS[one].languages}
    counts = {"target tasks": len(tasks.XTREME), "languages": len(spoken)}
    if id == STUDY:
        counts = {"target tasks": len(tasks.XTREME), "intermediate tasks": len(tasks.INTERMEDIATE)}
    if name == "model" and id == STUDY and experiment:
        return _fact(about, what, experiments.find(experiment, "large").model.removeprefix("hub:"), "Experiment")
    return _fact(about, what, str(counts.get(name, "")), "Task") if id in (STUDY, "xtreme") else None


def _of_task(task: tasks.Task, name: str) -> str:
    splits = {TRAINING: "train", "dev examples": "dev", "test examples": "test"}
    if name in splits:
        size = tasks.size(task.id) if name == TRAINING else task.size(splits[name])
        return "" if size is None else f"{size:,}"
    return {"languages": str(len(task.languages) or ""), "metric": ", ".join(task.metrics)}.get(name, "")


def _fact(about: str, what: str, value: str, table: str) -> Fact | None:
    return Fact("ours", about, what, value, table) if value else None
