"""A training that is spread over processes: the same batches, the gradient of the whole, and one that dies costs time only."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate import devices, store
from replicate.__main__ import main
from replicate.models import encoder, nano
from replicate.problems import Failure, Problem
from replicate.tasks.kinds import KINDS
from replicate.training import batches, loop, parallel
from replicate.training.batches import Encoded, encoded, ragged, single
from replicate.training.checkpoint import Keeper
from replicate.training.loop import Lesson, Schedule, Watch
from replicate.training.parallel import dealt

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
VOCABULARY, MASK = 40, 39


# ---- what each process gets ----


def items(count: int, group: int, seed: int) -> Encoded:
    """Items of `group` sequences of different lengths, each with a point that is read and a label."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(2, 9, count * group)
    return encoded(
        ragged([rng.integers(4, 38, length) for length in lengths]),
        ragged([rng.integers(0, length, rng.integers(1, 3)) for length in lengths]),
        single(rng.integers(0, 2, count)), 2, group,
    )  # fmt: skip


@given(st.integers(1, 12), st.integers(1, 3), st.integers(2, 5), st.integers(0, 99))
def test_a_batch_is_dealt_out_whole_and_every_part_is_a_batch(count, group, size, seed):
    data = items(count, group, seed)
    whole = batches.pack(data, range(count))
    parts = [dealt(whole, rank, size) for rank in range(size)]
    assert parts[0] is not None  # the first process has work whenever there is any
    assert sorted(item for part in parts if part for item in part.items) == list(range(count))
    for part in (part for part in parts if part):
        alone = batches.pack(data, part.items)
        assert part.items == alone.items and part.lengths == alone.lengths and part.counts == alone.counts
        assert np.array_equal(part.ids, alone.ids) and np.array_equal(part.points, alone.points)
        assert [list(one) for one in part.targets] == [list(one) for one in alone.targets]


# ---- two processes, through gloo ----


def pairs(count: int = 40) -> Encoded:
    rng = np.random.default_rng(0)
    labels = [n % 2 for n in range(count)]
    ids = [[0, 7 if label else 8, *rng.integers(10, 38, n % 5 + 2), 2] for n, label in enumerate(labels)]
    return encoded(ragged(ids), single(np.zeros(count)), single(labels), 2, labels=("8", "7"))


def texts(count: int = 40) -> Encoded:
    rng = np.random.default_rng(1)
    return encoded(ragged([[0, *rng.integers(4, 38, n % 7 + 3), 2] for n in range(count)]))


LESSONS = (
    Lesson("toy", pairs(), KINDS["pairs"].loss, 8),
    Lesson("mlm", texts(), None, 7),
    # One example at a time: there is nothing for the second process, and some weights have no gradient anywhere.
    Lesson("other", pairs(), KINDS["pairs"].loss, 1),
)
SCHEDULE = Schedule(updates=12, learning_rate=3e-3, warmup=0.1, weight_decay=0.1, clip=1.0)


class Killed(Exception):
    """What stands for a kill in these tests."""


def taught(folder: Path, dropout: float = 0.0, kill: int = 0, schedule: Schedule = SCHEDULE, watch: Watch | None = None):
    """Weights, figures and the loss of each update, of a training in this process, alone or in a team."""
    curve = []

    def report(done: int, total: int) -> None:
        if kill and done == kill + 1:
            raise Killed

    model = encoder.new(nano.config("tiny", VOCABULARY, dropout=dropout), seed=1)
    for lesson in LESSONS:
        if lesson.loss:
            model.add_head(lesson.name, 2)
    update = loop._update
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "_update", lambda *all: curve.append(update(*all)) or curve[-1])
        figures = loop.teach(model, LESSONS, schedule, 5, MASK, report, Keeper(folder, every=0), watch)
    return {name: value.numpy() for name, value in model.state_dict().items()}, figures, curve


