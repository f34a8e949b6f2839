"""The store: a step is there whole or not at all, and what is damaged is named and set aside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from replicate import plan, results, store
from replicate.plan import Step
from replicate.problems import Problem

ROOT = Path(__file__).resolve().parent.parent.parent
ROW = {
    "model": "nano", "method": "full", "seed": 1, "intermediate": "anli+", "intermediate_languages": ["a1a", "a1b"], "mlm": False,
    "max_length": 96, "world": "artificial",
}  # fmt: skip


def evaluation(number: int = 0) -> Step:
    settings = {"target": "xnli", "languages": ["a1a", "b1a"], "split": "test", "seed": number, "row": {**ROW, "seed": number}}
    return Step("evaluate", settings, (("model", "00aa"),), f"anli+: xnli, seed {number}")


def put(runs: store.Store, step: Step, result: dict | None = None) -> Path:
    """Do a step by hand: lease, work, commit."""
    lease = store.lease(runs, step.id)
    assert lease is not None
    work = store.start(runs, step.id)
    (work / "predictions.jsonl").write_text("{}\n" * 3)
    cells = [{"language": "a1a", "metric": "accuracy", "value": 71.5, "n": 200}]
    store.commit(runs, step, work, {"cells": cells} if result is None else result, {"adopted": False})
    lease.release()
    return store.folder(runs, step.id)


@pytest.fixture
def runs(tmp_path: Path) -> store.Store:
    return store.open_store(tmp_path / "runs")


# ---- commits ----


def test_a_committed_step_comes_back_with_its_record(runs):
    put(runs, evaluation())
    step, record = store.sound(runs)[evaluation().id]
    assert plan.from_dict(step) == evaluation()
    assert record["files"]["predictions.jsonl"]["bytes"] == 9
    assert list(runs.aside.iterdir()) == list(runs.leases.iterdir()) == []


def test_a_second_commit_of_the_same_step_is_discarded(runs):
    put(runs, evaluation(), {"cells": [], "which": "first"})
    put(runs, evaluation(), {"cells": [], "which": "second"})
    (_, record), *more = store.sound(runs).values()
    assert record["result"]["which"] == "first" and more == []
    assert list(runs.aside.iterdir()) == []


def test_a_step_killed_in_the_middle_of_commits_leaves_whole_steps_only(tmp_path):
    """A process commits step after step and is killed anywhere in it; nothing in steps/ is ever half a step."""
    program = f"""
import sys; sys.path[:0] = [{str(ROOT)!r}, {str(Path(__file__).parent)!r}]
import test_store
from replicate import store
runs = store.open_store({str(tmp_path / "runs")!r})
for number in range(100000):
    step = test_store.evaluation(number)
    lease = store.lease(runs, step.id); work = store.start(runs, step.id)
    for name in ("a", "b", "c"):
        (work / name).write_bytes(b"x" * 300000)
    store.commit(runs, step, work, {{"cells": []}}, {{}}); lease.release()
    print(number, flush=True)
