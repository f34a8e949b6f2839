"""A store at a URL: steps lie there whole or not at all, and every machine sees them through a mirror of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from replicate import experiments, plan, remote, run, store
from replicate.__main__ import main
from replicate.identity import Step
from replicate.problems import Problem

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TINY = ["stilts", "--scale", "tiny"]


def toy(name: str) -> Step:
    return Step("toy", {"name": name}, (), name)


def put(runs: store.Store, step: Step, text: str = "a model") -> None:
    """Do a step by hand: lease, work, commit."""
    held = store.lease(runs, step.id)
    assert held is not None
    work = store.start(runs, step.id)
    (work / "deep").mkdir()
    (work / "deep" / "model.txt").write_text(text)
    (work / "predictions.jsonl").write_text("{}\n")
    store.commit(runs, step, work, {"points": 1}, {"adopted": False})
    held.release()


@pytest.fixture(params=["file", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return f"file://{tmp_path}/far" if request.param == "file" else f"memory://{tmp_path.name}/runs"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Be another machine: one with a cache folder of its own."""

    def become(name: str) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / f"cache of {name}"))

    become("first")
    return become


def there(runs: store.Store) -> list[str]:
    """The names of all files at the URL."""
    assert runs.remote is not None
    runs.remote.fs.invalidate_cache()
    return sorted(path.rpartition("/steps/")[2] for path in runs.remote.fs.find(runs.remote.path("steps")))


def test_a_step_is_seen_by_another_machine_and_its_files_come_when_they_are_needed(url, machine):
    step = toy("one")
    put(store.open_store(url), step)
    machine("second")
    runs = store.open_store(url)
    assert runs.address == url
    assert store.ids(runs) == [step.id] and store.done(runs, step.id)
    assert list(store.sound(runs)) == [step.id]
    here = runs.steps / step.id
    assert sorted(path.name for path in here.iterdir()) == ["result.json", "step.json"]
    assert store.folder(runs, step.id, "predictions.jsonl") == here
    assert sorted(path.name for path in here.iterdir()) == ["predictions.jsonl", "result.json", "step.json"]
    assert (store.folder(runs, step.id) / "deep" / "model.txt").read_text() == "a model"


def test_until_its_result_is_there_a_step_is_not(url, machine, monkeypatch):
    runs, step = store.open_store(url), toy("one")
    real = remote.put

    def stops(far, path, name):
        if name.endswith("result.json"):
            raise KeyboardInterrupt
        real(far, path, name)

    monkeypatch.setattr(remote, "put", stops)
    with pytest.raises(KeyboardInterrupt):
        put(runs, step)
    monkeypatch.undo()
    machine("second")
    other = store.open_store(url)
    assert len(there(other)) == 3 and store.ids(other) == [] and not store.done(other, step.id)
    put(other, step)
    assert store.ids(store.open_store(url)) == [step.id]


def test_a_step_that_another_machine_did_meanwhile_is_not_done_again(url, machine):
    first = store.open_store(url)
    machine("second")
    second, step = store.open_store(url), toy("one")
    put(second, step, "of the second")
    machine("first")
    assert not store.done(first, step.id)
    held = store.lease(first, step.id)
    assert held is not None and store.done(first, step.id)  # who takes the lease looks again
    held.release()
    late = toy("two")
    work = store.start(first, late.id)
    put(second, late, "of the second")
    assert store.commit(first, late, work, {"points": 1}, {"adopted": False}) is False
    assert (store.folder(first, late.id) / "deep" / "model.txt").read_text() == "of the second"


def test_what_was_taken_away_there_is_forgotten_here(url, machine):
    runs = store.open_store(url)
    for name in ("one", "two"):
        put(runs, toy(name))
    runs.remote.fs.rm(runs.remote.path("steps", toy("one").id), recursive=True)
    assert store.ids(store.open_store(url)) == [toy("two").id]


def test_a_file_that_is_not_what_was_written_is_refused(url, machine):
    runs, step = store.open_store(url), toy("one")
    put(runs, step)
    runs.remote.fs.pipe_file(runs.remote.path("steps", step.id, "deep", "model.txt"), b"b model")
    machine("second")
    with pytest.raises(Problem, match=f"steps/{step.id} is damaged: a file there is not the one that result.json names"):
        store.folder(store.open_store(url), step.id)


def test_a_step_that_was_done_anew_is_fetched_anew(url, machine):
    first, step = store.open_store(url), toy("one")
    put(first, step)
    machine("second")
    second = store.open_store(url)
    second.remote.fs.rm(second.remote.path("steps", step.id), recursive=True)
    put(store.open_store(url), step, "another model")
    machine("first")
    os.remove(first.steps / step.id / "deep" / "model.txt")
    assert (store.folder(first, step.id) / "deep" / "model.txt").read_text() == "another model"


def test_a_damaged_record_is_set_aside_there_too(url, machine, capsys):
    runs, step = store.open_store(url), toy("one")
    put(runs, step)
    runs.remote.fs.pipe_file(runs.remote.path("steps", step.id, "result.json"), b'{"half')
    machine("second")
    other = store.open_store(url)
    assert store.sound(other) == {}
    assert f"step {step.id} is damaged: result.json is half-written or not JSON; moved to" in capsys.readouterr().err
    assert there(other) == []
    assert other.remote.fs.exists(other.remote.path("damaged", f"{step.id}-1", "result.json"))
    put(other, step)


def test_why_a_step_failed_is_seen_elsewhere_and_forgiven_everywhere(url, machine):
    first, step = store.open_store(url), toy("one")
    store.fail(first, step, "it broke")
    machine("second")
    second = store.open_store(url)
    assert store.failures(second)[step.id]["reason"] == "it broke"
    store.forgive(second, step.id)
    machine("first")
    assert store.failures(store.open_store(url)) == {}


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nope://bucket/runs", "^nope://bucket/runs: no such kind of address"),
        ("file:///proc/none/runs", "^file:///proc/none/runs: .*"),
    ],
)
def test_a_url_that_cannot_be_written_to_is_named_in_one_line(url, says, machine):
    with pytest.raises(Problem, match=says):
        store.open_store(url)


def test_a_run_at_a_url_gives_the_table_of_a_run_in_a_folder(tmp_path, machine, monkeypatch, capsys):
    monkeypatch.setenv("PYTHONPATH", f"{HERE}{os.pathsep}{ROOT}")
    url, steps = f"file://{tmp_path}/far", plan.plan(experiments.find("stilts", "tiny"))
    words = [*TINY, "--workers", "1", "--steps", "toy_steps:STEPS"]
    assert main(["run", *words, "--runs", str(tmp_path / "near")]) == 0
    assert main(["run", *words, "--runs", url]) == 0
    machine("second")
    capsys.readouterr()
    assert main(["status", *TINY, "--runs", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["done"] == len(steps)
    tables = []
    for runs in (url, str(tmp_path / "near")):
        assert main(["results", *TINY, "--runs", runs, "--csv"]) == 0
        tables.append(capsys.readouterr().out)
    assert tables[0] == tables[1] and len(tables[0].splitlines()) > len(steps)
    # A step whose own result is gone is done from inputs that this machine has never had.
    evaluation = next(step for step in steps if step.kind == "evaluate")
    runs = store.open_store(url)
    runs.remote.fs.rm(runs.remote.path("steps", evaluation.id), recursive=True)
    outcome = run.run(steps, store.open_store(url), "toys", workers=1, methods="toy_steps:STEPS")
    assert outcome.finished == (evaluation.id,) and not outcome.failed
