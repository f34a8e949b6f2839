"""What may happen to a store: kills within a commit, links in it, damaged steps in the way, many runs that begin at once."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from replicate import experiments, files, finished, leases, plan, run, store
from replicate.agenda import Agenda
from replicate.problems import Problem
from replicate.store import CHECKPOINT
from replicate.terminal.progress import Bar
from tests.faults import alone, commits

STEP = commits.step(1)


class Killed(BaseException):
    """What stands for a kill in these tests: nothing tidies up after it."""


@pytest.fixture
def runs(tmp_path: Path) -> store.Store:
    return store.open_store(tmp_path / "runs")


def killed_in_commit(runs: store.Store, monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> Path:
    """A commit of STEP that is killed where it first calls this; the folder that it was at work in."""

    def kill(*given: object) -> None:
        raise Killed

    work = store.start(runs, STEP.id)
    result = commits.write(work, 1)
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, kill)
        with pytest.raises(Killed):
            store.commit(runs, STEP, work, result, {"adopted": False})
    return work


# ---- commits cut short


def test_a_training_is_not_lost_by_a_kill_while_its_files_are_hashed(runs, monkeypatch):
    """Gigabytes take a while: until all is on the disk the checkpoint stays."""
    work = killed_in_commit(runs, monkeypatch, finished, "sha256")
    store.clean(runs)
    assert (work / CHECKPOINT / "000000001" / "state.json").exists()
    assert not store.take_up(runs, STEP.id)
    assert [path.name for path in store.start(runs, STEP.id).iterdir()] == [CHECKPOINT]


@pytest.mark.parametrize("last", ["remove", "forgive"])
def test_a_commit_that_was_cut_short_is_ended_and_not_done_again(runs, monkeypatch, last):
    work = killed_in_commit(runs, monkeypatch, store, last)
    store.clean(runs)
    assert store.done(runs, STEP.id) or store.take_up(runs, STEP.id)
    assert list(store.sound(runs)) == [STEP.id] and not work.exists()
    assert not (runs.steps / STEP.id / CHECKPOINT).exists()


@pytest.mark.parametrize(("owner", "name"), [(os, "rename"), (store, "sync"), (store, "forgive")])
def test_a_step_that_is_there_has_no_failure_on_record(runs, monkeypatch, owner, name):
    """Nobody looks again at what a finished step left: so that goes first."""
    store.fail(runs, STEP, "a reason")
    held = store.lease(runs, STEP.id)
    killed_in_commit(runs, monkeypatch, owner, name)
    assert held is not None and store.settled(runs, STEP.id)
    assert store.failures(runs) == {} and store.done(runs, STEP.id)


def test_what_is_not_whole_to_the_last_byte_is_no_commit_cut_short(runs, monkeypatch):
    work = killed_in_commit(runs, monkeypatch, store, "remove")
    model = work / "model.bin"
    model.write_bytes(b"\0" * model.stat().st_size)
    assert not store.take_up(runs, STEP.id) and store.ids(runs) == []


def test_a_damaged_step_does_not_stand_in_the_way_of_the_one_that_is_done_again(runs, capsys):
    damaged = runs.steps / STEP.id
    damaged.mkdir()
    (damaged / "step.json").write_text("{")
    work = store.start(runs, STEP.id)
    assert store.commit(runs, STEP, work, commits.write(work, 1), {})
    assert list(store.sound(runs)) == [STEP.id] and store.damaged(runs) == [f"{STEP.id}-1"]
    assert f"step {STEP.id} is damaged: step.json is half-written or not JSON; moved to" in capsys.readouterr().err


def test_a_damaged_step_that_could_not_be_set_aside_at_the_start_is_not_taken_for_done(runs):
    """Another run that begins holds each lease for a moment; who looks at that moment sees the damage and may not move it."""
    step = plan.plan(experiments.find("stilts", "tiny"))[0]

    def finish() -> None:
        work = store.start(runs, step.id)
        store.commit(runs, step, work, commits.write(work, 1), {})

    def next_of_a_run() -> plan.Step | None:
        return Agenda([step], runs, Bar("", 1, stream=io.StringIO()), 0, 0.0).next()

    finish()
    os.truncate(runs.steps / step.id / "result.json", 50)
    held = store.lease(runs, step.id)
    assert held is not None and store.sound(runs) == {} and store.done(runs, step.id)
    assert next_of_a_run() is step
    assert not store.settled(runs, step.id) and store.damaged(runs) == [f"{step.id}-1"]
    held.release()
    finish()
    assert next_of_a_run() is None and store.settled(runs, step.id)


# ---- links, and names that lead elsewhere


@pytest.fixture
def somebodys(tmp_path: Path) -> Path:
    folder = tmp_path / "somebodys"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    return folder


def test_a_link_in_the_place_of_work_is_taken_away_and_not_followed(runs, somebodys):
    for act in (lambda: store.start(runs, STEP.id), lambda: store.clean(runs), lambda: store.give_up(runs, STEP.id)):
        (runs.aside / STEP.id).symlink_to(somebodys)
        act()
        assert not (runs.aside / STEP.id).is_symlink()
        assert (somebodys / "thesis.txt").read_text() == "years of work"
        store.give_up(runs, STEP.id)


def test_a_link_in_the_place_of_a_lease_makes_no_file_elsewhere(runs, somebodys):
    (runs.leases / STEP.id).symlink_to(somebodys / "new.txt")
    held = store.lease(runs, STEP.id)
    assert held is not None and store.running(runs) == [STEP.id]
    held.release()
    assert [path.name for path in somebodys.iterdir()] == ["thesis.txt"] and list(runs.leases.iterdir()) == []


@pytest.mark.parametrize("name", ["../../thesis.txt", "/etc/passwd", "", "a/../../b"])
def test_a_step_that_names_a_file_elsewhere_is_damaged(runs, name):
    work = store.start(runs, STEP.id)
    store.commit(runs, STEP, work, commits.write(work, 1), {})
    at = runs.steps / STEP.id
    _, record = finished.read(at)
    record["files"][name] = {"bytes": 13, "sha256": "0" * 64}
    record["content"] = finished.content(record["result"], record["files"])
    (at / "result.json").write_text(json.dumps(record))
    with pytest.raises(store.Damaged, match="which is no file of this folder"):
        finished.read(at)


def test_steps_and_work_on_two_devices_are_refused_beforehand(tmp_path, runs):
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second device here (/dev/shm)")
    runs.aside.rmdir()
    runs.aside.symlink_to(memory)
    with pytest.raises(Problem, match="steps/ and aside/ lie on two devices"):
        store.open_store(runs.root)


# ---- files


def test_what_a_killed_writer_left_is_written_over_by_the_next_and_swept_by_the_store(runs, tmp_path):
    path = tmp_path / "cells.csv"
    program = (
        "import os, sys; from pathlib import Path; from replicate import files\n"
        "with files.whole(Path(sys.argv[1])) as file:\n    file.write(b'half'); file.flush(); os.kill(os.getpid(), 9)"
    )
    for one in (path, runs.failed / "00aa.json"):
        subprocess.run([sys.executable, "-c", program, str(one)], cwd=Path(__file__).parents[1], check=False)
        assert [left.name for left in one.parent.glob(".*")] == [f".{one.name}.new"] and not one.exists()
    with files.whole(path) as file:
        file.write(b"whole")
    store.clean(runs)
    assert path.read_bytes() == b"whole" and list(tmp_path.glob(".*")) == list(runs.failed.iterdir()) == []


def test_what_somebody_writes_at_this_moment_is_not_swept(tmp_path):
    with files.whole(tmp_path / "cells.csv") as file:
        files.sweep(tmp_path)
        file.write(b"whole")
    assert (tmp_path / "cells.csv").read_bytes() == b"whole"


def test_a_folder_that_a_killed_process_filled_is_empty_for_the_next(tmp_path):
    path = tmp_path / "index"
    program = (
        "import os, sys; from pathlib import Path; from replicate import files\n"
        "with files.beside(Path(sys.argv[1])) as aside:\n    (aside / 'half').write_text('x'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], cwd=Path(__file__).parents[1], check=False)
    assert [left.name for left in tmp_path.iterdir()] == [".index.new"]
    with files.beside(path) as aside:
        assert list(aside.iterdir()) == []
        files.sweep(tmp_path)
        (aside / "whole").write_text("x")
        os.rename(aside, path)
    with pytest.raises(ValueError), files.beside(tmp_path / "other"):
        raise ValueError
    assert [left.name for left in tmp_path.rglob("*")] == ["index", "whole"]


def test_two_who_write_one_file_at_once_write_it_one_after_the_other(tmp_path):
    program = (
        "import sys; from pathlib import Path; from replicate import files\n"
        "for _ in range(40):\n"
        "    with files.whole(Path(sys.argv[1])) as file:\n"
        "        for _ in range(50): file.write(sys.argv[2].encode() * 100); file.flush()"
    )
    path = tmp_path / "page.html"
    words = [sys.executable, "-c", program, str(path)]
    writers = [subprocess.Popen([*words, letter], cwd=Path(__file__).parents[1]) for letter in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert path.read_bytes() in {letter * 5000 for letter in (b"a", b"b", b"c")} and list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_begun_is_named_by_its_own_name(tmp_path):
    with pytest.raises(FileNotFoundError) as raised, files.whole(tmp_path / "nowhere" / "cells.csv"):
        pass
    assert raised.value.filename == str(tmp_path / "nowhere" / "cells.csv")


# ---- many at once


def test_what_killed_workers_held_is_gone_when_the_run_ends(tmp_path):
    """A worker that is killed after its commit has a lease still, and nobody takes it again."""

    class Hands:
        def __init__(self, agenda: Agenda) -> None:
            self.runs = agenda.runs

        def work(self, first: object) -> None:
            there = alone.carry_out(self.runs.root)
            (there.leases / step.id).touch()
            (there.aside / "00aa").mkdir()

        def stop(self) -> None:
            pass

    steps = plan.plan(experiments.find("stilts", "tiny"))
    step, runs = steps[0], store.open_store(tmp_path / "runs")
    assert run.run(steps, runs, "toys", hands=Hands).failed == {}
    assert list(runs.leases.iterdir()) == list(runs.aside.iterdir()) == []


def test_many_that_open_clean_and_commit_at_once_lose_nothing_and_do_nothing_twice(tmp_path):
    """Each operation on a file takes a random while, so that what can come between two of them does."""
    program = f"""