"""
    for wait in (0.003, 0.011, 0.019):
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    runs = store.open_store(tmp_path / "runs")
    assert len(store.ids(runs)) >= 1
    assert sorted(store.sound(runs)) == store.ids(runs) and store.damaged(runs) == []
    store.clean(runs)
    for work in list(runs.aside.iterdir()):
        assert store.take_up(runs, work.name)  # its commit was cut short when all of it was written
    assert list(runs.aside.iterdir()) == list(runs.leases.iterdir()) == []


def test_a_checkpoint_of_a_dead_try_is_handed_on_and_everything_else_is_cleared(runs):
    work = store.start(runs, evaluation().id)
    (work / store.CHECKPOINT).mkdir()
    (work / store.CHECKPOINT / "state").write_text("at 7")
    (work / "half").write_text("wr")
    store.clean(runs)
    again = store.start(runs, evaluation().id)
    assert [path.name for path in again.iterdir()] == [store.CHECKPOINT]
    put(runs, evaluation())
    assert not (store.folder(runs, evaluation().id) / store.CHECKPOINT).exists()


def test_leftovers_of_the_dead_are_removed_and_those_of_the_living_are_not(runs):
    dead, living = evaluation(1), evaluation(2)
    store.start(runs, dead.id)
    lease = store.lease(runs, living.id)
    store.start(runs, living.id)
    store.clean(runs)
    assert [path.name for path in runs.aside.iterdir()] == [living.id]
    assert store.running(runs) == [living.id]
    lease.release()


def test_a_lease_is_given_once_and_ends_with_its_process(runs):
    program = (
        f"import sys, time; sys.path.insert(0, {str(ROOT)!r}); from replicate import store\n"
        f"lease = store.lease(store.open_store({str(runs.root)!r}), 'ab'); print(lease is not None, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "True\n"
    assert store.lease(runs, "ab") is None and store.running(runs) == ["ab"]
    process.kill()
    process.communicate()
    assert store.running(runs) == []
    lease = store.lease(runs, "ab")
    assert lease is not None and store.lease(runs, "ab") is None
    lease.release()


# ---- damage ----


def _edit(path: Path, **changes) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


DAMAGE = {
    "result.json cut off": (lambda at: os.truncate(at / "result.json", 60), "result.json is half-written or not JSON"),
    "step.json empty": (lambda at: os.truncate(at / "step.json", 0), "step.json is half-written or not JSON"),
    "result.json gone": (lambda at: (at / "result.json").unlink(), "result.json is missing"),
    "another schema": (
        lambda at: _edit(at / "result.json", schema="replicate.step/9"),
        "result.json has the schema 'replicate.step/9', this version reads 'replicate.step/1'",
    ),
    "not an object": (lambda at: (at / "result.json").write_text("[]"), "result.json has the schema None"),
    "settings changed": (lambda at: _edit(at / "step.json", settings={}), "it is not the step that its name says"),
    "result of another": (lambda at: _edit(at / "result.json", id="ff"), "it is not the step that its name says"),
    "a file cut off": (lambda at: os.truncate(at / "predictions.jsonl", 4), "predictions.jsonl has 4 bytes instead of 9"),
    "a file gone": (lambda at: (at / "predictions.jsonl").unlink(), "predictions.jsonl is missing"),
    "no kind": (lambda at: _edit(at / "step.json", kind=None, version="x"), "it is not the step that its name says"),
    "files a number": (lambda at: _edit(at / "result.json", files=3), "lacks what every step has"),
    "no result": (lambda at: _edit(at / "result.json", result=None), "was changed after it was written"),
    "a number edited": (
        lambda at: _edit(at / "result.json", result={"cells": [{"value": 99.0}]}),
        "was changed after it was written",
    ),
    "cells a number": (lambda at: _edit(at / "result.json", result={"cells": 7}), "was changed after it was written"),
    "brackets without end": (lambda at: (at / "result.json").write_text("[" * 100_000), "is half-written or not JSON"),
    "result.json a folder": (lambda at: [(at / "result.json").unlink(), (at / "result.json").mkdir()], "is a folder, not a file"),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_step_is_named_and_set_aside_and_can_be_done_again(runs, capsys, what):
    damage, says = DAMAGE[what]
    damage(put(runs, evaluation(1)))
    put(runs, evaluation(2))
    assert list(store.sound(runs)) == [evaluation(2).id]
    id = evaluation(1).id
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"replicate: step {id} is damaged: ") and says in line and str(runs.damaged / f"{id}-1") in line
    damage(put(runs, evaluation(1)))
    store.sound(runs)
    assert store.damaged(runs) == [f"{id}-1", f"{id}-2"]


def test_a_file_where_a_step_should_be_is_damage_too(runs):
    (runs.steps / "0123456789abcdef").write_text("")
    assert store.sound(runs) == {}
    assert store.damaged(runs) == ["0123456789abcdef-1"]


def test_a_step_that_somebody_does_again_is_left_to_them(runs):
    (put(runs, evaluation()) / "result.json").unlink()
    lease = store.lease(runs, evaluation().id)
    assert store.sound(runs) == {} and store.damaged(runs) == []
    lease.release()


# ---- the folder ----


def test_a_runs_folder_that_is_a_file_is_one_line(tmp_path):
    (tmp_path / "runs").write_text("")
    for write in (True, False):
        with pytest.raises(Problem, match=r"runs: the runs folder is a file; remove it or choose another with --runs$"):
            store.open_store(tmp_path / "runs", write)


def test_a_runs_folder_below_a_file_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="a part of this path is a file, not a folder"):
        store.open_store(tmp_path / "file" / "runs")


FORBIDDEN = {
    # An ordinary user, where the tests run as root.
    "permission": ("if os.geteuid() == 0: os.setuid(65534)", "permission denied; choose a folder that you may write to"),
    # A limit on the size of files stands for a device that takes no more.
    "room": (
        "from resource import RLIMIT_FSIZE, setrlimit; import signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); setrlimit(RLIMIT_FSIZE, (0, 0))",
        "File too large",
    ),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_folder_that_cannot_be_written_to_is_one_line_and_leaves_nothing_half_written(tmp_path, what):
    forbid, says = FORBIDDEN[what]
    (tmp_path / "runs").mkdir(mode=0o555)
    program = (
        f"import os, sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from replicate import problems, store\n"
        f"{forbid}\n"
        f"sys.exit(problems.guard(lambda: store.open_store({str(tmp_path / 'runs')!r}) and 0, 'replicate'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 4
    assert done.stderr == f"replicate: runs folder {tmp_path / 'runs'}: {says} (--runs)\n"
    assert [path for path in (tmp_path / "runs").rglob("*") if path.is_file()] == []


# ---- rows ----


def test_rows_have_the_columns_of_the_contract_with_the_settings_of_their_step(runs):
    cells = [{"language": code, "metric": "accuracy", "value": value, "n": 200} for code, value in (("a1a", 71.5), ("b1a", 33.0))]
    put(runs, evaluation(3), {"cells": cells, "figures": {"seconds": 1.5}})
    first, second = store.rows(runs.root)
    assert set(first) == set(results.COLUMNS)
    assert first == {
        **ROW,
        "origin": f"run:{evaluation(3).id}", "seed": 3, "intermediate_languages": "a1a+a1b", "target": "xnli", "language": "a1a",
        "split": "test", "perturbation": "", "rate": 0.0, "metric": "accuracy", "quantity": "level", "over": "", "value": 71.5,
        "printed": "", "n": 200,
    }  # fmt: skip
    assert (second["language"], second["value"]) == ("b1a", 33.0)


def test_rows_come_in_the_order_that_is_asked_for_and_trainings_have_none(runs):
    training = Step("train", {"tasks": ["mnli"]}, (), "training")
    put(runs, training, {})
    for number in (1, 2):
        put(runs, evaluation(number))
    asked = [evaluation(2).id, training.id, evaluation(1).id, "not there"]
    assert [row["seed"] for row in store.rows(runs, asked)] == [2, 1]


def test_a_thousand_steps_are_read_and_ten_thousand_listed(runs):
    template = put(runs, evaluation())
    record = json.loads((template / "result.json").read_text())
    for number in range(1, 1001):
        step = evaluation(number)
        at = runs.steps / step.id
        at.mkdir()
        (at / "predictions.jsonl").write_bytes(b"{}\n{}\n{}\n")
        (at / "step.json").write_text(json.dumps({"schema": store.SCHEMA, **step.to_dict()}))
        (at / "result.json").write_text(json.dumps({**record, "id": step.id}))
    assert len(store.sound(runs)) == 1001
    for number in range(10_000 - 1001):
        (runs.steps / f"{number:016}").mkdir()
    assert len(store.ids(runs)) == 10_000
