"""The product where there is no checkout: wheel and sdist are built, installed into an empty environment, and walked through."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REPORT = "# Gains\n\nResearch question: Does SQuAD help?\n\n## Claims\n\n- ✓ Training on SQuAD first gains 8.2 points.\n"
# One training and one evaluation, of a few examples: what makes steps, rows and a table.
PART = "stilts --scale tiny --only baseline xnli --limit 8 --set pretrain.updates=2 target.updates=2".split()


def checked(*command: str | Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A command that has to end well; nothing of the checkout is on its path, and no network is asked."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    env = {**kept, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", **more}
    done = subprocess.run([str(word) for word in command], cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist of this checkout, built by the backend itself: no index is asked."""
    folder = tmp_path_factory.mktemp("built")
    checked(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist", "-d", folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def environment(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty environment with the wheel in it; the libraries that it needs are those of the tests, by a path file."""
    folder = tmp_path_factory.mktemp("installed") / "with spaces and ümläuts"
    checked(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    python = folder / "bin" / "python"
    site = Path(checked(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).stdout.strip())
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps"]
    checked(*pip, next(built.glob("*.whl")), cwd=folder)
    # A path file is read once: those of the tests' own environment, which may lead to the checkout, are not followed.
    (site / "libraries.pth").write_text("".join(f"{sysconfig.get_path(name)}\n" for name in ("purelib", "platlib")))
    for path in sorted(site.rglob("*"), reverse=True):
        path.chmod(0o555 if path.is_dir() else 0o444)
    site.chmod(0o555)
    yield folder
    for path in [site, *(one for one in site.rglob("*") if one.is_dir())]:
        path.chmod(0o755)  # or the folder could not be removed


def walked(folder: Path) -> Iterator[tuple[str, int]]:
    return ((str(path.relative_to(folder)), path.stat().st_mtime_ns) for path in sorted(folder.rglob("*")))


def test_the_tour_needs_no_checkout_and_writes_nothing_beside_the_packages(environment: Path, tmp_path: Path):
    before, scripts = dict(walked(environment)), environment / "bin"
    home = {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "home" / "cache")}
    folder = tmp_path / "a folder of müne"
    folder.mkdir()
    (folder / "report.md").write_text(REPORT)

    def replicate(*words: str) -> str:
        return checked(scripts / "replicate", *words, cwd=folder, **home).stdout

    def synth(*words: str) -> str:
        return checked(scripts / "python", "-m", "synth", *words, cwd=folder, **home).stdout

    assert "Nothing was run in this folder yet" in replicate()
    assert json.loads(replicate("plan", *PART, "--json"))["counts"]["steps"] == 3
    replicate("run", *PART, "--workers", "1")
    assert "runs/: 3 steps done" in checked(scripts / "python", "-m", "replicate", cwd=folder, **home).stdout
    assert replicate("results", *PART).startswith("artificial world")
    assert "claims/gains.toml" in synth("ingest", "report.md", "--name", "gains")
    assert "squad-gain" in synth("verify", "stilts")
    assert "out/gains.html" in synth("report", "gains", "--format", "html,md,pdf")
    said = checked(scripts / "synth", cwd=folder, **home).stdout
    assert "python -m synth verify gains" in said and "  out/" in said
    assert {path.name for path in folder.iterdir()} == {"report.md", "runs", "claims", "out"}
    assert dict(walked(environment)) == before


def test_both_packages_come_from_the_environment(environment: Path, tmp_path: Path):
    code = (
        "import replicate, synth, replicate.resources as r; print(*replicate.__path__, *synth.__path__, r.data(), r.templates())"
    )
    lines = checked(environment / "bin" / "python", "-c", code, cwd=tmp_path).stdout
    assert lines.count(str(environment)) == 4


def test_another_package_named_replicate_in_the_environment_is_noticed(environment: Path, tmp_path: Path):
    """A web service's client on PyPI installs the same name; it lies where pip would have put it had it come first."""
    (tmp_path / "replicate").mkdir()
    (tmp_path / "replicate" / "__init__.py").write_text("raise SystemExit('the other package ran')\n")
    (tmp_path / "replicate-1.0.7.dist-info").mkdir()
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for program in ("replicate", "synth"):
        done = subprocess.run(
            [environment / "bin" / program],
            cwd=tmp_path,
            env={**kept, "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stdout) == (4, "")
        assert len(done.stderr.splitlines()) == 1 and "is another project's" in done.stderr


def test_the_sdist_holds_what_builds_and_tests_it_and_nothing_else(built: Path):
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        links = [one.name for one in archive.getmembers() if one.issym() or one.islnk()]
    folders = {name.partition("/")[0] for name in names if "/" in name}
    assert {"replicate", "synth", "data", "reports", "tests", "docs", "benchmarks"} <= folders
    assert folders & {"runs", "out", "claims", "shared", ".git", ".venv", "papers"} == set()
    assert {"pyproject.toml", "constraints.txt", "README.md", "LICENSE", "Makefile", "CHANGELOG.md"} <= names
    assert {"tests/test_installed.py", "tests/data/xtreme_mock", "data/languages.csv"} <= names | {
        name.rpartition("/")[0] for name in names
    } | {name.rpartition("/")[0].rpartition("/")[0] for name in names}
    assert links == []
    assert [name for name in names if name.endswith((".pyc", ".egg-info")) or name.startswith("../")] == []


def test_the_sdist_installs_what_the_wheel_does(built: Path, environment: Path, tmp_path: Path):
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--no-compile"]
    checked(*pip, "--target", tmp_path / "site", next(built.glob("*.tar.gz")), cwd=tmp_path)
    site = next((environment / "lib").glob("python*/site-packages"))

    def files(folder: Path) -> set[str]:
        found = [path for package in ("replicate", "synth") for path in (folder / package).rglob("*")]
        return {str(path.relative_to(folder)) for path in found if path.is_file() and path.suffix != ".pyc"}

    assert files(tmp_path / "site") == files(site) and len(files(site)) > 400
    done = checked(sys.executable, "-m", "synth", cwd=tmp_path / "site")
    assert done.stdout.startswith("synth: what reports and papers claim")
