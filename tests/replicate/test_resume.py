"""A training that is killed goes on where its last checkpoint was, and comes to the same weights bit for bit."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from replicate.models import encoder, nano
from replicate.problems import Failure
from replicate.tasks.kinds import KINDS
from replicate.training import batches, loop
from replicate.training.batches import Encoded, encoded, ragged, single
from replicate.training.checkpoint import Keeper
from replicate.training.loop import Lesson, Schedule, Watch

VOCABULARY, MASK, UPDATES = 40, 39, 12


class Killed(Exception):
    """What stands for a kill in these tests."""


def pairs(count: int = 40) -> Encoded:
    rng = np.random.default_rng(0)
    labels = [n % 2 for n in range(count)]
    ids = [[0, 7 if label else 8, *rng.integers(10, 38, n % 5 + 2), 2] for n, label in enumerate(labels)]
    return encoded(ragged(ids), single(np.zeros(count)), single(labels), 2, labels=("8", "7"))


def texts(count: int = 40) -> Encoded:
    rng = np.random.default_rng(1)
    return encoded(ragged([[0, *rng.integers(4, 38, 9), 2] for _ in range(count)]))


LESSONS = {
    "task": (Lesson("toy", pairs(), KINDS["pairs"].loss, 8),),
    "text": (Lesson("mlm", texts(), None, 8),),
    "both": (Lesson("toy", pairs(), KINDS["pairs"].loss, 8), Lesson("mlm", texts(), None, 8)),
}
SCHEDULE = Schedule(updates=UPDATES, learning_rate=3e-3, warmup=0.1, weight_decay=0.01, clip=1.0)


def taught(lessons, kill: int = 0, frozen: str = "", **more) -> tuple[dict[str, torch.Tensor], dict]:
    """Weights and figures of a training; killed after so many updates if that is asked."""

    def report(done: int, total: int) -> None:
        if done == kill + 1 > 1:
            raise Killed

    model = encoder.new(nano.config("tiny", VOCABULARY, dropout=0.1), seed=1)
    model.add_head("toy", 2)
    if frozen:
        model.get_parameter(frozen).requires_grad_(False)
    schedule = more.pop("schedule", SCHEDULE)
    watch = more.pop("watch", None)
    figures = loop.teach(model, lessons, schedule, 5, MASK, report, watch=watch and watch(model), **more)
    return model.state_dict(), figures


def same(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> bool:
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize("kill", [1, 5, UPDATES - 1])
@pytest.mark.parametrize("lessons", LESSONS.values(), ids=LESSONS)
def test_a_killed_training_comes_to_the_same_weights(lessons, kill, tmp_path):
    whole, figures = taught(lessons)
    with pytest.raises(Killed):
        taught(lessons, kill, keeper=Keeper(tmp_path, every=0))
    torch.manual_seed(99)  # whatever random numbers the next process begins with
    resumed, again = taught(lessons, keeper=Keeper(tmp_path, every=0))
    assert same(whole, resumed) and figures == again


def test_a_training_may_be_killed_many_times(tmp_path):
    whole, _ = taught(LESSONS["both"])
    for kill in (2, 3, 7, 8, 11):
        with pytest.raises(Killed):
            taught(LESSONS["both"], kill, keeper=Keeper(tmp_path, every=0))
    assert same(whole, taught(LESSONS["both"], keeper=Keeper(tmp_path, every=0))[0])
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["000000010", "000000011"]  # the last two are kept


@pytest.mark.parametrize("name", ["model.safetensors", "optimiser.safetensors", "state.json"])
def test_a_checkpoint_that_is_damaged_costs_the_updates_since_the_one_before(name, tmp_path, caplog):
    whole, _ = taught(LESSONS["task"])
    with pytest.raises(Killed):
        taught(LESSONS["task"], 8, keeper=Keeper(tmp_path, every=0))
    newest = max(tmp_path.iterdir())
    (newest / name).write_bytes((newest / name).read_bytes()[:50])
    assert same(whole, taught(LESSONS["task"], keeper=Keeper(tmp_path, every=0))[0])
    (line,) = caplog.messages
    assert line.startswith("the checkpoint at update 8 is left: ") and line.endswith("; it goes on from the one before")


def test_a_checkpoint_of_another_model_is_not_taken(tmp_path, caplog):
    with pytest.raises(Killed):
        taught(LESSONS["task"], 8, keeper=Keeper(tmp_path, every=0))
    model = encoder.new(nano.config("tiny", VOCABULARY + 1, dropout=0.1), seed=1)
    model.add_head("toy", 2)
    figures = loop.teach(model, LESSONS["task"], SCHEDULE, 5, MASK, lambda done, total: None, Keeper(tmp_path))
    assert figures["updates"] == UPDATES
    assert caplog.messages[-1] == (
        "the checkpoint at update 7 is left: it is of another model: body.embeddings.word_embeddings.weight has the shape "
        f"[{VOCABULARY}, 32], expected [{VOCABULARY + 1}, 32]; it goes on from the beginning"
    )


def test_a_checkpoint_that_does_not_fit_leaves_the_model_as_it_was(tmp_path, caplog):
    """The same weights, but another one of them learns: what the optimiser remembers is of no use."""
    whole, _ = taught(LESSONS["task"], frozen="masked.bias")
    with pytest.raises(Killed):
        taught(LESSONS["task"], 8, keeper=Keeper(tmp_path, every=0))
    assert same(whole, taught(LESSONS["task"], keeper=Keeper(tmp_path), frozen="masked.bias")[0])
    assert "it is of another model: " in caplog.text


def test_without_need_no_checkpoint_is_written(tmp_path):
    taught(LESSONS["task"], keeper=Keeper(tmp_path / "checkpoint"))
    assert not (tmp_path / "checkpoint").exists()


SCRIPT = """
import sys
from pathlib import Path
from tests.replicate import test_resume as t
from replicate.training.checkpoint import Keeper

