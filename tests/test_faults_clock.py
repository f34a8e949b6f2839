"""A clock that is set while we work: leases, progress, results and the pace of requests do not go by the time of day."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from synth.literature import throttle
from synth.literature.throttle import Throttle
from tests.faults import alone, looks
from tests.faults.stages import STAGES, Place

JUMPS = "0,86400,-86400,315360000,-3000,1e-3,-40"  # a day, ten years, most of an hour, back and forth


def test_a_clock_that_jumps_changes_no_result_of_a_run(tmp_path: Path):
    stage, place = STAGES["toys"], Place(tmp_path, "tiny")
    for folder in (place.log, tmp_path / "tmp"):
        folder.mkdir()
    environment = {**os.environ, **place.environment, "FAULTS_CLOCK": JUMPS}
    done = subprocess.run(stage.words(place, 1), env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and looks.unclear(done.stderr) == [], done.stderr
    assert looks.left(tmp_path, stage.empty) == []
    assert looks.differences(looks.steps(alone.carry_out(tmp_path / "alone" / "runs").root), stage.made(place)) == []


class Clocks:
    """A time of day that is set now and then, and a time that only goes on; sleeping takes none of ours."""

    def __init__(self) -> None:
        self.passed, self.off = 1000.0, 1.7e9

    def time(self) -> float:
        return self.passed + self.off

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += max(seconds, 1e-6)


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    made = Clocks()
    for name in ("time", "monotonic", "sleep"):
        monkeypatch.setattr(time, name, getattr(made, name))
    assert throttle.time is time
    return made


@pytest.mark.parametrize("jump", [-86400.0, -3000.0, -1.0, 0.0, 1.0, 3000.0, 86400.0])
def test_who_waits_for_a_turn_waits_for_the_interval_at_most(tmp_path: Path, clocks: Clocks, jump: float):
    pace = Throttle(tmp_path, "x", 3.0)
    with pace.turn():
        pass
    clocks.off += jump
    before = clocks.passed
    with pace.turn():
        pass
    assert clocks.passed - before <= 3.0 + 1e-3
    assert clocks.passed - before >= 3.0 - 1e-3 or jump > 0  # a clock set forward ends one wait


@pytest.mark.parametrize("jump", [-86400.0, -600.0, 0.0])
def test_a_pause_that_was_asked_for_is_kept_and_gets_no_longer(tmp_path: Path, clocks: Clocks, jump: float):
    pace = Throttle(tmp_path, "x", 0.0)
    pace.pause(120.0)
    clocks.off += jump
    assert pace.left() == pytest.approx(120.0)