import sys; sys.path[:0] = [{str(Path(__file__).parents[1])!r}]
from pathlib import Path
from replicate import store
from tests.faults import alone, commits
runs = store.open_store(sys.argv[1])
store.sound(runs)
store.clean(runs)
for number in range(6):
    step = commits.step(number)
    held = store.lease(runs, step.id)
    if held is None:
        continue
    if not store.done(runs, step.id):
        with open(Path(sys.argv[2]) / step.id, "a") as file:
            file.write("begun ")
        work = store.start(runs, step.id)
        assert store.commit(runs, step, work, commits.write(work, number), {{}})
    held.release()
"""
    inside = Path(__file__).parent / "faults" / "inside"
    (tmp_path / "log").mkdir()
    again = store.open_store(tmp_path / "runs")
    (again.steps / commits.step(0).id).mkdir()  # damaged: all of them want to set it aside
    (again.aside / commits.step(1).id / CHECKPOINT).mkdir(parents=True)
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "runs"), str(tmp_path / "log")],
            env={**os.environ, "PYTHONPATH": str(inside), "FAULTS_SLOW": "0.002"}, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(5)
    ]  # fmt: skip
    said = [one.communicate()[1] for one in begun]
    assert [one.returncode for one in begun] == [0] * 5, said
    log = {path.name: path.read_text().split() for path in (tmp_path / "log").iterdir()}
    assert log == {step.id: ["begun"] for step in map(commits.step, range(6))}
    assert len(store.sound(again)) == 6 and store.damaged(again) == [f"{commits.step(0).id}-1"]
    assert list(again.aside.iterdir()) == list(again.leases.iterdir()) == []


def test_a_lease_of_a_folder_that_is_gone_is_an_error_and_makes_none(tmp_path):
    with pytest.raises(FileNotFoundError):
        leases.take(tmp_path / "gone" / "x")
    assert not (tmp_path / "gone").exists()
