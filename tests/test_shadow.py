"""A PyPI client with the import name `replicate` stands in front of ours: the line that names it, in real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from replicate import shadow

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = "import sys; from synth.shadow import {0}; sys.exit({0}())"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A folder as pip leaves it after installing the other `replicate`: its package and its metadata."""
    site = tmp_path / "site"
    (site / "replicate").mkdir(parents=True)
    (site / "replicate" / "__init__.py").write_text("raise SystemExit('the other package ran')\n")
    (site / "replicate-1.0.7.dist-info").mkdir()
    (site / "replicate-1.0.7.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: replicate\nVersion: 1.0.7\n")
    return site


def python(*arguments: str, path: list[Path], cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    return subprocess.run([sys.executable, *arguments], cwd=cwd, env=env, capture_output=True, text=True)


def commands(name: str) -> list[list[str]]:
    """The two ways to start a command: the console script's function, and `python -m`."""
    return [["-c", SCRIPT.format(name), "--help"], ["-m", name, "--help"]]


@pytest.mark.parametrize("command", [commands("replicate")[0], *commands("synth")])
def test_a_package_that_shadows_ours_is_named_in_one_line(other: Path, tmp_path: Path, command: list[str]):
    done = python(*command, path=[other, ROOT], cwd=tmp_path)
    assert done.returncode == 4
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert str(other / "replicate") in done.stderr and "pip uninstall replicate" in done.stderr


@pytest.mark.parametrize("command", commands("replicate") + commands("synth"))
def test_a_package_installed_behind_ours_is_a_warning_and_no_more(other: Path, tmp_path: Path, command: list[str]):
    done = python(*command, path=[ROOT, other], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout
    assert done.stderr.count(str(other / "replicate-1.0.7.dist-info")) == 1


def test_without_the_other_package_nothing_is_said(tmp_path: Path):
    done = python(*commands("replicate")[0], path=[ROOT], cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_missing_half_of_the_product_is_named(tmp_path: Path):
    (tmp_path / "synth").mkdir()
    (tmp_path / "synth" / "__init__.py").touch()
    (tmp_path / "synth" / "shadow.py").write_bytes((ROOT / "synth" / "shadow.py").read_bytes())
    done = python("-S", *commands("synth")[0], path=[tmp_path], cwd=tmp_path)
    assert done.returncode == 4
    assert "is missing" in done.stderr and len(done.stderr.splitlines()) == 1


def test_only_a_distribution_of_that_very_name_counts(other: Path, tmp_path: Path):
    assert shadow.other([str(tmp_path / "nowhere"), str(other)]) == other / "replicate-1.0.7.dist-info"
    (tmp_path / "replicate_tools-2.dist-info").mkdir()
    (tmp_path / "stilts_claims-0.1.0.dist-info").mkdir()
    assert shadow.other([str(tmp_path)]) is None
