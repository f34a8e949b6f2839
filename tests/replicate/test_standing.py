"""What both programs say alone: the next command, by what lies in the folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from replicate.commands import welcome as of_replicate
from replicate.terminal import standing
from synth import welcome as of_synth


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def step(folder: Path, id: str, command: str, when: int) -> None:
    """A finished step, made by this command at this time."""
    place = folder / "runs" / "steps" / id
    place.mkdir(parents=True)
    (place / "result.json").write_text(json.dumps({"provenance": {"command": command}}))
    os.utime(place / "result.json", (when, when))


def test_nothing_was_run_yet(folder: Path):
    here = standing.look()
    assert here == standing.Standing()
    said = of_replicate.welcome(here)
    assert "Nothing was run in this folder yet" in said and "python -m replicate run stilts --scale tiny" in said
    said = of_synth.welcome(here)
    assert "python -m synth verify stilts" in said and "python -m replicate run stilts --scale tiny" in said


def test_after_a_run_come_its_own_status_and_table(folder: Path):
    step(folder, "a" * 16, "python -m replicate run families", 1)
    step(folder, "b" * 16, "python -m replicate run stilts --scale tiny --workers 2 --only anli+ xnli", 2)
    said = of_replicate.welcome(standing.look())
    assert "runs/: 2 steps done; a run of late: python -m replicate run stilts --scale tiny --workers 2" in said
    assert "  python -m replicate results stilts --scale tiny --only anli+ xnli --wide  " in said
    assert "replicate run stilts --scale tiny  " not in said
    assert "none in runs/ yet" not in of_synth.welcome(standing.look())


def test_what_failed_is_tried_again(folder: Path):
    step(folder, "a" * 16, "python -m replicate run stilts --scale tiny", 1)
    (folder / "runs" / "failed").mkdir()
    (folder / "runs" / "failed" / "b.json").write_text("{}")
    said = of_replicate.welcome(standing.look())
    assert "1 step done, 1 failed" in said
    assert "python -m replicate run stilts --scale tiny" in said and "tries again what failed" in said


@pytest.mark.parametrize(
    "command", ["pytest -q", "python -m '", "python -m replicate run stilts --no-such-option", "python -m replicate run all"]
)
def test_a_command_that_names_no_single_experiment_of_this_version_is_no_hint(folder: Path, command: str):
    step(folder, "a" * 16, command, 1)
    assert "python -m replicate results stilts --wide" in of_replicate.welcome(standing.look())


def test_claims_of_ones_own_are_verified_and_a_report_is_opened(folder: Path):
    (folder / "claims").mkdir()
    for name in ("b", "a", "d", "c"):
        (folder / "claims" / f"{name}.toml").touch()
    (folder / "out").mkdir()
    (folder / "out" / "index.html").touch()
    here = standing.look()
    assert (here.claims, here.report) == (("a", "b", "c", "d"), os.path.join("out", "index.html"))
    for said in (of_replicate.welcome(here), of_synth.welcome(here)):
        assert "python -m synth verify a  " in said and "python -m synth verify d" not in said
        assert "  out/index.html  " in said
    assert "claims/: a, b, c and 1 more" in of_synth.welcome(here)


def test_what_cannot_be_read_counts_as_nothing(folder: Path):
    (folder / "runs").write_text("a file")
    (folder / "claims").symlink_to(folder / "nowhere")
    assert standing.look() == standing.Standing()
    (folder / "runs").unlink()
    step(folder, "a" * 16, "", 1)
    (folder / "runs" / "steps" / ("a" * 16) / "result.json").write_text("[1")
    assert standing.look() == standing.Standing(steps=1)
