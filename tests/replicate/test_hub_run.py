"""The whole way of a lab with a network, on a hub on loopback: download, cache, tokenise, train, evaluate; then without it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loopback import Hub, hub

EXPERIMENT = ["stilts", "--scale", "base", "--limit", "16", "--seeds", "1", "--only", "anli+", "no-mlm", "xnli", "tatoeba"]


def replicate(*words: str, runs: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "replicate", *words, "--runs", str(runs)]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment}, check=False)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hub")


@pytest.fixture(scope="module")
def there(place: Path) -> Iterator[Hub]:
    with hub(place / "huggingface") as running:
        yield running


@pytest.fixture(scope="module")
def environment(there: Hub, place: Path) -> dict[str, str]:
    return {**there.environment, "XDG_CACHE_HOME": str(place / "cache")}


@pytest.fixture(scope="module")
def rows(place: Path, environment: dict[str, str]) -> list[dict]:
    """The results of a run with the hub there."""
    done = replicate("run", *EXPERIMENT, runs=place / "runs", environment=environment)
    assert done.returncode == 0, done.stderr
    assert "LDC2005T13" in done.stderr  # CCGbank is on no hub, and the run says so
    shown = replicate("results", *EXPERIMENT, "--json", runs=place / "runs", environment=environment)
    return json.loads(shown.stdout)["rows"]


def test_a_run_on_the_hub_measures_xlmr_on_real_data(rows):
    assert {(row["world"], row["model"]) for row in rows} == {("real", "FacebookAI/xlm-roberta-base")}
    assert {(row["intermediate"], row["target"]) for row in rows} == {
        (intermediate, target) for intermediate in ("baseline", "anli+") for target in ("xnli", "tatoeba")
    }
    xnli = [row for row in rows if row["target"] == "xnli"]
    assert len({row["language"] for row in xnli}) == 15 and {row["split"] for row in xnli} == {"dev"}


def test_what_was_read_stands_in_the_record_with_its_commit(rows, place):
    told = [json.loads(path.read_text(encoding="utf-8")) for path in (place / "runs" / "steps").glob("*/result.json")]
    data = [part for one in told if one["kind"] == "train" for part in one["result"]["data"].values()]
    notes = {note for part in data for note in part["notes"]}
    for name in ("facebook/anli", "nyu-mll/multi_nli"):
        assert any(re.fullmatch(rf"read {name} at [0-9a-f]{{12}}", note) for note in notes)
    assert {part["examples"] for part in data} == {16}


def test_a_second_run_fetches_nothing(rows, there, place, environment):
    before = len(there.fetched)
    again = replicate("run", *EXPERIMENT, "--limit", "8", runs=place / "again", environment=environment)
    assert again.returncode == 0, again.stderr
    assert len(there.fetched) == before


def test_with_the_server_gone_and_the_cache_warm_it_runs_and_gives_the_same_numbers(rows, there, place, environment):
    there.stop()
    shutil.rmtree(place / "cache")  # what was encoded has to be encoded again
    done = replicate("run", *EXPERIMENT, runs=place / "offline", environment=environment)
    assert done.returncode == 0, done.stderr
    shown = replicate("results", *EXPERIMENT, "--json", runs=place / "offline", environment=environment)
    assert json.loads(shown.stdout)["rows"] == rows
    nothing = {**environment, "HF_HOME": str(place / "empty")}
    done = replicate("run", *EXPERIMENT, runs=place / "nothing", environment=nothing)
    assert done.returncode != 0
    assert "xlm-roberta-base" in done.stderr and "is not reached" in done.stderr and "not in the cache" in done.stderr
    assert "Traceback" not in done.stderr
