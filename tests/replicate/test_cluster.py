"""A run on a real Ray cluster of two nodes, whose driver and node are killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from replicate import experiments, plan, store, worker
from replicate.cluster import meeting
from replicate.identity import Step

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TOYS = "toy_steps:STEPS"


def tiny() -> tuple[Step, ...]:
    return plan.plan(experiments.find("stilts", "tiny"))


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
