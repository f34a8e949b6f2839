"""The power goes at any file operation: what is found afterwards is a whole step or none, a whole file or the old one."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from replicate import files, finished, store
from synth.literature import ids, library
from synth.records import Paper
from tests.faults import commits
from tests.faults.power import Disk, Moment

KEPT = (0.0, 0.5, 0.5, 1.0)  # shares of what was not waited for that is on the disk all the same
MEMORY = Path("/dev/shm")  # where waiting for the disk costs nothing


@pytest.fixture
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="power-", dir=MEMORY if MEMORY.is_dir() else None))
    yield folder
    shutil.rmtree(folder)


def each(disk: Disk, place: Path, look: Callable[[Path, Moment], None]) -> int:
    """Look at what may be left at every moment; how many there were."""
    chance = random.Random(1)
    for moment in disk.moments:
        for kept in KEPT:
            found = disk.remains(moment, place / "found", chance, kept)
            look(found, moment)
            shutil.rmtree(found)
    return len(disk.moments)


def whole(folder: Path) -> bool:
    """Whether a finished step is there to the last byte; False where there is none. Anything between them is an error."""
    if not folder.exists():
        return False
    _, record = finished.read(folder)
    assert all(files.sha256(folder / name) == about["sha256"] for name, about in record["files"].items())
    return True


def committed(place: Path) -> tuple[Disk, Callable[[Path, Moment], None]]:
    """A commit on a disk that is watched; and the look at what is left, which goes on from there as the next run would."""
    runs, step = store.open_store(place / "runs"), commits.step(3)
    disk = Disk(place)
    with disk.watched():
        held = store.lease(runs, step.id)
        assert held is not None
        work = store.start(runs, step.id)
        store.commit(runs, step, work, commits.write(work, 3), {"adopted": False})
        held.release()

    def look(found: Path, moment: Moment) -> None:
        there = whole(found / "runs" / "steps" / step.id)
        assert there or moment.operation != "the end", "a step that was committed is lost"
        again = store.open_store(found / "runs")
        store.clean(again)
        if not store.done(again, step.id) and not store.take_up(again, step.id):
            work = store.start(again, step.id)
            store.commit(again, step, work, commits.write(work, 3), {"adopted": False})
        assert whole(found / "runs" / "steps" / step.id), "the next run does the step, whatever was left"
        assert list(again.aside.iterdir()) == store.damaged(again) == []

    return disk, look


def test_a_commit_is_whole_or_not_there(place):
    disk, look = committed(place / "disk")
    assert each(disk, place, look) > 30


def test_a_commit_that_does_not_wait_for_the_disk_is_found_out(place, monkeypatch):
    """The model is worth something: without the wait half a step is seen."""
    monkeypatch.setattr(finished, "settle", lambda work: None)
    disk, look = committed(place / "disk")
    with pytest.raises((finished.Damaged, AssertionError)):
        each(disk, place, look)


def test_a_file_is_the_new_one_or_the_old_one(place):
    path = place / "disk" / "cells.csv"
    path.parent.mkdir()
    path.write_bytes(b"old")
    disk = Disk(place / "disk")
    with disk.watched(), files.whole(path) as file:
        file.write(b"new" * 1000)

    def look(found: Path, moment: Moment) -> None:
        content = (found / "cells.csv").read_bytes()
        assert content in (b"old", b"new" * 1000)
        assert content != b"old" or moment.operation != "the end"

    assert each(disk, place, look) > 4


def test_a_paper_that_has_a_record_has_its_file(place):
    content = b"%PDF-1.5 a whole paper " * 200
    disk_folder = place / "disk"
    disk_folder.mkdir()
    disk = Disk(disk_folder)
    with disk.watched():
        papers = library.Library(disk_folder / "papers")
        with papers.locked(ids.read("2401.00001v1")):
            papers.put(Paper("2401.00001v1", "A title"), content)

    def look(found: Path, moment: Moment) -> None:
        papers = library.Library(found / "papers")
        there = papers.find("2401.00001v1")
        assert there is None or (papers.whole(there) and papers.path(there).read_bytes() == content)
        assert there or moment.operation != "the end", "a paper that was kept is lost"

    assert each(disk, place, look) > 10


def test_a_checkpoint_is_whole_or_the_one_before_is_taken(place):
    import torch

    from replicate.training import checkpoint

    def trained() -> tuple[torch.nn.Module, torch.optim.Optimizer]:
        torch.manual_seed(1)
        model = torch.nn.Linear(3, 2)
        return model, torch.optim.AdamW(model.parameters(), lr=0.1)

    def learn(model: torch.nn.Module, optimiser: torch.optim.Optimizer) -> None:
        model(torch.rand(4, 3)).sum().backward()
        optimiser.step()
        optimiser.zero_grad()

    model, optimiser = trained()
    weights, folder = {}, place / "disk" / "checkpoint"
    folder.mkdir(parents=True)

    def save(update: int) -> None:
        learn(model, optimiser)
        weights[update] = model.weight.detach().clone()
        checkpoint.save(checkpoint.Keeper(folder), model, optimiser, checkpoint.State(update, {}, {}))

    save(1)
    save(2)
    disk = Disk(place / "disk")
    with disk.watched():
        save(3)

    def look(found: Path, moment: Moment) -> None:
        again, other = trained()
        state = checkpoint.restore(checkpoint.Keeper(found / "checkpoint"), again, other)
        assert state is not None and state.update >= 2 and torch.equal(again.weight, weights[state.update])
        assert state.update == 3 or moment.operation != "the end", "a checkpoint that was kept is lost"

    assert each(disk, place, look) > 10


def test_encoded_data_that_lost_bytes_but_not_their_number_are_made_again(place, monkeypatch):
    import numpy as np

    from replicate.training import encoding
    from replicate.training.batches import encoded, ragged, single

    def make() -> encoding.Made:
        made.append(1)
        return encoded(ragged([[5, 6, 7]] * 90), single(np.zeros(90)), single([0] * 90), 2), {}

    monkeypatch.setenv("XDG_CACHE_HOME", str(place))
    made: list[int] = []
    for _ in range(2):
        encoding.kept({"task": "toy"}, make)
    assert made == [1]
    (path,) = place.rglob("ids.npy")
    content = path.read_bytes()
    path.write_bytes(content[:-400] + bytes(400))  # a block that never reached the disk
    found, _ = encoding.kept({"task": "toy"}, make)
    assert made == [1, 1] and found.ids.values.tolist() == [5, 6, 7] * 90 and path.read_bytes() == content
