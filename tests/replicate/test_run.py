"""Carrying out a plan with real worker processes: resumed after kills, shared between runs, honest about failures."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from replicate import experiments, plan, run, store
from replicate.problems import Failure, Problem
from replicate.terminal import progress

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TOYS = "toy_steps:STEPS"


@pytest.fixture(autouse=True)
def toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Workers find the toy steps, and these write down their calls in a folder that a test can count in."""
    log = tmp_path / "log"
    log.mkdir()
    monkeypatch.setenv("PYTHONPATH", f"{HERE}{os.pathsep}{ROOT}")
    monkeypatch.setenv("TOY_LOG", str(log))
    return log


def tiny() -> tuple[plan.Step, ...]:
    return plan.plan(experiments.find("stilts", "tiny"))


def carry_out(runs: Path, steps=None, **more) -> run.Outcome:
    return run.run(steps or tiny(), store.open_store(runs), "toys", workers=2, methods=TOYS, **more)


def table(runs: Path) -> list[dict]:
    return list(store.rows(runs, [step.id for step in tiny()]))


def calls(log: Path) -> dict[str, list[list[int]]]:
    """By step id: (process, update that it began at) of every call."""
    return {path.name: [[int(one) for one in line.split()] for line in path.read_text().splitlines()] for path in log.iterdir()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[dict]:
    """The table of a run that nothing happened to."""
    runs = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{HERE}{os.pathsep}{ROOT}")
        outcome = carry_out(runs)
    assert len(outcome.finished) == len(tiny())
    return table(runs)


class Command:
    """`python -m replicate run stilts --scale tiny` on toy steps, as a process of its own that a test can kill."""

    def __init__(self, runs: Path, log: Path, **environment: str) -> None:
        self.log = log
        words = ["run", "stilts", "--scale", "tiny", "--workers", "2", "--runs", str(runs), "--steps", TOYS]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "replicate", *words],
            env={**os.environ, **environment},
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def at_work(self) -> list[int]:
        """The processes of its workers, once a step has begun."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            pids = {pid for lines in calls(self.log).values() for pid, _ in lines}
            if pids:
                return sorted(pids)
            time.sleep(0.02)
        raise AssertionError("no step began")

    def ends(self) -> tuple[int, str]:
        _, errors = self.process.communicate(timeout=30)
        return self.process.returncode, errors


@pytest.fixture
def command(tmp_path: Path, toys: Path) -> Iterator[Callable[..., Command]]:
    begun: list[Command] = []

    def begin(**environment: str) -> Command:
        begun.append(Command(tmp_path / "runs", toys, **environment))
        return begun[-1]

    yield begin
    for one in begun:
        one.process.kill()
        one.process.wait()


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def gone(pids: list[int], seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(map(alive, pids))


def test_every_step_is_done_once_and_a_second_run_finds_nothing_to_do(tmp_path, toys, undisturbed):
    first = carry_out(tmp_path / "runs")
    assert sorted(calls(toys)) == sorted(first.finished) == sorted(step.id for step in tiny())
    assert {len(lines) for lines in calls(toys).values()} == {1}
    assert table(tmp_path / "runs") == undisturbed
    second = carry_out(tmp_path / "runs")
    assert (len(second.before), second.finished, second.failed) == (len(tiny()), (), {})


def test_a_step_whose_dependents_are_all_done_is_not_done(tmp_path, toys):
    carry_out(tmp_path / "runs")
    steps = tiny()
    evaluation = next(step for step in steps if step.kind == "evaluate")
    (_, model), *_ = evaluation.inputs
    os.rename(tmp_path / "runs" / "steps" / model, tmp_path / "gone")
    assert carry_out(tmp_path / "runs").finished == ()
    os.rename(tmp_path / "runs" / "steps" / evaluation.id, tmp_path / "gone too")
    assert carry_out(tmp_path / "runs").finished == (model, evaluation.id)


def test_a_killed_worker_costs_nothing_but_time(tmp_path, toys, command, undisturbed):
    begun = command(TOY_SLEEP="0.03")
    os.kill(begun.at_work()[0], signal.SIGKILL)
    code, errors = begun.ends()
    assert code == 0
    assert "a worker died (killed by signal 9)" in errors
    assert table(tmp_path / "runs") == undisturbed
    again = [lines for lines in calls(toys).values() if len(lines) > 1]
    assert len(again) == 1 and len(again[0]) == 2


def test_a_killed_run_leaves_no_workers_and_is_resumed_from_its_checkpoint(tmp_path, toys, command, undisturbed):
    begun = command(TOY_SLEEP="0.1")
    pids = begun.at_work()
    time.sleep(0.45)
    os.kill(begun.process.pid, signal.SIGKILL)
    begun.ends()
    assert gone(pids)
    assert table(tmp_path / "runs") == []
    assert command().ends()[0] == 0
    assert table(tmp_path / "runs") == undisturbed
    pretraining = calls(toys)[tiny()[0].id]
    assert len(pretraining) == 2 and pretraining[1][1] > 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_stops_its_workers_says_so_and_goes_on_later(tmp_path, command, undisturbed, number):
    begun = command(TOY_SLEEP="0.1")
    pids = begun.at_work()
    begun.process.send_signal(number)
    code, errors = begun.ends()
    assert code == 130
    assert errors.splitlines()[-1] == "replicate: interrupted; what was finished is kept, the same command goes on"
    assert gone(pids, seconds=1)
    assert command().ends()[0] == 0
    assert table(tmp_path / "runs") == undisturbed


def test_two_runs_on_one_store_do_no_step_twice(tmp_path, toys, command, undisturbed):
    both = [command(TOY_SLEEP="0.03"), command(TOY_SLEEP="0.03")]
    assert [one.ends()[0] for one in both] == [0, 0]
    assert table(tmp_path / "runs") == undisturbed
    done = calls(toys)
    assert sorted(done) == sorted(step.id for step in tiny())
    assert {len(lines) for lines in done.values()} == {1}
    assert len({pid for lines in done.values() for pid, _ in lines}) > 2  # workers of both runs took part


def test_a_failed_step_is_recorded_and_the_others_go_on(tmp_path, toys, command, undisturbed):
    code, errors = command(TOY_FAIL="anli+, then udpos").ends()
    assert code == 1
    failed = next(step for step in tiny() if step.label == "anli+, then udpos, seed 1")
    lines = [line for line in errors.splitlines() if line.startswith("replicate: failed:")]
    assert lines == [f"replicate: failed: {failed.label} ({failed.id}): RuntimeError: the toy broke in two lines"]
    runs = store.open_store(tmp_path / "runs")
    record = store.failures(runs)[failed.id]
    assert "misbehave" in record["trace"]
    assert len(store.ids(runs)) == len(tiny()) - 2  # it and the evaluation that waits for it
    assert "1 wait for those" in errors
    assert command().ends()[0] == 0
    assert store.failures(runs) == {}
    assert table(tmp_path / "runs") == undisturbed


def test_a_step_that_kills_every_worker_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setenv("TOY_DIE", "squad1, then tydiqa")
    outcome = carry_out(tmp_path / "runs")
    assert list(outcome.failed.values()) == [
        "its worker died 3 times (killed by signal 9, perhaps for want of memory: try fewer --workers)"
    ]
    assert len(outcome.waiting) == 1
    assert len(outcome.finished) == len(tiny()) - 2


def test_a_result_that_is_not_a_number_is_a_failure_not_a_row(tmp_path, monkeypatch):
    monkeypatch.setenv("TOY_NAN", "baseline: xnli")
    outcome = carry_out(tmp_path / "runs")
    assert [reason.endswith("nan has no canonical form") for reason in outcome.failed.values()] == [True]
    assert len(outcome.finished) == len(tiny()) - 1


def test_a_full_disk_stops_the_run_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("TOY_FULL", "pretraining")
    with pytest.raises(Failure, match=r"^model\.txt: no space left on the device; free some or choose another folder$"):
        carry_out(tmp_path / "runs")
    assert store.ids(store.open_store(tmp_path / "runs")) == []


def test_steps_that_cannot_be_loaded_are_named(tmp_path):
    with pytest.raises(Failure, match="nowhere:STEPS cannot be loaded: the package nowhere is not installed for this Python"):
        run.run(tiny(), store.open_store(tmp_path), "toys", workers=1, methods="nowhere:STEPS")


class TestAdoption:
    """A pretrained model that comes with the package takes the place of all rounds of pretraining."""

    @pytest.fixture
    def rounds(self) -> tuple[plan.Step, ...]:
        return plan.plan(replace(experiments.find("stilts", "tiny"), rounds=2, shards=2))

    @pytest.fixture
    def shipped(self, tmp_path, rounds) -> Path:
        carry_out(tmp_path / "before", rounds)
        last = [step for step in rounds if step.kind == "average"][-1]
        (tmp_path / "shipped").mkdir()
        os.rename(tmp_path / "before" / "steps" / last.id, tmp_path / "shipped" / last.id)
        return tmp_path / "shipped"

    def test_its_rounds_are_not_run_and_the_record_says_so(self, tmp_path, rounds, shipped):
        outcome = carry_out(tmp_path / "runs", rounds, checkpoints=shipped)
        assert list(outcome.adopted) == [path.name for path in shipped.iterdir()]
        assert not [step for step in rounds if step.kind == "pretrain" and step.id in outcome.finished]
        adopted = json.loads((tmp_path / "runs" / "steps" / outcome.adopted[0] / "result.json").read_text())
        assert adopted["adopted"] is True
        assert list(store.rows(tmp_path / "runs")) == list(store.rows(tmp_path / "before"))

    def test_fresh_trains_it_and_refuses_a_store_that_holds_the_shipped_one(self, tmp_path, rounds, shipped):
        outcome = carry_out(tmp_path / "fresh", rounds, checkpoints=shipped, fresh=True)
        assert outcome.adopted == () and len(outcome.finished) == len(rounds)
        carry_out(tmp_path / "runs", rounds, checkpoints=shipped)
        with pytest.raises(Problem, match="--fresh needs another folder: --runs DIR"):
            carry_out(tmp_path / "runs", rounds, checkpoints=shipped, fresh=True)

    def test_one_that_was_tampered_with_is_trained_anew(self, tmp_path, rounds, shipped, capsys):
        model = next(shipped.iterdir()) / "model.txt"
        model.write_text("x" * len(model.read_text()))
        outcome = carry_out(tmp_path / "runs", rounds, checkpoints=shipped)
        assert outcome.adopted == () and len(outcome.finished) == len(rounds)
        assert "model.txt is not the file that was shipped; it is trained anew" in capsys.readouterr().err


def test_progress_is_seen_at_once_and_counts_what_was_there(tmp_path, capsys):
    carry_out(tmp_path / "runs")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(f"toys: 0/{len(tiny())} steps")
    counts = [int(line.removeprefix("toys: ").partition("/")[0]) for line in lines]
    assert counts == sorted(counts), "what is done stays done"
    assert lines[-1].startswith(f"toys: {len(tiny())}/{len(tiny())} steps, 100%")


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_the_bar_is_redrawn_in_place_and_taken_away():
    screen = Terminal()
    bar = progress.Bar("toys", 4, "steps", stream=screen)
    time.sleep(progress.REDRAW)
    bar.update(2, doing=["one", "two"], left=300)
    bar.note("a line that stays")
    bar.close()
    text = screen.getvalue()
    assert " 50%  2/4 steps " in text and "about 5 min left\n  one | two" in text
    assert text.count("a line that stays\n") == 1
    assert text.endswith("\r\x1b[K\x1b[A\r\x1b[K")  # two lines were drawn, two are erased


def test_a_record_says_where_its_step_comes_from(tmp_path):
    carry_out(tmp_path / "runs", command="python -m replicate run stilts")
    sound = store.sound(store.open_store(tmp_path / "runs"))
    step = next(step for step in tiny() if step.kind == "evaluate")
    origin = sound[step.id][1]["provenance"]
    (role, model), *_ = step.inputs
    assert origin["inputs"] == {role: {"id": model, "content": sound[model][1]["content"]}}
    assert origin["versions"]["python"] == ".".join(map(str, sys.version_info[:3])) and "torch" in origin["versions"]
    assert origin["command"] == "python -m replicate run stilts" and origin["device"] == "cpu"
    assert os.uname().nodename not in json.dumps(origin)
