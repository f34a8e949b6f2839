"""A finished step as it lies in its folder: step.json and result.json, how they are written, and whether they can be trusted."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import plan
from .files import inside, sha256, sync
from .remote import RESULT, STEP

SCHEMA = "replicate.step/1"
CHECKPOINT = "checkpoint"  # what a step at work keeps here is no part of it


class Damaged(Exception):
    """A step that cannot be trusted; the message says what is wrong with it."""


def read(path: Path, whole: bool = True) -> tuple[dict[str, Any], dict[str, Any]]:
    """step.json and result.json of the finished step in this folder, which bears its id; Damaged where any of it
    is not what a commit leaves behind. Of a mirror other files may be missing: it is not `whole`."""
    data, record = _json(path / STEP), _json(path / RESULT)
    try:
        found = plan.step_id(data["kind"], data["version"], data["settings"], data["inputs"])
        sizes = {name: about["bytes"] for name, about in record["files"].items()}
        made = content(record["result"], record["files"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Damaged(f"{STEP} or {RESULT} lacks what every step has ({error})") from None
    if record.get("content") != made:
        raise Damaged(f"{RESULT} was changed after it was written: its content has another hash")
    if found != path.name or record.get("id") != path.name:
        raise Damaged(f"it is not the step that its name says: the content has the id {found}")
    for name, expected in sizes.items():
        if not inside(name):
            raise Damaged(f"{RESULT} names {name!r}, which is no file of this folder")
        try:
            size = os.stat(path / name).st_size
        except OSError:
            if not whole:
                continue
            raise Damaged(f"{name} is missing") from None
        if size != expected:
            raise Damaged(f"{name} has {size} bytes instead of {expected}")
    return data, record


def write(step: plan.Step, work: Path, result: Mapping[str, Any], record: Mapping[str, Any]) -> None:
    """Make a folder that of a finished step, and wait until all of it is on the disk.

    Raises ValueError if `result` or `record` holds what JSON does not (NaN).
    """
    files = {
        str(path.relative_to(work)): {"bytes": path.stat().st_size, "sha256": sha256(path)}
        for path in _own(work)
        if path.is_file()
    }
    made = {"result": result, "files": files, "content": content(result, files)}
    _write(work / STEP, {"schema": SCHEMA, **step.to_dict()})
    _write(work / RESULT, {"schema": SCHEMA, "id": step.id, "kind": step.kind, **made, **record})
    settle(work)


def settle(work: Path) -> None:
    """Wait until all of a finished step is on the disk."""
    for path in _own(work):
        sync(path)
    sync(work)


def ready(work: Path) -> bool:
    """Whether a folder at work is that of a finished step, to the last byte: its commit was cut short."""
    try:
        _, record = read(work)
        return all(sha256(work / name) == about["sha256"] for name, about in record["files"].items())
    except (Damaged, OSError):
        return False


def _own(work: Path) -> list[Path]:
    """What lies in a folder, but for what a checkpoint keeps there."""
    return [path for path in sorted(work.rglob("*")) if path.relative_to(work).parts[0] != CHECKPOINT]


def cells(id: str, step: Mapping[str, Any], record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of the contract that a finished evaluation makes; Damaged where it lacks what they are made of."""
    try:
        settings = step["settings"]
        row = {**settings["row"], "target": settings["target"], "split": settings["split"]}
        if isinstance(row.get("intermediate_languages"), list):
            row["intermediate_languages"] = "+".join(row["intermediate_languages"])
        base = {"origin": f"run:{id}", "perturbation": "", "rate": 0.0, "quantity": "level", "over": "", "printed": "", "n": None}
        return [{**base, **row, **cell} for cell in record["result"].get("cells", ())]
    except (AttributeError, KeyError, TypeError) as error:
        raise Damaged(f"{STEP} or {RESULT} lacks what an evaluation has ({error})") from None


def content(result: Mapping[str, Any], files: Mapping[str, Any]) -> str:
    """The hash of what a step made: its result and the hashes of its files."""
    return hashlib.sha256(plan.canonical([result, files]).encode()).hexdigest()


def _json(path: Path) -> dict[str, Any]:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode) and not path.is_dir():
            raise Damaged(f"{path.name} is no file")  # a pipe or a device would be read for ever
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise Damaged(f"{path.name} is missing") from None
    except NotADirectoryError:
        raise Damaged("it is a file, not a folder") from None
    except IsADirectoryError:
        raise Damaged(f"{path.name} is a folder, not a file") from None
    except (ValueError, RecursionError):
        raise Damaged(f"{path.name} is half-written or not JSON") from None
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA:
        raise Damaged(f"{path.name} has the schema {schema!r}, this version reads {SCHEMA!r}")
    return data


def _write(path: Path, data: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n", encoding="utf-8")
