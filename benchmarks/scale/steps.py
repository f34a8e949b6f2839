"""10,000 steps that compute nothing: planned, scheduled, carried out by one worker, looked at, and found done again.

They are those of `typology --scale large` with as many seeds as are wanted; trivial.py does them in place of training.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .case import Case, Family

if TYPE_CHECKING:
    from replicate.agenda import Agenda
    from replicate.identity import Step

SIZE, EXPERIMENT, SCALE = 10_000, "typology", "large"
METHODS = "benchmarks.scale.trivial:STEPS"
Noted = Iterator[dict[str, float] | None]


def make(folder: Path, size: int) -> None:
    """Say how many seeds make so many steps."""
    from replicate import plan
    from replicate.experiments import find
    from replicate.experiments.options import choose

    one, two = (len(plan.plan(choose(find(EXPERIMENT, SCALE), changes=[f"seeds={seeds}"]))) for seeds in ("1", "1,2"))
    count = max(1, round((size - one) / (two - one)) + 1)
    (folder / "seeds.json").write_text(json.dumps(",".join(map(str, range(1, count + 1)))))


def seeds(folder: Path) -> str:
    return f"seeds={json.loads((folder / 'seeds.json').read_text())}"


def planned(folder: Path) -> list[Step]:
    from replicate import plan
    from replicate.experiments import find
    from replicate.experiments.options import choose

    return list(plan.plan(choose(find(EXPERIMENT, SCALE), changes=[seeds(folder)])))


def command(*words: str) -> Any:
    """A command of replicate on these steps and the store that `run` filled."""

    def ours(folder: Path, size: int) -> Noted:
        from replicate.__main__ import main

        more = ["--runs", str(folder / "runs")] if words[0] != "plan" else []
        yield None
        main([words[0], EXPERIMENT, "--scale", SCALE, "--set", seeds(folder), *more, *words[1:]])
        yield None

    return ours


class Instant:
    """Hands that say of every step at once that it is done."""

    def __init__(self, agenda: Agenda) -> None:
        self.agenda = agenda

    def work(self, first: Any) -> None:
        while step := self.agenda.next():
            self.agenda.heard({"finished": step.id, "seconds": 0.1})
            self.agenda.show([], 1)

    def stop(self) -> None:
        """There is nothing to end."""


def scheduled(folder: Path, size: int) -> Noted:
    """Who does which step when, and what the bar shows, without doing any."""
    from replicate import run, store

    steps, runs = planned(folder), store.open_store(folder / "nothing")
    yield None
    run.run(steps, runs, "scheduled", hands=Instant)
    yield {"steps": len(steps)}


def carried_out(folder: Path, size: int) -> Noted:
    from replicate import run, store

    steps, runs = planned(folder), store.open_store(folder / "runs")
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])
    yield None
    outcome = run.run(steps, runs, "steps", workers=1, methods=METHODS)
    assert len(outcome.finished) == len(steps), f"{len(outcome.failed)} of {len(steps)} steps failed"
    yield {"steps": len(steps)}


def written(folder: Path, size: int) -> Noted:
    """As many folders with three files each: written, synced, renamed."""
    steps, place = planned(folder), folder / "plain"
    place.mkdir()
    yield None
    for step in steps:
        (work := place / f".{step.id}").mkdir()
        for name, text in (("step.json", json.dumps(step.to_dict())), ("result.json", "{}"), ("model.txt", step.id)):
            with (work / name).open("w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        work.rename(place / step.id)
    yield None


def resumed(folder: Path, size: int) -> Noted:
    """The same run again: everything is read, and nothing is left to do."""
    from replicate import run, store

    steps, runs = planned(folder), store.open_store(folder / "runs")
    yield None
    outcome = run.run(steps, runs, "steps", workers=1, methods=METHODS)
    assert not outcome.finished
    yield None


def parsed(folder: Path, size: int) -> Noted:
    """The two JSON files of every step, read and no more."""
    files = sorted((folder / "runs" / "steps").glob("*/*.json"))
    yield None
    for file in files:
        json.loads(file.read_bytes())
    yield None


AFTER = ("replicate run",)
FAMILY = Family(
    "steps",
    SIZE,
    "steps",
    make,
    {
        "replicate plan": Case(command("plan")),
        "schedule": Case(scheduled),
        "replicate run": Case(carried_out, written, "folders written, synced and renamed"),
        "replicate run, all done": Case(resumed, parsed, "the JSON files parsed", AFTER),
        "replicate status": Case(command("status"), None, "", AFTER),
        "replicate results": Case(command("results"), None, "", AFTER),
    },
)
