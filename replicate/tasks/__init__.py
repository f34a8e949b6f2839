"""The tasks, by id. A new one is one new value in `intermediate.py` or `xtreme.py`."""

from __future__ import annotations

from ..problems import unknown
from . import intermediate, xtreme
from .task import Task

TASKS: dict[str, Task] = {task.id: task for task in (*intermediate.TASKS, *xtreme.TASKS)}
ALIASES: dict[str, str] = {alias.lower(): task.id for task in TASKS.values() for alias in (task.id, task.title, *task.aliases)}
INTERMEDIATE = tuple(task.id for task in intermediate.TASKS)
XTREME = tuple(task.id for task in xtreme.TASKS if task.benchmark == "XTREME")
RETRIEVAL = tuple(id for id in XTREME if TASKS[id].kind == "retrieval")


def find(name: str) -> Task:
    """The task of this id, title or alias; a Problem with the nearest names where there is none."""
    if name.lower() not in ALIASES:
        raise unknown("task", name, ALIASES)
    return TASKS[ALIASES[name.lower()]]
