"""Processes as the kernel lists them: who descends from whom, and who is alive still."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")


def _state(pid: int) -> tuple[str, int] | None:
    """The letter of a process and its parent; None where it is gone."""
    try:
        words = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return words[0], int(words[1])


def alive(pid: int) -> bool:
    found = _state(pid)
    return found is not None and found[0] != "Z"


def descendants(pid: int) -> list[int]:
    """The living children of a process, their children, and so on, the oldest first."""
    parents = {}
    for name in os.listdir(PROC):
        if name.isdigit() and (found := _state(int(name))) and found[0] != "Z":
            parents[int(name)] = found[1]
    found, queue = list[int](), [pid]
    while queue:
        parent = queue.pop(0)
        children = sorted(child for child, of in parents.items() if of == parent)
        found += children
        queue += children
    return found


def kill(pids: Iterable[int]) -> None:
    """With a signal that nobody can answer; who is gone already is no matter."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def wait_until_gone(pids: Iterable[int], seconds: float) -> list[int]:
    """Those that are alive still after so many seconds."""
    until, left = time.monotonic() + seconds, list(pids)
    while (left := [pid for pid in left if alive(pid)]) and time.monotonic() < until:
        time.sleep(0.02)
    return left
