"""Disks that are full, read-only or go away in the middle: one line says so, and with room again the same plan goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from replicate import store
from tests.faults import alone, looks, mounts
from tests.faults.stages import STAGES, Place

mounted = pytest.mark.skipif(not mounts.allowed(), reason="no mounts for a child here (unshare -m): no small disk can be made")
TOYS = STAGES["toys"]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path, "tiny")
    for one in (made.log, tmp_path / "tmp", tmp_path / "disk"):
        one.mkdir()
    return made


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a run that nothing happened to."""
    return alone.carry_out(tmp_path_factory.mktemp("undisturbed") / "runs").root


def run(runs: Path, errors: str, code: int) -> str:
    """The shell words of a toy run that has to end with this code."""
    words = f"{sys.executable} -m replicate run stilts --scale tiny --workers 1 --runs {runs} --steps toy_steps:STEPS"
    return f"{words} 2>{errors} || test $? = {code}"


@mounted
def test_a_full_disk_ends_a_run_in_one_line_and_with_room_it_goes_on(place, undisturbed, capsys):
    small = place.folder / "disk"
    script = [
        mounts.SMALL.format(size="160k", folder=small),
        run(small / "runs", "full.txt", 1),
        f"cp -r {small}/runs {place.runs}",
    ]
    mounts.script("\n".join(script), place.folder, place.environment)
    said = (place.folder / "full.txt").read_text()
    assert looks.unclear(said) == []
    full = f"replicate: {small}/runs: no space left on the device; free some or choose another folder"
    assert said.splitlines()[-1] == full
    there = store.open_store(place.runs)
    assert 0 < len(store.sound(there)) < len(store.ids(store.open_store(undisturbed)))
    alone.carry_out(place.runs)
    assert capsys.readouterr().err == "", "nothing that a full disk left is damaged"
    assert looks.differences(looks.steps(undisturbed), looks.steps(place.runs)) == []
    assert looks.left(place.folder, TOYS.empty) == []


@mounted
def test_a_read_only_folder_is_one_line_and_its_steps_are_read_all_the_same(place, undisturbed):
    read = f"from replicate import store; print(*store.sound(store.open_store('{undisturbed}', write=False)), sep='\\n')"
    fixed = mounts.FIXED.format(folder=undisturbed.parent)
    script = [fixed, run(undisturbed, "fixed.txt", 4), f'{sys.executable} -c "{read}" >read.txt']
    mounts.script("\n".join(script), place.folder, place.environment)
    (line,) = (place.folder / "fixed.txt").read_text().splitlines()
    assert line == f"replicate: runs folder {undisturbed}: the file system is read-only; choose another folder (--runs)"
    assert (place.folder / "read.txt").read_text().split() == store.ids(store.open_store(undisturbed))


def test_a_store_that_vanishes_in_the_middle_is_one_line_and_nothing_takes_its_place(place):
    process = subprocess.Popen(
        TOYS.words(place, 1), env={**os.environ, **place.environment, "TOY_SLEEP": "0.05"}, stderr=subprocess.PIPE, text=True,
        cwd=place.folder,
    )  # fmt: skip
    until = time.monotonic() + 60
    while not list(place.log.iterdir()) and time.monotonic() < until:
        time.sleep(0.01)
    elsewhere = place.runs.rename(place.folder / "elsewhere")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1 and looks.unclear(errors) == []
    gone = f"replicate: {place.runs}: the runs folder is gone; when it is back, the same command goes on"
    assert errors.splitlines()[-1] == gone and not place.runs.exists()
    found = store.open_store(elsewhere, write=False)
    assert sorted(store.sound(found)) == store.ids(found) and store.damaged(found) == []
