"""The nodes of a Ray cluster: what a step gets there, whether a node can take part, what it does and says."""

from __future__ import annotations

import logging
import signal
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from replicate import experiments, plan, provenance, store
from replicate.cluster import meeting, node
from replicate.identity import Step
from replicate.problems import Problem

HERE = Path(__file__).resolve().parent
TOYS = "toy_steps:STEPS"


def tiny() -> tuple[Step, ...]:
    return plan.plan(experiments.find("stilts", "tiny"))


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
            "cannot import replicate .*install the same wheel everywhere",
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


# ---- what it does and says ----


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
