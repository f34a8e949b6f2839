"""How XTREME's submissions are laid out: a folder for each task, in it `test-LL.tsv` or `test-LL.json` for each language.

A file's form follows from the task:
- labels (XNLI, PAWS-X): one label a line, no header. PAWS-X writes 0 and 1.
- tags (UDPOS, PANX): one tag a line, an empty line after each sentence.
- answers (XQuAD, MLQA, TyDiQA): gold in SQuAD's form, predictions as {question id: text}.
- partners (Tatoeba): one line an English sentence, in alphabetical order, with the line number of its partner, from 0.
- mined (BUCC): the ids of a pair a line, the other language first, with a tab between.
- options (XCOPA): a JSON object a line whose "label" is the index of the option.
- ranked (Mewsli-X, LAReQA): {query id: [candidate ids, best first]}, gold too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..problems import Problem, unknown
from ..tasks import TASKS, Task

SUFFIXES = {"answers": "json", "ranked": "json", "options": "jsonl"}
WRITTEN = {"pawsx": ("0", "1")}  # labels as the files have them, where they are not the task's own
OUTSIDE = "O"  # the tag for "none"; the old scorer reads it as outside of any entity, among parts of speech too


@dataclass(frozen=True)
class Suite:
    """A benchmark whose score is the mean over its tasks; `groups` are the means that it reports beside it."""

    id: str
    title: str
    groups: Mapping[str, tuple[str, ...]]
    languages: Mapping[str, tuple[str, ...]]


def _suite(id: str, title: str, wider: bool, **groups: str) -> Suite:
    named = {group: tuple(tasks.split()) for group, tasks in groups.items()}
    tasks = [task for group in named.values() for task in group]
    return Suite(id, title, named, {task: TASKS[task].languages + (TASKS[task].wider if wider else ()) for task in tasks})


SUITES = {
    "xtreme": _suite(
        "xtreme",
        "XTREME",
        wider=False,
        classification="pawsx xnli",
        tagging="udpos panx",
        qa="xquad mlqa tydiqa",
        retrieval="bucc2018 tatoeba",
    ),
    "xtreme-r": _suite(
        "xtreme-r",
        "XTREME-R",
        wider=True,
        classification="xnli xcopa",
        tagging="udpos panx",
        qa="xquad mlqa tydiqa",
        retrieval="tatoeba mewslix lareqa",
    ),
}


def form(task: Task) -> str:
    """The form of a task's files; a Problem for what has none."""
    if task.kind == "retrieval":
        return {"accuracy": "partners", "f1": "mined", "map20": "ranked"}[task.metrics[0]]
    forms = {"pairs": "labels", "tags": "tags", "spans": "answers", "choices": "options"}
    if task.kind not in forms:
        raise unknown("task to score", task.id, [*SUITES, *(id for id, one in TASKS.items() if one.kind in forms)])
    return forms[task.kind]


def labels(task: Task) -> tuple[str, ...]:
    """The labels of a task as its files have them; empty where any will do."""
    return WRITTEN.get(task.id, task.labels)


def name(task: Task, language: str) -> str:
    """The name of a task's file for a language."""
    return f"test-{language}.{SUFFIXES.get(form(task), 'tsv')}"


def files(folder: Path, task: Task) -> dict[str, Path]:
    """The files of a task in a folder, by language."""
    suffix = SUFFIXES.get(form(task), "tsv")
    found = {}
    for path in sorted(folder.iterdir()):
        if match := re.fullmatch(rf"test-([\w-]+)\.{suffix}", path.name):
            found[match[1]] = path
    if not found:
        raise Problem(f"{folder}: no file of {task.id} in it; expected {name(task, 'LL')} for each language LL")
    return found


def language_of(path: Path) -> str:
    """The language that a file's name tells: test-LL, MLQA's own context-LL-question-LL, XQuAD's xquad.LL; else empty."""
    for pattern in (r"context-([a-z]{2})-", r"^(?:test|dev)-(\w+)$", r"^xquad\.([a-z]{2})$"):
        if match := re.search(pattern, path.stem):
            return match[1]
    return ""
