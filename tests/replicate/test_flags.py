"""A collapsed or diverged model is named wherever its results are shown."""

from __future__ import annotations

import json

import pytest

from replicate import experiments, flags, plan, store
from replicate.__main__ import main
from replicate.experiments.options import choose
from replicate.training import loop

OPTIONS = ["stilts", "--scale", "tiny", "--only", "baseline", "xnli"]
SAME, ROSE = "the model says the same of every example", "mnli: the loss rose from 1.10 to 9.40: the training has diverged"


def steps() -> tuple[plan.Step, ...]:
    return plan.plan(choose(experiments.find("stilts", "tiny"), ["baseline", "xnli"]))


@pytest.fixture
def runs(tmp_path):
    """A store in which one training diverged, and its model says the same of everything in two of three languages."""
    found = store.open_store(tmp_path / "runs")
    for step in steps():
        cells = [
            {"language": language, "metric": "accuracy", "value": 33.3, "n": 20, **({"note": SAME} if language != "a1a" else {})}
            for language in step.settings["languages"]
        ]
        result = {"cells": cells} if step.kind == "evaluate" else {"figures": {"flagged": [ROSE]} if step.kind == "train" else {}}
        store.commit(found, step, store.start(found, step.id), result, {"adopted": False})
    return found


def test_status_and_results_name_them_for_people_and_for_scripts(runs, capsys):
    where = ["--runs", str(runs.root)]
    by_kind = {step.kind: step.id for step in steps()}
    expected = {by_kind["train"]: [ROSE], by_kind["evaluate"]: [f"{SAME} in a1b b1a"]}
    lines = [
        f"flagged: baseline, then mnli, seed 1 ({by_kind['train']}): {ROSE}",
        f"flagged: baseline: xnli, seed 1 ({by_kind['evaluate']}): {SAME} in a1b b1a",
    ]
    assert main(["status", *OPTIONS, *where]) == 0
    out = capsys.readouterr().out
    assert "damaged 0, flagged 2" in out and all(line in out for line in lines)
    assert main(["results", *OPTIONS, *where, "--wide"]) == 0
    said = capsys.readouterr()
    assert [line for line in said.err.splitlines() if "flagged" in line] == [f"replicate: {line}" for line in lines]
    for command in ("status", "results"):
        assert main([command, *OPTIONS, *where, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["flagged"] == expected


def test_of_many_flags_people_see_the_first_and_how_many_more():
    (step, *_) = steps()
    shown = flags.lines({step.id: [f"{number}" for number in range(flags.SHOWN + 5)]}, [step])
    assert len(shown) == flags.SHOWN + 1 and shown[-1] == "flagged: 5 more; --json lists all"


def test_a_loss_that_ends_far_above_its_beginning_is_divergence_and_one_that_stays_is_not():
    def risen(losses: list[float]) -> dict:
        told = [0, 0.0, 0.0]
        for loss in losses:
            loop.note(told, loss)
        return loop.risen({"toy": told})

    assert risen([1.1] * 20 + [5.0] * 60) == {"flagged": ["toy: the loss rose from 1.10 to 4.99: the training has diverged"]}
    assert risen([1.1, 1.2, 1.0, 1.1] * 30) == risen([2.0] * 20 + [0.1] * 60) == {}
    assert risen([0.1] * 3 + [5.0] * 20) == {}  # too short to say
