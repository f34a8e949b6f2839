"""Whether a machine has the memory and disk that a run will need, before it starts: how many workers, or why none."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from ..identity import Step
from ..problems import Problem
from ..store import Store
from . import counted, estimates, measured
from .estimates import CORE, GB
from .measured import Forecast

MEMORY = Path("/proc/meminfo")
GROUP = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current"))  # of a container


def free_memory() -> int | None:
    """Bytes that new processes may take here; None where the system does not say."""
    found = []
    with contextlib.suppress(OSError, ValueError, StopIteration):
        line = next(line for line in MEMORY.read_text().splitlines() if line.startswith("MemAvailable:"))
        found.append(int(line.split()[1]) * 1024)
    with contextlib.suppress(OSError, ValueError):
        limit, used = (int(path.read_text()) for path in GROUP)
        found.append(limit - used)
    return max(0, min(found)) if found else None


def free_disk(folder: Path) -> int:
    """Bytes that are free where a folder lies or will lie."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def need(steps: Sequence[Step], at_once: int = 0, recompute: bool = False) -> tuple[float, Step | None]:
    """Bytes that a worker on a processor needs at most for these steps, and for which one."""
    most, whom = 0.0, None
    for step in {measured.key(one): one for one in steps}.values():
        model, method = measured.shape(step), str(step.settings.get("method") or "full")
        if model is not None:
            takes = estimates.memory(step.kind, counted.work(step), model, CORE, method, at_once, recompute)
            most, whom = max((most, whom), (takes, step), key=lambda pair: pair[0])
    return most, whom


def workers(most: float, whom: str, asked: int | None, cores: int, free: int | None, least: float = 0.0) -> int:
    """How many workers fit into this machine's memory: as many as cores where nothing else is asked, or a Problem. `least` is
    what one needs that keeps as little as it can."""
    if not most or free is None:
        return asked or cores
    fit, says = int(free / most), f"{whom} needs about {most / GB:.1f} GB of memory, and {free / GB:.1f} GB are free here"
    if not fit:
        ways = "--recompute or --at-once N will do" if least <= free else "it takes a larger machine, or a smaller --scale"
        raise Problem(f"{says}: {ways}; nothing was run")
    if asked is not None and asked > fit:
        raise Problem(f"--workers {asked}: {says}, enough for {fit}")
    return asked or min(cores, fit)


def disk(forecasts: Sequence[Forecast], count: int, folder: Path) -> float:
    """Bytes that a run will need on disk with so many workers; a Problem where there are fewer."""
    most = sum(one.disk for one in forecasts) + count * max((one.states for one in forecasts), default=0.0)
    free = free_disk(folder)
    if most > free:
        raise Problem(
            f"{folder}: this run needs up to {most / GB:,.0f} GB there, and {free / GB:,.0f} GB are free; choose another folder "
            "with --runs, or a part of the run with --only and --seeds"
        )
    return most


def ready(
    steps: Sequence[Step], runs: Store, asked: int | None, cores: int, cards: int, parallel: int = 1, at_once: int = 0,
    recompute: bool = False,
) -> tuple[int | None, str]:  # fmt: skip
    """The workers of a run that has these steps to do, and a line on what it will need; a Problem where that is not here."""
    found = measured.forecasts(steps, measured.Measured())
    most, whom = need(steps, at_once, recompute)
    count = asked
    if not cards:
        least = need(steps, 1, True)[0] * parallel
        count = workers(most * parallel, whom.label if whom else "", asked, max(1, cores // parallel), free_memory(), least)
    room = disk(list(found.values()), min(count or cards, len(steps)), runs.root)
    says = f"up to {room / GB:.1f} GB of disk in {runs.root}"
    if cards:
        return count, f"this run takes {says}"
    crew = f"{count} worker{'s' if count != 1 else ''} on {cores} cores"
    return count, f"{crew}, each with up to {most * parallel / GB:.1f} GB of memory; {says}"
