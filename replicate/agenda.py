"""What a run has to do: which step comes next, what is done, what failed, how far it is. Who does the steps is no matter here."""

from __future__ import annotations

import heapq
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import store
from .costs import counted
from .identity import Step
from .terminal.progress import Bar

RETRIES = 2  # of a step whose worker died
SAID = 8  # steps at work that are named at a time
AGAIN = 0.5  # seconds until a step that another run had is looked at again


@dataclass(eq=False)
class Doing:
    """A step at work: since when, and how far it is."""

    step: Step
    since: float = field(default_factory=time.monotonic)
    share: tuple[int, int] = (0, 0)


@dataclass
class Agenda:
    """The steps of a run that are still to be done. `before` were done already, and weighed so much."""

    todo: Sequence[Step]
    runs: store.Store
    bar: Bar
    before: int
    before_weight: float
    done: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, str] = field(default_factory=dict)  # by step, the machine that did it, where there are several

    def __post_init__(self) -> None:
        self.by_id = {step.id: step for step in self.todo}
        self.weights = {step.id: counted.weight(step) for step in self.todo}
        # What the most work hangs on comes first.
        self.order = {id: (-first, place) for place, (id, first) in enumerate(counted.priorities(self.todo).items())}
        self.lacks = {step.id: {id for _, id in step.inputs if id in self.by_id} for step in self.todo}
        self.users: dict[str, list[str]] = defaultdict(list)
        for id, inputs in self.lacks.items():
            for one in inputs:
                self.users[one].append(id)
        self.ready = [(self.order[id], id) for id, inputs in self.lacks.items() if not inputs]
        heapq.heapify(self.ready)
        self.elsewhere: list[tuple[float, str]] = []  # leased by another run: when to look again
        self.deaths: dict[str, int] = defaultdict(int)
        self.left = defaultdict[str, float](float)  # weight still to do, by kind
        for step in self.todo:
            self.left[step.kind] += self.weights[step.id]
        self.weight = self.before_weight + sum(self.weights.values())
        self.spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])  # by kind: seconds, weight

    # ---- what to do ----

    def next(self) -> Step | None:
        """Of the steps whose inputs are there the one that the most work hangs on; it is the caller's from now on."""
        while self.ready:
            _, id = heapq.heappop(self.ready)
            if not (store.done(self.runs, id) and store.sound(self.runs, [id])):
                return self.by_id[id]
            self.finish(id)  # another run did it
        return None

    def look_again(self) -> None:
        """Steps that another run had are tried anew after a while."""
        now = time.monotonic()
        for due, id in [one for one in self.elsewhere if one[0] <= now]:
            self.elsewhere.remove((due, id))
            self.put_back(id)

    @property
    def idle(self) -> bool:
        """Whether nothing is to be done but what is at work already."""
        return not self.ready and not self.elsewhere

    # ---- what became of it ----

    def heard(self, message: Mapping[str, Any]) -> None:
        """What `worker.carry_out` says of a step in the end."""
        if "finished" in message:
            self.finish(message["finished"], message["seconds"])
        elif "busy" in message:
            self.later(message["busy"])
        elif "failed" in message:
            self.fail(message["failed"], message["reason"], message["trace"])

    def finish(self, id: str, seconds: float = 0.0) -> None:
        """A step is done; what waited for it alone is ready."""
        kind = self.by_id[id].kind
        if seconds:
            self.spent[kind][0] += seconds
            self.spent[kind][1] += self.weights[id]
        self.done.add(id)
        self.left[kind] -= self.weights[id]
        for user in self.users[id]:
            self.lacks[user].discard(id)
            if not self.lacks[user]:
                self.put_back(user)

    def put_back(self, id: str) -> None:
        """A step is to be done by whoever is free."""
        heapq.heappush(self.ready, (self.order[id], id))

    def later(self, id: str) -> None:
        """Another run is at work on this step."""
        self.elsewhere.append((time.monotonic() + AGAIN, id))

    def fail(self, id: str, reason: str, trace: str = "") -> None:
        """A step failed, which is written down; what needs it waits."""
        self.failed[id] = reason
        store.fail(self.runs, self.by_id[id], reason, trace, self.deaths[id] + 1)
        self.bar.note(f"replicate: {self.by_id[id].label} failed: {reason}")

    def bury(self, id: str, says: str, hint: str = "", trace: str = "") -> None:
        """A worker died at this step, which is done again by another one, but not for ever; how it died, and what may help."""
        self.deaths[id] += 1
        if self.deaths[id] > RETRIES:
            self.fail(id, f"its worker died {self.deaths[id]} times ({says}{hint})", trace)
        else:
            self.bar.note(f"replicate: a worker died ({says}) at {self.by_id[id].label}; it is done again")
            self.put_back(id)

    # ---- what people see ----

    def show(self, doing: Sequence[Doing], workers: int, starting: str = "") -> None:
        """Draw the bar: what so many workers do, or what they wait for."""
        now, partial = time.monotonic(), defaultdict[str, float](float)
        spent = {kind: list(pair) for kind, pair in self.spent.items()}
        for one in doing:
            at, of = one.share
            if of and at:
                weight = self.weights[one.step.id] * min(at / of, 1.0)
                partial[one.step.kind] += weight
                pair = spent.setdefault(one.step.kind, [0.0, 0.0])
                spent[one.step.kind] = [pair[0] + now - one.since, pair[1] + weight]
        says = [f"{one.step.label} {one.share[0]}/{one.share[1]}" if one.share[1] else one.step.label for one in doing]
        if not doing and starting:
            says.append(starting)
        elif not doing and self.elsewhere:
            says.append("waiting for another run")
        remaining = {kind: max(weight - partial[kind], 0.0) for kind, weight in self.left.items()}
        share = 1 - sum(remaining.values()) / self.weight
        if len(says) > SAID:
            says = [*says[:SAID], f"{len(says) - SAID} more"]
        self.bar.update(self.before + len(self.done), share, says, _time_left(remaining, spent, workers))


def _time_left(remaining: Mapping[str, float], spent: Mapping[str, Sequence[float]], workers: int) -> float | None:
    """Seconds per weight as measured for each kind, for all kinds together where it has not been met yet."""
    seconds, weight = (sum(pair[place] for pair in spent.values()) for place in (0, 1))
    if not weight or not workers:
        return None
    rates = {kind: pair[0] / pair[1] for kind, pair in spent.items() if pair[1]}
    return sum(left * rates.get(kind, seconds / weight) for kind, left in remaining.items()) / workers
