"""A run on a Ray cluster: what a fake Ray sees of it, and a real cluster of two nodes whose driver and node are killed."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from replicate import experiments, plan, provenance, run, store, worker
from replicate.__main__ import main
from replicate.agenda import RETRIES
from replicate.cluster import engine, meeting, node
from replicate.identity import Step
from replicate.problems import Failure, Problem

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TOYS = "toy_steps:STEPS"


def tiny() -> tuple[Step, ...]:
    return plan.plan(experiments.find("stilts", "tiny"))


def toy(name: str, *inputs: Step) -> Step:
    return Step("toy", {"name": name}, tuple((f"input{place}", one.id) for place, one in enumerate(inputs)), name)


# ---- the driver's side, on a Ray of this process ----


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


# ---- what a step gets ----


@pytest.mark.parametrize(
    ("share", "has", "room"),
    [
        (0.0, {"CPU": 16.0}, 16),
        (0.0, {"GPU": 1.0}, 0),
        (1.0, {"CPU": 16.0, "GPU": 2.0}, 2),
        (0.25, {"CPU": 16.0, "GPU": 1.0}, 4),
        (0.25, {"CPU": 3.0, "GPU": 1.0}, 3),
        (0.3, {"CPU": 16.0, "GPU": 2.0}, 6),  # no step has parts of two cards
        (0.1, {"CPU": 16.0, "GPU": 1.0}, 10),
        (2.0, {"CPU": 16.0, "GPU": 5.0}, 2),
        (0.5, {"CPU": 16.0}, 0),
    ],
)
def test_how_many_steps_fit_on_a_node(share, has, room):
    assert meeting.Place(share, 1).room(has) == room


def nodes(*resources: dict[str, float]) -> Any:
    return SimpleNamespace(nodes=lambda: [{"Alive": True, "Resources": one} for one in resources])


def test_gpus_are_taken_for_large_models_or_when_asked():
    both = nodes({"CPU": 4.0}, {"CPU": 8.0, "GPU": 2.0})
    assert meeting.place(both, meeting.Wanted(large=True, share=0.5)) == meeting.Place(0.5, 2)
    assert meeting.place(both, meeting.Wanted(large=False)).device == "cpu"
    assert meeting.place(both, meeting.Wanted(device="cuda")).resources == {"num_cpus": 1, "num_gpus": 1.0}
    assert meeting.place(nodes({"CPU": 4.0}), meeting.Wanted(large=True)).device == "cpu"
    with pytest.raises(Problem, match="--device cuda: no node of the cluster has a GPU"):
        meeting.place(nodes({"CPU": 4.0}), meeting.Wanted(device="cuda"))
    with pytest.raises(Problem, match="no node of the cluster has a core for a step"):
        meeting.place(nodes({"GPU": 4.0}), meeting.Wanted(device="cpu"))


def test_nodes_of_one_host_are_told_apart():
    there = [{"NodeID": id, "NodeManagerHostname": host} for id, host in (("1", "a"), ("2", "b"), ("3", "b"))]
    assert meeting.named(there) == {"1": "a", "2": "b#1", "3": "b#2"}


# ---- whether a node can take part ----


def sound(**other: Any) -> dict[str, Any]:
    return {"code": node.code(), "versions": provenance.versions(), "seen": True, "locks": True, **other}


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (
            {"missing": "No module named 'replicate'"},
            "cannot import replicate .*install the same version everywhere",
        ),
        (sound(code="0"), "this node has another replicate .*install the same everywhere"),
        (sound(seen=False), r"does not see /runs; name a folder that all nodes share \(--runs DIR\), or a URL"),
    ],
)
def test_a_node_that_cannot_take_part_is_named_with_what_to_do(found, says):
    with pytest.raises(Problem, match=f"^far: .*{says}"):
        meeting.judge("far", found, "/runs")


def test_what_may_change_digits_is_said(capsys):
    meeting.judge("far", sound(versions={**provenance.versions(), "torch": "1.0+cu1"}, locks=False), "/runs")
    other, locks = capsys.readouterr().err.splitlines()
    assert other == "replicate: far has other libraries than this machine: torch 1.0+cu1"
    assert locks.endswith("start no second run there")
    meeting.judge("far", sound(), "/runs")
    assert capsys.readouterr().err == ""


def test_a_node_sees_the_token_of_a_run_and_its_lock_and_nothing_is_left(tmp_path):
    runs = store.open_store(tmp_path / "runs")
    (runs.root / f"{node.SEEN}left-by-a-killed-run").touch()
    with node.token(runs) as seen:
        found = node.look({"runs": runs.address, "seen": seen})
        assert found["seen"] and found["locks"] and found["code"] == node.code()
        assert not node.look({"runs": str(tmp_path), "seen": seen})["seen"]
        assert [path.name for path in runs.root.glob(".*")] == [seen]
    assert list(runs.root.glob(".*")) == []


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """The order of a run of toy steps, in this process."""
    monkeypatch.syspath_prepend(str(HERE))
    runs = store.open_store(tmp_path / "runs")
    (runs.root / "seen").touch()
    return {"runs": runs.address, "seen": "seen", "steps": TOYS, "command": "", "environment": {}}


def test_a_step_is_done_on_a_node_as_a_local_worker_does_it(toys):
    step = tiny()[0]
    assert node.do(toys, print, step.to_dict())["finished"] == step.id
    assert list(store.sound(store.open_store(toys["runs"]))) == [step.id]
    assert node.do(toys, print, tiny()[1].to_dict(), {"failed": step.id}) == {"unready": tiny()[1].id}


def test_a_node_that_came_later_and_does_not_see_the_store_ends_the_run(toys):
    step = tiny()[0].to_dict()
    assert node.do({**toys, "seen": "other"}, print, step) == {"fatal": f"this node does not see {toys['runs']}"}
    assert node.do({**toys, "steps": "nowhere:STEPS"}, print, step)["fatal"].startswith("nowhere:STEPS cannot be loaded")


def test_a_step_can_be_cancelled_where_its_process_began_in_the_background(toys):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        node.do(toys, print, tiny()[0].to_dict())
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_step_says_how_far_it_is_and_what_people_should_know(monkeypatch):
    monkeypatch.setattr(node, "EVERY", 0.01)
    step, told = tiny()[0], []
    with node._telling(step, told.append) as heard:
        heard({"at": step.id, "done": 3, "total": 10})
        logging.getLogger("replicate").warning("it is warm")
        while len(told) < 2:
            time.sleep(0.01)
    assert {"note": "it is warm", "of": step.id} in told
    assert {"at": step.id, "done": 3, "total": 10} in told


def test_the_desk_keeps_the_last_state_of_each_step_and_all_notes():
    desk = node.Desk()
    for message in ({"at": "a", "done": 1}, {"note": "x"}, {"at": "a", "done": 2}, {"note": "y"}):
        desk.tell(message)
    assert desk.take() == [{"at": "a", "done": 2}, {"note": "x"}, {"note": "y"}]
    assert desk.take() == []


# ---- what people type ----


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--on", "rya"], "--on rya: expected here, ray, ray=auto"),
        (["--on", "ray="], "--on ray=: expected here"),
        (["--on", "ray=nowhere:port"], "--on ray=nowhere:port: expected auto, HOST:PORT or ray://HOST:PORT"),
        (["--on", "ray", "--parallel", "2"], "--parallel spreads a training over the GPUs of this machine"),
        (["--gpus-per-step", "0.5"], "--gpus-per-step is for --on ray"),
        (["--on", "ray", "--gpus-per-step", "0"], "--gpus-per-step 0: expected a share such as 0.25, or a whole number"),
        (["--on", "ray", "--gpus-per-step", "1.5"], "--gpus-per-step 1.5: expected a share"),
    ],
)
def test_a_wrong_option_is_answered_in_one_line(words, says, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace())  # not even looked at
    assert main(["run", "stilts", "--scale", "tiny", "--runs", str(tmp_path), *words]) == 4
    assert says in capsys.readouterr().err.splitlines()[-1]


def test_without_ray_one_line_says_what_to_install(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["run", "stilts", "--scale", "tiny", "--runs", str(tmp_path), "--on", "ray"]) == 4
    assert capsys.readouterr().err.splitlines()[-1] == "replicate: --on ray needs Ray: pip install 'stilts-claims[ray]'"


def test_an_address_where_nobody_answers_or_somebody_else_is_found_out_before_ray_waits():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=lambda: server.accept()[0].sendall(b"HTTP/1.1 400 Bad Request\r\n"), daemon=True).start()
        with pytest.raises(Problem, match=f"--on ray=127.0.0.1:{port}: what answers there is no Ray cluster"):
            meeting.answers(f"127.0.0.1:{port}")
    with pytest.raises(Problem, match=f"--on ray=ray://127.0.0.1:{port}: nobody answers there"):
        meeting.answers(f"ray://127.0.0.1:{port}")


# ---- a real cluster ----


def expected(folder: Path) -> list[dict[str, Any]]:
    """The table of the toy steps, carried out one after the other in this process."""
    sys.path.insert(0, str(HERE))
    try:
        methods = worker.load(TOYS)
    finally:
        sys.path.remove(str(HERE))
    runs = store.open_store(folder)
    for step in tiny():
        assert "finished" in worker.carry_out(runs, step, methods, "", lambda _: None)
    return list(store.rows(runs, [step.id for step in tiny()]))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Two nodes of one core, on which toy steps take a while and log their calls."""
    pytest.importorskip("ray", reason="ray is not installed: pip install 'stilts-claims[ray]'")
    log = tmp_path_factory.mktemp("log")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in meeting.SETTINGS_OF_RAY.items():
            patch.setenv(name, value)
        patch.setenv("TOY_LOG", str(log))
        patch.setenv("TOY_SLEEP", "0.05")
        from ray.cluster_utils import Cluster

        found, second = begun(Cluster)
        try:
            yield SimpleNamespace(address=found.address, log=log, lose=lambda: found.remove_node(second, allow_graceful=False))
        finally:
            found.shutdown()


