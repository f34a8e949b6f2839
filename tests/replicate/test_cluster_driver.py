"""A run on a Ray cluster, from the driver's side: what a Ray of this process sees of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from replicate import experiments, plan, run, store
from replicate.agenda import RETRIES
from replicate.cluster import engine, meeting, node
from replicate.identity import Step
from replicate.problems import Failure

TOYS = "toy_steps:STEPS"


def tiny() -> tuple[Step, ...]:
    return plan.plan(experiments.find("stilts", "tiny"))


def toy(name: str, *inputs: Step) -> Step:
    return Step("toy", {"name": name}, tuple((f"input{place}", one.id) for place, one in enumerate(inputs)), name)


class FakeRay:
    """Ray in one process: tasks are done when somebody waits, first come first served, once their inputs are.

    `act` carries out a step; what it raises is the task's error, which the tasks that have it as an input inherit.
    """

    class exceptions:
        RayError = type("RayError", (Exception,), {})
        RayTaskError = type("RayTaskError", (RayError,), {})
        NodeDiedError = type("NodeDiedError", (RayError,), {})
        OutOfMemoryError = type("OutOfMemoryError", (RayError,), {})
        RuntimeEnvSetupError = type("RuntimeEnvSetupError", (RayError,), {})
        TaskUnschedulableError = type("TaskUnschedulableError", (RayError,), {})

    def __init__(self, act: Callable[[Step], dict[str, Any]]) -> None:
        self.act, self.results, self.waiting, self.most = act, {}, [], 0
        self.cancelled: list[int] = []

    def put(self, value: Any) -> Any:
        return value

    def remote(self, what: Any = None, **_: Any) -> Any:
        if what is node.Desk:
            return SimpleNamespace(options=lambda **_: SimpleNamespace(remote=lambda: SimpleNamespace(take=self._task(list))))
        if what is None:
            return lambda _: SimpleNamespace(options=lambda **_: self._task(self._step))
        raise AssertionError(what)

    def _task(self, does: Callable[..., Any]) -> Any:
        def remote(*arguments: Any) -> int:
            ref = len(self.results) + len(self.waiting)
            self.waiting.append((ref, does, arguments))
            self.most = max(self.most, len(self.waiting))
            return ref

        return SimpleNamespace(remote=remote)

    def _step(self, order: Any, data: dict[str, Any], *inputs: int) -> Any:
        found = [self.results[ref] for ref in inputs]
        if error := next((one for one in found if isinstance(one, Exception)), None):
            return error
        if not all("finished" in one for one in found):
            return {"unready": data["id"], "node": "n"}
        try:
            return {**self.act(plan.from_dict(data)), "node": "n"}
        except self.exceptions.RayError as error:
            return error

    def wait(self, refs: list[int], num_returns: int = 1, timeout: float | None = None) -> tuple[list[int], list[int]]:
        if timeout:
            for ref, does, arguments in self.waiting[: num_returns if len(refs) > 1 else None]:
                self.results[ref] = does(*arguments)
            self.waiting = [one for one in self.waiting if one[0] not in self.results]
        return [ref for ref in refs if ref in self.results], [ref for ref in refs if ref not in self.results]

    def get(self, ref: int) -> Any:
        if isinstance(self.results[ref], Exception):
            raise self.results[ref]
        return self.results[ref]

    def cancel(self, ref: int, force: bool = False) -> None:
        self.cancelled.append(ref)

    def nodes(self) -> list[dict[str, Any]]:
        return [{"Alive": True, "Resources": {"CPU": 4.0}}]


def done(step: Step) -> dict[str, Any]:
    return {"finished": step.id, "seconds": 0.1}


def on_fake(tmp_path: Path, steps: list[Step], act: Callable[[Step], dict[str, Any]], most: int | None = None):
    """The outcome of a run on a fake cluster, and the cluster."""
    ray = FakeRay(act)
    runs = store.open_store(tmp_path / "runs")
    found = engine.Cluster(ray, meeting.Place(0.0, 0), {"n": "first"}, runs, "", most)
    return run.run(steps, runs, "toys", methods=TOYS, hands=found.hands), ray


def test_each_step_is_done_once_after_its_inputs(tmp_path):
    order: list[str] = []
    steps = list(tiny())
    outcome, _ = on_fake(tmp_path, steps, lambda step: order.append(step.id) or done(step))
    assert sorted(order) == sorted(outcome.finished) == sorted(step.id for step in steps)
    assert all(order.index(id) < order.index(step.id) for step in steps for _, id in step.inputs)
    assert set(outcome.nodes.values()) == {"first"}


def test_ten_thousand_steps_pass_through_a_window_that_does_not_grow(tmp_path):
    roots = [toy(f"root {number}") for number in range(100)]
    steps = [*roots, *(toy(f"leaf {number}", roots[number % 100]) for number in range(9_900))]
    outcome, ray = on_fake(tmp_path, steps, done)
    assert len(outcome.finished) == 10_000
    assert ray.most <= 2 * (2 * 4 + engine.AHEAD) + 1  # and one question to the desk


def test_at_most_so_many_steps_are_handed_over_if_that_is_asked(tmp_path):
    root = toy("root")
    steps = [root, *(toy(f"leaf {number}", root) for number in range(50))]
    outcome, ray = on_fake(tmp_path, steps, done, most=3)
    assert len(outcome.finished) == 51 and ray.most <= 4


def dying(deaths: int, error: str = "NodeDiedError") -> Callable[[Step], dict[str, Any]]:
    """A step called "root" dies so many times."""
    left = [deaths]

    def act(step: Step) -> dict[str, Any]:
        if step.label == "root" and left[0]:
            left[0] -= 1
            raise getattr(FakeRay.exceptions, error)(f"{error}: said Ray\nand more")
        return done(step)

    return act


def test_a_lost_step_is_done_again_and_what_was_handed_over_with_it_waits(tmp_path, capsys):
    root = toy("root")
    steps = [root, toy("leaf", root), toy("leaf of leaf", toy("leaf", root))]
    outcome, _ = on_fake(tmp_path, steps, dying(RETRIES))
    assert sorted(outcome.finished) == sorted(step.id for step in steps) and not outcome.failed
    assert capsys.readouterr().err.count("a worker died (its node was lost) at root; it is done again") == RETRIES


def test_a_step_that_is_lost_again_and_again_is_given_up(tmp_path):
    root = toy("root")
    leaf, other = toy("leaf", root), toy("other")
    outcome, _ = on_fake(tmp_path, [root, leaf, other], dying(RETRIES + 1, "OutOfMemoryError"))
    assert outcome.failed == {root.id: f"its worker died {RETRIES + 1} times (killed by Ray for want of memory)"}
    assert outcome.waiting == (leaf.id,) and outcome.finished == (other.id,)


def test_a_step_that_fails_by_itself_is_not_done_again(tmp_path):
    root, calls = toy("root"), []
    leaf = toy("leaf", root)

    def act(step: Step) -> dict[str, Any]:
        calls.append(step.label)
        return {"failed": step.id, "reason": "RuntimeError: it broke", "trace": "..."} if step is not leaf else done(step)

    outcome, _ = on_fake(tmp_path, [root, leaf], act)
    assert calls == ["root"]
    assert outcome.failed == {root.id: "RuntimeError: it broke"} and outcome.waiting == (leaf.id,)


def test_a_step_that_another_run_has_is_looked_at_again(tmp_path, monkeypatch):
    monkeypatch.setattr("replicate.agenda.AGAIN", 0.01)
    root, asked = toy("root"), []

    def act(step: Step) -> dict[str, Any]:
        asked.append(step.label)
        return {"busy": step.id} if asked.count("root") < 3 else done(step)

    leaf = toy("leaf", root)
    outcome, _ = on_fake(tmp_path, [root, leaf], act)
    assert asked == ["root", "root", "root", "leaf"] and set(outcome.finished) == {root.id, leaf.id}


def test_what_no_step_can_do_without_ends_the_run_and_cancels_the_rest(tmp_path):
    steps = [toy(f"step {number}") for number in range(5)]
    with pytest.raises(Failure, match="^first: no space left on the device$"):
        on_fake(tmp_path, steps, lambda step: {"fatal": "no space left on the device"})
