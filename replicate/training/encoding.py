"""Examples encoded once for a tokenizer, data and settings, and kept as flat files that are mapped, not read.

cache/encoded/<hash of all that decides it>/  *.npy and about.json, which comes last: a folder with it is whole.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from .. import files
from ..identity import canonical
from ..tasks.task import Task
from .batches import Encoded, Ragged, joined

VERSION = 2  # a change of the code that changes what is encoded raises it
CHUNK = 2048  # examples that the tokenizer takes at once: its objects are gone before the next ones come
KEPT = 32 * 2**30  # bytes of encoded data that stay; what was not used for longest goes first
ABOUT = "about.json"
PARTS = ("ids", "points", "targets", "spans")

Made = tuple[Encoded, dict[str, Any]]


def encode(kind: ModuleType, task: Task, examples: Sequence[Any], labels: tuple[str, ...], tokenizer: Any, limit: int) -> Encoded:
    """All examples encoded, some at a time."""
    parts = [
        kind.encode(task, examples[begin : begin + CHUNK], labels, tokenizer, limit)
        for begin in range(0, max(len(examples), 1), CHUNK)
    ]
    return together(parts)


def together(parts: Sequence[Encoded]) -> Encoded:
    """The items of all parts, one part's examples after the other's."""
    if len(parts) == 1:
        return parts[0]
    owners, before = [], 0
    for part in parts:
        owners.append(part.owners + before)
        before += int(part.owners[-1]) + 1
    spans = [part.spans for part in parts if part.spans is not None]
    return replace(
        parts[0],
        ids=joined([part.ids for part in parts]),
        points=joined([part.points for part in parts]),
        targets=joined([part.targets for part in parts]),
        owners=np.concatenate(owners),
        spans=joined(spans) if spans else None,
    )


def kept(key: Mapping[str, Any], make: Callable[[], Made]) -> Made:
    """What `make` gives, out of the cache where the same was made before: encoded data, and what there is to say about it.

    A cache that cannot be written to costs time, never the run.
    """
    name = hashlib.sha256(canonical({"version": VERSION, **key}).encode()).hexdigest()[:24]
    folder = files.cache() / "encoded" / name
    with contextlib.suppress(OSError, ValueError, KeyError):
        found = _read(folder)
        os.utime(folder)
        return found
    data, about = make()
    with contextlib.suppress(OSError):
        _write(folder, data, about)
        _tidy(folder.parent)
    return data, about


def _read(folder: Path) -> Made:
    about = json.loads((folder / ABOUT).read_bytes())
    if any(_sum(folder / f"{name}.npy") != made for name, made in about["sums"].items()):
        raise ValueError(f"{folder}: not what was written")
    parts = {name: Ragged(_mapped(folder / f"{name}.npy"), np.load(folder / f"{name}-starts.npy")) for name in about["parts"]}
    for part in parts.values():
        if len(part.values) != part.starts[-1]:
            raise ValueError(f"{folder}: cut off")
    data = Encoded(
        parts["ids"], parts["points"], parts["targets"], about["outputs"], about["group"], np.load(folder / "owners.npy"),
        tuple(about["labels"]), parts.get("spans"),
    )  # fmt: skip
    return data, about["about"]


def _mapped(path: Path) -> np.ndarray:
    # An array without elements cannot be mapped.
    return np.load(path, mmap_mode="r") if path.stat().st_size > 256 else np.load(path)


def _write(folder: Path, data: Encoded, about: Mapping[str, Any]) -> None:
    if folder.exists():
        shutil.rmtree(folder)  # here only if it could not be read
    with files.beside(folder) as aside:
        parts = [name for name in PARTS if getattr(data, name) is not None]
        arrays = {"owners": data.owners}
        for name in parts:
            arrays |= {name: getattr(data, name).values, f"{name}-starts": getattr(data, name).starts}
        for name, array in arrays.items():
            np.save(aside / f"{name}.npy", array)
        # The disk is not waited for: what a power cut took is seen by its sum.
        sums = {name: _sum(aside / f"{name}.npy") for name in arrays}
        described = {"parts": parts, "outputs": data.outputs, "group": data.group, "labels": data.labels, "about": about}
        (aside / ABOUT).write_text(json.dumps({**described, "sums": sums}), encoding="utf-8")
        os.rename(aside, folder)


def _sum(path: Path) -> int:
    made = 0
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            made = zlib.crc32(piece, made)
    return made


def _tidy(home: Path) -> None:
    """Remove what was used longest ago until the rest fits."""
    used = sorted(_folders(home), reverse=True)
    total = 0
    for _, size, folder in used:
        total += size
        if total > KEPT:
            shutil.rmtree(folder, ignore_errors=True)


def _folders(home: Path) -> Iterator[tuple[float, int, Path]]:
    for folder in home.iterdir():
        with contextlib.suppress(OSError):  # another process may be tidying too
            yield folder.stat().st_mtime, sum(one.stat().st_size for one in folder.iterdir()), folder
