"""Disks that are full, read-only or go away in the middle: one line says so, and with room again the same command goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from replicate import store
from tests.faults import looks, mounts
from tests.faults.stages import STAGES, Place

mounted = pytest.mark.skipif(not mounts.allowed(), reason="no mounts for a child here (unshare -m): no small disk can be made")
TOYS = STAGES["toys"]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return _place(tmp_path)


def _place(folder: Path) -> Place:
    made = Place(folder, "tiny")
    for one in (made.log, folder / "tmp", folder / "disk"):
        one.mkdir()
    return made


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Where a run lies that nothing happened to."""
    place = _place(tmp_path_factory.mktemp("undisturbed"))
    subprocess.run(TOYS.words(place, 2), env={**os.environ, **place.environment}, check=True, capture_output=True)
    return place


def run(runs: str, errors: str, code: int) -> str:
    """The shell words of a toy run that has to end with this code."""
    words = f"{sys.executable} -m replicate run stilts --scale tiny --workers 2 --runs {runs} --steps toy_steps:STEPS"
    return f"{words} 2>{errors} || test $? = {code}"


@mounted
def test_a_full_disk_ends_a_run_in_one_line_and_with_room_it_goes_on(place, undisturbed):
    disk, large = place.folder / "disk", place.folder / "runs"
    mounts.script(
        "\n".join([
            mounts.SMALL.format(size="160k", folder=disk),
            run(f"{disk}/runs", "full.txt", 1),
            f"cp -r {disk}/runs {place.folder}/tmp/before",
            mounts.LARGER.format(folder=disk),
            run(f"{disk}/runs", "more.txt", 0),
            f"cp -r {disk}/runs {large}",
        ]),
        place.folder, place.environment,
    )  # fmt: skip
    said = (place.folder / "full.txt").read_text()
    assert looks.unclear(said) == []
    assert f"{disk}/runs: no space left on the device; free some or choose another folder" in said.splitlines()[-1]
    before = store.open_store(place.folder / "tmp" / "before", write=False)
    assert 0 < len(store.sound(before)) < len(store.ids(store.open_store(undisturbed.runs))) and store.damaged(before) == []
    shutil.rmtree(before.root)
    assert looks.differences(TOYS.made(undisturbed), TOYS.made(place)) == [] and looks.left(place.folder, TOYS.empty) == []


@mounted
def test_a_read_only_folder_is_one_line_and_its_steps_are_read_all_the_same(place, undisturbed):
    runs = undisturbed.runs
    read = f"from replicate import store; print(*store.sound(store.open_store('{runs}', write=False)), sep='\\n')"
    fixed = mounts.FIXED.format(folder=undisturbed.folder)
    mounts.script(
        f'{fixed}\n{run(str(runs), "fixed.txt", 4)}\n{sys.executable} -c "{read}" >read.txt', place.folder, place.environment
    )
    (line,) = (place.folder / "fixed.txt").read_text().splitlines()
    assert line == f"replicate: runs folder {runs}: the file system is read-only; choose another folder (--runs)"
    assert (place.folder / "read.txt").read_text().split() == store.ids(store.open_store(runs))


def test_a_store_that_vanishes_in_the_middle_is_one_line_and_nothing_takes_its_place(place):
    words = [*TOYS.words(place, 2)]
    process = subprocess.Popen(
        words, env={**os.environ, **place.environment, "TOY_SLEEP": "0.05"}, stderr=subprocess.PIPE, text=True, cwd=place.folder
    )
    until = time.monotonic() + 60
    while not list(place.log.iterdir()) and time.monotonic() < until:
        time.sleep(0.01)
    place.runs.rename(place.folder / "elsewhere")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1 and looks.unclear(errors) == []
    gone = f"replicate: {place.runs}: the runs folder is gone; when it is back, the same command goes on"
    assert errors.splitlines()[-1] == gone and not place.runs.exists()
    found = store.open_store(place.folder / "elsewhere", write=False)
    assert sorted(store.sound(found)) == store.ids(found) and store.damaged(found) == []