def in_team(work, size: int = 2):
    """What `work()` gives or raises in each process of a team; they are forked, so nothing is imported again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    context = multiprocessing.get_context("fork")
    answers = [context.Pipe(duplex=False) for _ in range(size)]

    def member(rank: int) -> None:
        here = {"RANK": rank, "LOCAL_RANK": rank, "WORLD_SIZE": size, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        os.environ.update({name: str(value) for name, value in here.items()}, **{devices.PARALLEL: str(size)})
        os.environ["GLOO_SOCKET_IFNAME"] = "lo"
        parallel.join()
        try:
            found = work()
        except Exception as error:
            found = error
        answers[rank][1].send(found)
        answers[rank][1].close()
        os._exit(0)

    begun = [context.Process(target=member, args=(rank,)) for rank in range(size)]
    for one in begun:
        one.start()
    found = [answers[rank][0].recv() if answers[rank][0].poll(60) else None for rank in range(size)]
    for one in begun:
        one.kill()
        one.join()
    return found


def far(one: dict[str, np.ndarray], two: dict[str, np.ndarray]) -> float:
    """How far two models are apart, where they are farthest."""
    assert one.keys() == two.keys()
    return max(float(np.abs(one[name] - two[name]).max()) for name in one)


def test_two_processes_have_the_loss_curve_and_the_weights_of_one(tmp_path):
    weights, figures, curve = taught(tmp_path / "alone")
    first, second = in_team(lambda: taught(tmp_path / "team"))
    assert far(weights, first[0]) < 1e-5
    assert first[2] == pytest.approx(curve, abs=1e-5)
    assert first[1]["tokens"] == figures["tokens"] and first[1]["updates"] == 12
    assert isinstance(second, parallel.Finished)  # a helper has nothing to write


def test_a_team_goes_on_from_its_checkpoint_bit_for_bit_and_one_process_from_that_of_a_team(tmp_path):
    whole, *_ = in_team(lambda: taught(tmp_path / "whole", dropout=0.1))
    assert isinstance(in_team(lambda: taught(tmp_path / "killed", dropout=0.1, kill=5))[0], Killed)
    first, _ = in_team(lambda: taught(tmp_path / "killed", dropout=0.1))
    assert len(first[2]) == 7 and far(first[0], whole[0]) == 0 and first[1] == whole[1]

    weights, figures, _ = taught(tmp_path / "alone")
    assert isinstance(in_team(lambda: taught(tmp_path / "left", kill=5))[0], Killed)
    alone, again, curve = taught(tmp_path / "left")
    assert len(curve) == 7 and far(alone, weights) < 1e-5 and again["tokens"] == figures["tokens"]


def test_the_first_process_measures_for_all_where_a_training_ends_early(tmp_path):
    def work():
        left = iter((10, 50, 40, 45, 60) if parallel.team().rank == 0 else ())
        return taught(tmp_path, watch=Watch(lambda: next(left), every=2, patience=2))

    first, second = in_team(work)
    assert first[1]["updates"] == 8 and first[1]["best"] == 50
    assert isinstance(second, parallel.Finished)


def test_what_one_process_fails_at_is_heard_by_the_others_at_the_next_agreement():
    def work():
        team = parallel.team()
        assert team.agreed(float(team.rank + 1), flag=team.rank == 2) == (6.0, True)
        try:
            team.agreed(failed="no room for 400 tokens" if team.rank == 1 else "")
        except parallel.Failed as failed:
            return str(failed)
        return team.told("", by=2)

    assert in_team(lambda: heard(work), 3) == ["no room for 400 tokens", "after it", "no room for 400 tokens"]


def heard(work) -> str:
    found = work()
    if parallel.team().rank != 1:
        parallel.team().told("after it" if parallel.team().rank == 2 else "", by=2)
    return found


def test_a_training_that_diverges_ends_all_processes_alike(tmp_path):
    found = in_team(lambda: taught(tmp_path, schedule=replace(SCHEDULE, learning_rate=1e20, warmup=0.0, clip=1e30)))
    assert all(isinstance(one, Failure) and "the training has diverged" in str(one) for one in found)


# ---- as a command ----


class Command:
    """`run --parallel 2` on steps that agree at every update, as a process of its own."""

    def __init__(self, runs: Path, log: Path, *more: str, **environment: str) -> None:
        self.log = log
        words = ["run", "stilts", "--scale", "tiny", "--only", "baseline", "xnli", "--workers", "1", "--parallel", "2"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "replicate", *words, "--runs", str(runs), "--steps", "team_steps:STEPS", *more],
            env={**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{ROOT}", "TOY_LOG": str(log), **environment},
            stderr=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip

    def seen(self, what: str) -> list[str]:
        """The lines that begin like this, once there is one."""
        until = time.monotonic() + 60
        while time.monotonic() < until and self.process.poll() is None:
            lines = self.log.read_text().splitlines() if self.log.exists() else []
            if found := [line for line in lines if line.startswith(what)]:
                return found
            time.sleep(0.02)
        raise AssertionError(f"nothing began with {what!r}")


def test_a_killed_process_costs_the_updates_since_the_checkpoint_and_a_failed_one_its_step(tmp_path):
    begun = Command(tmp_path / "runs", tmp_path / "log", TOY_SLEEP="0.05", TOY_FAIL="1", TOY_WHERE="then mnli")
    line = begun.seen("1 at 5")[0]
    os.kill(int(line.split()[-1]), signal.SIGKILL)
    assert not list((tmp_path / "runs" / "steps").iterdir())
    _, errors = begun.process.communicate(timeout=120)
    assert errors.count("a worker died (killed by signal 9)") == 1 and "it is done again" in errors
    began = [int(one.split()[2]) for one in (tmp_path / "log").read_text().splitlines() if one.startswith("0 from")]
    assert len(began) == 3 and began[0] == 0 < began[1]  # the pretraining twice, then the training that fails

    runs = store.open_store(tmp_path / "runs")
    ((step, record),) = store.sound(runs).values()
    assert step["kind"] == "pretrain" and record["result"]["total"] == 10 * (1 + 2)
    measured = record["measured"]
    assert measured["processes"] == 2 and measured["tokens"] == 2 * 3 * (10 - began[1]) and measured["pad_share"] == 0.25
    assert begun.process.returncode == 1
    assert [one["reason"] for one in store.failures(runs).values()] == ["toy: cpu has no memory for 9 tokens"]
    assert not list(runs.aside.iterdir())


@pytest.mark.parametrize(
    ("words", "cards", "says"),
    [
        (["--parallel", "0"], "", "--parallel 0: at least one process is needed"),
        (["--parallel", "2", "--device", "cuda"], "0", "--parallel 2: each process needs a GPU of its own, and there are 1"),
        (["--device", "cuda"], "", "--device cuda: no GPU is there, or its driver is not; --device cpu runs anywhere"),
        (["--set", "target.batch_size=0"], "", "batch_size = 0 makes no training; expected 1 to "),
    ],
)
def test_what_cannot_be_is_said_before_anything_starts(words, cards, says, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", cards)
    assert main(["run", "stilts", "--scale", "tiny", "--runs", str(tmp_path / "runs"), *words]) == 4
    err = capsys.readouterr().err
    assert err.startswith(f"replicate: {says}") and err.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_of_several_processes_that_torchrun_starts_the_first_one_runs(tmp_path, monkeypatch):
    def started(rank: int, machines: int = 1) -> tuple[bool, int]:
        for name, value in {"TORCHELASTIC_RUN_ID": "x", "RANK": rank, "WORLD_SIZE": 3, "GROUP_WORLD_SIZE": machines}.items():
            monkeypatch.setenv(name, str(value))
        return devices.launched()

    assert started(0) == (True, 3) and "TORCHELASTIC_RUN_ID" not in os.environ
    assert started(2) == (False, 3)
    with pytest.raises(Problem, match="machines share a run by one --runs folder"):
        started(0, machines=2)
    monkeypatch.delenv("TORCHELASTIC_RUN_ID")
    assert devices.launched() == (True, 1)
