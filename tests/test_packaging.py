"""What is installed: a wheel that carries data and templates, and the one set of versions that was tested."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from replicate import resources
from replicate.problems import Problem

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
METADATA = f"stilts_claims-{PROJECT['version']}.dist-info"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel of this checkout, built by the backend itself: no index is asked."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def shipped(folder: str, pattern: str = "*") -> set[str]:
    return {
        file.relative_to(ROOT / folder).as_posix()
        for file in (ROOT / folder).rglob(pattern)
        if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith(".")
    }


def packed(wheel: zipfile.ZipFile, folder: str) -> set[str]:
    return {name.removeprefix(folder + "/") for name in wheel.namelist() if name.startswith(folder + "/")}


def test_the_wheel_carries_the_data(wheel: zipfile.ZipFile):
    assert "languages.csv" in shipped("data") and "NOTICE" in shipped("data")
    assert packed(wheel, "replicate/_data") == shipped("data")


def test_the_wheel_carries_the_templates(wheel: zipfile.ZipFile):
    assert shipped("reports/templates")
    assert packed(wheel, "synth/_templates") == shipped("reports/templates")


def test_the_wheel_holds_both_packages_and_nothing_else(wheel: zipfile.ZipFile):
    assert {name for name in packed(wheel, "replicate") if not name.startswith("_data/")} == shipped("replicate")
    assert {name for name in packed(wheel, "synth") if not name.startswith("_templates/")} == shipped("synth")
    assert {name.split("/")[0] for name in wheel.namelist()} == {"replicate", "synth", METADATA}


def test_the_installed_tool_finds_its_own_files(wheel: zipfile.ZipFile, tmp_path: Path):
    site = tmp_path / "site"
    wheel.extractall(site)
    code = (
        "from replicate import languages, resources\n"
        "print(resources.data(), resources.templates(), len(languages.languages()), sep='\\n')\n"
    )
    env = {**os.environ, "PYTHONPATH": str(site)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.stdout.splitlines() == [str(site / "replicate" / "_data"), str(site / "synth" / "_templates"), "50"], done.stderr


def test_a_checkout_finds_its_own_files():
    assert resources.data() == ROOT / "data"
    assert resources.templates() == ROOT / "reports" / "templates"


def test_files_that_are_gone_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(resources, "ROOT", tmp_path)
    with pytest.raises(Problem, match=re.escape(f"looked in {tmp_path / 'replicate' / '_data'} and {tmp_path / 'data'}")):
        resources.data()


def test_the_console_scripts_are_functions(wheel: zipfile.ZipFile):
    text = wheel.read(f"{METADATA}/entry_points.txt").decode()
    assert text.split() == ["[console_scripts]", "replicate", "=", "synth.shadow:replicate", "synth", "=", "synth.shadow:synth"]


def pins() -> dict[str, str]:
    lines = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9a-z.]*", line)] == []
    return {canonical(line.split("==")[0]): line.split("==")[1] for line in lines}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_has_a_tested_version():
    wanted = {
        canonical(re.split(r"[<>=]", line)[0]) for line in PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
    }
    assert wanted - set(pins()) == set()
    assert pins()["torch"] == "2.13.0"


def test_the_version_is_said_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {PROJECT['version']}\n" in citation
