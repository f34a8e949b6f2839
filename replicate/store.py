"""A folder per finished step. A commit is a rename, and a lease ends with the process that holds it.

runs/steps/<id>/     step.json, result.json and the step's files; here only when whole
runs/aside/<id>/     a step at work; what it writes to `checkpoint/` survives a kill and is handed to the next try
runs/leases/<id>     locked by the process at work on the step
runs/failed/<id>.json  why a step failed
runs/damaged/<id>-<n>  what could not be read, set aside and named, never dropped

A store may lie at a URL (remote.py); `root` is then its mirror on this machine.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import confidential, finished, leases, plan, remote
from .files import make, remove, sha256, sweep, sync, whole
from .finished import CHECKPOINT, SCHEMA, Damaged, read
from .leases import Lease
from .problems import Failure, Problem, explain
from .remote import RESULT, STEP, Remote

__all__ = [
    "CHECKPOINT", "RESULT", "SCHEMA", "STEP", "Damaged", "Store", "adopt", "answering", "clean", "commit", "damaged", "done",
    "fail", "failures", "folder", "forgive", "give_up", "ids", "lease", "open_store", "read", "rows", "running", "set_aside",
    "settled", "sound", "start", "take_up", "there",
]  # fmt: skip

FAILED_SCHEMA = "replicate.failed/1"


@dataclass(frozen=True)
class Store:
    """The folders of one store of steps; all functions of this module take one."""

    root: Path
    remote: Remote | None = None

    @property
    def name(self) -> str:
        """The store for people."""
        return self.remote.name if self.remote else str(self.root)

    @property
    def address(self) -> str:
        """What opens this store again, from any folder and on any machine that sees it."""
        return self.remote.url if self.remote else str(self.root.resolve())

    @property
    def steps(self) -> Path:
        return self.root / "steps"

    @property
    def aside(self) -> Path:
        return self.root / "aside"

    @property
    def leases(self) -> Path:
        return self.root / "leases"

    @property
    def damaged(self) -> Path:
        return self.root / "damaged"

    @property
    def failed(self) -> Path:
        return self.root / "failed"


def open_store(root: str | os.PathLike, write: bool = True) -> Store:
    """The store at this path; a Problem in one line where it cannot be read, or be written to if that is asked."""
    far = remote.connect(str(root), write) if remote.is_url(root) else None
    store = Store(far.mirror if far else Path(root), far)
    try:
        if store.root.exists() and not store.root.is_dir():
            raise Problem(f"{store.root}: the runs folder is a file; remove it or choose another with --runs")
        parts = (store.steps, store.aside, store.leases, store.damaged, store.failed) if write else ()
        for folder in parts:
            make(folder)
            # Some file systems say only on writing that they are full or read-only. The probe bears no name: one that did
            # was swept away by another run that cleaned the same store at this moment.
            with tempfile.TemporaryFile(dir=folder) as probe:
                probe.write(b"x" * 4096)
                probe.flush()
                os.fsync(probe.fileno())
        if write and store.steps.stat().st_dev != store.aside.stat().st_dev:
            raise Problem(f"{store.root}: steps/ and aside/ lie on two devices, and a step is moved from one to the other")
        if linked := [folder for folder in parts if folder.is_symlink()]:
            raise Problem(f"{linked[0]}: a link; what a run removes would be somebody else's (the runs folder itself may be one)")
    except OSError as error:
        kind = Failure if error.errno in (errno.ENOSPC, errno.EDQUOT) else Problem
        error.filename = str(store.root)
        raise kind(f"runs folder {explain(error)} (--runs)") from None
    return store


def folder(store: Store, id: str, *names: str) -> Path:
    """Where the files of a finished step lie; of one at a URL those with these names, by default all, are fetched."""
    if store.remote:
        remote.fetch(store.remote, id, *names)
    return store.steps / id


def there(store: Store) -> bool:
    """Whether the store is where it was when it was opened; its disk may have gone."""
    return os.path.isdir(store.steps)


def done(store: Store, id: str) -> bool:
    return (store.steps / id / RESULT).exists()


def ids(store: Store) -> list[str]:
    """The ids of everything committed, sorted, without reading any of it."""
    try:
        with os.scandir(store.steps) as found:
            return sorted(one.name for one in found)
    except FileNotFoundError:
        return []


# ---- reading ----


def sound(store: Store, wanted: Iterable[str] | None = None) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """step.json and result.json of these ids (default all) where they can be trusted.

    The other steps are set aside and named on stderr.
    """
    found = {}
    present = ids(store)
    if wanted is not None:
        there = set(present)
        present = [id for id in wanted if id in there]
    for id in present:
        try:
            found[id] = read(store.steps / id, whole=not store.remote)
        except Damaged as damage:
            set_aside(store, id, str(damage))
    return found


def set_aside(store: Store, id: str, reason: str) -> None:
    """Move a damaged step to runs/damaged/ and say so on stderr; where that is not allowed, say so and leave it."""
    try:
        store.leases.mkdir(exist_ok=True)
        held = lease(store, id)
        if held is None:
            return  # somebody is doing it again at this moment
        try:
            _set_aside(store, id, reason)
        finally:
            held.release()
    except FileNotFoundError:
        return  # another process was quicker
    except (OSError, Problem) as error:
        why = explain(error) if isinstance(error, OSError) else error
        print(f"replicate: step {id} is damaged: {reason}; it is left out, and stays ({why})", file=sys.stderr)


def _set_aside(store: Store, id: str, reason: str) -> None:
    """The same for the holder of the lease."""
    store.damaged.mkdir(exist_ok=True)
    number = 1
    while (target := store.damaged / f"{id}-{number}").exists():
        number += 1
    if store.remote:
        remote.set_aside(store.remote, id, target.name)
    os.rename(store.steps / id, target)
    print(f"replicate: step {id} is damaged: {reason}; moved to {target}, `run` does it again", file=sys.stderr)


def damaged(store: Store) -> list[str]:
    """The names of what was set aside."""
    return sorted(one.name for one in store.damaged.iterdir()) if store.damaged.is_dir() else []


def lease(store: Store, id: str) -> Lease | None:
    """The lease of a step, None if somebody else has it. It does not wait."""
    held = leases.take(store.leases / id)
    if held and store.remote:
        remote.look(store.remote, id)  # whether another machine has done it
    return held


def running(store: Store) -> list[str]:
    """The ids that some process is at work on right now."""
    found = sorted(store.leases.iterdir()) if store.leases.is_dir() else []
    return [path.name for path in found if leases.taken(path)]


# ---- writing ----


def start(store: Store, id: str) -> Path:
    """An empty folder to work in, for the holder of the lease; a checkpoint of a try that died is in it still."""
    work = store.aside / id
    if work.is_symlink():
        work.unlink()  # what is cleared below would be somebody's own folder
    work.mkdir(exist_ok=True)
    sync(store.aside)  # a checkpoint in it is safe when its name is
    for one in work.iterdir():
        if one.name != CHECKPOINT or one.is_symlink():
            remove(one)
    return work


def give_up(store: Store, id: str) -> None:
    """Forget what a failed try left, its checkpoint too."""
    remove(store.aside / id)


def clean(store: Store) -> None:
    """Remove the leftovers of dead processes, except checkpoints of steps that are still to be done and commits cut short.

    Who works in aside/<id> holds the lease of <id>, so whose lease is free is dead.
    """
    sweep(store.failed)
    for work in list(store.aside.iterdir()):
        held = lease(store, work.name)
        if held is None:
            continue
        try:
            if done(store, work.name) or work.is_symlink() or not _of_use(work):
                remove(work)
        finally:
            held.release()
    for path in list(store.leases.iterdir()):
        held = lease(store, path.name)
        if held is not None:
            held.release()


def _of_use(work: Path) -> bool:
    """Whether the next try can go on from what a dead one left."""
    if (work / CHECKPOINT).exists():
        return True
    try:
        read(work)
    except (Damaged, OSError):
        return False
    return True


def commit(store: Store, step: plan.Step, work: Path, result: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    """Make a finished step part of the store, at once and for good; False if it was there already.

    `result` is what the step returned; `record` is added to it in result.json. Raises ValueError if either
    holds what JSON does not (NaN). A kill before the rename leaves nothing in the store, one after it everything;
    the checkpoint goes when all that it was kept for is on the disk.
    """
    finished.write(step, work, result, record)
    return _place(store, step.id, work)


def settled(store: Store, id: str) -> bool:
    """Whether a step need not be done, for the holder of its lease: it is there and can be trusted, or its commit had only
    to be ended."""
    if not done(store, id):
        return take_up(store, id)
    try:
        read(store.steps / id, whole=not store.remote)
    except Damaged as damage:
        _set_aside(store, id, str(damage))
        return False
    return True


def take_up(store: Store, id: str) -> bool:
    """End the commit of a try that died in it, for the holder of the lease; False where there is none to end."""
    work = store.aside / id
    if work.is_symlink() or not (work / RESULT).exists() or not finished.ready(work):
        return False
    finished.settle(work)
    _place(store, id, work)
    return True


def _place(store: Store, id: str, work: Path) -> bool:
    """Move a folder that holds all of a finished step, on the disk, to where it belongs."""
    remove(work / CHECKPOINT)
    if store.remote and not remote.push(store.remote, work, id):
        remove(work)
        return False
    forgive(store, id)  # before the step is there: who finds it there looks no further
    try:
        os.rename(work, store.steps / id)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
            raise
        try:
            read(store.steps / id, whole=not store.remote)
        except Damaged as damage:
            _set_aside(store, id, str(damage))
            os.rename(work, store.steps / id)
        else:
            remove(work)
            return False
    sync(store.steps)
    return True


def adopt(store: Store, step: plan.Step, source: Path) -> bool:
    """Take a finished step from another folder, marked as adopted; False if somebody is at work on it here.

    Raises Damaged where the folder does not hold this step, whole.
    """
    _, record = read(source)
    held = lease(store, step.id)
    if held is None:
        return False
    try:
        if not done(store, step.id):
            give_up(store, step.id)
            work = start(store, step.id)
            for name, about in record["files"].items():
                (work / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source / name, work / name)
                if sha256(work / name) != about["sha256"]:
                    raise Damaged(f"{name} is not the file that was shipped")
            own = ("schema", "id", "kind", "result", "files", "content")
            more = {key: value for key, value in record.items() if key not in own}
            commit(store, step, work, record["result"], {**more, "adopted": True})
    finally:
        held.release()
    return True


def fail(store: Store, step: plan.Step, reason: str, trace: str = "", tries: int = 1) -> None:
    """Write down why a step failed; the record goes when the step is done after all."""
    path = store.failed / f"{step.id}.json"
    reason, trace = confidential.taken_out(reason), confidential.taken_out(trace)
    record = {"schema": FAILED_SCHEMA, "id": step.id, "label": step.label, "reason": reason, "trace": trace, "tries": tries}
    with whole(path) as file:
        file.write((json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace"))
    if store.remote:
        remote.put(store.remote, path, f"failed/{path.name}")


def forgive(store: Store, id: str) -> None:
    """Forget that a step failed."""
    path = store.failed / f"{id}.json"
    if store.remote and path.exists():
        remote.drop(store.remote, f"failed/{path.name}")
    path.unlink(missing_ok=True)


def failures(store: Store) -> dict[str, dict[str, Any]]:
    """Why steps failed, by id."""
    found = {}
    for path in sorted(store.failed.glob("*.json")):
        try:
            data = json.loads(path.read_bytes())
        except (OSError, ValueError):
            continue  # a note for people; without it the step counts as not done
        if isinstance(data, dict) and data.get("schema") == FAILED_SCHEMA:
            found[path.stem] = data
    return found


# ---- results ----


def rows(runs: str | os.PathLike | Store, wanted: Iterable[str] | None = None) -> Iterator[dict[str, Any]]:
    """One row of the contract (replicate/results.py) per cell of the evaluations with these ids, default all.

    In the order of the ids as given; `results.table` puts the columns in theirs.
    """
    store = runs if isinstance(runs, Store) else open_store(runs, write=False)
    for id, (step, record) in sound(store, wanted).items():
        if step["kind"] != "evaluate":
            continue
        try:
            yield from finished.cells(id, step, record)
        except Damaged as damage:
            set_aside(store, id, str(damage))


def answering(runs: str | os.PathLike | Store, experiments: Collection[str]) -> set[str]:
    """The evaluations of these experiments as they are written down that took their examples from somebody's own place:
    no plan made without that place knows their ids."""
    store = runs if isinstance(runs, Store) else open_store(runs, write=False)
    return {
        id
        for id, (step, _) in sound(store).items()
        if step.get("place") and step.get("answers") in experiments and step["version"] == plan.VERSIONS[step["kind"]]
    }
