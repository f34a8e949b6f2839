"""What the steps of a run took, by what they are: time, memory at the peak, disk. Out of their records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .. import store
from ..identity import Step
from ..store import RESULT, Store
from . import counted, measured

HEAD = ("", "steps", "seconds a step", "of it computing", "tokens a second", "peak memory, GB", "disk a step, GB")


def by_sort(runs: Store, steps: Sequence[Step], wanted: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Of the steps with these ids, by `counted.sort`: how many, mean seconds, tokens a second, highest memory, bytes left."""
    chosen, groups = set(wanted), dict[str, list[tuple[measured.Record, int]]]()
    for step in steps:
        if step.id in chosen:
            for one in measured.records(runs, [step.id]):
                groups.setdefault(counted.sort(step), []).append((one, _left(runs, step.id)))
    order = [name for name in counted.SORTS if name in groups]
    return {name: _summed([one for one, _ in groups[name]], [left for _, left in groups[name]]) for name in order}


def _left(runs: Store, id: str) -> int:
    files = json.loads((store.folder(runs, id, RESULT) / RESULT).read_bytes())["files"]
    return sum(about["bytes"] for about in files.values())


def _summed(group: Sequence[measured.Record], left: Sequence[int]) -> dict[str, Any]:
    computing = [one.computing for one in group if one.computing is not None]
    seconds, tokens = sum(one.seconds for one in group), sum(one.tokens for one in group)
    return {
        "steps": len(group),
        "seconds": round(seconds / len(group), 1),
        "computing_seconds": round(sum(computing) / len(computing), 1) if computing else None,
        "tokens_per_second": round(tokens / (sum(computing) or seconds), 1) if tokens else None,
        "peak_memory_bytes": max(one.memory for one in group),
        "disk_bytes": round(sum(left) / len(left)),
        "device": group[0].device.name,
    }


def rows(found: Mapping[str, Mapping[str, Any]]) -> list[tuple[object, ...]]:
    """The same as rows of a table."""
    return [
        (name, one["steps"], one["seconds"], one["computing_seconds"], one["tokens_per_second"], one["peak_memory_bytes"] / 1e9,
         one["disk_bytes"] / 1e9)
        for name, one in found.items()
    ]  # fmt: skip