def report(done, total):
    print(done, flush=True)
    if done == 3:
        sys.stdin.readline()  # the signal comes here, in the middle of the work

model = t.encoder.new(t.nano.config("tiny", t.VOCABULARY, dropout=0.1), seed=1)
model.add_head("toy", 2)
t.loop.teach(model, t.LESSONS["both"], t.SCHEDULE, 5, t.MASK, report, Keeper(Path(sys.argv[1])))
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_answered_after_the_update_and_nothing_of_it_is_lost(number, tmp_path):
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None and process.stdin is not None
    while process.stdout.readline().strip() != "3":
        pass
    process.send_signal(number)
    process.stdin.write("go on\n")
    process.stdin.close()
    process.wait(60)
    assert process.returncode != 0
    assert [path.name for path in tmp_path.iterdir()] == ["000000003"]  # the update at work was ended and kept
    whole, _ = taught(LESSONS["both"])
    assert same(whole, taught(LESSONS["both"], keeper=Keeper(tmp_path))[0])


# ---- early stopping ----


def scores(*values: float):
    """A watch that gives these scores, one after the other, and remembers the weights that it saw."""

    def watch(model: torch.nn.Module) -> Watch:
        left = iter(values)
        return Watch(lambda: next(left), every=2, patience=2)

    return watch


def test_a_training_ends_where_dev_gets_no_better_and_keeps_its_best_weights():
    short, _ = taught(LESSONS["task"], kill=0, schedule=SCHEDULE, watch=scores(10, 50, 40, 50, 60, 70))
    model = encoder.new(nano.config("tiny", VOCABULARY, dropout=0.1), seed=1)
    model.add_head("toy", 2)
    seen = {}

    def report(done: int, total: int) -> None:
        seen[done] = {name: value.clone() for name, value in model.state_dict().items()}

    loop.teach(model, LESSONS["task"], SCHEDULE, 5, MASK, report)
    assert same(short, seen[4])  # 40 and 50 were no better than the second score


def test_early_stopping_goes_on_after_a_kill_as_if_there_had_been_none(tmp_path):
    values = (10, 50, 40, 45, 60, 70)
    whole, figures = taught(LESSONS["task"], watch=scores(*values))
    assert figures["updates"] == 8 and figures["stopped"] and (figures["best"], figures["best_update"]) == (50, 4)
    with pytest.raises(Killed):
        taught(LESSONS["task"], 7, keeper=Keeper(tmp_path, every=0), watch=scores(*values))
    resumed, again = taught(LESSONS["task"], keeper=Keeper(tmp_path, every=0), watch=scores(*values[3:]))
    assert same(whole, resumed) and again == figures


# ---- small cards, and what goes wrong ----


@pytest.mark.parametrize("at_once", [1, 20, 40])
def test_a_batch_that_is_divided_has_the_gradient_of_the_whole(at_once):
    whole, divided = (encoder.new(nano.config("tiny", VOCABULARY, dropout=0.0), seed=1) for _ in range(2))
    for lesson in LESSONS["both"]:
        for model in (whole, divided):
            torch.manual_seed(1)
            model.add_head("toy", 2)
        batch = whole.prepare(lesson, batches.pack(lesson.data, range(8)), MASK, np.random.default_rng(0))
        parts = batches.split(batch, at_once)
        assert [item for part in parts for item in part.items] == batch.items and len(parts) > 1
        whole.learn(lesson, batch).backward()
        asked = sum(map(len, batch.targets))
        for part in parts:
            (divided.learn(lesson, part) * sum(map(len, part.targets)) / asked).backward()
        for (name, one), other in zip(whole.named_parameters(), divided.parameters(), strict=True):
            if one.grad is not None:
                torch.testing.assert_close(one.grad, other.grad, atol=1e-6, rtol=1e-4, msg=lambda m, n=name: f"{n}: {m}")
        whole.zero_grad()
        divided.zero_grad()


def test_a_training_that_diverges_is_one_line_and_no_result():
    with pytest.raises(
        Failure, match="toy: the loss is (nan|inf) at update .* of 12: the training has diverged; a learning rate below"
    ):
        taught(LESSONS["task"], schedule=Schedule(UPDATES, 1e20, 0.0, 0.0, 1e30))


def test_a_training_that_diverges_at_its_last_update_is_no_result_either():
    """The loss before it is a number; the weights after it are none."""
    with pytest.raises(Failure, match="the weights are no numbers any more at update 1 of 1: the training has diverged"):
        taught(LESSONS["task"], schedule=Schedule(1, 1e39, 0.0, 0.0, 1.0))
