"""The tasks, by id. A new one is one more value in `further.py`; the paper's and its benchmarks' stand in the other files."""

from __future__ import annotations

from ..problems import unknown
from . import further, intermediate, text, xtreme
from .task import Dataset, Task

# What is trained and scored, and the texts of masked language modelling, which are neither.
TASKS: dict[str, Task] = {task.id: task for task in (*intermediate.TASKS, *xtreme.TASKS, *further.TASKS)}
TEXTS: dict[str, Task] = {task.id: task for task in text.TASKS}
ALIASES: dict[str, str] = {alias.lower(): task.id for task in TASKS.values() for alias in (task.id, task.title, *task.aliases)}
INTERMEDIATE = tuple(task.id for task in intermediate.TASKS)
XTREME = tuple(task.id for task in xtreme.TASKS if task.benchmark == "XTREME")
RETRIEVAL = tuple(id for id in XTREME if TASKS[id].kind == "retrieval")
_NAMES = {**{alias.lower(): one.id for one in TEXTS.values() for alias in (one.id, one.title, *one.aliases)}, **ALIASES}

__all__ = ["ALIASES", "INTERMEDIATE", "RETRIEVAL", "TASKS", "TEXTS", "XTREME", "Dataset", "Task", "find", "size"]


def find(name: str) -> Task:
    """The task or text of this id, title or alias; a Problem with the nearest names where there is none."""
    if name.lower() not in _NAMES:
        raise unknown("task", name, _NAMES)
    id = _NAMES[name.lower()]
    return TASKS[id] if id in TASKS else TEXTS[id]


def size(name: str) -> int | None:
    """How many examples a task is trained on in English, which may be another task's; None where that is not known."""
    task = find(name)
    return TASKS[task.train or task.id].size() if task.id in TASKS else None
