"""The whole chain, as a stranger walks it: run, kill, resume, tabulate, verify, report. At the scale made for tests."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

TINY = ["stilts", "--scale", "tiny"]


def replicate(*arguments: str, cwd: Path) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "replicate", *arguments], cwd=cwd, capture_output=True, text=True)


def synth(*arguments: str, cwd: Path) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "synth", *arguments], cwd=cwd, capture_output=True, text=True)


def table(folder: Path) -> list[dict[str, str]]:
    """The results as rows; what a run measured, whoever ran it and however often it was killed."""
    done = replicate("results", *TINY, "--csv", cwd=folder)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    return sorted(csv.DictReader(io.StringIO("\n".join(lines))), key=lambda row: json.dumps(row, sort_keys=True))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the tiny experiment has run to its end."""
    folder = tmp_path_factory.mktemp("finished")
    done = replicate("run", *TINY, "--workers", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def undisturbed(finished: Path) -> list[dict[str, str]]:
    """Its table."""
    return table(finished)


def test_every_cell_of_the_plan_is_measured(undisturbed: list[dict[str, str]]) -> None:
    seen = {(row["intermediate"], row["target"], row["language"]) for row in undisturbed}
    assert seen == {
        (i, t, la) for i in ("baseline", "anli+", "squad1") for t in ("xnli", "udpos", "tydiqa") for la in ("a1a", "a1b", "b1a")
    }
    assert all(0 <= float(row["value"]) <= 100 for row in undisturbed)
    assert {row["world"] for row in undisturbed} == {"artificial"}


def test_two_runs_of_the_same_seeds_give_the_same_table(undisturbed: list[dict[str, str]], tmp_path: Path) -> None:
    assert replicate("run", *TINY, "--workers", "2", cwd=tmp_path).returncode == 0
    assert table(tmp_path) == undisturbed


def test_a_run_killed_twice_ends_with_the_table_of_an_undisturbed_one(
    finished: Path, undisturbed: list[dict[str, str]], tmp_path: Path
) -> None:
    for wanted in (2, 7):
        run = subprocess.Popen(
            [sys.executable, "-m", "replicate", "run", *TINY, "--workers", "1"],
            cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        steps = tmp_path / "runs" / "steps"
        while run.poll() is None and len(list(steps.glob("*/result.json"))) < wanted:
            time.sleep(0.02)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
    assert len(list(steps.glob("*/result.json"))) < len(list((finished / "runs" / "steps").glob("*/result.json")))
    resumed = replicate("run", *TINY, "--workers", "2", cwd=tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    assert table(tmp_path) == undisturbed


def test_a_second_run_has_nothing_to_do(finished: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (finished / "runs" / "steps").glob("*/result.json")}
    assert replicate("run", *TINY, cwd=finished).returncode == 0
    assert {path: path.stat().st_mtime_ns for path in (finished / "runs" / "steps").glob("*/result.json")} == before


def test_an_artificial_run_never_verifies_a_claim_about_xlm_r(finished: Path) -> None:
    done = synth("verify", "--json", cwd=finished)
    assert done.returncode == 0, done.stderr
    claims = json.loads(done.stdout)["claims"]
    assert {"squad-gain", "hellaswag-gain"} <= {claim["id"] for claim in claims}
    assert {claim["checks"]["replication"]["verdict"] for claim in claims} <= {"not run", "illustration"}
    assert not {"supported", "refuted"} & {claim["verdict"] for claim in claims}


def test_the_report_says_what_world_it_is_about(finished: Path) -> None:
    done = synth("report", "stilts", cwd=finished)
    assert done.returncode == 0, done.stderr
    assert "artificial" in (finished / "out" / "stilts.html").read_text(encoding="utf-8")