def begun(make: Callable[[], Any]) -> tuple[Any, Any]:
    """A cluster and its second node; on a busy machine Ray loses patience with its own processes, so there are several tries."""
    tiny_node = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
    for left in reversed(range(meeting.STARTS)):
        found = make()
        try:
            found.add_node(**tiny_node, include_dashboard=False)
            return found, found.add_node(**tiny_node)
        except Exception as error:
            found.shutdown()
            if not left or meeting.LATE not in str(error):
                raise
    raise AssertionError


class Driver:
    """`replicate run stilts --scale tiny --on ray=ADDRESS` on toy steps, as a process of its own that a test can kill."""

    def __init__(self, runs: Path, two: SimpleNamespace) -> None:
        self.runs, self.log = runs, two.log
        words = ["run", "stilts", "--scale", "tiny", "--runs", str(runs), "--steps", TOYS, "--on", f"ray={two.address}", "--json"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "replicate", *words],
            env={**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{ROOT}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def calls(self) -> list[tuple[str, int, int]]:
        """(step, process, update that it began at) of all calls."""
        lines = [(path.name, line.split()) for path in self.log.iterdir() for line in path.read_text().splitlines()]
        return [(id, int(pid), int(at)) for id, (pid, at) in lines]

    def until(self, so: Callable[[], bool]) -> None:
        end = time.monotonic() + 120
        while not so() and self.process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        if not so():
            raise AssertionError("".join(self.process.communicate(timeout=10)))

    def ends(self) -> tuple[int, str, str]:
        out, errors = self.process.communicate(timeout=120)
        return self.process.returncode, out, errors


def test_a_killed_driver_an_interrupted_one_and_a_lost_node_change_nothing_but_the_time(two, tmp_path):
    runs, pretraining = tmp_path / "runs", tiny()[0].id

    killed = Driver(runs, two)
    killed.until(lambda: (runs / "aside" / pretraining / store.CHECKPOINT / "state.txt").exists())
    killed.process.kill()
    killed.ends()

    stopped = Driver(runs, two)
    stopped.until(lambda: len({id for id, _, _ in stopped.calls()}) > 2)
    stopped.process.send_signal(signal.SIGTERM)
    code, out, errors = stopped.ends()
    assert (code, out) == (130, "")
    assert errors.splitlines()[-1] == "replicate: interrupted; what was finished is kept, the same command goes on"
    assert list((runs / "leases").iterdir()) == []
    before = len(list((runs / "steps").iterdir()))

    last = Driver(runs, two)
    last.until(lambda: len(list((runs / "steps").iterdir())) > before + 2)
    two.lose()
    code, out, errors = last.ends()
    assert code == 0, errors
    said = json.loads(out)  # and nothing that Ray prints
    assert said["done"] == len(tiny())
    # Of a step that the lost node had just put into the store nobody heard.
    assert said["nodes"].keys() <= set(said["finished"]) and len(said["finished"]) - len(said["nodes"]) <= 1
    assert "Ray cluster of 2 nodes: 2 steps at once, each with a core" in errors

    again = [at for id, _, at in last.calls() if id == pretraining]
    assert len(again) == 2 and again[0] == 0 < again[1]  # the second driver went on from the first one's checkpoint
    rows = list(store.rows(runs, [step.id for step in tiny()]))
    assert rows == expected(tmp_path / "here")
    assert store.failures(store.open_store(runs)) == {}
